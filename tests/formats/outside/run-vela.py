# SPDX-License-Identifier: Apache-2.0
"""Does Arm's Vela compile each int8 file, for an Ethos-U55, and what does it leave to the CPU?

    python run-vela.py FILE_int8.tflite ...

What Vela refuses is a fault, and what it leaves of a convolutional network. Other operators that it leaves to the CPU are counted by name: the NPU has no such kernel.
"""
import collections
import os
import re
import sys
import tempfile

from ethosu.vela import vela
from files import different

KNOWN = {  # files that Vela fails on, by how their names begin, and why: node tests of the onnx package, all of them
    **{f"nodes_{name}": "truth is no type of the NPU, and Vela gives up" for name in ("equal", "greater", "less")},
    **{f"nodes_{name}": "Vela's statistics stop with a KeyError" for name in ("argmax", "hardmax")},
    "nodes_rotary_embedding_no_position_ids_expanded": "an operand of a CONCATENATION is empty",
    "nodes_rotary_embedding_no_position_ids_interleaved_expanded": "a slice with a step along channels",
}
# Convolutional networks, of which nothing may be left.
WHOLE = ("net_cnn", "net_unet", "net_ds_cnn", "net_sequential_of_models", "nets_cnn", "nets_mobilenet", "nets_resnet", "nets_unet",
         "mnist-cnn", "mnist-resnet")
OPTIONS = ["--accelerator-config", "ethos-u55-128", "--show-cpu-operations"]


def in_child(arguments):
    """(exit status, what it said): a child each, since it keeps things from file to file, and none has to load it anew."""
    with tempfile.TemporaryFile("w+") as file:
        child = os.fork()
        if child == 0:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
            status = 1
            try:
                status = vela.main(arguments) or 0
            except SystemExit as error:
                status = error.code or 0
            except BaseException as error:
                print(repr(error))
            finally:
                sys.stdout.flush()
                os._exit(status if isinstance(status, int) else 1)
        _, status = os.waitpid(child, 0)
        file.seek(0)
        return status, file.read()


def compile_file(path, folder):
    """(how many operators are left to the CPU, [(operator, why)]); or what was wrong, as text."""
    status, said = in_child([*OPTIONS, "--output-dir", folder, str(path)])
    left = re.search(r"^CPU operators = (\d+)", said, re.M)
    if status != 0 or not left:
        return (said.strip().splitlines() or ["says nothing"])[-1][:300]
    return int(left[1]), re.findall(r"operator: (\w+), ofm.*\n(?:Reason: )?(.*)", said)


def main():
    paths, left = different(sys.argv[1:]), collections.defaultdict(list)
    faults = known = on_npu = 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            answer = compile_file(path, folder)
            why = next((why for name, why in KNOWN.items() if path.stem.startswith(name)), None)
            if isinstance(answer, str) and why:
                known += 1
                print(f"{path.stem}: {why}")
                continue
            if isinstance(answer, str):
                faults += 1
                print(f"{path.parent.name}/{path.name}: {answer}", flush=True)
                continue
            on_npu += answer[0] == 0
            if answer[0] > 0 and path.stem.startswith(WHOLE):
                faults += 1
                print(f"{path.parent.name}/{path.name}: {answer[0]} operators are left to the CPU")
            for operator, why in set(answer[1]):
                left[f"{operator} ({why})"].append(path.stem)
    print(f"Vela: {len(paths)} different int8 files, {faults + known} with faults ({known} of them known), {on_npu} of them whole on the NPU")
    for operator, names in sorted(left.items(), key=lambda item: -len(item[1])):
        print(f"Vela: {operator} on the CPU in {len(names)}: {', '.join(names[:6])}")
    return faults > 0


sys.exit(main())
