# SPDX-License-Identifier: Apache-2.0
"""The training jobs of bench/run in PyTorch, as a careful user writes them: all data in memory, no DataLoader, images with
their channels last (faster on a processor), sums kept as tensors, validation without gradients. Prints the wall-clock seconds
of training with validation (imports and reading excluded), the processor time, the BLAS that PyTorch found, and scores.

    /usr/bin/python3 bench/train_torch.py JOB [THREADS]      from the top of the source tree
    JOB: sine mlp cnn (data/mnist), images mobilenet lstm gru (build/bench/data/NAME, written by build/bench/write_images)
"""
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

RELU = nn.ReLU


def idx(name):
    data = open(f"data/mnist/{name}-ubyte", "rb").read()
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(data[3])]
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(shape)


def digits():
    return torch.tensor(idx("train-images-idx3")).float().div(255), torch.tensor(idx("train-labels-idx1")).long()


def pictures(name):
    x = torch.tensor(np.load(f"build/bench/data/{name}/x_train.npy")).float().div(255)
    return x.permute(0, 3, 1, 2).contiguous(), torch.tensor(np.load(f"build/bench/data/{name}/y_train.npy")).long()


def sine():
    x = torch.rand(800, 1) * 2 * np.pi
    y = torch.sin(x) + 0.1 * torch.rand(800, 1)
    net = nn.Sequential(nn.Linear(1, 16), RELU(), nn.Linear(16, 16), RELU(), nn.Linear(16, 1))
    return net, x, y, 200, 600, 16, "rmsprop"


def mlp():
    x, y = digits()
    net = nn.Sequential(nn.Linear(784, 64), RELU(), nn.Linear(64, 64), RELU(), nn.Linear(64, 10))
    return net, x.reshape(-1, 784), y, 12000, 10, 64, "rmsprop"


def conv_pool(channels, filters):
    return [nn.Conv2d(channels, filters, 3), RELU(), nn.MaxPool2d(2)]


def cnn():
    x, y = digits()
    net = nn.Sequential(*conv_pool(1, 16), *conv_pool(16, 16), nn.Flatten(), nn.Linear(400, 10))
    return net, x.reshape(-1, 1, 28, 28), y, 0, 1, 64, "adam"


def images():
    x, y = pictures("images")
    net = nn.Sequential(*conv_pool(3, 16), *conv_pool(16, 16), *conv_pool(16, 16), nn.Conv2d(16, 16, 3), RELU(), nn.Flatten(),
                        nn.Linear(144, 10))
    return net, x, y, 0, 1, 32, "adam"


def norm_relu6(channels):
    return [nn.BatchNorm2d(channels), nn.ReLU6()]


def mobilenet():
    x, y = pictures("mobilenet")
    layers, channels = [nn.Conv2d(3, 8, 3, 2, 1, bias=False), *norm_relu6(8)], 8
    for filters, stride in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1)):
        layers += [nn.Conv2d(channels, channels, 3, stride, 1, groups=channels, bias=False), *norm_relu6(channels),
                   nn.Conv2d(channels, filters, 1, bias=False), *norm_relu6(filters)]
        channels = filters
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(256, 2))
    return net, x, y, 0, 1, 32, "adam"


class Recurrent(nn.Module):
    """The last step's answer through a dense layer."""

    def __init__(self, layer):
        super().__init__()
        self.layer, self.dense = layer, nn.Linear(64, 4)

    def forward(self, x):
        return self.dense(self.layer(x)[0][:, -1])


def sequences(layer):
    x = torch.tensor(np.load("build/bench/data/sequences/x_train.npy")).float().div(255).reshape(-1, 100, 16)
    y = torch.tensor(np.load("build/bench/data/sequences/y_train.npy")).long()
    return Recurrent(layer(16, 64, batch_first=True)), x, y, 0, 10, 32, "adam"


def lstm():
    return sequences(nn.LSTM)


def gru():
    return sequences(nn.GRU)


def blas():
    """The library behind matrix products: Debian's PyTorch takes libblas.so.3, whatever that is."""
    paths = [line.split()[-1] for line in open("/proc/self/maps") if "blas" in line]
    return "openblas" if any("openblas" in path for path in paths) else "reference" if paths else "own"


def optimizer_of(name, net):
    if name == "adam":
        return torch.optim.Adam(net.parameters(), 1e-3, eps=1e-7)
    return torch.optim.RMSprop(net.parameters(), 1e-3, alpha=0.9, eps=1e-7)


def validate(net, loss_of, x, y):
    net.eval()
    with torch.no_grad():
        answers = [net(part) for part in x.split(1000)]
    net.train()
    answers = torch.cat(answers)
    loss = loss_of(answers, y).item()
    return f"val_accuracy {(answers.argmax(1) == y).float().mean().item():.4f}" if y.dtype == torch.long else f"val_loss {loss:.5f}"


def main():
    torch.manual_seed(1)
    torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    net, x, y, held, epochs, batch, optimizer = globals()[sys.argv[1]]()
    loss_of = functional.cross_entropy if y.dtype == torch.long else functional.mse_loss
    x, held_x, y, held_y = x[:len(x) - held], x[len(x) - held:], y[:len(y) - held], y[len(y) - held:]
    x, y = (x[:600], y[:600]) if sys.argv[1] == "sine" else (x, y)
    if x.dim() == 4:
        net, x, held_x = (part.to(memory_format=torch.channels_last) for part in (net, x, held_x))
    started, started_processor, score = time.monotonic(), time.process_time(), ""
    step = optimizer_of(optimizer, net)
    for _ in range(epochs):
        total = torch.zeros(())
        for pick in torch.randperm(len(x)).split(batch):
            loss = loss_of(net(x[pick]), y[pick])
            step.zero_grad(set_to_none=True)
            loss.backward()
            step.step()
            total += loss.detach() * len(pick)
        if held:
            score = validate(net, loss_of, held_x, held_y)
    print(f"seconds {time.monotonic() - started:.4f} processor {time.process_time() - started_processor:.4f} blas {blas()} loss {total.item() / len(x):.5f} {score}")


if __name__ == "__main__":
    main()
