# SPDX-License-Identifier: Apache-2.0
"""What each kernel of TensorFlow Lite Micro keeps in its arena: src/emit/micro_kernels.def, for `mote compile --target array`.

    python3.11 -m venv V && V/bin/pip install --no-deps numpy==2.4.6 tflite-micro==0.dev20261023182759
    V/bin/python gen_micro_arena.py [--measured FILE]       # five minutes; FILE keeps what was measured, for another run

Every case of operators/*.npz that has one operator is allocated by the real thing (x86-64, reference kernels), which tells what
its arena was used for. From all cases of an operator come numbers that are too small for none of them:

    options   bytes of its options
    kept      bytes that its kernel keeps, each piece rounded up to 16; of weighted operators without the two arrays that have
              4 bytes an output channel
    elements  further bytes kept for each element of its operands and outputs, in quarters
    scratch   bytes of memory that it asks for to use while it runs; for each element, and for each of its outputs', in quarters
    requests  how many times it asks
"""
import argparse
import collections
import glob
import json
import math
import os
import re
import struct
import sys
import tempfile

import numpy as np
from tflite_micro import runtime
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

FOLDER = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(FOLDER, "..", "..", "src", "emit", "micro_kernels.def")
BUILTINS = {code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")}
TYPES = {code: name.lower() for name, code in vars(schema.TensorType).items() if not name.startswith("_")}
CUSTOM, INT4 = 32, schema.TensorType.INT4
BYTES = {0: 4, 1: 2, 2: 4, 3: 1, 4: 8, 6: 1, 7: 2, 9: 1, 10: 8, 12: 8, 15: 4, 16: 2, 17: 1}
BASE = 488  # of an interpreter that records, with one subgraph, and no operator's options
EVAL, NODE = 24, 64
WEIGHTED = {"CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED"}
# Their subgraphs and variables are counted elsewhere; no case has one of them alone. check_micro_arena.py holds whole models to it.
UNMEASURED = {name: (16, 32, 0, 0, 0, 0, 0)
              for name in ("ASSIGN_VARIABLE", "CALL_ONCE", "IF", "READ_VARIABLE", "VAR_HANDLE", "WHILE")}
SLOPES = (0, 1, 2, 4, 8, 16, 32, 64, 128)  # quarters of a byte


def align(n):
    return (n + 15) // 16 * 16


def cases(path):
    """Names and models: operator_cases.py has the format."""
    blob, at = np.load(path)["cases"].tobytes(), 0

    def number():
        nonlocal at
        at += 4
        return struct.unpack_from("<I", blob, at - 4)[0]

    def text():
        nonlocal at
        count = number()
        at += count
        return blob[at - count:at]

    while at < len(blob):
        name, model = text().decode(), text()
        inputs, outputs, samples = number(), number(), number()
        sizes = [number() for _ in range(inputs + outputs)]
        at += samples * sum(sizes)
        yield name, model


def told_by(model):
    """What the interpreter prints of its arena, which it does from C."""
    with tempfile.TemporaryFile() as told:
        before = os.dup(2)
        os.dup2(told.fileno(), 2)
        runtime.Interpreter.from_bytes(model, arena_size=1 << 21).print_allocations()
        os.dup2(before, 2)
        told.seek(0)
        text = told.read().decode()
    used = {k: int(n) for k, n in re.findall(r"'(.*?)' used (\d+) bytes", text)}
    pieces = re.search(r"'Persistent buffer data'.*requested (\d+) bytes for (\d+) allocations", text)
    used["asked"], used["pieces"] = (int(n) for n in pieces.groups()) if pieces else (0, 0)
    for section in ("head", "tail"):
        used[section] = int(re.search(rf"allocation {section} (\d+)", text).group(1))
    return used


def in_child(function, *arguments):
    """Its answer, or None where it fails or crashes, as some cases make it."""
    out, into = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(into, json.dumps(function(*arguments)).encode())
        finally:
            os._exit(0)
    os.close(into)
    with os.fdopen(out, "rb") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return json.loads(text) if text else None


def name_of(model, operator):
    code = model.operatorCodes[operator.opcodeIndex]
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    return code.customCode.decode() if number == CUSTOM else BUILTINS[number]


def count(t):
    return int(np.prod(t.shape)) if t.shape is not None and len(t.shape) else 1


def measure(file):
    model = schema.ModelT.InitFromPackedBuf(file, 0)
    graph = model.subgraphs[0]
    if len(model.subgraphs) != 1 or len(graph.operators) != 1:
        return None
    used = in_child(told_by, file)
    if not used:
        return None
    operator, tensors = graph.operators[0], graph.tensors
    operands = {int(i) for i in [*operator.inputs, *operator.outputs] if i >= 0}
    planned = [tensors[i] for i in operands
               if model.buffers[tensors[i].buffer].data is None and not tensors[i].isVariable]
    kinds = [tensors[i].type for i in operator.inputs if i >= 0]
    kept = used.get("Persistent buffer data", 0)
    known = kept + sum(used.get(k, 0) for k in (
        "TfLiteEvalTensor data", "NodeAndRegistration struct", "Persistent TfLiteTensor data",
        "Persistent TfLiteTensor quantization data", "TfLiteTensor variable buffer data"))
    ends = [len(graph.inputs), len(graph.outputs)]
    return {
        "operator": name_of(model, operator),
        "type": "int4" if INT4 in kinds else TYPES[kinds[0]] if kinds else "",
        "other": used["tail"] - known,
        "kept": kept - sum(align(8 * n) for n in ends),
        "asked": used["asked"] - 8 * sum(ends),
        "pieces": used["pieces"] - sum(n > 0 for n in ends),
        "scratch": used["head"] - sum(align(BYTES[t.type] * count(t)) for t in planned),
        "elements": sum(count(tensors[i]) for i in operands),
        "outputs": sum(count(tensors[i]) for i in operator.outputs),
        "channels": int(tensors[operator.outputs[0]].shape[-1]) if graph.operators[0].outputs is not None
        and tensors[operator.outputs[0]].shape is not None and len(tensors[operator.outputs[0]].shape) else 1,
    }


def measure_all():
    for path in sorted(glob.glob(os.path.join(FOLDER, "operators", "*.npz"))):
        for _, file in cases(path):
            record = measure(file)
            if record:
                yield record


def bound(pairs, step):
    """A constant and a slope whose line is below none of the pairs (elements, bytes). Cases are small: what differs by more than
    a step must not hide in the constant."""
    few, most = min(y for _, y in pairs), max(y for _, y in pairs)
    if most - few <= step:
        return most, 0
    constant = max(16, few)
    return constant, next((s for s in SLOPES if s >= max(4 * (y - constant) / x for x, y in pairs)), math.inf)


def kept_of(r, arrays):
    if r["pieces"] == arrays:
        return 0
    if r["pieces"] - arrays == 1:
        return align(r["asked"] - arrays * 4 * r["channels"])
    return align(r["kept"] - arrays * align(4 * r["channels"]))


def excess(records, unit, line):
    return sum(line[0] + line[1] * r[unit] / 4 - r["scratch"] for r in records)


def scratch_of(records):
    """By elements of all operands and outputs, or of outputs alone, where that is nearer."""
    lines = {unit: bound([(r[unit], max(r["scratch"], 0)) for r in records], 16) for unit in ("outputs", "elements")}
    best = min(lines, key=lambda unit: excess(records, unit, lines[unit]))
    constant, slope = lines[best]
    return (constant, slope, 0) if best == "elements" else (constant, 0, slope)


def row(name, records, bare):
    """bare: bytes of options without a request's handle, 8 bytes each."""
    arrays = 2 if name in WEIGHTED else 0
    kept, slope = bound([(r["elements"], kept_of(r, arrays if r["pieces"] > arrays else 0)) for r in records], 32)
    scratch = scratch_of(records)
    options = max(r["other"] for r in records) - BASE
    requests = max(1, (options - bare) // 8) if any(scratch) else 0
    return options - 8 * requests, kept, slope, *scratch, requests


def rows(name, records):
    """One for all types where they agree, else one a type of the first operand (int4: of any)."""
    if name in UNMEASURED:
        return [("", UNMEASURED[name])]
    kinds = collections.defaultdict(list)
    for r in records:
        kinds[r["type"]].append(r)
    still = [r["other"] - BASE for group in kinds.values() if not any(scratch_of(group)) for r in group]
    told = {kind: row(name, group, min(still, default=0)) for kind, group in kinds.items()}
    if len(set(told.values())) == 1:
        return [("", next(iter(told.values())))]
    return sorted(told.items())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--measured")
    known = parser.parse_args().measured
    if known and os.path.exists(known):
        with open(known) as file:
            records = json.load(file)
    else:
        records = list(measure_all())
        if known:
            with open(known, "w") as file:
                json.dump(records, file)
    groups = collections.defaultdict(list)
    for r in records:
        groups[r["operator"]].append(r)
    lines = [f'KERNEL("{name}", "{kind}", {", ".join(map(str, numbers))})\n'
             for name in sorted({**groups, **UNMEASURED}) for kind, numbers in rows(name, groups.get(name))]
    with open(TARGET, "w") as out:
        out.write("/* What kernels of TensorFlow Lite Micro keep in its arena, measured: KERNEL(operator, type, options, kept, quarters\n"
                  " * an element, scratch, quarters an element, quarters an output's, requests). tests/golden/gen_micro_arena.py writes\n"
                  " * this file, and says what the numbers are. SPDX-License-Identifier: Apache-2.0 */\n")
        out.writelines(lines)


if __name__ == "__main__":
    sys.exit(main())
