"""Random inputs through a .tflite: does mote give TensorFlow Lite Micro's bytes, on the host and on emulated chips?

    python3.11 -m venv V && V/bin/pip install --no-deps numpy==2.4.6 tflite-micro==0.dev20261023182759
    V/bin/python tests/golden/check_micro.py [--count 1000] [--seed 1] [--host] [--mote build/mote] MODEL.tflite ...

Each model (inputs int8 or uint8, one output) runs by `mote run`, compiled for a Cortex-M4, by the interpreter there, and
compiled for RV32IMC; with --host by `mote run` alone. One input in twenty is all lowest or all highest, one is made of these
two; the others are uniform. Files with one operator of random shapes: build/tests/write_files FOLDER 100 CONV_2D ...
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from tflite_micro import runtime

WAYS = [
    ("host", "run", []),
    ("cortex-m4", "emulate", ["--chip", "cortex-m4"]),
    ("cortex-m4, interpreter", "emulate", ["--chip", "cortex-m4", "--interpreter"]),
    ("rv32imc", "emulate", ["--chip", "rv32imc"]),
]


def draw(rng, index, detail):
    info = np.iinfo(detail["dtype"])
    shape = tuple(detail["shape"])
    ends = np.array([info.min, info.max], detail["dtype"])
    if index % 20 == 0:
        return np.full(shape, ends[index // 20 % 2])
    if index % 20 == 1:
        return ends[rng.integers(0, 2, shape)]
    return rng.integers(info.min, info.max + 1, shape, dtype=detail["dtype"])


def input_count(path, options):
    shown = subprocess.run([options.mote, "inspect", path, "--json"], check=True, capture_output=True).stdout
    return len(json.loads(shown)["inputs"])


def micro(path, options):
    """For each input all samples' bytes, and the list of outputs."""
    with open(path, "rb") as file:
        data = file.read()
    interpreter = runtime.Interpreter.from_bytes(data, arena_size=(1 << 22) + 10 * len(data))
    rng = np.random.default_rng(options.seed)
    details = [interpreter.get_input_details(i) for i in range(input_count(path, options))]
    inputs, outputs = [[] for _ in details], []
    for index in range(options.count):
        for i, detail in enumerate(details):
            values = draw(rng, index, detail)
            interpreter.set_input(values, i)
            inputs[i].append(values.tobytes())
        interpreter.invoke()
        outputs.append(interpreter.get_output(0).tobytes())
    return [b"".join(values) for values in inputs], outputs


def check(options, path):
    """How many samples differ, in all ways."""
    inputs, expected = micro(path, options)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        result, sources = os.path.join(folder, "outputs.bin"), []
        for i, values in enumerate(inputs):
            sources += ["--input", os.path.join(folder, f"input_{i}.bin")]
            with open(sources[-1], "wb") as file:
                file.write(values)
        for name, command, flags in WAYS[:1] if options.host else WAYS:
            subprocess.run([options.mote, command, path, *flags, *sources, "--output", result], check=True,
                           stdout=subprocess.DEVNULL)
            with open(result, "rb") as file:
                got = file.read()
            size = len(expected[0])
            differing = sum(got[i * size:(i + 1) * size] != one for i, one in enumerate(expected))
            print(f"{os.path.basename(path)}, {name}: {len(expected) - differing} of {len(expected)} inputs agree", flush=True)
            wrong += differing
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--host", action="store_true")
    parser.add_argument("--mote", default="build/mote")
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    wrong = sum(check(options, path) for path in options.models)
    print(f"{wrong} answers differ")
    sys.exit(1 if wrong else 0)


main()
