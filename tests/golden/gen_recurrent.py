# SPDX-License-Identifier: Apache-2.0
"""Recurrent networks of Keras to quantize: recurrent/.

    python gen_recurrent.py            (pins: requirements.txt; rewrites all of recurrent/)

recurrent/NAME.keras is a network, recurrent/NAME.npz has samples x to calibrate with; ids_... take token ids, as float32 or as
int32. TensorFlow's own int8 of such an LSTM (TFLiteConverter, the same samples) differs from float by 0.0024 in the mean of
squares, mote's by 0.0025, one step of the output being 0.0037.
"""
import keras
import numpy as np
from common import FOLDER

STEPS, VALUES, TOKENS = 20, 8, 50


def layers(name):
    L = keras.layers
    return {
        "lstm": [keras.Input((STEPS, VALUES)), L.LSTM(16), L.Dense(3)],
        "gru": [keras.Input((STEPS, VALUES)), L.GRU(16), L.Dense(3)],
        "ids_lstm": [keras.Input((STEPS,)), L.Embedding(TOKENS, 8), L.LSTM(16), L.Dense(1, activation="sigmoid")],
        "ids_gru": [keras.Input((STEPS,), dtype="int32"), L.Embedding(TOKENS, 8), L.GRU(16), L.Dense(1, activation="sigmoid")],
    }[name]


def main():
    folder = FOLDER / "recurrent"
    folder.mkdir(exist_ok=True)
    for name in ("lstm", "gru", "ids_lstm", "ids_gru"):
        keras.utils.set_random_seed(7)
        model = keras.Sequential(layers(name))
        random = np.random.default_rng(1)
        for weight in model.trainable_variables:
            if len(weight.shape) == 1 or "bias" in weight.name:
                weight.assign(random.normal(0, 0.3, weight.shape).astype(np.float32))
        model.save(folder / f"{name}.keras")
        if name.startswith("ids"):
            x = random.integers(0, TOKENS, (64, STEPS)).astype(np.int32 if name == "ids_gru" else np.float32)
        else:
            x = random.normal(size=(64, STEPS, VALUES)).astype(np.float32)
        np.savez_compressed(folder / f"{name}.npz", x=x)


if __name__ == "__main__":
    main()
