# SPDX-License-Identifier: Apache-2.0
"""IF and WHILE: random subgraphs that run random subgraphs; values pass through, change places, are constants or variables."""
import numpy as np

from common import FOLDER
from operator_cases import Family, constant, draw, generator, schema, tensor
from operators_variables import Model, call_once

VERSIONS = {"i8": 2, "f32": 1, "i32": 1}


class Body:
    """A subgraph whose values are all of one shape and kind; `values` are those that may be read."""

    def __init__(self, m, random, kind, shape, quant):
        self.m, self.random, self.kind, self.shape, self.quant = m, random, kind, shape, quant
        self.graph, self.values = m.subgraph(), []
        self.index = len(m.model.subgraphs) - 1

    def like(self, name, shape=None, values=None, quant=None):
        scale, zero_point = quant or self.quant
        return tensor(self.random, self.kind, shape or self.shape, name, values, scale, zero_point)

    def new(self, name, shape=None, values=None, quant=None):
        return self.m.tensor(self.graph, self.like(name, shape, values, quant))

    def inputs(self, count, quant=None):
        for i in range(count):
            self.values.append(self.new(f"in{i}", quant=quant))
        self.graph.inputs = list(self.values)
        return list(self.values)

    def constant(self):
        t = self.like("c")
        values = draw(self.random, t, 4)[3]
        if self.kind == "f32":
            values = np.clip(values, -1.5, 1.5)
        return self.new("c", values=values % 7 if self.kind == "i32" else values)

    def pick(self):
        return self.values[self.random.integers(len(self.values))]

    def step(self):
        """One more value."""
        kind = self.random.choice(["ADD", "SUB", "MAXIMUM", "MINIMUM", "MUL", "RELU", "RESHAPE"])
        if kind in ("MUL", "SUB", "RELU") and self.kind == "i32":
            kind = "ADD"
        made = self.new(kind.lower())
        if kind == "RESHAPE":
            self.values.append(self.reshape(self.reshape(self.pick(), self.shape[::-1]), self.shape))
            return
        if kind == "RELU":
            self.m.operator(self.graph, kind, [self.pick()], [made], None, VERSIONS[self.kind])
        else:
            options = {"ADD": schema.AddOptionsT, "SUB": schema.SubOptionsT, "MUL": schema.MulOptionsT,
                       "MAXIMUM": schema.MaximumMinimumOptionsT, "MINIMUM": schema.MaximumMinimumOptionsT}[kind]()
            if hasattr(options, "potScaleInt16"):
                options.potScaleInt16 = False
            other = self.constant() if self.random.random() < 0.5 else self.pick()
            self.m.operator(self.graph, kind, [self.pick(), other], [made], options, VERSIONS[self.kind])
        self.values.append(made)

    def reshape(self, value, shape):
        made = self.new("view", shape)
        places = self.m.tensor(self.graph, constant("i32", shape, "shape"))
        options = schema.ReshapeOptionsT()
        options.newShape = list(shape)
        self.m.operator(self.graph, "RESHAPE", [value, places], [made], options)
        return made

    def less(self, value, limit):
        """Whether the sum of places 0 of value is below limit: a bool of one value."""
        small = self.part(value)
        made = self.m.tensor(self.graph, tensor(self.random, "bool", (1,), "less"))
        bound = self.like("bound", (1,), np.asarray([limit], small_type(self.kind)))
        self.m.operator(self.graph, "LESS", [small, self.m.tensor(self.graph, bound)], [made], schema.LessOptionsT(),
                        2 if self.kind == "i8" else 1)
        return made

    def part(self, value):
        """Element 0, as [1]."""
        made = self.new("part", (1,))
        flat = self.reshape(value, (int(np.prod(self.shape)),))
        places = [self.m.tensor(self.graph, constant("i32", [p], "p")) for p in (0, 1, 1)]
        self.m.operator(self.graph, "STRIDED_SLICE", [flat, *places], [made], schema.StridedSliceOptionsT(),
                        {"f32": 1, "i8": 2, "i32": 1}[self.kind])
        return made

    def finish(self, outputs):
        self.graph.outputs = list(outputs)


def small_type(kind):
    return {"f32": np.float32, "i8": np.int8, "i32": np.int32}[kind]


def results(body, count):
    """Which values come out: mostly new ones, else inputs, the same twice, or constants."""
    chosen = []
    for _ in range(count):
        luck = body.random.random()
        if luck < 0.1:
            chosen.append(body.constant())
        elif luck < 0.3:
            chosen.append(body.graph.inputs[body.random.integers(len(body.graph.inputs))])
        else:
            chosen.append(body.values[-1 - int(body.random.integers(min(3, len(body.values))))])
    return chosen


def branch(m, random, kind, shape, quant, inputs, outputs, depth):
    """A subgraph for IF or for a loop's body; returns its number."""
    body = Body(m, random, kind, shape, quant)
    body.inputs(inputs)
    for _ in range(int(random.integers(0, 4))):
        body.step()
    if depth > 0:
        if random.random() < 0.5:
            choose(body, depth - 1)
        else:
            loop(body, depth - 1)
    for _ in range(int(random.integers(0, 3))):
        body.step()
    body.finish(results(body, outputs))
    return body.index


def choose(body, depth, condition=None):
    """An IF in body, whose results become values of it."""
    inputs, outputs = int(body.random.integers(1, 4)), int(body.random.integers(1, 3))
    limit = {"f32": 0.3, "i8": body.quant[1], "i32": 5}[body.kind]
    condition = condition if condition is not None else body.less(body.pick(), limit)
    given = [body.constant() if body.random.random() < 0.15 else body.pick() for _ in range(inputs)]
    made = [body.new(f"if{i}") for i in range(outputs)]
    options = schema.IfOptionsT()
    options.thenSubgraphIndex = branch(body.m, body.random, body.kind, body.shape, body.quant, inputs, outputs, depth)
    options.elseSubgraphIndex = branch(body.m, body.random, body.kind, body.shape, body.quant, inputs, outputs, depth)
    body.m.operator(body.graph, "IF", [condition, *given], made, options)
    body.values += made


def loop(body, depth, rounds=None):
    """A WHILE in body that counts value 0 up to some number."""
    m, random = body.m, body.random
    rounds = int(random.integers(0, 5)) if rounds is None else rounds
    carried = int(random.integers(1, 4))
    shape, many = [1], carried + 1
    counter = tensor(random, "i32", shape, "counter", np.zeros(shape, np.int32))
    start = m.tensor(body.graph, counter)
    given = [body.constant() if random.random() < 0.3 else body.pick() for _ in range(carried)]
    made = [m.tensor(body.graph, tensor(random, "i32", shape, "count"))] + [body.new(f"w{i}") for i in range(carried)]
    options = schema.WhileOptionsT()
    cond = Body(m, random, body.kind, body.shape, body.quant)
    count = m.tensor(cond.graph, tensor(random, "i32", shape, "count"))
    cond.inputs(carried)
    cond.graph.inputs = [count, *cond.graph.inputs]
    bound = m.tensor(cond.graph, constant("i32", [rounds], "rounds"))
    answer = m.tensor(cond.graph, tensor(random, "bool", shape, "go"))
    m.operator(cond.graph, "LESS", [count, bound], [answer], schema.LessOptionsT())
    cond.finish([answer])
    options.condSubgraphIndex = cond.index
    inner = Body(m, random, body.kind, body.shape, body.quant)
    count = m.tensor(inner.graph, tensor(random, "i32", shape, "count"))
    inner.inputs(carried)
    one = m.tensor(inner.graph, constant("i32", [1], "one"))
    next_count = m.tensor(inner.graph, tensor(random, "i32", shape, "next"))
    m.operator(inner.graph, "ADD", [count, one], [next_count], schema.AddOptionsT())
    for _ in range(int(random.integers(0, 3))):
        inner.step()
    if depth > 0:
        if random.random() < 0.5:
            choose(inner, depth - 1)
        else:
            loop(inner, depth - 1)
    out = results(inner, carried)
    if random.random() < 0.5:  # they change places
        out = [inner.graph.inputs[int(i)] if random.random() < 0.6 else o
               for i, o in zip(random.permutation(carried), out)]
    inner.graph.inputs = [count, *inner.graph.inputs]
    inner.finish([next_count, *out])
    options.bodySubgraphIndex = inner.index
    assert many == len(inner.graph.outputs)
    m.operator(body.graph, "WHILE", [start, *given], made, options)
    body.values += made[1:]


def quant_of(random, kind):
    return (np.float32(0.05), int(random.integers(-20, 20))) if kind == "i8" else (None, 0)


def case(family, what, kind, number):
    name = f"{what}_{kind}_{number}"
    random = generator(name)
    shape = [(1, 3), (2, 2), (4, 1), (2, 3)][number % 4]
    quant = quant_of(random, kind)
    m = Model()
    main = Body(m, random, kind, shape, quant)
    main.inputs(2)
    given = list(main.graph.inputs)
    samples_of = [main.like("in0"), main.like("in1")]
    depth = number % 3
    if what == "if":
        condition = None
        if number % 2:
            condition = m.tensor(main.graph, tensor(random, "bool", (1,) if number % 4 == 1 else (), "condition"))
            given.append(condition)
            samples_of.append(tensor(random, "bool", (1,) if number % 4 == 1 else (), "condition"))
        main.step()
        choose(main, depth, condition)
    else:
        main.step()
        loop(main, depth, rounds=3 if number % 4 == 0 else None)
    main.step()
    main.graph.inputs = given
    outputs = [main.values[-1], main.values[-2]]
    main.finish(outputs)
    samples = [draw(random, t, 8) for t in samples_of]
    if kind == "f32":
        samples = [np.clip(s, -2, 2) if s.dtype == np.float32 else s for s in samples]
    if kind == "i32":
        samples = [s % 11 if s.dtype == np.int32 else s for s in samples]
    family.add_model(name, m.pack(), samples, [main.like("out0"), main.like("out1")], may_fail=True)


def rescaled(family, number):
    """Bytes go in and out as they are, whatever scale a subgraph reads them in."""
    name = f"rescaled_{number}"
    random = generator(name)
    m = Model()
    main = Body(m, random, "i8", (1, 4), (np.float32(0.05), 3))
    main.inputs(1)
    condition = m.tensor(main.graph, tensor(random, "bool", (1,), "condition"))
    bodies = []
    for quant in ((np.float32(0.02), -5), (np.float32(0.05), 3)):
        body = Body(m, random, "i8", (1, 4), quant)
        body.inputs(1)
        for _ in range(2):
            body.step()
        body.finish([body.values[-1]])
        bodies.append(body.index)
    options = schema.IfOptionsT()
    options.thenSubgraphIndex, options.elseSubgraphIndex = bodies
    made = main.new("out")
    m.operator(main.graph, "IF", [condition, main.graph.inputs[0]], [made], options)
    main.graph.inputs = [main.graph.inputs[0], condition]
    main.finish([made])
    samples = [draw(random, main.like("x"), 8), draw(random, tensor(random, "bool", (1,), "condition"), 8)]
    family.add_model(name, m.pack(), samples, [main.like("out")])


def counting(family, kind, number):
    """A variable that a branch, or a loop's body, adds to; fifty samples in a row."""
    name = f"variable_{kind}_{number}"
    random = generator(name)
    is_loop, has_first = number % 2 == 1, number % 3 == 0
    shape, quant = (1, 2), quant_of(random, kind)
    m = Model()
    main = Body(m, random, kind, shape, quant)
    x = main.inputs(1)[0]
    if has_first:
        first = main.like("first")
        first.values = np.clip(draw(random, first, 4)[3], -2, 2)
        call_once(m, main.graph, {"s": first})
    body, other = (Body(m, random, kind, shape, quant) for _ in range(2))
    value = body.inputs(1)[0]
    handle = m.handle(body.graph, "s")
    old, new = body.new("old"), body.new("new")
    m.operator(body.graph, "READ_VARIABLE", [handle], [old], schema.ReadVariableOptionsT())
    m.operator(body.graph, "MAXIMUM", [old, value], [new], schema.MaximumMinimumOptionsT(), VERSIONS[kind])
    m.operator(body.graph, "ASSIGN_VARIABLE", [handle, new], [], schema.AssignVariableOptionsT())
    result = main.new("result")
    if is_loop:
        count = m.tensor(body.graph, tensor(random, "i32", (1,), "count"))
        one = m.tensor(body.graph, constant("i32", [1], "one"))
        following = m.tensor(body.graph, tensor(random, "i32", (1,), "next"))
        m.operator(body.graph, "ADD", [count, one], [following], schema.AddOptionsT())
        body.graph.inputs = [count, value]
        body.finish([following, new])
        count = m.tensor(other.graph, tensor(random, "i32", (1,), "count"))
        other.inputs(1)
        other.graph.inputs = [count, *other.graph.inputs]
        bound = m.tensor(other.graph, constant("i32", [2], "bound"))
        go = m.tensor(other.graph, tensor(random, "bool", (1,), "go"))
        m.operator(other.graph, "LESS", [count, bound], [go], schema.LessOptionsT())
        other.finish([go])
        options = schema.WhileOptionsT()
        options.condSubgraphIndex, options.bodySubgraphIndex = other.index, body.index
        start = m.tensor(main.graph, constant("i32", [0], "zero"))
        end = m.tensor(main.graph, tensor(random, "i32", (1,), "end"))
        m.operator(main.graph, "WHILE", [start, x], [end, result], options)
    else:
        body.finish([new])
        other.inputs(1)
        other.finish([other.values[0]])
        options = schema.IfOptionsT()
        options.thenSubgraphIndex, options.elseSubgraphIndex = body.index, other.index
        limit = quant[1] if kind == "i8" else 0
        m.operator(main.graph, "IF", [main.less(x, limit), x], [result], options)
    main.finish([result])
    samples = draw(random, main.like("x"), 50)
    family.add_model(name, m.pack(), [samples], [main.like("result")])


def calls(m, main, kind, numbers, condition, given, made):
    """An IF of subgraphs numbers[0] and numbers[1]."""
    options = schema.IfOptionsT()
    options.thenSubgraphIndex, options.elseSubgraphIndex = numbers
    m.operator(main.graph, kind, [condition, *given], made, options)


def wrong_if(name, numbers=(1, 1), inputs=1, outputs=1, shape=(1, 2), kind="f32", nested=0):
    """limits/NAME.tflite: an IF whose subgraph takes or gives something else, or runs itself (nested -1), or others."""
    random = generator(name)
    m = Model()
    main = Body(m, random, "f32", (1, 2), (None, 0))
    x = main.inputs(1)[0]
    condition = m.tensor(main.graph, tensor(random, "bool", (1,), "condition"))
    made = main.new("made")
    calls(m, main, "IF", numbers, condition, [x], [made])
    main.graph.inputs = [x, condition]
    main.finish([made])
    for level in range(max(nested, 0) + 1):
        body = Body(m, random, kind, shape, (None, 0))
        given = body.inputs(inputs)
        results = [body.new(f"out{i}") for i in range(outputs)]
        if nested < 0 or level < nested:
            true = m.tensor(body.graph, constant("bool", [True], "true"))
            number = 1 if nested < 0 else level + 2
            calls(m, body, "IF", (number, number), true, given[:1], results[:1])
        else:
            for result in results:
                m.operator(body.graph, "ADD", [given[0], given[0]], [result], schema.AddOptionsT())
        body.finish(results)
    write_limit(name, m)


def wrong_while(name, cond_kind="bool"):
    """limits/NAME.tflite: a WHILE that goes on as long as its first value says, which never changes."""
    random = generator(name)
    m = Model()
    main = Body(m, random, "f32", (1, 2), (None, 0))
    x = main.inputs(1)[0]
    go = m.tensor(main.graph, tensor(random, cond_kind, (1,), "go"))
    ends = [m.tensor(main.graph, tensor(random, cond_kind, (1,), "end")), main.new("y")]
    options = schema.WhileOptionsT()
    options.condSubgraphIndex, options.bodySubgraphIndex = 1, 2
    m.operator(main.graph, "WHILE", [go, x], ends, options)
    main.graph.inputs = [x, go]
    main.finish([ends[1]])
    for number in range(2):
        body = Body(m, random, "f32", (1, 2), (None, 0))
        value = body.inputs(1)[0]
        flag = m.tensor(body.graph, tensor(random, cond_kind, (1,), "go"))
        body.graph.inputs = [flag, value]
        if number == 0:
            body.finish([flag])
        else:
            body.step()
            body.finish([flag, body.values[-1]])
    write_limit(name, m)


def write_limit(name, m):
    (FOLDER / "limits" / f"{name}.tflite").write_bytes(m.pack())


def limits():
    wrong_while("forever")
    wrong_while("condition", cond_kind="i32")
    wrong_if("right")
    wrong_if("number", numbers=(1, 7))
    wrong_if("main", numbers=(1, 0))
    wrong_if("inputs", inputs=2)
    wrong_if("outputs", outputs=2)
    wrong_if("shape", shape=(1, 3))
    wrong_if("type", kind="i32")
    wrong_if("itself", nested=-1)
    wrong_if("deep", nested=17)


def make():
    limits()
    family = Family("control")
    for what, kinds in (("if", ("f32", "i8")), ("while", ("f32", "i32", "i8"))):
        for kind in kinds:
            for number in range(40):
                case(family, what, kind, number)
    for number in range(10):
        rescaled(family, number)
    for kind in ("f32", "i8"):
        for number in range(12):
            counting(family, kind, number)
    family.save()
