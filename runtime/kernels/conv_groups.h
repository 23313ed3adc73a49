/* Convolutions in groups: CONV_2D, grouped or not, DEPTHWISE_CONV_2D, and FULLY_CONNECTED, whose rows are the positions of a
 * 1x1 window, for the types that have no kernels of their own.
 *
 *   out[b,oy,ox,o] = activation(bias[o] + sum_ky,kx,i in[b, row(oy,ky), column(ox,kx), g * depth + i] * w(o,ky,kx,i))
 *
 * g = o / outs    the group: of `depth` input channels and `outs` output channels
 * in      [batch, in_h, in_w, in_c]
 * w       at o * w_out + (ky * kernel_w + kx) * w_tap + i
 * bias    [out_c], or NULL: none
 * out     [batch, out_h, out_w, out_c]    may run over in as far as runtime/ops declares
 * mult and shift have one entry for each output channel (step 1), or one for all (step 0); of uint8 they are one number.
 *
 * Row, column and padding: window.h. Cannot fail: shapes were checked on the host or at open. Sums wrap. No scratch.
 * Source: TensorFlow Lite's reference kernels (integer_ops/conv.h, depthwise_conv.h, fully_connected.h, conv.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_CONV_GROUPS_H
#define MRT_CONV_GROUPS_H

#include "rescale_i64.h"
#include "window.h"

typedef struct mrt_groups {
    int32_t depth, outs;
    int32_t w_out, w_tap;
} mrt_groups;

/* ---- where the operands of one position lie ---- */

/* One output position's taps: offsets of the first, steps from tap to tap and from tap row to tap row. */
typedef struct mrt_group_patch {
    int32_t rows, columns;
    int32_t in, in_row, in_step;
    int32_t w, w_row, w_step;
} mrt_group_patch;

/* n: of batch * out_h * out_w positions. */
MRT_INLINE mrt_group_patch mrt_group_patch_at(const mrt_window *window, const mrt_groups *groups, int32_t n)
{
    const int32_t   line = n / window->out_w, image = line / window->out_h;
    const mrt_taps  rows = mrt_window_rows(window, line - image * window->out_h);
    const mrt_taps  columns = mrt_window_columns(window, n - line * window->out_w);
    mrt_group_patch patch;

    patch.rows = rows.end - rows.first;
    patch.columns = columns.end - columns.first;
    patch.in = ((image * window->in_h + rows.in) * window->in_w + columns.in) * window->in_c;
    patch.in_row = window->dilation_h * window->in_w * window->in_c;
    patch.in_step = window->dilation_w * window->in_c;
    patch.w = (rows.first * window->kernel_w + columns.first) * groups->w_tap;
    patch.w_row = window->kernel_w * groups->w_tap;
    patch.w_step = groups->w_tap;
    return patch;
}

MRT_INLINE int32_t mrt_group_positions(const mrt_window *window)
{
    return window->batch * window->out_h * window->out_w;
}

/* From a patch's first input to that of output channel o's group. */
MRT_INLINE int32_t mrt_group_input(const mrt_groups *groups, int32_t o)
{
    return o / groups->outs * groups->depth;
}

/* ---- int8 ----
 *
 *   out = clamp(rescale(bias[o] + sum (in - in_zero) (w - w_zero), mult, shift) + out_zero, act_min, act_max) */

MRT_INLINE int8_t mrt_group_output_i8(uint32_t acc, int32_t mult, int32_t shift, int32_t zero, int32_t low, int32_t high)
{
    const uint32_t y = (uint32_t)mrt_rescale((int32_t)acc, mult, (int)shift) + (uint32_t)zero;

    return (int8_t)mrt_clamp_i32((int32_t)y, low, high);
}

/* int8 weights without zero points. */
typedef struct mrt_conv_groups_i8_params {
    mrt_window               window;
    mrt_groups               groups;
    int32_t                  in_zero, out_zero;
    int32_t                  act_min, act_max;
    int32_t                  step;
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int32_t *bias;
    const MRT_FLASH int32_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_conv_groups_i8_params;

MRT_INLINE uint32_t mrt_conv_groups_sum_i8(const mrt_group_patch *patch, int32_t depth, const int8_t *in,
                                           const MRT_FLASH int8_t *w, int32_t in_zero)
{
    uint32_t acc = 0;
    int32_t  row, column, i;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const int8_t           *x = in + row * patch->in_row + column * patch->in_step;
            const MRT_FLASH int8_t *v = w + row * patch->w_row + column * patch->w_step;
            for (i = 0; i < depth; i++)
                acc += (uint32_t)((x[i] - in_zero) * v[i]);
        }
    return acc;
}

MRT_INLINE void mrt_conv_groups_i8(const mrt_conv_groups_i8_params *p, const int8_t *in, int8_t *out)
{
    int32_t n, o;

    for (n = 0; n < mrt_group_positions(&p->window); n++) {
        const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
        for (o = 0; o < p->window.out_c; o++) {
            const uint32_t bias = p->bias ? (uint32_t)p->bias[o] : 0u;
            const uint32_t sum =
                mrt_conv_groups_sum_i8(&patch, p->groups.depth, in + patch.in + mrt_group_input(&p->groups, o),
                                       p->w + patch.w + o * p->groups.w_out, p->in_zero);
            *out++ = mrt_group_output_i8(bias + sum, p->mult[o * p->step], p->shift[o * p->step], p->out_zero, p->act_min,
                                         p->act_max);
        }
    }
}

/* int4 weights, two to a byte, the low half first. */
typedef struct mrt_conv_groups_i4_params {
    mrt_window               window;
    mrt_groups               groups;
    int32_t                  in_zero, w_zero, out_zero;
    int32_t                  act_min, act_max;
    int32_t                  step;
    const MRT_FLASH uint8_t *w;
    const MRT_FLASH int32_t *bias;
    const MRT_FLASH int32_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_conv_groups_i4_params;

/* Value i. */
MRT_INLINE int32_t mrt_nibble(const MRT_FLASH uint8_t *values, int32_t i)
{
    const int32_t half = values[i >> 1] >> (i & 1 ? 4 : 0) & 15;

    return (half ^ 8) - 8;
}

/* The weights begin at value `at`. */
MRT_INLINE uint32_t mrt_conv_groups_sum_i4(const mrt_conv_groups_i4_params *p, const mrt_group_patch *patch,
                                           const int8_t *in, int32_t at)
{
    uint32_t acc = 0;
    int32_t  row, column, i;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const int8_t *x = in + row * patch->in_row + column * patch->in_step;
            const int32_t first = at + row * patch->w_row + column * patch->w_step;
            for (i = 0; i < p->groups.depth; i++)
                acc += (uint32_t)((x[i] - p->in_zero) * (mrt_nibble(p->w, first + i) - p->w_zero));
        }
    return acc;
}

MRT_INLINE void mrt_conv_groups_i4(const mrt_conv_groups_i4_params *p, const int8_t *in, int8_t *out)
{
    int32_t n, o;

    for (n = 0; n < mrt_group_positions(&p->window); n++) {
        const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
        for (o = 0; o < p->window.out_c; o++) {
            const uint32_t bias = p->bias ? (uint32_t)p->bias[o] : 0u;
            const uint32_t sum = mrt_conv_groups_sum_i4(p, &patch, in + patch.in + mrt_group_input(&p->groups, o),
                                                        patch.w + o * p->groups.w_out);
            *out++ = mrt_group_output_i8(bias + sum, p->mult[o * p->step], p->shift[o * p->step], p->out_zero, p->act_min,
                                         p->act_max);
        }
    }
}

/* ---- uint8 ----
 *
 * The same sum, of uint8 input and weights, which both have a zero point; one multiplier for all channels. */

typedef struct mrt_conv_groups_u8_params {
    mrt_window               window;
    mrt_groups               groups;
    int32_t                  in_zero, w_zero, out_zero;
    int32_t                  mult, shift;
    int32_t                  act_min, act_max;
    const MRT_FLASH uint8_t *w;
    const MRT_FLASH int32_t *bias;
} mrt_conv_groups_u8_params;

MRT_INLINE uint8_t mrt_conv_groups_output_u8(const mrt_conv_groups_u8_params *p, uint32_t acc)
{
    const uint32_t y = (uint32_t)mrt_rescale((int32_t)acc, p->mult, (int)p->shift) + (uint32_t)p->out_zero;

    return (uint8_t)mrt_clamp_i32((int32_t)y, p->act_min, p->act_max);
}

/* A row of taps as runs of values that lie side by side in the input as in the weights: all its taps are one where they do.
 */
typedef struct mrt_group_runs {
    int32_t count, length;
} mrt_group_runs;

MRT_INLINE mrt_group_runs mrt_group_runs_of(const mrt_group_patch *patch, int32_t depth)
{
    const int      is_one = patch->in_step == depth && patch->w_step == depth;
    mrt_group_runs runs;

    runs.count = is_one ? 1 : patch->columns;
    runs.length = is_one ? patch->columns * depth : depth;
    return runs;
}

MRT_INLINE uint32_t mrt_conv_groups_sum_u8(const mrt_conv_groups_u8_params *p, const mrt_group_patch *patch,
                                           const uint8_t *in, const MRT_FLASH uint8_t *w)
{
    const mrt_group_runs runs = mrt_group_runs_of(patch, p->groups.depth);
    uint32_t             acc = 0;
    int32_t              row, run, i;

    for (row = 0; row < patch->rows; row++)
        for (run = 0; run < runs.count; run++) {
            const uint8_t           *x = in + row * patch->in_row + run * patch->in_step;
            const MRT_FLASH uint8_t *v = w + row * patch->w_row + run * patch->w_step;
            for (i = 0; i < runs.length; i++)
                acc += (uint32_t)((x[i] - p->in_zero) * (v[i] - p->w_zero));
        }
    return acc;
}

/* Four channels of a group at once, so that an input is loaded once for all of them; the weights' zero point is taken off
 * the sums: sum x (w - zero) = sum x w - zero sum x. */
enum { MRT_CONV_GROUPS_U8_SUMS = 4 };

MRT_INLINE void mrt_conv_groups_sums_u8(const mrt_conv_groups_u8_params *p, const mrt_group_patch *patch, const uint8_t *in,
                                        const MRT_FLASH uint8_t *w, uint32_t *acc)
{
    const mrt_group_runs runs = mrt_group_runs_of(patch, p->groups.depth);
    const int32_t        step = p->groups.w_out;
    uint32_t             a = 0, b = 0, c = 0, d = 0, sum = 0;
    int32_t              row, run, i;

    for (row = 0; row < patch->rows; row++)
        for (run = 0; run < runs.count; run++) {
            const uint8_t           *values = in + row * patch->in_row + run * patch->in_step;
            const MRT_FLASH uint8_t *v = w + row * patch->w_row + run * patch->w_step;
            for (i = 0; i < runs.length; i++, v++) {
                const int32_t x = values[i] - p->in_zero;
                sum += (uint32_t)x;
                a += (uint32_t)(x * v[0]);
                b += (uint32_t)(x * v[step]);
                c += (uint32_t)(x * v[2 * step]);
                d += (uint32_t)(x * v[3 * step]);
            }
        }
    sum *= (uint32_t)p->w_zero;
    acc[0] = a - sum, acc[1] = b - sum, acc[2] = c - sum, acc[3] = d - sum;
}

MRT_INLINE uint8_t mrt_conv_groups_biased_u8(const mrt_conv_groups_u8_params *p, int32_t o, uint32_t sum)
{
    return mrt_conv_groups_output_u8(p, (p->bias ? (uint32_t)p->bias[o] : 0u) + sum);
}

/* Output channels first <= o < first + outs, which are a group: of one position. */
MRT_INLINE void mrt_conv_groups_group_u8(const mrt_conv_groups_u8_params *p, const mrt_group_patch *patch, const uint8_t *in,
                                         int32_t first, uint8_t *out)
{
    const int32_t            step = p->groups.w_out;
    const MRT_FLASH uint8_t *w = p->w + patch->w + first * step;
    uint32_t                 acc[MRT_CONV_GROUPS_U8_SUMS];
    int32_t                  o, k;

    for (o = 0; o + MRT_CONV_GROUPS_U8_SUMS <= p->groups.outs; o += MRT_CONV_GROUPS_U8_SUMS) {
        mrt_conv_groups_sums_u8(p, patch, in, w + o * step, acc);
        for (k = 0; k < MRT_CONV_GROUPS_U8_SUMS; k++)
            out[o + k] = mrt_conv_groups_biased_u8(p, first + o + k, acc[k]);
    }
    for (; o < p->groups.outs; o++)
        out[o] = mrt_conv_groups_biased_u8(p, first + o, mrt_conv_groups_sum_u8(p, patch, in, w + o * step));
}

MRT_INLINE void mrt_conv_groups_u8(const mrt_conv_groups_u8_params *p, const uint8_t *in, uint8_t *out)
{
    int32_t n, o;

    for (n = 0; n < mrt_group_positions(&p->window); n++, out += p->window.out_c) {
        const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
        const uint8_t        *x = in + patch.in;
        for (o = 0; o < p->window.out_c; o += p->groups.outs, x += p->groups.depth)
            mrt_conv_groups_group_u8(p, &patch, x, o, out + o);
    }
}

/* ---- int16 with int8 weights, no zero points ----
 *
 *   out = clamp(rescale(bias[o] + sum in w, mult, shift), act_min, act_max)
 *
 * The bias says how sums run: of int64 in 64 bits, and mult has 16 (rescale_i64.h); of int32 in 32 bits, as does mult. */

typedef struct mrt_conv_groups_i16_params {
    mrt_window               window;
    mrt_groups               groups;
    int32_t                  act_min, act_max;
    int32_t                  step;
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int64_t *bias;
    const MRT_FLASH int16_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_conv_groups_i16_params;

typedef struct mrt_conv_groups_i16_bias32_params {
    mrt_window               window;
    mrt_groups               groups;
    int32_t                  act_min, act_max;
    int32_t                  step;
    const MRT_FLASH int8_t  *w;
    const MRT_FLASH int32_t *bias;
    const MRT_FLASH int32_t *mult;
    const MRT_FLASH int8_t  *shift;
} mrt_conv_groups_i16_bias32_params;

/* So many products, each of at most 2^22, add up in 32 bits; longer sums are made of such pieces. */
enum { MRT_CONV_GROUPS_I16_PIECE = 256, MRT_CONV_GROUPS_I16_SUMS = 4 };

MRT_INLINE int32_t mrt_conv_groups_piece_i16(const int16_t *x, const MRT_FLASH int8_t *v, int32_t count)
{
    int32_t sum = 0, i;

    for (i = 0; i < count; i++)
        sum += x[i] * v[i];
    return sum;
}

/* The lower 32 bits of it are the sum in 32 bits. */
MRT_INLINE uint64_t mrt_conv_groups_sum_i16(const mrt_group_patch *patch, int32_t depth, const int16_t *in,
                                            const MRT_FLASH int8_t *w)
{
    const mrt_group_runs runs = mrt_group_runs_of(patch, depth);
    uint64_t             acc = 0;
    int32_t              row, run, i, piece;

    for (row = 0; row < patch->rows; row++)
        for (run = 0; run < runs.count; run++) {
            const int16_t          *x = in + row * patch->in_row + run * patch->in_step;
            const MRT_FLASH int8_t *v = w + row * patch->w_row + run * patch->w_step;
            for (i = 0; i < runs.length; i += piece) {
                piece = runs.length - i < MRT_CONV_GROUPS_I16_PIECE ? runs.length - i : MRT_CONV_GROUPS_I16_PIECE;
                acc += (uint64_t)(int64_t)mrt_conv_groups_piece_i16(x + i, v + i, piece);
            }
        }
    return acc;
}

/* Where each tap is a run of its own, of one value mostly (a depthwise window): all of the patch is one piece. */
MRT_INLINE int32_t mrt_conv_groups_patch_i16(const mrt_group_patch *patch, int32_t depth, const int16_t *in,
                                             const MRT_FLASH int8_t *w)
{
    int32_t acc = 0, row, column, i;

    for (row = 0; row < patch->rows; row++) {
        const int16_t          *x = in + row * patch->in_row;
        const MRT_FLASH int8_t *v = w + row * patch->w_row;
        for (column = 0; column < patch->columns; column++, x += patch->in_step, v += patch->w_step)
            for (i = 0; i < depth; i++)
                acc += x[i] * v[i];
    }
    return acc;
}

/* Four channels of a group at once, so that an input is loaded once for all of them. */
MRT_INLINE void mrt_conv_groups_pieces_i16(const int16_t *x, const MRT_FLASH int8_t *v, int32_t step, int32_t count,
                                           uint64_t *acc)
{
    const MRT_FLASH int8_t *const v1 = v + step, *const v2 = v1 + step, *const v3 = v2 + step;
    int32_t a = 0, b = 0, c = 0, d = 0, i;

    for (i = 0; i < count; i++) {
        const int32_t value = x[i];
        a += value * v[i];
        b += value * v1[i];
        c += value * v2[i];
        d += value * v3[i];
    }
    acc[0] += (uint64_t)(int64_t)a, acc[1] += (uint64_t)(int64_t)b;
    acc[2] += (uint64_t)(int64_t)c, acc[3] += (uint64_t)(int64_t)d;
}

MRT_INLINE void mrt_conv_groups_sums_i16(const mrt_groups *groups, const mrt_group_patch *patch, const int16_t *in,
                                         const MRT_FLASH int8_t *w, uint64_t *acc)
{
    const mrt_group_runs runs = mrt_group_runs_of(patch, groups->depth);
    int32_t              row, run, i, piece;

    acc[0] = acc[1] = acc[2] = acc[3] = 0;
    for (row = 0; row < patch->rows; row++)
        for (run = 0; run < runs.count; run++) {
            const int16_t          *x = in + row * patch->in_row + run * patch->in_step;
            const MRT_FLASH int8_t *v = w + row * patch->w_row + run * patch->w_step;
            for (i = 0; i < runs.length; i += piece) {
                piece = runs.length - i < MRT_CONV_GROUPS_I16_PIECE ? runs.length - i : MRT_CONV_GROUPS_I16_PIECE;
                mrt_conv_groups_pieces_i16(x + i, v + i, groups->w_out, piece, acc);
            }
        }
}

/* The sums of `count` output channels from o on, 4 at most, which are of one group: so many are returned. */
MRT_INLINE int32_t mrt_conv_groups_next_i16(const mrt_groups *groups, const mrt_group_patch *patch, const int16_t *in,
                                            const MRT_FLASH int8_t *w, int32_t o, uint64_t *acc)
{
    const int32_t left = groups->outs - o % groups->outs;

    in += patch->in + mrt_group_input(groups, o);
    w += patch->w + o * groups->w_out;
    if (left >= MRT_CONV_GROUPS_I16_SUMS) {
        mrt_conv_groups_sums_i16(groups, patch, in, w, acc);
        return MRT_CONV_GROUPS_I16_SUMS;
    }
    if (patch->rows * patch->columns * groups->depth <= MRT_CONV_GROUPS_I16_PIECE)
        *acc = (uint64_t)(int64_t)mrt_conv_groups_patch_i16(patch, groups->depth, in, w);
    else
        *acc = mrt_conv_groups_sum_i16(patch, groups->depth, in, w);
    return 1;
}

MRT_INLINE int16_t mrt_conv_groups_output_i16(const mrt_conv_groups_i16_params *p, int32_t o, uint64_t sum)
{
    const uint64_t bias = p->bias ? (uint64_t)p->bias[o] : 0u;

    return (int16_t)mrt_clamp_i32(mrt_rescale_i64(bias + sum, p->mult[o * p->step], p->shift[o * p->step]), p->act_min,
                                  p->act_max);
}

MRT_INLINE void mrt_conv_groups_i16(const mrt_conv_groups_i16_params *p, const int16_t *in, int16_t *out)
{
    uint64_t acc[MRT_CONV_GROUPS_I16_SUMS];
    int32_t  n, o, k, count;

    for (n = 0; n < mrt_group_positions(&p->window); n++) {
        const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
        for (o = 0; o < p->window.out_c; o += count) {
            count = mrt_conv_groups_next_i16(&p->groups, &patch, in, p->w, o, acc);
            for (k = 0; k < count; k++)
                *out++ = mrt_conv_groups_output_i16(p, o + k, acc[k]);
        }
    }
}

MRT_INLINE int16_t mrt_conv_groups_output_i16_bias32(const mrt_conv_groups_i16_bias32_params *p, int32_t o, uint32_t sum)
{
    const uint32_t bias = p->bias ? (uint32_t)p->bias[o] : 0u;

    return (int16_t)mrt_clamp_i32(mrt_rescale((int32_t)(bias + sum), p->mult[o * p->step], p->shift[o * p->step]),
                                  p->act_min, p->act_max);
}

MRT_INLINE void mrt_conv_groups_i16_bias32(const mrt_conv_groups_i16_bias32_params *p, const int16_t *in, int16_t *out)
{
    uint64_t acc[MRT_CONV_GROUPS_I16_SUMS];
    int32_t  n, o, k, count;

    for (n = 0; n < mrt_group_positions(&p->window); n++) {
        const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
        for (o = 0; o < p->window.out_c; o += count) {
            count = mrt_conv_groups_next_i16(&p->groups, &patch, in, p->w, o, acc);
            for (k = 0; k < count; k++)
                *out++ = mrt_conv_groups_output_i16_bias32(p, o + k, (uint32_t)acc[k]);
        }
    }
}

/* ---- float32 ----
 *
 * Sums run over taps in row-major order, then over input channels; the bias comes last. */

typedef struct mrt_conv_groups_f32_params {
    mrt_window             window;
    mrt_groups             groups;
    float                  act_min, act_max;
    const MRT_FLASH float *w;
    const MRT_FLASH float *bias;
} mrt_conv_groups_f32_params;

MRT_INLINE float mrt_conv_groups_sum_f32(const mrt_group_patch *patch, int32_t depth, const float *in,
                                         const MRT_FLASH float *w)
{
    float   acc = 0.0f;
    int32_t row, column, i;

    for (row = 0; row < patch->rows; row++)
        for (column = 0; column < patch->columns; column++) {
            const float           *x = in + row * patch->in_row + column * patch->in_step;
            const MRT_FLASH float *v = w + row * patch->w_row + column * patch->w_step;
            for (i = 0; i < depth; i++)
                acc += x[i] * v[i];
        }
    return acc;
}

MRT_INLINE void mrt_conv_groups_f32(const mrt_conv_groups_f32_params *p, const float *in, float *out)
{
    int32_t n, o;

    for (n = 0; n < mrt_group_positions(&p->window); n++) {
        const mrt_group_patch patch = mrt_group_patch_at(&p->window, &p->groups, n);
        for (o = 0; o < p->window.out_c; o++) {
            const float sum =
                mrt_conv_groups_sum_f32(&patch, p->groups.depth, in + patch.in + mrt_group_input(&p->groups, o),
                                        p->w + patch.w + o * p->groups.w_out);
            *out++ = mrt_clamp_f32(p->bias ? sum + p->bias[o] : sum, p->act_min, p->act_max);
        }
    }
}

#endif
