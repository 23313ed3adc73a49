/* What a run took: the counter's readings as instructions or cycles, and those of each layer from the firmware's marks.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/count.h"

#include "chips/chips.h"

static uint64_t greatest_common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* With counter_hz, an instruction took 256 ns (-icount shift=8): instructions = ticks * 10^9 / (256 * hz), rounded to the
 * nearest, which is exact because an instruction is more than two ticks. */
uint64_t mote_count_units(const mote_chip_row *row, mote_count_reading reading)
{
    uint64_t ticks = ((uint64_t)reading.wraps << row->family->count_bits) + reading.ticks;
    uint64_t numerator = 1000000000, denominator = 256 * (uint64_t)row->counter_hz, divisor;

    if (row->counter_hz) {
        divisor = greatest_common_divisor(numerator, denominator);
        numerator /= divisor;
        denominator /= divisor;
        ticks = (ticks * numerator + denominator / 2) / denominator;
    }
    return ticks - (uint64_t)reading.wraps * (uint64_t)row->family->wrap_cost;
}

/* ---- layers ---- */

/* A mark tells what the one before it began. The first two of a sample have nothing between them: that is a mark's own
 * count. */
static void add_counts(mote_emulation *out, const mote_firmware *f, const mote_text *marks)
{
    uint64_t own = 0;
    size_t   i;

    for (i = 1; i < mote_mark_count(marks); i++) {
        const mote_mark            mark = mote_mark_at(marks, i);
        const uint32_t             step = mote_mark_at(marks, i - 1).step;
        const mote_firmware_layer *layer = mote_firmware_layer_find(f, step);
        const uint64_t             count = mote_count_units(f->row, mark.count);
        if (step == MOTE_MARK_EMPTY)
            own = count;
        else if (layer)
            out->layers[layer - f->layers].count += count - own;
    }
}

mote_status mote_layers_take(mote_emulation *out, const mote_firmware *f, const mote_text *marks, mote_arena *arena,
                             mote_error *err)
{
    int32_t i;

    out->layers = MOTE_NEW(arena, mote_layer_count, f->layer_count, err);
    for (i = 0; err->code == MOTE_OK && i < f->layer_count; i++) {
        const mote_firmware_layer *from = &f->layers[i];
        out->layers[i] = (mote_layer_count){.index = from->index,
                                            .op = mote_arena_strdup(arena, from->op, err),
                                            .shape = mote_arena_strdup(arena, from->shape, err),
                                            .name = mote_arena_strdup(arena, from->name, err),
                                            .macs = from->macs};
    }
    if (err->code != MOTE_OK)
        return err->code;
    out->layer_count = f->layer_count;
    add_counts(out, f, marks);
    return MOTE_OK;
}
