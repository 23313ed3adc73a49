# SPDX-License-Identifier: Apache-2.0
"""What TensorFlow's converter makes of small networks in full int8, and in int16x8: convert/.

    python gen_convert.py            (pins: requirements.txt; rewrites all of convert/)

convert/NAME.tflite is the float model, convert/NAME_int8.tflite (int8 in and out) and convert/NAME_tensor.tflite (per tensor)
the converter's int8 models, convert/NAME_int16x8.tflite its models of int16 activations and int8 weights (int16 in and out),
calibrated with all rows of NAME/x in convert/samples.npz: [samples, ...shape without the batch].
mote quantizes the float file with the same samples and must arrive at the same scales, zero points and integers.
"""
from common import FOLDER, normal, save_npz

import keras
import numpy as np
import tensorflow as tf
from keras import layers

OUT = FOLDER / "convert"


def randomize(model, random):
    """Weights that are no initializer's: biases not zero, moving statistics not the identity."""
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            gamma, beta, mean, variance = layer.get_weights()
            layer.set_weights([random.uniform(0.5, 1.5, gamma.shape), random.normal(0, 0.3, beta.shape),
                               random.normal(0, 0.3, mean.shape), random.uniform(0.5, 2, variance.shape)])
        elif layer.get_weights():
            kernel, *bias = layer.get_weights()
            fan = max(1, kernel.size // kernel.shape[-1])
            layer.set_weights([random.normal(0, 1.5 / np.sqrt(fan), kernel.shape)] + [random.normal(0, 0.4, b.shape) for b in bias])


def mlp():
    return keras.Sequential([keras.Input((8,)), layers.Dense(12, activation="relu"), layers.Dense(7), layers.Dense(4, activation="softmax")])


def cnn():
    model = keras.Sequential([keras.Input((9, 8, 2)), layers.Conv2D(5, 3, padding="same", activation="relu"), layers.MaxPooling2D(2),
                              layers.DepthwiseConv2D(3, padding="same", activation="relu6"), layers.Conv2D(4, (2, 3), strides=(1, 1)),
                              layers.AveragePooling2D(2, strides=1), layers.Flatten(), layers.Dense(3, activation="sigmoid")])
    return model


def residual():
    x = first = keras.Input((8, 8, 3))
    x = layers.Conv2D(6, 3, strides=2, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = stem = layers.ReLU()(x)
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Conv2D(6, 1)(x)
    x = layers.Add()([x, stem])
    x = layers.ReLU()(x)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(first, layers.Dense(5, activation="tanh")(x))


def dead():
    """A convolution with a channel of zeros, one of tiny weights under a large bias, one all negative."""
    return keras.Sequential([keras.Input((4, 4, 2)), layers.Conv2D(4, 3, activation="relu"), layers.Flatten(), layers.Dense(2)])


def make(name, build):
    random = np.random.default_rng(sum(map(ord, name)))
    keras.utils.set_random_seed(1)
    model = build()
    randomize(model, random)
    if name == "dead":
        kernel, bias = model.layers[0].get_weights()
        kernel[..., 0] = 0
        kernel[..., 1] *= 1e-7
        bias[1] = 90.0
        kernel[..., 2] = -np.abs(kernel[..., 2])
        model.layers[0].set_weights([kernel, bias])
    x = normal(random, (20, *model.input_shape[1:])) + np.float32(0.25)
    owner = tf.Module()
    owner.held = [v.value for v in model.variables]
    traced = tf.function(lambda t: model(t, training=False)).get_concrete_function(tf.TensorSpec((1, *x.shape[1:]), tf.float32))

    def convert(**settings):
        c = tf.lite.TFLiteConverter.from_concrete_functions([traced], owner)
        for key, value in settings.items():
            setattr(c, key, value)
        return c.convert()

    int8 = dict(optimizations=[tf.lite.Optimize.DEFAULT], representative_dataset=lambda: ([s[None]] for s in x),
                inference_input_type=tf.int8, inference_output_type=tf.int8)

    def convert_int8(**more):
        c = tf.lite.TFLiteConverter.from_concrete_functions([traced], owner)
        c.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        for key, value in {**int8, **more}.items():
            setattr(c, key, value)
        return c.convert()

    def convert_int16x8():
        c = tf.lite.TFLiteConverter.from_concrete_functions([traced], owner)
        c.target_spec.supported_ops = [tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8]
        for key, value in {**int8, "inference_input_type": tf.int16, "inference_output_type": tf.int16}.items():
            setattr(c, key, value)
        return c.convert()

    for suffix, content in (("", convert()), ("_int8", convert_int8()), ("_tensor", convert_int8(_experimental_disable_per_channel=True)),
                            ("_int16x8", convert_int16x8())):
        (OUT / f"{name}{suffix}.tflite").write_bytes(content)
        print(name + suffix, len(content))
    return x


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    save_npz("convert/samples.npz", {f"{f.__name__}/x": make(f.__name__, f) for f in (mlp, cnn, residual, dead)})
