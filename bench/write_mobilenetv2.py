# SPDX-License-Identifier: Apache-2.0
"""MobileNetV2 (width 1.0, 224 x 224 x 3, 1,000 classes) with random weights, for `bench/run conversion`:

    python bench/write_mobilenetv2.py OUT.keras      by Keras (pins: tests/golden/requirements.txt)
    python bench/write_mobilenetv2.py OUT.onnx       by PyTorch's exporter (tests/golden/requirements_onnx.txt)
"""
import os
import sys

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]


def write_keras(path):
    import keras
    keras.utils.set_random_seed(1)
    keras.applications.MobileNetV2(input_shape=(224, 224, 3), alpha=1.0, weights=None).save(path)


def write_onnx(path):
    import torch
    from torch import nn

    def convolution(inputs, outputs, kernel, stride=1, groups=1, activation=True):
        layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
        return nn.Sequential(*layers, *([nn.ReLU6()] if activation else []))

    class Block(nn.Module):
        def __init__(self, inputs, outputs, expansion, stride):
            super().__init__()
            wide = inputs * expansion
            first = [convolution(inputs, wide, 1)] if expansion > 1 else []
            self.layers = nn.Sequential(*first, convolution(wide, wide, 3, stride, wide), convolution(wide, outputs, 1, activation=False))
            self.adds = stride == 1 and inputs == outputs

        def forward(self, x):
            return x + self.layers(x) if self.adds else self.layers(x)

    torch.manual_seed(1)
    layers, channels = [convolution(3, 32, 3, 2)], 32
    for expansion, outputs, count, stride in BLOCKS:
        for i in range(count):
            layers.append(Block(channels, outputs, expansion, stride if i == 0 else 1))
            channels = outputs
    layers += [convolution(channels, 1280, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, 1000), nn.Softmax(1)]
    torch.onnx.export(nn.Sequential(*layers).eval(), (torch.zeros(1, 3, 224, 224),), path, dynamo=False)


(write_keras if sys.argv[1].endswith(".keras") else write_onnx)(sys.argv[1])
