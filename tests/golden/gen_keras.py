# SPDX-License-Identifier: Apache-2.0
"""Keras' model files and answers: keras/files.npz.

    python gen_keras.py [NAME...]      (pins: requirements.txt; NAME: only these, told and not written)

For each case of keras_cases.py "NAME.keras" and "NAME.h5" of Keras 3 and "NAME.k2" (.h5 of Keras 2) as bytes; "NAME.x<i>" and
"NAME.y<j>", two samples through Keras 3, and "NAME.z<j>" through Keras 2, whose weights are the same. Weights are multiples of
1/64; variances are positive.
"""
import sys
import tempfile
import zlib

import common

import keras
import numpy as np
import tf_keras

import keras_cases


def fill(model, random):
    for weight in model.weights:
        name = getattr(weight, "path", weight.name)
        shape = tuple(weight.shape)
        if "count" in name or "seed" in name:
            continue
        value = np.round(random.standard_normal(shape) * 24) / 64
        if "variance" in name or "gamma" in name:
            value = np.abs(value) + 0.5
        weight.assign(np.float32(value))


def inputs_of(model, random):
    out = []
    for x in model.inputs or [tf_keras.Input((5, 5, 2))]:
        shape = (2,) + tuple(x.shape[1:])
        if "int" in str(x.dtype):
            out.append(random.integers(0, 7, shape, np.int32))
        else:
            out.append(np.float32(np.round(random.standard_normal(shape) * 64) / 64))
    return out


def saved(model, suffix):
    with tempfile.TemporaryDirectory() as folder:
        model.save(f"{folder}/model{suffix}")
        with open(f"{folder}/model{suffix}", "rb") as file:
            return np.frombuffer(file.read(), np.uint8)


def answers(model, x):
    y = model(x if len(x) > 1 else x[0], training=False)
    return [np.array(v) for v in (y if isinstance(y, (list, tuple)) else [y])]


def to_last(value):
    return np.moveaxis(value, 1, -1) if value.ndim > 2 else value


def answers_of_first(make, K, model, x):
    """Of channels_first, by the twin with channels_last: TensorFlow has no kernels for the other on a CPU."""
    keras_cases.FORMAT[0] = "channels_last"
    twin = make(K)
    keras_cases.FORMAT[0] = "channels_first"
    twin.set_weights(model.get_weights())
    ys = answers(twin, [to_last(v) for v in x])
    return [np.moveaxis(y, -1, 1) if y.ndim > 2 else y for y in ys]


def one(name, make, K, out):
    """False where the version lacks the layer."""
    K.backend.clear_session()
    K.utils.set_random_seed(1)
    try:
        model = make(K)
    except (AttributeError, ValueError, TypeError) as error:
        print(f"{name}: {K.__name__}: {str(error)[:100]}")
        return
    random = np.random.default_rng(zlib.crc32(name.encode()))
    x = inputs_of(model, random)
    if name == "embedding_float":
        x = [np.float32(random.integers(0, 7, v.shape)) for v in x]
    if name == "masking_nothing":
        x[0][:, 2:4] = 2
    fill(model, random)
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):  # Normalization
            layer.finalize_state()
    is_3 = K is keras
    try:
        y = answers_of_first(make, K, model, x) if "first_" in name else answers(model, x)
    except Exception as error:
        print(f"{name}: {K.__name__} cannot: {str(error)[:100]}")
        return
    for i, value in enumerate(x):
        out[f"{name}.x{i}"] = value
    for i, value in enumerate(y):
        out[f"{name}.{'y' if is_3 else 'z'}{i}"] = value
    if is_3:
        out[f"{name}.keras"] = saved(model, ".keras")
    out[f"{name}.{'h5' if is_3 else 'k2'}"] = saved(model, ".h5")


def main():
    out = {}
    for name, make in keras_cases.cases():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        for K in (keras, tf_keras):
            try:
                one(name, make, K, out)
            except Exception as error:
                print(f"{name}: {K.__name__} FAILED: {error!r}"[:300], flush=True)
    if len(sys.argv) > 1:
        print(out.keys())
    else:
        common.save_npz("keras/files.npz", out)


main()
