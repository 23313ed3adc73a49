#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the `onnx` package's backend node tests through mote and compares with the answers that they come with.

    python check_onnx_nodes.py BUILD/mote [--only WORD] [--list] [--markdown] [--write]     # pins: requirements_onnx.txt

A test's operands are inputs of its model; mote wants some of them as constants. So each test is tried three times: as it is,
with its whole-number operands (shapes, axes, sizes) as constants, and with all but its first operand as constants (weights,
scales); what is not refused counts. A wrong answer is a failure in each case. Ends that mote has channels last are turned
for it, as `mote inspect --json` says.

--write stores those that pass, as they passed, in onnx/nodes.npz (the format of operators/, see operator_cases.py; the file's own
order of axes): what once was right stays so; and of the others the reason, in onnx/refused.txt.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import re
import struct
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_model_tests


CASE_BYTES_MAX = 20000  # of what is stored


def as_array(value):
    """None of a sequence, an optional, or a type that NumPy has not."""
    if isinstance(value, onnx.TensorProto):
        value = numpy_helper.to_array(value)
    return value if isinstance(value, (np.ndarray, np.generic)) and value.dtype.isbuiltin == 1 else None


def with_constants(model, inputs, names):
    """The model, the named inputs being initializers with the test's values."""
    made = onnx.ModelProto()
    made.CopyFrom(model)
    for name in names:
        made.graph.initializer.append(numpy_helper.from_array(inputs[name], name))
    kept = [i for i in made.graph.input if i.name not in names]
    del made.graph.input[:]
    made.graph.input.extend(kept)
    return made


def variants(model, inputs):
    names = list(inputs)
    whole = [n for n in names[1:] if inputs[n].dtype.kind in "iub" and inputs[n].ndim <= 2]
    seen = []
    for chosen in ([], whole, names[1:]):
        if chosen not in seen:
            seen.append(chosen)
            yield chosen


def turned(array, shape):
    return np.ascontiguousarray(np.moveaxis(array, 1, -1)) if array.ndim >= 3 and shape else array


def run(mote, *args):
    done = subprocess.run([mote, *args], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""


def last_ends(notes):
    return {m.group(1) for m in (re.match(r"(?:input|output) (.*) is \[[-\d,]*\], channels last$", n) for n in notes) if m}


def try_model(mote, model, inputs, outputs, folder):
    """None: right; else (kind, why)."""
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    code, out, err = run(mote, "inspect", str(path), "--json")
    if code != 0:
        return ("crashed" if code < 0 else "refused", err)
    told = json.loads(out)
    last = last_ends(told.get("notes", []))
    args = ["run", str(path)]
    for end in told["inputs"]:
        array = turned(np.asarray(inputs[end["name"]]), end["name"] in last)
        if list(array.shape) != end["shape"]:
            return ("failed", f"input {end['name']} has shape {end['shape']}, {list(array.shape)} expected")
        (folder / f"in_{len(args)}.bin").write_bytes(np.ascontiguousarray(array).tobytes())
        args += ["--input", f"{end['name']}={folder}/in_{len(args)}.bin"]
    for i, end in enumerate(told["outputs"]):
        args += ["--output", f"{end['name']}={folder}/out_{i}.bin"]
    code, out, err = run(mote, *args)
    if code != 0:
        return ("crashed" if code < 0 else "failed", err)
    for i, end in enumerate(told["outputs"]):
        wanted = turned(np.asarray(outputs[end["name"]]), end["name"] in last)
        if end["dtype"] != wanted.dtype.name or list(wanted.shape) != end["shape"]:
            return ("failed", f"output {end['name']} is {end['type']}{end['shape']}, {wanted.dtype}{wanted.shape} expected")
        got = np.frombuffer((folder / f"out_{i}.bin").read_bytes(), wanted.dtype).reshape(wanted.shape)
        if not np.allclose(got, wanted, rtol=1e-3, atol=1e-5, equal_nan=True):
            with np.errstate(all="ignore"):
                worst = np.nanmax(np.abs(got.astype(float) - wanted.astype(float)))
            return ("failed", f"output {end['name']} differs by up to {worst:.3g}")
    return None


def check(mote, test):
    model, (values, answers) = test.model, test.data_sets[0]
    values, answers = [as_array(v) for v in values], [as_array(v) for v in answers]
    inputs = dict(zip((i.name for i in model.graph.input), values))
    outputs = dict(zip((o.name for o in model.graph.output), answers))
    ops = ", ".join(sorted({(n.domain + "." if n.domain else "") + n.op_type for n in model.graph.node}))
    if any(v is None for v in values + answers):
        return test.name, ops, ("refused", "no tensors: sequences, optionals, or types that NumPy has not"), 0, b""
    verdict, n, case = ("refused", "it has no input"), 0, b""
    with tempfile.TemporaryDirectory() as scratch:
        for n, constants in enumerate(variants(model, inputs)):
            made = with_constants(model, inputs, constants)
            verdict = try_model(mote, made, inputs, outputs, pathlib.Path(scratch))
            if verdict is None:
                case = packed(test.name.removeprefix("test_"), made, inputs, outputs)
            if verdict is None or verdict[0] != "refused":
                break
    return test.name, ops, verdict, n, case


def packed(name, model, inputs, outputs):
    """A case of onnx/nodes.npz."""
    ins = [np.asarray(inputs[i.name]) for i in model.graph.input]
    outs = [np.asarray(outputs[o.name]) for o in model.graph.output]
    text, file = name.encode(), model.SerializeToString()
    blob = struct.pack("<I", len(text)) + text + struct.pack("<I", len(file)) + file
    blob += struct.pack("<III", len(ins), len(outs), 1) + b"".join(struct.pack("<I", a.nbytes) for a in ins + outs)
    return blob + b"".join(np.ascontiguousarray(a).tobytes() for a in ins + outs)


def write_cases(results):
    path = pathlib.Path(__file__).resolve().parent / "onnx" / "nodes.npz"
    cases = [case for *_, case in sorted(results, key=lambda r: r[0]) if case and len(case) < CASE_BYTES_MAX]
    np.savez_compressed(path, cases=np.frombuffer(b"".join(cases), np.uint8))
    print(f"{path.name}: {len(cases)} cases, {path.stat().st_size} bytes")
    lines = [f"{name.removeprefix('test_')}: {reason(verdict[1])}\n" for name, _, verdict, *_ in sorted(results, key=lambda r: r[0]) if verdict]
    path.with_name("refused.txt").write_text("".join(lines))


def reason(text):
    """The refusal without names and numbers, so that like ones count together."""
    text = re.sub(r"^mote: [^:]*model\.onnx: ", "", text)
    text = re.sub(r"node \d+ \((\w+)[^)]*\): ", r"", text)
    text = re.sub(r"operator \d+ \((\w+)[^)]*\): ", r"\1: ", text)
    return text


def kind_of(text):
    """The row of the table that a refusal belongs to, and what is listed there."""
    if text.startswith("operators that are not read: "):
        names = text.removeprefix("operators that are not read: ").split(";")[0]
        return "operators that are not read", [re.sub(r" \(\d+\)$", "", n) for n in names.split(", ")]
    if "no kernel takes" in text or "it converts float32" in text or re.match(r"(to|elements of type) [A-Z]", text):
        return "types that an operator has no kernel for", [re.match(r"(\w+): no kernel", text)[1] if "no kernel" in text else "CAST"]
    if "no elements" in text or "is empty" in text or "nothing is left" in text:
        return "tensors without elements", []
    if "does not depend on any input" in text:
        return "the result does not depend on any input", []
    return re.sub(r"-?\d+(\.\d+)?", "N", re.sub(r"\"[^\"]*\"", "NAME", text)), []


def print_table(results):
    rows = collections.defaultdict(lambda: [0, collections.Counter()])
    for _, _, verdict, *_ in results:
        if verdict is not None:
            row, listed = kind_of(reason(verdict[1]))
            rows[row][0] += 1
            rows[row][1].update(listed)
    for why, (count, listed) in sorted(rows.items(), key=lambda r: -r[1][0]):
        names = ", ".join(f"{n} {k}" if k > 1 else n for n, k in listed.most_common())
        print(f"| {count} | {why}{': ' if names else ''}{names} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mote")
    parser.add_argument("--only", default="", help="tests whose names have this in them")
    parser.add_argument("--list", action="store_true", help="a line for each test that did not pass")
    parser.add_argument("--markdown", action="store_true", help="the table of docs/ONNX.md")
    parser.add_argument("--write", action="store_true", help="onnx/nodes.npz, from all that pass")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    with np.errstate(all="ignore"):
        tests = [t for t in load_model_tests(kind="node") if args.only in t.name]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(lambda t: check(args.mote, t), tests))
    counts = collections.Counter("passed" if v is None else v[0] for _, _, v, *_ in results)
    ways = collections.Counter(n for _, _, v, n, _ in results if v is None)
    if args.list:
        for name, ops, verdict, *_ in sorted(results, key=lambda r: (r[2] or ("", ""))):
            if verdict is not None:
                print(f"{verdict[0]:8} {name} ({ops[:60]}): {reason(verdict[1])}")
    if args.markdown:
        print_table(results)
    if args.write:
        write_cases(results)
    print(f"{len(results)} tests: " + ", ".join(f"{counts[k]} {k}" for k in ("passed", "refused", "failed", "crashed")) +
          f"; passed as they are {ways[0]}, with shapes constant {ways[1]}, with weights constant {ways[2]}")
    return 1 if counts["failed"] or counts["crashed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
