# SPDX-License-Identifier: Apache-2.0
"""A network with two inputs and two outputs as TensorFlow's converter writes it, names in a signature and all: ends/.

    python gen_ends.py               (pins: requirements.txt)

ends/two.tflite takes left [3] and right [2], and gives kind [3] (a softmax) and price [1]. The tensors' own names say nothing
of that. ends/two.npz is a data set of 20 samples for it, arrays by name: left, right; kind (labels) and price are targets.
ends/answers.npz has what LiteRT answers: kind, price.
"""
import numpy as np

from common import FOLDER, normal, save_npz

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402
from ai_edge_litert.interpreter import Interpreter  # noqa: E402

SAMPLES = 20


def make_model(random):
    left, right = keras.Input((3,), name="left"), keras.Input((2,), name="right")
    joined = keras.layers.Concatenate()([keras.layers.Dense(4, activation="relu")(left), right])
    kind = keras.layers.Dense(3, activation="softmax", name="kind")(joined)
    price = keras.layers.Dense(1, name="price")(joined)
    model = keras.Model([left, right], {"price": price, "kind": kind})
    model.set_weights([normal(random, w.shape) for w in model.get_weights()])
    return model


def convert(model):
    specs = [tf.TensorSpec((1, width), tf.float32, name=name) for name, width in (("left", 3), ("right", 2))]

    @tf.function(input_signature=specs)
    def serve(left, right):
        return model({"left": left, "right": right}, training=False)

    owner = tf.Module()
    owner.kept = [v.value for v in model.variables]
    owner.serve = serve
    folder = FOLDER / "ends" / "saved"
    tf.saved_model.save(owner, str(folder), signatures={"serving_default": serve.get_concrete_function()})
    converted = tf.lite.TFLiteConverter.from_saved_model(str(folder)).convert()
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()
    return converted


def main():
    random = np.random.default_rng(20261130)
    (FOLDER / "ends").mkdir(exist_ok=True)
    model = convert(make_model(random))
    (FOLDER / "ends" / "two.tflite").write_bytes(model)
    arrays = {"left": normal(random, (SAMPLES, 3)), "right": normal(random, (SAMPLES, 2))}
    run = Interpreter(model_content=model).get_signature_runner("serving_default")
    answers = [run(left=arrays["left"][i:i + 1], right=arrays["right"][i:i + 1]) for i in range(SAMPLES)]
    answers = {name: np.concatenate([a[name] for a in answers]) for name in ("kind", "price")}
    arrays["kind"] = random.integers(0, 3, SAMPLES).astype(np.int32)
    arrays["price"] = answers["price"] + normal(random, (SAMPLES, 1), 0.25)
    save_npz("ends/two.npz", arrays)
    save_npz("ends/answers.npz", answers)
    print(f"ends/two.tflite: {len(model)} bytes")


if __name__ == "__main__":
    main()
