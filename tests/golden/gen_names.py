# SPDX-License-Identifier: Apache-2.0
"""Networks as Keras saves them, and as TensorFlow's converter writes them: names/.

    python gen_names.py            (pins: requirements.txt; rewrites all of names/)

names/NAME.keras is a model of Keras 3, names/NAME.h5 one of Keras 2 (tf_keras); NAME.tflite and NAME_int8.tflite are what the
converter makes of it, of floats and of integers (whose inputs and outputs stay float32). Their tensors are called after what the
converter made one operator of (`functional/conv_1/Relu;functional/conv_1/BiasAdd`), and `mote compare --layers` has to find each
layer again. Samples are drawn where they are needed.
"""
import sys

from common import FOLDER

import keras
import numpy as np
import tensorflow as tf
import tf_keras

OUT = FOLDER / "names"


def cnn(k):
    """Layers with names of their own; a convolution, its normalization and its activation are three layers."""
    layers = k.layers
    x = first = k.Input((12, 12, 3), name="image")
    x = layers.Conv2D(8, 3, padding="same", use_bias=False, name="stem")(x)
    x = layers.BatchNormalization(name="stem_bn")(x)
    x = stem = layers.ReLU(name="stem_relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same", name="dw")(x)
    x = layers.BatchNormalization(name="dw_bn")(x)
    x = layers.Activation("relu6", name="dw_act")(x)
    x = layers.Conv2D(8, 1, name="project_1")(x)
    x = layers.Add(name="residual")([x, stem])
    x = layers.MaxPooling2D(2, name="pool")(x)
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dense(16, activation="tanh", name="hidden")(x)
    x = layers.Dense(5, name="logits")(x)
    return k.Model(first, layers.Softmax(name="probabilities")(x))


def plain(k):
    """Layers with the names that Keras gives, all of one shape: dense, dense_1, dense_2, dense_3."""
    layers = k.layers
    return k.Sequential([k.Input((6,)), layers.Dense(6, activation="relu"), layers.Dense(6, activation="sigmoid"),
                         layers.Dense(6), layers.Dense(6, activation="softmax")])


def nested(k):
    """A model in a model, whose layers have the names of outer ones, and a pool without a name."""
    layers = k.layers
    i = k.Input((8, 8, 2))
    x = layers.Conv2D(4, 3, activation="relu", name="conv")(i)
    inner = k.Model(i, layers.Conv2D(4, 3, padding="same", name="head")(x), name="inner")
    i = k.Input((8, 8, 2))
    x = layers.Conv2D(2, 3, padding="same", activation="relu", name="conv")(i)
    x = inner(x)
    x = layers.Conv2D(4, 1, name="head")(x)
    x = layers.GlobalAveragePooling2D()(x)
    return k.Model(i, layers.Dense(3, name="out")(x))


def heads(k):
    """Two outputs, of a trunk with a concatenation."""
    layers = k.layers
    i = k.Input((10,), name="features")
    a = layers.Dense(8, activation="relu", name="left")(i)
    b = layers.Dense(8, activation="tanh", name="right")(i)
    x = layers.Concatenate(name="both")([a, b])
    x = layers.Dense(6, activation="relu", name="trunk")(x)
    return k.Model(i, [layers.Dense(4, activation="softmax", name="kind")(x), layers.Dense(1, name="price")(x)])


def randomize(model, random):
    for weight in model.weights:
        fan = max(1, int(np.prod(weight.shape)) // weight.shape[-1])
        is_positive = any(word in weight.name for word in ("variance", "gamma"))
        weight.assign(random.uniform(0.5, 1.5, weight.shape) if is_positive
                      else random.normal(0, 1.2 / np.sqrt(fan) if len(weight.shape) > 1 else 0.2, weight.shape))


def convert(model, samples, is_quantized):
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    if is_quantized:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x[None]] for x in samples)
    return converter.convert()


def make(name, build, k, suffix):
    k.utils.set_random_seed(1)
    k.backend.clear_session()
    random = np.random.default_rng(len(name))
    model = build(k)
    randomize(model, random)
    samples = random.uniform(-1, 1, (32, *model.input_shape[1:])).astype(np.float32)
    model.save(OUT / f"{name}{suffix}")
    (OUT / f"{name}.tflite").write_bytes(convert(model, samples, False))
    (OUT / f"{name}_int8.tflite").write_bytes(convert(model, samples, True))


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for old in OUT.iterdir():
        old.unlink()
    for build in (cnn, plain, nested, heads):
        make(f"{build.__name__}3", build, keras, ".keras")
        make(f"{build.__name__}2", build, tf_keras, ".h5")
    print(f"names/: {sum(f.stat().st_size for f in OUT.iterdir())} bytes", file=sys.stderr)
