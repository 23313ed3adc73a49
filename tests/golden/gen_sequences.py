# SPDX-License-Identifier: Apache-2.0
"""Layers of sequences: Keras' gradients, and a hundred steps of training. Writes sequences.npz,
trajectory_{lstm,gru,attention}.npz, and specs/motion.npz, on which a spec of docs/SPEC.md is trained.

    python gen_sequences.py             (pins: requirements.txt)

A case of sequences.npz is a small network, of which the file has the spec that makes the same one in mote (model, bytes of
text), x, the weights in mote's order and layout (weights/0 ...), y, and of sum(y gy) the gradient of each weight (grads/0
...). Computed in float64 from float32 numbers. Most networks begin with a dense layer, whose gradients are the gradients of
what goes into the layer. The trajectories are as gen_trajectories.py's.
"""
import zlib

import numpy as np

from common import normal, save_npz
from gen_trajectories import BATCH, OPTIMIZERS, SAMPLES, STEPS, distance, build, train as train_network

import gen_trajectories
import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

L = keras.layers
CASES = {}  # name -> (shape of a sample, spec of the layers, make(dtype) -> Keras layers, how many numbers there are to embed)


def case(name, shape, spec, make, numbers=0):
    CASES[name] = (shape, spec, make, numbers)


def recurrent(name, spec, make, shape=(6, 3)):
    """Behind a dense layer, in whose weights the layer's gradient of its input shows."""
    case(name, shape, ["dense: 3", spec], lambda: [L.Dense(3), make()])


def define_cases():
    for kind, layer in (("simple_rnn", L.SimpleRNN), ("lstm", L.LSTM), ("gru", L.GRU)):
        recurrent(f"{kind}", f"{kind}: 5", lambda layer=layer: layer(5))
        recurrent(f"{kind}_sequences", f"{kind}: {{units: 5, return_sequences: true}}",
                  lambda layer=layer: layer(5, return_sequences=True))
        recurrent(f"{kind}_backwards", f"{kind}: {{units: 4, go_backwards: true, return_sequences: true}}",
                  lambda layer=layer: layer(4, go_backwards=True, return_sequences=True))
        recurrent(f"{kind}_no_bias", f"{kind}: {{units: 4, use_bias: false}}", lambda layer=layer: layer(4, use_bias=False))
        recurrent(f"{kind}_relu", f"{kind}: {{units: 4, activation: relu}}", lambda layer=layer: layer(4, activation="relu"))
        recurrent(f"{kind}_wide", f"{kind}: {{units: 19, return_sequences: true}}",
                  lambda layer=layer: layer(19, return_sequences=True))
        recurrent(f"{kind}_one_step", f"{kind}: 4", lambda layer=layer: layer(4), (1, 3))
        case(f"{kind}_bidirectional", (6, 3), ["dense: 3", f"bidirectional: {{layer: {{{kind}: 4}}}}"],
             lambda layer=layer: [L.Dense(3), L.Bidirectional(layer(4))])
        case(f"{kind}_stacked", (6, 3), ["dense: 3", f"{kind}: {{units: 4, return_sequences: true}}", f"{kind}: 3"],
             lambda layer=layer: [L.Dense(3), layer(4, return_sequences=True), layer(3)])
    recurrent("simple_rnn_linear", "simple_rnn: {units: 4, activation: linear, return_sequences: true}",
              lambda: L.SimpleRNN(4, activation="linear", return_sequences=True))
    for kind, layer in (("lstm", L.LSTM), ("gru", L.GRU)):
        recurrent(f"{kind}_other", f"{kind}: {{units: 4, activation: sigmoid, recurrent_activation: tanh}}",
                  lambda layer=layer: layer(4, activation="sigmoid", recurrent_activation="tanh"))
        case(f"{kind}_bidirectional_sequences", (6, 3),
             ["dense: 3", f"bidirectional: {{layer: {{{kind}: {{units: 4, return_sequences: true}}}}, merge_mode: sum}}"],
             lambda layer=layer: [L.Dense(3), L.Bidirectional(layer(4, return_sequences=True), merge_mode="sum")])
    recurrent("gru_before", "gru: {units: 5, reset_after: false, return_sequences: true}",
              lambda: L.GRU(5, reset_after=False, return_sequences=True))
    recurrent("gru_before_no_bias", "gru: {units: 4, reset_after: false, use_bias: false}",
              lambda: L.GRU(4, reset_after=False, use_bias=False))
    recurrent("gru_before_backwards", "gru: {units: 4, reset_after: false, go_backwards: true}",
              lambda: L.GRU(4, reset_after=False, go_backwards=True))
    recurrent("lstm_long", "lstm: 7", lambda: L.LSTM(7), (40, 3))
    case("time_distributed", (5, 3), ["dense: 4", "time_distributed: {layer: {dense: {units: 3, activation: tanh}}}"],
         lambda: [L.Dense(4), L.TimeDistributed(L.Dense(3, activation="tanh"))])
    case("embedding", (6,), ["embedding: {input_dim: 9, output_dim: 4}"], lambda: [L.Embedding(9, 4)], 9)
    case("embedding_lstm", (6,), ["embedding: {input_dim: 9, output_dim: 4}", "lstm: 5"],
         lambda: [L.Embedding(9, 4), L.LSTM(5)], 9)
    attention("attention", "num_heads: 2, key_dim: 3", lambda: L.MultiHeadAttention(2, 3))
    attention("attention_values", "num_heads: 3, key_dim: 4, value_dim: 5, use_bias: false",
              lambda: L.MultiHeadAttention(3, 4, value_dim=5, use_bias=False))
    attention("attention_two", "num_heads: 2, key_dim: 3", lambda: L.MultiHeadAttention(2, 3), True)


def attention(name, arguments, make, of_two=False):
    """Of a sequence with itself, or with a shorter one of other channels."""
    spec = ["dense: {name: a, units: 4}"] + (["lstm: {name: b, units: 5, return_sequences: true}"] if of_two else [])
    spec += [f"multi_head_attention: {{{arguments}, inputs: {'[a, b]' if of_two else '[a]'}}}"]
    case(name, (6, 3), spec, lambda: [L.Dense(4)] + ([L.LSTM(5, return_sequences=True)] if of_two else []) + [make()])


def connect(layers, x):
    """One after the other; attention reads the first layer's output, and the one before it where that is another."""
    first = None
    for layer in layers:
        if isinstance(layer, L.MultiHeadAttention):
            x = layer(first, x)
        else:
            x = layer(x)
        first = x if first is None else first
    return x


def model_of(make, shape, dtype):
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    x = keras.Input(shape)
    return keras.Model(x, connect(make(), x))


def is_table(path):
    return path.endswith("embeddings")


def own_layout(path, array):
    """A weight as Keras has it -> as mote has it: outputs first; a GRU's two rows of biases are one."""
    array = np.asarray(array)
    if "attention" in path and array.ndim == 3:  # [C, heads, width] and [heads, width, C]
        output = "/attention_output/" in path
        return array.reshape(-1, array.shape[2]).T.copy() if output else array.reshape(array.shape[0], -1).T.copy()
    if is_table(path):
        return array
    if path.endswith("bias"):
        return array.reshape(-1)
    return array.T.copy()


def make_case(name, shape, spec, make, numbers):
    random = np.random.default_rng(zlib.crc32(name.encode()))
    batch = 3
    x = np.float32(random.integers(0, numbers, (batch, *shape))) if numbers else normal(random, (batch, *shape))
    model = model_of(make, shape, "float64")
    values = [normal(random, w.shape, 0.5) for w in model.weights]
    gy = normal(random, (batch, *model.output_shape[1:]))
    results = {}
    for dtype in ("float64", "float32"):
        model = model_of(make, shape, dtype)
        model.set_weights([v.astype(dtype) for v in values])
        with tf.GradientTape() as tape:
            y = model(tf.constant(x.astype(dtype)), training=True)
            target = tf.reduce_sum(y * gy.astype(dtype))
        gradients = tape.gradient(target, [w.value for w in model.weights])
        results[dtype] = y.numpy(), [tf.convert_to_tensor(g).numpy() for g in gradients]
    for a, b in zip([results["float64"][0]] + results["float64"][1], [results["float32"][0]] + results["float32"][1]):
        assert np.abs(a - b).max() <= 1e-5 * max(1, np.abs(a).max()), name
    text = "model:\n  input: [" + ", ".join(map(str, shape)) + "]\n  layers:\n" + "".join(f"    - {s}\n" for s in spec)
    arrays = {"model": np.frombuffer(text.encode(), np.uint8), "x": x, "gy": gy, "y": results["float64"][0]}
    for i, (weight, value, gradient) in enumerate(zip(model.weights, values, results["float64"][1])):
        arrays[f"weights/{i}"] = own_layout(weight.path, value)
        arrays[f"grads/{i}"] = own_layout(weight.path, gradient)
    return {f"{name}/{key}": array for key, array in arrays.items()}


# ---- trajectories ----


def lstm():
    x = keras.Input((12, 3))
    y = L.LSTM(8, return_sequences=True)(x)
    y = L.LSTM(6)(y)
    return keras.Model(x, L.Dense(3, activation="softmax")(y))


def gru():
    x = keras.Input((12, 3))
    y = L.Bidirectional(L.GRU(6, return_sequences=True))(x)
    y = L.GRU(6, reset_after=False, return_sequences=True)(y)
    y = L.SimpleRNN(5)(y)
    return keras.Model(x, L.Dense(3, activation="softmax")(y))


def attention_net():
    x = keras.Input((10,))
    y = L.Embedding(12, 6)(x)
    y = L.MultiHeadAttention(2, 4)(y, y)
    y = L.TimeDistributed(L.Dense(5, activation="tanh"))(y)
    y = L.Flatten()(y)
    return keras.Model(x, L.Dense(3, activation="softmax")(y))


TRAJECTORIES = {"lstm": lstm, "gru": gru, "attention": attention_net}


def export(model):
    return [np.float64(own_layout(w.path, w.numpy())) for w in model.weights]


def make_samples(random, name, classes=3):
    labels = (np.arange(SAMPLES) % classes).astype(np.int32)
    if name == "attention":  # each class has numbers that it prefers
        preferred = random.integers(0, 12, (classes, 3))
        drawn = random.integers(0, 12, (SAMPLES, 10))
        takes = random.random((SAMPLES, 10)) < 0.5
        chosen = preferred[labels][np.arange(SAMPLES)[:, None], random.integers(0, 3, (SAMPLES, 10))]
        return np.float32(np.where(takes, chosen, drawn)), labels
    patterns = normal(random, (classes, 12, 3))
    x = np.round((0.7 * patterns[labels] + random.standard_normal((SAMPLES, 12, 3))) * 32) / 32
    return np.float32(x), labels


def make_trajectory(number, name, make):
    random = np.random.default_rng(300 + number)
    model = build(make, "float32", 400 + number)
    x, labels = make_samples(random, name)
    batches = np.stack([random.choice(SAMPLES, BATCH, replace=False) for _ in range(STEPS)]).astype(np.int32)
    loss = keras.losses.SparseCategoricalCrossentropy()
    start = model.get_weights()
    arrays = {"x": x, "labels": labels, "batches": batches}
    arrays.update({f"init/{i}": w for i, w in enumerate(export(model))})
    for optimizer, make_optimizer in OPTIMIZERS.items():
        losses, final = train_network(make, "float32", start, make_optimizer, x, labels, batches, loss)
        losses64, final64 = train_network(make, "float64", start, make_optimizer, x, labels, batches, loss)
        arrays.update({f"{optimizer}/{i}": w for i, w in enumerate(final)})
        arrays[f"{optimizer}/loss"], arrays[f"{optimizer}/spread"] = losses, np.float32(distance(final, final64))
        settings = make_optimizer().get_config()
        arrays[f"{optimizer}/attrs"] = np.float32([settings["learning_rate"], settings.get("momentum") or 0])
        print(f"{name} {optimizer}: loss {losses[0]:.4f} -> {losses[-1]:.4f}; float32 from float64: weights "
              f"{distance(final, final64):.1e}, loss {np.abs(losses - losses64).max():.1e}")
    save_npz(f"trajectory_{name}.npz", arrays)


# ---- a data set ----


def move(random, kind, steps=40):
    """What an accelerometer says of a device: at rest, shaken, moved in a circle, knocked at."""
    t = np.arange(steps)
    x = 0.15 * random.standard_normal((steps, 3))
    x[:, 2] += 1
    phase, rate = random.uniform(0, 2 * np.pi), random.uniform(0.8, 1.2)
    if kind == 1:
        x[:, 0] += random.uniform(0.6, 1.2) * np.sin(1.6 * rate * t + phase)
    elif kind == 2:
        x[:, :2] += random.uniform(0.6, 1.2) * np.stack([np.sin(0.4 * rate * t + phase), np.cos(0.4 * rate * t + phase)], 1)
    elif kind == 3:
        since = np.maximum(t - random.integers(4, 30), -1)
        x[:, 2] += np.where(since >= 0, 1.5 * np.exp(-since / 5) * np.cos(2.5 * since), 0)
    return np.int8(np.clip(np.round(x * 32), -127, 127))


def write_motion():
    random = np.random.default_rng(20261201)
    arrays = {}
    for split, count in (("train", 320), ("test", 120)):
        labels = (np.arange(count) % 4).astype(np.uint8)
        arrays[f"x_{split}"] = np.stack([move(random, kind) for kind in labels])
        arrays[f"y_{split}"] = labels
    save_npz("specs/motion.npz", arrays)


def main():
    write_motion()
    arrays = {}
    define_cases()
    for name, parts in CASES.items():
        arrays.update(make_case(name, *parts))
    arrays["names"] = np.frombuffer("\n".join(CASES).encode() + b"\n", np.uint8)
    save_npz("sequences.npz", arrays)
    gen_trajectories.export = export
    for number, (name, make) in enumerate(TRAJECTORIES.items()):
        make_trajectory(number, name, make)


if __name__ == "__main__":
    main()
