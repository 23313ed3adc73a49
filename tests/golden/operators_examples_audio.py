# SPDX-License-Identifier: Apache-2.0
"""Small networks of the shapes that the field's examples have for sound: TFLite Micro's micro_speech with its audio front end, the
scrambled keyword model, SEANet; MLPerf Tiny's keyword spotting. Random weights; samples are a stream where there are states."""
import keras
import numpy as np
from keras import layers

from operator_cases import ACTIVATION, Family, Tensor, constant, generator, schema, tensor
from operators_convolution import weights
from operators_movers import filled
from operators_recurrent import svdf_float, svdf_integer, svdf_options
from operators_signal import TYPES, plain
from tflite_builder import build_graph
from whole_models import add_keras, open_batch, smooth

RATE, WINDOW, SPECTRUM, CHANNELS = 16000, 480, 257, 40


def mel(frequency):
    return 1127 * np.log1p(frequency / 700)


def filter_bank():
    """Triangles on the mel scale: of each channel, and one more, where its part of the spectrum begins, where its weights do, how
    many there are; the weights of its rising side, and what is left of 4096."""
    places = mel(np.arange(SPECTRUM) * RATE / 2 / (SPECTRUM - 1))
    edges = np.linspace(mel(125), mel(7500), CHANNELS + 2)
    starts, counts, ups = [], [], []
    for low, high in zip(edges[:-1], edges[1:]):
        inside = np.flatnonzero((places >= low) & (places < high))
        starts.append(inside[0] if len(inside) else np.searchsorted(places, low))
        counts.append(len(inside))
        ups += list(np.round((high - places[inside]) / (high - low) * 4096))
    ups = np.array(ups, np.int16)
    return ups, np.int16(4096) - ups, np.array(starts), np.cumsum([0] + counts[:-1]), np.array(counts)


class Chain:
    """Step after step; `after` makes the outputs."""

    def __init__(self, *given):
        self.given, self.steps = list(given), []

    def after(self, operator, options, operands, *made, version=1):
        self.steps.append((operator, version, options, operands, list(made)))
        return made[0] if len(made) == 1 else made

    def file(self, *outputs):
        return build_graph(self.given, self.steps, list(outputs))


def spectrum(chain):
    """Window, the largest scale that fits, Fourier transform, energy; what lies outside of the bank's range becomes zero."""
    hann = np.round(4096 * (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(WINDOW) + 0.5) / WINDOW)))
    x = chain.after("SignalWindow", {"shift": 12}, [chain.given[0], plain("i16", (WINDOW,), "hann", hann.astype(np.int16))],
                    plain("i16", (1, WINDOW), "windowed"))
    x = chain.after("RESHAPE", filled("Reshape", newShape=[-1]), [x, constant("i32", [-1], "flat")], plain("i16", (WINDOW,), "flat_x"))
    x, bits = chain.after("SignalFftAutoScale", None, [x], plain("i16", (WINDOW,), "scaled"), plain("i32", (), "bits"))
    x = chain.after("SignalRfft", {"T": TYPES["i16"], "fft_length": 512}, [x], plain("i16", (2 * SPECTRUM,), "fourier"))
    x = chain.after("SignalEnergy", {"start_index": 4, "end_index": 241}, [x], plain("u32", (SPECTRUM,), "energy"))
    x = chain.after("CAST", filled("Cast"), [x], plain("i32", (SPECTRUM,), "signed"))
    x = chain.after("STRIDED_SLICE", filled("StridedSlice"),
                    [x, *(constant("i32", [n], str(n)) for n in (4, 241, 1))], plain("i32", (237,), "middle"))
    x = chain.after("CONCATENATION", filled("Concatenation", axis=0),
                    [constant("i32", np.zeros(4), "head"), x, constant("i32", np.zeros(16), "tail")],
                    plain("i32", (SPECTRUM,), "joined"))
    return chain.after("CAST", filled("Cast"), [x], plain("u32", (SPECTRUM,), "power")), bits


def features(chain):
    """Mel channels, less their noise, with their gain controlled, as logarithms."""
    x, bits = spectrum(chain)
    bank = [plain("i16", values.shape, name, values.astype(np.int16))
            for name, values in zip(("weights", "unweights", "starts", "weight_starts", "widths"), filter_bank())]
    x = chain.after("SignalFilterBank", {"num_channels": CHANNELS}, [x, *bank], plain("u64", (CHANNELS,), "mel"))
    x = chain.after("SignalFilterBankSquareRoot", None, [x, bits], plain("u32", (CHANNELS,), "root"))
    options = {"num_channels": CHANNELS, "smoothing": 410, "one_minus_smoothing": 15974, "alternate_smoothing": 983,
               "alternate_one_minus_smoothing": 15401, "min_signal_remaining": 819, "smoothing_bits": 10,
               "spectral_subtraction_bits": 14, "clamping": False}
    x, noise = chain.after("SignalFilterBankSpectralSubtraction", options, [x], plain("u32", (CHANNELS,), "clean"),
                           plain("u32", (CHANNELS,), "noise"))
    gains = np.clip(2.0 ** 21 / (np.geomspace(1, 2 ** 20, 125) + 80) ** 0.95 / 8, 0, 32767).astype(np.int16)
    x = chain.after("SignalPCAN", {"snr_shift": 6}, [x, noise, plain("i16", (125,), "gains", gains)],
                    plain("u32", (CHANNELS,), "controlled"))
    return chain.after("SignalFilterBankLog", {"input_correction_bits": 3, "output_scale": 64}, [x],
                       plain("i16", (CHANNELS,), "log"))


def in_int8(chain, x):
    """int32 arithmetic makes 256 / 666 of it, less 128."""
    x = chain.after("CAST", filled("Cast"), [x], plain("i32", (CHANNELS,), "wide"))
    for number, (operator, options, value) in enumerate((
            ("MUL", "Mul", 256), ("ADD", "Add", 333), ("DIV", "Div", 666), ("ADD", "Add", -128),
            ("MAXIMUM", "MaximumMinimum", -128), ("MINIMUM", "MaximumMinimum", 127))):
        x = chain.after(operator, filled(options), [x, constant("i32", value, f"v{number}")], plain("i32", (CHANNELS,), f"x{number}"))
    return chain.after("CAST", filled("Cast"), [x], plain("i8", (CHANNELS,), "out"))


def in_float(chain, x):
    x = chain.after("CAST", filled("Cast"), [x], plain("f32", (CHANNELS,), "real"))
    return chain.after("MUL", filled("Mul"), [x, constant("f32", 1 / 25.6, "scale")], plain("f32", (CHANNELS,), "out"))


def sound(random, count):
    """Tones that come and go over noise, in steps that are stored in little room."""
    t = np.arange(count * WINDOW).reshape(count, 1, WINDOW) / RATE
    loud = np.round(random.uniform(0, 1, (3, count, 1, 1)) ** 3 * 10000)
    tones = sum(a * np.sin(2 * np.pi * f * t) for a, f in zip(loud, (310, 1270, 4400)))
    return (np.round((tones + random.normal(0, 60, t.shape)) / 64) * 64).astype(np.int16)


def front_end(family, random):
    x = sound(random, 24)
    for name, ending in (("int8", in_int8), ("float", in_float)):
        chain = Chain(plain("i16", (1, WINDOW), "sound"))
        out = ending(chain, features(chain))
        family.add_model(f"audio_preprocessor_{name}", chain.file(out), [x], [out])


def scrambled(family, kind):
    """keyword_scrambled: SVDF after SVDF, dense layers between, a change of scales, SOFTMAX."""
    random = generator(f"scrambled_{kind}")
    x = given = tensor(random, kind, (1, 16), "x", scale=0.05 if kind == "i8" else None, zero_point=3 if kind == "i8" else None)
    chain = Chain(given)
    scale, zero = ((np.float32(0.04), -128), (np.float32(0.08), 5)) if kind == "i8" else ((None, 0), (None, 0))
    for number, (units, rank, memory) in enumerate(((12, 1, 8), (10, 2, 6), (8, 1, 10))):
        sizes = 1, x.shape[1], units, rank, memory
        y = tensor(random, kind, (1, units), f"svdf{number}", None, *scale)
        operands = svdf_integer(random, x, y, "i16", sizes) if kind == "i8" else svdf_float(random, x, sizes)
        x = chain.after("SVDF", svdf_options(rank, ACTIVATION.RELU), operands, y, version=3 if kind == "i8" else 1)
        y = tensor(random, kind, (1, units), f"dense{number}", None, *zero)
        types = (kind, "i8" if kind == "i8" else "f32", "i32" if kind == "i8" else "f32")
        x = chain.after("FULLY_CONNECTED", filled("FullyConnected"), [x, *weights(random, types, (units, units), 0, units, x, y, 1)],
                        y, version=4 if kind == "i8" else 1)
    if kind == "i8":
        x = chain.after("QUANTIZE", filled("Quantize"), [x], tensor(random, kind, x.shape, "again", None, np.float32(0.1), 1))
    out = tensor(random, kind, x.shape, "out", None, *((np.float32(1 / 256), -128) if kind == "i8" else (None, 0)))
    chain.after("SOFTMAX", filled("Softmax", beta=1.0), [x], out)
    values = random.normal(0, 1, (50, 1, 16)).astype(np.float32)
    values = values if kind == "f32" else np.clip(np.round(values / 0.05) + 3, -128, 127).astype(np.int8)
    family.add_model(f"keyword_scrambled_{kind}", chain.file(out), [values], [out])


def micro_speech():
    return keras.Sequential([keras.Input((500,)), layers.Reshape((25, 20, 1)),
                             layers.DepthwiseConv2D((10, 8), strides=2, depth_multiplier=4, padding="same", activation="relu"),
                             layers.Flatten(), layers.Dense(4, activation="softmax")])


def ds_cnn():
    """Keyword spotting of MLPerf Tiny, with a quarter of its channels."""
    def normalized(x, layer):
        return layers.ReLU()(layers.BatchNormalization()(layer(x)))

    x = given = keras.Input((25, 10, 1))
    x = normalized(x, layers.Conv2D(16, (10, 4), strides=2, padding="same"))
    for _ in range(3):
        x = normalized(x, layers.DepthwiseConv2D(3, padding="same"))
        x = normalized(x, layers.Conv2D(16, 1))
    x = layers.Flatten()(layers.AveragePooling2D(x.shape[1:3])(layers.Dropout(0.2)(x)))
    return keras.Model(given, layers.Dense(12, activation="softmax")(x))


def seanet():
    """Fewer steps with more channels and back, residual branches, LEAKY_RELU, TRANSPOSE_CONV cut to what is wanted."""
    def leaky(x):
        return layers.LeakyReLU(0.3)(x)

    def branch(x, channels):
        return layers.Add()([x, layers.Conv2D(channels, (1, 1))(leaky(layers.Conv2D(channels, (3, 1))(
            leaky(layers.ZeroPadding2D(((2, 0), (0, 0)))(x)))))])

    x = given = keras.Input((32, 1, 2))
    x = skip = layers.Conv2D(6, (3, 1), padding="same")(x)
    x = layers.Conv2D(10, (4, 1), strides=(2, 1))(layers.ZeroPadding2D(((2, 0), (0, 0)))(leaky(branch(x, 6))))
    x = branch(x, 10)
    x = layers.Conv2DTranspose(6, (4, 1), strides=(2, 1))(leaky(x))[:, :32]
    x = branch(x, 6)
    return keras.Model(given, layers.Conv2D(2, (3, 1), padding="same")(leaky(layers.Subtract()([x, skip]))))


def make():
    keras.utils.set_random_seed(11)
    family, random = Family("examples_audio"), generator("examples_audio")
    front_end(family, random)
    scrambled(family, "i8")
    scrambled(family, "f32")
    words = smooth(random, (25, 20, 1)).reshape(20, 1, 500)
    add_keras(family, "micro_speech", micro_speech(), ("f32", "i8"), [words])
    add_keras(family, "ds_cnn", ds_cnn(), ("f32", "i8", "i16"), [smooth(random, (25, 10, 1))], open_batch)
    add_keras(family, "seanet", seanet(), ("f32", "i8", "i16"), [smooth(random, (32, 1, 2))])
    family.save()
