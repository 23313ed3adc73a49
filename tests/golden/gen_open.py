# SPDX-License-Identifier: Apache-2.0
"""Nets of Keras 3, converted with whatever their inputs leave open, and Keras' answers for some shapes.

    python gen_open.py      (pins: requirements.txt, keras3)

open/NAME.tflite, and open/NAME.npz: for each shape k the inputs "x<k>" and the answer "y<k>"; one file that is to be refused.
"""
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf

from common import FOLDER
from tflite_builder import AlignedBuffer, schema
from whole_models import edit

layers = keras.layers


def sequence():
    """An open length: Conv1D is EXPAND_DIMS, CONV_2D, SQUEEZE."""
    x = keras.Input((None, 6), name="x")
    y = layers.Conv1D(4, 3, padding="same", activation="relu")(x)
    y = layers.Conv1D(5, 2, strides=2)(y)
    return keras.Model(x, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(y))), [(3, 6), (16, 6), (7, 6)]


def image():
    """Open height and width."""
    x = keras.Input((None, None, 3), name="image")
    y = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    y = layers.DepthwiseConv2D(3, activation="relu")(layers.MaxPooling2D()(y))
    return keras.Model(x, layers.Dense(2)(layers.GlobalMaxPooling2D()(y))), [(32, 24, 3), (20, 20, 3)]


def flattened():
    """An open batch: Flatten and Reshape are SHAPE, STRIDED_SLICE, PACK, RESHAPE."""
    x = keras.Input((6, 5, 2), name="x")
    y = layers.Conv2D(3, 2, activation="relu")(x)
    y = layers.Dense(8, activation="relu")(layers.Flatten()(y))
    y = layers.Conv1D(3, 2)(layers.Reshape((4, 2))(y))
    return keras.Model(x, layers.Flatten()(y)), [(6, 5, 2)]


def rows():
    """Nothing is open; but loops write rows of lists by slices whose sizes the file does not tell."""
    x = keras.Input(batch_shape=(1, 8, 5), name="x")
    y = layers.Bidirectional(layers.LSTM(4, return_sequences=True))(layers.GRU(6, return_sequences=True)(x))
    return keras.Model(x, layers.Dense(3)(y)), [(8, 5)] * 5, [1]


def write_steps_of_two():
    """open/steps_of_two.tflite: what lies behind a row begins one too far."""
    x = keras.Input(batch_shape=(1, 4, 2), name="x")

    def change(tables):
        body = tables.subgraphs[2]
        add = next(op for op in body.operators if body.tensors[op.outputs[0]].type == schema.TensorType.INT32
                   and tables.operatorCodes[op.opcodeIndex].builtinCode == schema.BuiltinOperator.ADD)
        body.tensors[add.inputs[1]].buffer = len(tables.buffers)
        tables.buffers.append(AlignedBuffer())
        tables.buffers[-1].data = np.int32(2).tobytes()

    net = keras.Model(x, layers.GRU(2, return_sequences=True)(x))
    (FOLDER / "open" / "steps_of_two.tflite").write_bytes(edit(tf.lite.TFLiteConverter.from_keras_model(net).convert(), change))


def write(name, net, shapes, batches=(1, 3)):
    random = np.random.default_rng(5)
    folder = FOLDER / "open"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.tflite").write_bytes(tf.lite.TFLiteConverter.from_keras_model(net).convert())
    arrays = {}
    for k, shape in enumerate((batch, *shape) for batch in batches for shape in shapes):
        arrays[f"x{k}"] = random.normal(size=shape).astype(np.float32)
        arrays[f"y{k}"] = net.predict(arrays[f"x{k}"], verbose=0)
    np.savez_compressed(folder / f"{name}.npz", **arrays)


keras.utils.set_random_seed(3)
for make in (sequence, image, flattened, rows):
    write(make.__name__, *make())
write_steps_of_two()
