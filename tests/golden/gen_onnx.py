# SPDX-License-Identifier: Apache-2.0
"""Small networks as PyTorch writes them, and quantized by ONNX Runtime, with ONNX Runtime's answers.

    python gen_onnx.py      (pins: requirements_onnx.txt)

onnx/nets.npz: networks by both exporters, with fixed and open batches, of opset 14 and the exporter's own;
onnx/quantized.npz: QDQ and QOperator models of some, int8, per tensor and per channel. Both have one array, "cases", in the format
of operators/ (operator_cases.py), the file in place of a .tflite; inputs and outputs are in the file's order of axes.
onnx/made.npz: files made by hand.  onnx/external/: a model whose constants lie in another file.  onnx/nodes.npz is check_onnx_nodes.py's; of all three
../fuzz/corpus/onnx has the smallest file of each set of operators.
"""
import logging
import os
import pathlib
import struct
import tempfile
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from torch import nn
from torch.nn import functional as F

FOLDER = pathlib.Path(__file__).resolve().parent / "onnx"


# ---- networks ----

def conv(ins, outs, kernel=3, stride=1, groups=1, activation=nn.ReLU6):
    return nn.Sequential(nn.Conv2d(ins, outs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outs),
                         activation())


class Inverted(nn.Module):
    """MobileNetV2's block."""

    def __init__(self, ins, outs, stride, times):
        super().__init__()
        self.adds = stride == 1 and ins == outs
        self.layers = nn.Sequential(conv(ins, ins * times, 1), conv(ins * times, ins * times, 3, stride, ins * times),
                                    conv(ins * times, outs, 1, activation=nn.Identity))

    def forward(self, x):
        return x + self.layers(x) if self.adds else self.layers(x)


class MobileNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(conv(3, 8, 3, 2), Inverted(8, 8, 1, 2), Inverted(8, 12, 2, 3), Inverted(12, 12, 1, 3),
                                    conv(12, 24, 1))
        self.last = nn.Linear(24, 10)

    def forward(self, x):
        return self.last(F.dropout(F.adaptive_avg_pool2d(self.layers(x), 1).flatten(1), 0.2, self.training))


class Residual(nn.Module):
    def __init__(self, ins, outs, stride):
        super().__init__()
        self.a, self.b = conv(ins, outs, 3, stride, activation=nn.ReLU), conv(outs, outs, activation=nn.Identity)
        self.way = conv(ins, outs, 1, stride, activation=nn.Identity) if ins != outs else nn.Identity()

    def forward(self, x):
        return torch.relu(self.b(self.a(x)) + self.way(x))


class ResNet(nn.Module):
    """Padding that is not SAME, a pool with padding."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(conv(1, 8, 7, 2, activation=nn.ReLU), nn.MaxPool2d(3, 2, 1), Residual(8, 8, 1),
                                    Residual(8, 12, 2), nn.AdaptiveAvgPool2d(1))
        self.last = nn.Linear(12, 5)

    def forward(self, x):
        return self.last(torch.flatten(self.layers(x), 1))


class Recurrent(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.cell = kind(6, 5, batch_first=True, **options)
        self.last = nn.Linear(5 * (2 if options.get("bidirectional") else 1), 3)

    def forward(self, x):
        return self.last(self.cell(x)[0][:, -1])


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = conv(1, 4), conv(4, 6), conv(6, 8)
        self.up, self.d, self.e = nn.ConvTranspose2d(8, 6, 2, 2), conv(12, 6), conv(10, 4)
        self.last = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        a = self.a(x)
        b = self.b(F.max_pool2d(a, 2))
        y = self.d(torch.cat([self.up(self.c(F.max_pool2d(b, 2))), b], 1))
        return self.last(self.e(torch.cat([F.interpolate(y, scale_factor=2, mode="bilinear"), a], 1)))


class Encoder(nn.Module):
    """A transformer over patches."""

    def __init__(self):
        super().__init__()
        self.patches, self.position = nn.Conv2d(1, 8, 4, 4), nn.Parameter(torch.randn(1, 9, 8) * 0.1)
        layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, activation="gelu", norm_first=True)
        self.layers, self.last = nn.TransformerEncoder(layer, 1, enable_nested_tensor=False), nn.Linear(8, 3)

    def forward(self, x):
        return self.last(self.layers(self.patches(x).flatten(2).transpose(1, 2) + self.position).mean(1))


class Mixed(nn.Module):
    """Norms, shuffles, gates."""

    def __init__(self):
        super().__init__()
        self.first, self.group, self.instance = nn.Conv2d(4, 8, 3, padding=1), nn.GroupNorm(2, 8), nn.InstanceNorm2d(8, affine=True)
        self.deep, self.slopes = nn.Conv2d(2, 4, 3, groups=2, padding=1), nn.PReLU(4)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(4, 2, 1), nn.ReLU(), nn.Conv2d(2, 4, 1), nn.Hardsigmoid())

    def forward(self, x):
        x = F.hardswish(self.instance(F.silu(self.group(self.first(x)))))
        x = self.slopes(self.deep(F.pixel_shuffle(x, 2)))
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        return F.pad(x * self.gate(x), (1, 2, 0, 1))


def sequence():
    return nn.Sequential(nn.Conv1d(3, 6, 5, padding=2), nn.BatchNorm1d(6), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(6, 4, 3, padding=2, dilation=2),
                         nn.GELU(), nn.AvgPool1d(2), nn.Flatten(), nn.Linear(16, 4), nn.Softmax(1))


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(12, 16), nn.ReLU(), nn.Linear(16, 16), nn.Tanh(), nn.Linear(16, 3), nn.LogSoftmax(1))


def cnn():
    return nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, 2, 1), nn.ReLU(),
                         nn.Flatten(), nn.Linear(54, 5))


NETS = {
    "mlp": (mlp, (3, 4)), "cnn": (cnn, (1, 12, 12)), "mobilenet": (MobileNet, (3, 24, 24)), "resnet": (ResNet, (1, 24, 24)),
    "lstm": (lambda: Recurrent(nn.LSTM), (7, 6)), "lstm_2": (lambda: Recurrent(nn.LSTM, bidirectional=True, num_layers=2), (4, 6)),
    "gru": (lambda: Recurrent(nn.GRU), (7, 6)), "rnn": (lambda: Recurrent(nn.RNN), (7, 6)), "unet": (UNet, (1, 16, 16)),
    "encoder": (Encoder, (1, 12, 12)), "mixed": (Mixed, (4, 6, 6)), "sequence": (sequence, (3, 16)),
}


def make(name):
    torch.manual_seed(7)
    build, shape = NETS[name]
    net = build()
    for module in net.modules():
        if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
    return net.eval(), torch.randn(2, *shape)


# ---- files ----

def export(net, x, path, dynamo, is_open, **options):
    if is_open:
        options["dynamic_shapes" if dynamo else "dynamic_axes"] = (
            ({0: torch.export.Dim("batch")},) if dynamo else {"x": {0: "batch"}, "y": {0: "batch"}})
    torch.onnx.export(net, (x if is_open else x[:1],), path, input_names=["x"], output_names=["y"], dynamo=dynamo, verbose=False,
                      external_data=False, **options)
    if dynamo:  # the exporter tells every node's lines of source
        model = onnx.load(path)
        for node in model.graph.node:
            del node.metadata_props[:]
        for value in (*model.graph.value_info, *model.graph.input, *model.graph.output):
            del value.metadata_props[:]
        del model.graph.value_info[:], model.graph.metadata_props[:]
        onnx.save(model, path)


def answers(path, samples):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return [session.run(None, {"x": sample[None]})[0] for sample in samples]


class Cases:
    def __init__(self):
        self.blob, self.count = b"", 0

    def add(self, name, path, samples):
        model, outs = pathlib.Path(path).read_bytes(), answers(path, samples)
        text = name.encode()
        self.blob += struct.pack("<I", len(text)) + text + struct.pack("<I", len(model)) + model
        self.blob += struct.pack("<IIIII", 1, 1, len(samples), samples[0].nbytes, outs[0].nbytes)
        for sample, out in zip(samples, outs):
            self.blob += sample.tobytes() + out.tobytes()
        self.count += 1

    def add_feeds(self, name, path, feeds):
        """One sample, of several inputs."""
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        ins = [feeds[i.name] for i in session.get_inputs()]
        outs = session.run(None, {i.name: feeds[i.name] for i in session.get_inputs()})
        model, text = pathlib.Path(path).read_bytes(), name.encode()
        self.blob += struct.pack("<I", len(text)) + text + struct.pack("<I", len(model)) + model
        self.blob += struct.pack("<III", len(ins), len(outs), 1) + b"".join(struct.pack("<I", a.nbytes) for a in ins + outs)
        self.blob += b"".join(a.tobytes() for a in ins + outs)
        self.count += 1

    def save(self, name):
        FOLDER.mkdir(exist_ok=True)
        np.savez_compressed(FOLDER / f"{name}.npz", cases=np.frombuffer(self.blob, np.uint8))
        print(f"onnx/{name}.npz: {self.count} cases, {(FOLDER / f'{name}.npz').stat().st_size} bytes")


class Calibration(CalibrationDataReader):
    def __init__(self, samples):
        self.samples = iter(samples)

    def get_next(self):
        sample = next(self.samples, None)
        return None if sample is None else {"x": sample[None]}


def write_nets(folder):
    cases = Cases()
    for name in NETS:
        net, x = make(name)
        for dynamo in (False, True):
            for is_open in (False, True):
                path = f"{folder}/{name}.onnx"
                export(net, x, path, dynamo, is_open)
                cases.add(f"{name}_{'dynamo' if dynamo else 'script'}_{'open' if is_open else 'fixed'}", path, x.numpy())
        export(net, x, path, False, False, opset_version=14)
        cases.add(f"{name}_14", path, x.numpy())
    cases.save("nets")


def write_quantized(folder):
    cases = Cases()
    for name in ("cnn", "mobilenet", "resnet", "unet"):
        net, x = make(name)
        path, made = f"{folder}/{name}.onnx", f"{folder}/{name}_q.onnx"
        export(net, x, path, False, False)
        samples = torch.randn(20, *x.shape[1:]).numpy()
        for form in (QuantFormat.QDQ, QuantFormat.QOperator):
            for per_channel in (False, True):
                quantize_static(path, made, Calibration(samples), quant_format=form, activation_type=QuantType.QInt8,
                                weight_type=QuantType.QInt8, per_channel=per_channel)
                cases.add(f"{name}_{form.name}_{'channel' if per_channel else 'tensor'}", made, x.numpy())
    cases.save("quantized")


def write_made(folder):
    """What exporters seldom write and the `onnx` package's tests have in other types only."""
    random = np.random.default_rng(3)
    cases = Cases()
    for k, (equation, *shapes) in enumerate([
            ("ij,jk->ik", (3, 4), (4, 5)), ("ij,kj->ki", (3, 4), (5, 4)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
            ("bhqd,bhkd->bhqk", (1, 2, 3, 4), (1, 2, 5, 4)), ("bqhd,bkhd->bhqk", (1, 3, 2, 4), (1, 5, 2, 4)),
            ("abc,cd->abd", (2, 3, 4), (4, 5)), ("i,j->ij", (3,), (4,)), ("ij,ij->", (3, 4), (3, 4)), ("ab,abc", (3, 4), (3, 4, 2)),
            ("ijk->kij", (2, 3, 4)), ("ijk->j", (2, 3, 4)), ("ij->", (2, 3))]):
        for is_constant in (False, True) if len(shapes) > 1 else (False,):
            arrays = [random.normal(size=shape).astype(np.float32) for shape in shapes]
            names = ["x", "w"][:len(shapes)]
            ends = [onnx.helper.make_tensor_value_info(n, 1, s) for n, s in zip(names, shapes)]
            node = onnx.helper.make_node("Einsum", names, ["y"], equation=equation)
            graph = onnx.helper.make_graph([node], "made", ends, [onnx.helper.make_tensor_value_info("y", 1, None)])
            if is_constant:
                graph.initializer.append(onnx.numpy_helper.from_array(arrays[1], "w"))
                del graph.input[1:]
            path = f"{folder}/made.onnx"
            onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), path)
            cases.add_feeds(f"einsum_{k}_{'constant' if is_constant else 'computed'}", path, dict(zip(names, arrays)))
    for form in ("Flatten", "Reshape"):  # an image's elements by weights that lie [inputs, outputs]
        weights = [random.normal(size=shape).astype(np.float32) for shape in ((3, 2, 3, 3), (48, 5))]
        nodes = [onnx.helper.make_node("Conv", ["x", "w0"], ["a"]), onnx.helper.make_node(form, ["a", "shape"][:1 + (form == "Reshape")], ["b"]),
                 onnx.helper.make_node("MatMul", ["b", "w1"], ["y"])]
        constants = [onnx.numpy_helper.from_array(w, f"w{i}") for i, w in enumerate(weights)]
        constants.append(onnx.numpy_helper.from_array(np.int64([1, -1]), "shape"))
        graph = onnx.helper.make_graph(nodes, "made", [onnx.helper.make_tensor_value_info("x", 1, [1, 2, 6, 6])],
                                       [onnx.helper.make_tensor_value_info("y", 1, [1, 5])], constants)
        path = f"{folder}/made.onnx"
        onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), path)
        cases.add_feeds(f"{form.lower()}_matmul", path, {"x": random.normal(size=(1, 2, 6, 6)).astype(np.float32)})
    for case in recurrent_cases():
        add_recurrent(cases, f"{folder}/made.onnx", *case)
    cases.save("made")


def recurrent_cases():
    """Operator, direction, steps, batch, what else there is, attributes."""
    return [("LSTM", "forward", 9, 1, "bias", {}), ("LSTM", "reverse", 9, 2, "bias hidden cell", {}),
            ("LSTM", "bidirectional", 5, 1, "bias lengths last", {}), ("LSTM", "forward", 6, 1, "peepholes bias", {}),
            ("LSTM", "bidirectional", 1, 2, "peepholes", {}), ("LSTM", "forward", 2, 1, "hidden", {}),
            ("GRU", "forward", 9, 1, "bias", {"linear_before_reset": 1}), ("GRU", "reverse", 6, 2, "bias hidden", {}),
            ("GRU", "bidirectional", 5, 1, "bias lengths", {"linear_before_reset": 1}), ("GRU", "forward", 1, 1, "bias", {}),
            ("GRU", "forward", 2, 1, "last", {"linear_before_reset": 1}),
            ("RNN", "bidirectional", 7, 1, "bias lengths hidden", {}), ("RNN", "reverse", 2, 1, "bias", {}),
            ("RNN", "forward", 4, 2, "last", {"activations": ["Relu"]})]


def add_recurrent(cases, path, op, direction, steps, batch, more, attributes):
    """last: Y is not wanted. hidden, cell: inputs of the model; lengths: one step less than there are."""
    random, ins, units, ways = np.random.default_rng(5), 3, 4, 2 if direction == "bidirectional" else 1
    gates = {"RNN": 1, "GRU": 3, "LSTM": 4}[op]

    def draw(*shape):
        return random.normal(0, 0.7, shape).astype(np.float32)

    x, state = draw(steps, batch, ins), (ways, batch, units)
    constants = {"w": draw(ways, gates * units, ins), "r": draw(ways, gates * units, units)}
    names, feeds = ["x", "w", "r"] + [""] * 5, {"x": x}
    for i, name, value, is_fed in ((3, "bias", draw(ways, 2 * gates * units), False),
                                   (4, "lengths", np.full(batch, steps - 1, np.int32), False), (5, "hidden", draw(*state), True),
                                   (6, "cell", draw(*state), True), (7, "peepholes", draw(ways, 3 * units), False)):
        if name in more.split():
            names[i] = name
            (feeds if is_fed else constants)[name] = value
    while not names[-1]:
        names.pop()
    outs = ["" if "last" in more.split() else "y", "h"] + ["c"] * (op == "LSTM")
    shapes = {"y": (steps, ways, batch, units), "h": state, "c": state}
    node = onnx.helper.make_node(op, names, outs, hidden_size=units, direction=direction, **attributes)
    graph = onnx.helper.make_graph([node], "made", [onnx.helper.make_tensor_value_info(n, 1, a.shape) for n, a in feeds.items()],
                                   [onnx.helper.make_tensor_value_info(n, 1, shapes[n]) for n in outs if n],
                                   [onnx.numpy_helper.from_array(a, n) for n, a in constants.items()])
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 14)], ir_version=8), path)
    cases.add_feeds(f"{op}_{direction}_{steps}_{batch}_{more.replace(' ', '_')}", path, feeds)


def write_external(folder):
    net, x = make("mlp")
    export(net, x, f"{folder}/mlp.onnx", False, False)
    out = FOLDER / "external"
    out.mkdir(exist_ok=True)
    (out / "weights.bin").unlink(missing_ok=True)
    onnx.save(onnx.load(f"{folder}/mlp.onnx"), out / "mlp.onnx", save_as_external_data=True, location="weights.bin", size_threshold=64)


def stored_models(path):
    """Of each case its name and its file."""
    blob, at = np.load(path)["cases"].tobytes(), 0

    def number():
        nonlocal at
        at += 4
        return struct.unpack_from("<I", blob, at - 4)[0]

    def text():
        nonlocal at
        count = number()
        at += count
        return blob[at - count:at]

    while at < len(blob):
        name, model = text().decode(), text()
        ins, outs, samples = number(), number(), number()
        step = sum([number() for _ in range(ins + outs)])
        at += samples * step
        yield name, model


def write_corpus():
    """../fuzz/corpus/onnx: the smallest model of each set of operators."""
    folder = FOLDER.parents[1] / "fuzz" / "corpus" / "onnx"
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.onnx"):
        old.unlink()
    least = {}
    for group in ("nodes", "nets", "quantized", "made"):
        for name, model in stored_models(FOLDER / f"{group}.npz"):
            key = tuple(sorted({n.op_type for n in onnx.load_from_string(model).graph.node}))
            if len(model) < 6000 and (key not in least or len(model) < len(least[key][1])):
                least[key] = name, model
    for name, model in least.values():
        (folder / f"{name}.onnx").write_bytes(model)


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    onnxruntime.set_default_logger_severity(4)
    torch.set_num_threads(1)
    os.environ["TORCH_LOGS"] = ""
    with tempfile.TemporaryDirectory() as folder:
        write_nets(folder)
        write_quantized(folder)
        write_made(folder)
        write_external(folder)
    write_corpus()


if __name__ == "__main__":
    main()
