"""Pictures of kinds that TensorFlow writes not, what Pillow makes of them, and tables as pandas one-hot encodes them.

Run from the top of the source tree with requirements_pictures.txt, then gen_folders.py, which reads the files with TensorFlow:

    python tests/golden/gen_pictures.py

Writes tests/golden/folders/: pictures, and beside each NAME.npy, uint8 [height, width, channels].
"""
import io
import os
import struct

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

OUT = "tests/golden/folders"


def image(height, width, channels):
    y, x, c = np.meshgrid(np.arange(height), np.arange(width), np.arange(channels), indexing="ij")
    return ((40 * y + 9 * x + 70 * c) % 256).astype(np.uint8)


def write(name, data):
    with open(f"{OUT}/{name}", "wb") as f:
        f.write(data)


def save(name, array):
    np.save(f"{OUT}/{name}.npy", np.ascontiguousarray(array))


def expect(name, mode):
    with Image.open(f"{OUT}/{name}") as picture:
        save(name, np.asarray(picture.convert(mode)))


def header(width, height, bits, compression, body, masks=b"", palette=b"", size=40):
    """A BMP that Pillow reads and does not write."""
    begin = 14 + size + len(masks) + len(palette)
    info = struct.pack("<IiiHHIIiiII", size, width, height, 1, bits, compression, len(body), 2835, 2835, len(palette) // 4, 0)
    return struct.pack("<2sIHHI", b"BM", begin + len(body), 0, 0, begin) + info + masks + palette + body


def rows(lines):
    return b"".join(line + b"\0" * (-len(line) % 4) for line in lines)


def bmps():
    colours = Image.fromarray(image(6, 5, 3))
    colours.save(f"{OUT}/rgb.bmp")
    expect("rgb.bmp", "RGB")
    Image.fromarray(image(6, 5, 4)).save(f"{OUT}/rgba.bmp")
    save("rgba.bmp", image(6, 5, 4))  # the fourth byte is alpha to TensorFlow, and nothing to Pillow
    Image.fromarray(image(6, 5, 1)[..., 0]).save(f"{OUT}/grey.bmp")
    save("grey.bmp", image(6, 5, 1))
    few = colours.quantize(13)
    few.save(f"{OUT}/palette8.bmp")
    expect("palette8.bmp", "RGB")
    indices = np.asarray(few)
    palette = b"".join(bytes((b, g, r, 0)) for r, g, b in np.array(few.getpalette()).reshape(-1, 3)[:16])
    palette += b"\0" * (64 - len(palette))
    nibbles = [bytes((line[i] << 4 | (line[i + 1] if i + 1 < 5 else 0)) for i in range(0, 5, 2)) for line in indices.tolist()]
    write("palette4.bmp", header(5, 6, 4, 0, rows(nibbles[::-1]), palette=palette))
    expect("palette4.bmp", "RGB")
    write("upside.bmp", header(5, -6, 4, 0, rows(nibbles), palette=palette))
    expect("upside.bmp", "RGB")
    bits = [np.packbits(line & 1).tobytes() for line in indices[::-1]]
    write("bits.bmp", header(5, 6, 1, 0, rows(bits), palette=palette[:8]))
    expect("bits.bmp", "RGB")
    rgb = image(6, 5, 3).astype(np.uint16)
    fives = (rgb[..., 0] >> 3) << 10 | (rgb[..., 1] >> 3) << 5 | rgb[..., 2] >> 3
    write("555.bmp", header(5, 6, 16, 0, rows([line.tobytes() for line in fives[::-1]])))
    expect("555.bmp", "RGB")
    sixes = (rgb[..., 0] >> 3) << 11 | (rgb[..., 1] >> 2) << 5 | rgb[..., 2] >> 3
    masks = struct.pack("<III", 0xF800, 0x7E0, 0x1F)
    write("565.bmp", header(5, 6, 16, 3, rows([line.tobytes() for line in sixes[::-1]]), masks=masks))
    expect("565.bmp", "RGB")
    runs = b"".join(b"".join(bytes((1, i)) for i in line[:2]) + bytes((0, 3)) + bytes(line[2:]) + b"\0" + b"\0\0"
                    for line in indices[::-1].tolist()) + b"\0\1"
    write("rle8.bmp", header(5, 6, 8, 1, runs, palette=palette))
    expect("rle8.bmp", "RGB")
    assert np.array_equal(np.load(f"{OUT}/rle8.bmp.npy"), np.load(f"{OUT}/palette8.bmp.npy"))


def gifs():
    frames = [Image.fromarray(image(6, 5, 3)).quantize(20), Image.fromarray(image(6, 5, 3)[::-1].copy()).quantize(20)]
    frames[0].save(f"{OUT}/two.gif", save_all=True, append_images=frames[1:], interlace=1)
    expect("two.gif", "RGB")
    tall = Image.fromarray(image(19, 16, 3)).quantize(60)  # Pillow interlaces nothing below 16 pixels a side
    tall.save(f"{OUT}/interlaced.gif", interlace=1)
    expect("interlaced.gif", "RGB")
    seen = frames[0].copy()
    seen.save(f"{OUT}/transparent.gif", transparency=3, interlace=0)
    whole = np.asarray(seen.convert("RGB")).copy()
    whole[np.asarray(seen) == 3] = 0  # as TensorFlow has it
    save("transparent.gif", whole)
    small = io.BytesIO()
    Image.fromarray(image(3, 2, 3)).quantize(6).save(small, "GIF")
    data = bytearray(small.getvalue())  # a screen larger than its frame, which lies at (1, 2)
    at = data.index(b",")
    while struct.unpack_from("<HH", data, at + 5) != (2, 3):
        at = data.index(b",", at + 1)
    struct.pack_into("<HH", data, 6, 5, 6)
    struct.pack_into("<HH", data, at + 1, 1, 2)
    write("small.gif", bytes(data))
    canvas = np.zeros((6, 5, 3), np.uint8)
    with Image.open(io.BytesIO(small.getvalue())) as picture:
        canvas[2:5, 1:3] = np.asarray(picture.convert("RGB"))
    save("small.gif", canvas)


def webps():
    Image.fromarray(image(6, 5, 3)).save(f"{OUT}/lossless.webp", lossless=True)
    save("lossless.webp", image(6, 5, 3))
    y, x = np.meshgrid(np.arange(16), np.arange(16), indexing="ij")
    smooth = np.stack([8 * y + 20, 8 * x + 20, 4 * (x + y) + 30], -1).astype(np.uint8)
    Image.fromarray(smooth).save(f"{OUT}/lossy.webp", quality=90)
    expect("lossy.webp", "RGB")
    turned = Image.fromarray(smooth[::-1].copy())
    Image.fromarray(smooth).save(f"{OUT}/two.webp", save_all=True, append_images=[turned], lossless=True)
    save("two.webp", smooth)


def turned():
    """A picture in eight orientations: pixels as stored are the same, as shown they are not."""
    y, x = np.meshgrid(np.arange(16), np.arange(24), indexing="ij")
    smooth = np.stack([8 * y + 20, 8 * x + 20, 4 * (x + y) + 30], -1).astype(np.uint8)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        name = f"turned{orientation}.jpg"
        Image.fromarray(smooth).save(f"{OUT}/{name}", quality=95, exif=exif, subsampling=0)
        with Image.open(f"{OUT}/{name}") as picture:
            save(name, np.asarray(ImageOps.exif_transpose(picture)))


def tables():
    """Categories, with all that RFC 4180 allows: quotes, separators and line ends inside, CRLF."""
    text = 'size,colour,weight,kind\r\n1.5,red,2,cup\r\n2.5,"blue, light",3,mug\r\n3.5,"dark ""red""",4,cup\r\n' \
           '4.5,"two\r\nlines",5,"mug"\r\n5.5,red,6,cup\r\n'
    write("categories.csv", text.encode())
    write("categories.tsv", text.replace("blue, light", "blue; light").replace(",", "\t").encode())
    table = pd.read_csv(io.StringIO(text, newline=""))
    encoded = pd.get_dummies(table.drop(columns="kind"), columns=["colour"], prefix_sep="=")
    encoded = encoded[["size"] + sorted(c for c in encoded if c.startswith("colour=")) + ["weight"]]
    np.savez(f"{OUT}/categories.npz", names=np.array(list(encoded)), x=encoded.to_numpy(np.float32),
             kinds=np.array(sorted(set(table["kind"]))), y=np.array([sorted(set(table["kind"])).index(k) for k in table["kind"]]))


def words():
    """Labels as text, in both of NumPy's types and byte orders."""
    labels = np.array([["dog", "cat", "größer", "cat", "cow", "dog"][i % 6] for i in range(8)])
    np.save(f"{OUT}/words.npy", labels)
    np.save(f"{OUT}/words_big.npy", labels.astype(labels.dtype.newbyteorder(">")))
    np.save(f"{OUT}/words_bytes.npy", np.char.encode(labels, "utf-8"))
    np.save(f"{OUT}/words_column.npy", labels.reshape(-1, 1))
    np.savez_compressed(f"{OUT}/words.npz", x_train=np.arange(24, dtype=np.uint8).reshape(8, 3), y_train=labels,
                        x_test=np.arange(6, dtype=np.uint8).reshape(2, 3), y_test=np.array(["cow", "ant"]))


os.makedirs(OUT, exist_ok=True)
bmps()
gifs()
webps()
turned()
tables()
words()
