# SPDX-License-Identifier: Apache-2.0
"""What TensorFlow's converter makes of a float model, for the table of docs/QUANTIZATION.md: FOLDER/SCHEME_DRAW.tflite.

    python gen_quantized.py MODEL DATA FOLDER DRAWS [SCALE]        (pins: requirements.txt; bench/accuracy runs it)

MODEL is a .keras that mote wrote, or a .h5; DATA a folder with MNIST's IDX files or one of .npy files. Draws have the samples
that bench/measure_accuracy.c takes: of draw d those at d 117 + i (n - 600) / 100. SCALE (255) is what samples are divided by.
"""
import pathlib
import sys

import numpy as np

import common  # noqa: F401
import keras
import tensorflow as tf

STEP, LEFT, COUNT = 117, 600, 100


def samples(folder):
    folder = pathlib.Path(folder)
    path = folder / "train-images-idx3-ubyte"
    if path.exists():
        return np.frombuffer(path.read_bytes(), np.uint8, offset=16).reshape(-1, 28, 28, 1)
    return np.load(folder / "x_train.npy", mmap_mode="r")


def load(path):
    if path.endswith(".h5"):
        import tf_keras
        return tf_keras.models.load_model(path, compile=False)
    return keras.models.load_model(path, compile=False)


def main():
    model_path, data, folder, draws = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4])
    scale = np.float32(sys.argv[5] if len(sys.argv) > 5 else 255)
    model, x = load(model_path), samples(data)
    shape = model.input_shape[1:]
    owner = tf.Module()
    owner.held = [getattr(v, "value", v) if not callable(getattr(v, "value", None)) else v for v in model.variables]
    traced = tf.function(lambda t: model(t, training=False)).get_concrete_function(tf.TensorSpec((1, *shape), tf.float32))
    folder.mkdir(parents=True, exist_ok=True)

    def convert(name, draw, **settings):
        first, count = (0, len(x)) if len(x) < 2 * LEFT else (draw * STEP, len(x) - LEFT)
        few = min(COUNT, count)
        rows = [first + i * count // few for i in range(few)]
        c = tf.lite.TFLiteConverter.from_concrete_functions([traced], owner)
        c.optimizations = [tf.lite.Optimize.DEFAULT]
        if name not in ("dynamic", "float16"):
            c.representative_dataset = lambda: ([np.float32(x[r]).reshape(1, *shape) / scale] for r in rows)
        if name == "float16":
            c.target_spec.supported_types = [tf.float16]
        for key, value in settings.items():
            if key == "ops":
                c.target_spec.supported_ops = value
            else:
                setattr(c, key, value)
        (folder / f"{name}_{draw}.tflite").write_bytes(c.convert())

    ops = tf.lite.OpsSet
    for draw in range(draws):
        convert("int8", draw, ops=[ops.TFLITE_BUILTINS_INT8])
        convert("int8-tensor", draw, ops=[ops.TFLITE_BUILTINS_INT8], _experimental_disable_per_channel=True)
        convert("int16x8", draw, ops=[ops.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8])
        convert("dynamic", draw)
        convert("float16", draw)


if __name__ == "__main__":
    main()
