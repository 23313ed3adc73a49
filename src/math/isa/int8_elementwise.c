/* ADD, AVERAGE_POOL_2D and MEAN in int8. SPDX-License-Identifier: Apache-2.0 */
#include "math/isa/kernels.h"
#include "math/isa/integer.h"

INLINE rescale_by rescale_all(int32_t mult, int32_t shift)
{
    const int32_t right = shift < 0 ? -shift : 0;

    return (rescale_by){set1_int(mult), set1_int((int32_t)1 << (shift > 0 ? shift : 0)), set1_int(right),
                        set1_int((int32_t)(((uint32_t)1 << right) - 1u))};
}

/* ---- ADD ---- */

typedef struct add_side {
    vi         zero;
    rescale_by by;
} add_side;

/* Multipliers of the operands are at most 1/2, the sum's is below 1: none shifts left. */
INLINE vi add_one_side(vi x, const add_side *side)
{
    return rescale_int((vi)((vu)(x - side->zero) << 20), &side->by, 0);
}

void ISA(add_i8)(const mrt_add_i8_params *p, const int8_t *a, const int8_t *b, int8_t *out)
{
    const add_side     left = {set1_int(p->a_zero), rescale_all(p->a_mult, p->a_shift)};
    const add_side     right = {set1_int(p->b_zero), rescale_all(p->b_mult, p->b_shift)};
    const rescale_by   by = rescale_all(p->out_mult, p->out_shift);
    const output_range range = {set1_int(p->out_zero), set1_int(p->act_min), set1_int(p->act_max)};
    ptrdiff_t          i;

    for (i = 0; i < p->count; i += LANES) {
        const ptrdiff_t rest = p->count - i;
        const vi        x = add_one_side(load_int8_up_to(a + i, rest), &left);
        const vi        y = add_one_side(load_int8_up_to(b + i, rest), &right);
        store_int8_up_to(out + i, finish(x + y, &by, &range, 0), rest);
    }
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

void ISA(mean_i8)(const mrt_mean_i8_params *p, const int8_t *in, int8_t *out)
{
    const mrt_mean_shape *shape = &p->shape;
    const ptrdiff_t       inner = shape->inner, second = shape->second, row = shape->middle * second * inner;
    const rescale_by      by = rescale_all(p->mult, p->shift);
    const output_range    range = {set1_int(p->out_zero), set1_int(-128), set1_int(127)};
    ptrdiff_t             u, m, i;

    for (u = 0; u < shape->outer; u++, in += shape->first * row)
        for (m = 0; m < shape->middle; m++, out += inner)
            for (i = 0; i < inner; i += LANES) {
                const vi sum = sum_window(in + m * second * inner + i, shape->first, row, second, inner, inner - i);
                store_int8_up_to(out + i, finish(add_int(sum, set1_int(p->offset)), &by, &range, 1), inner - i);
            }
}
