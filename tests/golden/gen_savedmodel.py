#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SavedModel folders as four writers make them, and what TensorFlow answers.

    CUDA_VISIBLE_DEVICES= tests/golden/gen_savedmodel.py [FOLDER [NAME... | corpus]]

Writes FOLDER/WRITER_MODEL/ (saved_model.pb, variables/) and FOLDER/WRITER_MODEL.npz: in.NAME and out.NAME for each name of
the signature. FOLDER is tests/golden/savedmodel. Needs requirements.txt. Without graphs for training and debug names a
folder is a tenth as large; nothing that a reader of the serving signature sees is left out.
"""
import os
import shutil
import sys

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
import keras
import tf_keras
from tensorflow.core.protobuf import saved_model_pb2

tf1 = tf.compat.v1
tf.get_logger().setLevel("ERROR")
SEED = 5
SAMPLES = 3


# ---- Keras 3 and tf-keras: the same layers ----

def mlp(k):
    x = k.Input((6,), name="x")
    y = k.layers.Dense(8, activation="relu", name="hidden")(x)
    y = k.layers.Dense(5, activation="tanh")(y)
    return k.Model(x, k.layers.Dense(3, activation="softmax", name="kind")(y))


def cnn(k):
    x = k.Input((10, 8, 3), name="image")
    y = k.layers.Conv2D(6, 3, padding="same", activation="relu")(x)
    y = k.layers.MaxPooling2D(2)(y)
    y = k.layers.Conv2D(4, (3, 2), strides=(2, 1), padding="valid", dilation_rate=1)(y)
    y = k.layers.LeakyReLU()(y)
    y = k.layers.Flatten()(y)
    return k.Model(x, k.layers.Dense(4, activation="softmax")(y))


def normalized(k):
    x = k.Input((6, 8), name="x")
    y = k.layers.LayerNormalization(name="first")(x)
    y = k.layers.Dense(10, activation="gelu")(y)
    y = k.layers.LayerNormalization(axis=[1, 2], epsilon=0.01)(y)
    return k.Model(x, k.layers.Dense(3)(k.layers.GlobalAveragePooling1D()(y)))


def depthwise(k):
    x = k.Input((12, 12, 2), name="image")
    y = k.layers.Conv2D(4, 3, strides=2, padding="same", use_bias=False)(x)
    y = k.layers.BatchNormalization()(y)
    y = k.layers.ReLU(6.0)(y)
    y = k.layers.DepthwiseConv2D(3, padding="same", use_bias=False)(y)
    y = k.layers.BatchNormalization(scale=False)(y)
    y = k.layers.ReLU(6.0)(y)
    y = k.layers.Conv2D(6, 1)(y)
    y = k.layers.GlobalAveragePooling2D()(y)
    return k.Model(x, k.layers.Dense(3)(y))


def lstm(k):
    x = k.Input((5, 4), name="sequence")
    y = k.layers.LSTM(6, return_sequences=True)(x)
    y = k.layers.LSTM(5)(y)
    return k.Model(x, k.layers.Dense(2)(y))


def loops(k):
    """What stays a loop: no layer of it is an LSTM with tanh and sigmoid."""
    x = k.Input((6, 4), name="sequence")
    y = k.layers.LSTM(3, activation="relu", return_sequences=True)(x)
    y = k.layers.GRU(4, reset_after=False, go_backwards=True, return_sequences=True)(y)
    y = k.layers.SimpleRNN(5)(y)
    return k.Model(x, k.layers.Dense(2)(y))


def two(k):
    left, right = k.Input((4,), name="left"), k.Input((3,), name="right")
    y = k.layers.Concatenate()([k.layers.Dense(5, activation="relu")(left), right])
    kind = k.layers.Dense(3, activation="softmax", name="kind")(y)
    size = k.layers.Dense(1, name="size")(k.layers.Multiply()([k.layers.Dense(3)(y), right]))
    return k.Model([left, right], {"kind": kind, "size": size})


LAYERED = {"mlp": mlp, "cnn": cnn, "depthwise": depthwise, "lstm": lstm, "loops": loops, "two": two, "normalized": normalized}


def shake(weights, random):
    """Statistics of BatchNormalization and biases are not left at 0 and 1."""
    return [w + random.uniform(0.05, 0.3, w.shape).astype(w.dtype) if w.ndim == 1 else w for w in weights]


def write_keras(name, folder):
    keras.utils.set_random_seed(SEED)
    model = LAYERED[name](keras)
    model.set_weights(shake(model.get_weights(), np.random.default_rng(SEED)))
    model.export(folder, verbose=False)


def write_tf_keras(name, folder):
    tf_keras.utils.set_random_seed(SEED)
    model = LAYERED[name](tf_keras)
    model.set_weights(shake(model.get_weights(), np.random.default_rng(SEED)))
    model.save(folder, save_format="tf")


# ---- tf.Module ----

class Module(tf.Module):
    """Weights by name, made on first use."""

    def __init__(self, name):
        super().__init__()
        self.random = np.random.default_rng(SEED)
        self.weights = {}
        self.net = NETS[name]
        self.specs = SPECS[name]

    def weight(self, name, *shape, low=-0.5, high=0.5):
        if name not in self.weights:
            self.weights[name] = tf.Variable(self.random.uniform(low, high, shape).astype("float32"), name=name)
        return self.weights[name]

    def __call__(self, *x):
        return self.net(self.weight, *x)


def dense(weight, x, name, units, ins=None):
    return tf.nn.bias_add(tf.matmul(x, weight(name + "/w", ins or x.shape[-1], units)), weight(name + "/b", units))


def net_mlp(weight, x):
    y = tf.nn.relu(dense(weight, x, "one", 8))
    y = tf.tanh(tf.matmul(y, weight("two/w", 5, 8), transpose_b=True) + weight("two/b", 5))
    return {"kind": tf.nn.softmax(dense(weight, y, "three", 3))}


def net_cnn(weight, x):
    y = tf.nn.conv2d(x, weight("c1", 3, 3, 3, 6), 1, "SAME") + weight("c1/b", 6)
    y = tf.nn.max_pool2d(tf.nn.relu(y), 2, 2, "VALID")
    y = tf.pad(y, [[0, 0], [1, 1], [0, 1], [0, 0]])
    y = tf.nn.leaky_relu(tf.nn.conv2d(y, weight("c2", 3, 2, 6, 4), [1, 2, 1, 1], "VALID"), 0.2)
    y = tf.reshape(y, [tf.shape(y)[0], -1])
    return {"kind": tf.nn.softmax(dense(weight, y, "out", 4, 48))}


def norm(weight, y, name):
    n = y.shape[-1]
    return tf1.nn.fused_batch_norm(y, weight(name + "/gamma", n, low=0.5, high=1.5), weight(name + "/beta", n),
                                   mean=weight(name + "/mean", n), variance=weight(name + "/variance", n, low=0.5, high=1.5),
                                   is_training=False)[0]


def net_depthwise(weight, x):
    y = tf.nn.relu6(norm(weight, tf.nn.conv2d(x, weight("c", 3, 3, 2, 4), 2, "SAME"), "n1"))
    y = tf.nn.depthwise_conv2d(y, weight("d", 3, 3, 4, 2), [1, 1, 1, 1], "SAME")
    y = tf.nn.relu6(norm(weight, y, "n2"))
    y = tf.nn.relu(tf.nn.conv2d(y, weight("p", 1, 1, 8, 6), 1, "VALID"))
    return {"y": dense(weight, tf.reduce_mean(y, [1, 2]), "out", 3)}


def net_lstm(weight, x):
    units = 5
    h = tf.zeros([tf.shape(x)[0], units])
    c = tf.zeros([tf.shape(x)[0], units])

    def step(i, h, c):
        z = tf.matmul(tf.concat([x[:, i], h], 1), weight("kernel", 4 + units, 4 * units)) + weight("bias", 4 * units)
        a, b, f, o = tf.split(z, 4, 1)
        c = tf.sigmoid(f + 1.0) * c + tf.sigmoid(a) * tf.tanh(b)
        return i + 1, tf.sigmoid(o) * tf.tanh(c), c

    weight("kernel", 4 + units, 4 * units)
    weight("bias", 4 * units)
    i, h, c = tf.while_loop(lambda i, h, c: i < 5, step, [tf.constant(0), h, c])
    return {"y": dense(weight, h, "out", 2)}


def net_loops(weight, x):
    """Lists that are read and written backwards; a loop within the loop, where TensorFlow 2 writes it; one whose value grows,
    so that it cannot stay a loop."""
    units, steps, is_new = 5, 6, tf1.control_flow_v2_enabled()
    parts = tf.TensorArray(tf.float32, steps, element_shape=[None, 4]).unstack(tf.transpose(x, [1, 0, 2]))
    kept = tf.TensorArray(tf.float32, steps, element_shape=[None, units])
    gates, candidate, inner = (weight(n, k, units) for n, k in (("gates", 4 + units), ("candidate", 4 + units), ("inner", units)))

    def refine(j, h):
        return j + 1, h + 0.1 * tf.tanh(tf.matmul(h, inner))

    def step(i, h, kept):
        part = parts.read(i)
        z = tf.sigmoid(tf.matmul(tf.concat([part, h], 1), gates))
        h = z * h + (1 - z) * tf.tanh(tf.matmul(tf.concat([h, part], 1), candidate))
        if is_new:
            _, h = tf.while_loop(lambda j, h: j < 4, refine, [tf.constant(1), h])
        return i - 1, h, kept.write(i, h)

    _, h, kept = tf.while_loop(lambda i, h, kept: i >= 0, step,
                               [tf.constant(steps - 1), tf.zeros([tf.shape(x)[0], units]), kept])
    _, grown = tf.while_loop(lambda j, g: j < 4, lambda j, g: (j + 1, tf.concat([g, 0.5 * g[:, -1:]], 1)),
                             [tf.constant(0), h[:, :1]], shape_invariants=[tf.TensorShape([]), tf.TensorShape([None, None])])
    y = tf.reduce_mean(kept.stack(), 0) + h + tf.reduce_sum(grown, 1, keepdims=True)
    return {"y": dense(weight, y, "out", 2)}


def net_two(weight, left, right):
    y = tf.concat([tf.nn.relu(dense(weight, left, "one", 5)), right], 1)
    return {"kind": tf.nn.softmax(dense(weight, y, "kind", 3)),
            "size": dense(weight, dense(weight, y, "mix", 3) * right, "size", 1)}


NETS = {"mlp": net_mlp, "cnn": net_cnn, "depthwise": net_depthwise, "lstm": net_lstm, "loops": net_loops,
        "two": net_two}
SPECS = {"mlp": {"x": (6,)}, "cnn": {"image": (10, 8, 3)}, "depthwise": {"image": (12, 12, 2)}, "lstm": {"sequence": (5, 4)},
         "loops": {"sequence": (6, 4)},
         "two": {"left": (4,), "right": (3,)}}


def write_module(name, folder):
    module = Module(name)
    specs = [tf.TensorSpec((None, *shape), tf.float32, name=n) for n, shape in SPECS[name].items()]
    serve = tf.function(module.__call__, input_signature=specs)
    module(*[tf.zeros((1, *shape)) for shape in SPECS[name].values()])
    tf.saved_model.save(module, folder, signatures=serve)


# ---- TensorFlow 1 ----

def build_tf1(name, folder, use_resource, by_builder):
    random = np.random.default_rng(SEED)

    def weight(name, *shape, low=-0.5, high=0.5):
        value = random.uniform(low, high, shape).astype("float32")
        return tf1.get_variable(name, initializer=value, use_resource=use_resource)

    with tf.Graph().as_default(), tf1.Session() as session:
        inputs = {n: tf1.placeholder(tf.float32, (None, *shape), n) for n, shape in SPECS[name].items()}
        with tf1.variable_scope("net", reuse=tf1.AUTO_REUSE):
            outputs = NETS[name](weight, *inputs.values())
        session.run(tf1.global_variables_initializer())
        if by_builder:
            builder = tf1.saved_model.Builder(folder)
            signature = tf1.saved_model.predict_signature_def(inputs, outputs)
            builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature}, strip_default_attrs=True)
            builder.save()
        else:
            tf1.saved_model.simple_save(session, folder, inputs, outputs)


def write_tf1(name, folder):
    """VariableV2, read by Identity; of some resource variables."""
    tf1.disable_control_flow_v2()
    build_tf1(name, folder, use_resource=name in ("two", "cnn"), by_builder=name in ("mlp", "cnn"))
    tf1.enable_control_flow_v2()


WRITERS = {"keras": write_keras, "module": write_module, "tf_keras": write_tf_keras, "tf1": write_tf1}


# ---- what is kept ----

def answers(folder):
    """Inputs and outputs of the serving signature, as TensorFlow computes them."""
    signature = tf.saved_model.load(folder).signatures["serving_default"]
    random = np.random.default_rng(SEED)
    kept = {}
    for n, spec in signature.structured_input_signature[1].items():
        shape = [SAMPLES if d is None else d for d in spec.shape]
        kept["in." + n] = random.uniform(-1, 1, shape).astype("float32")
    out = signature(**{n[3:]: tf.constant(v) for n, v in kept.items()})
    kept.update({"out." + n: v.numpy() for n, v in out.items()})
    return kept


def functions_of(graph, library):
    """Names of functions that nodes call, and theirs."""
    found, left = set(), [graph.node]
    while left:
        for node in left.pop():
            for a in node.attr.values():
                for f in [a.func.name] + [g.name for g in a.list.func]:
                    if f and f in library and f not in found:
                        found.add(f)
                        left.append(library[f].node_def)
    return found


def shrink(folder):
    """Leaves out what is for training, and for debugging."""
    path = os.path.join(folder, "saved_model.pb")
    saved = saved_model_pb2.SavedModel()
    with open(path, "rb") as f:
        saved.ParseFromString(f.read())
    for meta in saved.meta_graphs:
        library = {f.signature.name: f for f in meta.graph_def.library.function}
        needed = functions_of(meta.graph_def, library)
        kept = [library[n] for n in sorted(needed)]
        del meta.graph_def.library.function[:]
        del meta.graph_def.library.gradient[:]
        meta.graph_def.library.function.extend(kept)
        meta.meta_info_def.ClearField("stripped_op_list")
        meta.graph_def.ClearField("debug_info")
        for nodes in [meta.graph_def.node] + [f.node_def for f in kept]:
            for node in nodes:
                node.ClearField("experimental_debug_info")
        for name in [n for n in meta.object_graph_def.concrete_functions if n not in needed]:
            del meta.object_graph_def.concrete_functions[name]
        for node in meta.object_graph_def.nodes:
            if node.WhichOneof("kind") == "user_object":
                node.user_object.metadata = ""
            if node.WhichOneof("kind") == "function":
                node.ClearField("function")
                node.user_object.identifier = "_generic_user_object"
    with open(path, "wb") as f:
        f.write(saved.SerializeToString(deterministic=True))
    for extra in ("keras_metadata.pb", "fingerprint.pb", "assets"):
        extra = os.path.join(folder, extra)
        shutil.rmtree(extra) if os.path.isdir(extra) else os.path.exists(extra) and os.remove(extra)


# ---- where fuzzing begins ----

def constants_inside(folder):
    """The graph with its variables as constants, as a frozen graph: what of it is read has no checkpoint."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
    loaded = tf.saved_model.load(folder)  # holds the variables
    signature = loaded.signatures["serving_default"]
    return convert_variables_to_constants_v2(signature, lower_control_flow=False).graph.as_graph_def().SerializeToString()


def write_corpus(to):
    corpus = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fuzz", "corpus")
    for kind in ("saved_model", "checkpoint"):
        os.makedirs(os.path.join(corpus, kind), exist_ok=True)
    for case in ("module_cnn", "module_lstm", "module_depthwise", "module_two", "module_loops"):
        with open(os.path.join(corpus, "saved_model", case + ".frozen.pb"), "wb") as f:
            f.write(constants_inside(os.path.join(to, case)))
    for case in ("tf1_lstm", "tf1_loops", "module_mlp"):
        shutil.copy(os.path.join(to, case, "saved_model.pb"), os.path.join(corpus, "saved_model", case + ".pb"))
    for case in ("tf1_mlp", "keras_mlp"):
        shutil.copy(os.path.join(to, case, "variables", "variables.index"), os.path.join(corpus, "checkpoint", case + ".index"))


def main():
    to = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "savedmodel")
    for writer, write in WRITERS.items():
        for name in LAYERED:
            case = f"{writer}_{name}"
            if len(sys.argv) > 2 and case not in sys.argv[2:] or "keras" not in writer and name not in NETS:
                continue
            folder = os.path.join(to, case)
            shutil.rmtree(folder, ignore_errors=True)
            write(name, folder)
            np.savez(folder + ".npz", **answers(folder))
            if not os.environ.get("WHOLE"):
                shrink(folder)
            print(case, sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(folder) for f in fs))
    if len(sys.argv) <= 1 or sys.argv[2:] == ["corpus"]:
        write_corpus(to)


main()