# SPDX-License-Identifier: Apache-2.0
"""Custom operators of TFLite Micro: its audio front end, and CIRCULAR_BUFFER.  One file an operator.

Where an operator has nothing to say yet, Micro leaves in its output what was in its memory; mote writes zeros.  `amend` makes
zeros of that in Micro's answers.  Options named T are types, which TensorFlow adds.
"""
import numpy as np

from operator_cases import Family, Tensor, generator, schema, tensor
from tflite_builder import build_graph

SAMPLES = 6
TYPES = {"i16": schema.TensorType.INT16, "i32": schema.TensorType.INT32, "f32": schema.TensorType.FLOAT32}


def plain(kind, shape, name, values=None):
    """Numbers without a scale."""
    kinds = {"i8": "INT8", "i16": "INT16", "i32": "INT32", "u32": "UINT32", "u64": "UINT64", "f32": "FLOAT32", "bool": "BOOL"}
    return Tensor(kinds[kind], tuple(int(d) for d in shape), name, values=values)


def draw_wave(random, kind, shape, count=SAMPLES):
    """Samples of a signal: noise, full and weak, all lowest, all highest, a tone."""
    if kind == "f32":
        return random.normal(0, 1, (count, *shape)).astype(np.float32)
    limits = np.iinfo({"i8": np.int8, "i16": np.int16, "i32": np.int32}[kind])
    values = random.integers(limits.min, limits.max, (count, *shape), limits.dtype, endpoint=True)
    values[1 % count] = values[1 % count] >> (limits.bits // 2)
    if count > 3:
        values[2], values[3] = limits.min, limits.max
    if count > 4:
        tone = np.sin(np.arange(shape[-1]) * random.uniform(0.1, 3)) * limits.max * 0.7
        values[4] = tone.astype(limits.dtype)
    return values


def draw_unsigned(random, kind, shape, count=SAMPLES):
    """Numbers of all sizes."""
    bits = 32 if kind == "u32" else 64
    dtype = np.uint32 if kind == "u32" else np.uint64
    values = random.integers(0, 2 ** 64, (count, *shape), np.uint64, endpoint=False)
    values >>= random.integers(64 - bits, 63, (count, *shape), endpoint=True).astype(np.uint64)
    values[0].flat[0], values[-1].flat[0] = 0, 2 ** bits - 1
    return values.astype(dtype)


def delay():
    family = Family("signal_delay")
    shapes = [(7,), (1, 5), (2, 3), (3, 2, 4), (1, 1), (16,), (1, 1, 9)]
    for number in range(24):
        random = generator(f"delay{number}")
        shape, length = shapes[number % len(shapes)], [0, 1, 3, 5, 8, 20, 13, 2][number % 8]
        family.add(f"i16_{number}", "SignalDelay", 1, {"delay_length": length}, [plain("i16", shape, "in")],
                   [plain("i16", shape, "out")], samples=[draw_wave(random, "i16", shape)])
    family.save()


def framer():
    family = Family("signal_framer")
    for number in range(28):
        random = generator(f"framer{number}")
        step = int(random.integers(1, 6))
        size = int(random.integers(1, 14))
        prefill = number % 2 == 1
        size = max(size, step) if prefill else size
        frames = int(random.integers(1, 4))
        outer = [(), (1,), (2,), (2, 2)][number % 4]
        waiting = 0 if prefill else -(-size // step) - 1

        def amend(sample, outputs, waiting=waiting, frames=frames):
            missing = min(max(waiting - sample * frames, 0), frames)
            outputs[0][..., :missing, :] = 0

        shape = (*outer, frames * step)
        family.add(f"i16_{number}", "SignalFramer", 1, {"frame_size": size, "frame_step": step, "prefill": prefill},
                   [plain("i16", shape, "in")], [plain("i16", (*outer, frames, size), "out"), plain("bool", (), "valid")],
                   samples=[draw_wave(random, "i16", shape)], amend=amend)
    family.save()


def stacker():
    family = Family("signal_stacker")

    def amend(sample, outputs):
        if not outputs[1]:
            outputs[0][:] = 0

    for number in range(24):
        random = generator(f"stacker{number}")
        channels, left, right = (int(n) for n in random.integers((1, 0, 0), (6, 4, 4)))
        step = int(random.integers(1, left + right + 2))
        options = {"num_channels": channels, "stacker_left_context": left, "stacker_right_context": right, "stacker_step": step}
        family.add(f"i16_{number}", "SignalStacker", 1, options, [plain("i16", (channels,), "in")],
                   [plain("i16", (channels * (left + right + 1),), "out"), plain("bool", (), "valid")],
                   samples=[draw_wave(random, "i16", (channels,), 9)], amend=amend)
    family.save()


def overlap_add():
    family = Family("signal_overlap_add")
    for kind in ("i16", "f32"):
        for number in range(20):
            random = generator(f"overlap_add{kind}{number}")
            size = int(random.integers(1, 12))
            step, frames = int(random.integers(1, size + 1)), int(random.integers(1, 4))
            outer = [(), (1,), (3,), (2, 2)][number % 4]
            shape = (*outer, frames, size)
            family.add(f"{kind}_{number}", "SignalOverlapAdd", 1, {"T": TYPES[kind], "frame_step": step},
                       [plain(kind, shape, "in")], [plain(kind, (*outer, frames * step), "out")],
                       samples=[draw_wave(random, kind, shape)])
    family.save()


def window():
    family = Family("signal_window")
    for number in range(20):
        random = generator(f"window{number}")
        size, shift = int(random.integers(1, 20)), [12, 15, 0, 8, 31, 14, 10][number % 7]
        shape = [(size,), (1, size), (3, size), (2, 2, size), (2 * size,)][number % 5]
        weights = random.integers(-32768, 32767, (size,), np.int16, endpoint=True)
        weights = weights >> (number % 3 * 4)
        is_constant = number % 4 != 3
        inputs = [plain("i16", shape, "in"), plain("i16", (size,), "weights", weights if is_constant else None)]
        samples = [draw_wave(random, "i16", shape)]
        if not is_constant:
            samples.append(draw_wave(random, "i16", (size,)))
        family.add(f"i16_{number}", "SignalWindow", 1, {"shift": shift}, inputs, [plain("i16", shape, "out")], samples=samples)
    family.save()


def auto_scale():
    family = Family("signal_fft_auto_scale")
    for number in range(20):
        random = generator(f"auto_scale{number}")
        shape = (int(random.integers(1, 40)),)
        values = draw_wave(random, "i16", shape) >> int(random.integers(0, 16))
        if number % 5 == 0:
            values[0] = 0
        if number % 5 == 1:
            values[0].flat[0] = -32768
        family.add(f"i16_{number}", "SignalFftAutoScale", 1, None, [plain("i16", shape, "in")],
                   [plain("i16", shape, "out"), plain("i32", (), "bits")], samples=[values])
    family.save()


def rfft():
    family = Family("signal_rfft")
    lengths = [4, 8, 16, 32, 64, 6, 10, 12, 20, 24, 30, 18, 36, 40, 48, 50, 60, 128, 256, 90]
    for kind in ("i16", "i32", "f32"):
        for number, length in enumerate(lengths):
            random = generator(f"rfft{kind}{number}")
            size = length if number % 3 else int(random.integers(1, length + 1))
            outer = [(), (1,), (2,), (2, 1)][number % 4]
            family.add(f"{kind}_{length}", "SignalRfft", 1, {"T": TYPES[kind], "fft_length": length},
                       [plain(kind, (*outer, size), "in")], [plain(kind, (*outer, length + 2), "out")],
                       samples=[draw_wave(random, kind, (*outer, size), 6 if length < 64 else 5)])
    family.save()


def irfft():
    family = Family("signal_irfft")
    lengths = [4, 8, 16, 32, 64, 6, 10, 12, 20, 24, 30, 18, 36, 40, 48, 50, 60, 128, 256, 90]
    for kind in ("i16", "i32", "f32"):
        for number, length in enumerate(lengths):
            random = generator(f"irfft{kind}{number}")
            outer = [(), (1,), (2,), (2, 1)][number % 4]
            family.add(f"{kind}_{length}", "SignalIrfft", 1, {"T": TYPES[kind], "fft_length": length},
                       [plain(kind, (*outer, length + 2), "in")], [plain(kind, (*outer, length), "out")],
                       samples=[draw_wave(random, kind, (*outer, length + 2), 6 if length < 64 else 5)])
    family.save()


def energy():
    family = Family("signal_energy")
    for number in range(20):
        random = generator(f"energy{number}")
        count = int(random.integers(1, 30))
        first, end = sorted(int(n) for n in random.integers(0, count + 1, 2))
        if number % 4 == 0:
            first, end = 0, count

        def amend(sample, outputs, first=first, end=end):
            outputs[0][:first] = outputs[0][end:] = 0

        family.add(f"i16_{number}", "SignalEnergy", 1, {"start_index": first, "end_index": end},
                   [plain("i16", (2 * count,), "in")], [plain("u32", (count,), "out")],
                   samples=[draw_wave(random, "i16", (2 * count,))], amend=amend)
    family.save()


def filter_bank():
    family = Family("signal_filter_bank")
    for number in range(20):
        random = generator(f"filter_bank{number}")
        channels, frequencies = int(random.integers(1, 9)), int(random.integers(4, 40))
        widths = random.integers(0, 5, channels + 1).astype(np.int16)
        starts = random.integers(0, frequencies - widths + 1).astype(np.int16)
        weight_starts = np.concatenate([[0], np.cumsum(widths)[:-1]]).astype(np.int16)
        count = int(widths.sum()) + int(random.integers(1, 4))
        low = 0 if number % 4 else -4096
        weights, unweights = (random.integers(low, 4097, count).astype(np.int16) for _ in range(2))
        inputs = [plain("u32", (frequencies,), "in")]
        for name, values in (("weights", weights), ("unweights", unweights), ("starts", starts),
                             ("weight_starts", weight_starts), ("widths", widths)):
            inputs.append(plain("i16", values.shape, name, values))
        family.add(f"u32_{number}", "SignalFilterBank", 1, {"num_channels": channels}, inputs,
                   [plain("u64", (channels,), "out")], samples=[draw_unsigned(random, "u32", (frequencies,))])
    family.save()


def square_root():
    family = Family("signal_filter_bank_square_root")
    for number in range(20):
        random = generator(f"square_root{number}")
        count = int(random.integers(1, 20))
        bits = random.integers(0, 32, (SAMPLES,)).astype(np.int32)
        values = draw_unsigned(random, "u64", (count,))
        if number % 3 == 0:  # around squares
            roots = draw_unsigned(random, "u32", (count,)).astype(np.uint64)
            values = roots * roots + random.integers(0, 3, (SAMPLES, count)).astype(np.uint64)
        if number % 3 == 1:  # around the middle between two
            roots = draw_unsigned(random, "u32", (count,)).astype(np.uint64)
            values = roots * roots + roots + random.integers(0, 2, (SAMPLES, count)).astype(np.uint64)
            bits //= 4
        is_constant = number % 2 == 0
        inputs = [plain("u64", (count,), "in"), plain("i32", (), "bits", bits[0].reshape(()) if is_constant else None)]
        family.add(f"u64_{number}", "SignalFilterBankSquareRoot", 1, None, inputs, [plain("u32", (count,), "out")],
                   samples=[values] if is_constant else [values, bits])
    family.save()


def spectral_subtraction():
    family = Family("signal_filter_bank_spectral_subtraction")
    for number in range(20):
        random = generator(f"spectral_subtraction{number}")
        count, bits = int(random.integers(1, 16)), [14, 10, 0, 15, 31][number % 5]
        one = 1 << min(bits, 30)
        smoothing, alternate = (int(n) for n in random.integers(0, one + 1, 2))
        options = {"num_channels": count, "smoothing": smoothing, "one_minus_smoothing": one - smoothing,
                   "alternate_smoothing": alternate, "alternate_one_minus_smoothing": one - alternate,
                   "min_signal_remaining": int(random.integers(0, one + 1)), "smoothing_bits": [10, 0, 4, 20][number % 4],
                   "spectral_subtraction_bits": bits, "clamping": number % 2 == 1}
        values = draw_unsigned(random, "u32", (count,), 8)
        if number % 3:
            values = values >> 12
        family.add(f"u32_{number}", "SignalFilterBankSpectralSubtraction", 1, options, [plain("u32", (count,), "in")],
                   [plain("u32", (count,), "out"), plain("u32", (count,), "noise")], samples=[values])
    family.save()


def pcan():
    family = Family("signal_pcan")
    for number in range(20):
        random = generator(f"pcan{number}")
        count, shift = int(random.integers(1, 20)), [6, 0, 10, 20, 31, 12, 40][number % 7]
        gains = random.integers(-32768, 32767, (125 + number % 3,), np.int16, endpoint=True)
        if number % 2:
            gains = np.abs(np.sort(gains)[::-1] // 2).astype(np.int16)
        inputs = [plain("u32", (count,), "in"), plain("u32", (count,), "noise"), plain("i16", gains.shape, "gains", gains)]
        noise = draw_unsigned(random, "u32", (count,))
        noise[1].flat[:] = np.arange(count)
        family.add(f"u32_{number}", "SignalPCAN", 1, {"snr_shift": shift}, inputs, [plain("u32", (count,), "out")],
                   samples=[draw_unsigned(random, "u32", (count,)), noise])
    family.save()


def log():
    family = Family("signal_filter_bank_log")
    for number in range(20):
        random = generator(f"log{number}")
        count = int(random.integers(1, 40))
        options = {"input_correction_bits": [3, 0, 1, 7, 31][number % 5], "output_scale": [1600, 1, 65536, 100, 2000][number // 3 % 5]}
        values = draw_unsigned(random, "u32", (count,))
        values[2].flat[:] = np.arange(count)
        family.add(f"u32_{number}", "SignalFilterBankLog", 1, options, [plain("u32", (count,), "in")],
                   [plain("i16", (count,), "out")], samples=[values])
    family.save()


def circular_buffer():
    family = Family("circular_buffer")
    for number in range(20):
        random = generator(f"circular_buffer{number}")
        slots, width, channels = (int(n) for n in random.integers((1, 1, 1), (7, 4, 6)))
        cycles = number % 4
        if cycles == 0:
            slots = [5, 13, 25, 3][number // 4 % 4]
        has_valid = number % 3 == 0 or cycles > 1 or (cycles == 0 and slots == 3)
        x = tensor(random, "i8", (1, 1, width, channels), "in")
        out = tensor(random, "i8", (1, slots, width, channels), "out", scale=x.scale, zero_point=x.zero_point)

        def amend(sample, outputs, slots=slots):
            outputs[0][:, :max(slots - 1 - sample, 0)] = 0

        family.add(f"i8_{number}", "CIRCULAR_BUFFER", 1, {"cycles_max": cycles} if cycles or number % 8 else None, [x],
                   [out] + ([plain("bool", (1,), "valid")] if has_valid else []),
                   samples=[draw_wave(random, "i8", x.shape, 8)], amend=amend)
    family.save()


def in_steps(values, scale):
    return np.clip(np.round(values / scale[0]) + scale[1], 0, 255).astype(np.uint8)


def detection():
    """Several classes of a box: Micro writes them beyond its outputs, so LiteRT answers, which counts boxes; regular, with room
    for more than max_detections, LiteRT leaves the rest as it was."""
    family = Family("detection_postprocess")
    for number in range(28):
        random = generator(f"detection{number}")
        anchor_count, classes = int(random.integers(1, 12)), int(random.integers(1, 5))
        most, per_box, background = int(random.integers(1, 6)), [1, 1, 2, 3][number % 4], number % 3 != 2
        regular = number % 2 == 1
        per_box = 1 if regular else min(per_box, classes)
        options = {"max_detections": most, "max_classes_per_detection": per_box, "nms_score_threshold": [0.0, 0.3, 0.6][number % 3],
                   "nms_iou_threshold": [0.6, 0.3, 0.5, 1.0][number // 2 % 4], "num_classes": classes, "y_scale": 10.0,
                   "x_scale": 10.0, "h_scale": 5.0, "w_scale": 4.0}
        if regular:
            options["use_regular_nms"] = True
        if number % 5:
            options["detections_per_class"] = int(random.integers(1, 6))
        anchors = random.uniform(0.2, 0.9, (anchor_count, 4)).astype(np.float32)
        values = 4 + (number % 7 == 3)
        scores = random.random((SAMPLES, 1, anchor_count, classes + background)).astype(np.float32)
        if number % 4 == 0:
            scores = np.round(scores * 4) / np.float32(4)  # equals
        constant = number % 6 != 5
        inputs = [plain("f32", (1, anchor_count, values), "boxes"), plain("f32", scores.shape[1:], "scores"),
                  plain("f32", anchors.shape, "anchors", anchors if constant else None)]
        n = most * per_box
        samples = [random.normal(0, 2, (SAMPLES, 1, anchor_count, values)).astype(np.float32), scores]
        if not constant:
            samples.append(np.stack([anchors] * SAMPLES))

        def amend(sample, outputs, per_box=per_box):
            count = int(outputs[3][0]) * per_box
            outputs[0][:, count:] = 0
            outputs[1][:, count:] = 0
            outputs[2][:, count:] = 0

        outputs = [plain("f32", (1, n, 4), "found"), plain("f32", (1, n), "classes"), plain("f32", (1, n), "found_scores"),
                   plain("f32", (1,), "count")]
        family.add(f"f32_{number}", "TFLite_Detection_PostProcess", 1, options, inputs, outputs, samples=samples, amend=amend,
                   engine="litert" if per_box > 1 else None)
        if values == 4:  # of uint8 LiteRT takes no others
            scales = [(np.float32(0.06), 120), (np.float32(1 / 256), 0), (np.float32(0.9 / 255), 7)]
            inputs = [Tensor("UINT8", t.shape, t.name, *scales[i], 0, None if t.values is None else in_steps(t.values, scales[i]))
                      for i, t in enumerate(inputs)]
            family.add(f"u8_{number}", "TFLite_Detection_PostProcess", 1, options, inputs, outputs, amend=amend, engine="litert",
                       samples=[in_steps(s, scale) for s, scale in zip(samples, scales)])
    family.save()


def decode():
    """Values from tables, added to an input, or an output themselves."""
    family = Family("decode")
    for kind in ("i8", "f32"):
        for number in range(22):
            random = generator(f"decode{kind}{number}")
            width = number % 7 + 1
            shape = [(5,), (3, 4), (2, 3, 5), (4, 17), (1, 2, 3, 4), (40,)][number % 6]
            axis = [None, 0, len(shape) - 1][number % 3] if kind == "i8" else None
            channels = 1 if axis is None else shape[axis]
            count = int(np.prod(shape))
            stride = min(2 ** width, 127) if number % 2 else int(random.integers(1, 2 ** width + 1))
            stride = min(stride, 127)
            dtype = np.int8 if kind == "i8" else np.float32
            tables = random.normal(0, 1, (channels, stride)).astype(dtype) if kind == "f32" else \
                random.integers(-128, 128, (channels, stride)).astype(dtype)
            indices = random.integers(0, stride, count)
            bits = "".join(format(int(i), f"0{width}b") for i in indices)
            bits += "0" * (-len(bits) % 8)
            stream = np.array([int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)] + [0] * 12, np.uint8)
            head = np.zeros(16, np.uint8)
            head[1], head[4], head[5], head[6] = 1, 1, width, stride
            ancillary = np.concatenate([head, np.frombuffer(tables.tobytes(), np.uint8)])
            scale = None
            if kind == "i8":
                scale = np.float32(0.05) if axis is None or channels == 1 else [0.05] * channels
            decoded = tensor(random, kind, shape, "decoded", scale=scale, zero_point=0, axis=axis or 0)
            x, out = tensor(random, kind, shape, "x", scale=None), tensor(random, kind, shape, "out")
            operands = [Tensor("UINT8", stream.shape, "indices", values=stream),
                        Tensor("UINT8", ancillary.shape, "tables", values=ancillary)]
            add = schema.AddOptionsT()
            outputs = [decoded, out] if channels > 1 else [out]  # ADD takes one scale only
            model = build_graph([x], [("TFLM_DECODE", 1, None, operands, [decoded]),
                                      ("ADD", 2 if kind == "i8" else 1, add, [x if channels > 1 else decoded, x], [out])],
                                outputs)
            family.add_model(f"{kind}_{number}", model, [draw_wave(random, kind, shape, 3)], outputs)
    family.save()


def make():
    decode()
    detection()
    circular_buffer()
    for operator in (delay, framer, stacker, overlap_add, window, auto_scale, rfft, irfft, energy, filter_bank, square_root,
                     spectral_subtraction, pcan, log):
        operator()
