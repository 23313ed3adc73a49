# SPDX-License-Identifier: Apache-2.0
"""Whole uint8 networks, as TensorFlow 1 wrote them: weights and activations are uint8 with a zero point each, biases int32.
Random weights; activations keep to about what they would in a trained network. LiteRT's reference kernels answer."""
import numpy as np

from operator_cases import ACTIVATION, Family, Tensor, constant, generator, schema
from operators_convolution import SAME, VALID, conv_options, out_size
from operators_movers import filled
from tflite_builder import build_graph

RELU6 = (np.float32(6 / 255), 0)
SEEDS = 4


class Net:
    """Layer on layer; each method takes a tensor and returns the next."""

    def __init__(self, random, shape):
        self.random, self.steps, self.count = random, [], 0
        self.input = self.tensor(shape, (np.float32(2 / 255), 128))

    def tensor(self, shape, quantization, values=None):
        self.count += 1
        return Tensor("UINT8", tuple(int(d) for d in shape), f"t{self.count}", *quantization, 0, values)

    def step(self, operator, options, operands, shape, quantization, version=1):
        out = self.tensor(shape, quantization)
        self.steps.append((operator, version, options, operands, [out]))
        return out

    def signed(self, width):
        """A quantization of some -width to width."""
        return np.float32(width * self.random.uniform(0.8, 1.2) * 2 / 255), int(self.random.integers(100, 156))

    def weights(self, shape, fan_in, channels, x):
        real = self.random.normal(0, 1.6 / np.sqrt(fan_in), shape)
        low, high = min(real.min(), 0.0), max(real.max(), 0.0)
        scale = np.float32((high - low) / 255)
        zero = int(np.round(-low / scale))
        w = self.tensor(shape, (scale, zero), np.clip(np.round(real / scale) + zero, 0, 255).astype(np.uint8))
        values = np.round(self.random.normal(0.3, 0.5, channels) / (x.scale * scale)).astype(np.int32)
        return w, Tensor("INT32", (channels,), f"bias of {w.name}", np.float32(x.scale * scale), 0, 0, values)

    def conv(self, x, outs, kernel=3, stride=1, activation=ACTIVATION.RELU6, quantization=RELU6, depthwise=False):
        padding = SAME if kernel > 1 else VALID
        window = (x.shape[:3], (kernel, kernel), (stride, stride), (1, 1), padding)
        shape = (1, kernel, kernel, outs) if depthwise else (outs, kernel, kernel, x.shape[3])
        w, b = self.weights(shape, kernel * kernel * (1 if depthwise else x.shape[3]), outs, x)
        h, width = (out_size(size, kernel, stride, 1, padding) for size in x.shape[1:3])
        operator = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        return self.step(operator, conv_options(operator, window, activation, outs // x.shape[3]), [x, w, b],
                         (1, h, width, outs), quantization)

    def separable(self, x, outs, stride=1):
        return self.conv(self.conv(x, x.shape[3], 3, stride, depthwise=True), outs, 1)

    def residual(self, x, outs, stride=1):
        """MobileNet v2's block: expanded, filtered, projected without an activation, and added where shapes allow."""
        y = self.conv(self.conv(x, 3 * x.shape[3], 1), 3 * x.shape[3], 3, stride, depthwise=True)
        y = self.conv(y, outs, 1, activation=ACTIVATION.NONE, quantization=self.signed(4))
        return self.step("ADD", schema.AddOptionsT(), [x, y], y.shape, self.signed(5)) if y.shape == x.shape else y

    def pool(self, operator, x, size):
        options = filled("Pool2D", padding=VALID, filterHeight=size[0], filterWidth=size[1], strideH=size[0], strideW=size[1])
        return self.step(operator, options, [x], (1, x.shape[1] // size[0], x.shape[2] // size[1], x.shape[3]),
                         (x.scale, x.zero_point))

    def reshape(self, x, shape):
        return self.step("RESHAPE", filled("Reshape", newShape=list(shape)), [x, constant("i32", shape, "shape")], shape,
                         (x.scale, x.zero_point))

    def dense(self, x, outs, activation=ACTIVATION.NONE, quantization=None):
        w, b = self.weights((outs, x.shape[1]), x.shape[1], outs, x)
        return self.step("FULLY_CONNECTED", filled("FullyConnected", fusedActivationFunction=activation), [x, w, b],
                         (1, outs), quantization or self.signed(6))

    def softmax(self, x):
        return self.step("SOFTMAX", filled("Softmax", beta=1.0), [x], x.shape, (np.float32(1 / 256), 0))


def cnn(net):
    x = net.pool("MAX_POOL_2D", net.conv(net.input, 6), (2, 2))
    x = net.pool("MAX_POOL_2D", net.conv(x, 8, activation=ACTIVATION.RELU, quantization=(np.float32(0.02), 0)), (2, 2))
    x = net.dense(net.reshape(x, (1, int(np.prod(x.shape)))), 16, ACTIVATION.RELU, (np.float32(0.03), 0))
    return [net.softmax(net.dense(x, 5))]


def mobilenet_v1(net):
    x = net.conv(net.input, 8, stride=2)
    for outs, stride in ((12, 1), (16, 2), (16, 1)):
        x = net.separable(x, outs, stride)
    x = net.pool("AVERAGE_POOL_2D", x, x.shape[1:3])
    x = net.conv(x, 7, 1, activation=ACTIVATION.NONE, quantization=net.signed(5))
    x = net.step("SQUEEZE", filled("Squeeze", squeezeDims=[1, 2]), [x], (1, 7), (x.scale, x.zero_point))
    return [net.softmax(x)]


def mobilenet_v2(net):
    x = net.residual(net.conv(net.input, 6, stride=2), 8)
    for outs, stride in ((8, 1), (12, 2), (12, 1)):
        x = net.residual(x, outs, stride)
    x = net.conv(x, 20, 1)
    x = net.step("MEAN", filled("Reducer", keepDims=False), [x, constant("i32", [1, 2], "axes")], (1, 20), (x.scale, 0))
    return [net.dense(x, 6)]


def ssd(net):
    """Two feature maps, whose heads have scales of their own; boxes are found by the custom operator."""
    coarse = net.separable(fine := net.separable(net.conv(net.input, 8, stride=2), 10), 12, 2)
    parts = {4: [], 3: []}
    for x in (fine, coarse):
        for values, into in parts.items():
            head = net.conv(x, values, 1, activation=ACTIVATION.NONE, quantization=net.signed(4))
            into.append(net.reshape(head, (1, x.shape[1] * x.shape[2], values)))
    anchors = sum(part.shape[1] for part in parts[4])
    boxes, scores = (net.step("CONCATENATION", filled("Concatenation", axis=1), parts[values], (1, anchors, values),
                              net.signed(4.5)) for values in parts)
    scores = net.step("LOGISTIC", None, [scores], scores.shape, (np.float32(1 / 256), 0))
    places = net.random.integers(40, 220, (anchors, 4)).astype(np.uint8)
    options = {"max_detections": 5, "max_classes_per_detection": 1, "nms_score_threshold": 0.4, "nms_iou_threshold": 0.5,
               "num_classes": 2, "y_scale": 10.0, "x_scale": 10.0, "h_scale": 5.0, "w_scale": 5.0}
    found = [Tensor("FLOAT32", shape, name) for shape, name in
             (((1, 5, 4), "found"), ((1, 5), "classes"), ((1, 5), "found_scores"), ((1,), "count"))]
    net.steps.append(("TFLite_Detection_PostProcess", 1, options,
                      [boxes, scores, net.tensor((anchors, 4), (np.float32(1 / 255), 0), places)], found))
    return found


def segmentation(net):
    x = skip = net.conv(net.input, 6)
    x = net.separable(x, 8, 2)
    size = constant("i32", skip.shape[1:3], "size")
    x = net.step("RESIZE_BILINEAR", filled("ResizeBilinear", alignCorners=True), [x, size], (*skip.shape[:3], 8),
                 (x.scale, x.zero_point))
    x = net.step("CONCATENATION", filled("Concatenation", axis=3), [x, skip], (*skip.shape[:3], 14), (np.float32(0.02), 3))
    x = net.conv(x, 4, 1, activation=ACTIVATION.NONE, quantization=net.signed(5))
    best = Tensor("INT32", x.shape[:3], "best")
    net.steps.append(("ARG_MAX", 1, filled("ArgMax", outputType=schema.TensorType.INT32), [x, constant("i32", 3, "axis")],
                      [best]))
    return [best, x]


def make():
    family = Family("uint8_nets", engine="litert")
    for make_net, shape in ((cnn, (1, 12, 12, 1)), (mobilenet_v1, (1, 16, 16, 3)), (mobilenet_v2, (1, 16, 14, 3)),
                            (ssd, (1, 8, 8, 3)), (segmentation, (1, 7, 9, 3))):
        for seed in range(SEEDS):
            name = f"{make_net.__name__}_{seed}"
            net = Net(generator(name), shape)
            outputs = make_net(net)

            def amend(sample, found):
                for values in found[:3]:
                    values[:, int(found[3][0]):] = 0

            family.add_model(name, build_graph([net.input], net.steps, outputs),
                             [net.random.integers(0, 256, (3, *shape)).astype(np.uint8)], outputs,
                             amend=amend if make_net is ssd else None)
    family.save()
