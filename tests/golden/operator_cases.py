# SPDX-License-Identifier: Apache-2.0
"""What a family of operators needs to make its cases: random shapes, quantizations, values; and the file they are stored in.

    family = Family("mul")                                 one a builtin operator: operators/mul.npz
    family.add("i8_broadcast_3", "MUL", 2, options, [a, b], [out])

A case is one .tflite file with one operator, some samples for its inputs, and what TFLite Micro answers.  Samples run one after
the other in one interpreter, so that states live on from sample to sample.  A case that Micro refuses, or that crashes it, is an
error unless `may_fail` is set: then it is left out and counted.

operators/NAME.npz has one array, "cases" (uint8): for each case, all numbers uint32 little-endian,
    name length, name; model length, model; inputs, outputs, samples; for each input, then output: bytes of one sample;
    for each sample: its inputs' bytes, then its outputs'.
"""
import dataclasses
import os
import struct
import sys
import tempfile
import zlib

import numpy as np

from common import FOLDER
from tflite_builder import ARENA_BYTES, Tensor, build, litert, micro, schema  # noqa: F401

KINDS = {"i8": "INT8", "u8": "UINT8", "i16": "INT16", "i32": "INT32", "i64": "INT64", "u32": "UINT32", "u64": "UINT64",
         "f32": "FLOAT32", "bool": "BOOL", "i4": "INT4"}
ACTIVATION = schema.ActivationFunctionType
# Each int8 case of these has a twin of the same numbers in uint8, which LiteRT's reference kernels answer: those of them
# that have such a kernel, and whose kernel in mote is not one for any type.
IN_UINT8 = """ADD SUB MUL DIV MAXIMUM MINIMUM PRELU EQUAL NOT_EQUAL GREATER GREATER_EQUAL LESS LESS_EQUAL ARG_MAX ARG_MIN
    AVERAGE_POOL_2D MAX_POOL_2D RELU RELU6 RELU_N1_TO_1 RELU_0_TO_1 LEAKY_RELU LOGISTIC TANH HARD_SWISH GELU SOFTMAX LOG_SOFTMAX
    L2_NORMALIZATION MEAN SUM REDUCE_MAX REDUCE_MIN RESIZE_BILINEAR SPACE_TO_BATCH_ND QUANTIZE
    EMBEDDING_LOOKUP FILL""".split()
UNDEFINED = {("div", "i8_23")}  # LiteRT shifts a quotient of 0 by 32 bits, of which C says nothing


def generator(name):
    """Each case draws from its own generator, seeded by its name: a new case changes no other."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def tensor(random, kind, shape, name, values=None, scale=None, zero_point=None, axis=0):
    """A tensor of a short kind ("i8"). Quantized kinds without a scale get a random one, and a zero point (int16: 0)."""
    if scale is None and kind in ("i8", "u8", "i16"):
        scale = np.float32(np.exp(random.uniform(np.log(0.01), np.log(0.1))))
        if kind == "i16":
            scale = np.float32(scale / 256)
    if zero_point is None:
        low, high = {"i8": (-128, 127), "u8": (0, 255)}.get(kind, (0, 0))
        zero_point = int(random.integers(low, high, endpoint=True)) if scale is not None else 0
    return Tensor(KINDS[kind], tuple(int(d) for d in shape), name, scale, zero_point, axis, values)


def constant(kind, values, name):
    values = np.asarray(values, KINDS[kind].lower())
    return Tensor(KINDS[kind], values.shape, name, values=values)


def draw(random, t, count):
    """Samples of an input: integers all lowest, all highest, the two mixed, then uniform; floats normal, with a few large."""
    shape = (count, *t.shape)
    if t.kind == "FLOAT32":
        values = random.normal(0, 2, shape).astype(np.float32)
        values[0] = np.abs(values[0]) if count > 1 else values[0]
        return values
    if t.kind == "BOOL":
        return random.integers(0, 2, shape).astype(np.bool_)
    limits = np.iinfo(t.dtype)
    low, high = limits.min, limits.max
    if t.scale is None and t.dtype.itemsize >= 4:  # plain integers: sums and products should mean something
        low, high = max(low, -1000), 1000
    values = random.integers(low, high, shape, t.dtype, endpoint=True)
    if count > 2:
        values[0], values[1] = low, high
        values[2] = random.choice(np.array([low, high], t.dtype), t.shape)
    return values


def turned(values):
    """int8 values as uint8: 128 more."""
    return (values.view(np.uint8) ^ 128) if values.dtype == np.int8 else values


def in_uint8(t):
    """The same numbers; what is not int8 stays as it is."""
    if t is None or t.kind != "INT8":
        return t
    zero_point = t.zero_point + 128 if t.scale is not None else 0
    return dataclasses.replace(t, kind="UINT8", zero_point=zero_point,
                               values=None if t.values is None else turned(np.ascontiguousarray(t.values)))


def has_twin(operator, tensors):
    """Of numbers all int8, but for indices and a bias."""
    tensors = [t for t in tensors if t is not None]
    kinds = {t.kind for t in tensors}
    allowed = {"INT8", "BOOL"} if operator == "QUANTIZE" else {"INT8", "BOOL", "INT32", "INT64"}
    return (operator in IN_UINT8 and "INT8" in kinds and kinds <= allowed
            and all(np.size(t.scale) <= 1 for t in tensors))


def run_micro(model, samples):
    engine = micro.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    answers = []
    for sample in zip(*samples):
        for index, values in enumerate(sample):
            engine.set_input(np.asarray(values, order="C"), index)  # ascontiguousarray gives a scalar one axis
        engine.invoke()
        answers.append(engine)
        yield engine


def run_litert(model, samples, resolver="BUILTIN_REF"):
    engine = litert.Interpreter(model_content=model, num_threads=1,
                                experimental_op_resolver_type=litert.OpResolverType[resolver])
    engine.allocate_tensors()
    for sample in zip(*samples):
        for detail, values in zip(engine.get_input_details(), sample):
            engine.set_tensor(detail["index"], np.asarray(values, order="C"))
        engine.invoke()
        yield engine


def answer_in_child(model, samples, output_count, engine):
    """All outputs of each sample, as bytes; None where the engine refuses or crashes. A child does it: it may crash."""
    with tempfile.NamedTemporaryFile() as file:
        child = os.fork()
        if child == 0:
            try:
                sink = os.open(os.devnull, os.O_WRONLY)
                os.dup2(sink, 1)
                os.dup2(sink, 2)
                with open(file.name, "wb") as out:
                    if engine == "micro":
                        for interpreter in run_micro(model, samples):
                            for i in range(output_count):
                                out.write(np.ascontiguousarray(interpreter.get_output(i)).tobytes())
                    else:
                        for interpreter in run_litert(model, samples):
                            for detail in interpreter.get_output_details():
                                out.write(np.ascontiguousarray(interpreter.get_tensor(detail["index"])).tobytes())
                os._exit(0)
            except BaseException:
                os._exit(1)
        _, status = os.waitpid(child, 0)
        return file.read() if status == 0 else None


def amended(answers, outputs, count, amend):
    result, at = b"", 0
    for sample in range(count):
        arrays = []
        for t in outputs:
            size = int(np.prod(t.shape, dtype=np.int64)) * t.dtype.itemsize
            arrays.append(np.frombuffer(answers[at:at + size], t.dtype).reshape(t.shape).copy())
            at += size
        amend(sample, arrays)
        result += b"".join(array.tobytes() for array in arrays)
    return result


def write_count(name, count):
    """The file's line in operators/counts.txt, by which `make docs` tells how many cases there are."""
    path = FOLDER / "operators" / "counts.txt"
    lines = dict(line.split() for line in path.read_text().splitlines()) if path.exists() else {}
    lines[name] = str(count)
    path.write_text("".join(f"{key} {lines[key]}\n" for key in sorted(lines)))


def stored_models(path):
    """Of each case in operators/NAME.npz its name, its .tflite, and the bytes of each input in its first sample."""
    blob = np.load(path)["cases"].tobytes()
    at = 0

    def number():
        nonlocal at
        at += 4
        return struct.unpack_from("<I", blob, at - 4)[0]

    def text(size):
        nonlocal at
        at += size
        return blob[at - size:at]

    while at < len(blob):
        name, model = text(number()).decode(), text(number())
        inputs, outputs, samples = number(), number(), number()
        sizes = [number() for _ in range(inputs + outputs)]
        begin = at
        yield name, model, [text(size) for size in sizes[:inputs]] if samples else []
        at = begin + samples * sum(sizes)


class Family:
    """The cases of one operator, in operators/NAME.npz."""

    def __init__(self, name, engine="micro"):
        self.name, self.engine, self.blob, self.count, self.left_out = name, engine, b"", 0, 0

    def add(self, name, operator, version, options, inputs, outputs, samples=None, count=4, may_fail=False,
            answered_with=None, engine=None, amend=None):
        """answered_with: operands with which the engine is asked, where it takes these not (a bias of zeros in place of none)."""
        random = generator(self.name + name)
        model = build(operator, version, options, inputs, outputs)
        given = [t for t in inputs if t is not None and t.values is None and not t.is_variable]
        if samples is None:
            samples = [draw(random, t, count) for t in given]
        asked = model if answered_with is None else build(operator, version, options, answered_with, outputs)
        if has_twin(operator, [*inputs, *outputs]) and (self.name, name) not in UNDEFINED:
            self.add(f"{name}_uint8", operator, 1, options, [in_uint8(t) for t in inputs], [in_uint8(t) for t in outputs],
                     [turned(s) for s in samples], engine="litert")
        return self.add_model(name, model, samples, outputs, may_fail, asked, engine, amend)

    def add_model(self, name, model, samples, outputs, may_fail=False, asked=None, engine=None, amend=None):
        """A whole file; outputs are its graph's outputs. asked: the file that the engine runs, where it is another. engine: a function
        of the samples that gives the answers' bytes, where nobody else has such a kernel.
        amend(sample's number, its answers): what the engine leaves undefined in them becomes what mote says."""
        answers = (engine(samples) if callable(engine) else
                   answer_in_child(asked or model, samples, len(outputs), engine or self.engine))
        sizes = [int(np.prod(t.shape, dtype=np.int64)) * t.dtype.itemsize for t in outputs]
        count = len(samples[0]) if samples else 1
        if answers is None or len(answers) != count * sum(sizes):
            if not may_fail:
                sys.exit(f"{self.name}: {name}: {self.engine} does not run it")
            self.left_out += 1
            return False
        if amend:
            answers = amended(answers, outputs, count, amend)
        packed = [np.ascontiguousarray(s) for s in samples]
        text = name.encode()
        blob = struct.pack("<I", len(text)) + text + struct.pack("<I", len(model)) + model
        blob += struct.pack("<III", len(packed), len(outputs), count)
        blob += b"".join(struct.pack("<I", s[0].nbytes) for s in packed) + b"".join(struct.pack("<I", n) for n in sizes)
        step = sum(sizes)
        for i in range(count):
            blob += b"".join(s[i].tobytes() for s in packed) + answers[i * step:(i + 1) * step]
        self.blob += blob
        self.count += 1
        return True

    def save(self):
        os.makedirs(FOLDER / "operators", exist_ok=True)
        np.savez_compressed(FOLDER / "operators" / f"{self.name}.npz", cases=np.frombuffer(self.blob, np.uint8))
        size = os.path.getsize(FOLDER / "operators" / f"{self.name}.npz")
        write_count(self.name, self.count)
        print(f"{self.name}: {self.count} cases, {self.left_out} left out, {size} bytes")
