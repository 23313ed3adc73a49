# SPDX-License-Identifier: Apache-2.0
"""Keras' preprocessing layers with what they draw given: what they make of pictures. Writes augment.npz.

    python gen_augment.py             (pins: requirements.txt)

A case has `x`, `y` [height, width, channels], `drawn` (as src/train/augment.h orders it) and `numbers`: kind, flip, fill_mode
(both as include/mote/augment.h numbers them), fill_value, value_range.
"""
import numpy as np

from common import save_npz

import keras  # noqa: E402
import tensorflow as tf  # noqa: E402

L = keras.layers
KINDS = ("flip", "translation", "rotation", "zoom", "crop", "brightness", "contrast", "saturation", "hue", "erasing")
FLIPS = ("horizontal_and_vertical", "horizontal", "vertical")
FILLS = ("reflect", "constant", "nearest", "wrap")


def batch(*numbers):
    return [tf.constant([[n]], tf.float32) for n in numbers]


def rotate(layer, x, drawn):
    zero, one = tf.zeros([1]), tf.ones([1])
    matrix = layer._compute_affine_matrix(
        center_x=0.5, center_y=0.5, angle=tf.constant([drawn[0]], tf.float32), translate_x=zero, translate_y=zero, scale=one,
        shear_x=zero, shear_y=zero, height=x.shape[1], width=x.shape[2])
    return layer.transform_images(x, {"rotation_matrix": matrix})


def erase(layer, x, drawn):
    on, x0, x1, y0, y1 = drawn
    corners = [tf.constant([v], tf.float32) for v in (x0, x1, y0, y1)]
    return layer.transform_images(x, {"apply_erasing": tf.constant([on == 1]), "fill_value": layer._get_fill_value(x, x.shape, 1),
                                      "batch_masks": layer._generate_batch_mask(x.shape, corners)})


def run(kind, x, drawn, flip, fill, fill_value, value_range):
    moved = {"fill_mode": fill, "fill_value": fill_value}
    column = tf.constant([drawn[:1]], tf.float32)
    if kind == "flip":
        return L.RandomFlip(flip).transform_images(x, {"flips": tf.constant(drawn[0] == 1, shape=(1, 1, 1, 1))})
    if kind == "translation":
        return L.RandomTranslation(0.5, 0.5, **moved).transform_images(
            x, {"translations": tf.constant([[drawn[1], drawn[0]]], tf.float32)})
    if kind == "rotation":
        return rotate(L.RandomRotation(0.5, **moved), x, drawn)
    if kind == "zoom":
        return L.RandomZoom(0.5, **moved).transform_images(
            x, {"height_zoom": column, "width_zoom": tf.constant([drawn[1:2]], tf.float32)})
    values = {"value_range": value_range}
    one = tf.constant(drawn[0], tf.float32, shape=(1, 1, 1, 1))
    if kind == "brightness":
        return L.RandomBrightness(0.5, **values).transform_images(x, {"rgb_delta": one})
    if kind == "contrast":
        return L.RandomContrast(0.5, **values).transform_images(x, {"contrast_factor": one})
    if kind == "saturation":
        return L.RandomSaturation(0.5, **values).transform_images(x, {"factor": tf.constant(drawn[:1], tf.float32)})
    if kind == "hue":
        return L.RandomHue(0.5, **values).transform_images(x, {"factor": tf.constant(drawn[:1], tf.float32)})
    return erase(L.RandomErasing(1.0, fill_value=fill_value, **values), x, drawn)


def add(arrays, name, kind, x, drawn, flip=FLIPS[0], fill=FILLS[0], fill_value=0.0, value_range=(0, 1)):
    y = run(kind, tf.constant(x[None]), list(drawn), flip, fill, fill_value, value_range)
    numbers = [KINDS.index(kind), FLIPS.index(flip), FILLS.index(fill), fill_value, *value_range]
    arrays.update({f"{name}/x": x, f"{name}/y": np.float32(y)[0], f"{name}/numbers": np.float32(numbers),
                   f"{name}/drawn": np.float32(list(drawn) + [0] * (5 - len(drawn)))})


def main():
    random = np.random.default_rng(7)
    colour, grey = (random.random(shape, np.float32) for shape in ((7, 9, 3), (6, 5, 1)))
    line = random.random((1, 6, 2), np.float32)
    arrays = {}
    for flip in FLIPS:
        add(arrays, f"flip_{flip}", "flip", colour, [1], flip=flip)
    add(arrays, "flip_not", "flip", colour, [0])
    for fill in FILLS:
        for name, x in (("colour", colour), ("grey", grey), ("line", line)):
            moved = {"fill": fill, "fill_value": 0.25}
            for i, (down, right) in enumerate(((2, -1), (0.5, 1.25), (-3.75, 6.5), (-14.5, 21.25))):
                add(arrays, f"translation_{fill}_{name}_{i}", "translation", x, [down, right], **moved)
            for i, angle in enumerate((10, -75.5, 180)):
                add(arrays, f"rotation_{fill}_{name}_{i}", "rotation", x, [angle], **moved)
            for i, zoom in enumerate(((0.7, 0.7), (1.6, 0.8), (1.95, 1.3))):
                add(arrays, f"zoom_{fill}_{name}_{i}", "zoom", x, zoom, **moved)
    bytes_like = np.float32(random.integers(0, 256, (5, 4, 3)))
    for name, x, values in (("unit", colour, (0, 1)), ("bytes", bytes_like, (0, 255)), ("sign", colour * 2 - 1, (-1, 1))):
        size = values[1] - values[0]
        for i, delta in enumerate((0.3, -0.45)):
            add(arrays, f"brightness_{name}_{i}", "brightness", x, [delta * size], value_range=values)
        for i, factor in enumerate((1.4, 0.2)):
            add(arrays, f"contrast_{name}_{i}", "contrast", x, [factor], value_range=values)
        for i, factor in enumerate((0.2, -0.35)):
            add(arrays, f"hue_{name}_{i}", "hue", x, [factor], value_range=values)
    grey_pixels = np.float32(np.repeat(random.random((3, 4, 1)), 3, -1))
    grey_pixels[0, 0] = 0
    grey_pixels[1, :2] = [[1, 0, 0], [0, 1, 1]]
    for name, x in (("colour", colour), ("grey", grey_pixels)):
        for i, factor in enumerate((0, 0.4, 1, 2.5)):
            add(arrays, f"saturation_{name}_{i}", "saturation", x, [factor])
        add(arrays, f"hue_{name}", "hue", x, [0.3])
    for i, box in enumerate(((1.3, 5.3, 0.2, 4.9), (0, 9, 0, 7), (4.1, 4.6, 2, 3))):
        add(arrays, f"erasing_{i}", "erasing", colour, [1, *box], fill_value=0.6)
    add(arrays, "erasing_not", "erasing", colour, [0, 1, 5, 1, 5], fill_value=0.6)
    save_npz("augment.npz", arrays)
    print(len({name.split("/")[0] for name in arrays}), "cases")


if __name__ == "__main__":
    main()
