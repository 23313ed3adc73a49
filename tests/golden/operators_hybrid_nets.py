# SPDX-License-Identifier: Apache-2.0
"""Whole files with int8 weights and float activations: three that TensorFlow's converter makes of Keras networks (dynamic range),
and one with LSTM in both directions. LiteRT's reference kernels answer."""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from keras import layers  # noqa: E402

from operator_cases import Family, generator, schema  # noqa: E402
from operators_hybrid import bytes_of, floats, real  # noqa: E402
from operators_lstm import direction, fill  # noqa: E402
from operators_recurrent import state  # noqa: E402
from tflite_builder import build_graph  # noqa: E402


def convolutional():
    return keras.Sequential([
        keras.Input((12, 10, 4)), layers.Conv2D(12, 3, padding="same", activation="relu"), layers.BatchNormalization(),
        layers.DepthwiseConv2D(5, strides=2, depth_multiplier=4, padding="same"), layers.ReLU(6.0),
        layers.Conv2D(24, 1, activation="relu"), layers.Conv2DTranspose(10, 3, strides=2, padding="same"),
        layers.GlobalAveragePooling2D(), layers.Dense(104, activation="relu"), layers.Dense(10), layers.Softmax()])


def dense():
    return keras.Sequential([keras.Input((40,)), layers.Dense(32, activation="relu"), layers.Dense(32, activation="tanh"),
                             layers.Dense(40)])


def words():
    return keras.Sequential([keras.Input((12,), dtype="int32"), layers.Embedding(50, 24), layers.Conv1D(20, 3, activation="relu"),
                             layers.GlobalMaxPooling1D(), layers.Dense(56), layers.Dense(20)])


def converted(net, dtype):
    owner = tf.Module()
    owner.variables_of_net = [v.value for v in net.variables]
    traced = tf.function(lambda x: net(x, training=False)).get_concrete_function(tf.TensorSpec((1, *net.input_shape[1:]), dtype))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced], owner)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    return converter.convert()


def lstm(random):
    """Both directions merged, then one with a projection, then a dense layer."""
    both, one, last = real((1, 6, 20), "both"), real((1, 6, 6), "one"), real((6, 5), "last")
    x, out = real((1, 6, 14), "x"), real((6, 5), "out")
    two = [x, *direction(random, True, {"peepholes"}, 14, 10, 10, "f"), *direction(random, True, {"coupled"}, 14, 10, 10, "b"),
           *[state("f32", (1, 10), f"s{i}") for i in range(4)], *[None] * 9]
    projected = [both, *direction(random, True, {"projection"}, 20, 12, 6, "o"), state("f32", (1, 6), "h"),
                 state("f32", (1, 12), "c"), *[None] * 4]
    options = fill(schema.BidirectionalSequenceLSTMOptionsT(), 0, False, True)
    options.mergeOutputs = True
    second = fill(schema.UnidirectionalSequenceLSTMOptionsT(), 0, False, True)
    asymmetric = schema.FullyConnectedOptionsT()
    asymmetric.asymmetricQuantizeInputs = True
    softmax = schema.SoftmaxOptionsT()
    softmax.beta = 1.0
    steps = [("BIDIRECTIONAL_SEQUENCE_LSTM", 3, options, two, [both]),
             ("UNIDIRECTIONAL_SEQUENCE_LSTM", 3, second, projected, [one]),
             ("FULLY_CONNECTED", 9, asymmetric, [one, bytes_of(random, (5, 6), "w", 0.02), floats(random, (5,), "b")], [last]),
             ("SOFTMAX", 1, softmax, [last], [out])]
    return build_graph([x], steps, [out])


def make():
    keras.utils.set_random_seed(5)
    family, random = Family("hybrid_nets", engine="litert"), generator("hybrid_nets")
    count = int(os.environ.get("COUNT", 5))
    for name, net, shape in [("convolutional", convolutional(), (1, 10)), ("dense", dense(), (1, 40))]:
        x = random.normal(0, 1, (count, 1, *net.input_shape[1:])).astype(np.float32)
        family.add_model(name, converted(net, tf.float32), [x], [real(shape, "out")])
    x = random.integers(0, 50, (count, 1, 12)).astype(np.int32)
    family.add_model("words", converted(words(), tf.int32), [x], [real((1, 20), "out")])
    x = random.normal(0, 1, (count, 1, 6, 14)).astype(np.float32)
    family.add_model("lstm", lstm(generator("hybrid_nets_lstm")), [x], [real((6, 5), "out")])
    family.save()
