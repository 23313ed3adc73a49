# SPDX-License-Identifier: Apache-2.0
"""What Keras' fit makes of a small network with each optimizer, schedule, callback, loss and metric. Writes loop.npz.

    python gen_loop.py [CASE ...]    (pins: requirements.txt; with names the others stay as the file has them)

One network (20 numbers, 16 ReLU, the answers), 80 samples in batches of 16 in their order, 20 epochs: 100 steps. Stored of
each case: the weights at the end, and each epoch's loss, val_loss and metrics. The test has the same cases by their names.
"""
import os
import sys

import numpy as np

from common import normal, save_npz

import keras  # noqa: E402

SAMPLES, VALIDATION, BATCH, EPOCHS, WIDTH = 80, 32, 16, 20, 20
optimizers, schedules, losses, metrics, callbacks = (keras.optimizers, keras.optimizers.schedules, keras.losses, keras.metrics,
                                                     keras.callbacks)

OPTIMIZERS = {
    "adamw": lambda: optimizers.AdamW(0.005),
    "adamw_all": lambda: optimizers.AdamW(0.005, weight_decay=0.1, beta_1=0.8, beta_2=0.95, epsilon=1e-5, amsgrad=True),
    "amsgrad": lambda: optimizers.Adam(0.005, amsgrad=True),
    "nadam": lambda: optimizers.Nadam(0.005),
    "adamax": lambda: optimizers.Adamax(0.005),
    "adagrad": lambda: optimizers.Adagrad(0.05),
    "adagrad_all": lambda: optimizers.Adagrad(0.05, initial_accumulator_value=0.5, epsilon=1e-3),
    "adadelta": lambda: optimizers.Adadelta(1.0),
    "adadelta_all": lambda: optimizers.Adadelta(0.5, rho=0.8, epsilon=1e-5),
    "lion": lambda: optimizers.Lion(0.001),
    "lion_all": lambda: optimizers.Lion(0.001, beta_1=0.8, beta_2=0.9, weight_decay=0.05),
    "sgd_decay": lambda: optimizers.SGD(0.05, momentum=0.9, weight_decay=0.01),
    "rmsprop_decay": lambda: optimizers.RMSprop(0.002, weight_decay=0.02),
    "clipnorm": lambda: optimizers.SGD(0.05, clipnorm=0.1),
    "clipvalue": lambda: optimizers.SGD(0.05, clipvalue=0.01),
    "global_clipnorm": lambda: optimizers.SGD(0.05, global_clipnorm=0.2),
    "ema": lambda: optimizers.Adam(0.005, use_ema=True),
    "ema_all": lambda: optimizers.SGD(0.05, use_ema=True, ema_momentum=0.9, ema_overwrite_frequency=7),
}
SCHEDULES = {
    "exponential": lambda: schedules.ExponentialDecay(0.05, 30, 0.7),
    "staircase": lambda: schedules.ExponentialDecay(0.05, 30, 0.7, staircase=True),
    "cosine": lambda: schedules.CosineDecay(0.05, 80, alpha=0.1),
    "warmup": lambda: schedules.CosineDecay(0.0, 70, warmup_target=0.05, warmup_steps=20),
    "restarts": lambda: schedules.CosineDecayRestarts(0.05, 20, t_mul=1.5, m_mul=0.8, alpha=0.05),
    "even_restarts": lambda: schedules.CosineDecayRestarts(0.05, 20, t_mul=1.0),
    "pieces": lambda: schedules.PiecewiseConstantDecay([30, 60], [0.05, 0.02, 0.005]),
    "polynomial": lambda: schedules.PolynomialDecay(0.05, 60, 0.001, power=2.0),
    "cycle": lambda: schedules.PolynomialDecay(0.05, 32, 0.001, cycle=True),
    "inverse": lambda: schedules.InverseTimeDecay(0.05, 20, 0.5),
    "inverse_staircase": lambda: schedules.InverseTimeDecay(0.05, 20, 0.5, staircase=True),
}
CALLBACKS = {
    "stop": lambda: callbacks.EarlyStopping(patience=2, restore_best_weights=True),
    "stop_delta": lambda: callbacks.EarlyStopping(monitor="loss", min_delta=0.02, patience=1, start_from_epoch=3),
    "stop_max": lambda: callbacks.EarlyStopping(monitor="val_accuracy", patience=3, restore_best_weights=True),
    "stop_baseline": lambda: callbacks.EarlyStopping(baseline=0.2, patience=6, restore_best_weights=True),
    "plateau": lambda: callbacks.ReduceLROnPlateau(factor=0.3, patience=2, min_delta=0.01, cooldown=1, min_lr=0.002),
}
# name: loss, the last activation, which targets
LOSSES = {
    "huber": (lambda: losses.Huber(0.5), "linear", "numbers"),
    "log_cosh": (lambda: losses.LogCosh(), "linear", "numbers"),
    "mape": (lambda: losses.MeanAbsolutePercentageError(), "linear", "positive"),
    "msle": (lambda: losses.MeanSquaredLogarithmicError(), "linear", "positive"),
    "poisson": (lambda: losses.Poisson(), "sigmoid", "positive"),
    "cosine_similarity": (lambda: losses.CosineSimilarity(), "linear", "numbers"),
    "kl_divergence": (lambda: losses.KLDivergence(), "softmax", "classes"),
    "hinge": (lambda: losses.Hinge(), "tanh", "classes"),
    "squared_hinge": (lambda: losses.SquaredHinge(), "linear", "classes"),
    "categorical_hinge": (lambda: losses.CategoricalHinge(), "linear", "classes"),
    "binary_focal": (lambda: losses.BinaryFocalCrossentropy(), "sigmoid", "classes"),
    "binary_focal_all": (lambda: losses.BinaryFocalCrossentropy(True, 0.6, 1.5, label_smoothing=0.1), "sigmoid", "classes"),
    "binary_focal_logits": (lambda: losses.BinaryFocalCrossentropy(from_logits=True), "linear", "classes"),
    "categorical_focal": (lambda: losses.CategoricalFocalCrossentropy(), "softmax", "classes"),
    "categorical_focal_logits": (lambda: losses.CategoricalFocalCrossentropy(0.5, 1.5, from_logits=True), "linear", "classes"),
    "smooth_categorical": (lambda: losses.CategoricalCrossentropy(label_smoothing=0.2), "softmax", "classes"),
    "smooth_binary": (lambda: losses.BinaryCrossentropy(label_smoothing=0.2), "sigmoid", "classes"),
}
CLASS_METRICS = lambda: [  # noqa: E731
    "accuracy", "mae", metrics.BinaryAccuracy(threshold=0.3), "categorical_accuracy", metrics.TopKCategoricalAccuracy(k=2),
    metrics.Precision(name="precision"), metrics.Recall(name="recall"), metrics.F1Score(average="macro"),
    metrics.AUC(name="auc"), metrics.RootMeanSquaredError(name="root_mean_squared_error"),
    metrics.CosineSimilarity(name="cosine_similarity")]
NUMBER_METRICS = lambda: [  # noqa: E731
    "mae", metrics.RootMeanSquaredError(name="root_mean_squared_error"), metrics.R2Score(name="r2_score"),
    metrics.MeanAbsolutePercentageError(name="mean_absolute_percentage_error"),
    metrics.MeanSquaredLogarithmicError(name="mean_squared_logarithmic_error"),
    metrics.CosineSimilarity(name="cosine_similarity")]
CLASS_WEIGHT = {0: 1.0, 1: 2.0, 2: 0.5, 3: 3.0}


def make_network(outputs, activation, **arguments):
    return keras.Sequential([keras.Input((WIDTH,)), keras.layers.Dense(16, activation="relu", **arguments),
                             keras.layers.Dense(outputs, activation=activation)])


def weights_of(model):
    """One row of numbers: kernels as mote has them, [out, in]."""
    return np.concatenate([(w.T if w.ndim == 2 else w).ravel() for w in model.get_weights()])


def make_data(random):
    count = SAMPLES + VALIDATION
    labels = np.arange(count) % 4
    patterns = normal(random, (4, WIDTH))
    x = np.float32(np.round((0.3 * patterns[labels] + random.standard_normal((count, WIDTH))) * 32) / 32)
    return x, labels.astype(np.int32)


def fit(arrays, name, data, start, optimizer, loss="categorical_crossentropy", activation="softmax", metric=("accuracy",),
        callback=None, **more):
    """data: x, y, then those of validation; start: the weights, in Keras' layout."""
    if sys.argv[1:] and name not in sys.argv[1:]:
        return
    network = more.pop("network", {})
    model = make_network(data[1].shape[1], activation, **network)
    model.set_weights(start)
    model.compile(optimizer, loss, metrics=list(metric), jit_compile=False)
    history = model.fit(data[0], data[1], batch_size=BATCH, epochs=EPOCHS, shuffle=False, verbose=0,
                        validation_data=tuple(data[2:]), callbacks=[callback] if callback else [], **more).history
    arrays[f"{name}/weights"] = weights_of(model)
    for key, values in history.items():
        arrays[f"{name}/{key}"] = np.float64(values)
    print(f"{name}: {len(history['loss'])} epochs, loss {history['loss'][0]:.4f} -> {history['loss'][-1]:.4f}")


def one_hot(labels):
    return np.eye(4, dtype=np.float32)[labels]


def main():
    random = np.random.default_rng(20261201)
    x, labels = make_data(random)
    y = one_hot(labels)
    start = [normal(random, (WIDTH, 16), 0.3), normal(random, (16,), 0.1), normal(random, (16, 4), 0.3), normal(random, (4,), 0.1)]
    arrays = dict(np.load("loop.npz")) if sys.argv[1:] and os.path.exists("loop.npz") else {}
    arrays |= {"x": x, "labels": labels, "start": np.concatenate([(w.T if w.ndim == 2 else w).ravel() for w in start])}
    data = (x[:SAMPLES], y[:SAMPLES], x[SAMPLES:], y[SAMPLES:])
    for name, make in OPTIMIZERS.items():
        fit(arrays, name, data, start, make())
    for name, make in SCHEDULES.items():
        fit(arrays, name, data, start, optimizers.SGD(make()))
        arrays[f"{name}/rates"] = np.float32([float(make()(step)) for step in range(130)])
    for name, make in CALLBACKS.items():
        fit(arrays, name, data, start, optimizers.SGD(0.3, momentum=0.9), callback=make())
    numbers = normal(random, y.shape)
    targets = {"classes": y, "numbers": numbers, "positive": np.abs(numbers) + np.float32(0.5)}
    arrays.update({"numbers": targets["numbers"], "positive": targets["positive"]})

    def of(kind):
        return x[:SAMPLES], targets[kind][:SAMPLES], x[SAMPLES:], targets[kind][SAMPLES:]

    for name, (make, activation, kind) in LOSSES.items():
        fit(arrays, name, of(kind), start, optimizers.SGD(0.02, momentum=0.9), make(), activation, ())
    fit(arrays, "class_metrics", data, start, optimizers.SGD(0.05), metric=CLASS_METRICS())
    fit(arrays, "number_metrics", of("positive"), start, optimizers.SGD(0.05), "mse", "linear", NUMBER_METRICS())
    fit(arrays, "class_weight", data, start, optimizers.SGD(0.05), class_weight=CLASS_WEIGHT)
    fit(arrays, "regularized", data, start, optimizers.SGD(0.05), network={
        "kernel_regularizer": keras.regularizers.L1L2(0.01, 0.02), "bias_regularizer": keras.regularizers.L2(0.05)})
    save_npz("loop.npz", arrays)


if __name__ == "__main__":
    main()
