# SPDX-License-Identifier: Apache-2.0
"""Variables whose handles IF and WHILE hand on to their subgraphs, as TensorFlow's converter writes them; fifty samples in a row."""
import numpy as np

from operator_cases import Family, constant, draw, generator, schema, tensor
from operators_control import VERSIONS, write_limit
from operators_variables import Model, call_once

SHAPE = (1, 3)


class Builder:
    """Values of one kind and scale, in any subgraph of a file."""

    def __init__(self, kind, random):
        self.m, self.kind, self.random = Model(), kind, random
        self.quant = (np.float32(0.05), 3) if kind == "i8" else (None, 0)

    def like(self, name, values=None):
        return tensor(self.random, self.kind, SHAPE, name, values, *self.quant)

    def new(self, graph, name="v"):
        return self.m.tensor(graph, self.like(name))

    def drawn(self):
        values = draw(self.random, self.like("first"), 4)[3]
        return np.clip(values, -1, 1) if self.kind == "f32" else values

    def binary(self, graph, operator, a, b):
        made = self.new(graph)
        options = {"ADD": schema.AddOptionsT, "SUB": schema.SubOptionsT, "MUL": schema.MulOptionsT}[operator]()
        if hasattr(options, "potScaleInt16"):
            options.potScaleInt16 = False
        self.m.operator(graph, operator, [a, b], [made], options, VERSIONS[self.kind])
        return made

    def read(self, graph, handle):
        made = self.new(graph)
        self.m.operator(graph, "READ_VARIABLE", [handle], [made], schema.ReadVariableOptionsT())
        return made

    def assign(self, graph, handle, value):
        self.m.operator(graph, "ASSIGN_VARIABLE", [handle, value], [], schema.AssignVariableOptionsT())

    def flag(self, graph, name):
        return self.m.tensor(graph, tensor(self.random, "bool", (1,), name))

    def begin(self, *inputs):
        """A subgraph with these inputs: (its number, graph, their tensors)."""
        graph = self.m.subgraph()
        made = [self.m.tensor(graph, "handle") if t == "handle" else self.m.tensor(graph, t) for t in inputs]
        graph.inputs = list(made)
        return len(self.m.model.subgraphs) - 1, graph, made


def changing(b, operator, nested, swapped):
    """A subgraph for IF: two handles and a value; changes one variable by the other, or has another IF do so."""
    number, graph, (first, x, second) = b.begin("handle", b.like("x"), "handle")
    first, second = (second, first) if swapped else (first, second)
    if nested:
        inner = changing(b, operator, False, False), changing(b, "SUB", False, True)
        on, y = b.m.tensor(graph, constant("bool", [nested == 1], "on")), b.new(graph)
        options = schema.IfOptionsT()
        options.thenSubgraphIndex, options.elseSubgraphIndex = inner
        b.m.operator(graph, "IF", [on, first, x, second], [y], options)
    else:
        y = b.binary(graph, operator, b.read(graph, second), x)
        b.assign(graph, first, y)
    graph.outputs = [y]
    return number


def choose(b, graph, number, go, x, handles):
    options = schema.IfOptionsT()
    options.thenSubgraphIndex = changing(b, "ADD", number // 2 % 3, number % 3 == 0)
    options.elseSubgraphIndex = changing(b, "MUL", 0, number % 5 == 0)
    y = b.new(graph)
    b.m.operator(graph, "IF", [go, handles[0], x, handles[1]], [y], options)
    return y, handles


def repeat(b, graph, number, go, x, handles, swapped=False):
    """Three rounds; the loop gives its handles back. swapped: in each other's place."""
    options, count = schema.WhileOptionsT(), tensor(b.random, "i32", (1,), "count")
    carried = count, "handle", b.like("x"), "handle"
    options.condSubgraphIndex, cond, ins = b.begin(*carried)
    less = b.flag(cond, "less")
    b.m.operator(cond, "LESS", [ins[0], b.m.tensor(cond, constant("i32", [3], "three"))], [less], schema.LessOptionsT())
    cond.outputs = [less]
    options.bodySubgraphIndex, body, ins = b.begin(*carried)
    after = b.m.tensor(body, count)
    b.m.operator(body, "ADD", [ins[0], b.m.tensor(body, constant("i32", [1], "one"))], [after], schema.AddOptionsT())
    b.assign(body, ins[1], b.binary(body, "MUL" if number % 3 else "SUB", b.read(body, ins[3]), ins[2]))
    if number % 4 == 1:
        b.assign(body, ins[3], b.read(body, ins[1]))
    body.outputs = [after, ins[3], ins[2], ins[1]] if swapped else [after, ins[1], ins[2], ins[3]]
    begin = b.m.tensor(graph, constant("i32", [0], "zero"))
    outs = [b.m.tensor(graph, t) for t in carried]
    b.m.operator(graph, "WHILE", [begin, handles[0], x, handles[1]], outs, options)
    return outs[2], ([outs[1], outs[3]] if number % 2 else handles)


def case(family, name, kind, number, change):
    b = Builder(kind, generator(name))
    graph = b.m.subgraph()
    x, y = b.like("x"), b.like("y")
    call_once(b.m, graph, {"a": b.like("a", b.drawn()), "b": b.like("b", b.drawn())})
    given, go = b.m.tensor(graph, x), b.flag(graph, "go")
    handles = [b.m.handle(graph, "a"), b.m.handle(graph, "b")]
    before = b.read(graph, handles[0]) if number % 3 == 1 else given
    result, handles = change(b, graph, number, go, given, handles)
    if number % 4 != 2:  # else nobody in the main graph says what the variables are
        result = b.binary(graph, "ADD", result, b.read(graph, handles[number % 2]))
    made = b.m.tensor(graph, y)
    options = schema.AddOptionsT()
    options.potScaleInt16 = False
    b.m.operator(graph, "ADD", [before, result], [made], options, VERSIONS[kind])
    graph.inputs, graph.outputs = [given, go], [made]
    values = draw(b.random, x, 50)
    values = np.clip(values, -1, 1) if kind == "f32" else values
    family.add_model(name, b.m.pack(), [values, b.random.integers(0, 2, (50, 1)).astype(np.bool_)], [y])


def limit(name, finish):
    """limits/NAME.tflite: finish(builder, main graph, bool, value, handles) makes a value in a way that mote does not take."""
    b = Builder("f32", generator(name))
    graph = b.m.subgraph()
    call_once(b.m, graph, {"a": b.like("a", b.drawn()), "b": b.like("b", b.drawn())})
    x, go = b.new(graph, "x"), b.flag(graph, "go")
    graph.outputs = [finish(b, graph, go, x, [b.m.handle(graph, "a"), b.m.handle(graph, "b")])]
    graph.inputs = [x, go]
    write_limit(name, b.m)


def two_ifs(handed):
    """Of one subgraph; handed(handles, value): what each hands to it."""
    def finish(b, graph, go, x, handles):
        options = schema.IfOptionsT()
        options.thenSubgraphIndex = options.elseSubgraphIndex = changing(b, "ADD", False, False)
        for given in handed(handles, x):
            x = b.new(graph)
            b.m.operator(graph, "IF", [go, *given], [x], options)
        return x

    return finish


def limits():
    limit("other_handle", two_ifs(lambda h, x: [[h[0], x, h[1]], [h[1], x, h[0]]]))
    limit("no_handle", two_ifs(lambda h, x: [[x, x, h[1]]]))
    limit("swapped_handles", lambda *all: repeat(*all[:2], 1, *all[2:], swapped=True)[0])


def make():
    limits()
    family = Family("handles")
    for what, change in (("if", choose), ("while", repeat)):
        for kind in ("f32", "i8"):
            for number in range(20):
                case(family, f"{what}_{kind}_{number}", kind, number, change)
    family.save()
