# SPDX-License-Identifier: Apache-2.0
"""Binary arithmetic: MUL."""
from operator_cases import ACTIVATION, Family, draw, generator, schema, tensor

SHAPES = [((1, 7), (1, 7)), ((1, 4, 5, 3), (1, 4, 5, 3)), ((1, 4, 5, 3), (3,)), ((1, 4, 5, 3), (1, 1, 1, 3)),
          ((2, 3), (1,)), ((1, 1, 5, 1), (1, 4, 1, 3)), ((4,), (2, 3, 4)), ((1,), (3, 2)), ((1, 6, 1), (1, 6, 5)),
          ((2, 3, 4), (2, 1, 4))]
ACTIVATIONS = {"plain": ACTIVATION.NONE, "relu": ACTIVATION.RELU, "n1": ACTIVATION.RELU_N1_TO_1, "relu6": ACTIVATION.RELU6}


def broadcast(a, b):
    rank = max(len(a), len(b))
    a, b = (1,) * (rank - len(a)) + tuple(a), (1,) * (rank - len(b)) + tuple(b)
    return tuple(max(x, y) if min(x, y) > 0 else 0 for x, y in zip(a, b))


def binary(family, operator, make_options, versions, activations=ACTIVATIONS, samples=lambda random, a, b: None):
    """versions: kind -> operator version. samples(random, a, b): values for a, then b, [4, ...] each; None: any."""
    for kind, version in versions.items():
        for number in range(24):
            a_shape, b_shape = SHAPES[number % len(SHAPES)]
            activation = list(activations)[number // 2 % len(activations)]
            name = f"{kind}_{activation}_{number}"
            random = generator(name)
            if number % 3 == 1:
                a_shape, b_shape = b_shape, a_shape
            a, b = tensor(random, kind, a_shape, "a"), tensor(random, kind, b_shape, "b")
            out = tensor(random, kind, broadcast(a_shape, b_shape), "out")
            given = samples(random, a, b)
            if number % 5 == 2 and b_shape:
                values = given[1][3] if given else draw(random, b, 4)[3]
                b = tensor(random, kind, b_shape, "b", values, b.scale, b.zero_point)
                given = given and given[:1]
            family.add(name, operator, version, make_options(activations[activation]), [a, b], [out], given)


def make():
    def options(activation):
        made = schema.MulOptionsT()
        made.fusedActivationFunction = activation
        return made

    family = Family("mul")
    binary(family, "MUL", options, {"f32": 1, "i8": 2, "i16": 4, "i32": 1})
    family.save()
