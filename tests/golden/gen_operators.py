# SPDX-License-Identifier: Apache-2.0
"""Cases of operators, each with TFLite Micro's answers: operators/NAME.npz (operator_cases.py explains the format).

    python gen_operators.py [FAMILY ...]     (pins: requirements.txt; a family is a file operators_FAMILY.py; default: all)
"""
import glob
import importlib
import os
import sys

from common import FOLDER

os.chdir(FOLDER)
families = sys.argv[1:] or sorted(os.path.basename(f)[len("operators_"):-3] for f in glob.glob("operators_*.py"))
for family in families:
    importlib.import_module(f"operators_{family}").make()
