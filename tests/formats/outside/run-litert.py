# SPDX-License-Identifier: Apache-2.0
"""Does LiteRT open and run each .tflite, and answer as mote does?

    python run-litert.py MOTE FILE.tflite ...

Three drawn samples each. Float answers are within 1e-5 max(1, max |answer|) of LiteRT's, of its optimized kernels (XNNPACK
among them) and of its reference kernels. Integers are the same bytes as TensorFlow Lite Micro's, or where that has not all of the
operators within a step of LiteRT's (int16 and int4: a step an operator); of LiteRT's
reference kernels, which round once where Micro rounds twice, and of its optimized ones it is told how many files differ, and by how much.
"""
import collections
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile

import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "golden"
sys.path.insert(0, str(GOLDEN))
from files import different  # noqa: E402
from operator_cases import generator  # noqa: E402
from tflite_builder import litert, micro  # noqa: E402

COUNT, FLOAT_TOLERANCE, ARENA_BYTES = 3, 1e-5, 16 << 20
LOOPS = 4  # times that a loop's operators count
UNDEFINED = "a small number over a large one, which the engines leave undefined (kernels/div.h); mote answers 0"
KNOWN = {  # files that differ, and why
    "nodes_div_bcast_int8": UNDEFINED,
    "nodes_reciprocal_int8": UNDEFINED,
    "net_attention_options.keras_int16x8": "Micro's SOFTMAX overflows of a mask of -1e9 in int16, and passes over it",
}
INDICES = ["embedding_float"]  # whose floats are cast to indices


def in_child(work, *arguments):
    """What work returns, or the text of its failure: engines may crash."""
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            try:
                answer = work(*arguments)
            except BaseException as error:
                answer = str(error) or repr(error)
            pickle.dump(answer, file)
            file.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status != 0:
            return f"crashes, status {status}"
        file.seek(0)
        return pickle.load(file)


def draw(name, details):
    random, samples = generator(name), []
    for detail in details:
        kind, shape = detail["dtype"], (COUNT, *detail["shape"])
        if np.issubdtype(kind, np.floating) and name.split(".")[0] not in INDICES:
            samples.append(random.normal(0, 1, shape).astype(kind))
        elif np.dtype(kind).itemsize == 1 and kind is not np.bool_:
            samples.append(random.integers(np.iinfo(kind).min, np.iinfo(kind).max, shape, kind, endpoint=True))
        else:  # indices, sizes, truth: what is right anywhere
            samples.append(random.integers(0, 2, shape).astype(kind))
        if any(word in name for word in ("div", "mod", "reciprocal")):
            zero = detail["quantization"][1]
            samples[-1][samples[-1] == zero] = zero + 1
    return samples


def open_litert(path, resolver):
    engine = litert.Interpreter(model_path=str(path), num_threads=1,
                                experimental_op_resolver_type=litert.OpResolverType[resolver])
    engine.allocate_tensors()
    return engine


def ask_litert(path, resolver):
    """(samples, [answers of each output], names of operators)"""
    engine = open_litert(path, resolver)
    samples = draw(path.name, engine.get_input_details())
    answers = [[] for _ in engine.get_output_details()]
    for n in range(COUNT):
        engine.reset_all_variables()
        for detail, values in zip(engine.get_input_details(), samples):
            engine.set_tensor(detail["index"], values[n])
        engine.invoke()
        for i, detail in enumerate(engine.get_output_details()):
            answers[i].append(engine.get_tensor(detail["index"]).copy())
    return samples, [np.stack(values) for values in answers], [operator["op_name"] for operator in engine._get_ops_details()]


def ask_micro(path, samples, count):
    answers = [[] for _ in range(count)]
    for n in range(COUNT):  # a new one each time: states begin anew
        engine = micro.Interpreter.from_file(str(path), arena_size=ARENA_BYTES)
        for i, values in enumerate(samples):
            engine.set_input(np.asarray(values[n], order="C"), i)
        engine.invoke()
        for i in range(count):
            answers[i].append(np.array(engine.get_output(i)))
    return [np.stack(values) for values in answers]


def ask_micro_alone(path):
    """(samples, [answers of each output]) of a file that LiteRT does not take"""
    engine, details, count = micro.Interpreter.from_file(str(path), arena_size=ARENA_BYTES), [], 0
    try:
        while True:
            found = engine.get_input_details(len(details))
            parameters = found["quantization_parameters"]
            zeros = parameters["zero_points"]
            details.append({**found, "quantization": (0, zeros[0] if len(zeros) else 0)})
    except (IndexError, ValueError):
        pass
    try:
        while engine.get_output_details(count):
            count += 1
    except (IndexError, ValueError):
        pass
    samples = draw(path.name, details)
    return samples, ask_micro(path, samples, count)


def ask_mote(mote, path, samples, like):
    with tempfile.TemporaryDirectory() as folder:
        command = [mote, "run", path]
        for i, values in enumerate(samples):
            values.tofile(f"{folder}/x{i}.bin")
            command += ["--input", f"{folder}/x{i}.bin"]
        for i in range(len(like)):
            command += ["--output", f"{folder}/y{i}.bin"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            return done.stderr.strip()
        return [np.fromfile(f"{folder}/y{i}.bin", y.dtype) for i, y in enumerate(like)]


def distance(ours, theirs):
    """Steps of integers; of floats, parts of max(1, max |answer|)."""
    most = 0
    for a, b in zip(ours, theirs):
        a, b = a.astype(np.float64).reshape(-1), b.astype(np.float64).reshape(-1)
        if a.shape != b.shape:
            return np.inf
        same = (a == b) | (np.isnan(a) & np.isnan(b))
        scale = max(1, np.abs(b[np.isfinite(b)]).max(initial=0)) if theirs[0].dtype.kind == "f" else 1
        most = max(most, np.abs((a - b)[~same]).max(initial=0) / scale) if a.size else most
    return most


class Check:
    def __init__(self, mote):
        self.mote, self.counts, self.faults = mote, collections.Counter(), []

    def fault(self, path, what):
        self.faults.append(f"{path.parent.name}/{path.name}: {what}")
        print(self.faults[-1], flush=True)

    def file(self, path):
        asked = in_child(ask_litert, path, "BUILTIN")
        if isinstance(asked, str) and "Didn't find op" in asked:
            return self.micro_alone(path)
        if isinstance(asked, str):
            return self.fault(path, f"LiteRT: {asked[:300]}")
        samples, optimized, operators = asked
        answers = {"optimized": optimized}
        asked = in_child(ask_litert, path, "BUILTIN_REF")
        if not isinstance(asked, str):
            answers["reference"] = asked[1]
        elif "Didn't find op" in asked:
            self.counts["files with operators of which it has no reference kernel"] += 1
        else:
            return self.fault(path, f"LiteRT's reference kernels: {asked[:300]}")
        ours = ask_mote(self.mote, path, samples, optimized)
        if isinstance(ours, str):
            return self.fault(path, ours)
        has_steps = optimized[0].dtype.kind == "f" and "QUANTIZE" in operators  # inside, which a float answer shows
        if path.stem.endswith("_dynamic") or has_steps:  # of which optimized kernels differ by one or the other
            answers.pop("optimized")
        check = self.floats if all(y.dtype.kind == "f" for y in optimized) and "_int" not in path.stem else self.integers
        return check(path, samples, ours, answers, operators)

    def micro_alone(self, path):
        """LiteRT has no LSTM of int16, which Micro has."""
        asked = in_child(ask_micro_alone, path)
        if isinstance(asked, str):
            return self.fault(path, f"LiteRT lacks an operator's version; Micro: {asked[:300]}")
        samples, theirs = asked
        ours = ask_mote(self.mote, path, samples, theirs)
        if isinstance(ours, str) or distance(ours, theirs) > 0:
            return self.fault(path, ours if isinstance(ours, str) else f"is {distance(ours, theirs):.3g} away from Micro")
        self.counts["integer files with Micro's bytes"] += 1
        self.counts["of them files with an operator's version that LiteRT lacks"] += 1

    def floats(self, path, samples, ours, answers, operators):
        self.counts["float files"] += 1
        for name, theirs in answers.items():
            away = distance(ours, theirs)
            if not away <= FLOAT_TOLERANCE:
                self.fault(path, f"is {away:.2g} away from LiteRT's {name} kernels")

    def integers(self, path, samples, ours, answers, operators):
        self.counts["integer files"] += 1
        of_micro = in_child(ask_micro, path, samples, len(ours))
        if isinstance(of_micro, str):
            self.counts["integer files that Micro does not run"] += 1
            best = min(distance(ours, theirs) for theirs in answers.values())
            if "UNIDIRECTIONAL_SEQUENCE_LSTM" in operators and ours[0].dtype == np.int8:
                self.counts["of them files whose LSTM begins with bytes of 0 in LiteRT, not with its zero point: not compared"] += 1
            elif best > (1 if path.stem.endswith("_int8") else len(operators) * (LOOPS if "WHILE" in operators else 1)):
                self.fault(path, f"is {best:.3g} away from LiteRT; Micro: {of_micro[:200]}")
        elif distance(ours, of_micro) > 0 and path.stem in KNOWN:
            print(f"{path.name}: {KNOWN[path.stem]}")
        elif distance(ours, of_micro) > 0:
            self.fault(path, f"is {distance(ours, of_micro):.3g} away from Micro")
        else:
            self.counts["integer files with Micro's bytes"] += 1
        for name, theirs in answers.items():
            away = distance(ours, theirs)
            self.counts[f"integer files {'as' if away == 0 else '1 step from' if away == 1 else 'some steps from'} its {name} kernels"] += 1


def main():
    check = Check(sys.argv[1])
    for path in different(sys.argv[2:]):
        check.file(path)
    for what, count in sorted(check.counts.items()):
        print(f"LiteRT: {count} {what}")
    return bool(check.faults)


sys.exit(main())
