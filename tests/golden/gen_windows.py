# SPDX-License-Identifier: Apache-2.0
"""Convolutions, pooling, margins, up-sampling and normalizations of samples: one Keras layer a case, its answer and gradients,
and 100 steps of small networks of them. Writes windows.npz and windows_steps.npz.

    python gen_windows.py            (pins: requirements.txt)

A case has `spec` (bytes: a spec's text, which mote builds the layer of), x, gy (the gradient of the answer), y, gx, and w0,
g0 ... (weights and their gradients, in Keras' order and shapes). Computed in float64 from float32. Networks have spec, x, y (targets of the mean
squared error), batches, w/LAYER/N and, after the steps, OPTIMIZER/LAYER/N: Keras' float32 run.
"""
import json
import zlib

import numpy as np

from common import normal, save_npz

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

CLASSES = {
    "conv1d": "Conv1D", "conv2d": "Conv2D", "depthwise_conv1d": "DepthwiseConv1D", "separable_conv1d": "SeparableConv1D",
    "separable_conv2d": "SeparableConv2D", "conv1d_transpose": "Conv1DTranspose", "conv2d_transpose": "Conv2DTranspose",
    "max_pooling1d": "MaxPooling1D", "average_pooling1d": "AveragePooling1D", "global_max_pooling1d": "GlobalMaxPooling1D",
    "global_max_pooling2d": "GlobalMaxPooling2D", "global_average_pooling1d": "GlobalAveragePooling1D",
    "zero_padding1d": "ZeroPadding1D", "zero_padding2d": "ZeroPadding2D", "cropping1d": "Cropping1D",
    "cropping2d": "Cropping2D", "up_sampling1d": "UpSampling1D", "up_sampling2d": "UpSampling2D",
    "layer_normalization": "LayerNormalization", "rms_normalization": "RMSNormalization",
    "group_normalization": "GroupNormalization", "max_pooling2d": "MaxPooling2D", "dense": "Dense", "add": "Add",
    "concatenate": "Concatenate", "activation": "Activation", "batch_normalization": "BatchNormalization",
}
BATCH, STEPS, SAMPLES, STEP_BATCH = 3, 100, 32, 8
CASES = []  # (name, kind, arguments, shape, values)


def case(kind, name, shape, values="normal", **arguments):
    CASES.append((f"{kind}_{name}", kind, arguments, shape, values))


def define_cases():
    case("conv1d", "valid", (9, 3), filters=5, kernel_size=3)
    case("conv1d", "same_even", (8, 2), filters=4, kernel_size=4, padding="same")
    case("conv1d", "same_strides", (11, 3), filters=4, kernel_size=3, strides=2, padding="same", activation="relu")
    case("conv1d", "valid_strides", (12, 3), filters=5, kernel_size=5, strides=3, activation="tanh")
    case("conv1d", "causal", (7, 3), filters=5, kernel_size=3, padding="causal")
    case("conv1d", "causal_dilated", (13, 4), filters=6, kernel_size=3, padding="causal", dilation_rate=4,
         activation="relu")
    case("conv1d", "causal_strides", (10, 3), filters=4, kernel_size=3, strides=2, padding="causal")
    case("conv1d", "causal_longer_than_input", (4, 2), filters=3, kernel_size=3, padding="causal", dilation_rate=4)
    case("conv1d", "dilated_same", (12, 3), filters=5, kernel_size=3, padding="same", dilation_rate=3, use_bias=False)
    case("conv1d", "dilated_valid", (12, 3), filters=5, kernel_size=4, dilation_rate=2, activation="sigmoid")
    case("conv1d", "groups", (9, 6), filters=9, kernel_size=3, groups=3, activation="relu")
    case("conv1d", "pointwise_softmax", (5, 3), filters=4, kernel_size=1, activation="softmax")
    case("conv1d", "wide", (17, 20), filters=33, kernel_size=3, padding="same", activation="relu")
    case("conv1d", "one_step", (1, 3), filters=2, kernel_size=3, padding="same")
    case("conv2d", "groups", (6, 5, 4), filters=6, kernel_size=3, groups=2, padding="same", activation="relu")
    case("conv2d", "groups_strides", (7, 6, 6), filters=6, kernel_size=[3, 2], strides=2, groups=3, use_bias=False)
    case("conv2d", "groups_pointwise", (4, 3, 8), filters=4, kernel_size=1, groups=4)
    case("conv2d", "groups_dilated", (7, 8, 4), filters=4, kernel_size=3, groups=2, dilation_rate=2)
    case("depthwise_conv1d", "valid", (9, 3), kernel_size=3)
    case("depthwise_conv1d", "same_multiplier", (9, 3), kernel_size=4, padding="same", depth_multiplier=2,
         activation="relu")
    case("depthwise_conv1d", "strides", (11, 5), kernel_size=3, strides=2, padding="same", use_bias=False)
    case("depthwise_conv1d", "dilated", (12, 4), kernel_size=3, dilation_rate=2, activation="tanh")
    case("separable_conv1d", "valid", (9, 3), filters=5, kernel_size=3)
    case("separable_conv1d", "same", (9, 3), filters=5, kernel_size=4, padding="same", depth_multiplier=2,
         activation="relu", use_bias=False)
    case("separable_conv1d", "dilated", (12, 3), filters=4, kernel_size=3, dilation_rate=3, activation="sigmoid")
    case("separable_conv1d", "strides", (10, 3), filters=4, kernel_size=3, strides=2)
    case("separable_conv2d", "valid", (6, 5, 3), filters=5, kernel_size=3)
    case("separable_conv2d", "same_strides", (7, 6, 3), filters=4, kernel_size=[3, 2], strides=2, padding="same",
         depth_multiplier=2, activation="relu")
    case("separable_conv2d", "dilated", (8, 7, 2), filters=4, kernel_size=3, dilation_rate=2, use_bias=False,
         activation="tanh")
    case("conv1d_transpose", "valid", (5, 3), filters=4, kernel_size=3)
    case("conv1d_transpose", "valid_strides", (5, 3), filters=4, kernel_size=3, strides=2, activation="relu")
    case("conv1d_transpose", "same_strides", (5, 3), filters=4, kernel_size=4, strides=2, padding="same")
    case("conv1d_transpose", "gaps", (4, 3), filters=2, kernel_size=2, strides=3, use_bias=False)
    case("conv1d_transpose", "output_padding", (5, 3), filters=4, kernel_size=3, strides=2, padding="same",
         output_padding=1)
    case("conv1d_transpose", "output_padding_0", (5, 3), filters=4, kernel_size=3, strides=2, padding="same",
         output_padding=0, activation="sigmoid")
    case("conv2d_transpose", "valid", (4, 3, 3), filters=5, kernel_size=3)
    case("conv2d_transpose", "valid_strides", (4, 3, 3), filters=5, kernel_size=[3, 4], strides=[2, 3],
         activation="relu")
    case("conv2d_transpose", "same", (4, 5, 3), filters=4, kernel_size=3, padding="same")
    case("conv2d_transpose", "same_strides", (4, 3, 6), filters=5, kernel_size=3, strides=2, padding="same",
         activation="relu")
    case("conv2d_transpose", "two_by_two", (4, 4, 8), filters=4, kernel_size=2, strides=2, use_bias=False)
    case("conv2d_transpose", "gaps", (3, 3, 2), filters=3, kernel_size=2, strides=3, padding="same")
    case("conv2d_transpose", "output_padding", (4, 3, 3), filters=4, kernel_size=3, strides=2, padding="same",
         output_padding=[1, 0])
    case("conv2d_transpose", "output_padding_valid", (4, 3, 3), filters=4, kernel_size=[2, 3], strides=2,
         output_padding=1, activation="tanh")
    case("conv2d_transpose", "pointwise", (4, 3, 5), filters=3, kernel_size=1)
    case("conv2d_transpose", "wide", (5, 4, 20), filters=18, kernel_size=4, strides=2, padding="same",
         activation="relu")
    for kind in ("max_pooling1d", "average_pooling1d"):
        case(kind, "valid", (9, 3), pool_size=2)
        case(kind, "same", (9, 3), pool_size=2, padding="same")
        case(kind, "overlapping", (10, 3), pool_size=3, strides=1)
        case(kind, "overlapping_same", (11, 5), pool_size=4, strides=2, padding="same")
        case(kind, "stride_over_window", (11, 2), pool_size=2, strides=3)
    case("max_pooling1d", "ties", (9, 3), "few", pool_size=3, strides=1, padding="same")
    for kind, shape in (("global_max_pooling1d", (7, 3)), ("global_max_pooling2d", (4, 5, 3)),
                        ("global_average_pooling1d", (7, 3))):
        case(kind, "plain", shape)
        case(kind, "keepdims", shape, keepdims=True)
    case("global_max_pooling1d", "ties", (7, 3), "few")
    case("global_max_pooling2d", "ties", (4, 5, 3), "few")
    case("zero_padding1d", "default", (5, 3))
    case("zero_padding1d", "uneven", (5, 3), padding=[0, 3])
    case("zero_padding2d", "default", (3, 4, 2))
    case("zero_padding2d", "two", (3, 4, 2), padding=[0, 2])
    case("zero_padding2d", "four", (3, 4, 2), padding=[[1, 0], [2, 3]])
    case("cropping1d", "default", (5, 3))
    case("cropping1d", "uneven", (6, 3), cropping=[3, 0])
    case("cropping2d", "none", (3, 4, 2))
    case("cropping2d", "two", (5, 6, 2), cropping=[1, 2])
    case("cropping2d", "four", (5, 6, 2), cropping=[[1, 0], [2, 1]])
    case("up_sampling1d", "default", (4, 3))
    case("up_sampling1d", "three", (4, 3), size=3)
    case("up_sampling2d", "default", (3, 4, 2))
    case("up_sampling2d", "two_sizes", (3, 4, 2), size=[3, 1])
    case("up_sampling2d", "bilinear", (3, 4, 2), interpolation="bilinear")
    case("up_sampling2d", "bilinear_sizes", (4, 3, 3), size=[3, 2], interpolation="bilinear")
    case("up_sampling2d", "bilinear_one_row", (1, 5, 2), size=4, interpolation="bilinear")
    case("layer_normalization", "vectors", (7,))
    case("layer_normalization", "sequence", (5, 19))
    case("layer_normalization", "image", (3, 4, 5))
    case("layer_normalization", "two_axes", (3, 4, 5), axis=[-2, -1])
    case("layer_normalization", "three_axes", (3, 4, 5), axis=[1, 2, 3], epsilon=0.01)
    case("layer_normalization", "no_scale", (5, 6), scale=False)
    case("layer_normalization", "no_center", (5, 6), center=False)
    case("layer_normalization", "neither", (5, 6), scale=False, center=False)
    case("layer_normalization", "offset", (5, 33), "offset")
    case("rms_normalization", "sequence", (5, 19))
    case("rms_normalization", "two_axes", (3, 4, 5), axis=[-2, -1], epsilon=0.01)
    case("group_normalization", "image", (3, 4, 6), groups=3)
    case("group_normalization", "one_group", (3, 4, 6), groups=1, epsilon=0.01)
    case("group_normalization", "each_channel", (3, 4, 5), groups=-1)
    case("group_normalization", "sequence", (5, 34), groups=2)
    case("group_normalization", "vectors", (8,), groups=4)
    case("group_normalization", "default", (2, 64))
    case("group_normalization", "no_scale", (3, 4, 6), groups=2, scale=False)
    case("group_normalization", "no_center", (3, 4, 6), groups=2, center=False)
    case("group_normalization", "offset", (4, 4, 6), "offset", groups=2)


def spec_of(shape, layers):
    """JSON is YAML."""
    text = json.dumps({"model": {"input": list(shape), "layers": layers}})
    return np.frombuffer(text.encode(), np.uint8)


def unit_of(channels):
    """What the layer stands behind, so that training wants gx: a dense layer, whose kernel will be the unit matrix."""
    return {"dense": {"units": channels, "use_bias": False, "name": "unit"}}


def make_layer(kind, arguments, dtype):
    arguments = {k: tuple(v) if isinstance(v, list) and k != "axis" else v for k, v in arguments.items()}
    return getattr(keras.layers, CLASSES[kind])(**arguments, dtype=dtype)


def draw_input(random, shape, values):
    if values == "few":  # equal ones meet
        return np.float32(random.integers(0, 3, shape))
    return normal(random, shape) + np.float32(50.0 if values == "offset" else 0.0)


def make_case(name, kind, arguments, shape, values):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    x = draw_input(random, (BATCH, *shape), values)
    layer = make_layer(kind, arguments, "float64")
    layer.build((None, *shape))
    weights = [normal(random, w.shape, 0.4) + np.float32(w.name == "gamma") for w in layer.weights]
    layer.set_weights([np.float64(w) for w in weights])
    given = tf.Variable(np.float64(x))
    gy = normal(random, layer(given).shape)
    with tf.GradientTape() as tape:
        y = layer(given)
        target = tf.reduce_sum(y * np.float64(gy))
    gradients = tape.gradient(target, [given] + [w.value for w in layer.weights])
    gradients = [tf.convert_to_tensor(g).numpy() for g in gradients]
    layers = [unit_of(shape[-1]), {kind: arguments} if arguments else kind]
    arrays = {"spec": spec_of(shape, layers), "x": x, "gy": gy, "y": y.numpy(), "gx": gradients[0]}
    for i, (weight, gradient) in enumerate(zip(weights, gradients[1:])):
        arrays[f"w{i}"], arrays[f"g{i}"] = weight, gradient
    return {f"{name}/{key}": value for key, value in arrays.items()}


# ---- networks: (name, kind, arguments, inputs; none: the layer above)

UNET = ((8, 8, 2), (8, 8, 1), [
    ("fine", "conv2d", {"filters": 6, "kernel_size": 3, "padding": "same", "activation": "relu"}, None),
    ("pool", "max_pooling2d", {}, None),
    ("coarse", "conv2d", {"filters": 8, "kernel_size": 3, "padding": "same", "activation": "relu"}, None),
    ("up", "conv2d_transpose", {"filters": 6, "kernel_size": 2, "strides": 2, "activation": "relu"}, None),
    ("joined", "concatenate", {}, ["up", "fine"]),
    ("second", "separable_conv2d", {"filters": 6, "kernel_size": 3, "padding": "same", "activation": "relu"}, None),
    ("again", "up_sampling2d", {"interpolation": "bilinear"}, "coarse"),
    ("normal", "group_normalization", {"groups": 2}, None),
    ("all", "concatenate", {}, ["second", "normal"]),
    ("out", "conv2d", {"filters": 1, "kernel_size": 1}, None),
])
TCN = ((24, 2), (3,), [
    ("first", "conv1d", {"filters": 8, "kernel_size": 3, "padding": "causal", "activation": "relu"}, None),
    ("second", "conv1d", {"filters": 8, "kernel_size": 3, "padding": "causal", "dilation_rate": 2}, None),
    ("normal", "layer_normalization", {}, None),
    ("bent", "activation", {"activation": "relu"}, None),
    ("third", "conv1d", {"filters": 8, "kernel_size": 3, "padding": "causal", "dilation_rate": 4, "groups": 2,
                        "use_bias": False}, None),
    ("batch", "batch_normalization", {}, None),
    ("sum", "add", {}, ["batch", "first"]),
    ("mean", "global_average_pooling1d", {}, None),
    ("out", "dense", {"units": 3}, None),
])
SERIES = ((16, 3), (16, 2), [
    ("apart", "separable_conv1d", {"filters": 6, "kernel_size": 3, "padding": "same", "activation": "relu"}, None),
    ("pool", "max_pooling1d", {}, None),
    ("deep", "depthwise_conv1d", {"kernel_size": 3, "padding": "same", "depth_multiplier": 2}, None),
    ("normal", "rms_normalization", {}, None),
    ("mean", "average_pooling1d", {"pool_size": 3, "strides": 1, "padding": "same"}, None),
    ("up", "conv1d_transpose", {"filters": 4, "kernel_size": 4, "strides": 2, "padding": "same",
                                "activation": "tanh"}, None),
    ("wider", "zero_padding1d", {"padding": [2, 1]}, None),
    ("narrower", "cropping1d", {"cropping": [1, 2]}, None),
    ("out", "conv1d", {"filters": 2, "kernel_size": 1}, None),
])
NETWORKS = {"unet": UNET, "tcn": TCN, "series": SERIES}
OPTIMIZERS = {"sgd": lambda: keras.optimizers.SGD(0.05), "adam": lambda: keras.optimizers.Adam()}


def build(network, dtype):
    shape, _, layers = network
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    x = keras.Input(shape)
    values, last = {}, x
    for name, kind, arguments, inputs in layers:
        given = [values[n] for n in inputs] if isinstance(inputs, list) else values[inputs] if inputs else last
        last = values[name] = make_layer(kind, {**arguments, "name": name}, dtype)(given)
    return keras.Model(x, last)


def train(network, dtype, start, make_optimizer, x, y, batches):
    model = build(network, dtype)
    model.set_weights([w.astype(dtype) for w in start])
    optimizer = make_optimizer()
    optimizer.build(model.trainable_variables)
    loss = keras.losses.MeanSquaredError()

    @tf.function
    def step(x_batch, y_batch):
        with tf.GradientTape() as tape:
            value = loss(y_batch, model(x_batch, training=True))
        optimizer.apply(tape.gradient(value, [v.value for v in model.trainable_variables]))
        return value

    losses = [float(step(x[b].astype(dtype), y[b].astype(dtype))) for b in batches]
    return losses, model


def weights_of(model):
    return {f"{layer.name}/{i}": w.numpy() for layer in model.layers for i, w in enumerate(layer.weights)}


def distance(a, b):
    return float(np.sqrt(sum(np.sum((a[k] - b[k]) ** 2) for k in a) / sum(np.sum(b[k] ** 2) for k in b)))


def make_network(name, network):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    keras.utils.set_random_seed(7)
    shape, targets, layers = network
    model = build(network, "float32")
    x, y = normal(random, (SAMPLES, *shape)), normal(random, (SAMPLES, *targets))
    batches = np.stack([random.choice(SAMPLES, STEP_BATCH, replace=False) for _ in range(STEPS)]).astype(np.int32)
    listed = [{kind: {**arguments, "name": n, **({"inputs": inputs} if inputs else {})}}
              for n, kind, arguments, inputs in layers]
    arrays = {"spec": spec_of(shape, listed), "x": x, "y": y, "batches": batches}
    arrays.update({f"w/{k}": w for k, w in weights_of(model).items()})
    for optimizer, make_optimizer in OPTIMIZERS.items():
        losses, after = train(network, "float32", model.get_weights(), make_optimizer, x, y, batches)
        _, wide = train(network, "float64", model.get_weights(), make_optimizer, x, y, batches)
        arrays.update({f"{optimizer}/{k}": w for k, w in weights_of(after).items()})
        arrays[f"{optimizer}/loss"] = np.float32(losses)
        print(f"{name} {optimizer}: loss {losses[0]:.4f} -> {losses[-1]:.4f}; float32 from float64 "
              f"{distance(weights_of(after), weights_of(wide)):.1e}")
    return {f"{name}/{key}": value for key, value in arrays.items()}


def main():
    arrays = {}
    define_cases()
    for definition in CASES:
        arrays.update(make_case(*definition))
    save_npz("windows.npz", arrays)
    print(f"{len(CASES)} cases")
    arrays = {}
    for name, network in NETWORKS.items():
        arrays.update(make_network(name, network))
    save_npz("windows_steps.npz", arrays)


if __name__ == "__main__":
    main()
