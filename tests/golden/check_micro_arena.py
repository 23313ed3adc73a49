# SPDX-License-Identifier: Apache-2.0
"""Does the real TensorFlow Lite Micro run what `mote compile --target array` writes, in the arena that it tells?

    python3.11 -m venv V && V/bin/pip install --no-deps numpy==2.4.6 tflite-micro==0.dev20261023182759
    V/bin/python tests/golden/check_micro_arena.py [--mote build/mote] [--samples 20] [--every 1] [--quiet] MODEL.tflite|CASES.npz ...

For each model (of golden cases each): the outputs of the array's bytes are those of the file, sample by sample; the smallest arena
in which the interpreter starts, with the plan in the array and without it (its name spoilt), is found by halves; it must be no larger than the number
in the header, nor than without the plan.  The interpreter records what it does, which takes it some 240 bytes that are counted.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from tflite_micro import runtime
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from gen_micro_arena import cases, in_child

MOST = 1 << 24
PLAN = b"OfflineMemoryAllocation"


def interpreter(file, arena=MOST):
    return runtime.Interpreter.from_bytes(file, arena_size=arena)


def silently(function, *arguments):
    """Without what the interpreter says, from C, where its arena is too small."""
    sink = os.open(os.devnull, os.O_WRONLY)
    os.dup2(sink, 2)
    return function(*arguments)


def starts(file, arena):
    interpreter(file, arena)
    return True


def least_arena(file):
    """Each attempt in a child of its own: some kernels crash where there is no memory for them."""
    low, high = 0, MOST
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if in_child(starts, file, middle) else (middle, high)
    return high


def answers(file, samples):
    graph = schema.ModelT.InitFromPackedBuf(file, 0).subgraphs[0]
    engine, random = interpreter(file), np.random.default_rng(1)
    out = []
    for _ in range(samples):
        for i in range(len(graph.inputs)):
            detail = engine.get_input_details(i)
            kind, shape = np.dtype(detail["dtype"]), tuple(detail["shape"])
            if kind.kind == "f":
                values = random.normal(0, 2, shape).astype(kind)
            elif kind == np.bool_:
                values = random.integers(0, 2, shape).astype(kind)
            else:
                few = kind.itemsize >= 4  # they may be indices
                info = np.iinfo(kind)
                values = random.integers(0 if few else info.min, 2 if few else info.max, shape, kind, endpoint=not few)
            engine.set_input(values, i)
        engine.invoke()
        out.append("".join(engine.get_output(i).tobytes().hex() for i in range(len(graph.outputs))))
    return out


def is_unset(file):
    """First outputs of these are what the memory held before."""
    return any(name in file for name in (b"CIRCULAR_BUFFER", b"SignalFramer", b"SignalStacker"))


def look(array, plain, samples):
    same = is_unset(plain) or answers(array, samples) == answers(plain, samples)
    ignored = array.replace(PLAN, PLAN.lower())
    return {"same": same, "with": least_arena(array), "without": least_arena(ignored)}


def compiled(mote, path, folder):
    subprocess.run([mote, "compile", path, "-o", folder, "--target", "array"], check=True, capture_output=True)
    with open(os.path.join(folder, "model.cc")) as source, open(os.path.join(folder, "model.h")) as header:
        numbers = source.read().split("{", 1)[1].split("}", 1)[0]
        told = re.search(r"sizeof\(void \*\) == 4 \? (\d+) : (\d+)", header.read())
    return bytes(int(n) for n in numbers.replace(",", " ").split()), int(told[1]), int(told[2])


def models(paths, every):
    for path in paths:
        if path.endswith(".npz"):
            for name, file in list(cases(path))[::every]:
                yield f"{os.path.basename(path)}/{name}", file
        else:
            with open(path, "rb") as file:
                yield os.path.basename(path), file.read()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mote", default="build/mote")
    parser.add_argument("--samples", type=int, default=20)
    parser.add_argument("--every", type=int, default=1, help="of golden cases one in so many")
    parser.add_argument("--quiet", action="store_true", help="tell only what is wrong")
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    wrong = count = planned = refused = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.tflite")
        for name, file in models(options.models, options.every):
            with open(path, "wb") as out:
                out.write(file)
            try:
                array, told32, told64 = compiled(options.mote, path, os.path.join(folder, "array"))
            except subprocess.CalledProcessError as refused:
                print(f"{name}: mote refuses: {refused.stderr.decode().strip()}")
                continue
            if not in_child(silently, answers, file, 1):
                refused += 1
                continue
            seen = in_child(silently, look, array, file, options.samples)
            if not seen:
                print(f"{name}: the engine refuses the array: WRONG")
                wrong += 1
                continue
            bad = not seen["same"] or seen["with"] > told64 or (PLAN in array and seen["with"] > seen["without"])
            count, wrong, planned = count + 1, wrong + bad, planned + (PLAN in array)
            if bad or not options.quiet:
                print(f"{name}: {'same bytes' if seen['same'] else 'OTHER BYTES'}; needs {seen['with']} with "
                      f"{'the plan' if PLAN in array else 'no plan'}, {seen['without']} without; told {told64} "
                      f"({told32} on 32 bits){': WRONG' if bad else ''}")
    print(f"{count} models, {planned} with a plan, {wrong} wrong; {refused} that the engine refuses as they are")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
