# SPDX-License-Identifier: Apache-2.0
"""Ten steps of Keras' optimizers on 17 weights with given gradients. Writes optimizers.npz.

    python gen_optimizers.py         (pins: requirements.txt)
"""
import numpy as np

from common import normal, save_npz

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

STEPS, WEIGHTS = 10, 17
OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(),
    "sgd_momentum": lambda: keras.optimizers.SGD(momentum=0.9),
    "sgd_nesterov": lambda: keras.optimizers.SGD(momentum=0.9, nesterov=True),
    "rmsprop": lambda: keras.optimizers.RMSprop(),
    "rmsprop_momentum": lambda: keras.optimizers.RMSprop(momentum=0.9),
    "rmsprop_centered": lambda: keras.optimizers.RMSprop(centered=True),
    "rmsprop_all": lambda: keras.optimizers.RMSprop(0.01, rho=0.8, momentum=0.5, epsilon=1e-3, centered=True),
    "adam": lambda: keras.optimizers.Adam(),
    "adam_epsilon": lambda: keras.optimizers.Adam(0.01, epsilon=1e-4),
    "adam_all": lambda: keras.optimizers.Adam(0.005, beta_1=0.8, beta_2=0.95, epsilon=1e-5),
}


def attributes(optimizer):
    """learning rate, momentum, nesterov, rho, centered, beta 1, beta 2, epsilon; 0 where the optimizer has none."""
    settings = optimizer.get_config()
    names = ("learning_rate", "momentum", "nesterov", "rho", "centered", "beta_1", "beta_2", "epsilon")
    return np.float32([settings.get(name) or 0 for name in names])


def draw_gradients(random):
    gradients = normal(random, (STEPS, WEIGHTS))
    gradients[:, 0] = 0.0                                    # a weight that never learns
    gradients[:, 1] *= 1e-6                                  # below epsilon
    gradients[:, 2] *= 1e3
    gradients[:, 3] = 0.5                                    # constant: a centered variance of nearly 0
    gradients[5:, 4] = 0.0                                   # learns, then coasts
    gradients[:5, 5] = 0.0
    return gradients


def main():
    random = np.random.default_rng(20261121)
    start, gradients = normal(random, WEIGHTS), draw_gradients(random)
    arrays = {"start": start, "gradients": gradients}
    for name, make in OPTIMIZERS.items():
        steps = {}
        for dtype in ("float32", "float64"):
            weights, optimizer = keras.Variable(start.astype(dtype), dtype=dtype), make()
            optimizer.build([weights])
            steps[dtype] = []
            for gradient in gradients:
                optimizer.apply([tf.constant(gradient.astype(dtype))])
                steps[dtype].append(weights.numpy())
        arrays[f"{name}/attrs"] = attributes(optimizer)
        arrays[f"{name}/weights"] = np.stack(steps["float32"])
        gap = np.abs(np.stack(steps["float32"]) - np.stack(steps["float64"])) / np.maximum(1, np.abs(steps["float64"]))
        print(f"{name}: float32 against float64: {gap.max():.1e} (weight {gap.max(0).argmax()})")
    save_npz("optimizers.npz", arrays)


if __name__ == "__main__":
    main()
