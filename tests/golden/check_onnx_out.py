#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes models as .onnx with mote, checks them with the `onnx` package, runs them with ONNX Runtime and compares.

    python check_onnx_out.py BUILD/mote [--only WORD] [--list] [--markdown] [--models FOLDER]   # pins: requirements_onnx.txt

What is written: every case of operators/, whose answers are stored; the files of ops/, special/, convert/, open/ and keras/, and
.tflite of --models, whose answers `mote run` gives for random inputs. Floats must be within 1e-5 max(1, max |reference|),
quantized integers within one step, all other values equal.

In a whole integer network steps add up from layer to layer, as the two round in different ways. So where its answers are not within
one step, each of its layers is taken for itself, from integers to integers: ONNX Runtime and mote, which reads it back, get the
same random integers, and must be within one step.
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
import onnxruntime

import check_onnx_nodes

HERE = pathlib.Path(__file__).resolve().parent
onnxruntime.set_default_logger_severity(4)
TYPES = {"tensor(float)": np.float32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8, "tensor(int32)": np.int32, "tensor(int64)": np.int64,
         "tensor(bool)": np.bool_, "tensor(int16)": np.int16, "tensor(uint32)": np.uint32, "tensor(uint16)": np.uint16,
         "tensor(float16)": np.float16, "tensor(double)": np.float64, "tensor(uint64)": np.uint64}


def run(mote, *args):
    done = subprocess.run([mote, *map(str, args)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""


def numbers(blob, at, count):
    return struct.unpack_from(f"<{count}I", blob, at), at + 4 * count


def cases_of(path):
    """(name, model, [(inputs, outputs)]) of a file of operator_cases.py's format."""
    blob, at = np.load(path)["cases"].tobytes(), 0
    while at < len(blob):
        (length,), at = numbers(blob, at, 1)
        name, at = blob[at:at + length].decode(), at + length
        (length,), at = numbers(blob, at, 1)
        model, at = blob[at:at + length], at + length
        (ins, outs, count), at = numbers(blob, at, 3)
        sizes, at = numbers(blob, at, ins + outs)
        samples = []
        for _ in range(count):
            parts = []
            for size in sizes:
                parts.append(blob[at:at + size])
                at += size
            samples.append((parts[:ins], parts[ins:]))
        yield f"{path.stem}/{name}", model, samples


def shape_of(end):
    return [d if isinstance(d, int) else 1 for d in end.shape]


def random_bytes(end, rng):
    dtype, count = np.dtype(end["dtype"]), int(np.prod(end["shape"], dtype=int))
    if dtype.kind == "f":
        return rng.standard_normal(count).astype(dtype).tobytes()
    if dtype.itemsize > 1 or dtype.kind == "b":
        return rng.integers(0, 2, count).astype(dtype).tobytes()
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max + 1, count).astype(dtype).tobytes()


def answers(mote, path, folder, given, draws=20):
    """What mote answers to the given samples, else to random ones. None: it does not take the model."""
    code, out, err = run(mote, "inspect", path, "--json")
    if code != 0:
        return None, err
    told, rng, samples = json.loads(out), np.random.default_rng(1), []
    for n in range(len(given[0]) if given else draws):
        ins, args = [], []
        for i, end in enumerate(told["inputs"]):
            shape = [1 if d in (None, -1, "?") else d for d in end["shape"]]
            ins.append(np.ascontiguousarray(given[i][n]).tobytes() if given else random_bytes({**end, "shape": shape}, rng))
            (folder / f"in{i}.bin").write_bytes(ins[-1])
            args += ["--input", f"{end['name']}={folder}/in{i}.bin"]
        for i, end in enumerate(told["outputs"]):
            args += ["--output", f"{end['name']}={folder}/out{i}.bin"]
        code, _, err = run(mote, "run", path, *args)
        if code != 0:
            return None, err
        samples.append((ins, [(folder / f"out{i}.bin").read_bytes() for i in range(len(told["outputs"]))]))
    return samples, ""


def differs(got, wanted, is_quantized):
    """None, or by how much."""
    if wanted.dtype.kind == "f":
        finite = np.abs(wanted[np.isfinite(wanted)])
        largest = max(1.0, float(finite.max())) if finite.size else 1.0
        same = (got == wanted) | (np.isnan(got) & np.isnan(wanted)) | (np.abs(got - wanted) <= 1e-5 * largest)
        # mote's kernels stop at the largest float where others have infinity
        same |= ~np.isfinite(got) & (np.abs(wanted) >= np.finfo(np.float32).max) & (np.sign(got) == np.sign(wanted))
        return None if same.all() else f"by {np.abs(got - wanted)[~same].max():.3g}, largest {largest:.3g}"
    if got.dtype == np.bool_:
        return None if (got == wanted).all() else "in truth values"
    apart = np.abs(got.astype(np.int64) - wanted.astype(np.int64))
    return None if (apart <= (1 if is_quantized else 0)).all() else f"by {apart.max()} steps, {np.count_nonzero(apart > 1)} of {apart.size}"


def quantized_ends(model):
    """Outputs that QuantizeLinear, or what moves its integers, gives: of integers of one byte."""
    return {o.name for o in model.graph.output if o.type.tensor_type.elem_type in (onnx.TensorProto.INT8, onnx.TensorProto.UINT8)}


def session_of(path):
    """With products of integers as the file says: on x86 processors without VNNI ONNX Runtime saturates sums of two unless it is
    told not to. (1.31 fails to load some graphs that way; those are loaded in the usual one.)"""
    for precise in ("1", "0"):
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.x64quantprecision", precise)
        try:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            failure = error
    raise failure


def layers_of(model):
    """Models of what lies between integers and the next integers."""
    inferred = onnx.shape_inference.infer_shapes(model)
    makers = {o: n for n in inferred.graph.node for o in n.output}
    constants = {i.name for i in inferred.graph.initializer}
    types = {v.name: v for v in [*inferred.graph.value_info, *inferred.graph.input, *inferred.graph.output]}
    for last in (n for n in inferred.graph.node if n.op_type == "QuantizeLinear"):
        nodes, ends, wanted = [], [], [last.output[0]]
        while wanted:
            name = wanted.pop(0)
            maker = makers.get(name)
            if name in constants or name in ends or not name:
                continue
            if maker is None or (maker.op_type == "QuantizeLinear" and maker is not last):
                ends.append(name)
            elif maker not in nodes:
                nodes.insert(0, maker)
                wanted += maker.input
        nodes = [n for n in inferred.graph.node if n in nodes]
        read = {i for n in nodes for i in n.input}
        graph = onnx.helper.make_graph(nodes, "layer", [types[e] for e in ends], [types[last.output[0]]],
                                       [i for i in inferred.graph.initializer if i.name in read])
        made = onnx.helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
        names = {e: f"in{i}" for i, e in enumerate(ends)} | {last.output[0]: "out"}  # long ones are cut where mote tells of layouts
        for lists in [(n.input, n.output) for n in made.graph.node]:
            for names_of in lists:
                names_of[:] = [names.get(n, n) for n in names_of]
        for end in [*made.graph.input, *made.graph.output]:
            end.name = names[end.name]
            if end.type.tensor_type.shape.dim[0].dim_param:
                end.type.tensor_type.shape.dim[0].dim_value = 1
        yield last.output[0], made


def check_layers(mote, model, folder, draws=5):
    """None, or which layer differs by more than a step."""
    rng = np.random.default_rng(2)
    for name, layer in layers_of(model):
        path = folder / "layer.onnx"
        path.write_bytes(layer.SerializeToString())
        code, out, err = run(mote, "inspect", path, "--json")
        if code != 0:
            return f"layer {name}: {err}"
        told = json.loads(out)
        last = check_onnx_nodes.last_ends(told.get("notes", []))
        session = session_of(path)
        for _ in range(draws):
            feed = {e.name: np.frombuffer(random_bytes({"dtype": np.dtype(TYPES[e.type]), "shape": e.shape}, rng), TYPES[e.type]).reshape(e.shape)
                    for e in session.get_inputs()}
            args = []
            for i, end in enumerate(told["inputs"]):
                (folder / f"in{i}.bin").write_bytes(check_onnx_nodes.turned(feed[end["name"]], end["name"] in last).tobytes())
                args += ["--input", f"{end['name']}={folder}/in{i}.bin"]
            code, _, err = run(mote, "run", path, *args, "--output", folder / "out.bin")
            if code != 0:
                return f"layer {name}: {err}"
            wanted = session.run(None, feed)[0]
            wanted = check_onnx_nodes.turned(wanted, told["outputs"][0]["name"] in last)
            got = np.frombuffer((folder / "out.bin").read_bytes(), wanted.dtype)
            apart = np.abs(got.astype(int) - wanted.ravel().astype(int)).max()
            if apart > 1:
                return f"layer {name} differs by {apart} steps"
    return None


def compare(path, samples):
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:
        return "wrong", f"the checker: {str(error).splitlines()[0][:200]}", None
    try:
        session = session_of(path)
    except Exception as error:
        text = str(error).replace("\n", " ")
        return "not run" if "NOT_IMPLEMENTED" in text else "wrong", f"ONNX Runtime: {text[:200]}", model
    quantized, exact, total = quantized_ends(model), 0, 0
    for ins, outs in samples:
        feed = {}
        for end, data in zip(session.get_inputs(), ins):
            feed[end.name] = np.frombuffer(data, TYPES[end.type]).reshape(shape_of(end))
        try:
            got = session.run(None, feed)
        except Exception as error:
            return "wrong", f"ONNX Runtime: {str(error)[:200]}", model
        for end, array, data in zip(session.get_outputs(), got, outs):
            wanted = np.frombuffer(data, TYPES[end.type])
            if array.size != wanted.size:
                return "wrong", f"output {end.name} has {array.size} values, {wanted.size} expected", model
            with np.errstate(all="ignore"):
                why = differs(array.ravel(), wanted, end.name in quantized)
            if why:
                return "wrong", f"output {end.name} differs {why}", model
    return "passed", "", model


def check(mote, name, source, samples, keeps):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        if isinstance(source, bytes):
            path = folder / "model.tflite"
            path.write_bytes(source)
        else:
            path = source
        out = folder / "out.onnx"
        code, _, err = run(mote, "convert", path, "-o", out, *(["--keep-operators"] if keeps else []))
        if code != 0:
            return name, "crashed" if code < 0 else "refused", err, None
        if samples is None or isinstance(samples[0], np.ndarray):
            samples, err = answers(mote, path, folder, samples)
            if samples is None:
                return name, "no answer", err, None
        verdict, why, model = compare(str(out), samples)
        if verdict == "wrong" and " steps" in why and sum(n.op_type == "QuantizeLinear" for n in model.graph.node) > 1:
            layers = check_layers(mote, model, folder)
            verdict, why = ("by layers", why) if layers is None else ("wrong", f"{why}; {layers}")
        nodes = collections.Counter(n.op_type for n in model.graph.node) if model else None
        return name, verdict, why, nodes


def jobs_of(models):
    for path in sorted((HERE / "operators").glob("*.npz")):
        for name, model, samples in cases_of(path):
            yield name, model, samples, True
    for folder in ("ops", "special", "convert", "open"):
        for path in sorted((HERE / folder).glob("*.tflite")):
            yield f"{folder}/{path.stem}", path, None, False
    keras = np.load(HERE / "keras" / "files.npz")
    for key in keras:
        if key.endswith((".keras", ".h5")):
            stem = key.rsplit(".", 1)[0]
            yield f"keras/{key}", keras[key].tobytes(), [keras[k] for k in sorted(keras) if re.fullmatch(re.escape(stem) + r"\.x\d+", k)], False
    for folder in models:
        for path in sorted(pathlib.Path(folder).rglob("*.tflite")):
            yield f"models/{path.stem}", path, None, False


def reason(text):
    """Without names and numbers, so that like ones count together."""
    text = re.sub(r"^mote: .*?cannot be written as ONNX: ", "", text)
    text = re.sub(r"operator \d+ \((\w+)[^)]*\): ", r"\1: ", text)
    text = re.sub(r"^mote: \S*: ", "", text)
    return re.sub(r"-?\d+(\.\d+)?", "N", re.sub(r"\"[^\"]*\"", "NAME", text))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mote")
    parser.add_argument("--only", default="", help="cases whose names have this in them")
    parser.add_argument("--every", type=int, default=1, help="each so-many-th case only")
    parser.add_argument("--list", action="store_true", help="a line for each case that did not pass")
    parser.add_argument("--markdown", action="store_true", help="the table of docs/ONNX.md")
    parser.add_argument("--models", action="append", default=[], help="a folder of .tflite files more")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    jobs = [j for j in jobs_of(args.models) if args.only in j[0]][::args.every]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        results = list(pool.map(lambda j: check(args.mote, *j), jobs))
    if args.list:
        for name, verdict, why, _ in sorted(results, key=lambda r: (r[1], r[0])):
            if verdict != "passed":
                print(f"{verdict:9} {name}: {why}")
    if args.markdown:
        rows = collections.Counter((v, reason(why)) for _, v, why, _ in results if v != "passed")
        for (verdict, why), count in sorted(rows.items(), key=lambda r: (r[0][0], -r[1])):
            print(f"| {count} | {verdict} | {why} |")
    counts = collections.Counter(r[1] for r in results)
    print(f"{len(results)} models: " + ", ".join(f"{counts[k]} {k}" for k in ("passed", "by layers", "refused", "no answer", "not run", "wrong", "crashed")))
    return 1 if counts["wrong"] or counts["crashed"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
