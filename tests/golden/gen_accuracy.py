# SPDX-License-Identifier: Apache-2.0
"""What Keras reaches on a small part of MNIST: the first 5,000 training and 1,000 test images. Writes keras_accuracy.npz.

    python gen_accuracy.py FOLDER    (pins: requirements.txt; one thread, about a minute)

FOLDER holds the four IDX files under their usual names (train-images-idx3-ubyte ...), plain or .gz, whole or cut.
"""
import gzip
import pathlib
import sys

import numpy as np

from common import save_npz

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

SEEDS = range(5)
TRAIN, TEST = 5000, 1000
layers = keras.layers


def read_idx(folder, name):
    path = folder / name
    data = path.read_bytes() if path.exists() else gzip.decompress((folder / (name + ".gz")).read_bytes())
    shape = np.frombuffer(data, ">i4", data[3], 4)
    return np.frombuffer(data, np.uint8, int(np.prod(shape)), 4 + 4 * data[3]).reshape(shape)


def mlp():
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(64, activation="relu"),
                             layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")])


def cnn():
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(2),
                             layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten(),
                             layers.Dense(10, activation="softmax")])


# name -> model, optimizer, epochs, validation split
RUNS = {"mlp": (mlp, "rmsprop", 10, 0.2), "cnn": (cnn, "adam", 5, 0.0)}


def main():
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    folder = pathlib.Path(sys.argv[1])
    images = {part: read_idx(folder, f"{part}-images-idx3-ubyte")[:count, ..., None].astype(np.float32) / 255
              for part, count in (("train", TRAIN), ("t10k", TEST))}
    labels = {part: read_idx(folder, f"{part}-labels-idx1-ubyte")[:len(images[part])].astype(np.int32) for part in images}
    arrays = {}
    for name, (make, optimizer, epochs, split) in RUNS.items():
        rows = []
        for seed in SEEDS:
            keras.utils.set_random_seed(seed)
            model = make()
            model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
            history = model.fit(images["train"], labels["train"], 64, epochs, validation_split=split, verbose=0).history
            loss, accuracy = model.evaluate(images["t10k"], labels["t10k"], 1000, verbose=0)
            rows.append([accuracy, loss, history["accuracy"][-1], history["loss"][-1],
                         *(history.get(key, [np.nan])[-1] for key in ("val_accuracy", "val_loss"))])
            print(name, seed, " ".join(f"{value:.4f}" for value in rows[-1]))
        rows = np.float64(rows)
        arrays[f"{name}/test_accuracy"], arrays[f"{name}/test_loss"] = rows[:, 0], rows[:, 1]
        arrays[f"{name}/train_accuracy"], arrays[f"{name}/train_loss"] = rows[:, 2], rows[:, 3]
        if split:
            arrays[f"{name}/val_accuracy"], arrays[f"{name}/val_loss"] = rows[:, 4], rows[:, 5]
        arrays[f"{name}/mean_test_accuracy"] = rows[:, 0].mean()
        arrays[f"{name}/attrs"] = np.float32([64, epochs, split, TRAIN, TEST])
        print(f"{name}: test accuracy {rows[:, 0].mean():.4f}, from {rows[:, 0].min():.4f} to {rows[:, 0].max():.4f}")
    save_npz("keras_accuracy.npz", arrays)


if __name__ == "__main__":
    main()
