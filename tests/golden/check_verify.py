# SPDX-License-Identifier: Apache-2.0
"""Compares `mote verify --for tflm` and `--for litert` with what the pinned engines do.

    python check_verify.py MOTE [--every N] [--only NAME] [FILE...]     MOTE: the program, build/mote

Without files: every Nth of the one-operator files of operators/*.npz. An engine runs a file when it comes to
the end of an invoke, in a child process, since some crash; verify says that it does when it finds no error. Prints how often
the two agree, and each kind of disagreement.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

from common import FOLDER
from operator_cases import stored_models
from probe_engines import ENGINES, in_child

ENGINE_OF = {"tflm": "micro", "litert": "litert"}


def verify(mote, path, engine):
    """(errors, [(kind, reason) of each error])"""
    answer = subprocess.run([mote, "verify", path, "--for", engine, "--json"], capture_output=True, text=True)
    if answer.returncode not in (0, 1):
        raise SystemExit(f"{path}: exit status {answer.returncode}\n{answer.stderr}")
    if not answer.stdout:
        return [("refused", answer.stderr.strip())]
    found = json.loads(answer.stdout)["findings"]
    return [(f["kind"], f["reason"]) for f in found if f["severity"] == "error"]


def runs(engine, model, inputs):
    tries = [inputs] if inputs is not None else [0, 1]
    return any(in_child(lambda: ENGINES[ENGINE_OF[engine]](model, values)) for values in tries)


def golden(every, only):
    index = 0
    for path in sorted((FOLDER / "operators").glob("*.npz")):
        for name, model, inputs in stored_models(path):
            index += 1
            if index % every == 0 and (not only or only == path.stem):
                yield f"{path.stem}/{name}", model, inputs


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mote")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--only")
    args = parser.parse_args()
    files = [(path, pathlib.Path(path).read_bytes(), None) for path in args.files] or golden(args.every, args.only)
    same, total, odd = collections.Counter(), collections.Counter(), collections.defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "model.tflite"
        for name, model, inputs in files:
            path.write_bytes(model)
            for engine in ENGINE_OF:
                errors, does_run = verify(args.mote, path, engine), runs(engine, model, inputs)
                total[engine] += 1
                same[engine] += does_run == (not errors)
                if does_run == bool(errors):
                    what = f"{errors[0][0]}: {errors[0][1]}" if errors else "verify finds nothing, and it does not run"
                    odd[(engine, name.split("/")[0], what)].append(name)
    for engine in ENGINE_OF:
        print(f"{engine}: {same[engine]} of {total[engine]} agree")
    for (engine, family, what), names in sorted(odd.items(), key=lambda item: -len(item[1])):
        print(f"{len(names):5} {engine:7} {family}: {what}; as {', '.join(names[:5])}")


if __name__ == "__main__":
    main()
