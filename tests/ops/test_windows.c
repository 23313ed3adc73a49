/* Convolutions, pooling and MEAN: where padding goes, what shapes come out, and what is refused, in which words.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cases.h"
#include "ops/convolution.h"

#define DENSE .dilation_h = 1, .dilation_w = 1
#define SAME  .padding = MRT_PADDING_SAME

static const mote_case_build float_training = {.stage = MOTE_STAGE_TRAIN};

/* ---- shapes and paddings ---- */

typedef struct window_case {
    mote_op_case c;
    int32_t      expected[6]; /* out_h, out_w, top, bottom, left, right */
} window_case;

static const window_case window_cases[] = {
    {{"VALID", .in = {INPUT(1, 7, 8, 1), PARAM(1, 3, 3, 1)}, .attrs.conv_2d = {2, 3, DENSE}}, {3, 2, 0, 0, 0, 0}},
    {{"SAME, odd padding at the end", .in = {INPUT(1, 6, 8, 1), PARAM(1, 3, 3, 1)}, .attrs.conv_2d = {2, 2, DENSE, SAME}},
     {3, 4, 0, 1, 0, 1}},
    {{"SAME, even padding on both sides", .in = {INPUT(1, 7, 5, 1), PARAM(1, 3, 5, 1)},
      .attrs.conv_2d = {1, 1, DENSE, SAME}},
     {7, 5, 1, 1, 2, 2}},
    {{"SAME, even window", .in = {INPUT(1, 5, 5, 1), PARAM(1, 2, 4, 1)}, .attrs.conv_2d = {1, 1, DENSE, SAME}},
     {5, 5, 0, 1, 1, 2}},
    {{"SAME, stride past the window: no padding", .in = {INPUT(1, 10, 9, 1), PARAM(1, 1, 1, 1)},
      .attrs.conv_2d = {4, 4, DENSE, SAME}},
     {3, 3, 0, 0, 0, 0}},
    {{"SAME, dilation", .in = {INPUT(1, 4, 4, 1), PARAM(1, 3, 3, 1)}, .attrs.conv_2d = {1, 1, 31, 2, SAME}},
     {4, 4, 31, 31, 2, 2}},
    {{"VALID, dilated window is the image", .in = {INPUT(1, 7, 5, 1), PARAM(1, 4, 3, 1)}, .attrs.conv_2d = {1, 1, 2, 2}},
     {1, 1, 0, 0, 0, 0}},
    {{"VALID, a stride of 2^30", .in = {INPUT(1, 4, 4, 1), PARAM(1, 1, 1, 1)}, .attrs.conv_2d = {1 << 30, 1, DENSE}},
     {1, 4, 0, 0, 0, 0}},
};

static void windows_have_tensorflow_lites_shapes_and_paddings(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof window_cases / sizeof window_cases[0]; i++) {
        const window_case *w = &window_cases[i];
        mote_case_model    built = mote_case_create(MOTE_OP_CONV_2D, &w->c, &float_training);
        const mote_tensor *out = mote_node_out(built.graph, built.node, 0);
        const mrt_window   v = mote_convolution_window(built.graph, built.node);
        const int32_t      below = (v.out_h - 1) * v.stride_h + (v.kernel_h - 1) * v.dilation_h + 1 - v.in_h - v.pad_top;
        const int32_t      right = (v.out_w - 1) * v.stride_w + (v.kernel_w - 1) * v.dilation_w + 1 - v.in_w - v.pad_left;
        const int32_t      got[6] = {out->dim[1],           out->dim[2], v.pad_top,
                                below > 0 ? below : 0, v.pad_left,  right > 0 ? right : 0};

        if (memcmp(got, w->expected, sizeof got) != 0)
            fail_msg("%s: output %d x %d, padding %d %d %d %d", w->c.claim, got[0], got[1], got[2], got[3], got[4], got[5]);
        mote_case_destroy(&built);
    }
}

static void mean_has_the_shape_that_is_left(void **state)
{
    static const struct {
        mote_op_case c;
        const char  *shape;
    } cases[] = {
        {{"a", .in = {INPUT(1, 4, 6, 5), INTS(1, 2)}}, "[1,5]"},
        {{"b", .in = {INPUT(1, 4, 6, 5), INTS(-2, -3)}, .attrs.mean.keep_dims = true}, "[1,1,1,5]"},
        {{"c", .in = {INPUT(2, 4, 6), INTS(0, 1, 2)}}, "[]"},
        {{"d", .in = {INPUT(1, 4, 6, 5)}, .attrs.mean = {{3}, 1, false}}, "[1,4,6]"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mote_case_model built = mote_case_create(MOTE_OP_MEAN, &cases[i].c, &float_training);

        assert_string_equal(mote_shape_show(mote_node_out(built.graph, built.node, 0)).text, cases[i].shape);
        mote_case_destroy(&built);
    }
}

static void macs_count_every_tap_of_every_output(void **state)
{
    const mote_op_case conv = {"conv", .in = {INPUT(1, 6, 7, 3), PARAM(4, 3, 3, 3)}, .attrs.conv_2d = {1, 1, DENSE, SAME}};
    const mote_op_case depthwise = {"depthwise", .in = {INPUT(1, 6, 7, 3), PARAM(1, 3, 3, 6)},
                                    .attrs.depthwise_conv_2d = {2, 2, DENSE, SAME}};
    mote_case_model    built = mote_case_create(MOTE_OP_CONV_2D, &conv, &float_training);

    (void)state;
    assert_int_equal(mote_op_macs(built.graph, built.node), 6 * 7 * 4 * 9 * 3);
    mote_case_destroy(&built);
    built = mote_case_create(MOTE_OP_DEPTHWISE_CONV_2D, &depthwise, &float_training);
    assert_int_equal(mote_op_macs(built.graph, built.node), 3 * 4 * 6 * 9);
    mote_case_destroy(&built);
}

/* ---- overlap ---- */

typedef struct trace {
    const mrt_window *window;
    int32_t           early;
    int64_t           written, distance; /* values written so far; the distance that the reads so far need */
} trace;

static void trace_reads(trace *t, int64_t image, int32_t oy, int32_t ox)
{
    const mrt_window *w = t->window;
    const mrt_taps    rows = mrt_window_rows(w, oy), columns = mrt_window_columns(w, ox);
    int32_t           ky, kx;

    for (ky = rows.first; ky < rows.end; ky++)
        for (kx = columns.first; kx < columns.end; kx++) {
            const int64_t y = rows.in + (ky - rows.first) * w->dilation_h,
                          x = columns.in + (kx - columns.first) * w->dilation_w;
            const int64_t at = ((image * w->in_h + y) * w->in_w + x) * w->in_c;
            t->distance = t->written + t->early - at > t->distance ? t->written + t->early - at : t->distance;
        }
}

/* The least distance, by going through all reads and writes. */
static int64_t trace_distance(const mrt_window *window, int32_t early)
{
    trace   t = {.window = window, .early = early, .distance = INT64_MIN};
    int32_t b, oy, ox;

    for (b = 0; b < window->batch; b++)
        for (oy = 0; oy < window->out_h; oy++)
            for (ox = 0; ox < window->out_w; ox++, t.written += window->out_c)
                trace_reads(&t, b, oy, ox);
    return t.distance;
}

static int32_t draw(uint64_t *draws, int32_t low, int32_t high)
{
    const mote_random_key key = mote_random_make(17, MOTE_RANDOM_TEST, 0, 0);

    return low + (int32_t)(mote_random_u32(key, (*draws)++) % (uint32_t)(high - low + 1));
}

static mote_op_case draw_window(uint64_t *draws)
{
    const int32_t i = draw(draws, 1, 5);
    mote_op_case  c = {.claim = "drawn",
                       .in = {INPUT(draw(draws, 1, 3), draw(draws, 1, 9), draw(draws, 1, 9), i),
                              PARAM(draw(draws, 1, 9), draw(draws, 1, 4), draw(draws, 1, 4), i)},
                       .attrs.conv_2d.padding = MRT_PADDING_SAME};

    c.attrs.conv_2d.stride_h = draw(draws, 1, 3);
    c.attrs.conv_2d.stride_w = draw(draws, 1, 3);
    c.attrs.conv_2d.dilation_h = draw(draws, 1, 2);
    c.attrs.conv_2d.dilation_w = draw(draws, 1, 2);
    return c;
}

static void overlap_is_the_least_distance_that_reads_and_writes_allow(void **state)
{
    uint64_t draws = 0;
    int      i;

    (void)state;
    for (i = 0; i < 3000; i++) {
        const mote_op_case c = draw_window(&draws);
        mote_case_model    built = mote_case_create(MOTE_OP_CONV_2D, &c, &float_training);
        const mrt_window   w = mote_convolution_window(built.graph, built.node);
        const int32_t      early = draw(&draws, 0, w.out_c - 1);
        const int64_t      values = trace_distance(&w, early); /* INT64_MIN: nothing is read */
        const int64_t      least = values == INT64_MIN ? values : values * 4, got = mrt_window_overlap(&w, 4, early);

        if (w.dilation_h == 1 && w.dilation_w == 1 ? got != least : got < least)
            fail_msg("window %d: overlap %d, %d is the least", i, (int)got, (int)least);
        mote_case_destroy(&built);
    }
}

static void overlap_of_shapes_of_layers_is_as_worked_out_by_hand(void **state)
{
    const mrt_window same = {1, 32, 32, 16, 32, 32, 16, 3, 3, 1, 1, 1, 1, 1, 1};       /* 3x3, SAME */
    const mrt_window wider = {1, 48, 48, 8, 48, 48, 16, 1, 1, 1, 1, 1, 1, 0, 0};       /* 1x1, twice the channels */
    const mrt_window halving = {1, 32, 32, 16, 16, 16, 16, 2, 2, 2, 2, 1, 1, 0, 0};    /* pooling */
    const mrt_window huge = {1, 1, 1 << 30, 1, 1, 1 << 30, 1, 1, 3, 1, 1, 1, 1, 0, 1}; /* no walk over all positions */

    (void)state;
    assert_int_equal(mrt_window_overlap(&same, 1, 0), (32 + 1) * 16);
    assert_int_equal(mrt_window_overlap(&same, 1, 15), (32 + 1) * 16 + 15);
    assert_int_equal(mrt_window_overlap(&wider, 1, 0), (48 * 48 - 1) * 8);
    assert_int_equal(mrt_window_overlap(&halving, 4, 0), 0);
    assert_int_equal(mrt_window_overlap(&huge, 1, 0), 1);
}

/* ---- refusals ---- */

typedef struct refusal {
    mote_op_kind kind;
    mote_op_case c; /* c.claim: what the message must contain */
} refusal;

static const refusal refusals[] = {
    {MOTE_OP_CONV_2D,
     {"input [1,7,8] and weights [1,3,3,1] must have 4", .in = {INPUT(1, 7, 8), PARAM(1, 3, 3, 1)},
      .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"and weights [3,3,1] must have 4", .in = {INPUT(1, 7, 8, 1), PARAM(3, 3, 1)}, .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"input has 3 channels, weights 2", .in = {INPUT(1, 7, 8, 3), PARAM(1, 3, 3, 2)}, .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"input has 2 channels, weights 4", .in = {INPUT(1, 7, 8, 2), PARAM(1, 3, 3, 4)}, .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"3 outputs in 2 groups", .in = {INPUT(1, 7, 8, 4), PARAM(3, 3, 3, 2)}, .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"bias has shape [3], [2] expected", .in = {INPUT(1, 7, 8, 1), PARAM(2, 3, 3, 1), PARAM(3)},
      .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D, {"must be constants", .in = {INPUT(1, 7, 8, 1), INPUT(2, 3, 3, 1)}, .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"weights [2,0,3,1] are empty", .in = {INPUT(1, 7, 8, 1), PARAM(2, 0, 3, 1)}, .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"input [1,0,8,1] is empty", .in = {INPUT(1, 0, 8, 1), PARAM(2, 3, 3, 1)}, .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"stride 0, dilation 1 along the height", .in = {INPUT(1, 7, 8, 1), PARAM(2, 3, 3, 1)},
      .attrs.conv_2d = {0, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"stride -1, dilation 1 along the width", .in = {INPUT(1, 7, 8, 1), PARAM(2, 3, 3, 1)},
      .attrs.conv_2d = {1, -1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"stride 1, dilation 0 along the width", .in = {INPUT(1, 7, 8, 1), PARAM(2, 3, 3, 1)}, .attrs.conv_2d = {1, 1, 1, 0}}},
    {MOTE_OP_CONV_2D,
     {"the window's height is 8, the input's only 7", .in = {INPUT(1, 7, 8, 1), PARAM(2, 8, 3, 1)},
      .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_CONV_2D,
     {"the window's width is 9, the input's only 8", .in = {INPUT(1, 7, 8, 1), PARAM(2, 3, 3, 1)},
      .attrs.conv_2d = {1, 1, 1, 4}}},
    {MOTE_OP_CONV_2D,
     {"reaches over 4294967295", .in = {INPUT(1, 7, 8, 1), PARAM(2, 3, 3, 1)}, .attrs.conv_2d = {1, 1, INT32_MAX, 1, SAME}}},
    {MOTE_OP_CONV_2D,
     {"padded input of 200001 x 200001 x 1 values", .in = {INPUT(1, 1, 1, 1), PARAM(2, 3, 3, 1)},
      .attrs.conv_2d = {1, 1, 100000, 100000, SAME}}},
    {MOTE_OP_CONV_2D,
     {"output [1,4096,4096,64] is larger than 2 GiB", .in = {INPUT(1, 4096, 4096, 1), PARAM(64, 1, 1, 1)},
      .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_DEPTHWISE_CONV_2D,
     {"[N,H,W,I] and [1,h,w,O]", .in = {INPUT(1, 7, 8, 2), PARAM(2, 3, 3, 2)}, .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_DEPTHWISE_CONV_2D,
     {"input has 2 channels, weights 3, which is no multiple", .in = {INPUT(1, 7, 8, 2), PARAM(1, 3, 3, 3)},
      .attrs.conv_2d = {1, 1, DENSE}}},
    {MOTE_OP_DEPTHWISE_CONV_2D,
     {"depth multiplier 3, but", .in = {INPUT(1, 7, 8, 2), PARAM(1, 3, 3, 4)},
      .attrs.conv_2d = {1, 1, DENSE, .depth_multiplier = 3}}},
    {MOTE_OP_MAX_POOL_2D, {"window 0, stride 1", .in = {INPUT(1, 7, 8, 2)}, .attrs.max_pool_2d = {0, 1, 1, 1}}},
    {MOTE_OP_MAX_POOL_2D, {"input has shape [7,8,2]", .in = {INPUT(7, 8, 2)}, .attrs.max_pool_2d = {2, 2, 1, 1}}},
    {MOTE_OP_AVERAGE_POOL_2D, {"the window's width is 9", .in = {INPUT(1, 7, 8, 2)}, .attrs.average_pool_2d = {2, 9, 1, 1}}},
    {MOTE_OP_AVERAGE_POOL_2D,
     {"is larger than 8388608", .in = {INPUT(1, 4096, 4096, 1)}, .attrs.average_pool_2d = {4096, 4096, 1, 1}}},
    {MOTE_OP_AVERAGE_POOL_2D,
     {"reaches over 2147483647", .in = {INPUT(1, 4, 4, 1)}, .attrs.average_pool_2d = {INT32_MAX, 1, 1, 1, SAME}}},
    {MOTE_OP_MEAN, {"axis 4 of an input of shape [1,4,6,5]", .in = {INPUT(1, 4, 6, 5), INTS(4)}}},
    {MOTE_OP_MEAN, {"axis -5 of an input", .in = {INPUT(1, 4, 6, 5), INTS(-5)}}},
    {MOTE_OP_MEAN, {"axis 0 counts samples", .in = {INPUT(1, 4, 6, 5), INTS(0)}}},
    {MOTE_OP_MEAN, {"9 axes, at most 8", .in = {INPUT(1, 2)}, .attrs.mean = {.axis_count = 9}}},
    {MOTE_OP_MEAN, {"axes must be int32 constants", .in = {INPUT(1, 2), PARAM(1)}}},
    {MOTE_OP_MEAN, {"input [1,0] is empty", .in = {INPUT(1, 0), INTS(1)}}},
    {MOTE_OP_SUM, {"axis 0 counts samples", .in = {INPUT(1, 4, 6, 5), INTS(0)}}},
    {MOTE_OP_REDUCE_MAX, {"axis 2 of an input of shape [3,4]", .in = {INPUT(3, 4), INTS(2)}}},
    {MOTE_OP_RESIZE_BILINEAR, {"the new width is 0, at least 1", .in = {INPUT(1, 4, 6, 5), INTS(2, 0)}}},
    {MOTE_OP_RESIZE_BILINEAR,
     {"align_corners and half_pixel_centers", .in = {INPUT(1, 4, 6, 5), INTS(2, 2)}, .attrs.resize_bilinear = {1, 1}}},
    {MOTE_OP_RESIZE_NEAREST_NEIGHBOR, {"a constant of two int32", .in = {INPUT(1, 4, 6, 5), INTS(2, 2, 2)}}},
    {MOTE_OP_RESIZE_NEAREST_NEIGHBOR, {"input has shape [4,6,5]", .in = {INPUT(4, 6, 5), INTS(2, 2)}}},
    {MOTE_OP_BATCH_MATMUL, {"3 and 4 values would be multiplied", .in = {INPUT(2, 2, 3), PARAM(2, 4, 3)}}},
    {MOTE_OP_BATCH_MATMUL, {"[3,3,4] does not go with [2,2,3]", .in = {INPUT(2, 2, 3), PARAM(3, 3, 4)}}},
    {MOTE_OP_BATCH_MATMUL, {"would mix samples", .in = {INPUT(1, 2, 3), PARAM(2, 3, 4)}}},
    {MOTE_OP_BATCH_MATMUL, {"cannot be summed over", .in = {INPUT(1, 3), PARAM(1, 4)}, .attrs.batch_matmul = {.adj_x = 1}}},
    {MOTE_OP_TRANSPOSE_CONV,
     {"input has 2 channels, weights 3", .in = {INTS(1, 4, 4, 5), PARAM(5, 2, 2, 3), INPUT(1, 2, 2, 2)},
      .attrs.transpose_conv = {2, 2, DENSE}}},
    {MOTE_OP_TRANSPOSE_CONV,
     {"an output of shape [1,4,4,6] does not go with", .in = {INTS(1, 4, 4, 6), PARAM(5, 2, 2, 3), INPUT(1, 2, 2, 3)},
      .attrs.transpose_conv = {2, 2, DENSE}}},
    {MOTE_OP_TRANSPOSE_CONV,
     {"the window's height is 9", .in = {INTS(1, 4, 4, 5), PARAM(5, 9, 2, 3), INPUT(1, 2, 2, 3)},
      .attrs.transpose_conv = {2, 2, DENSE}}},
};

static void windows_are_refused_in_one_line(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const refusal  *r = &refusals[i];
        mote_case_model built;
        mote_error      err = {0};

        if (mote_case_try(&built, r->kind, &r->c, &float_training, &err) == MOTE_OK)
            fail_msg("%s was not refused: %s", mote_op_kind_name(r->kind), r->c.claim);
        if (!strstr(err.text, r->c.claim) || strchr(err.text, '\n'))
            fail_msg("\"%s\" does not say \"%s\"", err.text, r->c.claim);
        mote_case_destroy(&built);
    }
}

/* ---- scales ---- */

static mote_case_model int8_model(mote_op_kind kind, const mote_op_case *c)
{
    mote_case_build build = {.stage = MOTE_STAGE_QUANTIZED, .in = {MOTE_I8, MOTE_I8, MOTE_I32}, .out = MOTE_I8};

    return mote_case_create(kind, c, &build);
}

static void check_prepare_says(const mote_case_model *built, const char *text)
{
    mote_prepared      prepared = {.arena = &built->model->arena};
    mote_error         err = {0};
    const mote_op_row *row = mote_op_find_row(built->graph, built->node, &err);

    assert_non_null(row);
    assert_int_not_equal(row->kernels[0].prepare(built->graph, built->node, &prepared, &err), MOTE_OK);
    if (!strstr(err.text, text))
        fail_msg("\"%s\" does not say \"%s\"", err.text, text);
}

static const mote_op_case small_conv = {"scales", .in = {INPUT(1, 4, 4, 2), PARAM(2, 2, 2, 2), PARAM(2)},
                                        .attrs.conv_2d = {1, 1, DENSE}};
static const mote_op_case small_pool = {"scales", .in = {INPUT(1, 4, 4, 2)}, .attrs.max_pool_2d = {2, 2, 2, 2}};

static void int8_convolutions_refuse_other_scales_than_they_have(void **state)
{
    mote_case_model built = int8_model(MOTE_OP_CONV_2D, &small_conv);
    mote_tensor    *in = &built.graph->tensors[built.node->in[0]], *w = &built.graph->tensors[built.node->in[1]];
    mote_quant      along_height = *w->quant;

    (void)state;
    in->quant->zero_point[0] = 128;
    check_prepare_says(&built, "zero point 128 is outside int8");
    in->quant->zero_point[0] = 0;
    w->quant->zero_point[1] = 3;
    check_prepare_says(&built, "weights have zero point 3, 0 expected");
    w->quant->zero_point[1] = 0;
    along_height.axis = 1;
    w->quant = &along_height;
    check_prepare_says(&built, "scales along dimension 1, 0 expected");
    w->quant = NULL;
    check_prepare_says(&built, "int8 weights without scales");
    in->quant = NULL;
    check_prepare_says(&built, "one scale each");
    mote_case_destroy(&built);
}

static void int8_pooling_refuses_to_rescale(void **state)
{
    mote_case_model built = int8_model(MOTE_OP_MAX_POOL_2D, &small_pool);
    mote_tensor    *out = &built.graph->tensors[built.node->out[0]];
    float           scale = out->quant->scale[0] * 1.5f;
    int32_t         zero_point = out->quant->zero_point[0];
    mote_quant      other = {.axis = -1, .count = 1, .scale = &scale, .zero_point = &zero_point};

    (void)state;
    out->quant = &other;
    check_prepare_says(&built, "the input's");
    mote_case_destroy(&built);
}

/* Folding the zero point is exact only where every tap reads data. */
static void zero_point_is_folded_only_without_padding(void **state)
{
    mote_op_case padded = small_conv;
    int          i;

    (void)state;
    padded.attrs.conv_2d.padding = MRT_PADDING_SAME;
    for (i = 0; i < 2; i++) {
        mote_case_model    built = int8_model(MOTE_OP_CONV_2D, i == 0 ? &small_conv : &padded);
        mote_prepared      prepared = {.arena = &built.model->arena};
        mote_error         err = {0};
        const mote_kernel *kernel = mote_op_find_row(built.graph, built.node, &err)->kernels;

        built.graph->tensors[built.node->in[0]].quant->zero_point[0] = 5;
        assert_int_equal(mote_kernel_prepare(kernel, built.graph, built.node, &prepared, &err), MOTE_OK);
        assert_int_equal(kernel->pack(built.graph, built.node, &prepared, &err), MOTE_OK);
        assert_int_equal(((const mrt_conv_i8_params *)prepared.params)->in_zero, i == 0 ? 0 : 5);
        mote_case_destroy(&built);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_have_tensorflow_lites_shapes_and_paddings),
        cmocka_unit_test(mean_has_the_shape_that_is_left),
        cmocka_unit_test(macs_count_every_tap_of_every_output),
        cmocka_unit_test(overlap_is_the_least_distance_that_reads_and_writes_allow),
        cmocka_unit_test(overlap_of_shapes_of_layers_is_as_worked_out_by_hand),
        cmocka_unit_test(windows_are_refused_in_one_line),
        cmocka_unit_test(int8_convolutions_refuse_other_scales_than_they_have),
        cmocka_unit_test(int8_pooling_refuses_to_rescale),
        cmocka_unit_test(zero_point_is_folded_only_without_padding),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
