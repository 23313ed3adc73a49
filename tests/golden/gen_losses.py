# SPDX-License-Identifier: Apache-2.0
"""Keras' losses and metrics on given predictions, with gradients. Writes losses.npz.

    python gen_losses.py             (pins: requirements.txt)

float32, as Keras computes in training: its clipping at epsilon = 1e-7 is part of the result.
"""
import numpy as np

from common import normal, save_npz

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

LOSSES = {
    "mse": lambda logits: keras.losses.MeanSquaredError(),
    "mae": lambda logits: keras.losses.MeanAbsoluteError(),
    "binary_crossentropy": lambda logits: keras.losses.BinaryCrossentropy(from_logits=logits),
    "categorical_crossentropy": lambda logits: keras.losses.CategoricalCrossentropy(from_logits=logits),
    "sparse_categorical_crossentropy": lambda logits: keras.losses.SparseCategoricalCrossentropy(from_logits=logits),
}
ACCURACY = {
    "binary_crossentropy": keras.metrics.BinaryAccuracy,
    "categorical_crossentropy": keras.metrics.CategoricalAccuracy,
    "sparse_categorical_crossentropy": keras.metrics.SparseCategoricalAccuracy,
}


def metric(loss, target, predictions):
    """[accuracy, or mean absolute error for mse and mae]"""
    made = ACCURACY.get(loss, keras.metrics.MeanAbsoluteError)()
    made.update_state(target, predictions)
    return np.float32([made.result().numpy()])


def direct(loss, from_logits, target, predictions):
    """The loss given predictions as they are: no activation in front that Keras could see through."""
    value = tf.Variable(predictions)
    with tf.GradientTape() as tape:
        result = LOSSES[loss](from_logits)(tf.constant(target), value)
    return {"from_logits": np.int32([from_logits]), "predictions": predictions, "target": target, "loss": result.numpy(),
            "g_predictions": tape.gradient(result, value).numpy(), "metric": metric(loss, target, predictions)}


def through_model(loss, activation, target, logits):
    """A model that ends in `activation`, trained with from_logits=False: Keras uses the logits. Graph mode must agree."""
    layer = keras.layers.Activation(activation)
    value = tf.Variable(logits)

    def step():
        with tf.GradientTape() as tape:
            predictions = layer(value)
            result = LOSSES[loss](False)(tf.constant(target), predictions)
        return predictions, result, tape.gradient(result, value)

    eager, graph = step(), tf.function(step)()
    for a, b in zip(eager, graph):
        assert np.allclose(a.numpy(), b.numpy(), rtol=1e-6, atol=1e-7), (loss, activation, a, b)
    return {"logits": logits, "predictions": eager[0].numpy(), "target": target, "loss": eager[1].numpy(),
            "g_logits": eager[2].numpy(), "metric": metric(loss, target, eager[0].numpy())}


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return np.float32(e / e.sum(-1, keepdims=True))


def targets_for(loss, random, shape):
    if loss == "sparse_categorical_crossentropy":
        return random.integers(0, shape[-1], shape[:-1]).astype(np.int32)
    if loss == "categorical_crossentropy":
        return np.eye(shape[-1], dtype=np.float32)[random.integers(0, shape[-1], shape[:-1])]
    return random.integers(0, 2, shape).astype(np.float32)


def regression_cases(arrays, random):
    for loss in ("mse", "mae"):
        for name, shape in (("vector", (5, 1)), ("wide", (4, 6)), ("image", (2, 3, 4, 2)), ("large", (3, 5))):
            predictions, target = (normal(random, shape, 1e3 if name == "large" else 1.0) for _ in range(2))
            predictions.flat[:2] = target.flat[:2]  # no error: mae's gradient is 0
            store(arrays, f"{loss}_{name}", direct(loss, False, target, predictions))


def crossentropy_cases(arrays, random):
    extreme = np.float32([[100, -100, 0, 0], [-100, 100, 100, -100], [0, 0, 0, 0], [100, 100, 100, 100],
                          [-100, -100, -100, 50], [30, -30, 20, -20]])
    certain = np.float32([[1, 0, 0, 0], [0, 1, 0, 0], [0.5, 0.5, 0, 0], [1e-9, 1 - 1e-7, 1e-8, 0], [0.25, 0.25, 0.25, 0.25],
                          [0, 0, 0, 1]])
    for loss in ACCURACY:
        binary = loss == "binary_crossentropy"
        squash = (lambda x: np.float32(1 / (1 + np.exp(-x)))) if binary else softmax
        activation = "sigmoid" if binary else "softmax"
        shapes = {"plain": (6, 5), "two_outputs": (4, 2), "rank_3": (2, 3, 4)}
        if binary:
            shapes["one_output"] = (7, 1)
        for name, shape in shapes.items():
            logits, target = normal(random, shape, 2.0), targets_for(loss, random, shape)
            store(arrays, f"{loss}_logits_{name}", direct(loss, True, target, logits))
            store(arrays, f"{loss}_probabilities_{name}", direct(loss, False, target, squash(logits)))
            store(arrays, f"{loss}_{activation}_{name}", through_model(loss, activation, target, logits))
        target = targets_for(loss, random, extreme.shape)
        store(arrays, f"{loss}_logits_extreme", direct(loss, True, target, extreme))
        store(arrays, f"{loss}_probabilities_extreme", direct(loss, False, target, certain))
        store(arrays, f"{loss}_{activation}_extreme", through_model(loss, activation, target, extreme))
    unnormalised, soft = np.float32([[0.2, 0.3, 0.9], [2, 1, 1], [0.1, 0.1, 0.1]]), softmax(normal(random, (3, 3)))
    store(arrays, "categorical_crossentropy_probabilities_unnormalised",
          direct("categorical_crossentropy", False, np.eye(3, dtype=np.float32), unnormalised))
    store(arrays, "sparse_categorical_crossentropy_probabilities_unnormalised",
          direct("sparse_categorical_crossentropy", False, np.int32([0, 1, 2]), unnormalised))
    for suffix, maker in (("logits", direct), ("softmax", through_model)):
        mode = True if suffix == "logits" else "softmax"
        store(arrays, f"categorical_crossentropy_{suffix}_soft_target",
              maker("categorical_crossentropy", mode, soft, normal(random, (3, 3))))


def store(arrays, name, case):
    arrays.update({f"{name}/{key}": value for key, value in case.items()})


def main():
    arrays = {}
    regression_cases(arrays, np.random.default_rng(1))
    crossentropy_cases(arrays, np.random.default_rng(2))
    save_npz("losses.npz", arrays)
    for name in sorted({key.split("/")[0] for key in arrays}):
        gradient = arrays.get(f"{name}/g_logits", arrays.get(f"{name}/g_predictions"))
        print(f"{name}: loss {arrays[f'{name}/loss']:.6g} metric {arrays[f'{name}/metric'][0]:.4g} "
              f"largest gradient {np.abs(gradient).max():.4g}")
        assert np.isfinite(gradient).all(), name


if __name__ == "__main__":
    main()
