/* TFLM_DECODE: values from tables, by indices of `width` bits, the highest first. There are a table of `stride` values for
 * each channel, which counts along the first axis or (by_last) the last. What an index finds beyond the tables is 0.
 * indices: a stream of bits. tables: from byte MRT_DECODE_HEAD of the operand behind it.
 * Source: tensorflow/lite/micro/kernels/decode_state_lut.cc. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_DECODE_H
#define MRT_DECODE_H

#include "../mrt.h"

enum { MRT_DECODE_HEAD = 16 };

/* Of each output, in this order. */
enum {
    MRT_DECODE_COUNT,
    MRT_DECODE_VALUE_BYTES,
    MRT_DECODE_WIDTH,
    MRT_DECODE_CHANNELS,
    MRT_DECODE_REPEAT, /* so many values are of one channel before the next one's */
    MRT_DECODE_STRIDE,
    MRT_DECODE_TABLE_COUNT, /* values in all tables */
    MRT_DECODE_FIELDS
};

typedef struct mrt_decode_params {
    int32_t                  outputs;
    const MRT_FLASH int32_t *fields; /* [outputs, MRT_DECODE_FIELDS] */
} mrt_decode_params;

MRT_INLINE uint32_t mrt_decode_index(const uint8_t *indices, uint32_t i, uint32_t width)
{
    uint32_t index = 0, bit = i * width, k;

    for (k = 0; k < width; k++, bit++)
        index = index << 1 | ((uint32_t)indices[bit / 8] >> (7 - bit % 8) & 1u);
    return index;
}

MRT_INLINE void mrt_decode_one(const MRT_FLASH int32_t *f, const uint8_t *indices, const uint8_t *tables, uint8_t *out)
{
    const size_t bytes = (size_t)f[MRT_DECODE_VALUE_BYTES];
    int32_t      i, k, channel = 0, left = f[MRT_DECODE_REPEAT];

    for (i = 0; i < f[MRT_DECODE_COUNT]; i++, out += bytes) {
        const int32_t index = (int32_t)mrt_decode_index(indices, (uint32_t)i, (uint32_t)f[MRT_DECODE_WIDTH]);
        const int32_t at = channel * f[MRT_DECODE_STRIDE] + index;
        for (k = 0; k < (int32_t)bytes; k++)
            out[k] = at < f[MRT_DECODE_TABLE_COUNT] ? tables[(size_t)at * bytes + (size_t)k] : 0;
        if (--left == 0) {
            left = f[MRT_DECODE_REPEAT];
            channel = channel + 1 == f[MRT_DECODE_CHANNELS] ? 0 : channel + 1;
        }
    }
}

MRT_INLINE void mrt_decode(const mrt_decode_params *p, const mrt_io *io)
{
    int32_t i;

    for (i = 0; i < p->outputs; i++)
        mrt_decode_one(p->fields + i * MRT_DECODE_FIELDS, (const uint8_t *)io->in[2 * i],
                       (const uint8_t *)io->in[2 * i + 1] + MRT_DECODE_HEAD, (uint8_t *)io->out[i]);
}

#endif
