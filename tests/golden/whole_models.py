# SPDX-License-Identifier: Apache-2.0
"""Whole models from TensorFlow's converter: how families of examples convert them, ask the engine, and store them."""
import common  # noqa: F401  (quiet imports)
import flatbuffers
import keras
import numpy as np
import tensorflow as tf

from operator_cases import Tensor, generator, schema
from tflite_builder import AlignedBuffer

NAMES = {number: name for name, number in vars(schema.TensorType).items() if not name.startswith("_")}
SAMPLES = 20
OPS = tf.lite.OpsSet


def settle(net, real):
    """Biases as if trained, and the statistics of real: Keras begins with zeros and ones, which hide mistakes and let answers
    be all alike."""
    random = np.random.default_rng(3)
    for layer in net.layers:
        layer.momentum = 0.0
        for v in layer.weights:
            kind = v.path.split("/")[-1]
            if kind == "gamma":
                v.assign(random.uniform(0.8, 1.6, v.shape))
            elif kind in ("bias", "beta"):
                v.assign(random.normal(0, 0.3, v.shape))
    batches = [x[:, 0] for x in real]
    net(batches if len(batches) > 1 else batches[0], training=True)
    return net


def fixed_batch(net):
    """The network as a function of one sample."""
    owner = tf.Module()
    owner.variables_of_net = [v if isinstance(v, tf.Variable) else v.value for v in net.variables]
    specs = [tf.TensorSpec((1, *x.shape[1:]), x.dtype) for x in net.inputs]
    function = tf.function(lambda *x: net(x if len(x) > 1 else x[0], training=False)).get_concrete_function(*specs)
    return tf.lite.TFLiteConverter.from_concrete_functions([function], owner)


def open_batch(net):
    return tf.lite.TFLiteConverter.from_keras_model(net)


def convert(converter, kind, calibration=None, ends=None):
    """kind: "f32", "i8" or "i16" (int8 weights). calibration: one array [n, 1, ...] of real numbers an input.
    ends: the type of inputs and outputs, where it is not kind's."""
    if kind != "f32":
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([*sample] for sample in zip(*calibration))
        converter.target_spec.supported_ops = [
            OPS.TFLITE_BUILTINS_INT8 if kind == "i8" else OPS.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8]
        converter.inference_input_type = converter.inference_output_type = ends or (tf.int8 if kind == "i8" else tf.int16)
    return converter.convert()


def edit(model, change):
    """The file after change(ModelT)."""
    tables = schema.ModelT.InitFromPackedBuf(model, 0)
    for buffer in tables.buffers:
        buffer.__class__ = AlignedBuffer
    change(tables)
    builder = flatbuffers.Builder(len(model))
    builder.Finish(tables.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def ends_of(model):
    """(inputs, outputs) of a file's graph, as Tensors."""
    graph = schema.ModelT.InitFromPackedBuf(model, 0).subgraphs[0]

    def end(index):
        t = graph.tensors[index]
        q = t.quantization
        is_quantized = q is not None and q.scale is not None
        shape = () if t.shape is None else tuple(int(d) for d in t.shape)
        return Tensor(NAMES[t.type], shape, str(index), q.scale[0] if is_quantized else None,
                      int(q.zeroPoint[0]) if is_quantized else 0)

    return [end(i) for i in graph.inputs], [end(i) for i in graph.outputs]


def in_type(t, real):
    """Real numbers in the input's type, with its scale."""
    if t.scale is None:
        return real.astype(t.dtype)
    limits = np.iinfo(t.dtype)
    return np.clip(np.round(real / t.scale) + t.zero_point, limits.min, limits.max).astype(t.dtype)


def add(family, name, model, real, engine=None):
    """real: one array [samples, ...] of real numbers an input, in the file's order."""
    inputs, outputs = ends_of(model)
    samples = [in_type(t, x.reshape(len(x), *t.shape)) for t, x in zip(inputs, real, strict=True)]
    return family.add_model(name, model, samples, outputs, engine=engine)


def smooth(random, shape, count=SAMPLES):
    """Images that look a little like images: broad patterns and some noise, in steps of 1/16, which are stored in less room."""
    height, width, channels = shape
    y, x = np.mgrid[:height, :width].reshape(2, 1, height, width, 1)
    waves = random.uniform(-0.6, 0.6, (2, count, 1, 1, channels))
    values = np.sin(waves[0] * y + waves[1] * x + random.uniform(0, 6, (count, 1, 1, channels)))
    noise = random.integers(-2, 3, (count, *shape)) / 16
    return (np.round(values * 14) / 16 + noise).astype(np.float32)[:, None]


def add_keras(family, name, net, kinds, real, make=fixed_batch, engine=None):
    """The same network in each kind."""
    settle(net, real)
    for kind in kinds:
        add(family, f"{name}_{kind}", convert(make(net), kind, real), real, engine)
