# SPDX-License-Identifier: Apache-2.0
"""What Keras' fit and evaluate say where a spec asks mote for the same: every optimizer with each of its keys, every loss with
its metrics and the forms that targets come in. Writes specs/.

    python gen_specs.py              (pins: requirements.txt)

specs/NAME.npz and NAME.csv are data sets, specs/golden.json has for each case a spec in YAML, the history, and Keras' evaluate on
the test samples (those of validation for a .csv, which has no others).
"""
import json

import numpy as np

from common import FOLDER, normal, save_npz

import keras  # noqa: E402

TARGET = FOLDER / "specs"
SAMPLES = {"train": 48, "val": 24, "test": 24}
CLASSES = ("ash", "beech", "cedar")

OPTIMIZERS = {
    "sgd": [{}, {"learning_rate": 0.05}, {"momentum": 0.8}, {"momentum": 0.8, "nesterov": True}],
    "rmsprop": [{}, {"learning_rate": 0.01}, {"rho": 0.5}, {"momentum": 0.6}, {"epsilon": 0.01}, {"centered": True}],
    "adam": [{}, {"learning_rate": 0.01}, {"beta_1": 0.5}, {"beta_2": 0.9}, {"epsilon": 0.01}],
}
MAKERS = {"sgd": keras.optimizers.SGD, "rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam}


def draw():
    """Samples [n, 4] and the targets of every form, which depend on the samples and on noise."""
    random = np.random.default_rng(20261129)
    count = sum(SAMPLES.values())
    x = normal(random, (count, 4))
    score = x @ normal(random, (4, 3)) + normal(random, (count, 3), 0.5)
    labels = score.argmax(1).astype(np.int32)
    soft = np.round(np.exp(score) / np.exp(score).sum(1, keepdims=True) * 64) / 64
    soft[:, 2] = 1 - soft[:, 0] - soft[:, 1]
    return x, {
        "reals": np.float32(np.round(score[:, :1] * 64) / 64), "reals3": np.float32(np.round(score * 64) / 64),
        "labels": labels, "labels_real": labels.astype(np.float32), "one_hot": np.eye(3, dtype=np.float32)[labels],
        "soft": np.float32(soft), "binary": (score[:, 0] > 0).astype(np.int32), "binary_real": (score[:, 0] > 0).astype(np.float32),
        "multilabel": (score > 0.3).astype(np.float32), "counts": np.int32(np.clip(np.round(score[:, 0] * 2 + 6), 0, 40)),
    }


def split(array):
    ends = np.cumsum(list(SAMPLES.values()))
    return dict(zip(SAMPLES, (array[:ends[0]], array[ends[0]:ends[1]], array[ends[1]:])))


def write_csv(path, x, words):
    """Training and validation rows; the test samples are left out: mote takes the last rows for validation."""
    rows = SAMPLES["train"] + SAMPLES["val"]
    lines = ["a,b,c,d,kind"] + [",".join(f"{v:.8g}" for v in x[i]) + f",{words[i]}" for i in range(rows)]
    path.write_text("\n".join(lines) + "\n")


# form: (data set, targets that Keras is given, outputs, what data: says besides its path)
FORMS = {
    "reals": ("reals.npz", "reals", 1, {}), "reals3": ("reals3.npz", "reals3", 3, {}),
    "labels": ("labels.npz", "labels", 3, {}), "labels_as_one_hot": ("labels.npz", "one_hot", 3, {}),
    "labels_real": ("labels_real.npz", "labels_real", 3, {}), "labels_real_as_one_hot": ("labels_real.npz", "one_hot", 3, {}),
    "one_hot": ("one_hot.npz", "one_hot", 3, {}), "one_hot_as_labels": ("one_hot.npz", "labels", 3, {}),
    "words": ("words.csv", "labels", 3, {}), "words_as_one_hot": ("words.csv", "one_hot", 3, {}),
    "soft": ("soft.npz", "soft", 3, {}),
    "binary": ("binary.npz", "binary", 1, {}), "binary_real": ("binary_real.npz", "binary_real", 1, {}),
    "binary_words": ("binary_words.csv", "binary", 1, {}),
    "multilabel": ("multilabel.npz", "multilabel", 3, {"target_kind": "values"}),
    "counts": ("counts.npz", "counts", 1, {}), "counts_as_values": ("counts.npz", "counts", 1, {"target_kind": "values"}),
}

# loss, activation (None: linear), from_logits, metrics, forms
COMBINATIONS = [
    ("mse", None, False, ["mae", "mse"], ["reals", "reals3", "counts", "counts_as_values"]),
    ("mse", None, False, ["accuracy", "mae"], ["reals3"]),
    ("mse", "sigmoid", False, ["accuracy", "mae", "mse"], ["binary", "binary_words", "binary_real"]),
    ("mse", "softmax", False, ["accuracy", "mae"], ["one_hot", "labels_as_one_hot", "words_as_one_hot", "soft"]),
    ("mae", None, False, ["mae", "mse"], ["reals", "reals3", "counts"]),
    ("mae", "softmax", False, ["accuracy", "mse"], ["one_hot"]),
    ("binary_crossentropy", "sigmoid", False, ["accuracy", "mae", "mse"],
     ["binary", "binary_real", "binary_words", "multilabel", "one_hot", "labels_as_one_hot", "soft"]),
    ("binary_crossentropy", None, True, ["accuracy"], ["binary", "binary_real", "binary_words", "multilabel"]),
    ("categorical_crossentropy", "softmax", False, ["accuracy", "mae", "mse"],
     ["one_hot", "labels_as_one_hot", "labels_real_as_one_hot", "words_as_one_hot", "soft"]),
    ("categorical_crossentropy", None, True, ["accuracy"], ["one_hot", "labels_as_one_hot", "words_as_one_hot", "soft"]),
    ("sparse_categorical_crossentropy", "softmax", False, ["accuracy"], ["labels", "labels_real", "one_hot_as_labels", "words"]),
    ("sparse_categorical_crossentropy", None, True, ["accuracy"], ["labels", "labels_real", "words"]),
    ("categorical_crossentropy", "sigmoid", False, ["accuracy", "mae"], ["one_hot"]),
    ("sparse_categorical_crossentropy", "sigmoid", False, ["accuracy"], ["labels"]),
    ("binary_crossentropy", "softmax", False, ["accuracy", "mae"], ["one_hot", "multilabel"]),
    ("categorical_crossentropy", None, False, ["accuracy"], ["one_hot"]),
    ("binary_crossentropy", None, False, ["accuracy"], ["binary"]),
    ("categorical_crossentropy", "softmax", True, ["accuracy"], ["one_hot"]),
    ("binary_crossentropy", "sigmoid", True, ["accuracy"], ["multilabel"]),
]


def flow(value):
    """YAML in flow style, as people write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(flow, value)) + "]"
    return str(value)


def fit(units, activation, optimizer, loss, metrics, arrays, epochs, hidden=False):
    layers = [keras.layers.Input((4,))]
    layers += [keras.layers.Dense(3, activation="tanh", kernel_initializer="ones")] if hidden else []
    model = keras.Sequential(layers + [keras.layers.Dense(units, activation=activation, kernel_initializer="ones")])
    model.compile(optimizer=optimizer, loss=loss, metrics=list(metrics))
    history = model.fit(*arrays["train"], batch_size=16, epochs=epochs, shuffle=False, verbose=0, validation_data=arrays["val"])
    figures = model.evaluate(*arrays["test"], batch_size=24, verbose=0, return_dict=True)
    return {key: [float(v) for v in values] for key, values in history.history.items()}, {k: float(v) for k, v in figures.items()}


def loss_of(name, from_logits):
    makers = {"mse": keras.losses.MeanSquaredError, "mae": keras.losses.MeanAbsoluteError,
              "binary_crossentropy": keras.losses.BinaryCrossentropy,
              "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
              "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy}
    return makers[name](from_logits=True) if from_logits else makers[name]()


def metrics_of(names, units, from_logits):
    """Keras' own choice for "accuracy", but for one logit: 0.5 is no threshold of logits, so ask for 0."""
    threshold = from_logits and units == 1
    return [keras.metrics.BinaryAccuracy("accuracy", threshold=0.0) if threshold and name == "accuracy" else name for name in names]


def optimizer_cases(cases, x, targets):
    """Batches of 16 of 48 samples: four epochs are twelve steps, and the losses of each are compared."""
    arrays = {key: (split(x)[key], split(targets["reals"])[key]) for key in SAMPLES}
    for kind, settings in OPTIMIZERS.items():
        for setting in settings:
            name = "_".join([kind] + [key for key in setting])
            history, figures = fit(1, None, MAKERS[kind](**setting), "mse", [], arrays, 4, hidden=True)
            train = {"loss": "mse", "optimizer": {kind: setting} if setting else kind, "batch_size": 16, "epochs": 4, "shuffle": False}
            text = ("data: {path: tests/golden/specs/reals.npz}\nmodel:\n  layers:\n"
                    "    - dense: {units: 3, activation: tanh, kernel_initializer: ones}\n"
                    f"    - dense: {{units: 1, kernel_initializer: ones}}\ntrain: {flow(train)}\n")
            cases[name] = {"spec": text, "history": history, "evaluate": figures}


def objective_cases(cases, x, targets):
    for loss, activation, from_logits, metrics, forms in COMBINATIONS:
        for form in forms:
            path, keras_targets, units, data = FORMS[form]
            y = targets[keras_targets]
            arrays = {key: (split(x)[key], split(y)[key]) for key in SAMPLES}
            if path.endswith(".csv"):
                arrays["test"] = arrays["val"]
            name = "_".join(filter(None, [loss, activation, "logits" if from_logits else None, form, *metrics]))
            history, figures = fit(units, activation, keras.optimizers.SGD(0.25 if units > 1 else 0.02), loss_of(loss, from_logits),
                                   metrics_of(metrics, units, from_logits), arrays, 3)
            train = {"loss": loss, **({"from_logits": True} if from_logits else {}),
                     "optimizer": {"sgd": {"learning_rate": 0.25 if units > 1 else 0.02}}, "batch_size": 16, "epochs": 3, "shuffle": False,
                     "metrics": metrics, **({"validation_split": "0.33333333"} if path.endswith(".csv") else {})}
            layer = {"units": units, "activation": activation or "linear", "kernel_initializer": "ones"}
            text = (f"data: {flow({'path': f'tests/golden/specs/{path}', **data})}\nmodel:\n  layers:\n    - dense: {flow(layer)}\n"
                    f"train: {flow(train)}\n")
            cases[name] = {"spec": text, "history": history, "evaluate": figures}


def main():
    TARGET.mkdir(exist_ok=True)
    x, targets = draw()
    for path in sorted({form[0] for form in FORMS.values()}):
        if path.endswith(".npz"):
            y = targets[path[:-4]]
            save_npz(f"specs/{path}", {f"{letter}_{key}": split(array)[key] for key in SAMPLES for letter, array in (("x", x), ("y", y))})
    write_csv(TARGET / "words.csv", x, [CLASSES[i] for i in targets["labels"]])
    write_csv(TARGET / "binary_words.csv", x, [("no", "yes")[i] for i in targets["binary"]])
    cases = {}
    optimizer_cases(cases, x, targets)
    objective_cases(cases, x, targets)
    (TARGET / "golden.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"specs/golden.json: {len(cases)} cases")


if __name__ == "__main__":
    main()
