# SPDX-License-Identifier: Apache-2.0
"""Small networks of the shapes that the field's examples have for sequences: TFLite Micro's mnist_lstm, dtln and its recipes,
recurrent layers as WHILE, transformers, text, streaming wake words as ESPHome runs them. Random weights; fifty samples in a row
where there are states."""
import keras
import numpy as np
import tensorflow as tf
import tf_keras
from keras import layers

from operator_cases import Family, generator
from whole_models import add, add_keras, convert, fixed_batch

STEPS = 50


class Function(tf.Module):
    """Variables, and a function of inputs of a fixed shape."""

    def __init__(self, seed):
        super().__init__()
        self.random = np.random.default_rng(seed)
        self.kept = []

    def weights(self, *shape, size=None):
        fan_in = np.prod(shape[:-1])
        return tf.constant(self.random.normal(0, size or 1.5 / np.sqrt(fan_in), shape), tf.float32)

    def state(self, *shape):
        """Zeros at first, kept from call to call."""
        self.kept.append(tf.Variable(tf.zeros(shape), trainable=False))
        return self.kept[-1]

    def converter(self, *shapes):
        specs = [shape if isinstance(shape, tf.TensorSpec) else tf.TensorSpec(shape, tf.float32) for shape in shapes]
        made = tf.lite.TFLiteConverter.from_concrete_functions([tf.function(self.call).get_concrete_function(*specs)], self)
        made._experimental_variable_quantization = True
        return made


# ---- LSTM, GRU ----

def mnist_lstm():
    """Keras 2 gives the fused operator."""
    return tf_keras.Sequential([tf_keras.Input((14, 12), batch_size=1), tf_keras.layers.LSTM(10, return_sequences=True),
                                tf_keras.layers.Flatten(), tf_keras.layers.Dense(10, activation="softmax")])


def dtln():
    """Two layers over one frame a call; the operators keep their states between calls. A mask for the frame."""
    x = given = tf_keras.Input((1, 32), batch_size=1)
    for _ in range(2):
        x = tf_keras.layers.LSTM(12, return_sequences=True)(x)
    mask = tf_keras.layers.Dense(32, activation="sigmoid")(x)
    return tf_keras.Model(given, tf_keras.layers.Multiply()([mask, given]))


class LstmCell(Function):
    """dtln with its states as inputs and outputs."""

    def __init__(self):
        super().__init__(11)
        self.layers = [(self.weights(24, 40), self.weights(10, 40)), (self.weights(10, 40), self.weights(10, 40))]
        self.out = self.weights(10, 24)

    def call(self, frame, states):
        after, y = [], frame
        for number, (w, r) in enumerate(self.layers):
            h, c = states[:, number, :, 0], states[:, number, :, 1]
            i, f, g, o = tf.split(y @ w + h @ r + 0.1, 4, axis=1)
            c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
            y = tf.sigmoid(o) * tf.tanh(c)
            after.append(tf.stack([y, c], axis=-1))
        return frame * tf.sigmoid(y @ self.out), tf.stack(after, axis=1)


def recurrent(layer, **options):
    """Keras 3 gives WHILE."""
    return keras.Sequential([keras.Input((8, 5)), layer(7, **options), layers.Dense(4)])


def both_ways():
    return keras.Sequential([keras.Input((6, 5)), layers.Bidirectional(layers.GRU(5)), layers.Dense(4, activation="softmax")])


# ---- attention, text ----

def gelu(x):
    return 0.5 * x * (1 + tf.tanh(0.7978846 * (x + 0.044715 * x * x * x)))


def normalized(x, gain, offset):
    mean = tf.reduce_mean(x, axis=-1, keepdims=True)
    variance = tf.reduce_mean(tf.math.squared_difference(x, mean), axis=-1, keepdims=True)
    return (x - mean) * tf.math.rsqrt(variance + 0.01) * gain + offset


class Transformer(Function):
    """One block of an encoder with two heads; the first position, taken by GATHER, decides."""

    def __init__(self):
        super().__init__(12)
        self.embed, self.place = self.weights(6, 16), self.weights(7, 16, size=0.3)
        self.qkv, self.project = self.weights(16, 48), self.weights(16, 16)
        self.up, self.down, self.out = self.weights(16, 32), self.weights(32, 16), self.weights(16, 5)
        self.gains = [1 + self.weights(16, size=0.3) for _ in range(2)]
        self.offsets = [self.weights(16, size=0.3) for _ in range(2)]

    def dense(self, x, w):
        return tf.reshape(tf.reshape(x, (-1, w.shape[0])) @ w, (1, -1, w.shape[1]))

    def call(self, x):
        x = self.dense(x, self.embed) + self.place
        y = self.dense(normalized(x, self.gains[0], self.offsets[0]), self.qkv)
        q, k, v = tf.unstack(tf.transpose(tf.reshape(y, (7, 3, 2, 8)), (1, 2, 0, 3)))
        scores = tf.nn.softmax(tf.matmul(q, k, transpose_b=True) / np.float32(np.sqrt(8)))
        y = tf.reshape(tf.transpose(tf.matmul(scores, v), (1, 0, 2)), (1, 7, 16))
        x += self.dense(y, self.project)
        x += self.dense(gelu(self.dense(normalized(x, self.gains[1], self.offsets[1]), self.up)), self.down)
        return tf.nn.softmax(tf.gather(x, 0, axis=1) @ self.out)


class Words(Function):
    """A table of words, their mean, two dense layers."""

    def __init__(self):
        super().__init__(17)
        self.table, self.hidden, self.out = self.weights(30, 12, size=1), self.weights(12, 10), self.weights(10, 4)

    def call(self, numbers):
        x = tf.reduce_mean(tf.gather(self.table, numbers), axis=1)
        return tf.nn.softmax(tf.nn.relu(x @ self.hidden) @ self.out)


def words():
    return keras.Sequential([keras.Input((10,), dtype="int32"), layers.Embedding(30, 12), layers.GlobalAveragePooling1D(),
                             layers.Dense(10, activation="relu"), layers.Dense(4, activation="softmax")])


def text_convolution():
    return keras.Sequential([keras.Input((10,), dtype="int32"), layers.Embedding(30, 8), layers.Conv1D(10, 3, activation="relu"),
                             layers.MaxPooling1D(2), layers.Conv1D(8, 3, padding="causal", activation="relu"),
                             layers.GlobalMaxPooling1D(), layers.Dense(1, activation="sigmoid")])


# ---- streams ----

class WakeWord(Function):
    """ESPHome's microWakeWord: each call brings some new frames; every layer keeps in a variable what it still needs of the old."""

    FRAMES, BANDS = 3, 20

    def __init__(self):
        super().__init__(13)
        self.first = self.weights(5, 1, self.BANDS, 12), self.state(1, 2, 1, self.BANDS)
        self.mixed = [[(self.weights(size, 1, 6, 1, size=0.8), self.state(1, size - 1, 1, 6)) for size in sizes]
                      for sizes in ((3, 5), (5, 9))]
        self.points = [self.weights(1, 1, 12, 12, size=0.5) for _ in range(2)]
        self.last, self.out = self.state(1, 4, 1, 12), self.weights(60, 1)
        self.biases = [self.weights(12, size=0.3) for _ in range(3)]

    def with_past(self, x, past):
        both = tf.concat([past, x], axis=1)
        past.assign(both[:, -past.shape[1]:])
        return both

    def call(self, x):
        w, past = self.first
        x = self.with_past(tf.expand_dims(x, 2), past)
        x = tf.nn.relu(tf.nn.conv2d(x, w, (3, 1), "VALID") + self.biases[0])
        for mixed, point, bias in zip(self.mixed, self.points, self.biases[1:]):
            parts = [tf.nn.depthwise_conv2d(self.with_past(part, past), w, (1, 1, 1, 1), "VALID")
                     for part, (w, past) in zip(tf.split(x, [6, 6], axis=3), mixed)]
            x = tf.nn.relu(tf.nn.conv2d(tf.concat(parts, axis=3), point, 1, "VALID") + bias)
        x = self.with_past(x, self.last)
        return tf.sigmoid(tf.reshape(x, (1, -1)) @ self.out)


class Accumulator(Function):
    """The recipe for variables: adds to what it has, or takes away."""

    def __init__(self):
        super().__init__(14)
        self.sum = self.state(20)

    def call(self, value, adds):
        if adds:
            self.sum.assign_add(value)
        else:
            self.sum.assign_sub(value)
        return self.sum.read_value()


class Loop(Function):
    """A variable that a loop's body changes, which the loop alone has in its hands; another one that is read before and behind."""

    def __init__(self):
        super().__init__(18)
        self.sum, self.mean, self.w = self.state(1, 5), self.state(1, 5), self.weights(5, 5)

    def call(self, x, rounds):
        before = self.mean.read_value()
        for _ in tf.range(rounds):
            self.sum.assign(tf.tanh(self.sum @ self.w + x))
            self.mean.assign(0.5 * self.mean + self.sum)
        return before - self.mean


class AddFour(Function):
    def __init__(self):
        super().__init__(15)

    def call(self, a, b, c, d):
        return a + b + c + d


class Gate(Function):
    """A small network decides which of two large ones looks at the sample."""

    def __init__(self):
        super().__init__(16)
        self.gate, self.left, self.right = self.weights(6, 1), self.weights(6, 10), self.weights(6, 8)
        self.left_out, self.right_out = self.weights(10, 4), self.weights(8, 4)

    def call(self, x):
        return tf.cond(tf.reduce_sum(x @ self.gate) > 0, lambda: tf.nn.relu(x @ self.left) @ self.left_out,
                       lambda: tf.tanh(x @ self.right) @ self.right_out)


def real(random, *shape):
    """In steps of 1/16, which are stored in less room."""
    return np.round(random.normal(0, 1, shape).clip(-3, 3) * 16).astype(np.float32) / 16


def make():
    keras.utils.set_random_seed(9)
    tf_keras.utils.set_random_seed(9)
    family, random = Family("examples_sequences"), generator("examples_sequences")
    frames = [real(random, STEPS, 1, 1, 32)]
    pictures = [real(random, 20, 1, 14, 12)]
    for name, net, x in (("mnist_lstm", mnist_lstm(), pictures), ("dtln", dtln(), frames)):
        for kind in ("f32", "i8"):
            add(family, f"{name}_{kind}", convert(fixed_batch(net), kind, x), x)
    x = [real(random, 20, 1, 2, 10, 2), real(random, 20, 1, 24)]  # the converter puts them so
    for kind in ("f32", "i8"):
        add(family, f"lstm_cell_{kind}", convert(LstmCell().converter((1, 24), (1, 2, 10, 2)), kind, x), x)
    x = [real(random, 20, 1, 8, 5)]
    add_keras(family, "lstm_while", recurrent(layers.LSTM), ("f32",), x)
    add_keras(family, "gru_while", recurrent(layers.GRU), ("f32",), x)
    add_keras(family, "rnn_unrolled", recurrent(layers.GRU, unroll=True), ("f32", "i8"), x)
    add_keras(family, "both_ways", both_ways(), ("f32",), [real(random, 20, 1, 6, 5)])
    x = [real(random, 20, 1, 7, 6)]
    for kind in ("f32", "i8"):
        add(family, f"transformer_{kind}", convert(Transformer().converter((1, 7, 6)), kind, x), x)
    x = [random.integers(0, 30, (20, 1, 10)).astype(np.int32)]
    for kind in ("f32", "i8"):
        add(family, f"words_{kind}", convert(Words().converter(tf.TensorSpec((1, 10), tf.int32)), kind, x), x)
    add_keras(family, "words_keras", words(), ("f32",), x, engine="litert")  # Micro has no SELECT
    add_keras(family, "text_convolution", text_convolution(), ("f32",), x, engine="litert")
    x = [real(random, STEPS, 1, 3, 20)]
    for kind in ("f32", "i8"):
        add(family, f"wake_word_{kind}", convert(WakeWord().converter((1, 3, 20)), kind, x), x)
    x = [real(random, STEPS, 20), random.integers(0, 2, (STEPS, 1)).astype(np.float32)]
    add(family, "accumulator_f32", convert(Accumulator().converter((20,), tf.TensorSpec((1,), tf.bool)), "f32"), x)
    x = [random.integers(0, 5, STEPS).astype(np.int32), real(random, STEPS, 1, 5)]
    add(family, "loop_f32", convert(Loop().converter((1, 5), tf.TensorSpec((), tf.int32)), "f32"), x)
    x = [real(random, 20, 1) for _ in range(4)]
    add(family, "add_four_f32", convert(AddFour().converter(*[(1,)] * 4), "f32"), x)
    add(family, "add_four_i8", convert(AddFour().converter(*[(1,)] * 4), "i8", x), x)
    x = [real(random, 20, 1, 6)]
    add(family, "gate_f32", convert(Gate().converter((1, 6)), "f32"), x)
    family.save()
