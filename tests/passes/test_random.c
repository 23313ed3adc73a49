/* Random graphs of operators that passes know, before and after all of them: the same bytes. Each graph follows from its
 * number; of many, each pass has work.
 *
 *     build/tests/test_passes_random [FIRST [COUNT]]     other graphs than the 6,000 that are usual
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "sketch.h"

enum { GRAPHS = 6000, STEPS_MAX = 14, LIVE_MAX = 32, TRIES = 60 };

typedef struct growth {
    sketch       s;
    network_dice dice;
    mote_id      live[LIVE_MAX];
    int          live_count;
} growth;

/* Few scales, so that neighbours have the same one often; -128 is a zero point below which nothing is. */
static sketch_kind draw_i8(growth *g)
{
    static const float   scales[] = {0.05f, 0.05f, 0.05f, 0.1f, 0.0371f};
    static const int32_t zeros[] = {-128, -128, -3, -3, 7};

    return (sketch_kind){MOTE_I8, scales[roll(&g->dice, 5)], zeros[roll(&g->dice, 5)]};
}

static mote_id draw_live(growth *g)
{
    return g->live[roll(&g->dice, 2) ? g->live_count - 1 : roll(&g->dice, g->live_count)];
}

static const mote_tensor *tensor_of(const growth *g, mote_id id)
{
    return &g->s.graph->tensors[id];
}

/* Mostly the scale of what is read. */
static sketch_kind kind_like(growth *g, mote_id id)
{
    const mote_tensor *tensor = tensor_of(g, id);

    if (tensor->dtype == MOTE_F32)
        return sketch_f32;
    return roll(&g->dice, 4) ? (sketch_kind){tensor->dtype, mote_scale_of(tensor), mote_zero_of(tensor)} : draw_i8(g);
}

static mote_id numbers(growth *g, int32_t count, int low, int high)
{
    int32_t values[8], i;

    for (i = 0; i < count; i++)
        values[i] = low + roll(&g->dice, high - low + 1);
    return sketch_numbers(&g->s, count, values);
}

/* ---- operators; each may be refused, which is MOTE_NONE ---- */

static mote_id grow_unary(growth *g, mote_id x)
{
    static const mote_op_kind kinds[] = {MOTE_OP_RELU,         MOTE_OP_RELU,        MOTE_OP_RELU6,
                                         MOTE_OP_RELU_N1_TO_1, MOTE_OP_RELU_0_TO_1, MOTE_OP_ABS,
                                         MOTE_OP_NEG,          MOTE_OP_QUANTIZE,    MOTE_OP_SQUARE};

    return sketch_try(&g->s, &(mote_node){.op = kinds[roll(&g->dice, 9)]}, 1, &x, 1, kind_like(g, x), 0, NULL);
}

static mote_id grow_conversion(growth *g, mote_id x)
{
    if (tensor_of(g, x)->dtype == MOTE_F32)
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_QUANTIZE}, 1, &x, 1, draw_i8(g), 0, NULL);
    if (roll(&g->dice, 2))
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_DEQUANTIZE}, 1, &x, 1, sketch_f32, 0, NULL);
    return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_QUANTIZE}, 1, &x, 1, kind_like(g, x), 0, NULL);
}

static mote_id grow_arithmetic(growth *g, mote_id x)
{
    static const mote_op_kind kinds[] = {MOTE_OP_ADD, MOTE_OP_SUB, MOTE_OP_MUL, MOTE_OP_DIV};
    static const float        neutral[] = {1, 0, -0.0f, 0.5f};
    const mote_node           node = {.op = kinds[roll(&g->dice, 4)]};
    const int32_t             one = 1;
    mote_id                   in[2] = {x, draw_live(g)};

    if (tensor_of(g, x)->dtype == MOTE_F32 && roll(&g->dice, 2))
        in[1] = sketch_const(&g->s, sketch_f32, 1, &one, &neutral[roll(&g->dice, 4)]);
    return sketch_try(&g->s, &node, 2, in, 1, kind_like(g, x), 0, NULL);
}

static mote_id grow_shape(growth *g, mote_id x)
{
    const mote_tensor *tensor = tensor_of(g, x);
    const int32_t      count = (int32_t)mote_tensor_count(tensor);
    const int32_t      shapes[][4] = {{count, 0}, {1, count}, {1, 1, 1, count}, {1, -1, 2, 1}, {1, 4, -1, 2}, {1, 4, 4, -1}};
    static const int   ranks[] = {1, 2, 4, 4, 4, 4};
    const int          shape = roll(&g->dice, 6);

    if (roll(&g->dice, 4) == 0)
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_EXPAND_DIMS}, 2, (mote_id[]){x, numbers(g, 1, -1, tensor->rank)},
                          1, kind_like(g, x), 0, NULL);
    if (roll(&g->dice, 3) == 0) /* to its own shape */
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_RESHAPE}, 2,
                          (mote_id[]){x, sketch_numbers(&g->s, tensor->rank, tensor->dim)}, 1, kind_like(g, x), 0, NULL);
    return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_RESHAPE}, 2,
                      (mote_id[]){x, sketch_numbers(&g->s, ranks[shape], shapes[shape])}, 1, kind_like(g, x), 0, NULL);
}

static mote_id add_weights(growth *g, mote_op_kind kind, int32_t channels, mote_dtype dtype)
{
    const int32_t dim[] = {kind == MOTE_OP_CONV_2D ? 2 : 1, 1 + roll(&g->dice, 3), 1 + roll(&g->dice, 3), channels};
    const int32_t count = dim[0] * dim[1] * dim[2] * dim[3];
    float        *values = malloc((size_t)count * sizeof *values);
    mote_id       id;
    int32_t       i;

    for (i = 0; i < count; i++)
        if (dtype == MOTE_F32)
            values[i] = roll_between(&g->dice, -1, 1);
        else
            ((int8_t *)values)[i] = (int8_t)(roll(&g->dice, 255) - 127);
    id = sketch_const(&g->s, dtype == MOTE_F32 ? sketch_f32 : (sketch_kind){MOTE_I8, 0.01f, 0}, 4, dim, values);
    free(values);
    return id;
}

/* Of the scale that the input's and the weights' make. */
static mote_id add_bias(growth *g, int32_t count, mote_id x)
{
    const sketch_kind kind =
        tensor_of(g, x)->dtype == MOTE_F32 ? sketch_f32 : (sketch_kind){MOTE_I32, mote_scale_of(tensor_of(g, x)) * 0.01f, 0};
    float   values[64];
    int32_t i;

    for (i = 0; i < count && i < 64; i++)
        if (kind.dtype == MOTE_F32)
            values[i] = roll_between(&g->dice, -1, 1);
        else
            ((int32_t *)(void *)values)[i] = roll(&g->dice, 2000) - 1000;
    return sketch_const(&g->s, kind, 1, &count, values);
}

static mote_id grow_window(growth *g, mote_id x)
{
    static const mote_op_kind kinds[] = {MOTE_OP_CONV_2D, MOTE_OP_DEPTHWISE_CONV_2D, MOTE_OP_MAX_POOL_2D,
                                         MOTE_OP_AVERAGE_POOL_2D};
    mote_node                 node = {.op = kinds[roll(&g->dice, 4)]};
    const mote_tensor        *tensor = tensor_of(g, x);
    const int32_t             stride = 1 + roll(&g->dice, 2), padding = roll(&g->dice, 4) == 0;
    mote_id                   in[3] = {x};

    if (tensor->rank != 4 || tensor->dim[3] > 64)
        return MOTE_NONE;
    if (node.op == MOTE_OP_MAX_POOL_2D || node.op == MOTE_OP_AVERAGE_POOL_2D) {
        node.as.max_pool_2d = (mrt_pool_attributes){1 + roll(&g->dice, 3), 1 + roll(&g->dice, 3), stride, stride, padding};
        return sketch_try(&g->s, &node, 1, &x, 1, kind_like(g, x), 0, NULL);
    }
    node.as.conv_2d = (mrt_conv_attributes){.depth_multiplier = node.op == MOTE_OP_DEPTHWISE_CONV_2D,
                                            .stride_h = stride,
                                            .stride_w = stride,
                                            .dilation_h = 1 + (roll(&g->dice, 5) == 0),
                                            .dilation_w = 1,
                                            .padding = padding};
    in[1] = add_weights(g, node.op, tensor->dim[3], tensor->dtype);
    in[2] = add_bias(g, node.op == MOTE_OP_CONV_2D ? 2 : tensor_of(g, x)->dim[3], x);
    return sketch_try(&g->s, &node, roll(&g->dice, 4) ? 3 : 2, in, 1, kind_like(g, x), 0, NULL);
}

/* Often what a window could do: the same before and behind, or one behind. */
static mote_id grow_padding(growth *g, mote_id x)
{
    const mote_tensor *tensor = tensor_of(g, x);
    const int32_t      rows[] = {4, 2};
    const int          behind = roll(&g->dice, 3), before = roll(&g->dice, 2) ? behind : 0;
    const sketch_kind  kind = {tensor->dtype, tensor->quant ? mote_scale_of(tensor) : 0, mote_zero_of(tensor)};
    int32_t            pad[8] = {0, 0, before, behind, before, behind, 0, 0};
    float              zero = 0;
    mote_id            in[3] = {x};

    if (tensor->rank != 4 || mote_tensor_count(tensor) > 2000)
        return MOTE_NONE;
    if (roll(&g->dice, 6) == 0)
        pad[roll(&g->dice, 8)]++;
    in[1] = sketch_const(&g->s, (sketch_kind){MOTE_I32, 0, 0}, 2, rows, pad);
    if (roll(&g->dice, 3))
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_PAD}, 2, in, 1, kind, 0, NULL);
    if (tensor->dtype != MOTE_F32)
        *(int8_t *)&zero = (int8_t)(roll(&g->dice, 2) ? kind.zero : -128);
    in[2] = sketch_const(&g->s, kind, 0, NULL, &zero);
    return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_PADV2}, 3, in, 1, kind, 0, NULL);
}

static mote_id grow_mover(growth *g, mote_id x)
{
    const int32_t rank = tensor_of(g, x)->rank;
    const int     swap = roll(&g->dice, 3);
    int32_t       perm[8], i;

    switch (roll(&g->dice, 4)) {
    case 0:
        for (i = 0; i < rank; i++)
            perm[i] = i;
        if (swap + 1 < rank && roll(&g->dice, 2)) {
            perm[swap] = swap + 1;
            perm[swap + 1] = swap;
        }
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_TRANSPOSE}, 2, (mote_id[]){x, sketch_numbers(&g->s, rank, perm)},
                          1, kind_like(g, x), 0, NULL);
    case 1:
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_CONCATENATION, .as.concatenation.axis = -1},
                          1 + roll(&g->dice, 2), (mote_id[]){x, x}, 1, kind_like(g, x), 0, NULL);
    case 2:
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_STRIDED_SLICE, .as.strided_slice = {255, 255, 0, 0, 0, 0}}, 4,
                          (mote_id[]){x, numbers(g, rank, 0, 0), numbers(g, rank, 0, 0),
                                      roll(&g->dice, 2) ? numbers(g, rank, 1, 1) : numbers(g, rank, -1, -1)},
                          1, kind_like(g, x), 0, NULL);
    default:
        return sketch_try(&g->s, &(mote_node){.op = MOTE_OP_TILE}, 2, (mote_id[]){x, numbers(g, rank, 1, 1)}, 1,
                          kind_like(g, x), 0, NULL);
    }
}

/* An operator that is there already, once more. */
static mote_id grow_again(growth *g)
{
    const mote_node   *node = &g->s.graph->nodes[roll(&g->dice, g->s.graph->node_count)];
    const mote_tensor *out = mote_node_out(g->s.graph, node, 0);
    const sketch_kind  kind = {out->dtype, out->quant ? mote_scale_of(out) : 0, mote_zero_of(out)};
    const mote_node    like = *node;

    return sketch_try(&g->s, &like, like.in_count, like.in, 1, kind, 0, NULL);
}

static mote_id grow(growth *g)
{
    const mote_id x = draw_live(g);
    mote_id       padded;

    if (g->s.graph->node_count > 0 && roll(&g->dice, 8) == 0)
        return grow_again(g);
    switch (roll(&g->dice, 9)) {
    case 0:
    case 1:
        return grow_unary(g, x);
    case 2:
        return grow_conversion(g, x);
    case 3:
        return grow_arithmetic(g, x);
    case 4:
        return grow_shape(g, x);
    case 5:
        return grow_window(g, x);
    case 6:
        return grow_padding(g, x);
    case 7:
        padded = grow_padding(g, x);
        return padded == MOTE_NONE ? MOTE_NONE : grow_window(g, padded);
    default:
        return grow_mover(g, x);
    }
}

/* ---- graphs ---- */

/* The last, and some others: what an optimizer would rather not see. */
static void choose_outputs(growth *g)
{
    int k;

    sketch_output(&g->s, g->live[g->live_count - 1]);
    for (k = roll(&g->dice, 3); k > 0; k--)
        sketch_output(&g->s, g->live[roll(&g->dice, g->live_count)]);
}

static mote_model *make_graph(uint64_t number)
{
    static const int32_t image[] = {1, 6, 6, 2};
    growth               g = {.s = sketch_begin(), .dice = network_dice_of(number)};
    int                  steps = 2 + roll(&g.dice, STEPS_MAX - 1), tries;

    g.live[g.live_count++] = sketch_input(&g.s, roll(&g.dice, 3) ? draw_i8(&g) : sketch_f32, 4, image);
    if (roll(&g.dice, 2))
        g.live[g.live_count++] = sketch_input(&g.s, roll(&g.dice, 3) ? draw_i8(&g) : sketch_f32, 4, image);
    for (tries = 0; steps > 0 && tries < TRIES; tries++) {
        const mote_id id = grow(&g);
        if (id == MOTE_NONE || mote_tensor_count(tensor_of(&g, id)) > 20000)
            continue;
        g.live[g.live_count++] = id;
        steps--;
    }
    choose_outputs(&g);
    return sketch_end(&g.s);
}

/* Scales that kernels refuse are found when a program is made. */
static bool can_run(const mote_model *model)
{
    mote_runner *runner;
    mote_error   err = {0};
    const bool   can = mote_runner_create(&runner, model, NULL, &err) == MOTE_OK;

    mote_runner_destroy(runner);
    return can;
}

static int first = 1, count = GRAPHS;

static void random_graphs_answer_the_same_after_all_passes(void **state)
{
    static const char *const passes[] = {"drop_identities",  "merge_views",          "fuse_quantization", "fold_padding",
                                         "fuse_activations", "share_subexpressions", "drop_unread"};
    optimized_account        account;
    int                      times[7] = {0}, run = 0, operators = 0, left = 0, n, i;
    size_t                   p;

    (void)state;
    for (n = first; n < first + count; n++) {
        mote_model *model = make_graph((uint64_t)n), *after;
        if (!can_run(model)) {
            mote_model_destroy(model);
            continue;
        }
        run++;
        operators += model->graphs[0].node_count;
        print_message("graph %d\r", n); /* what a failure was about */
        after = sketch_optimize(model, &account);
        left += after->graphs[0].node_count;
        mote_model_destroy(after);
        for (i = 0; i < account.count && i < OPTIMIZED_TOLD_MAX; i++)
            for (p = 0; p < sizeof passes / sizeof *passes; p++)
                times[p] += strncmp(account.told[i], passes[p], strlen(passes[p])) == 0;
    }
    print_message("%d graphs of %d operators; %d are left:", run, operators, left);
    for (p = 0; p < sizeof passes / sizeof *passes; p++) {
        print_message(" %s %d", passes[p], times[p]);
        assert_true(count < GRAPHS || times[p] >= 20);
    }
    print_message("\n");
    assert_true(count < GRAPHS || run > GRAPHS / 2);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_graphs_answer_the_same_after_all_passes)};

    first = argc > 1 ? atoi(argv[1]) : first;
    count = argc > 2 ? atoi(argv[2]) : argc > 1 ? 1 : count;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
