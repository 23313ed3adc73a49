# SPDX-License-Identifier: Apache-2.0
"""Fuzzing's first files from the golden cases: the smallest model of each operators/NAME.npz.

    python gen_corpus.py     writes ../fuzz/corpus/interpreter/ops_NAME.tflite and ../fuzz/corpus/tflite/ops_NAME.tflite
"""
import struct

import numpy as np

from common import FOLDER


def models(path):
    """Each case's model (operator_cases.py has the format)."""
    blob = np.load(path)["cases"].tobytes()
    at = 0

    def number():
        nonlocal at
        at += 4
        return struct.unpack_from("<I", blob, at - 4)[0]

    while at < len(blob):
        size = number()
        at += size
        size = number()
        yield blob[at:at + size]
        at += size
        inputs, outputs, samples = number(), number(), number()
        sample_bytes = sum([number() for _ in range(inputs + outputs)])
        at += samples * sample_bytes


for path in sorted((FOLDER / "operators").glob("*.npz")):
    smallest = min(models(path), key=len)
    for target in ("interpreter", "tflite"):
        (FOLDER.parent / "fuzz" / "corpus" / target / f"ops_{path.stem}.tflite").write_bytes(smallest)
