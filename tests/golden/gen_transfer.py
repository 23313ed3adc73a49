# SPDX-License-Identifier: Apache-2.0
"""Training that begins with a file, in Keras: new layers on a body, frozen layers, an optimizer that goes on. Writes transfer/.

    python gen_transfer.py       (pins: requirements.txt)

Every fit takes the samples in their order (shuffle=False), so that the batches are known. New layers begin with zeros.
Answers are weights by the names that mote has for them, in TensorFlow Lite's layout: `CASE:LAYER/WEIGHT`.
"""
import os

import numpy as np

from common import FOLDER, normal, save_npz, tflite_layout

import keras  # noqa: E402
import tf_keras  # noqa: E402

BATCH, SAMPLES = 16, 96
TARGET = FOLDER / "transfer"


def body(kit):
    """As MobileNet begins and ends, but small."""
    layers = kit.layers
    x = kit.Input((9, 9, 2), name="picture")
    y = layers.Rescaling(2.0, -0.5, name="rescaling")(x)
    y = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False, name="conv1")(y)
    y = layers.BatchNormalization(name="conv1_bn", momentum=0.9)(y)
    y = layers.ReLU(6.0, name="conv1_relu")(y)
    y = layers.ZeroPadding2D(((0, 1), (0, 1)), name="block_pad")(y)
    y = layers.DepthwiseConv2D(3, strides=2, use_bias=False, name="block_dw")(y)
    y = layers.BatchNormalization(name="block_bn", momentum=0.9)(y)
    y = layers.ReLU(6.0, name="block_relu")(y)
    y = layers.Conv2D(8, 1, activation="relu", name="point")(y)
    y = layers.GlobalAveragePooling2D(name="pool")(y)
    return kit.Model(x, layers.Dense(4, activation="softmax", name="old")(y), name="small")


def make_data():
    random = np.random.default_rng(7)
    old, new = np.arange(SAMPLES) % 4, (np.arange(SAMPLES) // 4) % 3
    patterns = normal(random, (12, 9, 9, 2))
    x = np.round((0.7 * patterns[3 * old + new] + random.standard_normal((SAMPLES, 9, 9, 2))) * 32) / 32
    return np.float32(x), old.astype(np.int32), new.astype(np.int32)


KINDS = {"Dense": "dense", "Conv2D": "conv2d", "DepthwiseConv2D": "depthwise_conv2d"}


def export(case, layers, prefix=""):
    out = {}
    for layer in layers:
        for weight in layer.weights:
            name = weight.name.split(":")[0].split("/")[-1].replace("depthwise_kernel", "kernel")
            values = np.asarray(weight)
            out[f"{case}:{prefix}{layer.name}/{name}"] = tflite_layout(KINDS.get(type(layer).__name__), values)
    return out


def fit(model, x, y, epochs):
    model.fit(x, y, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0)


def compile_with(kit, model, optimizer):
    model.compile(optimizer=optimizer, loss=kit.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])


def new_head(base, trains_body):
    for layer in base.layers:
        layer.trainable = trains_body
    y = keras.layers.Dense(3, activation="softmax", kernel_initializer="zeros", name="kind")(base.get_layer("pool").output)
    return keras.Model(base.inputs, y)


def transfers(x, new):
    """New layers on the body, frozen and not."""
    out = {}
    for case, trains_body, optimizer in (("frozen", False, lambda: keras.optimizers.SGD(0.05, momentum=0.9)),
                                         ("trained", True, lambda: keras.optimizers.RMSprop(0.002))):
        model = new_head(keras.models.load_model(TARGET / "adam.keras"), trains_body)
        compile_with(keras, model, optimizer())
        fit(model, x, new, 5)
        out.update(export(case, model.layers))
        print(case, "accuracy", model.evaluate(x, new, verbose=0)[1])
    return out


def called_as_it_runs(kit, case, path, x, new):
    """As Keras' guide to transfer learning does it: the body is called with training=False, and its weights are trained.
    Keras 2 heeds that in fit; Keras 3 does not."""
    base = kit.models.load_model(TARGET / path)
    inner = kit.Model(base.inputs, base.get_layer("pool").output, name="inner")
    inputs = kit.Input((9, 9, 2), name="picture")
    y = kit.layers.Dense(3, activation="softmax", kernel_initializer="zeros", name="kind")(inner(inputs, training=False))
    model = kit.Model(inputs, y)
    compile_with(kit, model, kit.optimizers.SGD(0.02))
    model.save(TARGET / (case + os.path.splitext(path)[1]))
    fit(model, x, new, 4)
    return {**export(case, inner.layers, "inner/"), **export(case, [model.get_layer("kind")])}


def fine_tunes(x, old):
    """Some layers of the file's network frozen, a new optimizer."""
    model = keras.models.load_model(TARGET / "adam.keras")
    for layer in model.layers:
        layer.trainable = not (layer.name.startswith("conv1") or layer.name == "block_bn")
    compile_with(keras, model, keras.optimizers.SGD(0.03))
    fit(model, x, old, 4)
    return export("tuned", model.layers)


def goes_on(models, x, old):
    """The same models without a break: what one gets who goes on from their files."""
    out = {}
    for case, model in models.items():
        fit(model, x, old, 2)
        out.update(export(case, model.layers))
    return out


def main():
    os.makedirs(TARGET, exist_ok=True)
    x, old, new = make_data()
    models = {}
    for kit, path, optimizer in ((keras, "adam.keras", keras.optimizers.Adam(0.01)),
                                 (keras, "rmsprop.h5", keras.optimizers.RMSprop(0.003, momentum=0.5, centered=True)),
                                 (tf_keras, "sgd_2.h5", tf_keras.optimizers.SGD(0.03, momentum=0.9, nesterov=True)),
                                 (tf_keras, "adam_2.h5", tf_keras.optimizers.Adam(0.01))):
        kit.utils.set_random_seed(11)
        model = body(kit)
        compile_with(kit, model, optimizer)
        fit(model, x, old, 3)
        model.save(TARGET / path)
        models[path.split(".")[0]] = model
        if path == "adam.keras":
            model.save_weights(TARGET / "small.weights.h5")
            weights = export("weights", model.layers)
        if path == "sgd_2.h5":
            model.save_weights(TARGET / "small_2.h5")
            weights.update(export("weights_2", model.layers))
    arrays = {"x_train": x, "old": old, "new": new, **weights}
    arrays.update(transfers(x, new))
    arrays.update(called_as_it_runs(keras, "inferring", "adam.keras", x, new))
    arrays.update(called_as_it_runs(tf_keras, "inferring_2", "adam_2.h5", x, new))
    arrays.update(fine_tunes(x, old))
    arrays.update(goes_on(models, x, old))
    save_npz("transfer/weights.npz", {k: v for k, v in arrays.items() if k not in ("x_train", "old", "new")})
    save_npz("transfer/old.npz", {"x_train": x, "y_train": old})
    save_npz("transfer/new.npz", {"x_train": x, "y_train": new})


if __name__ == "__main__":
    main()
