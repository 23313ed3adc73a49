# SPDX-License-Identifier: Apache-2.0
"""Fuzzing's first files from the golden cases: the smallest model of each operators/NAME.npz, and loops that write rows.

    python gen_corpus.py     writes ../fuzz/corpus/interpreter/ops_NAME.tflite and ../fuzz/corpus/tflite/ops_NAME.tflite
"""
from common import FOLDER
from operator_cases import stored_models

for path in sorted((FOLDER / "operators").glob("*.npz")):
    smallest = min((model for _, model, _ in stored_models(path)), key=len)
    for target in ("interpreter", "tflite"):
        (FOLDER.parent / "fuzz" / "corpus" / target / f"ops_{path.stem}.tflite").write_bytes(smallest)
(FOLDER.parent / "fuzz" / "corpus" / "tflite" / "rows.tflite").write_bytes((FOLDER / "open" / "rows.tflite").read_bytes())
