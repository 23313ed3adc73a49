# SPDX-License-Identifier: Apache-2.0
"""Does Arm's Vela compile each int8 file, for an Ethos-U55, and what does it leave to the CPU?

    python vela.py FILE_int8.tflite ...

What Vela refuses is a fault. Operators that it leaves to the CPU are counted by name: the NPU has no such kernel.
"""
import collections
import pathlib
import re
import subprocess
import sys
import tempfile

from files import different

VELA = pathlib.Path(sys.executable).parent / "vela"
OPTIONS = ["--accelerator-config", "ethos-u55-128", "--show-cpu-operations"]


def compile_file(path, folder):
    """(how many operators are left to the CPU, [(operator, why)]); or what was wrong, as text."""
    done = subprocess.run([VELA, *OPTIONS, "--output-dir", folder, path], capture_output=True, text=True)
    said = done.stdout + done.stderr
    left = re.search(r"^CPU operators = (\d+)", said, re.M)
    if done.returncode != 0 or not left:
        return (said.strip().splitlines() or ["says nothing"])[-1][:300]
    return int(left[1]), re.findall(r"operator: (\w+), ofm.*\n(?:Reason: )?(.*)", said)


def main():
    paths, left, faults, on_npu = different(sys.argv[1:]), collections.defaultdict(list), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            answer = compile_file(path, folder)
            if isinstance(answer, str):
                faults += 1
                print(f"{path.parent.name}/{path.name}: {answer}", flush=True)
                continue
            on_npu += answer[0] == 0
            for operator, why in set(answer[1]):
                left[f"{operator} ({why})"].append(path.stem)
    print(f"Vela: {len(paths)} different int8 files, {faults} not compiled, {on_npu} of them whole on the NPU")
    for operator, names in sorted(left.items(), key=lambda item: -len(item[1])):
        print(f"Vela: {operator} on the CPU in {len(names)}: {', '.join(names[:6])}")
    return faults > 0


sys.exit(main())
