# SPDX-License-Identifier: Apache-2.0
"""What ESP-PPQ, the quantizer of Espressif's ESP-DL, makes of two small networks: exponents, integers, answers.

    python gen_espdl.py      (pins: requirements_espdl.txt)

espdl/NAME.onnx: the float network; espdl/NAME.npz: for it
    x                   [20, H, W, C], the samples that it is calibrated with, by minmax; channels last, as mote takes them
    TARGET/e/TENSOR     the exponents of a tensor, or of a constant: one, or one a channel
    TARGET/q/CONSTANT   its integers, in mote's order of axes
    TARGET/y            [20, OUT], the integers that ESP-PPQ's executor answers to x
for the TARGETs s3_8, s3_16 (ESP32-S3, and the chips without vector instructions: one scale a tensor, halves go up) and p4_8 (ESP32-P4: a
scale a channel for weights, halves go to even). int16 runs in double precision, as the chip's operators are exact.
"""
import pathlib

import numpy as np
import onnx
import torch
from esp_ppq.api import quantize_onnx_model
from esp_ppq.api.espdl_interface import get_target_platform
from esp_ppq.api.setting import QuantizationSettingFactory
from esp_ppq.executor import TorchExecutor
from esp_ppq.utils.round import ppq_tensor_round
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).resolve().parent / "espdl"
SAMPLES = 20
TARGETS = {"s3_8": ("esp32s3", 8), "s3_16": ("esp32s3", 16), "p4_8": ("esp32p4", 8)}


class Net:
    def __init__(self, seed, shape):
        self.random, self.shape, self.nodes, self.constants = np.random.default_rng(seed), shape, [], {}

    def add(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def constant(self, name, shape, size):
        self.constants[name] = np.float32(self.random.normal(0, size, shape))
        return name

    def conv(self, x, name, outs, ins, kernel, **attributes):
        """ins: channels that a filter reads."""
        size = 1.5 / np.sqrt(ins * kernel * kernel)
        w = self.constant("w_" + name, (outs, ins, kernel, kernel), size)
        return self.add("Conv", [x, w, self.constant("b_" + name, (outs,), 0.3)], name, **attributes)

    def dense(self, x, name, outs, ins):
        w = self.constant("w_" + name, (outs, ins), 1.5 / np.sqrt(ins))
        return self.add("Gemm", [x, w, self.constant("b_" + name, (outs,), 0.3)], name, transB=1)

    def save(self, path, outs):
        graph = helper.make_graph(self.nodes, path.stem, [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *self.shape])],
                                  [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, outs])],
                                  [numpy_helper.from_array(values, name) for name, values in self.constants.items()])
        model = helper.make_model(graph, producer_name="gen_espdl", opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
        onnx.checker.check_model(model, full_check=True)
        path.write_bytes(model.SerializeToString())


def layers():
    """Convolution, depthwise, sum, concatenation, pools, dense."""
    net = Net(1, (2, 8, 8))
    a = net.add("Relu", [net.conv("x", "c1", 6, 2, 3, pads=[1, 1, 1, 1])], "r1")
    b = net.conv(a, "d1", 6, 1, 3, group=6, pads=[1, 1, 1, 1])
    a = net.add("MaxPool", [a], "m1", kernel_shape=[2, 2], strides=[2, 2])
    b = net.add("AveragePool", [b], "a1", kernel_shape=[2, 2], strides=[2, 2])
    k = net.add("Concat", [net.add("Add", [a, b], "s1"), b], "k1", axis=1)
    k = net.add("GlobalAveragePool", [net.conv(k, "c2", 5, 12, 1)], "g1")
    net.dense(net.add("Flatten", [k], "f1"), "y", 3, 5)
    return net, 3, None


def products():
    """Of sums of products alone, so that integers can be compared to the last one."""
    net = Net(2, (3, 9, 9))
    x = net.add("Relu", [net.conv("x", "c1", 8, 3, 3, strides=[2, 2])], "r1")
    x = net.add("Relu", [net.conv(x, "d1", 8, 1, 3, group=8, pads=[1, 1, 1, 1])], "r2")
    x = net.add("Relu", [net.conv(x, "c2", 6, 8, 1)], "r3")
    x = net.add("MaxPool", [x], "m1", kernel_shape=[2, 2], strides=[2, 2])
    x = net.add("Relu", [net.dense(net.add("Flatten", [x], "f1"), "h1", 10, 24)], "r4")
    net.dense(x, "y", 4, 10)
    return net, 4, (6, 2, 2)


def in_motes_order(values, name, flat):
    """flat: what a Flatten makes a row of, which h1 reads."""
    if values.ndim == 4 and name.startswith("w_d"):
        return values.transpose(1, 2, 3, 0)
    if values.ndim == 4:
        return values.transpose(0, 2, 3, 1)
    if flat and name == "w_h1":
        return values.reshape(-1, *flat).transpose(0, 2, 3, 1).reshape(values.shape)
    return values


def quantize(path, x, target, bits):
    setting = QuantizationSettingFactory.espdl_setting(num_of_bits=bits)
    setting.quantize_parameter_setting.calib_algorithm = setting.quantize_activation_setting.calib_algorithm = "minmax"
    platform = get_target_platform(target, bits, hi_precision=bits == 16)
    return quantize_onnx_model(str(path), x, len(x), None, platform=platform, inputs=[x[0]], setting=setting,
                               collate_fn=lambda batch: batch, device="cpu", verbose=0)


def integers(values, config):
    """By ESP-PPQ's rounding; in double, as its own in float moves biases beyond 2^23."""
    scale = config.scale.double()
    if scale.numel() > 1:
        scale = scale.reshape([-1] + [1] * (values.ndim - 1))
    whole = ppq_tensor_round(values.double() / scale, config.rounding)
    return torch.clamp(whole, config.quant_min, config.quant_max).numpy().astype(np.int64)


def narrow(values):
    for kind in (np.int8, np.int16, np.int32):
        if values.min() >= np.iinfo(kind).min and values.max() <= np.iinfo(kind).max:
            return values.astype(kind)
    return values


def describe(graph, prefix, x, flat, out):
    for op in graph.topological_sort():
        for index, (config, variable) in enumerate(op.config_with_variable):
            is_result = index >= op.num_of_input
            if not (is_result or variable.is_parameter or variable.name == "x"):
                continue
            exponents = np.log2(np.atleast_1d(config.scale.numpy().astype(np.float64)))
            assert (exponents == np.round(exponents)).all()
            out[f"{prefix}/e/{variable.name}"] = exponents.astype(np.int8)
            if variable.is_parameter:
                whole = in_motes_order(integers(variable.value, config), variable.name, flat)
                out[f"{prefix}/q/{variable.name}"] = narrow(np.ascontiguousarray(whole))
    scale = 2.0 ** out[f"{prefix}/e/y"][0]
    executor = TorchExecutor(graph=graph, device="cpu")
    answers = np.concatenate([executor.forward(inputs=[sample])[0].detach().numpy() for sample in x]) / scale
    assert (answers == np.round(answers)).all()
    out[f"{prefix}/y"] = narrow(answers.astype(np.int64))


def make(function):
    net, outs, flat = function()
    path = FOLDER / f"{function.__name__}.onnx"
    net.save(path, outs)
    x = np.float32(net.random.normal(0, 1, (SAMPLES, 1, *net.shape)))  # no value lies halfway: there mote rounds inputs away from 0
    out = {"x": np.ascontiguousarray(x[:, 0].transpose(0, 2, 3, 1))}
    samples = [torch.tensor(sample) for sample in x]
    for prefix, (target, bits) in TARGETS.items():
        describe(quantize(path, samples, target, bits), prefix, samples, flat, out)
    np.savez_compressed(path.with_suffix(".npz"), **out)
    print(path.stem, path.stat().st_size, path.with_suffix(".npz").stat().st_size)


if __name__ == "__main__":
    torch.set_num_threads(1)
    FOLDER.mkdir(exist_ok=True)
    make(layers)
    make(products)
