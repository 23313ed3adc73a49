# SPDX-License-Identifier: Apache-2.0
"""Does Keras load what mote trained, and answer as mote does?

    python3.11 -m venv V && V/bin/pip install --no-deps -r tests/golden/requirements.txt
    ninja -C build mote write_trained
    V/bin/python tests/golden/check_keras_out.py [--build build] [--keep FOLDER] [NAME ...]

Each network is trained by `mote train`, and its samples run through model.tflite (float32) by `mote run`. Keras 3 loads
model.keras and the .h5, tf_keras (Keras 2) the .h5; answers must be within 1e-6 max(1, max |answer|), the model compiled
with the loss, metrics and optimizer of the spec, no warning given, and one step of training must go. What mote wrote must be
the same bytes both times, and h5py must find in it nothing but what it lists.

Then `mote convert` makes a .h5 of the .keras and a .keras of the .h5, which answer the same; and where nothing is drawn Keras goes
on with model.keras as `mote train` does with `start: model.keras`: their answers after two more epochs must be within GOING_ON.
"""
import argparse
import logging
import os
import re
import subprocess
import sys
import tempfile
import warnings

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py
import keras
import numpy as np
import tf_keras

logging.getLogger("tensorflow").setLevel("ERROR")  # about functions traced again
logging.getLogger("absl").setLevel("ERROR")
TOLERANCE = 1e-6
GOING_ON = 2e-5  # after some steps, in another order of additions

IMAGES = """
    - conv2d: {filters: 6, kernel_size: [3, 2], padding: same, strides: [2, 1], activation: relu6, kernel_initializer: he_normal}
    - batch_normalization: {momentum: 0.9, epsilon: 0.01}
    - leaky_relu: 0.1
    - depthwise_conv2d: {kernel_size: 3, depth_multiplier: 2, padding: same, activation: tanh, use_bias: false}
    - conv2d: {filters: 8, kernel_size: 2, dilation_rate: 2, use_bias: false, kernel_initializer: lecun_uniform}
    - batch_normalization: {center: false}
    - activation: relu
    - max_pooling2d: {pool_size: [1, 2], strides: 1, padding: same}
    - batch_normalization: {scale: false}
    - average_pooling2d: {pool_size: 2, padding: same}
    - dropout: 0.25
    - conv2d: {filters: 4, kernel_size: 1, activation: sigmoid}
"""

# name: (shapes of inputs, targets, the rest of the spec)
SPECS = {
    "dense": ({"x": [5]}, {"y": "values"}, """
model:
  layers:
    - dense: {units: 16, activation: relu, kernel_initializer: random_normal, bias_initializer: ones}
    - dense: {units: 8, activation: tanh, use_bias: false}
    - dense: 1
train: {loss: mse, metrics: [mae, mse], epochs: 4, optimizer: {sgd: {learning_rate: 0.02, momentum: 0.9, nesterov: true}}}
"""),
    "one_layer": ({"x": [3]}, {"y": 2}, """
model: {layers: [{dense: {units: 2, activation: softmax}}]}
train: {loss: sparse_categorical_crossentropy, metrics: accuracy, epochs: 2, optimizer: sgd}
"""),
    "images": ({"x": [9, 8, 3]}, {"y": 4}, f"""
model:
  layers:{IMAGES}
    - global_average_pooling2d: {{keepdims: true}}
    - reshape: {{target_shape: [2, -1]}}
    - dense: {{units: 3, activation: relu}}
    - flatten
    - dense: {{units: 4, activation: softmax}}
train: {{loss: categorical_crossentropy, metrics: accuracy, epochs: 3, optimizer: {{adam: {{learning_rate: 0.01, beta_1: 0.8}}}}}}
"""),
    "logits": ({"x": [6]}, {"y": 3}, """
model: {layers: [{dense: {units: 7, activation: sigmoid}}, {dense: 3}]}
train: {loss: sparse_categorical_crossentropy, from_logits: true, metrics: accuracy, epochs: 2,
        optimizer: {rmsprop: {momentum: 0.5, centered: true, rho: 0.8}}}
"""),
    "residual": ({"x": [8, 8, 2]}, {"y": 3}, """
model:
  layers:
    - conv2d: {filters: 4, kernel_size: 3, padding: same, name: stem}
    - conv2d: {filters: 4, kernel_size: 3, padding: same, name: "a body/first"}
    - conv2d: {filters: 4, kernel_size: 1, name: _short, inputs: stem}
    - add: {inputs: [_short, "a body/first", stem]}
    - activation: relu
    - global_average_pooling2d
    - dense: {units: 3, activation: softmax}
train: {loss: sparse_categorical_crossentropy, metrics: accuracy, epochs: 2}
"""),
    "ends": ({"left": [4], "right": [6, 6, 1]}, {"price": "values", "kind": 3}, """
model:
  inputs: [left, right]
  layers:
    - conv2d: {filters: 3, kernel_size: 3, inputs: right, name: seen}
    - flatten
    - dense: {units: 5, activation: relu, name: far}
    - dense: {units: 5, inputs: left, name: near}
    - concatenate: {inputs: [near, far], axis: 1}
    - dense: {units: 4, activation: relu, name: both}
    - dense: {units: 1, name: price}
    - dense: {units: 3, activation: softmax, name: kind, inputs: far}
  outputs: [kind, price]
train:
  loss: {price: mse, kind: sparse_categorical_crossentropy}
  loss_weights: {price: 0.25}
  metrics: {price: mae, kind: accuracy}
  epochs: 3
  optimizer: adam
"""),
    "noise": ({"x": [6, 5, 3]}, {"y": 3}, """
model:
  layers:
    - gaussian_noise: 0.1
    - conv2d: {filters: 4, kernel_size: 3, activation: relu}
    - spatial_dropout2d: 0.25
    - reshape: {target_shape: [12, 4]}
    - spatial_dropout1d: 0.2
    - flatten
    - alpha_dropout: 0.1
    - gaussian_dropout: 0.3
    - dense: {units: 3, activation: softmax}
train: {loss: sparse_categorical_crossentropy, metrics: accuracy, epochs: 3}
"""),
    "hard_swish": ({"x": [4]}, {"y": "values"}, """
model: {layers: [{dense: {units: 6, activation: hard_swish}}, {activation: hard_swish}, {dense: 1}]}
train: {loss: mae, epochs: 2}
"""),
    "sequences": ({"x": [24, 3]}, {"y": 3}, """
model:
  layers:
    - conv1d: {filters: 8, kernel_size: 3, padding: causal, dilation_rate: 2, activation: relu, kernel_initializer: he_uniform}
    - zero_padding1d: [2, 1]
    - conv1d: {filters: 6, kernel_size: 4, strides: 2, groups: 2, activation: tanh}
    - max_pooling1d: {pool_size: 3, strides: 1, padding: same}
    - depthwise_conv1d: {kernel_size: 3, depth_multiplier: 2, padding: same, dilation_rate: 2}
    - layer_normalization
    - separable_conv1d: {filters: 7, kernel_size: 3, depth_multiplier: 2, padding: same, activation: sigmoid}
    - up_sampling1d: 2
    - conv1d_transpose: {filters: 5, kernel_size: 3, strides: 2, padding: same, output_padding: 0}
    - cropping1d: [0, 3]
    - average_pooling1d: 2
    - layer_normalization: {epsilon: 0.01, center: false, gamma_initializer: random_uniform}
    - conv1d_transpose: {filters: 5, kernel_size: 4, activation: relu}
    - global_max_pooling1d: {keepdims: true}
    - flatten
    - dense: {units: 3, activation: softmax}
train: {loss: sparse_categorical_crossentropy, metrics: accuracy, epochs: 3, optimizer: {adam: {learning_rate: 0.003}}}
"""),
    "pictures": ({"x": [8, 6, 3]}, {"y": 3}, """
model:
  layers:
    - zero_padding2d: {padding: [[1, 0], [2, 1]]}
    - separable_conv2d: {filters: 8, kernel_size: [3, 2], depth_multiplier: 2, activation: relu}
    - group_normalization: {groups: 4, epsilon: 0.01}
    - conv2d_transpose: {filters: 6, kernel_size: [3, 2], strides: [2, 1], padding: same, activation: relu6}
    - up_sampling2d: {size: [1, 2], interpolation: bilinear}
    - conv2d: {filters: 4, kernel_size: 3, strides: 2, groups: 2, padding: same}
    - group_normalization: {groups: -1, scale: false}
    - cropping2d: [1, 2]
    - up_sampling2d
    - conv2d_transpose: {filters: 4, kernel_size: 2, strides: 2, output_padding: [1, 0]}
    - layer_normalization: {scale: false}
    - global_max_pooling2d
    - dense: {units: 3, activation: softmax}
train: {loss: sparse_categorical_crossentropy, metrics: accuracy, epochs: 3, optimizer: {adam: {learning_rate: 0.003}}}
"""),
    "tcn": ({"x": [20, 2]}, {"y": 3}, """
model:
  layers:
    - conv1d: {filters: 6, kernel_size: 3, padding: causal, name: stem}
    - batch_normalization
    - activation: relu
    - conv1d: {filters: 6, kernel_size: 3, padding: causal, dilation_rate: 2, use_bias: false}
    - batch_normalization
    - activation: relu
    - rms_normalization
    - add: {inputs: [rms_normalization, stem]}
    - global_average_pooling1d
    - dense: {units: 3, activation: softmax}
train: {loss: sparse_categorical_crossentropy, metrics: accuracy, epochs: 3, optimizer: {adam: {learning_rate: 0.003}}}
"""),
}
NOT_IN_KERAS_2 = {"hard_swish", "tcn"}  # hard_swish; RMSNormalization


def draw(name, inputs, targets):
    """The data set, and the first samples of each input."""
    rng = np.random.default_rng(len(name))
    count = 96
    arrays = {key: rng.standard_normal([count] + shape).astype(np.float32) for key, shape in inputs.items()}
    given = dict(arrays)
    for key, kind in targets.items():
        arrays[key] = (rng.standard_normal(count).astype(np.float32) if kind == "values"
                       else (np.arange(count) % kind).astype(np.int32))
    return arrays, {key: values[:20] for key, values in given.items()}


def data_section(folder, inputs, targets, arrays):
    for key, values in arrays.items():
        np.save(f"{folder}/{key}.npy", values)
    if len(inputs) == 1:
        np.savez(f"{folder}/data.npz", x_train=arrays["x"], y_train=arrays["y"])
        return f"data: {{path: {folder}/data.npz}}"
    files = ", ".join(f"{key}: {folder}/{key}.npy" for key in list(inputs) + list(targets))
    return f"data: {{path: {{{files}}}}}"


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def mote_answers(options, folder, samples):
    given = []
    for key, values in samples.items():
        np.save(f"{folder}/in_{key}.npy", values)
        given.append(f"{folder}/in_{key}.npy" if len(samples) == 1 else f"{key}={folder}/in_{key}.npy")
    run(f"{options.build}/mote", "run", f"{folder}/run/model.tflite", "--input", *given, "--output", f"{folder}/y.npz")
    with np.load(f"{folder}/y.npz") as answers:
        return {key: answers[key] for key in answers.files}


def as_list(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def one_or_all(values):
    return values if len(values) > 1 else values[0]


def compare(who, module, path, samples, wanted, y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*alpha.*deprecated.*")  # Keras 3 reading Keras 2's LeakyReLU
        model = module.models.load_model(path)
    x = one_or_all(list(samples.values()))
    answers = as_list(model.predict(x, verbose=0))
    if len(answers) != len(wanted):
        sys.exit(f"{path}: {who}: {len(answers)} answers, {len(wanted)} expected")
    worst = 0
    for got, expected in zip(answers, wanted):
        got = np.asarray(got).reshape(expected.shape)
        worst = max(worst, float(np.max(np.abs(got - expected)) / max(1, np.max(np.abs(expected)))))
    if model.optimizer is None or model.loss is None:
        sys.exit(f"{path}: {who}: not compiled")
    model.train_on_batch(x, one_or_all(y))
    print(f"  {who}: {worst:.1e} {type(model).__name__}, {type(model.optimizer).__name__}, {len(model.layers)} layers")
    return worst


def check_hdf5(path):
    """Every group, array and attribute can be read."""
    with h5py.File(path, "r") as file:
        found = [dict(file.attrs)]
        file.visititems(lambda _, entry: found.append((dict(entry.attrs), entry[()] if hasattr(entry, "shape") else None)))
    return len(found)


def go_on(name, options, folder, arrays, samples, rest):
    """Two more epochs in order, here and there."""
    if "dropout" in rest or "noise" in rest or len(samples) > 1:
        return
    with open(f"{folder}/{name}.yaml") as file:
        spec = file.read()
    start = f"train: {{start: {folder}/run/model.keras, shuffle: false, epochs: 2, "
    train = re.sub(r"epochs: \d+,? ?", "", spec[spec.index("train: {"):]).replace("train: {", start, 1)
    with open(f"{folder}/more.yaml", "w") as file:
        file.write(spec[:spec.index("model:")] + train)
    run(f"{options.build}/mote", "train", f"{folder}/more.yaml", "-o", f"{folder}/more")
    model = keras.models.load_model(f"{folder}/run/model.keras")
    y = arrays["y"]
    if "loss: categorical" in rest:
        y = np.eye(int(y.max()) + 1, dtype=np.float32)[y]
    model.fit(arrays["x"], y, batch_size=32, epochs=2, shuffle=False, verbose=0)
    more = keras.models.load_model(f"{folder}/more/model.keras")
    x = samples["x"]
    gap = float(np.max(np.abs(model.predict(x, verbose=0) - more.predict(x, verbose=0))))
    print(f"  two more epochs: {gap:.1e}")
    if gap > GOING_ON:
        sys.exit(f"{name}: Keras goes on otherwise than mote")


def check(name, options, folder):
    inputs, targets, rest = SPECS[name]
    arrays, samples = draw(name, inputs, targets)
    with open(f"{folder}/{name}.yaml", "w") as file:
        file.write(data_section(folder, inputs, targets, arrays) + rest)
    run(f"{options.build}/mote", "train", f"{folder}/{name}.yaml", "-o", f"{folder}/run")
    run(f"{options.build}/tests/write_trained", f"{folder}/{name}.yaml", f"{folder}/again")
    with open(f"{folder}/run/model.keras", "rb") as a, open(f"{folder}/again.keras", "rb") as b:
        if a.read() != b.read():
            sys.exit(f"{name}: two trainings alike gave two files")
    answers = mote_answers(options, folder, samples)
    print(f"{name}: {check_hdf5(folder + '/again.h5')} HDF5 entries")
    wanted = list(answers.values())
    y = [arrays[key][:20] for key in (answers if len(answers) > 1 else targets)]
    if "loss: categorical" in rest:
        y = [np.eye(targets["y"], dtype=np.float32)[y[0]]]
    ways = [("Keras 3, .keras", keras, "run/model.keras"), ("Keras 3, .h5", keras, "again.h5")]
    if name not in NOT_IN_KERAS_2:
        ways.append(("Keras 2, .h5", tf_keras, "again.h5"))
    run(f"{options.build}/mote", "convert", f"{folder}/run/model.keras", "-o", f"{folder}/back.h5")
    run(f"{options.build}/mote", "convert", f"{folder}/again.h5", "-o", f"{folder}/back.keras")
    ways += [(f"{who}, converted", module, f"back.{path.split('.')[-1]}") for who, module, path in ways]
    go_on(name, options, folder, arrays, samples, rest)
    return max(compare(who, module, f"{folder}/{path}", samples, wanted, y)
               for who, module, path in ways)


FILES = ["adam.keras", "inferring.keras", "rmsprop.h5", "sgd_2.h5", "inferring_2.h5"]  # of gen_transfer.py


def check_file(name, options, folder):
    """What Keras wrote, written again both ways, answers the same in each Keras."""
    path = f"tests/golden/transfer/{name}"
    x = np.random.default_rng(3).standard_normal([5, 9, 9, 2]).astype(np.float32)
    wanted = np.asarray((tf_keras if "_2" in name else keras).models.load_model(path, compile=False).predict(x, verbose=0))
    worst = 0
    for who, module, suffix in (("Keras 3, .keras", keras, "keras"), ("Keras 3, .h5", keras, "h5"), ("Keras 2, .h5", tf_keras, "h5")):
        run(f"{options.build}/mote", "convert", path, "-o", f"{folder}/out.{suffix}")
        model = module.models.load_model(f"{folder}/out.{suffix}")
        worst = max(worst, float(np.max(np.abs(np.asarray(model.predict(x, verbose=0)) - wanted))))
        model.train_on_batch(x, np.zeros(5, np.int32))
    print(f"{name}, written again: {worst:.1e}")
    return worst


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--keep")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    worst = 0
    with tempfile.TemporaryDirectory() as temporary:
        for name in options.names or SPECS:
            folder = f"{options.keep or temporary}/{name}"
            os.makedirs(folder, exist_ok=True)
            worst = max(worst, check(name, options, folder))
        for name in [] if options.names else FILES:
            worst = max(worst, check_file(name, options, options.keep or temporary))
    print(f"largest difference {worst:.1e}, allowed {TOLERANCE:.0e}")
    sys.exit(worst > TOLERANCE)


main()
