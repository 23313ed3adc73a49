/* RESIZE_NEAREST_NEIGHBOR and RESIZE_BILINEAR: an image [batch, in_h, in_w, in_c] in another height and width.
 *
 * Where an output row lies between the input's rows, and an output column between its columns, is worked out beforehand.
 * Cannot fail: tables hold numbers of rows and columns that there are. out and in are apart. No scratch.
 * Source: TensorFlow Lite's reference kernels (reference/resize_nearest_neighbor.h, resize_bilinear.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_RESIZE_H
#define MRT_RESIZE_H

#include "../mrt.h"

typedef struct mrt_resize_shape {
    int32_t batch, in_h, in_w, in_c, out_h, out_w;
} mrt_resize_shape;

/* Any type: out[b, y, x] = in[b, rows[y], columns[x]], in_c values that are pixel_bytes. */
typedef struct mrt_resize_nearest_params {
    mrt_resize_shape         shape;
    int32_t                  pixel_bytes;
    const MRT_FLASH int32_t *rows, *columns; /* [out_h], [out_w] */
} mrt_resize_nearest_params;

MRT_INLINE void mrt_resize_nearest(const mrt_resize_nearest_params *p, const mrt_io *io)
{
    const mrt_resize_shape *s = &p->shape;
    const uint8_t          *in = (const uint8_t *)io->in[0];
    uint8_t                *out = (uint8_t *)io->out[0];
    int32_t                 b, y, x;

    for (b = 0; b < s->batch; b++, in += s->in_h * s->in_w * p->pixel_bytes)
        for (y = 0; y < s->out_h; y++)
            for (x = 0; x < s->out_w; x++, out += p->pixel_bytes)
                mrt_copy(out, in + (p->rows[y] * s->in_w + p->columns[x]) * p->pixel_bytes, (size_t)p->pixel_bytes);
}

/* int8:
 *   out = (in[y0, x0] (1024 - v) (1024 - u) + in[y1, x0] v (1024 - u) + in[y0, x1] (1024 - v) u + in[y1, x1] v u) / 2^20,
 * to nearest, halves away from zero; rows [out_h, 3] holds y0, y1 and v, columns [out_w, 3] holds x0, x1 and u, both
 * -512 .. 1024, so that 32 bits hold the sum. */
typedef struct mrt_resize_bilinear_i8_params {
    mrt_resize_shape         shape;
    const MRT_FLASH int32_t *rows, *columns;
} mrt_resize_bilinear_i8_params;

/* in: the image's channel. */
MRT_INLINE int32_t mrt_resize_bilinear_i8_at(const mrt_resize_shape *s, const MRT_FLASH int32_t *row,
                                             const MRT_FLASH int32_t *column, const int8_t *in)
{
    const int8_t *above = in + row[0] * s->in_w * s->in_c, *below = in + row[1] * s->in_w * s->in_c;
    const int32_t left = column[0] * s->in_c, right = column[1] * s->in_c, v = row[2], u = column[2];
    const int32_t sum =
        (above[left] * (1024 - v) + below[left] * v) * (1024 - u) + (above[right] * (1024 - v) + below[right] * v) * u;
    const int32_t half = (int32_t)1 << 19;

    return (sum > 0 ? sum + half : sum - half) / ((int32_t)1 << 20);
}

MRT_INLINE void mrt_resize_bilinear_i8(const mrt_resize_bilinear_i8_params *p, const mrt_io *io)
{
    const mrt_resize_shape *s = &p->shape;
    const int8_t           *in = (const int8_t *)io->in[0];
    int8_t                 *out = (int8_t *)io->out[0];
    int32_t                 b, y, x, c;

    for (b = 0; b < s->batch; b++, in += s->in_h * s->in_w * s->in_c)
        for (y = 0; y < s->out_h; y++)
            for (x = 0; x < s->out_w; x++)
                for (c = 0; c < s->in_c; c++)
                    *out++ = (int8_t)mrt_resize_bilinear_i8_at(s, p->rows + 3 * y, p->columns + 3 * x, in + c);
}

/* float32: the same, with 1 for 1024. rows [out_h, 2] holds y0 and y1, row_parts [out_h] holds v; columns alike. */
typedef struct mrt_resize_bilinear_f32_params {
    mrt_resize_shape         shape;
    const MRT_FLASH int32_t *rows, *columns;
    const MRT_FLASH float   *row_parts, *column_parts;
} mrt_resize_bilinear_f32_params;

MRT_INLINE float mrt_resize_bilinear_f32_at(const mrt_resize_bilinear_f32_params *p, int32_t y, int32_t x, const float *in)
{
    const mrt_resize_shape *s = &p->shape;
    const float  *above = in + p->rows[2 * y] * s->in_w * s->in_c, *below = in + p->rows[2 * y + 1] * s->in_w * s->in_c;
    const int32_t left = p->columns[2 * x] * s->in_c, right = p->columns[2 * x + 1] * s->in_c;
    const float   v = p->row_parts[y], u = p->column_parts[x];

    return above[left] * (1.0f - v) * (1.0f - u) + below[left] * v * (1.0f - u) + above[right] * (1.0f - v) * u +
           below[right] * v * u;
}

MRT_INLINE void mrt_resize_bilinear_f32(const mrt_resize_bilinear_f32_params *p, const mrt_io *io)
{
    const mrt_resize_shape *s = &p->shape;
    const float            *in = (const float *)io->in[0];
    float                  *out = (float *)io->out[0];
    int32_t                 b, y, x, c;

    for (b = 0; b < s->batch; b++, in += s->in_h * s->in_w * s->in_c)
        for (y = 0; y < s->out_h; y++)
            for (x = 0; x < s->out_w; x++)
                for (c = 0; c < s->in_c; c++)
                    *out++ = mrt_resize_bilinear_f32_at(p, y, x, in + c);
}

/* uint8: computed in float32, and rounded to nearest. */
MRT_INLINE float mrt_resize_bilinear_u8_at(const mrt_resize_bilinear_f32_params *p, int32_t y, int32_t x, const uint8_t *in)
{
    const mrt_resize_shape *s = &p->shape;
    const uint8_t *above = in + p->rows[2 * y] * s->in_w * s->in_c, *below = in + p->rows[2 * y + 1] * s->in_w * s->in_c;
    const int32_t  left = p->columns[2 * x] * s->in_c, right = p->columns[2 * x + 1] * s->in_c;
    const float    v = p->row_parts[y], u = p->column_parts[x];

    return (float)above[left] * (1.0f - v) * (1.0f - u) + (float)below[left] * v * (1.0f - u) +
           (float)above[right] * (1.0f - v) * u + (float)below[right] * v * u;
}

MRT_INLINE void mrt_resize_bilinear_u8(const mrt_resize_bilinear_f32_params *p, const mrt_io *io)
{
    const mrt_resize_shape *s = &p->shape;
    const uint8_t          *in = (const uint8_t *)io->in[0];
    uint8_t                *out = (uint8_t *)io->out[0];
    int32_t                 b, y, x, c;

    for (b = 0; b < s->batch; b++, in += s->in_h * s->in_w * s->in_c)
        for (y = 0; y < s->out_h; y++)
            for (x = 0; x < s->out_w; x++)
                for (c = 0; c < s->in_c; c++)
                    *out++ = (uint8_t)mrt_clamp_i32((int32_t)(mrt_resize_bilinear_u8_at(p, y, x, in + c) + 0.5f), 0, 255);
}

#endif
