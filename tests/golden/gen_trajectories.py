# SPDX-License-Identifier: Apache-2.0
"""A hundred training steps in Keras from stored weights and batches. Writes trajectory_{mlp,cnn,resnet}.npz.

    python gen_trajectories.py       (pins: requirements.txt)

Stored: Keras' float32 run. The same run in float64 tells how far rounding alone carries the weights (`<optimizer>/spread`).
"""
import numpy as np

from common import normal, save_npz, tflite_layout

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

STEPS, BATCH, SAMPLES = 100, 16, 200
OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.05),
    "momentum": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
    "rmsprop": lambda: keras.optimizers.RMSprop(),
    "adam": lambda: keras.optimizers.Adam(),
}
KINDS = {keras.layers.Dense: "dense", keras.layers.Conv2D: "conv2d", keras.layers.DepthwiseConv2D: "depthwise_conv2d"}
layers = keras.layers


def mlp():
    x = keras.Input((20,))
    y = layers.Dense(16, activation="relu")(x)
    y = layers.Dense(16, activation="relu")(y)
    return keras.Model(x, layers.Dense(4, activation="softmax")(y))


def cnn():
    x = keras.Input((12, 12, 1))
    y = layers.Conv2D(8, 3, activation="relu")(x)
    y = layers.MaxPooling2D(2)(y)
    y = layers.Conv2D(8, 3, padding="same", activation="relu")(y)
    y = layers.AveragePooling2D(2)(y)
    y = layers.Flatten()(y)
    return keras.Model(x, layers.Dense(3, activation="softmax")(y))


def resnet():
    x = keras.Input((10, 10, 3))
    y = layers.Conv2D(8, 3, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    shortcut = y = layers.ReLU()(y)
    y = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(8, 1, use_bias=False)(y)
    y = layers.BatchNormalization()(y)
    y = layers.Add()([y, shortcut])
    y = layers.ReLU()(y)
    y = layers.GlobalAveragePooling2D()(y)
    return keras.Model(x, layers.Dense(4, activation="softmax")(y))


# name -> model, classes, sparse targets
MODELS = {"mlp": (mlp, 4, False), "cnn": (cnn, 3, True), "resnet": (resnet, 4, False)}


def make_data(random, shape, classes):
    """Noise plus a pattern a class, so that training has something to find."""
    labels = np.arange(SAMPLES) % classes
    patterns = normal(random, (classes, *shape))
    x = np.round((0.7 * patterns[labels] + random.standard_normal((SAMPLES, *shape))) * 32) / 32
    return np.float32(x), labels.astype(np.int32)


def weights_in_order(model):
    """(layer kind, variable) in the model's layer order: kernel, bias; gamma, beta, moving mean, moving variance."""
    return [(KINDS.get(type(layer)), weight) for layer in model.layers for weight in layer.weights]


def export(model):
    return [np.float64(tflite_layout(kind, weight.numpy())) for kind, weight in weights_in_order(model)]


def build(make, dtype, seed):
    keras.config.set_floatx(dtype)        # for inputs and losses
    keras.config.set_dtype_policy(dtype)  # for layers: the policy does not follow floatx once it has been used
    keras.utils.set_random_seed(seed)
    return make()


def train(make, dtype, start, make_optimizer, x, y, batches, loss):
    """Returns (loss of each step, weights at the end); start: weights in Keras' layout."""
    model = build(make, dtype, 0)
    model.set_weights([w.astype(dtype) for w in start])
    optimizer = make_optimizer()
    optimizer.build(model.trainable_variables)

    @tf.function
    def step(x_batch, y_batch):
        with tf.GradientTape() as tape:
            value = loss(y_batch, model(x_batch, training=True))
        # Dense ones: of an embedding TensorFlow has slices, which Keras squares before those of one row are summed, and with
        # JAX or PyTorch below it does not.
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(value, [v.value for v in model.trainable_variables])]
        optimizer.apply(gradients)
        return value

    losses = [step(x[batch].astype(dtype), y[batch]).numpy() for batch in batches]
    return np.float64(losses), export(model)


def distance(a, b):
    """||a - b|| / ||b|| over all arrays together"""
    return float(np.sqrt(sum(np.sum((p - q) ** 2) for p, q in zip(a, b)) / sum(np.sum(q ** 2) for q in b)))


def main():
    for number, (name, (make, classes, sparse)) in enumerate(MODELS.items()):
        random = np.random.default_rng(100 + number)
        model = build(make, "float32", 200 + number)
        x, labels = make_data(random, model.input_shape[1:], classes)
        batches = np.stack([random.choice(SAMPLES, BATCH, replace=False) for _ in range(STEPS)]).astype(np.int32)
        y = labels if sparse else np.eye(classes, dtype=np.float32)[labels]
        loss = keras.losses.SparseCategoricalCrossentropy() if sparse else keras.losses.CategoricalCrossentropy()
        start = model.get_weights()
        arrays = {"x": x, "labels": labels, "batches": batches}
        arrays.update({f"init/{i}": w for i, w in enumerate(export(model))})
        for optimizer_name, make_optimizer in OPTIMIZERS.items():
            losses, final = train(make, "float32", start, make_optimizer, x, y, batches, loss)
            losses64, final64 = train(make, "float64", start, make_optimizer, x, y, batches, loss)
            spread = distance(final, final64)
            arrays.update({f"{optimizer_name}/{i}": w for i, w in enumerate(final)})
            arrays[f"{optimizer_name}/loss"], arrays[f"{optimizer_name}/spread"] = losses, np.float32(spread)
            settings = make_optimizer().get_config()
            arrays[f"{optimizer_name}/attrs"] = np.float32([settings["learning_rate"], settings.get("momentum") or 0])
            moved, loss_gap = distance(export_start(make, start), final), np.abs(losses - losses64).max()
            print(f"{name} {optimizer_name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}, weights moved {moved:.2f}; "
                  f"float32 from float64: weights {spread:.1e}, loss {loss_gap:.1e}")
        save_npz(f"trajectory_{name}.npz", arrays)
        for index, (kind, weight) in enumerate(weights_in_order(model)):
            print(f"  {index}: {weight.path} {tflite_layout(kind, weight.numpy()).shape}")


def export_start(make, start):
    model = build(make, "float32", 0)
    model.set_weights(start)
    return export(model)


if __name__ == "__main__":
    main()
