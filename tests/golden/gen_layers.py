# SPDX-License-Identifier: Apache-2.0
"""One Keras layer a case: outputs and gradients, in training. Writes train_layers.npz.

    python gen_layers.py             (pins: requirements.txt)

Computed in float64 from float32 inputs, stored as float32, and checked against Keras' own float32 run of the same layer.
Parameters and their gradients are in TensorFlow Lite's layout; the README lists the arrays and each layer's attrs.
"""
import zlib

import numpy as np

from common import normal, save_npz, tflite_layout

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

ACTIVATIONS = (None, "relu", "sigmoid", "tanh", "softmax", "relu6", "leaky_relu")
PADDINGS = ("valid", "same")
BATCH_PARAMETERS, KERNEL_PARAMETERS = ("gamma", "beta", "moving_mean", "moving_variance"), ("kernel", "bias")
CASES = {}  # name -> (layer kind, attrs, make(dtype) -> Keras layer, input shapes, options)


def case(kind, name, attrs, make, *shapes, **options):
    CASES[f"{kind}_{name}"] = (kind, attrs, make, shapes, options)


def dense(name, shape, units, activation=None, bias=True):
    case("dense", name, [units, ACTIVATIONS.index(activation), bias],
         lambda d: keras.layers.Dense(units, activation=activation, use_bias=bias, dtype=d), shape)


def conv2d(name, shape, filters, kernel, padding, strides=(1, 1), dilation=(1, 1), activation=None, bias=True):
    case("conv2d", name,
         [filters, *kernel, *strides, *dilation, PADDINGS.index(padding), ACTIVATIONS.index(activation), bias],
         lambda d: keras.layers.Conv2D(filters, kernel, strides, padding, dilation_rate=dilation, activation=activation,
                                       use_bias=bias, dtype=d), shape)


def depthwise(name, shape, multiplier, kernel, padding, strides=(1, 1), dilation=(1, 1), activation=None, bias=True):
    case("depthwise_conv2d", name,
         [multiplier, *kernel, *strides, *dilation, PADDINGS.index(padding), ACTIVATIONS.index(activation), bias],
         lambda d: keras.layers.DepthwiseConv2D(kernel, strides, padding, multiplier, dilation_rate=dilation,
                                                activation=activation, use_bias=bias, dtype=d), shape)


def pool(kind, name, shape, window, strides, padding, **options):
    layer = {"max_pooling2d": keras.layers.MaxPooling2D, "average_pooling2d": keras.layers.AveragePooling2D}[kind]
    case(kind, name, [*window, *strides, PADDINGS.index(padding)], lambda d: layer(window, strides, padding, dtype=d), shape,
         **options)


def batch_normalization(name, shape, training, momentum=0.99, epsilon=1e-3, center=True, scale=True):
    case("batch_normalization", name, [training, momentum, epsilon, center, scale],
         lambda d: keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon, center=center, scale=scale, dtype=d),
         shape, training=training)


def define_cases():
    dense("plain", (3, 7), 5)
    dense("no_bias", (3, 7), 5, bias=False)
    for activation in ("relu", "sigmoid", "tanh", "softmax"):
        dense(activation, (3, 7), 5, activation)
    dense("one_to_one", (2, 1), 1)
    dense("wide", (2, 33), 17, "relu")
    dense("rank_3", (2, 3, 4), 5, "tanh")

    conv2d("valid", (2, 5, 7, 3), 5, (3, 3), "valid")
    conv2d("same", (2, 5, 7, 3), 5, (3, 3), "same")
    conv2d("valid_s2", (2, 7, 6, 3), 5, (3, 3), "valid", (2, 2))
    conv2d("same_s2_odd", (2, 5, 7, 3), 5, (3, 3), "same", (2, 2))
    conv2d("same_s2_even", (2, 6, 8, 1), 8, (3, 3), "same", (2, 2))
    conv2d("same_s21", (2, 6, 5, 3), 4, (3, 3), "same", (2, 1))
    conv2d("kernel_5x1_valid", (2, 7, 4, 3), 5, (5, 1), "valid")
    conv2d("kernel_5x1_same", (2, 7, 4, 3), 5, (5, 1), "same")
    conv2d("kernel_2x4_same", (2, 5, 6, 3), 2, (2, 4), "same")
    conv2d("kernel_over_image", (2, 3, 2, 2), 3, (5, 5), "same")
    conv2d("pointwise", (2, 4, 5, 8), 16, (1, 1), "valid")
    conv2d("pointwise_s2", (2, 5, 4, 5), 3, (1, 1), "same", (2, 2))
    conv2d("dilation_2_valid", (2, 7, 6, 3), 5, (3, 3), "valid", dilation=(2, 2))
    conv2d("dilation_2_same", (2, 7, 6, 3), 5, (3, 3), "same", dilation=(2, 2))
    conv2d("channels_1_to_16", (2, 5, 5, 1), 16, (3, 3), "valid")
    conv2d("channels_16_to_8", (2, 4, 4, 16), 8, (3, 3), "same")
    conv2d("channels_1_to_1", (2, 4, 3, 1), 1, (3, 3), "same")
    conv2d("window_is_image", (3, 4, 3, 5), 3, (4, 3), "valid")
    conv2d("no_bias_relu", (2, 5, 5, 3), 8, (3, 3), "same", activation="relu", bias=False)
    conv2d("tanh", (2, 4, 5, 3), 5, (3, 3), "valid", activation="tanh")

    depthwise("valid", (2, 5, 7, 3), 1, (3, 3), "valid")
    depthwise("same", (2, 5, 7, 3), 1, (3, 3), "same")
    depthwise("valid_s2", (2, 7, 6, 5), 1, (3, 3), "valid", (2, 2))
    depthwise("same_s2_odd", (2, 5, 7, 3), 1, (3, 3), "same", (2, 2))
    depthwise("same_s2_even", (2, 6, 8, 8), 1, (3, 3), "same", (2, 2))
    depthwise("multiplier_2_valid", (2, 5, 4, 3), 2, (3, 3), "valid")
    depthwise("multiplier_2_same_s2", (2, 5, 7, 3), 2, (3, 3), "same", (2, 2))
    depthwise("multiplier_8_of_1", (2, 5, 4, 1), 8, (3, 3), "same")
    depthwise("kernel_5x1", (2, 6, 4, 5), 1, (5, 1), "same")
    depthwise("dilation_2_same", (2, 6, 7, 3), 1, (3, 3), "same", dilation=(2, 2))
    depthwise("no_bias_relu", (2, 5, 5, 16), 1, (3, 3), "same", activation="relu", bias=False)

    for mode, training in (("training", 1), ("inference", 0)):
        batch_normalization(f"{mode}_image", (3, 4, 5, 3), training)
        batch_normalization(f"{mode}_vector", (3, 6), training)
    batch_normalization("training_momentum", (2, 3, 3, 5), 1, momentum=0.9, epsilon=1e-5)
    batch_normalization("training_no_scale", (2, 3, 3, 5), 1, scale=False)
    batch_normalization("training_no_center", (2, 3, 3, 5), 1, center=False)
    batch_normalization("training_offset", (3, 4, 5, 2), 1)  # inputs far from 0: a one-pass variance would fail
    CASES["batch_normalization_training_offset"][4]["offset"] = 100.0

    for kind in ("max_pooling2d", "average_pooling2d"):
        pool(kind, "valid", (2, 4, 6, 3), (2, 2), (2, 2), "valid")
        pool(kind, "valid_odd", (2, 5, 7, 3), (2, 2), (2, 2), "valid")
        pool(kind, "same_odd", (2, 5, 7, 3), (2, 2), (2, 2), "same")
        pool(kind, "overlapping", (2, 6, 7, 3), (3, 3), (2, 1), "valid")
        pool(kind, "overlapping_same", (2, 5, 6, 3), (3, 3), (1, 2), "same")
        pool(kind, "stride_over_window", (2, 7, 8, 2), (2, 2), (3, 3), "valid")
        pool(kind, "window_is_image", (2, 5, 3, 8), (5, 3), (5, 3), "valid")
    pool("max_pooling2d", "ties", (2, 4, 6, 3), (2, 2), (2, 2), "valid", values="few")
    pool("max_pooling2d", "ties_overlapping", (2, 5, 5, 3), (3, 3), (1, 1), "same", values="few")
    pool("max_pooling2d", "negative_same", (2, 5, 5, 3), (3, 3), (2, 2), "same", offset=-10.0)  # padding is not a 0

    case("global_average_pooling2d", "image", [], lambda d: keras.layers.GlobalAveragePooling2D(dtype=d), (3, 4, 5, 3))
    case("global_average_pooling2d", "one_by_one", [], lambda d: keras.layers.GlobalAveragePooling2D(dtype=d), (2, 1, 1, 5))
    case("global_average_pooling2d", "keepdims", [1],
         lambda d: keras.layers.GlobalAveragePooling2D(keepdims=True, dtype=d), (2, 3, 4, 5))
    case("add", "two", [], lambda d: keras.layers.Add(dtype=d), (2, 3, 4, 5), (2, 3, 4, 5))
    case("add", "three", [], lambda d: keras.layers.Add(dtype=d), (3, 6), (3, 6), (3, 6))
    case("relu", "plain", [], lambda d: keras.layers.ReLU(dtype=d), (2, 4, 5), values="edges")
    case("relu6", "plain", [], lambda d: keras.layers.ReLU(max_value=6, dtype=d), (2, 4, 5), values="edges")
    case("leaky_relu", "default", [0.3], lambda d: keras.layers.LeakyReLU(dtype=d), (2, 4, 5), values="edges")
    case("leaky_relu", "tenth", [0.1], lambda d: keras.layers.LeakyReLU(negative_slope=0.1, dtype=d), (2, 4, 5),
         values="edges")
    case("sigmoid", "plain", [], lambda d: keras.layers.Activation("sigmoid", dtype=d), (2, 4, 5), values="edges")
    case("tanh", "plain", [], lambda d: keras.layers.Activation("tanh", dtype=d), (2, 4, 5), values="edges")
    case("hard_swish", "plain", [], lambda d: keras.layers.Activation("hard_swish", dtype=d), (2, 4, 5), values="bends")
    case("softmax", "vector", [], lambda d: keras.layers.Softmax(dtype=d), (3, 10))
    case("softmax", "image", [], lambda d: keras.layers.Softmax(dtype=d), (2, 3, 2, 4))
    case("softmax", "large", [], lambda d: keras.layers.Softmax(dtype=d), (3, 6), spread=60.0)
    case("flatten", "image", [], lambda d: keras.layers.Flatten(dtype=d), (2, 3, 4, 2))
    case("reshape", "to_image", [3, 2, 4], lambda d: keras.layers.Reshape((3, 2, 4), dtype=d), (2, 24))
    case("reshape", "minus_one", [4, 6], lambda d: keras.layers.Reshape((4, -1), dtype=d), (2, 3, 2, 4))


def draw_input(random, shape, options):
    x = normal(random, shape, options.get("spread", 1.0)) + options.get("offset", 0.0)
    if options.get("values") == "few":  # small whole numbers: equal ones meet in a window
        x = random.integers(0, 3, shape)
    if options.get("values") == "edges":
        x = x * 4
        x.flat[:9] = 0.0, -0.0, 6.0, -6.0, 5.9999995, 1e-20, -1e-20, 30.0, -30.0
    if options.get("values") == "bends":
        x = x * 3
        x.flat[:8] = 0.0, -0.0, 3.0, -3.0, 2.9999998, -2.9999998, 30.0, -30.0
    return np.float32(x)


def parameter_names(kind):
    return BATCH_PARAMETERS if kind == "batch_normalization" else KERNEL_PARAMETERS


def run(kind, layer, inputs, values, upstream, training, dtype):
    """Returns (y, input gradients, parameter gradients, values after the step); values: name -> array, in Keras' layout."""
    inputs = [tf.Variable(x.astype(dtype)) for x in inputs]
    layer.build(tuple(inputs[0].shape) if len(inputs) == 1 else [tuple(x.shape) for x in inputs])
    for name, value in values.items():
        getattr(layer, name).assign(value.astype(dtype))
    arguments = {"training": bool(training)} if kind == "batch_normalization" else {}
    with tf.GradientTape() as tape:
        y = layer(inputs[0] if len(inputs) == 1 else inputs, **arguments)
        if upstream is None:
            return y.numpy(), None, None, None
        target = tf.reduce_sum(y * upstream.astype(dtype))
    trained = [n for n in values if not n.startswith("moving")]
    gradients = tape.gradient(target, [getattr(layer, n).value for n in trained] + inputs)
    gradients = [tf.convert_to_tensor(g).numpy() for g in gradients]
    after = {n: getattr(layer, n).numpy() for n in values if n.startswith("moving")}
    return y.numpy(), gradients[len(trained):], dict(zip(trained, gradients)), after


def make_case(name, kind, attrs, make, shapes, options):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    inputs = [draw_input(random, shape, options) for shape in shapes]
    probe = make("float64")
    probe.build(shapes[0] if len(shapes) == 1 else list(shapes))
    values = {}
    for parameter in parameter_names(kind):
        if getattr(probe, parameter, None) is None:
            continue
        shape = tuple(getattr(probe, parameter).shape)
        fan_in = int(np.prod(shape[:-1])) if parameter == "kernel" else 1
        value = normal(random, shape, 1 / np.sqrt(fan_in))
        values[parameter] = np.abs(value) + np.float32(0.5) if parameter in ("moving_variance", "gamma") else value
    training = options.get("training", 0)
    upstream = None
    results = {}
    for dtype in ("float64", "float32"):
        if upstream is None:
            y = run(kind, make(dtype), inputs, values, None, 0, dtype)[0]
            upstream = normal(random, y.shape)
        results[dtype] = run(kind, make(dtype), inputs, values, upstream, training, dtype)
    y, input_gradients, gradients, after = results["float64"]
    check_float32(name, results)
    arrays = {"attrs": np.float32(attrs or [0]), "y": y, "gy": upstream}
    for index, (x, gradient) in enumerate(zip(inputs, input_gradients)):
        suffix = str(index) if len(inputs) > 1 else ""
        arrays["x" + suffix], arrays["gx" + suffix] = x, gradient
    for parameter, value in values.items():
        index = parameter_names(kind).index(parameter)  # a parameter that is absent leaves its number free
        arrays[f"p{index}"] = tflite_layout(kind, value)
        if parameter in gradients:
            arrays[f"gp{index}"] = tflite_layout(kind, gradients[parameter])
        else:
            arrays[f"p{index}_after"] = after[parameter]
    return {f"{name}/{key}": array for key, array in arrays.items()}


def check_float32(name, results):
    """Keras' own float32 run must agree: it shows what tolerance float32 can keep."""
    wide, narrow = results["float64"], results["float32"]
    pairs = [(wide[0], narrow[0]), *zip(wide[1], narrow[1]), *((wide[2][k], narrow[2][k]) for k in wide[2])]
    worst = max(float(np.abs(a - b).max() / max(1.0, np.abs(a).max())) for a, b in pairs)
    if worst > 1e-6:
        print(f"{name}: Keras' float32 is {worst:.1e} away from its float64")


def main():
    define_cases()
    arrays = {}
    for name, definition in CASES.items():
        arrays.update(make_case(name, *definition))
    save_npz("train_layers.npz", arrays)
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main()
