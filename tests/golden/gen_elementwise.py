# SPDX-License-Identifier: Apache-2.0
"""Small networks around each element-wise layer and activation: answers, gradients, and a hundred steps. Writes elementwise.npz.

    python gen_elementwise.py        (pins: requirements.txt)

Of each case: `spec`, the network in mote's words (bytes of YAML), `x` and `y`, `init/NAME` for every trained weight in TensorFlow
Lite's layout, and of Keras' float32 run `out` and `grad/NAME` for the first batch, `loss` of each step and `final/NAME`.
`spread` is how far the float64 run of the same steps ends from that. The batches of 16 follow each other.
"""
import numpy as np

from common import normal, save_npz

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

STEPS, BATCH, SAMPLES = 100, 16, 48
layers = keras.layers
CLASSES = {
    "dense": layers.Dense, "conv2d": layers.Conv2D, "flatten": layers.Flatten, "reshape": layers.Reshape, "add": layers.Add,
    "global_average_pooling2d": layers.GlobalAveragePooling2D, "activation": layers.Activation,
    "subtract": layers.Subtract, "multiply": layers.Multiply, "maximum": layers.Maximum, "minimum": layers.Minimum,
    "average": layers.Average, "dot": layers.Dot, "elu": layers.ELU, "relu": layers.ReLU, "prelu": layers.PReLU,
    "softmax": layers.Softmax, "rescaling": layers.Rescaling, "normalization": layers.Normalization,
    "unit_normalization": layers.UnitNormalization, "permute": layers.Permute, "repeat_vector": layers.RepeatVector,
    "leaky_relu": layers.LeakyReLU,
}
STEEP = ("multiply", "multiply_three", "multiply_map", "multiply_vector", "multiply_both", "subtract", "dot", "dot_rows",
         "dot_columns", "dot_product", "dot_last", "activation_exponential", "normalization", "normalization_axis",
         "rescaling_channels")  # small numbers and steps, else NaN
CASES = {}  # name -> (input shape, [(kind, name, inputs, arguments)])


def layer(kind, name, inputs=None, **arguments):
    return kind, name, inputs, arguments


def case(name, shape, *network):
    assert name not in CASES
    CASES[name] = (shape, list(network) + [layer("dense", "out", units=2)])


def vectors(kind, count, name="", **arguments):
    """`count` dense layers on one input, put together."""
    names = [f"d{i}" for i in range(count)]
    case(kind + name, [6], *(layer("dense", n, "input", units=5) for n in names), layer(kind, "m", names, **arguments))


def maps(kind, name, other):
    """A map [3, 4, 3] with what `other` makes of it, which repeats."""
    case(kind + name, [3, 4, 2], layer("conv2d", "c", filters=3, kernel_size=1), *other, layer(kind, "m", ["c", "o"]),
         layer("flatten", "f"))


def excite():
    return [layer("global_average_pooling2d", "g", keepdims=True),
            layer("conv2d", "o", filters=3, kernel_size=1, activation="sigmoid")]


def matrices(name, **arguments):
    case("dot" + name, [6], layer("dense", "d0", "input", units=12), layer("reshape", "r0", target_shape=[3, 4]),
         layer("dense", "d1", "input", units=12), layer("reshape", "r1", target_shape=arguments.pop("second", [3, 4])),
         layer("dot", "m", ["r0", "r1"], **arguments), layer("flatten", "f"))


def alone(name, kind, **arguments):
    case(name, [6], layer("dense", "d", units=9), layer(kind, "m", **arguments))


def on_map(name, kind, **arguments):
    case(name, [3, 4, 2], layer("conv2d", "c", filters=3, kernel_size=1), layer(kind, "m", **arguments), layer("flatten", "f"))


def define_cases():
    for kind in ("multiply", "add", "maximum", "minimum", "average"):
        vectors(kind, 2)
        vectors(kind, 3, "_three")
        maps(kind, "_excite", excite())
    vectors("subtract", 2)
    maps("subtract", "_excite", excite())
    maps("multiply", "_map", [layer("conv2d", "o", "c", filters=1, kernel_size=1)])
    maps("multiply", "_vector", [layer("flatten", "v", "c"), layer("dense", "o", units=3)])
    case("multiply_both", [6], layer("dense", "d0", "input", units=4), layer("reshape", "r0", target_shape=[4, 1]),
         layer("dense", "d1", "input", units=5), layer("reshape", "r1", target_shape=[1, 5]),
         layer("multiply", "m", ["r0", "r1"]), layer("flatten", "f"))
    vectors("dot", 2, axes=1)
    vectors("dot", 2, "_unit", axes=-1, normalize=True)
    matrices("_rows", axes=2)
    matrices("_columns", axes=1)
    matrices("_product", axes=[2, 1], second=[4, 3])
    matrices("_last", axes=-1)
    matrices("_unit_rows", axes=2, normalize=True)
    matrices("_unit_columns", axes=1, normalize=True)
    for name in ("relu", "relu6", "sigmoid", "tanh", "softmax", "hard_swish", "hard_silu", "elu", "selu", "gelu", "silu", "swish",
                 "hard_sigmoid", "softplus", "softsign", "exponential", "log_softmax", "mish", "leaky_relu"):
        case("activation_" + name, [6], layer("dense", "d", units=9, activation=name))
    case("activation_layer", [6], layer("dense", "d", units=9), layer("activation", "m", activation="silu"))
    case("activation_of_map", [3, 4, 2], layer("conv2d", "c", filters=3, kernel_size=2, padding="same", activation="gelu"),
         layer("conv2d", "e", filters=4, kernel_size=1, activation="hard_sigmoid"), layer("flatten", "f"))
    alone("elu", "elu")
    alone("elu_half", "elu", alpha=0.5)
    alone("relu", "relu")
    alone("relu_six", "relu", max_value=6.0)
    alone("relu_most", "relu", max_value=1.5)
    alone("relu_sloped", "relu", negative_slope=0.1)
    alone("relu_sloped_most", "relu", negative_slope=0.2, max_value=1.5)
    alone("relu_threshold", "relu", threshold=0.5)
    alone("relu_all", "relu", threshold=0.5, negative_slope=0.2, max_value=1.5)
    alone("prelu", "prelu")
    on_map("prelu_shared", "prelu", alpha_initializer="random_normal", shared_axes=[1, 2])
    on_map("prelu_map", "prelu", alpha_initializer="glorot_uniform")
    alone("softmax", "softmax")
    on_map("softmax_axis", "softmax", axis=1)
    alone("rescaling", "rescaling", scale=0.25, offset=-0.5)
    on_map("rescaling_channels", "rescaling", scale=[0.5, 2.0, -1.0], offset=[0.0, 1.0, 0.25])
    on_map("normalization", "normalization", mean=[0.5, -0.25, 0.75], variance=[2.0, 0.5, 1.5])
    on_map("normalization_axis", "normalization", axis=1, mean=[0.5, -0.25, 0.75], variance=[2.0, 0.5, 1.5])
    alone("normalization_one", "normalization", mean=0.75, variance=4.0)
    alone("unit_normalization", "unit_normalization")
    on_map("unit_normalization_axis", "unit_normalization", axis=1)
    on_map("permute", "permute", dims=[3, 1, 2])
    case("repeat_vector", [6], layer("dense", "d", units=4), layer("repeat_vector", "m", n=3),
         layer("dense", "e", units=3, activation="tanh"), layer("flatten", "f"))


# ---- both forms ----

def yaml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(yaml_value(v) for v in value) + "]"
    return str(value)


def spec_of(shape, network):
    lines = ["model:", f"  input: {yaml_value(shape)}", "  layers:"]
    for kind, name, inputs, arguments in network:
        keys = {"name": name, **({"inputs": inputs} if inputs else {}), **arguments}
        lines.append(f"    - {kind}: {{{', '.join(f'{k}: {yaml_value(v)}' for k, v in keys.items())}}}")
    return "\n".join(lines + ["train: {loss: mse, seed: 7}", ""])


def build(shape, network, dtype):
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    values = {"input": keras.Input(tuple(shape))}
    before = "input"
    for kind, name, inputs, arguments in network:
        given = [values[n] for n in inputs] if isinstance(inputs, list) else values[inputs or before]
        arguments = {k: tuple(v) if isinstance(v, list) and k in ("axes", "target_shape", "dims") else v
                     for k, v in arguments.items()}
        values[name] = CLASSES[kind](name=name, **arguments)(given)
        before = name
    return keras.Model(values["input"], values[before])


def exported(model):
    weights = {}
    for v in model.trainable_variables:
        value = v.numpy()
        weights["/".join(v.path.split("/")[-2:])] = value if value.ndim == 1 or v.path.endswith("alpha") else np.moveaxis(value, -1, 0)
    return weights


def train(shape, network, dtype, start, x, y, rate):
    """Answers and gradients of the first batch, the loss of each step, the weights at the end."""
    model = build(shape, network, dtype)
    model.set_weights([w.astype(dtype) for w in start])
    optimizer = keras.optimizers.SGD(rate, momentum=0.9)
    optimizer.build(model.trainable_variables)
    mse = keras.losses.MeanSquaredError()

    @tf.function
    def gradients_of(x_batch, y_batch):
        with tf.GradientTape() as tape:
            out = model(x_batch, training=True)
            value = mse(y_batch, out)
        return out, value, tape.gradient(value, [v.value for v in model.trainable_variables])

    losses, first = [], None
    for step in range(STEPS):
        at = step * BATCH % SAMPLES
        out, value, gradients = gradients_of(x[at:at + BATCH].astype(dtype), y[at:at + BATCH].astype(dtype))
        if first is None:
            kept = model.get_weights()
            probe = build(shape, network, dtype)
            probe.set_weights([g.numpy() for g in gradients])
            first = out.numpy(), exported(probe)
            assert all(np.array_equal(a, b) for a, b in zip(kept, start if dtype == "float32" else kept))
        losses.append(value.numpy())
        optimizer.apply(gradients)
    return *first, np.float64(losses), exported(model)


def distance(a, b):
    return float(np.sqrt(sum(np.sum((a[k] - b[k]) ** 2) for k in a) / sum(np.sum(b[k] ** 2) for k in b)))


def make_case(number, name, shape, network):
    random = np.random.default_rng(500 + number)
    is_steep = name in STEEP
    rate = 0.002 if is_steep else 0.02
    keras.utils.set_random_seed(900 + number)
    model = build(shape, network, "float32")
    x = normal(random, (SAMPLES, *shape), 0.5 if is_steep else 2.0)
    y = np.float32(np.tanh(x.reshape(SAMPLES, -1) @ normal(random, (int(np.prod(shape)), 2), 0.3)))
    start = [w + normal(random, w.shape, 0.05) for w in model.get_weights()]
    model.set_weights(start)
    out, gradients, losses, final = train(shape, network, "float32", start, x, y, rate)
    out64, gradients64, losses64, final64 = train(shape, network, "float64", start, x, y, rate)
    spread = distance(final, final64)
    assert spread < 5e-6, f"{name}: {spread}: too steep to compare"
    print(f"{name}: loss {losses[0]:.4f} -> {losses[-1]:.4f}, float32 from float64 {spread:.1e}, "
          f"loss {np.abs(losses - losses64).max():.1e}", flush=True)
    arrays = {"spec": np.frombuffer(spec_of(shape, network).encode(), np.uint8), "x": x, "y": y, "out": np.float32(out64),
              "loss": np.float32(losses), "rate": np.float32(rate), "spread": np.float32(spread)}
    arrays.update({f"init/{k}": v for k, v in exported(model).items()})
    arrays.update({f"grad/{k}": np.float32(v) for k, v in gradients64.items()})
    arrays.update({f"final/{k}": v for k, v in final.items()})
    return {f"{name}/{k}": v for k, v in arrays.items()}


def main():
    define_cases()
    arrays = {}
    for number, (name, (shape, network)) in enumerate(CASES.items()):
        arrays.update(make_case(number, name, shape, network))
    save_npz("elementwise.npz", arrays)
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main()
