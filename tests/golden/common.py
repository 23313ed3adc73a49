# SPDX-License-Identifier: Apache-2.0
"""What the generators share: where files go, quiet imports, Keras' layouts turned into TensorFlow Lite's."""
import os
import pathlib

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # Eigen's kernels: the same order of additions on every machine
os.environ.setdefault("KERAS_BACKEND", "tensorflow")

import numpy as np  # noqa: E402

FOLDER = pathlib.Path(__file__).resolve().parent


def save_npz(path, arrays):
    """Writes name -> array as a compressed .npz: float64 becomes float32, int64 int32; scalars get shape [1].

    Same arrays, same bytes: zipfile stamps every member with 1980-01-01.
    """
    narrow = {np.dtype(np.float64): np.float32, np.dtype(np.int64): np.int32}
    out = {}
    for name, array in arrays.items():
        array = np.atleast_1d(np.asarray(array))
        out[name] = np.ascontiguousarray(array.astype(narrow.get(array.dtype, array.dtype)))
    target = FOLDER / path
    np.savez_compressed(target, **out)
    print(f"{path}: {len(out)} arrays, {target.stat().st_size} bytes")


def normal(random, shape, scale=1.0):
    """Normal values, rounded to multiples of 2^-8: they are stored in half the room."""
    return np.float32(np.round(random.standard_normal(shape) * scale * 256) / 256)


def tflite_layout(layer_kind, array):
    """A kernel, or its gradient, as Keras holds it -> as TensorFlow Lite holds it; other arrays pass unchanged.

    dense  [I, O]       -> [O, I]
    conv2d HWIO         -> OHWI
    depthwise_conv2d HWIM -> 1HW(I*M), output channel i * M + m
    """
    array = np.asarray(array)
    if layer_kind == "dense" and array.ndim == 2:
        return array.T.copy()
    if layer_kind == "conv2d" and array.ndim == 4:
        return array.transpose(3, 0, 1, 2).copy()
    if layer_kind == "depthwise_conv2d" and array.ndim == 4:
        height, width, channels, multiplier = array.shape
        return array.reshape(1, height, width, channels * multiplier)
    return array
