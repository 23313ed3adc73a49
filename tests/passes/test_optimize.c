/* Each pass by a graph where it must do its work, and by those where it must not, with the reason. Every one runs before and
 * after, on samples with -0 and great numbers among them, and gives the same bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "sketch.h"

#include <math.h>

static const int32_t image[] = {1, 4, 4, 2};

static mote_node op(mote_op_kind kind)
{
    return (mote_node){.op = kind};
}

/* in -> ABS, so that what follows does not read the graph's input. */
static mote_id begin_f32(sketch *s)
{
    *s = sketch_begin();
    return sketch_unary(s, MOTE_OP_ABS, sketch_input(s, sketch_f32, 4, image), sketch_f32);
}

/* in + in, of one scale. */
static mote_id begin_i8(sketch *s, int32_t zero)
{
    const sketch_kind kind = {MOTE_I8, 0.05f, zero};
    mote_id           in;

    *s = sketch_begin();
    in = sketch_input(s, sketch_i8, 4, image);
    return sketch_add(s, &(mote_node){.op = MOTE_OP_ADD}, 2, (mote_id[]){in, in}, kind);
}

/* -> NEG -> out, so that what stands before computes no end of the graph. */
static void expect_f32(sketch *s, mote_id last, const char *told)
{
    sketch_output(s, sketch_unary(s, MOTE_OP_NEG, last, sketch_f32));
    sketch_expect(sketch_end(s), told);
}

/* -> LOGISTIC -> out, which takes any scale. */
static void expect_i8(sketch *s, mote_id last, const char *told)
{
    sketch_output(s, sketch_unary(s, MOTE_OP_LOGISTIC, last, (sketch_kind){MOTE_I8, 1.0f / 256, -128}));
    sketch_expect(sketch_end(s), told);
}

/* ---- identities ---- */

typedef struct plan {
    mote_node   like;
    int32_t     count[2], values[2][8]; /* of int32 operands behind the first; two dimensions are of PAD's */
    const char *told;
} plan;

static mote_id add_numbers(sketch *s, const plan *p, int k)
{
    const int32_t rows[] = {4, 2};

    if (p->count[k] == 8)
        return sketch_const(s, (sketch_kind){MOTE_I32, 0, 0}, 2, rows, p->values[k]);
    return sketch_numbers(s, p->count[k], p->values[k]);
}

static void what_moves_every_element_to_its_own_place_goes(void **state)
{
    static const plan plans[] = {
        {{.op = MOTE_OP_RESHAPE}, {4}, {{1, 4, 4, 2}}, "drop_identities RESHAPE"},
        {{.op = MOTE_OP_PAD}, {8}, {{0}}, "drop_identities PAD"},
        {{.op = MOTE_OP_MIRROR_PAD}, {8}, {{0}}, "drop_identities MIRROR_PAD"},
        {{.op = MOTE_OP_SLICE}, {4, 4}, {{0}, {-1, 4, -1, 2}}, "drop_identities SLICE"},
        {{.op = MOTE_OP_TILE}, {4}, {{1, 1, 1, 1}}, "drop_identities TILE"},
        {{.op = MOTE_OP_BROADCAST_TO}, {4}, {{1, 4, 4, 2}}, "drop_identities BROADCAST_TO"},
        {{.op = MOTE_OP_TRANSPOSE}, {4}, {{0, 1, 2, 3}}, "drop_identities TRANSPOSE"},
        {{.op = MOTE_OP_CONCATENATION, .as.concatenation = {.axis = 3}}, {0}, {{0}}, "drop_identities CONCATENATION"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof plans / sizeof *plans; i++) {
        const plan *p = &plans[i];
        sketch      s;
        mote_id     in[3] = {begin_f32(&s)};
        int32_t     k;
        for (k = 0; k < 2 && p->count[k]; k++)
            in[1 + k] = add_numbers(&s, p, k);
        expect_f32(&s, sketch_add(&s, &p->like, 1 + k, in, sketch_f32), p->told);
    }
}

static void what_moves_an_element_elsewhere_stays_though_shapes_are_equal(void **state)
{
    sketch  s;
    mote_id x = begin_f32(&s);

    (void)state;
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_TRANSPOSE}, 2,
                   (mote_id[]){x, sketch_numbers(&s, 4, (int32_t[]){0, 2, 1, 3})}, sketch_f32);
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_STRIDED_SLICE, .as.strided_slice = {.begin_mask = 15, .end_mask = 15}}, 4,
                   (mote_id[]){x, sketch_numbers(&s, 4, (int32_t[]){0, 0, 0, 0}),
                               sketch_numbers(&s, 4, (int32_t[]){0, 0, 0, 0}),
                               sketch_numbers(&s, 4, (int32_t[]){1, 1, -1, 1})},
                   sketch_f32);
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_REVERSE_V2}, 2, (mote_id[]){x, sketch_numbers(&s, 1, (int32_t[]){1})},
                   sketch_f32);
    expect_f32(&s, x, "");
}

static void a_strided_slice_of_everything_and_a_transpose_of_ones_go(void **state)
{
    sketch  s;
    mote_id x = begin_f32(&s);

    (void)state;
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_STRIDED_SLICE}, 4,
                   (mote_id[]){x, sketch_numbers(&s, 4, (int32_t[]){0, 0, 0, 0}), sketch_numbers(&s, 4, image),
                               sketch_numbers(&s, 4, (int32_t[]){1, 1, 1, 1})},
                   sketch_f32);
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_RESHAPE}, 2, (mote_id[]){x, sketch_numbers(&s, 3, (int32_t[]){1, 1, 32})},
                   sketch_f32);
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_TRANSPOSE}, 2, (mote_id[]){x, sketch_numbers(&s, 3, (int32_t[]){1, 0, 2})},
                   sketch_f32);
    expect_f32(&s, x, "drop_identities STRIDED_SLICE; drop_identities TRANSPOSE");
}

static void casting_to_the_same_type_goes(void **state)
{
    const sketch_kind i32 = {MOTE_I32, 0, 0};
    sketch            s = sketch_begin();
    mote_id           x = sketch_input(&s, i32, 4, image);

    (void)state;
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_CAST, .as.cast = {MOTE_I32, MOTE_I32}}, 1, &x, i32);
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_CAST, .as.cast = {MOTE_I32, MOTE_F32}}, 1, &x, sketch_f32);
    expect_f32(&s, x, "drop_identities CAST");
}

static void an_identity_that_computes_an_output_leaves_its_name_to_the_one_before(void **state)
{
    sketch            s;
    mote_id           x = begin_f32(&s);
    optimized_account account;
    mote_model       *after;

    (void)state;
    sketch_output(&s, sketch_unary(&s, MOTE_OP_CONCATENATION, x, sketch_f32));
    after = sketch_optimize(sketch_end(&s), &account);
    assert_int_equal(after->graphs[0].node_count, 1);
    mote_model_destroy(after);
}

static void an_output_stays_computed_when_it_would_become_an_input_or_another_output(void **state)
{
    const mote_node one = op(MOTE_OP_CONCATENATION);
    sketch          s = sketch_begin();
    mote_id         in = sketch_input(&s, sketch_f32, 4, image), x;

    (void)state;
    sketch_output(&s, sketch_add(&s, &one, 1, &in, sketch_f32));
    sketch_expect(sketch_end(&s), "");
    x = begin_f32(&s);
    sketch_output(&s, x);
    sketch_output(&s, sketch_add(&s, &one, 1, &x, sketch_f32));
    sketch_expect(sketch_end(&s), "");
}

static void what_gives_its_bytes_another_scale_stays(void **state)
{
    sketch  s;
    mote_id x = begin_i8(&s, -3);

    (void)state;
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_RESHAPE}, 2, (mote_id[]){x, sketch_numbers(&s, 4, image)},
                   (sketch_kind){MOTE_I8, 0.1f, -3});
    expect_i8(&s, x, "");
}

static mote_id add_arithmetic(sketch *s, mote_op_kind kind, mote_id x, float value, bool is_first)
{
    const int32_t one = 1;
    const mote_id c = sketch_const(s, sketch_f32, 1, &one, &value);

    return sketch_add(s, &(mote_node){.op = kind}, 2, is_first ? (mote_id[]){c, x} : (mote_id[]){x, c}, sketch_f32);
}

static void float_arithmetic_that_changes_nothing_goes_behind_a_clamp(void **state)
{
    static const struct {
        mote_op_kind kind;
        float        value;
        bool         is_first;
        const char  *told;
    } cases[] = {
        {MOTE_OP_MUL, 1, false, "drop_identities MUL"},
        {MOTE_OP_MUL, 1, true, "drop_identities MUL"},
        {MOTE_OP_DIV, 1, false, "drop_identities DIV"},
        {MOTE_OP_DIV, 1, true, ""},
        {MOTE_OP_SUB, 0, false, "drop_identities SUB"},
        {MOTE_OP_SUB, 0, true, ""},
        {MOTE_OP_SUB, -0.0f, false, ""},
        {MOTE_OP_ADD, 0, false, ""}, /* -0 + 0 is 0 */
        {MOTE_OP_ADD, -0.0f, false, "drop_identities ADD"},
        {MOTE_OP_MUL, 1.0000001f, false, ""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof cases / sizeof *cases; i++) {
        sketch  s;
        mote_id x = begin_f32(&s);
        x = add_arithmetic(&s, MOTE_OP_MUL, x, -0.5f, false); /* -0 among others */
        expect_f32(&s, add_arithmetic(&s, cases[i].kind, x, cases[i].value, cases[i].is_first), cases[i].told);
    }
}

/* The input may be infinite, and MUL makes the largest float of that. */
static void multiplying_an_input_by_one_stays(void **state)
{
    sketch  s = sketch_begin();
    mote_id x = sketch_input(&s, sketch_f32, 4, image);

    (void)state;
    expect_f32(&s, add_arithmetic(&s, MOTE_OP_MUL, x, 1, false), "");
}

static void a_relu_of_integers_that_cannot_be_negative_goes(void **state)
{
    sketch  s;
    mote_id x = begin_i8(&s, -128);

    (void)state;
    expect_i8(&s, sketch_unary(&s, MOTE_OP_RELU, x, (sketch_kind){MOTE_I8, 0.05f, -128}), "drop_identities RELU");
    x = begin_i8(&s, -3);
    expect_i8(&s, sketch_unary(&s, MOTE_OP_QUANTIZE, x, (sketch_kind){MOTE_I8, 0.05f, -3}), "drop_identities QUANTIZE");
    x = begin_i8(&s, -3);
    expect_i8(&s, sketch_unary(&s, MOTE_OP_QUANTIZE, x, (sketch_kind){MOTE_I8, 0.05f, -4}), "");
}

/* ---- views ---- */

static void views_of_views_become_one(void **state)
{
    sketch            s;
    mote_id           x = begin_f32(&s);
    optimized_account account;
    mote_model       *after;

    (void)state;
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_EXPAND_DIMS}, 2, (mote_id[]){x, sketch_numbers(&s, 1, (int32_t[]){1})},
                   sketch_f32);
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_RESHAPE}, 2, (mote_id[]){x, sketch_numbers(&s, 3, (int32_t[]){1, -1, 4})},
                   sketch_f32);
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_EXPAND_DIMS}, 2, (mote_id[]){x, sketch_numbers(&s, 1, (int32_t[]){-1})},
                   sketch_f32);
    sketch_output(&s, sketch_unary(&s, MOTE_OP_NEG, x, sketch_f32));
    after = sketch_optimize(sketch_end(&s), &account);
    assert_int_equal(optimized_times(&account, "merge_views EXPAND_DIMS"), 1);
    assert_int_equal(optimized_times(&account, "merge_views RESHAPE"), 1);
    assert_int_equal(after->graphs[0].node_count, 3);
    assert_int_equal(after->graphs[0].nodes[1].op, MOTE_OP_RESHAPE);
    mote_model_destroy(after);
}

static mote_id add_flat(sketch *s, mote_id x)
{
    return sketch_add(s, &(mote_node){.op = MOTE_OP_RESHAPE}, 2, (mote_id[]){x, sketch_numbers(s, 2, (int32_t[]){1, 32})},
                      sketch_f32);
}

static mote_id add_image(sketch *s, mote_id x)
{
    return sketch_add(s, &(mote_node){.op = MOTE_OP_RESHAPE}, 2, (mote_id[]){x, sketch_numbers(s, 4, image)}, sketch_f32);
}

static void a_view_and_its_way_back_go_both(void **state)
{
    sketch  s;
    mote_id x = begin_f32(&s);

    (void)state;
    expect_f32(&s, add_image(&s, add_flat(&s, x)), "merge_views RESHAPE; drop_identities RESHAPE");
}

static void a_view_that_others_read_stays(void **state)
{
    sketch  s;
    mote_id flat = add_flat(&s, begin_f32(&s));

    (void)state;
    sketch_output(&s, flat);
    expect_f32(&s, add_image(&s, flat), "");
}

/* An open batch is said by -1, before and after. */
static void merged_views_keep_an_open_batch(void **state)
{
    sketch            s = sketch_begin();
    mote_id           x = sketch_input(&s, sketch_f32, 4, image);
    optimized_account account;
    mote_model       *after;
    const mote_graph *graph;

    (void)state;
    s.graph->tensors[x].is_batched = true;
    x = add_flat(&s, sketch_unary(&s, MOTE_OP_ABS, x, sketch_f32));
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_RESHAPE}, 2, (mote_id[]){x, sketch_numbers(&s, 3, (int32_t[]){1, 8, 4})},
                   sketch_f32);
    sketch_output(&s, x);
    after = sketch_optimize(sketch_end(&s), &account);
    graph = &after->graphs[0];
    assert_int_equal(graph->node_count, 2);
    assert_int_equal(((const int32_t *)mote_node_in(graph, &graph->nodes[1], 1)->data)[0], -1);
    assert_true(mote_node_out(graph, &graph->nodes[1], 0)->is_batched);
    mote_model_destroy(after);
}

/* ---- conversions ---- */

static void conversions_there_and_back_go(void **state)
{
    sketch  s;
    mote_id x = begin_i8(&s, -3);

    (void)state;
    x = sketch_unary(&s, MOTE_OP_DEQUANTIZE, x, sketch_f32);
    x = sketch_unary(&s, MOTE_OP_QUANTIZE, x, (sketch_kind){MOTE_I8, 0.05f, -3});
    expect_i8(&s, x, "fuse_quantization QUANTIZE; drop_unread DEQUANTIZE");
}

static void an_integer_moved_by_128_is_dequantized_at_once(void **state)
{
    sketch  s;
    mote_id x = begin_i8(&s, -3);

    (void)state;
    x = sketch_unary(&s, MOTE_OP_QUANTIZE, x, (sketch_kind){MOTE_U8, 0.05f, 125});
    x = sketch_unary(&s, MOTE_OP_DEQUANTIZE, x, sketch_f32);
    expect_f32(&s, x, "fuse_quantization QUANTIZE");
}

/* To a coarse scale and back: most values do not come back. Of two conversions into scales of their own, no single one has
 * all bytes. */
static void conversions_that_round_twice_stay(void **state)
{
    sketch  s;
    mote_id x = begin_i8(&s, -3);

    (void)state;
    x = sketch_unary(&s, MOTE_OP_QUANTIZE, x, (sketch_kind){MOTE_I8, 0.3f, 4});
    x = sketch_unary(&s, MOTE_OP_QUANTIZE, x, (sketch_kind){MOTE_I8, 0.05f, -3});
    expect_i8(&s, x, "");
    x = begin_i8(&s, -3);
    x = sketch_unary(&s, MOTE_OP_QUANTIZE, x, (sketch_kind){MOTE_I8, 0.037f, 4});
    x = sketch_unary(&s, MOTE_OP_DEQUANTIZE, x, sketch_f32);
    expect_f32(&s, x, "");
}

/* ---- padding ---- */

typedef struct window {
    mote_op_kind kind;
    int32_t      size, kernel, stride, padding, dilation;
    int32_t      pad[8];
    sketch_kind  type;
    float        fill; /* not 0: PADV2 with that value; of integers too */
    const char  *told;
} window;

static mote_id add_pad(sketch *s, const window *w, mote_id x)
{
    const int32_t rows[] = {4, 2};
    const int8_t  fill = (int8_t)w->fill;
    const mote_id paddings = sketch_const(s, (sketch_kind){MOTE_I32, 0, 0}, 2, rows, w->pad);
    const void   *value = w->type.dtype == MOTE_F32 ? (const void *)&w->fill : &fill;

    if (w->fill < 0 || w->fill > 0)
        return sketch_add(s, &(mote_node){.op = MOTE_OP_PADV2}, 3,
                          (mote_id[]){x, paddings, sketch_const(s, w->type, 0, NULL, value)}, w->type);
    return sketch_add(s, &(mote_node){.op = MOTE_OP_PAD}, 2, (mote_id[]){x, paddings}, w->type);
}

static mote_id add_weights(sketch *s, const window *w, int32_t channels)
{
    const int32_t     dim[] = {w->kind == MOTE_OP_CONV_2D ? 3 : 1, w->kernel, w->kernel, channels};
    const sketch_kind kind = w->type.dtype == MOTE_F32 ? sketch_f32 : (sketch_kind){MOTE_I8, 0.01f, 0};
    network_dice      dice = network_dice_of(3);
    float             values[200];
    int               i;

    for (i = 0; i < 200; i++)
        values[i] = roll_between(&dice, -1, 1);
    for (i = 0; w->type.dtype == MOTE_I8 && i < 200; i++)
        ((int8_t *)values)[i] = (int8_t)(roll(&dice, 255) - 127);
    return sketch_const(s, kind, 4, dim, values);
}

static mote_id add_window(sketch *s, const window *w, mote_id x)
{
    mote_node node = {.op = w->kind};

    if (w->kind == MOTE_OP_MAX_POOL_2D || w->kind == MOTE_OP_AVERAGE_POOL_2D) {
        node.as.max_pool_2d = (mrt_pool_attributes){w->kernel, w->kernel, w->stride, w->stride, w->padding};
        return sketch_add(s, &node, 1, &x, w->type);
    }
    node.as.conv_2d = (mrt_conv_attributes){.depth_multiplier = w->kind == MOTE_OP_DEPTHWISE_CONV_2D,
                                            .stride_h = w->stride,
                                            .stride_w = w->stride,
                                            .dilation_h = w->dilation ? w->dilation : 1,
                                            .dilation_w = w->dilation ? w->dilation : 1,
                                            .padding = w->padding};
    return sketch_add(s, &node, 2, (mote_id[]){x, add_weights(s, w, s->graph->tensors[x].dim[3])}, w->type);
}

static void expect_window(const window *w)
{
    const int32_t dim[] = {1, w->size, w->size, 2};
    sketch        s = sketch_begin();
    mote_id       x = sketch_input(&s, w->type, 4, dim);

    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_MAX_POOL_2D, .as.max_pool_2d = {1, 1, 1, 1, 0}}, 1, &x, w->type);
    sketch_output(&s, add_window(&s, w, add_pad(&s, w, x)));
    sketch_expect(sketch_end(&s), w->told);
}

static void padding_is_done_by_the_window_where_attributes_can_say_it(void **state)
{
    static const sketch_kind f32 = {MOTE_F32, 0, 0}, i8 = {MOTE_I8, 0.05f, -3}, low = {MOTE_I8, 0.05f, -128};
    const window             windows[] = {
                    {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, i8, 0, "fold_padding PAD"},
                    {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, f32, 0, "fold_padding PAD"},
                    {MOTE_OP_DEPTHWISE_CONV_2D, 6, 3, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 0}, i8, 0, "fold_padding PAD"},
                    {MOTE_OP_DEPTHWISE_CONV_2D, 7, 3, 2, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, f32, 0, "fold_padding PAD"},
                    {MOTE_OP_CONV_2D, 6, 3, 1, 0, 2, {0, 0, 2, 2, 2, 2, 0, 0}, i8, 0, "fold_padding PAD"}, /* dilated */
                    {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, i8, -3, "fold_padding PADV2"},
                    {MOTE_OP_CONV_2D, 4, 2, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 0}, i8, 0, "fold_padding PAD"}, /* nobody reads it: VALID */
                    {MOTE_OP_MAX_POOL_2D, 6, 3, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 0}, low, 0, "fold_padding PAD"},
                    {MOTE_OP_MAX_POOL_2D, 6, 3, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 0}, i8, -128, "fold_padding PADV2"},
                    /* SAME begins at another place, */
                    {MOTE_OP_CONV_2D, 6, 3, 2, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, i8, 0, ""},
                    /* or has another number of outputs, */
                    {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 2, 1, 1, 0, 0}, i8, 0, ""},
                    {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 1, 0, 0, 0, 0}, i8, 0, ""}, /* one axis is padded, both would be */
                    {MOTE_OP_CONV_2D, 6, 3, 1, 1, 1, {0, 0, 1, 1, 1, 1, 0, 0}, i8, 0, ""}, /* padded twice */
                    /* samples or channels are padded, */
                    {MOTE_OP_MAX_POOL_2D, 6, 3, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 1}, low, 0, ""},
                    /* or what is put there is not what the window takes padding for. */
                    {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, i8, -2, ""},
                    {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, f32, 1e-30f, ""},
                    {MOTE_OP_MAX_POOL_2D, 6, 3, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 0}, i8, 0, ""},
                    {MOTE_OP_MAX_POOL_2D, 6, 3, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 0}, f32, 0, ""},
                    {MOTE_OP_AVERAGE_POOL_2D, 6, 3, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 0}, i8, 0, ""},
                    {MOTE_OP_AVERAGE_POOL_2D, 6, 3, 2, 0, 1, {0, 0, 0, 1, 0, 1, 0, 0}, low, 0, ""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof windows / sizeof *windows; i++)
        expect_window(&windows[i]);
}

static void padding_that_others_read_stays(void **state)
{
    const window  w = {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, {MOTE_I8, 0.05f, -3}, 0, ""};
    const int32_t dim[] = {1, 6, 6, 2};
    sketch        s = sketch_begin();
    mote_id       padded = add_pad(&s, &w, sketch_input(&s, w.type, 4, dim));

    (void)state;
    sketch_output(&s, add_window(&s, &w, padded));
    sketch_output(&s, padded);
    sketch_expect(sketch_end(&s), "");
}

/* 0 times infinity is NaN, where padding adds nothing. */
static void weights_that_are_infinite_see_the_padding(void **state)
{
    const window  w = {MOTE_OP_CONV_2D, 6, 3, 1, 0, 1, {0, 0, 1, 1, 1, 1, 0, 0}, {MOTE_F32, 0, 0}, 0, ""};
    const int32_t dim[] = {1, 6, 6, 2};
    sketch        s = sketch_begin();
    mote_id       x = add_window(&s, &w, add_pad(&s, &w, sketch_input(&s, w.type, 4, dim)));

    (void)state;
    ((float *)s.graph->tensors[s.graph->nodes[1].in[1]].data)[5] = INFINITY;
    sketch_output(&s, x);
    sketch_expect(sketch_end(&s), "");
}

/* ---- activations ---- */

static void activations_of_one_scale_are_fused(void **state)
{
    static const mote_op_kind kinds[] = {MOTE_OP_RELU, MOTE_OP_RELU6, MOTE_OP_RELU_N1_TO_1};
    static const char *const  told[] = {"fuse_activations RELU", "fuse_activations RELU6", "fuse_activations RELU_N1_TO_1"};
    int                       i;

    (void)state;
    for (i = 0; i < 3; i++) {
        sketch  s;
        mote_id x = begin_i8(&s, -3);
        expect_i8(&s, sketch_unary(&s, kinds[i], x, (sketch_kind){MOTE_I8, 0.05f, -3}), told[i]);
        x = add_arithmetic(&s, MOTE_OP_MUL, begin_f32(&s), -0.5f, false);
        expect_f32(&s, sketch_unary(&s, kinds[i], x, sketch_f32), told[i]);
    }
}

/* MAX_POOL_2D of one value hands it on, and fuses: every int8 and int16 value, in scales of all sizes. */
static void fused_activations_clamp_every_value_as_their_operators_do(void **state)
{
    static const mote_op_kind kinds[] = {MOTE_OP_RELU, MOTE_OP_RELU6, MOTE_OP_RELU_N1_TO_1};
    static const int32_t      dim[] = {1, 256, 256, 1};
    static const float        scales[] = {1e-30f, 1e-5f, 0.0235294f, 1.0f / 256, 0.05f, 1.0f / 3, 4.7f, 13.0f, 1e20f};
    static int8_t             bytes[65536];
    static int16_t            words[65536];
    size_t                    k;
    int                       i;

    (void)state;
    for (i = 0; i < 65536; i++) {
        bytes[i] = (int8_t)i;
        words[i] = (int16_t)i;
    }
    for (k = 0; k < sizeof scales / sizeof *scales; k++)
        for (i = 0; i < 24; i++) {
            const bool             is_word = i >= 12;
            const sketch_kind      kind = {is_word ? MOTE_I16 : MOTE_I8, scales[k], is_word ? 0 : i % 12 / 3 * 85 - 128};
            const optimized_inputs in = {.samples = is_word ? (const uint8_t *)words : (const uint8_t *)bytes, .count = 1};
            sketch                 s = sketch_begin();
            mote_id                x = sketch_input(&s, kind, 4, dim);
            optimized_account      account = {0};
            mote_model            *model, *after;
            mote_error             err = {0};
            x = sketch_add(&s, &(mote_node){.op = MOTE_OP_MAX_POOL_2D, .as.max_pool_2d = {1, 1, 1, 1, 0}}, 1, &x, kind);
            if ((x = sketch_try(&s, &(mote_node){.op = kinds[i % 3]}, 1, &x, 1, kind, 0, NULL)) == MOTE_NONE) {
                mote_model_destroy(s.model); /* no such kernel */
                continue;
            }
            sketch_output(&s, x);
            model = sketch_end(&s);
            assert_int_equal(mote_model_optimize(
                                 &after, model, &(mote_optimize_options){.explain = optimized_note, .user = &account}, &err),
                             MOTE_OK);
            assert_int_equal(account.count, 1);
            assert_true(optimized_has_same_answers("every value", model, after, "reference", &in));
            mote_model_destroy(after);
            mote_model_destroy(model);
        }
}

static void activations_that_rescale_or_have_no_clamp_before_them_stay(void **state)
{
    sketch  s;
    mote_id x = begin_i8(&s, -3);

    (void)state;
    expect_i8(&s, sketch_unary(&s, MOTE_OP_RELU, x, (sketch_kind){MOTE_I8, 0.04f, -3}), "");
    x = begin_f32(&s); /* ABS has none */
    expect_f32(&s, sketch_unary(&s, MOTE_OP_RELU, x, sketch_f32), "");
    x = add_arithmetic(&s, MOTE_OP_MUL, begin_f32(&s), 0.5f, false);
    expect_f32(&s, sketch_unary(&s, MOTE_OP_RELU_0_TO_1, x, sketch_f32), ""); /* no number among fused ones */
    x = add_arithmetic(&s, MOTE_OP_MUL, begin_f32(&s), 0.5f, false);
    sketch_output(&s, x); /* somebody else reads it */
    expect_f32(&s, sketch_unary(&s, MOTE_OP_RELU, x, sketch_f32), "");
}

static void an_operator_fuses_one_activation_only(void **state)
{
    sketch  s;
    mote_id x = add_arithmetic(&s, MOTE_OP_MUL, begin_f32(&s), 0.5f, false);

    (void)state;
    x = sketch_unary(&s, MOTE_OP_RELU6, x, sketch_f32);
    expect_f32(&s, sketch_unary(&s, MOTE_OP_RELU_N1_TO_1, x, sketch_f32), "fuse_activations RELU6");
}

/* ---- what is the same, and what nobody reads ---- */

static void the_same_operator_is_computed_once(void **state)
{
    sketch  s;
    mote_id x = begin_f32(&s), a = add_flat(&s, x), b = add_flat(&s, x); /* two constants of the same bytes */

    (void)state;
    a = sketch_unary(&s, MOTE_OP_SQUARE, a, sketch_f32);
    b = sketch_unary(&s, MOTE_OP_SQUARE, b, sketch_f32);
    x = sketch_add(&s, &(mote_node){.op = MOTE_OP_ADD}, 2, (mote_id[]){a, b}, sketch_f32);
    expect_f32(&s, x, "share_subexpressions RESHAPE; share_subexpressions SQUARE");
}

static void operators_that_differ_in_attributes_or_scales_are_not_the_same(void **state)
{
    const sketch_kind kind = {MOTE_I8, 0.05f, -3}, other = {MOTE_I8, 0.051f, -3};
    sketch            s;
    mote_id           x = begin_f32(&s), a, b;

    (void)state;
    a = sketch_add(&s, &(mote_node){.op = MOTE_OP_LEAKY_RELU, .as.leaky_relu = {0.1f}}, 1, &x, sketch_f32);
    b = sketch_add(&s, &(mote_node){.op = MOTE_OP_LEAKY_RELU, .as.leaky_relu = {0.2f}}, 1, &x, sketch_f32);
    expect_f32(&s, sketch_add(&s, &(mote_node){.op = MOTE_OP_ADD}, 2, (mote_id[]){a, b}, sketch_f32), "");
    x = begin_i8(&s, -3);
    a = sketch_add(&s, &(mote_node){.op = MOTE_OP_LEAKY_RELU, .as.leaky_relu = {0.1f}}, 1, &x, kind);
    b = sketch_add(&s, &(mote_node){.op = MOTE_OP_LEAKY_RELU, .as.leaky_relu = {0.1f}}, 1, &x, other);
    expect_i8(&s, sketch_add(&s, &(mote_node){.op = MOTE_OP_ADD}, 2, (mote_id[]){a, b}, kind), "");
}

static void two_outputs_that_are_the_same_stay_two(void **state)
{
    sketch  s;
    mote_id x = begin_f32(&s);

    (void)state;
    sketch_output(&s, sketch_unary(&s, MOTE_OP_SQUARE, x, sketch_f32));
    sketch_output(&s, sketch_unary(&s, MOTE_OP_SQUARE, x, sketch_f32));
    sketch_expect(sketch_end(&s), "");
}

static void what_nobody_reads_goes_and_what_only_that_had_read(void **state)
{
    sketch  s;
    mote_id x = begin_f32(&s);

    (void)state;
    sketch_unary(&s, MOTE_OP_EXP, sketch_unary(&s, MOTE_OP_SQUARE, x, sketch_f32), sketch_f32);
    expect_f32(&s, x, "drop_unread EXP; drop_unread SQUARE");
}

static void one_output_of_several_that_is_read_keeps_the_operator(void **state)
{
    sketch  s;
    mote_id x = begin_f32(&s), axis = sketch_const(&s, (sketch_kind){MOTE_I32, 0, 0}, 0, NULL, (int32_t[]){2});

    (void)state;
    x = sketch_try(&s, &(mote_node){.op = MOTE_OP_SPLIT, .as.split = {.count = 2}}, 2, (mote_id[]){axis, x}, 2, sketch_f32,
                   0, NULL);
    assert_int_not_equal(x, MOTE_NONE);
    expect_f32(&s, x, "");
}

/* A variable's old value is another than its new one, and assigning is not for its outputs' sake. */
static void variables_are_read_and_written_as_often_as_before(void **state)
{
    sketch      s = sketch_begin();
    mote_id     in = sketch_input(&s, sketch_f32, 4, image), first, second;
    mote_tensor variable = s.graph->tensors[in];
    mote_id     held;
    mote_error  err = {0};
    mote_node   assign = op(MOTE_OP_ASSIGN_VARIABLE);

    (void)state;
    variable.kind = MOTE_STATE;
    variable.name = "held";
    variable.variable = "held";
    variable.data = MOTE_NEW(&s.model->arena, float, 32, &err);
    held = mote_graph_add_tensor(s.model, s.graph, &variable, &err);
    first = sketch_unary(&s, MOTE_OP_READ_VARIABLE, held, sketch_f32);
    assign.in = (mote_id[]){held, in};
    assign.in_count = 2;
    assert_non_null(mote_graph_add_node(s.model, s.graph, &assign, &err));
    second = sketch_unary(&s, MOTE_OP_READ_VARIABLE, held, sketch_f32);
    expect_f32(&s, sketch_add(&s, &(mote_node){.op = MOTE_OP_SUB}, 2, (mote_id[]){first, second}, sketch_f32), "");
}

/* ---- constants ---- */

static void operators_of_constants_are_computed(void **state)
{
    const float       values[] = {-2, 3};
    const int32_t     two = 2;
    sketch            s;
    mote_id           x = begin_f32(&s), c = sketch_const(&s, sketch_f32, 1, &two, values);
    optimized_account account = {0};
    mote_model       *model, *after;
    mote_runner      *runner;
    mote_error        err = {0};
    int               i;

    (void)state;
    c = sketch_unary(&s, MOTE_OP_SQUARE, sketch_unary(&s, MOTE_OP_ABS, c, sketch_f32), sketch_f32);
    sketch_output(&s, sketch_add(&s, &(mote_node){.op = MOTE_OP_ADD}, 2, (mote_id[]){x, c}, sketch_f32));
    model = sketch_end(&s); /* which nothing can run: its operators read constants only */
    assert_int_equal(
        mote_model_optimize(&after, model, &(mote_optimize_options){.explain = optimized_note, .user = &account}, &err),
        MOTE_OK);
    assert_int_equal(optimized_times(&account, "fold_constants ABS"), 1);
    assert_int_equal(optimized_times(&account, "fold_constants SQUARE"), 1);
    assert_int_equal(account.count, 2);
    runner = network_runner(after, NULL);
    for (i = 0; i < 32; i++)
        ((float *)mote_runner_input(runner, 0))[i] = (float)-i;
    assert_int_equal(mote_runner_invoke(runner, &err), MOTE_OK);
    for (i = 0; i < 32; i++)
        assert_true(((const float *)mote_runner_output(runner, 0))[i] == (float)i + (i % 2 ? 9.0f : 4.0f));
    mote_runner_destroy(runner);
    mote_model_destroy(after);
    mote_model_destroy(model);
}

/* ---- the whole ---- */

static void a_file_that_says_where_tensors_lie_says_so_no_more_once_they_have_other_numbers(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        sketch            s;
        mote_id           x = begin_f32(&s);
        optimized_account account;
        mote_model       *after;
        sketch_output(
            &s, sketch_unary(&s, MOTE_OP_NEG, i ? sketch_unary(&s, MOTE_OP_CONCATENATION, x, sketch_f32) : x, sketch_f32));
        s.model->metadata =
            (mote_blob[]){{"OfflineMemoryAllocation", (const uint8_t *)"x", 1}, {"TFLITE", (const uint8_t *)"y", 1}};
        s.model->metadata_count = 2;
        after = sketch_optimize(sketch_end(&s), &account);
        assert_int_equal(after->metadata_count, 2 - i);
        assert_string_equal(after->metadata[1 - i].name, "TFLITE");
        mote_model_destroy(after);
    }
}

static void a_model_in_training_and_no_model_are_refused(void **state)
{
    network_dice  dice = network_dice_of(1);
    mote_builder *b;
    mote_layer_id x;
    mote_model   *trained, *out;
    mote_error    err = {0};

    (void)state;
    b = mote_builder_create(NULL, &err);
    x = mote_layer_dense(b, mote_layer_input(b, 1, (int[]){4}), &(mote_dense_options){.units = 2});
    trained = network_finish(b, &x, 1, &dice);
    assert_int_equal(mote_model_optimize(&out, trained, NULL, &err), MOTE_ERR_USAGE);
    assert_null(out);
    err = (mote_error){0};
    assert_int_equal(mote_model_optimize(&out, NULL, NULL, &err), MOTE_ERR_USAGE);
    mote_model_destroy(trained);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_moves_every_element_to_its_own_place_goes),
        cmocka_unit_test(what_moves_an_element_elsewhere_stays_though_shapes_are_equal),
        cmocka_unit_test(a_strided_slice_of_everything_and_a_transpose_of_ones_go),
        cmocka_unit_test(casting_to_the_same_type_goes),
        cmocka_unit_test(an_identity_that_computes_an_output_leaves_its_name_to_the_one_before),
        cmocka_unit_test(an_output_stays_computed_when_it_would_become_an_input_or_another_output),
        cmocka_unit_test(what_gives_its_bytes_another_scale_stays),
        cmocka_unit_test(float_arithmetic_that_changes_nothing_goes_behind_a_clamp),
        cmocka_unit_test(multiplying_an_input_by_one_stays),
        cmocka_unit_test(a_relu_of_integers_that_cannot_be_negative_goes),
        cmocka_unit_test(views_of_views_become_one),
        cmocka_unit_test(a_view_and_its_way_back_go_both),
        cmocka_unit_test(a_view_that_others_read_stays),
        cmocka_unit_test(merged_views_keep_an_open_batch),
        cmocka_unit_test(conversions_there_and_back_go),
        cmocka_unit_test(an_integer_moved_by_128_is_dequantized_at_once),
        cmocka_unit_test(conversions_that_round_twice_stay),
        cmocka_unit_test(padding_is_done_by_the_window_where_attributes_can_say_it),
        cmocka_unit_test(padding_that_others_read_stays),
        cmocka_unit_test(weights_that_are_infinite_see_the_padding),
        cmocka_unit_test(activations_of_one_scale_are_fused),
        cmocka_unit_test(fused_activations_clamp_every_value_as_their_operators_do),
        cmocka_unit_test(activations_that_rescale_or_have_no_clamp_before_them_stay),
        cmocka_unit_test(an_operator_fuses_one_activation_only),
        cmocka_unit_test(the_same_operator_is_computed_once),
        cmocka_unit_test(operators_that_differ_in_attributes_or_scales_are_not_the_same),
        cmocka_unit_test(two_outputs_that_are_the_same_stay_two),
        cmocka_unit_test(what_nobody_reads_goes_and_what_only_that_had_read),
        cmocka_unit_test(one_output_of_several_that_is_read_keeps_the_operator),
        cmocka_unit_test(variables_are_read_and_written_as_often_as_before),
        cmocka_unit_test(operators_of_constants_are_computed),
        cmocka_unit_test(a_file_that_says_where_tensors_lie_says_so_no_more_once_they_have_other_numbers),
        cmocka_unit_test(a_model_in_training_and_no_model_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
