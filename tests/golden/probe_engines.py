# SPDX-License-Identifier: Apache-2.0
"""Asks the pinned engines which operators, types and versions they have: the columns of src/formats/tflite/builtins.def.

    python probe_engines.py [NAME...]     prints the rows, of all operators or of those

Types: each operator's golden files (operators/*.npz), with their tensors' types exchanged, are run by both engines in a child
process, since some combinations crash; a combination that runs is printed. An engine that runs something need not compute it:
what is known to be wrong stands in src/verify/quirks.c. Versions: LiteRT looks an operator up by code and version.
"""
import collections
import copy
import os
import sys

import numpy as np

from common import FOLDER
from operator_cases import stored_models
from tflite_builder import ARENA_BYTES, litert, micro, schema

CODES = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}
TYPES = {v: k for k, v in vars(schema.TensorType).items() if not k.startswith("_")}
SHORT = {"FLOAT32": "f32", "FLOAT16": "f16", "INT32": "i32", "UINT8": "u8", "INT64": "i64", "BOOL": "bool", "INT16": "i16",
         "INT8": "i8", "FLOAT64": "f64", "UINT64": "u64", "UINT32": "u32", "UINT16": "u16", "INT4": "i4"}
LONG = {v: k for k, v in SHORT.items()}
WIDTH = {"f16": "float16", "f32": "float32", "f64": "float64", "bool": "bool", "i4": "int8"}
ALL = ["f32", "f16", "f64", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "u64", "bool", "i4"]
QUANTIZED = ("i8", "u8", "i16", "i4")

# The operand whose type names a combination, where that is not the first; -1: the output.
KEY = {"SPLIT": 1, "SELECT": 1, "SELECT_V2": 1, "FILL": 1, "EMBEDDING_LOOKUP": 1, "TRANSPOSE_CONV": 2, "ASSIGN_VARIABLE": 1,
       "READ_VARIABLE": -1, "TFLM_DECODE": -1, "IF": 1}
# The operand that may be of another type than the key.
WEIGHTS = {"FULLY_CONNECTED": 1, "CONV_2D": 1, "DEPTHWISE_CONV_2D": 1, "TRANSPOSE_CONV": 1, "BATCH_MATMUL": 1, "SVDF": 1,
           "UNIDIRECTIONAL_SEQUENCE_LSTM": 2}
TELLS_OUTPUT = ("CAST", "QUANTIZE", "DEQUANTIZE", "SOFTMAX", "EMBEDDING_LOOKUP")
WITHOUT_TYPES = ("VAR_HANDLE", "CALL_ONCE")


def numpy_type(kind):
    return np.dtype(WIDTH.get(kind, LONG.get(kind, "").lower()))


def in_child(run):
    """Whether run() comes to its end."""
    child = os.fork()
    if child == 0:
        try:
            sink = os.open(os.devnull, os.O_WRONLY)
            os.dup2(sink, 1)
            os.dup2(sink, 2)
            run()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def fill(detail, values, index):
    """An input: a number for all of it, or the bytes of each."""
    shape, dtype = tuple(detail["shape"]), detail["dtype"]
    if isinstance(values, list):
        return np.frombuffer(values[index], dtype).reshape(shape)
    return np.full(shape, values, dtype)


def run_micro(model, values):
    engine = micro.Interpreter.from_bytes(model, arena_size=ARENA_BYTES)
    graph = schema.ModelT.InitFromPackedBuf(model, 0).subgraphs[0]
    for i in range(0 if graph.inputs is None else len(graph.inputs)):
        engine.set_input(fill(engine.get_input_details(i), values, i), i)
    engine.invoke()


def run_litert(model, values):
    resolver = litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    engine = litert.Interpreter(model_content=model, num_threads=1, experimental_op_resolver_type=resolver)
    engine.allocate_tensors()
    for i, detail in enumerate(engine.get_input_details()):
        engine.set_tensor(detail["index"], fill(detail, values, i))
    engine.invoke()


ENGINES = {"micro": run_micro, "litert": run_litert}


def pack(model):
    import flatbuffers
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def kind_of(graph, index):
    return None if index < 0 else SHORT.get(TYPES[graph.tensors[index].type])


def retype(model, graph, index, kind):
    """Tensor `index` becomes one of that kind, a constant's values with it."""
    t = graph.tensors[index]
    old, new = SHORT[TYPES[t.type]], kind
    buffer = model.buffers[t.buffer]
    if buffer.data is not None and old != new and old != "i4":
        values = np.frombuffer(np.asarray(buffer.data, np.uint8).tobytes(), numpy_type(old))
        with np.errstate(all="ignore"):
            values = np.clip(values, 0, 7).astype(numpy_type(new))
        data = values.tobytes()
        if new == "i4":
            nibbles = np.append(values.view(np.uint8) & 15, np.zeros(len(values) % 2, np.uint8))
            data = (nibbles[0::2] | nibbles[1::2] << 4).tobytes()
        t.buffer = len(model.buffers)
        copied = copy.copy(buffer)
        copied.data = np.frombuffer(data, np.uint8)
        model.buffers.append(copied)
    t.type = getattr(schema.TensorType, LONG[new])
    if new in QUANTIZED and (t.quantization is None or t.quantization.scale is None):
        q = t.quantization = schema.QuantizationParametersT()
        q.scale, q.zeroPoint = np.float32([0.05]), np.int64([0])
    elif new in QUANTIZED and (new not in ("i8", "u8") or old not in ("i8", "u8") or new != old):
        t.quantization.zeroPoint = np.zeros(len(t.quantization.scale), np.int64)
    elif new not in QUANTIZED and new not in ("i32", "i64"):
        t.quantization = None


def exchanged(name, base, key, weights, out):
    """The file with the key's type exchanged, and with it all that had the same; then weights' and output's."""
    model = schema.ModelT.InitFromPackedBuf(base, 0)
    graph = model.subgraphs[0]
    op = next(o for o in graph.operators if name_of(model, o) == name)
    place = KEY.get(name, 0)
    old = kind_of(graph, op.outputs[0] if place < 0 else op.inputs[place])
    operands = [i for i in op.inputs if i >= 0] if op.inputs is not None else []
    weight_place = WEIGHTS.get(name)
    for i in dict.fromkeys([*operands, *op.outputs]):
        if kind_of(graph, i) == old and not (weight_place is not None and i in op.inputs[weight_place:weight_place + 1]):
            retype(model, graph, i, key)
    if weight_place is not None:
        retype(model, graph, op.inputs[weight_place], weights)
        if name in ("FULLY_CONNECTED", "CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "SVDF"):
            bias = 3 if name in ("TRANSPOSE_CONV", "SVDF") else 2
            if len(op.inputs) > bias and op.inputs[bias] >= 0:
                retype(model, graph, op.inputs[bias], {"f32": "f32", "i16": "i64"}.get(key, "i32"))
        if name == "SVDF":
            retype(model, graph, op.inputs[2], "f32" if key == "f32" else "i16")
    if out:
        retype(model, graph, op.outputs[0], out)
    return pack(model)


def name_of(model, op):
    code = model.operatorCodes[op.opcodeIndex]
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    return code.customCode.decode() if number == schema.BuiltinOperator.CUSTOM else CODES[number]


def signature(name, base):
    model = schema.ModelT.InitFromPackedBuf(base, 0)
    graph = model.subgraphs[0]
    op = next((o for o in graph.operators if name_of(model, o) == name), None)
    kinds = [kind_of(graph, i) for i in (op.inputs if op.inputs is not None else [])]
    outs = [kind_of(graph, i) for i in (op.outputs if op.outputs is not None else [])]
    place = KEY.get(name, 0)
    key = outs[0] if place < 0 else kinds[place] if kinds else None
    weights = kinds[WEIGHTS[name]] if name in WEIGHTS and len(kinds) > WEIGHTS[name] else None
    return key, weights, outs[0] if outs and name in TELLS_OUTPUT else None, tuple(kinds), tuple(outs)


def collect():
    """Of each operator its files, a few of each signature."""
    files = collections.defaultdict(lambda: collections.defaultdict(list))
    for path in sorted((FOLDER / "operators").glob("*.npz")):
        for _, model, _ in stored_models(path):
            parsed = schema.ModelT.InitFromPackedBuf(model, 0)
            for name in {name_of(parsed, op) for op in parsed.subgraphs[0].operators}:
                if name in WITHOUT_TYPES:
                    continue
                key = signature(name, model)
                if len(files[name][key]) < 3:
                    files[name][key].append(model)
    return files


def show(found):
    """Combinations as a row has them: KEY*WEIGHTS>OUTPUT, alternatives by "/". Weights of int8 go without saying for int16 keys, else
    those of the key's type."""
    groups = collections.defaultdict(list)
    for key, weights, out in sorted(found, key=lambda t: [ALL.index(x) if x else -1 for x in t]):
        implied = weights is None or weights == ("i8" if key == "i16" else key)
        groups[(key, "" if implied else "*" + weights)].append(out or "")
    by_outs = collections.defaultdict(list)
    for (key, weights), outs in groups.items():
        by_outs[(weights, "/".join(outs))].append(key)
    tokens = []
    for (weights, outs), keys in by_outs.items():
        if outs:
            tokens.append("/".join(keys) + weights + ">" + outs)
        else:
            tokens += [key + weights for key in keys]
    return " ".join(tokens)


def probe(name, files):
    found = {engine: set() for engine in ENGINES}
    wanted_weights = ["f32", "i8", "u8", "i4", "i16"] if name in WEIGHTS else [None]
    wanted_out = ALL if name in ("CAST", "QUANTIZE", "DEQUANTIZE") else ["f32", "i8", "i16", "u8"] if name in TELLS_OUTPUT else [None]
    bases = [models[0] for models in list(files.values())[:6]]
    own = {}
    for sig, models in files.items():
        own.setdefault(sig[:3], models)
    for key in ALL:
        for weights in wanted_weights:
            for out in wanted_out:
                tries = own.get((key, weights, out), [])
                for base in bases:
                    try:
                        tries = [*tries, exchanged(name, base, key, weights, out)]
                    except (KeyError, ValueError, TypeError, OverflowError, IndexError):
                        pass
                for engine, run in ENGINES.items():
                    if any(in_child(lambda: run(model, value)) for model in tries for value in (0, 1)):
                        found[engine].add((key, weights, out))
    return {engine: show(combinations) for engine, combinations in found.items()}


def newest_version(code):
    """The newest version that LiteRT has of a builtin operator; 0: it has none of it."""
    newest = 0
    for version in range(1, 21):
        model, graph, op, oc = schema.ModelT(), schema.SubGraphT(), schema.OperatorT(), schema.OperatorCodeT()
        oc.builtinCode, oc.version, oc.deprecatedBuiltinCode = code, version, min(code, 127)
        model.version, model.buffers, model.operatorCodes, model.subgraphs = 3, [schema.BufferT()], [oc], [graph]
        graph.tensors, graph.operators, graph.inputs, graph.outputs = [], [op], [], []
        op.inputs, op.outputs = [], []
        if not in_child(lambda: misses(pack(model))):
            newest = version
    return newest


def misses(model):
    """Comes to its end where LiteRT has no such operator."""
    try:
        litert.Interpreter(model_content=model,
                           experimental_op_resolver_type=litert.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    except ValueError as error:
        if "Didn't find op" in str(error) or "unsupported" in str(error).lower():
            return
        raise
    raise SystemExit(1)


def main():
    files = collect()
    for code, name in sorted(CODES.items()):
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        types = probe(name, files[name]) if name in files else {"micro": "", "litert": ""}
        print(f"BUILTIN({code}, {name}, {KEY.get(name, 0)}, {WEIGHTS.get(name, -1)}, \"{types['micro']}\", \"{types['litert']}\", "
              f"{newest_version(code)})", flush=True)
    for name in sorted(files):
        if not hasattr(schema.BuiltinOperator, name) and (len(sys.argv) == 1 or name in sys.argv[1:]):
            types = probe(name, files[name])
            print(f"CUSTOM({name}, {KEY.get(name, 0)}, \"{types['micro']}\", \"{types['litert']}\")", flush=True)


if __name__ == "__main__":
    main()
