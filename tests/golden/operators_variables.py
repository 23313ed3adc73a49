# SPDX-License-Identifier: Apache-2.0
"""Variables: VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE, with first values by CALL_ONCE; fifty samples in a row."""
import flatbuffers
import numpy as np

from common import FOLDER
from operator_cases import Family, draw, generator, schema, tensor
from tflite_builder import AlignedBuffer, _quantization


class Model:
    """A file of several operators and subgraphs, made piece by piece."""

    def __init__(self):
        self.model = schema.ModelT()
        self.model.version, self.model.buffers = 3, [AlignedBuffer()]
        self.model.subgraphs, self.model.operatorCodes = [], []

    def subgraph(self):
        graph = schema.SubGraphT()
        graph.tensors, graph.operators, graph.inputs, graph.outputs = [], [], [], []
        self.model.subgraphs.append(graph)
        return graph

    def tensor(self, graph, t):
        """A tensor of operator_cases, or "handle"."""
        made = schema.TensorT()
        made.buffer = 0
        if t == "handle":
            made.type, made.shape, made.name = schema.TensorType.RESOURCE, [], "handle"
        else:
            made.type, made.shape, made.name = getattr(schema.TensorType, t.kind), list(t.shape), t.name
            made.quantization = _quantization(t)
            if t.values is not None:
                made.buffer = len(self.model.buffers)
                self.model.buffers.append(AlignedBuffer())
                self.model.buffers[-1].data = np.ascontiguousarray(t.values).tobytes()
        graph.tensors.append(made)
        return len(graph.tensors) - 1

    def operator(self, graph, name, inputs, outputs, options=None, version=1):
        number = getattr(schema.BuiltinOperator, name)
        for index, code in enumerate(self.model.operatorCodes):
            if code.builtinCode == number and code.version == version:
                break
        else:
            index, code = len(self.model.operatorCodes), schema.OperatorCodeT()
            code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), version
            self.model.operatorCodes.append(code)
        op = schema.OperatorT()
        op.opcodeIndex, op.inputs, op.outputs = index, inputs, outputs
        if options is not None:
            op.builtinOptions = options
            op.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__[:-1])
        graph.operators.append(op)

    def handle(self, graph, name, container=""):
        options = schema.VarHandleOptionsT()
        options.container, options.sharedName = container, name
        made = self.tensor(graph, "handle")
        self.operator(graph, "VAR_HANDLE", [], [made], options)
        return made

    def pack(self):
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def call_once(m, graph, first):
    """Subgraph 1 gives variables their first values: name -> tensor with values."""
    options = schema.CallOnceOptionsT()
    options.initSubgraphIndex = 1
    m.operator(graph, "CALL_ONCE", [], [], options)
    init = m.subgraph()
    for name, value in first.items():
        handle = m.handle(init, name)
        m.operator(init, "ASSIGN_VARIABLE", [handle, m.tensor(init, value)], [], schema.AssignVariableOptionsT())


def running(family, kind, number):
    """y = x * state (or the other way round); the state becomes x, or y."""
    random = generator(f"{kind}_{number}")
    shape = [(1, 3), (2, 2), (1, 2, 2, 1), (5,)][number % 4]
    has_first, is_late, two_handles = number % 2 == 1, number % 3 == 2, number % 5 >= 3
    m = Model()
    graph = m.subgraph()
    x = tensor(random, kind, shape, "x", scale=0.05, zero_point=3 if kind == "i8" else 0)
    state = tensor(random, kind, shape, "state", scale=x.scale, zero_point=x.zero_point)
    y = tensor(random, kind, shape, "y", scale=x.scale, zero_point=x.zero_point)
    if has_first:
        first = tensor(random, kind, shape, "first", draw(random, state, 4)[3], x.scale, x.zero_point)
        call_once(m, graph, {"s": first})
    ids = m.tensor(graph, x), m.tensor(graph, state), m.tensor(graph, y)
    handle = m.handle(graph, "s")
    other = m.handle(graph, "s") if two_handles else handle
    mul = schema.MulOptionsT()
    if is_late:
        m.operator(graph, "ASSIGN_VARIABLE", [other, ids[0]], [], schema.AssignVariableOptionsT())
    m.operator(graph, "READ_VARIABLE", [handle], [ids[1]], schema.ReadVariableOptionsT())
    m.operator(graph, "MUL", [ids[0], ids[1]] if number % 2 else [ids[1], ids[0]], [ids[2]], mul, 2 if kind == "i8" else 1)
    if not is_late:
        m.operator(graph, "ASSIGN_VARIABLE", [other, ids[2] if number % 3 == 1 else ids[0]], [],
                   schema.AssignVariableOptionsT())
    graph.inputs, graph.outputs = [ids[0]], [ids[2]]
    samples = draw(random, x, 50)
    if kind == "f32":
        samples = np.clip(samples, -1, 1)
    family.add_model(f"{kind}_{number}", m.pack(), [samples], [y])


def limit(name, calls=1, handles=1, assigns=1):
    """limits/NAME.tflite: one more of something than mote takes; x is read from a variable and given back."""
    shape = (1, 2)
    x, first = (tensor(generator(name), "f32", shape, "x", values) for values in (None, np.zeros(shape, np.float32)))
    m = Model()
    graph = m.subgraph()
    call_once(m, graph, {"s": first})
    for _ in range(calls - 1):
        m.operator(graph, "CALL_ONCE", [], [], graph.operators[0].builtinOptions)
    init = m.model.subgraphs[1]
    for _ in range(assigns - 1):
        m.operator(init, "ASSIGN_VARIABLE", init.operators[1].inputs, [], schema.AssignVariableOptionsT())
    ids = m.tensor(graph, x), m.tensor(graph, x)
    handle = [m.handle(graph, f"s{number}" if number else "s") for number in range(handles)][0]
    m.operator(graph, "READ_VARIABLE", [handle], [ids[1]], schema.ReadVariableOptionsT())
    m.operator(graph, "ASSIGN_VARIABLE", [handle, ids[0]], [], schema.AssignVariableOptionsT())
    graph.inputs, graph.outputs = [ids[0]], [ids[1]]
    folder = FOLDER / "limits"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.tflite").write_bytes(m.pack())


def limits():
    limit("plain")
    limit("calls", calls=5)
    limit("handles", handles=33)
    limit("assigns", assigns=128)


def make():
    limits()
    family = Family("variables")
    for kind in ("f32", "i8"):
        for number in range(20):
            running(family, kind, number)
    family.save()
