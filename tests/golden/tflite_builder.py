# SPDX-License-Identifier: Apache-2.0
"""Writes a .tflite that holds one operator, and runs it on TFLite Micro (mote's reference for integers) and on LiteRT.

Field names are those of TensorFlow's schema.fbs in camelCase.  Options left alone keep the schema's defaults; a stride
defaults to 0 there, so every stride is set.
"""
import dataclasses

import flatbuffers
from flatbuffers import flexbuffers
import numpy as np
from ai_edge_litert import interpreter as litert
from ai_edge_litert import schema_py_generated as schema
from tflite_micro.python.tflite_micro import runtime as micro

ARENA_BYTES = 1 << 20


@dataclasses.dataclass
class Tensor:
    kind: str                    # "INT8", "FLOAT32" ...
    shape: tuple
    name: str
    scale: object = None         # None: real numbers; a number; or a list, one for each index of `axis`
    zero_point: int = 0
    axis: int = 0
    values: np.ndarray = None    # None: computed, or the model's input; INT4: one a byte, packed when it is written
    is_variable: bool = False    # a state, which is kept between invokes

    @property
    def dtype(self):
        return np.dtype("int8" if self.kind == "INT4" else self.kind.lower())

    @property
    def bytes(self):
        if self.kind != "INT4":
            return np.ascontiguousarray(self.values).tobytes()
        halves = (self.values.reshape(-1) & 15).astype(np.uint8)  # two to a byte, low half first
        halves = np.append(halves, np.zeros(len(halves) % 2, np.uint8))
        return (halves[0::2] | halves[1::2] << 4).tobytes()


class AlignedBuffer(schema.BufferT):
    """Buffer with its bytes at a multiple of 16, as schema.fbs asks (force_align) and the generated Python forgets."""

    def Pack(self, builder):
        data = None
        if self.data is not None:
            builder.StartVector(1, len(self.data), 16)
            builder.head -= len(self.data)
            builder.Bytes[builder.head:builder.head + len(self.data)] = bytes(self.data)
            data = builder.EndVector()
        schema.BufferStart(builder)
        if data is not None:
            schema.BufferAddData(builder, data)
        return schema.BufferEnd(builder)


def _quantization(tensor):
    if tensor.scale is None:
        return None
    q = schema.QuantizationParametersT()
    q.scale = np.atleast_1d(np.asarray(tensor.scale, np.float32))
    q.zeroPoint = np.full(q.scale.shape, tensor.zero_point, np.int64)
    q.quantizedDimension = tensor.axis
    return q


def _operator(name, version, options):
    """Its code, and the operator itself without operands."""
    code, op = schema.OperatorCodeT(), schema.OperatorT()
    is_custom = not hasattr(schema.BuiltinOperator, name)
    code.builtinCode, code.version = getattr(schema.BuiltinOperator, "CUSTOM" if is_custom else name), version
    code.customCode = name if is_custom else None
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    if is_custom:
        op.customOptions = None if options is None else list(flexbuffers.Dumps(options))
    elif options is not None:
        op.builtinOptions = options
        op.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__[:-1])
    return code, op


def build(operator, version, options, inputs, outputs):
    """Returns the file's bytes. inputs: Tensors, None for one left out; those without values are the model's inputs,
    but for states.

    operator: a builtin's name, else a custom code; options are then a dictionary, which becomes a FlexBuffers map.
    """
    model, graph = schema.ModelT(), schema.SubGraphT()
    code, op = _operator(operator, version, options)
    model.version, model.description, model.buffers = 3, operator, [AlignedBuffer()]  # buffer 0 stays empty
    graph.tensors = []

    def add(tensor):
        t = schema.TensorT()
        t.type, t.shape, t.name = getattr(schema.TensorType, tensor.kind), list(tensor.shape), tensor.name
        t.quantization, t.buffer, t.isVariable = _quantization(tensor), 0, tensor.is_variable
        if tensor.values is not None:
            assert tensor.values.dtype == tensor.dtype and tensor.values.shape == tuple(tensor.shape), tensor.name
            t.buffer = len(model.buffers)
            model.buffers.append(AlignedBuffer())
            model.buffers[-1].data = tensor.bytes
        graph.tensors.append(t)
        return len(graph.tensors) - 1

    op.opcodeIndex = 0
    op.inputs = [-1 if tensor is None else add(tensor) for tensor in inputs]
    op.outputs = [add(tensor) for tensor in outputs]
    graph.inputs = [i for i, tensor in zip(op.inputs, inputs)
                    if tensor is not None and tensor.values is None and not tensor.is_variable]
    graph.outputs, graph.operators = list(op.outputs), [op]
    model.subgraphs, model.operatorCodes = [graph], [code]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def build_graph(inputs, steps, outputs):
    """A file of several operators. steps: (operator, version, options, operands, what it makes); tensors go by identity,
    constants among them, and None for an operand left out."""
    model, graph = schema.ModelT(), schema.SubGraphT()
    model.version, model.buffers, model.operatorCodes, graph.operators, graph.tensors = 3, [AlignedBuffer()], [], [], []
    index = {}

    def add(tensor):
        if tensor is None:
            return -1
        if id(tensor) not in index:
            index[id(tensor)] = len(graph.tensors)
            made = schema.TensorT()
            made.type, made.shape, made.name = getattr(schema.TensorType, tensor.kind), list(tensor.shape), tensor.name
            made.quantization, made.buffer, made.isVariable = _quantization(tensor), 0, tensor.is_variable
            if tensor.values is not None:
                made.buffer = len(model.buffers)
                model.buffers.append(AlignedBuffer())
                model.buffers[-1].data = np.ascontiguousarray(tensor.values).tobytes()
            graph.tensors.append(made)
        return index[id(tensor)]

    graph.inputs = [add(tensor) for tensor in inputs]
    for operator, version, options, operands, made in steps:
        code, op = _operator(operator, version, options)
        op.opcodeIndex, op.inputs, op.outputs = len(model.operatorCodes), [add(t) for t in operands], [add(t) for t in made]
        model.operatorCodes.append(code)
        graph.operators.append(op)
    graph.outputs, model.subgraphs = [add(tensor) for tensor in outputs], [graph]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def run_micro(model, samples):
    """samples: one array [n, ...tensor shape] an input. Returns one array [n, ...] (the model has one output)."""
    engine = micro.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    results = []
    for sample in zip(*samples):
        for index, values in enumerate(sample):
            engine.set_input(np.ascontiguousarray(values), index)
        engine.invoke()
        results.append(np.copy(engine.get_output(0)))
    return np.stack(results)


def run_litert(model, samples, resolver="BUILTIN_REF"):
    engine = litert.Interpreter(model_content=model, num_threads=1,
                                experimental_op_resolver_type=litert.OpResolverType[resolver])
    engine.allocate_tensors()
    inputs, output = engine.get_input_details(), engine.get_output_details()[0]["index"]
    results = []
    for sample in zip(*samples):
        for detail, values in zip(inputs, sample):
            engine.set_tensor(detail["index"], np.ascontiguousarray(values))
        engine.invoke()
        results.append(np.copy(engine.get_tensor(output)))
    return np.stack(results)
