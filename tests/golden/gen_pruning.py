# SPDX-License-Identifier: Apache-2.0
"""When TensorFlow's model optimization toolkit prunes, how much, and which weights. Writes pruning.npz.

    V/bin/pip install --no-deps tensorflow-model-optimization==0.8.0 dm-tree==0.1.10 attrs==26.1.0
    python gen_pruning.py            (pins: requirements.txt, and these)
"""
import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"

import numpy as np

from common import save_npz

import tensorflow as tf  # noqa: E402
from tensorflow_model_optimization.python.core.sparsity.keras import pruning_impl, pruning_schedule  # noqa: E402

SCHEDULES = [(0.0, 0.5, 0, 100), (0.0, 0.9, 10, 60), (0.5, 0.8, 3, 4), (0.25, 0.95, 200, 1000)]
SHARES = [0.1, 0.5, 0.8, 0.9, 0.97]


def schedule(initial, final, begin, end):
    """step and share, for the steps from begin to end at which it prunes; one choice a step."""
    made = pruning_schedule.PolynomialDecay(initial, final, begin, end, power=3, frequency=1)
    steps = sorted({*np.linspace(begin, end, 11).astype(int)})
    return np.int32(steps), np.float32([made(tf.constant(int(s)))[1].numpy() for s in steps])


def mask(weights, share):
    constant = pruning_schedule.ConstantSparsity(share, 0, frequency=1)
    pruning = pruning_impl.Pruning(lambda: tf.constant(0, tf.int64), [], constant, (1, 1), "AVG")
    return pruning._update_mask(tf.constant(weights))[1].numpy()


def main():
    random = np.random.default_rng(20)
    arrays = {}
    for i, (initial, final, begin, end) in enumerate(SCHEDULES):
        steps, shares = schedule(initial, final, begin, end)
        arrays |= {f"schedule{i}/plan": np.float32([initial, final, begin, end]), f"schedule{i}/step": steps,
                   f"schedule{i}/share": shares}
    weights = np.float32(random.standard_normal((12, 31)))  # [I, O], no two of one magnitude
    assert len(np.unique(np.abs(weights))) == weights.size
    arrays["masks/weights"] = weights.T  # [O, I]
    arrays["masks/share"] = np.float32(SHARES)
    arrays["masks/kept"] = np.stack([np.uint8(mask(weights, s)).T for s in SHARES])
    save_npz("pruning.npz", arrays)


main()
