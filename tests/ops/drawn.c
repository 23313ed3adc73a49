/* Random cases: shapes that are multiples of nothing, every kind of window, and what is special about numbers. Most windows
 * are like those of real networks, so that no fast path is rare.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cases.h"

#include <string.h>

typedef struct dice {
    mote_random_key key;
    uint64_t        thrown;
} dice;

static int32_t draw(dice *d, int32_t low, int32_t high)
{
    return low + (int32_t)(mote_random_u32(d->key, d->thrown++) % (uint32_t)(high - low + 1));
}

/* True once in n times. */
static bool once_in(dice *d, int32_t n)
{
    return draw(d, 1, n) == 1;
}

static int32_t draw_channels(dice *d, int32_t most)
{
    static const int32_t round[] = {4, 8, 16, 12};

    return once_in(d, 2) ? draw(d, 1, most) : round[draw(d, 0, 3)];
}

static mote_case_operand operand(mote_case_role role, int32_t rank, const int32_t dim[])
{
    mote_case_operand made = {.role = role, .rank = rank};

    memcpy(made.dim, dim, (size_t)rank * sizeof *dim);
    return made;
}

static mrt_activation draw_activation(dice *d)
{
    return (mrt_activation)draw(d, MRT_ACT_NONE, MRT_ACT_RELU6);
}

static mote_case_twist draw_twist(dice *d)
{
    return once_in(d, 3) ? MOTE_TWIST_NONE : (mote_case_twist)draw(d, 0, MOTE_TWIST_COUNT - 1);
}

/* ---- windows ---- */

typedef struct drawn_window {
    int32_t kernel_h, kernel_w, stride_h, stride_w, dilation_h, dilation_w, in_h, in_w;
    bool    is_same;
} drawn_window;

/* The input is at least as large as the window, unless it is padded. */
static int32_t draw_side(dice *d, int32_t window, bool is_padded, int32_t most)
{
    const int32_t least = is_padded ? 1 : window;

    return draw(d, least, most > least ? most : least + 1);
}

static drawn_window draw_window(dice *d, bool has_dilation, int32_t most)
{
    static const int32_t squares[] = {3, 3, 1, 5};
    const bool           is_square = !once_in(d, 3);
    drawn_window         w = {.dilation_h = 1, .dilation_w = 1, .is_same = once_in(d, 2)};

    w.kernel_h = is_square ? squares[draw(d, 0, 3)] : draw(d, 1, 5);
    w.kernel_w = is_square ? w.kernel_h : draw(d, 1, 6);
    w.stride_h = is_square ? draw(d, 1, 2) : draw(d, 1, 3);
    w.stride_w = is_square ? w.stride_h : draw(d, 1, 4);
    if (has_dilation && once_in(d, 4)) {
        w.dilation_h = draw(d, 1, 3);
        w.dilation_w = draw(d, 1, 2);
    }
    w.in_h = draw_side(d, (w.kernel_h - 1) * w.dilation_h + 1, w.is_same, most);
    w.in_w = draw_side(d, (w.kernel_w - 1) * w.dilation_w + 1, w.is_same, most);
    return w;
}

static void set_conv(mrt_conv_attributes *as, const drawn_window *w)
{
    as->stride_h = w->stride_h;
    as->stride_w = w->stride_w;
    as->dilation_h = w->dilation_h;
    as->dilation_w = w->dilation_w;
    as->padding = w->is_same ? MRT_PADDING_SAME : MRT_PADDING_VALID;
}

static void describe(mote_drawn_case *drawn, uint32_t index, const drawn_window *w, int32_t in_c, int32_t out_c)
{
    snprintf(drawn->claim, sizeof drawn->claim,
             "drawn %u: %dx%dx%d, %d of %dx%d, strides %d %d, dilations %d %d, %s, twist %d", index, w->in_h, w->in_w, in_c,
             out_c, w->kernel_h, w->kernel_w, w->stride_h, w->stride_w, w->dilation_h, w->dilation_w,
             w->is_same ? "SAME" : "VALID", (int)drawn->c.twist);
}

static void draw_conv_2d(mote_drawn_case *drawn, dice *d, uint32_t index)
{
    const drawn_window w = draw_window(d, true, 9);
    const int32_t      in_c = draw_channels(d, 19), out_c = draw_channels(d, 21);

    drawn->c.in[0] = operand(MOTE_CASE_INPUT, 4, (int32_t[]){once_in(d, 8) ? 2 : 1, w.in_h, w.in_w, in_c});
    drawn->c.in[1] = operand(MOTE_CASE_PARAM, 4, (int32_t[]){out_c, w.kernel_h, w.kernel_w, in_c});
    if (!once_in(d, 6))
        drawn->c.in[2] = operand(MOTE_CASE_PARAM, 1, &out_c);
    set_conv(&drawn->c.attrs.conv_2d, &w);
    describe(drawn, index, &w, in_c, out_c);
}

static void draw_depthwise_conv_2d(mote_drawn_case *drawn, dice *d, uint32_t index)
{
    const drawn_window w = draw_window(d, true, 13);
    const int32_t      in_c = draw_channels(d, 21), multiplier = once_in(d, 4) ? draw(d, 2, 5) : 1;
    const int32_t      out_c = in_c * multiplier;

    drawn->c.in[0] = operand(MOTE_CASE_INPUT, 4, (int32_t[]){once_in(d, 8) ? 2 : 1, w.in_h, w.in_w, in_c});
    drawn->c.in[1] = operand(MOTE_CASE_PARAM, 4, (int32_t[]){1, w.kernel_h, w.kernel_w, out_c});
    if (!once_in(d, 6))
        drawn->c.in[2] = operand(MOTE_CASE_PARAM, 1, &out_c);
    set_conv(&drawn->c.attrs.depthwise_conv_2d, &w);
    drawn->c.attrs.depthwise_conv_2d.depth_multiplier = multiplier;
    describe(drawn, index, &w, in_c, out_c);
}

static void draw_pool(mote_drawn_case *drawn, dice *d, uint32_t index)
{
    const drawn_window        w = draw_window(d, false, 9);
    const int32_t             channels = draw_channels(d, 19);
    const mrt_pool_attributes as = {w.kernel_h, w.kernel_w, w.stride_h, w.stride_w,
                                    w.is_same ? MRT_PADDING_SAME : MRT_PADDING_VALID};

    drawn->c.in[0] = operand(MOTE_CASE_INPUT, 4, (int32_t[]){once_in(d, 8) ? 2 : 1, w.in_h, w.in_w, channels});
    drawn->c.attrs.max_pool_2d = as; /* average_pool_2d is the same member */
    describe(drawn, index, &w, channels, channels);
}

/* ---- others ---- */

static void draw_fully_connected(mote_drawn_case *drawn, dice *d, uint32_t index)
{
    const int32_t rows = once_in(d, 3) ? draw(d, 2, 4) : 1;
    const int32_t in_count = once_in(d, 4) ? draw(d, 60, 300) : draw(d, 1, 60), out_count = draw(d, 1, 21);

    drawn->c.in[0] = operand(MOTE_CASE_INPUT, 2, (int32_t[]){rows, in_count});
    drawn->c.in[1] = operand(MOTE_CASE_PARAM, 2, (int32_t[]){out_count, in_count});
    if (!once_in(d, 6))
        drawn->c.in[2] = operand(MOTE_CASE_PARAM, 1, &out_count);
    snprintf(drawn->claim, sizeof drawn->claim, "drawn %u: %d rows of %d, %d outputs, twist %d", index, rows, in_count,
             out_count, (int)drawn->c.twist);
}

static void draw_add(mote_drawn_case *drawn, dice *d, uint32_t index)
{
    const int32_t shape[] = {1, draw(d, 1, 6), draw(d, 1, 6), draw_channels(d, 9)};
    int32_t       repeated[4];

    memcpy(repeated, shape, sizeof shape);
    if (once_in(d, 4))
        repeated[draw(d, 1, 3)] = 1;
    drawn->c.in[0] = operand(MOTE_CASE_INPUT, 4, shape);
    drawn->c.in[1] = operand(MOTE_CASE_INPUT, 4, repeated);
    snprintf(drawn->claim, sizeof drawn->claim, "drawn %u: %dx%dx%d + %dx%dx%d, twist %d", index, shape[1], shape[2],
             shape[3], repeated[1], repeated[2], repeated[3], (int)drawn->c.twist);
}

static void draw_mean(mote_drawn_case *drawn, dice *d, uint32_t index)
{
    static const int32_t axes[][2] = {{1, 2}, {1, 2}, {2, 3}, {1, 1}, {3, 1}};
    const int32_t       *axis = axes[draw(d, 0, 4)];
    const int32_t        shape[] = {1, draw(d, 1, 9), draw(d, 1, 9), draw_channels(d, 19)};

    drawn->c.in[0] = operand(MOTE_CASE_INPUT, 4, shape);
    drawn->c.in[1] = operand(MOTE_CASE_INTS, 2, axis);
    drawn->c.attrs.mean.keep_dims = once_in(d, 2);
    drawn->c.activation = MRT_ACT_NONE;
    snprintf(drawn->claim, sizeof drawn->claim, "drawn %u: %dx%dx%d over %d and %d, twist %d", index, shape[1], shape[2],
             shape[3], axis[0], axis[1], (int)drawn->c.twist);
}

static void draw_softmax(mote_drawn_case *drawn, dice *d, uint32_t index)
{
    const int32_t shape[] = {draw(d, 1, 3), draw(d, 1, 70)};

    drawn->c.in[0] = operand(MOTE_CASE_INPUT, 2, shape);
    drawn->c.attrs.softmax.beta = once_in(d, 3) ? (float)draw(d, 1, 12) / 4.0f : 1.0f;
    drawn->c.activation = MRT_ACT_NONE;
    drawn->c.twist = MOTE_TWIST_NONE; /* the output's zero point is given */
    snprintf(drawn->claim, sizeof drawn->claim, "drawn %u: %d rows of %d classes", index, shape[0], shape[1]);
}

/* ---- all ---- */

bool mote_case_draw(mote_drawn_case *drawn, mote_op_kind kind, uint32_t index)
{
    static void (*const draws[MOTE_OP_COUNT])(mote_drawn_case *, dice *, uint32_t) = {
        [MOTE_OP_CONV_2D] = draw_conv_2d,
        [MOTE_OP_DEPTHWISE_CONV_2D] = draw_depthwise_conv_2d,
        [MOTE_OP_MAX_POOL_2D] = draw_pool,
        [MOTE_OP_AVERAGE_POOL_2D] = draw_pool,
        [MOTE_OP_FULLY_CONNECTED] = draw_fully_connected,
        [MOTE_OP_ADD] = draw_add,
        [MOTE_OP_MEAN] = draw_mean,
        [MOTE_OP_SOFTMAX] = draw_softmax,
    };
    dice d = {mote_random_make((uint64_t)kind, MOTE_RANDOM_TEST, index, 1), 0};

    if (!draws[kind])
        return false;
    *drawn = (mote_drawn_case){.c.activation = draw_activation(&d), .c.twist = draw_twist(&d)};
    drawn->c.claim = drawn->claim;
    draws[kind](drawn, &d, index);
    return true;
}
