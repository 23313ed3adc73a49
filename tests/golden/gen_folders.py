"""Folders as Keras reads them: which files are for validation, letterboxes, sounds; and TensorFlow's word on the pictures of
gen_pictures.py, which has to run first.

Run from the top of the source tree in Keras 3.15's environment (requirements.txt):

    python tests/golden/gen_folders.py

Adds to tests/golden/folders/.
"""
import os
import struct
import tempfile
import wave

import keras
import numpy as np
import tensorflow as tf
from keras.src.utils import dataset_utils

OUT = "tests/golden/folders"


def image(height, width, channels):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return ((40 * y + 9 * x + 70 * c) % 256).astype(np.uint8)


def decode(name, channels):
    with open(f"{OUT}/{name}", "rb") as f:
        return tf.image.decode_image(f.read(), channels=channels, expand_animations=False).numpy()


def pictures():
    """What Pillow made of the files is what TensorFlow makes of them, where it reads them. Not small.gif: TensorFlow takes the
    first frame's size for the picture's, and cuts the frame off at it."""
    for name, channels in (("rgb.bmp", 3), ("rgba.bmp", 4), ("two.gif", 3), ("interlaced.gif", 3), ("transparent.gif", 3),
                           ("lossless.webp", 3), ("lossy.webp", 3)):
        assert np.array_equal(decode(name, channels), np.load(f"{OUT}/{name}.npy")), name
    for name in ("turned6.jpg", "turned3.jpg"):  # orientation is not TensorFlow's affair
        assert np.array_equal(decode(name, 3), decode("turned1.jpg", 3)), name


def letterboxes():
    for name, picture in (("rgb", image(6, 5, 3)), ("wide", image(7, 12, 3))):
        for height, width in ((4, 4), (3, 5), (9, 4), (1, 12), (11, 1), (13, 29)):
            layer = keras.layers.Resizing(height, width, interpolation="bilinear", pad_to_aspect_ratio=True)
            np.save(f"{OUT}/{name}_pad_{height}x{width}.npy", np.asarray(layer(picture.astype(np.float32))))


# Letters and marks whose order in paths is not that of names.
FILES = ["b/3.png", "b/10.png", "b/B.png", "b/in/1.png", "b/in-2/1.png", "b/in/deep/0.png", "b/zz.png", "a/ä.png", "a/z.png",
         "a/Z.png", "a/0/9.png", "a/in/5.png", "a/in.png", "c d/1.png", "c d/2.png", "c d/sub/x.png", "c d/sub-1/x.png"]


def splits():
    """A text: a line of seed, fraction and classes, then the files for training and, behind +, those for validation."""
    with tempfile.TemporaryDirectory() as root, open(f"{OUT}/splits.txt", "w", encoding="utf-8") as out:
        for name in FILES:
            os.makedirs(os.path.dirname(f"{root}/{name}"), exist_ok=True)
            tf.io.write_file(f"{root}/{name}", tf.io.encode_png(image(2, 2, 3)))
        for seed, fraction, classes in ((0, 0.2, None), (1, 0.2, None), (123, 0.5, None), (4294967295, 0.3, None),
                                        (7, 0.25, ["c d", "a"])):
            train, validation = keras.utils.image_dataset_from_directory(
                root, image_size=(2, 2), batch_size=4, seed=seed, validation_split=fraction, subset="both",
                class_names=classes, verbose=False)
            paths, labels, _ = dataset_utils.index_directory(root, "inferred", (".png",), class_names=classes, seed=seed,
                                                             verbose=False)
            count = int(fraction * len(paths))
            assert validation.file_paths == paths[-count:] and train.file_paths == paths[:-count]
            out.write(f"# {seed} {fraction} {','.join(classes or [])}\n")
            for i, path in enumerate(paths):
                out.write(f"{'+' if i >= len(paths) - count else ' '}{labels[i]} {os.path.relpath(path, root)}\n")
    orders = {}
    for seed, count in ((0, 1), (0, 2), (1, 10), (123, 1000), (4294967295, 700), (42, 257)):
        order = np.arange(count, dtype=np.uint32)
        paths = list(order)
        np.random.RandomState(seed).shuffle(paths)
        orders[f"{seed}_{count}"] = np.array(paths, np.uint32)
    np.savez_compressed(f"{OUT}/shuffles.npz", **orders)


def put_wav(name, channels, width, rate, frames):
    with wave.open(f"{OUT}/{name}", "wb") as w:
        w.setnchannels(channels)
        w.setsampwidth(width)
        w.setframerate(rate)
        w.writeframes(frames)


def sounds():
    i = np.arange(20, dtype=np.int64)
    mono = ((i * 7919) % 65536 - 32768).astype(np.int16)
    put_wav("mono16.wav", 1, 2, 8000, mono.astype("<i2").tobytes())
    put_wav("stereo16.wav", 2, 2, 8000, mono.astype("<i2").tobytes())
    for name in ("mono16", "stereo16"):
        with open(f"{OUT}/{name}.wav", "rb") as f:
            data = f.read()
        for length in (-1, 6, 25):
            audio, rate = tf.audio.decode_wav(data, desired_samples=length)
            assert rate.numpy() == 8000
            np.save(f"{OUT}/{name}_{length if length > 0 else 'all'}.npy", audio.numpy())
    put_wav("mono8.wav", 1, 1, 8000, ((i * 31) % 256).astype(np.uint8).tobytes())
    np.save(f"{OUT}/mono8.npy", ((i * 31) % 256).astype(np.uint8).reshape(-1, 1))
    wide = (i * 838861) % (1 << 24) - (1 << 23)
    put_wav("mono24.wav", 1, 3, 8000, b"".join(int(v).to_bytes(3, "little", signed=True) for v in wide))
    np.save(f"{OUT}/mono24.npy", wide.astype(np.float32).reshape(-1, 1))
    put_wav("mono32.wav", 1, 4, 8000, (wide * 256).astype("<i4").tobytes())
    np.save(f"{OUT}/mono32.npy", (wide * 256).astype(np.float32).reshape(-1, 1))
    real = np.sin(i).astype("<f4")
    for name, tag, body in (("float32", 3, real.tobytes()), ("float64", 3, real.astype("<f8").tobytes())):
        bits = 32 if name == "float32" else 64
        fmt = struct.pack("<HHIIHH", tag, 1, 8000, 8000 * bits // 8, bits // 8, bits)
        chunks = b"fmt " + struct.pack("<I", 16) + fmt + b"LIST" + struct.pack("<I", 3) + b"odd\0"
        chunks += b"data" + struct.pack("<I", len(body)) + body
        with open(f"{OUT}/{name}.wav", "wb") as f:
            f.write(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
        np.save(f"{OUT}/{name}.npy", real.reshape(-1, 1))


pictures()
letterboxes()
splits()
sounds()
