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


# Networks with several inputs or outputs: (inputs, [(layer, name, arguments, inputs)], {output: (loss, from_logits, metrics)},
# weights or None, what the spec says in place of maps by name)
SIDE = ("dense", "side", {"units": 3, "activation": "tanh"}, ["right"])
MAIN = ("dense", "main", {"units": 3, "activation": "tanh"}, ["left"])
JOINED = [MAIN, SIDE, ("concatenate", "joined", {}, ["main", "side"])]
PRICE = ("dense", "price", {"units": 1}, ["joined"])
KIND = ("dense", "kind", {"units": 3, "activation": "softmax"}, ["joined"])
SPARSE = "sparse_categorical_crossentropy"
ENDS = {
    "two_inputs_two_outputs": (["left", "right"], JOINED + [PRICE, KIND],
                               {"price": ("mse", False, ["mae", "mse"]), "kind": (SPARSE, False, ["accuracy"])},
                               {"price": 0.5, "kind": 2.0}, {}),
    "outputs_in_another_order": (["right", "left"], JOINED + [KIND, PRICE],
                                 {"kind": (SPARSE, False, ["accuracy"]), "price": ("mae", False, [])}, None, {}),
    "lists_in_the_outputs_order": (["left", "right"], JOINED + [PRICE, ("dense", "kind", {"units": 3}, ["joined"])],
                                   {"price": ("mse", False, ["mae"]), "kind": (SPARSE, True, ["accuracy"])}, {"price": 2.0, "kind": 0.25},
                                   {"loss": ["mse", SPARSE], "loss_weights": [2.0, 0.25], "metrics": [["mae"], "accuracy"]}),
    "one_loss_for_all": (["left", "right"], JOINED + [PRICE, ("dense", "scores", {"units": 3}, ["joined"])],
                         {"price": ("mse", False, []), "scores": ("mse", False, [])}, None, {"loss": "mse"}),
    "an_output_that_others_read": (["left", "right"], JOINED + [PRICE, ("dense", "kind", {"units": 3, "activation": "softmax"}, ["price"])],
                                   {"price": ("mse", False, ["mae"]), "kind": (SPARSE, False, ["accuracy"])}, None, {}),
    "a_softmax_that_others_read": (["left", "right"], JOINED + [KIND, ("dense", "price", {"units": 1}, ["kind"])],
                                   {"kind": (SPARSE, False, ["accuracy"]), "price": ("mse", False, [])}, None, {}),
    "logits_and_their_softmax": (["left", "right"], JOINED + [("dense", "logits", {"units": 3}, ["joined"]),
                                                              ("activation", "kind", {"activation": "softmax"}, ["logits"])],
                                 {"logits": ("mse", False, ["mse"]), "kind": (SPARSE, False, ["accuracy"])}, {"logits": 0.1, "kind": 1.0}, {}),
    "two_inputs_one_output": (["left", "right"], JOINED[:2] + [("add", "sum", {}, ["main", "side"]), ("dense", "price", {"units": 1}, ["sum"])],
                              {"price": ("mse", False, ["mae"])}, None, {}),
    "one_input_two_outputs": (["left"], [MAIN, ("dense", "price", {"units": 1}, ["main"]), ("dense", "sign", {"units": 1, "activation": "sigmoid"}, ["main"])],
                              {"price": ("mse", False, []), "sign": ("binary_crossentropy", False, ["accuracy"])}, {"price": 1.0, "sign": 3.0}, {}),
}
LAYERS = {"dense": keras.layers.Dense, "concatenate": keras.layers.Concatenate, "add": keras.layers.Add,
          "activation": keras.layers.Activation}


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


def arrays_of_ends(x, targets):
    """By the names of inputs and outputs."""
    return {"left": x[:, :3], "right": x[:, 3:], "price": targets["reals"], "kind": targets["labels"], "scores": targets["reals3"],
            "logits": targets["reals3"], "sign": targets["binary"]}


def network_of(inputs, layers, outputs, widths):
    tensors = {name: keras.Input((widths[name],), name=name) for name in inputs}
    for layer, name, arguments, sources in layers:
        start = {"kernel_initializer": "ones"} if layer == "dense" else {}
        made = LAYERS[layer](**arguments, **start, name=name)
        tensors[name] = made([tensors[s] for s in sources] if len(sources) > 1 else tensors[sources[0]])
    return keras.Model([tensors[name] for name in inputs], [tensors[name] for name in outputs])


def spec_of_ends(inputs, layers, asked, weights, said):
    """YAML as people write it: by name, but for what `said` says otherwise."""
    several = len(asked) > 1
    pick = lambda i: {name: one[i] for name, one in asked.items()} if several else next(iter(asked.values()))[i]
    train = {"loss": pick(0), **({"from_logits": {n: True for n, one in asked.items() if one[1]}} if any(one[1] for one in asked.values()) else {}),
             **({"loss_weights": weights} if weights else {}), "metrics": {n: one[2] for n, one in asked.items() if one[2]} if several else pick(2),
             "optimizer": {"sgd": {"learning_rate": 0.05}}, "batch_size": 16, "epochs": 3, "shuffle": False, **said}
    train = {key: value for key, value in train.items() if value}
    lines = [f"data: {{path: tests/golden/specs/ends.npz}}", "model:", f"  inputs: {flow(inputs)}", "  layers:"]
    for layer, name, arguments, sources in layers:
        start = {"kernel_initializer": "ones"} if layer == "dense" else {}
        lines.append(f"    - {layer}: {flow({**arguments, **start, 'name': name, 'inputs': sources if len(sources) > 1 else sources[0]})}")
    return "\n".join([*lines, f"  outputs: {flow(list(asked))}", f"train: {flow({'shuffle': False, **train})}"]) + "\n"


def ends_cases(cases, x, targets):
    parts = {name: split(array) for name, array in arrays_of_ends(x, targets).items()}
    for name, (inputs, layers, asked, weights, said) in ENDS.items():
        model = network_of(inputs, layers, list(asked), {n: p["train"].shape[-1] for n, p in parts.items()})
        give = lambda key: ([parts[n][key] for n in inputs], [parts[n][key] for n in asked])
        model.compile(optimizer=keras.optimizers.SGD(0.05), loss=[loss_of(one[0], one[1]) for one in asked.values()],
                      loss_weights=[weights[n] for n in asked] if weights else None, metrics=[list(one[2]) for one in asked.values()])
        # One batch of validation: in graph mode Keras' mean of an output's own loss is over batches, however few samples the last has.
        history = model.fit(*give("train"), batch_size=16, epochs=3, shuffle=False, verbose=0, validation_data=give("val"),
                            validation_batch_size=SAMPLES["val"])
        figures = model.evaluate(*give("test"), batch_size=24, verbose=0, return_dict=True)
        cases[name] = {"spec": spec_of_ends(inputs, layers, asked, weights, said),
                       "history": {key: [float(v) for v in values] for key, values in history.history.items()},
                       "evaluate": {key: float(v) for key, v in figures.items()}}


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
    save_npz("specs/ends.npz", {f"{name}_{key}": part for name, array in arrays_of_ends(x, targets).items() for key, part in split(array).items()})
    ends_cases(cases, x, targets)
    (TARGET / "golden.json").write_text(json.dumps(cases, indent=1) + "\n")
    print(f"specs/golden.json: {len(cases)} cases")


if __name__ == "__main__":
    main()
