# SPDX-License-Identifier: Apache-2.0
"""Files for other people's programs: what mote writes of every committed model.

    python files.py MOTE FOLDER

    FOLDER/KIND/NAME.tflite, NAME_int8.tflite      of each model of Keras, of ONNX, and of each spec; KIND: keras, onnx, specs
    FOLDER/KIND/NAME_SCHEME.tflite, SCHEMES        of whole networks
    FOLDER/KIND/NAME_KEPT.tflite, MIXED            of whole networks, where they have such layers
    FOLDER/KIND/NAME.onnx, NAME_int8.onnx          of each model, and in int8 of whole networks
    FOLDER/KIND/NAME.SUFFIX                        in the other formats that mote writes (WRITTEN)

What mote refuses stands in FOLDER/KIND/refused.txt, a line a file with the reason.
"""
import json
import pathlib
import subprocess
import sys

import numpy as np

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "golden"
sys.path.insert(0, str(GOLDEN))
from operator_cases import generator, stored_models  # noqa: E402

ROOT = GOLDEN.parents[1]
TYPES = {"float32": np.float32, "int32": np.int32, "int8": np.int8, "uint8": np.uint8, "int16": np.int16, "int64": np.int64, "uint32": np.uint32, "float64": np.float64,
         "bool": np.bool_}
EXAMPLES = ["examples/sine/sine.yaml", "examples/mnist/mnist.yaml", "examples/mnist-cnn/mnist-cnn.yaml",
            "examples/mnist-resnet/mnist-resnet.yaml"]
SCHEMES = {"int16x8": "int16", "int4": "int8", "float16": None, "dynamic": None}  # with the type of the ends of what is calibrated
MIXED = {"some_int16": ["int16x8:*CONV_2D"], "some_real": ["float32:FULLY_CONNECTED", "float32:*CONV_2D", "int16x8:SOFTMAX"],
         "some_of_all": ["float32:CONV_2D", "int16x8:DEPTHWISE_CONV_2D", "int4:FULLY_CONNECTED"]}  # layers with schemes of their own
WRITTEN = ["tflite", "keras", "h5", "onnx"]  # of what `mote build` leaves in a run


class Maker:
    def __init__(self, mote, folder):
        self.mote, self.folder, self.refused = str(mote), folder, []
        folder.mkdir(parents=True, exist_ok=True)
        self.source = folder / "sources"
        self.source.mkdir(exist_ok=True)

    def run(self, *arguments):
        return subprocess.run([self.mote, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT)

    def convert(self, source, name, *options):
        done = self.run("convert", source, "-o", self.folder / name, *options)
        if done.returncode != 0:
            self.refused.append(f"{name}: {done.stderr.strip().replace(str(self.source) + '/', '')}")
        return done.returncode == 0

    def has_loop(self, name):
        layers = json.loads(self.run("inspect", self.folder / name, "--json").stdout)["layers"]
        return any(layer["operator"] == "WHILE" for layer in layers)

    def samples(self, name):
        """Three drawn ones of each input, as options."""
        inputs = json.loads(self.run("inspect", self.folder / f"{name}.tflite", "--json").stdout)["inputs"]
        random, options = generator(name), []
        for i, end in enumerate(inputs):
            path = self.source / f"x{i}.npy"
            x = random.normal(0, 1, [3] + end["shape"][1 if end["batched"] else 0:])
            np.save(path, x.astype(TYPES[end["dtype"]]))
            options += [f"{end['name']}={path}" if len(inputs) > 1 else path]
        return options

    def model(self, name, source, is_network=False):
        """Float32, and int8 where it has a form of integers; of networks the other schemes, too."""
        if not self.convert(source, f"{name}.tflite"):
            return
        values = [word for option in self.samples(name) for word in ("--calibrate", option)]
        int8 = ("--quantize", "int8", "--io", "int8", *values)
        if self.convert(source, f"{name}_int8.tflite", *int8) and self.has_loop(f"{name}_int8.tflite"):  # of which Vela takes none
            (self.folder / f"{name}_int8.tflite").rename(self.folder / f"{name}_int8_loop.tflite")
            self.convert(source, f"{name}_int8.tflite", "--unroll", *int8)
        self.convert(source, f"{name}.onnx")
        if not is_network:
            return
        self.convert(source, f"{name}_int8.onnx", *int8)
        for scheme, io in SCHEMES.items():
            self.convert(source, f"{name}_{scheme}.tflite", "--quantize", scheme, *(("--io", io, *values) if io else ()))
        for kept, layers in MIXED.items():
            self.convert(source, f"{name}_{kept}.tflite", *int8, *(word for layer in layers for word in ("--keep", layer)))

    def tell_refused(self):
        (self.folder / "refused.txt").write_text("".join(line + "\n" for line in self.refused))
        count = len(list(self.folder.glob("*.*"))) - 1
        print(f"{self.folder.name}: {count} files, {len(self.refused)} refused", flush=True)


def make_keras(mote, folder):
    maker = Maker(mote, folder / "keras")
    files = np.load(GOLDEN / "keras/files.npz")
    for key in files:
        name, suffix = key.rsplit(".", 1)
        if suffix in ("keras", "h5", "k2"):
            source = maker.source / f"{name}.{suffix}"
            source.write_bytes(files[key].tobytes())
            maker.model(f"{name}.{suffix}", source, suffix == "keras" and name.startswith("net_"))
    maker.tell_refused()


def make_onnx(mote, folder):
    maker = Maker(mote, folder / "onnx")
    for family in ("nets", "quantized", "made", "nodes"):
        for name, model, _ in stored_models(GOLDEN / f"onnx/{family}.npz"):
            source = maker.source / f"{family}_{name}.onnx"
            source.write_bytes(model)
            maker.model(f"{family}_{name}", source, family == "nets")
    maker.model("external", GOLDEN / "onnx/external/mlp.onnx")
    maker.tell_refused()


def texts_of_specs():
    """name, text: with absolute paths, MNIST's part that lies here, and int8."""
    for path in EXAMPLES:
        text = (ROOT / path).read_text().replace("path: data/mnist", "path: examples/mnist/subset")
        yield pathlib.Path(path).stem, text.replace("path: examples/", f"path: {ROOT}/examples/")
    for name, case in json.loads((GOLDEN / "specs/golden.json").read_text()).items():
        text = case["spec"].replace("path: tests/", f"path: {ROOT}/tests/")
        yield name, f"name: model\n{text}convert: {{quantize: int8, io: int8}}\n"


def make_specs(mote, folder):
    """With the .h5 of build/tests/write_trained, where that is built: mote's commands write .keras."""
    maker = Maker(mote, folder / "specs")
    write_trained = mote.parent / "tests/write_trained"
    for name, text in texts_of_specs():
        spec, run = maker.source / f"{name}.yaml", maker.source / f"run_{name}"
        spec.write_text(text)
        done = maker.run("build", spec, "-o", run)
        if done.returncode != 0:
            maker.refused.append(f"{name}: {done.stderr.strip()}")
            continue
        if write_trained.exists():
            subprocess.run([write_trained, spec, run / "model"], capture_output=True, cwd=ROOT)
        for path in run.glob("model*.*"):
            if path.suffix[1:] in WRITTEN:
                path.rename(maker.folder / path.name.replace("model", name))
    maker.tell_refused()


def different(paths):
    """The paths, without those whose bytes another one has: models that were saved in several formats."""
    first = {}
    for path in map(pathlib.Path, paths):
        first.setdefault(path.read_bytes(), path)
    return list(first.values())


def main():
    mote, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    make_specs(mote, folder)
    make_keras(mote, folder)
    make_onnx(mote, folder)


if __name__ == "__main__":
    main()
