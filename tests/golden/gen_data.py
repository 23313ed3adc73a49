"""Golden files for tests/data: what NumPy and TensorFlow's image encoders write.

Run from the top of the source tree with NumPy 2.x and TensorFlow 2.21 (Keras 3.15's environment):

    python tests/golden/gen_data.py

Writes tests/golden/data/. Element i of every array (C order) is (7 * i) % 23 - 5, or without the - 5 for unsigned
types, or i % 3 > 0 for bool; the C tests compute the same. Images: see image().
"""
import io
import os
import zipfile

import numpy as np

OUT = "tests/golden/data"
TYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float16", "float32", "float64"]


def values(dtype, shape):
    i = np.arange(int(np.prod(shape)), dtype=np.int64)
    if dtype == "bool":
        return (i % 3 > 0).reshape(shape)
    v = (7 * i) % 23
    if not dtype.startswith("uint"):
        v = v - 5
    return v.astype(dtype).reshape(shape)


def save(name, array, version=(1, 0)):
    with open(f"{OUT}/{name}", "wb") as f:
        np.lib.format.write_array(f, array, version=version)


def image(height, width, channels):
    """Pixel (y, x, c) = 40 * y + 9 * x + 70 * c modulo 256: PNG keeps it exactly."""
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return ((40 * y + 9 * x + 70 * c) % 256).astype(np.uint8)


def write(name, data):
    with open(f"{OUT}/{name}", "wb") as f:
        f.write(data)


def arrays():
    for t in TYPES:
        save(f"little_{t}.npy", values(t, (2, 3, 4)))
        save(f"big_{t}.npy", values(t, (2, 3, 4)).astype(np.dtype(t).newbyteorder(">")))
    save("fortran.npy", np.asfortranarray(values("int16", (2, 3, 4))))
    save("fortran_big.npy", np.asfortranarray(values("float64", (3, 5)).astype(">f8")))
    save("scalar.npy", values("float32", ()))
    save("empty.npy", values("float32", (3, 0, 2)))
    save("version_2.npy", values("float32", (2, 3, 4)), (2, 0))
    save("version_3.npy", values("float32", (2, 3, 4)), (3, 0))
    arrays = {
        "x_train": values("uint8", (10, 4, 4)),
        "y_train": (np.arange(10) % 3).astype(np.int64),
        "x_test": values("uint8", (6, 4, 4)),
        "y_test": (np.arange(6) % 3).astype(np.int64),
    }
    for name, compression in (("stored.npz", zipfile.ZIP_STORED), ("deflated.npz", zipfile.ZIP_DEFLATED)):
        with zipfile.ZipFile(f"{OUT}/{name}", "w", compression) as archive:
            for key, array in arrays.items():
                raw = io.BytesIO()
                np.lib.format.write_array(raw, array)
                # zip64 headers, as np.savez writes them; a fixed date keeps the file the same
                info = zipfile.ZipInfo(key + ".npy")
                info.compress_type = compression
                with archive.open(info, "w", force_zip64=True) as member:
                    member.write(raw.getvalue())


def images():
    import tensorflow as tf

    write("rgb.png", tf.io.encode_png(image(6, 5, 3)).numpy())
    write("grey.png", tf.io.encode_png(image(6, 5, 1)).numpy())
    write("rgba.png", tf.io.encode_png(image(6, 5, 4)).numpy())
    y, x = np.meshgrid(np.arange(16), np.arange(16), indexing="ij")
    smooth = np.stack([8 * y + 20, 8 * x + 20, 4 * (x + y) + 30], -1).astype(np.uint8)
    jpeg = tf.io.encode_jpeg(smooth, quality=95, chroma_downsampling=False).numpy()
    write("rgb.jpg", jpeg)
    write("grey.jpg", tf.io.encode_jpeg(smooth[..., :1], format="grayscale", quality=95).numpy())
    write("progressive.jpg", tf.io.encode_jpeg(smooth, quality=95, progressive=True, chroma_downsampling=False).numpy())
    for height, width in ((3, 4), (12, 10), (7, 3)):
        resized = tf.image.resize(image(6, 5, 3).astype(np.float32), (height, width), method="bilinear", antialias=False)
        save(f"resized_{height}x{width}.npy", resized.numpy())
    crops(tf)


def crops(tf):
    """The largest part of the wanted proportions, from the middle, in both of Keras' ways; a box, in TensorFlow's."""
    import keras

    write("wide.png", tf.io.encode_png(image(7, 12, 3)).numpy())
    for name, picture in (("rgb", image(6, 5, 3)), ("wide", image(7, 12, 3))):
        for height, width in ((4, 4), (3, 5), (9, 4), (1, 12), (11, 1)):
            layer = keras.layers.Resizing(height, width, interpolation="bilinear", crop_to_aspect_ratio=True)
            cropped = keras.preprocessing.image.smart_resize(
                picture.astype(np.float32), (height, width), interpolation="bilinear"
            )
            cropped = np.asarray(cropped)
            assert np.array_equal(cropped, np.asarray(layer(picture.astype(np.float32))))
            save(f"{name}_middle_{height}x{width}.npy", cropped)
    for top, left, height, width in ((1, 2, 5, 7), (6, 11, 1, 1), (0, 0, 7, 12)):
        box = tf.image.crop_to_bounding_box(image(7, 12, 3).astype(np.float32), top, left, height, width)
        save(f"wide_box_{top}_{left}_{height}_{width}.npy", tf.image.resize(box, (4, 3), method="bilinear").numpy())


os.makedirs(OUT, exist_ok=True)
arrays()
images()
