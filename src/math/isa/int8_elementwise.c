/* ADD, AVERAGE_POOL_2D and MEAN in int8. SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"
#include "math/isa/integer.h"

/* ---- ADD ---- */

/* rescale(d * 2^20), d = x - zero, in 32 bits: mult = (high * 2^10 + middle) * 2^11 + low, so that
 *
 *     y = floor((d * 2^20 * mult + 2^30) / 2^31) = d * high * 2^10 + d * middle + floor((d * low + 2^10) / 2^11)
 *
 * in which nothing overflows, |d| being at most 255; nor does what rounding the division by 2^right adds. A lane's d is a
 * pair of int16, of which only the lower one is multiplied. The multipliers are at most 1/2: nothing shifts left. */
typedef struct add_side {
    vi  zero;
    vs  high, middle, low;
    vi  half, sign; /* 2^(right-1), or 0 for no shift; all ones, or 0 for no shift */
    int right;
} add_side;

INLINE add_side side_of(int32_t zero, int32_t mult, int32_t shift)
{
    const int32_t right = -shift;

    return (add_side){set1_int(zero),
                      (vs)set1_int(mult >> 21),
                      (vs)set1_int(mult >> 11 & 1023),
                      (vs)set1_int(mult & 2047),
                      set1_int(right > 0 ? (int32_t)1 << (right - 1) : 0),
                      set1_int(right > 0 ? -1 : 0),
                      right};
}

INLINE vi rescale_side(vi x, const add_side *side)
{
    const vs d = (vs)(x - side->zero);
    const vi high = (vi)((vu)multiply_pairs(d, side->high) << 10), middle = multiply_pairs(d, side->middle);
    const vi y = high + middle + ((multiply_pairs(d, side->low) + 1024) >> 11);

    return (y + side->half + ((y >> 31) & side->sign)) >> side->right;
}

INLINE void add_all(const mrt_add_i8_params *p, const mote_int8_way way, const int8_t *a, const int8_t *b, int8_t *out)
{
    const add_side            left = side_of(p->a_zero, p->a_mult, p->a_shift);
    const add_side            right = side_of(p->b_zero, p->b_mult, p->b_shift);
    const output_range        range = {set1_int(p->out_zero), set1_int(p->act_min), set1_int(p->act_max)};
    const mote_int8_constants constants = {0, p->out_mult, p->out_shift, p->out_zero};
    int32_t                   arrays[MOTE_INT8_CHANNEL_ARRAYS * LANES] = {0};
    channel_vector            all;
    ptrdiff_t                 i;

    for (i = 0; i < LANES; i++)
        mote_int8_set_channel(arrays, LANES, (int32_t)i, way, &constants);
    all = load_channels(arrays, way);
    for (i = 0; i < p->count; i += LANES) {
        const ptrdiff_t rest = p->count - i;
        const vi        x = rescale_side(load_int8_up_to(a + i, rest), &left);
        const vi        y = rescale_side(load_int8_up_to(b + i, rest), &right);
        const vi        sum = add_int(x + y, load_int(arrays + MOTE_INT8_BIAS * LANES));
        store_int8_up_to(out + i, clamp_to(output_of(sum, &all, range.zero, way), &range), rest);
    }
}

void ISA(add_i8)(const mrt_add_i8_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    if (p->out_shift < 0)
        add_all(p, MOTE_INT8_SIGNED, a, b, out);
    else
        add_all(p, MOTE_INT8_GENERAL, a, b, out);
}

/* ---- sums over positions ---- */

/* Lanes of `rows` rows of `columns` values, a channel's `step` apart. */
INLINE vi sum_window(const int8_t *in, ptrdiff_t rows, ptrdiff_t row, ptrdiff_t columns, ptrdiff_t step, ptrdiff_t lanes)
{
    vi        acc = {0};
    ptrdiff_t y, x;

    for (y = 0; y < rows; y++, in += row)
        for (x = 0; x < columns; x++)
            acc = add_int(acc, load_int8_up_to(in + x * step, lanes));
    return acc;
}

INLINE int8_t average_of(int32_t sum, int32_t count, const mrt_pool_2d_i8_params *p)
{
    const int32_t mean = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;

    return (int8_t)mrt_clamp_i32(mean, p->act_min, p->act_max);
}

static void average_position(const mrt_pool_2d_i8_params *p, const mrt_pool_2d_patch *patch, const int8_t *in, int8_t *out)
{
    const ptrdiff_t channels = p->window.in_c;
    ptrdiff_t       c, k;

    for (c = 0; c < channels; c += LANES) {
        const ptrdiff_t lanes = channels - c < LANES ? channels - c : LANES;
        const vi        sum = sum_window(in + c, patch->rows, patch->in_row, patch->columns, channels, lanes);
        for (k = 0; k < lanes; k++)
            out[c + k] = average_of(sum[k], patch->rows * patch->columns, p);
    }
}

void ISA(average_pool_i8)(const mrt_pool_2d_i8_params *p, const int8_t *in, int8_t *out)
{
    const mrt_window *window = &p->window;
    int32_t           b, oy, ox;

    for (b = 0; b < window->batch; b++, in += (ptrdiff_t)window->in_h * window->in_w * window->in_c)
        for (oy = 0; oy < window->out_h; oy++) {
            const mrt_taps rows = mrt_window_rows(window, oy);
            for (ox = 0; ox < window->out_w; ox++, out += window->in_c) {
                const mrt_pool_2d_patch patch = mrt_pool_2d_patch_at(window, rows, ox);
                average_position(p, &patch, in + patch.in_offset, out);
            }
        }
}

INLINE rescale_by by_of(int32_t mult, int32_t shift)
{
    const int32_t right = shift < 0 ? -shift : 0;

    return (rescale_by){set1_int(mult), set1_int((int32_t)1 << (shift > 0 ? shift : 0)), set1_int(right),
                        set1_int((int32_t)(((uint32_t)1 << right) - 1u))};
}

void ISA(mean_i8)(const mrt_mean_i8_params *p, const int8_t *in, int8_t *out)
{
    const mrt_mean_shape *shape = &p->shape;
    const ptrdiff_t       inner = shape->inner, second = shape->second, row = shape->middle * second * inner;
    const rescale_by      by = by_of(p->mult, p->shift);
    const output_range    range = {set1_int(p->out_zero), set1_int(-128), set1_int(127)};
    ptrdiff_t             u, m, i;

    for (u = 0; u < shape->outer; u++, in += shape->first * row)
        for (m = 0; m < shape->middle; m++, out += inner)
            for (i = 0; i < inner; i += LANES) {
                const vi sum = sum_window(in + m * second * inner + i, shape->first, row, second, inner, inner - i);
                store_int8_up_to(out + i, output_by(add_int(sum, set1_int(p->offset)), &by, &range), inner - i);
            }
}
