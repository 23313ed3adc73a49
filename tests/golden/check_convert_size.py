# SPDX-License-Identifier: Apache-2.0
"""Is each .tflite that mote makes of a Keras model as small as the one of TensorFlow's converter?

    python check_convert_size.py MOTE [--keep FOLDER] [--all] [NAME ...]      (pins: requirements.txt)

Every model of keras_cases.py (keras/files.npz), float32 and, of whole models ("net_..."), int8, is converted by both, for a batch
of one; operators of all subgraphs and bytes of the file are compared. Told are those of which mote has more; exit status 1 if
there are any but those of KNOWN. --keep: TensorFlow's files stay there and are taken from there.
"""
import argparse
import collections
import json
import logging
import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

import common

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
from tensorflow.lite.python import schema_py_generated as schema

logging.getLogger("absl").setLevel("ERROR")  # that concrete functions are an old way
warnings.simplefilter("ignore")

KNOWN = {  # of which mote has more, and why that is so
    "multiply_broadcast": "with an open batch [batch, 4] is no row of [batch, 7, 4] without a RESHAPE",
    "activation_softplus": "TensorFlow's is infinite from x = 88.8 on, mote's is x",
    "first_pad": "channels_first alone: mote turns to channels last, for the layer behind it",
    "net_unet int8": "TensorFlow cuts a layer's values off at the range of a CONCATENATION behind it",
}

NAMES = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}


def operators_of(content):
    """Counter of operators' names, over all subgraphs."""
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    codes = [NAMES[max(c.builtinCode, c.deprecatedBuiltinCode)] for c in model.operatorCodes]
    return collections.Counter(codes[o.opcodeIndex] for g in model.subgraphs for o in g.operators)


def samples_of(files, name):
    return [files[key] for key in (f"{name}.x{i}" for i in range(9)) if key in files]


def convert_by_tensorflow(path, samples, is_int8):
    model = keras.models.load_model(path, compile=False)
    inputs = [tf.TensorSpec((1,) + tuple(x.shape[1:]), x.dtype) for x in samples]
    call = tf.function(lambda *x: model(x if len(x) > 1 else x[0], training=False))
    frozen = convert_variables_to_constants_v2(call.get_concrete_function(*inputs), lower_control_flow=False)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([frozen])
    if is_int8:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([x[i:i + 1] for x in samples] for i in range(len(samples[0])))
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = tf.int8
    return converter.convert()


def in_child(work, *arguments):
    """The bytes that work returns; none where it fails: the converter crashes of some models."""
    with tempfile.TemporaryFile() as file:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            try:
                file.write(work(*arguments))
                file.flush()
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        file.seek(0)
        return file.read()


def convert_by_mote(mote, path, samples, is_int8, folder):
    out = folder / "mote.tflite"
    command = [mote, "convert", path, "-o", out]
    if is_int8:
        command += ["--quantize", "int8", "--io", "int8"]
        for i, x in enumerate(samples):
            np.save(folder / f"x{i}.npy", x)
            start = f"{input_names(mote, path)[i]}=" if len(samples) > 1 else ""
            command += ["--calibrate", f"{start}{folder}/x{i}.npy"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        return done.stderr.strip()
    return out.read_bytes()


def input_names(mote, path):
    said = subprocess.run([mote, "inspect", path, "--json"], capture_output=True, text=True, check=True).stdout
    return [x["name"] for x in json.loads(said)["inputs"]]


class Cases:
    def __init__(self, arguments, files, folder):
        self.arguments, self.files, self.folder = arguments, files, folder

    def tensorflow(self, name, path, samples, is_int8):
        kept = self.arguments.keep and self.arguments.keep / f"{name}{'_int8' if is_int8 else ''}.tflite"
        if kept and kept.exists():
            return kept.read_bytes()
        content = in_child(convert_by_tensorflow, path, samples, is_int8)
        if not content:
            print(f"{name}{' int8' if is_int8 else ''}: TensorFlow's converter cannot", flush=True)
        if kept:
            kept.write_bytes(content)
        return content

    def compare(self, name, is_int8):
        """A row, or None where one of the two cannot."""
        path = self.folder / "model.keras"
        path.write_bytes(self.files[f"{name}.keras"].tobytes())
        samples = samples_of(self.files, name)
        theirs = self.tensorflow(name, path, samples, is_int8)
        ours = convert_by_mote(self.arguments.mote, path, samples, is_int8, self.folder)
        label = name + (" int8" if is_int8 else "")
        if isinstance(ours, str):
            print(f"{label}: {ours[:150]}")
            return None
        if not theirs:
            return None
        return label, operators_of(theirs), len(theirs), operators_of(ours), len(ours)


def show(row):
    label, theirs, their_bytes, ours, our_bytes = row
    extra = ", ".join(f"{n} {k}" for k, n in sorted((ours - theirs).items()))
    missing = ", ".join(f"{n} {k}" for k, n in sorted((theirs - ours).items()))
    print(f"| {label} | {theirs.total()}, {their_bytes:,} | {ours.total()}, {our_bytes:,} | {extra} for {missing} |", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mote")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--keep", type=pathlib.Path)
    parser.add_argument("--all", action="store_true", help="tell of all models")
    arguments = parser.parse_intermixed_args()
    files = np.load(common.FOLDER / "keras/files.npz")
    names = arguments.names or [key[:-6] for key in files if key.endswith(".keras")]
    if arguments.keep:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        cases = Cases(arguments, files, pathlib.Path(folder))
        for name in names:
            rows += [row for is_int8 in (False, True) if not is_int8 or name.startswith("net_")
                     for row in [cases.compare(name, is_int8)] if row]
    print("| | operators, bytes: TensorFlow | mote | |\n|---|---|---|---|")
    for row in rows:
        if arguments.all or row[3].total() > row[1].total() or row[4] > row[2]:
            show(row)
    more = [row[0] for row in rows if row[3].total() > row[1].total()]
    larger = [row[0] for row in rows if row[4] > row[2]]
    for name in sorted({*more, *larger} & {*KNOWN}):
        print(f"{name}: {KNOWN[name]}")
    print(f"{len(rows)} models: {len(more)} with more operators, {len(larger)} larger than TensorFlow's")
    return bool({*more, *larger} - {*KNOWN})


sys.exit(main())
