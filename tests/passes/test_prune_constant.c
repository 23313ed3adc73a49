/* Dropping constant channels: which go, which stay, and that no byte of an answer changes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "networks.h"

#include <math.h>

#include <mote/convert.h>

#include "exec/exec.h"
#include "running.h"

enum { RANDOM_NETWORKS = 400, RANDOM_INPUTS = 6, VWW_INPUTS = 200 };

/* ---- small quantized networks, by hand ---- */

typedef struct net {
    mote_model  *model;
    mote_graph  *graph;
    network_dice dice;
    mote_error   err;
} net;

static net net_begin(uint64_t number)
{
    net n = {.dice = network_dice_of(number)};

    assert_int_equal(mote_model_create(&n.model, MOTE_STAGE_QUANTIZED, 0, &n.err), MOTE_OK);
    n.graph = &n.model->graphs[0];
    return n;
}

static mote_quant *quant_of(net *n, int32_t axis, int32_t count, float scale, int32_t zero)
{
    mote_quant *quant = mote_quant_create(n->model, axis, count, NULL, NULL, &n->err);
    int32_t     i;

    assert_non_null(quant);
    for (i = 0; i < count; i++) {
        quant->scale[i] = scale * (count > 1 ? 1.0f + (float)(i % 5) / 8.0f : 1.0f);
        quant->zero_point[i] = zero;
    }
    return quant;
}

/* Named "t0", "t1" ... by number. */
static mote_id activation(net *n, const mote_tensor *like, float scale, int32_t zero)
{
    mote_tensor tensor = *like;
    char        name[16];
    mote_id     id;

    snprintf(name, sizeof name, "t%d", n->graph->tensor_count);
    tensor.name = name;
    tensor.origin = (uint32_t)n->graph->tensor_count;
    tensor.dtype = MOTE_I8;
    tensor.quant = quant_of(n, -1, 1, scale, zero);
    id = mote_graph_add_tensor(n->model, n->graph, &tensor, &n->err);
    assert_int_not_equal(id, MOTE_NONE);
    return id;
}

static mote_id net_input(net *n, int32_t height, int32_t width, int32_t channels, int32_t zero)
{
    mote_id id = activation(n, &(mote_tensor){.rank = 4, .dim = {1, height, width, channels}}, 0.05f, zero);

    assert_int_equal(mote_graph_set_inputs(n->model, n->graph, &id, 1, &n->err), MOTE_OK);
    return id;
}

static mote_id constant(net *n, mote_dtype dtype, int32_t rank, const int32_t *dim, const void *values, mote_quant *quant)
{
    mote_id id = mote_graph_add_const(n->model, n->graph, "const", dtype, rank, dim, values, &n->err);

    assert_int_not_equal(id, MOTE_NONE);
    n->graph->tensors[id].quant = quant;
    return id;
}

/* Adds the node, whose output gets its shape from the operator. */
static mote_id net_node(net *n, mote_node node, const mote_id *in, int32_t in_count, float scale, int32_t zero)
{
    mote_id    ids[3], out = activation(n, &(mote_tensor){.rank = 0}, scale, zero);
    mote_node *added;

    memcpy(ids, in, (size_t)in_count * sizeof *ids);
    node.in = ids;
    node.in_count = in_count;
    node.out = &out;
    node.out_count = 1;
    added = mote_graph_add_node(n->model, n->graph, &node, &n->err);
    assert_non_null(added);
    if (mote_op_infer(n->model, n->graph, added, &n->err) != MOTE_OK)
        fail_msg("%s", n->err.text);
    return out;
}

static mote_model *net_end(net *n, mote_id out)
{
    assert_int_equal(mote_graph_set_outputs(n->model, n->graph, &out, 1, &n->err), MOTE_OK);
    if (mote_model_verify(n->model, &n->err) != MOTE_OK)
        fail_msg("%s", n->err.text);
    return n->model;
}

static int8_t random_weight(net *n)
{
    return (int8_t)(roll(&n->dice, 255) - 127);
}

/* How a layer's output channels are to be: alive, or held at one value by weights of zero or by a bias far out. */
typedef enum fate { ALIVE, HELD, FAR } fate;

typedef struct layer {
    int32_t        outs, kernel, stride, multiplier;
    bool           is_same, has_no_bias, is_per_tensor;
    mrt_activation activation;
    const fate    *fates;  /* [outs]; NULL: all alive */
    const int32_t *values; /* [outs] of held channels: the output above the zero point */
    float          out_scale;
    int32_t        out_zero;
    const int8_t  *w; /* NULL: random */
} layer;

enum { WEIGHTS_MAX = 4096, OUTS_MAX = 64, HOLDING = 1 << 16 };

/* The accumulator that gives an output of value steps above its zero point. */
static int32_t holding_bias(float in_scale, float w_scale, float out_scale, int32_t value)
{
    return (int32_t)lroundf((float)value * out_scale / (in_scale * w_scale));
}

/* w_at: where weight k of output o is. */
static void fill_layer(net *n, const layer *l, const mote_quant *w_quant, float in_scale, int8_t *w, int32_t taps,
                       int32_t *bias, bool is_depthwise)
{
    int32_t o, k;

    for (o = 0; o < l->outs; o++) {
        const fate is = l->fates ? l->fates[o] : ALIVE;
        for (k = 0; k < taps; k++) {
            int8_t *at = is_depthwise ? &w[k * l->outs + o] : &w[o * taps + k];
            *at = is == HELD ? 0 : l->w ? l->w[at - w] : random_weight(n);
        }
        bias[o] = roll(&n->dice, 2001) - 1000;
        if (is == HELD)
            bias[o] = holding_bias(in_scale, w_quant->scale[w_quant->count > 1 ? o : 0], l->out_scale,
                                   l->values ? l->values[o] : 0);
        if (is == FAR)
            bias[o] = -(1 << 28);
    }
}

static mote_id net_layer(net *n, mote_op_kind op, mote_id in, const layer *l)
{
    const mote_tensor x = n->graph->tensors[in];
    const int32_t     channels = x.dim[x.rank - 1], stride = l->stride ? l->stride : 1;
    const bool        is_dense = op == MOTE_OP_FULLY_CONNECTED, is_depthwise = op == MOTE_OP_DEPTHWISE_CONV_2D;
    const int32_t     taps = is_dense ? channels : is_depthwise ? l->kernel * l->kernel : l->kernel * l->kernel * channels;
    const int32_t     image[4] = {is_depthwise ? 1 : l->outs, l->kernel, l->kernel, is_depthwise ? l->outs : channels};
    const int32_t     matrix[2] = {l->outs, channels};
    mote_quant       *w_quant = quant_of(n,
                                   l->is_per_tensor ? -1
                                         : is_depthwise   ? 3
                                                          : 0,
                                   l->is_per_tensor ? 1 : l->outs, 0.01f, 0);
    int8_t            w[WEIGHTS_MAX];
    int32_t           bias[OUTS_MAX];
    mote_id           ids[3] = {in};
    mote_node         node = {.op = op, .activation = l->activation};

    assert_true(l->outs * taps <= WEIGHTS_MAX && l->outs <= OUTS_MAX);
    fill_layer(n, l, w_quant, x.quant->scale[0], w, taps, bias, is_depthwise);
    ids[1] = constant(n, MOTE_I8, is_dense ? 2 : 4, is_dense ? matrix : image, w, w_quant);
    if (!l->has_no_bias)
        ids[2] = constant(n, MOTE_I32, 1, &l->outs, bias, NULL);
    if (!is_dense) {
        node.as.conv_2d = (mrt_conv_attributes){.stride_h = stride, .stride_w = stride, .dilation_h = 1, .dilation_w = 1};
        node.as.conv_2d.padding = l->is_same ? MRT_PADDING_SAME : MRT_PADDING_VALID;
        if (is_depthwise)
            node.as.depthwise_conv_2d = node.as.conv_2d;
    }
    return net_node(n, node, ids, l->has_no_bias ? 2 : 3, l->out_scale, l->out_zero);
}

static mote_id net_conv(net *n, mote_id in, const layer *l)
{
    return net_layer(n, MOTE_OP_CONV_2D, in, l);
}

static mote_id net_add(net *n, mote_id a, mote_id b, mrt_activation activation)
{
    return net_node(n, (mote_node){.op = MOTE_OP_ADD, .activation = activation}, (mote_id[]){a, b}, 2, 0.1f, -5);
}

static mote_id net_flatten(net *n, mote_id in)
{
    const int32_t     two = 2, count = (int32_t)mote_tensor_count(&n->graph->tensors[in]), shape[2] = {-1, count};
    const mote_quant *same = n->graph->tensors[in].quant;
    mote_id           ids[2] = {in, constant(n, MOTE_I32, 1, &two, shape, NULL)};

    return net_node(n, (mote_node){.op = MOTE_OP_RESHAPE}, ids, 2, same->scale[0], same->zero_point[0]);
}

/* An operator of one operand and no attributes, or a pool of 2x2, that has its operand's scale. */
static mote_id net_same(net *n, mote_op_kind op, mote_id in)
{
    const mote_quant *same = n->graph->tensors[in].quant;
    mote_node         node = {.op = op};

    if (op == MOTE_OP_MAX_POOL_2D || op == MOTE_OP_AVERAGE_POOL_2D)
        node.as.max_pool_2d = node.as.average_pool_2d = (mrt_pool_attributes){2, 2, 1, 1, MRT_PADDING_SAME};
    if (op == MOTE_OP_LEAKY_RELU)
        node.as.leaky_relu.alpha = 0.25f;
    if (op == MOTE_OP_LOGISTIC)
        return net_node(n, node, &in, 1, 1.0f / 256.0f, -128);
    return net_node(n, node, &in, 1, same->scale[0], same->zero_point[0]);
}

static mote_id net_mean(net *n, mote_id in)
{
    return net_node(n, (mote_node){.op = MOTE_OP_MEAN, .as.mean = {.axis = {1, 2}, .axis_count = 2}}, &in, 1, 0.04f, 3);
}

/* ---- that answers stay ---- */

static mote_id named(const mote_graph *graph, const char *name)
{
    int32_t i;

    for (i = 0; i < graph->tensor_count; i++)
        if (strcmp(graph->tensors[i].name, name) == 0)
            return i;
    return MOTE_NONE;
}

/* A computed tensor of the pruned model, against what the whole model has: kept channels are the same, dropped ones really
 * have the value that was found. */
static void assert_tensor_agrees(const mote_runner *whole, const mote_runner *pruned, mote_id id)
{
    const mote_graph     *graph = &pruned->program->model->graphs[0], *all = &whole->program->model->graphs[0];
    const mote_tensor    *tensor = &graph->tensors[id];
    const mote_id         whole_id = named(all, tensor->name);
    const mote_narrowing *narrowing = tensor->narrowing;
    const int8_t         *is = mote_runner_tensor(pruned, id), *wanted = mote_runner_tensor(whole, whole_id);
    const size_t          count = mote_tensor_count(&all->tensors[whole_id]);
    size_t                i, k = 0;

    for (i = 0; i < count; i++) {
        const int32_t channel = narrowing ? (int32_t)(i % (size_t)narrowing->channels) : 0;
        const int16_t value = narrowing ? narrowing->value[channel] : MOTE_CHANNEL_KEPT;
        if (value == MOTE_CHANNEL_UNREAD)
            continue;
        if (wanted[i] != (value == MOTE_CHANNEL_KEPT ? is[k] : value))
            fail_msg("%s, element %zu (channel %d): %d, %d expected", tensor->name, i, channel,
                     value == MOTE_CHANNEL_KEPT ? is[k] : value, wanted[i]);
        k += value == MOTE_CHANNEL_KEPT;
    }
    assert_int_equal(k, mote_tensor_count(tensor));
}

static void assert_all_agree(const mote_runner *whole, const mote_runner *pruned)
{
    const mote_graph *graph = &pruned->program->model->graphs[0];
    int32_t           n, i;

    for (n = 0; n < graph->node_count; n++)
        assert_tensor_agrees(whole, pruned, graph->nodes[n].out[0]);
    for (i = 0; i < graph->output_count; i++)
        assert_memory_equal(mote_runner_output(pruned, i), mote_runner_output(whole, i),
                            mote_model_output(whole->program->model, i).bytes);
}

/* Of every kind: noise, extremes, one value everywhere. */
static void fill_input(uint8_t *input, size_t bytes, int kind, network_dice *dice)
{
    const uint8_t one = (uint8_t)roll(dice, 256);
    size_t        i;

    for (i = 0; i < bytes; i++)
        input[i] = kind % 3 == 0 ? (uint8_t)roll(dice, 256) : kind % 3 == 1 ? (roll(dice, 2) ? 127 : 128) : one;
}

static void assert_same_answers(const mote_model *model, const mote_model *pruned, int inputs, network_dice *dice)
{
    const mote_runner_options options = {.keeps_all = true};
    mote_runner              *a = network_runner(model, &options), *b = network_runner(pruned, &options);
    const size_t              bytes = mote_model_input(model, 0).bytes;
    int                       i;

    for (i = 0; i < inputs; i++) {
        fill_input(mote_runner_input(a, 0), bytes, i, dice);
        memcpy(mote_runner_input(b, 0), mote_runner_input(a, 0), bytes);
        invoke_model(a);
        invoke_model(b);
        assert_all_agree(a, b);
    }
    mote_runner_destroy(a);
    mote_runner_destroy(b);
}

static mote_model *prune_by(const mote_model *model, int32_t multiple, mote_prune_result *result)
{
    mote_model *pruned;
    mote_error  err = {0};

    if (mote_model_prune_constant(&pruned, model, &(mote_prune_options){.multiple = multiple}, result, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return pruned;
}

static mote_model *prune(const mote_model *model, mote_prune_result *result)
{
    return prune_by(model, 1, result);
}

/* Prunes the net that ends in `out`, checks its answers and how many channels went. The whole model is released. */
static mote_model *assert_drops(net *n, mote_id out, int32_t dropped)
{
    mote_prune_result result;
    mote_model       *model = net_end(n, out), *pruned = prune(model, &result);

    assert_same_answers(model, pruned, 9, &n->dice);
    assert_int_equal(result.dropped_channels, dropped);
    mote_model_destroy(model);
    return pruned;
}

static const mote_tensor *operand(const mote_model *model, int32_t node, int32_t index)
{
    return mote_node_in(&model->graphs[0], &model->graphs[0].nodes[node], index);
}

static void assert_shape(const mote_tensor *tensor, const char *shape)
{
    assert_string_equal(mote_shape_show(tensor).text, shape);
}

/* ---- which go ---- */

static const fate    second_held[] = {ALIVE, HELD, ALIVE}, second_far[] = {ALIVE, FAR, ALIVE};
static const int32_t second_at_40[] = {0, 40, 0};

static layer three(const fate *fates, const int32_t *values)
{
    return (layer){.outs = 3, .kernel = 1, .out_scale = 0.1f, .out_zero = -10, .fates = fates, .values = values};
}

static void a_held_channel_goes_into_the_next_bias(void **state)
{
    int without_bias;

    (void)state;
    for (without_bias = 0; without_bias < 2; without_bias++) {
        net           n = net_begin(1);
        layer         first = three(second_held, second_at_40);
        const layer   second = {.outs = 2, .kernel = 2, .out_scale = 0.2f, .out_zero = 4, .has_no_bias = without_bias};
        mote_id       x = net_input(&n, 4, 5, 2, 3), y = net_conv(&n, net_conv(&n, x, &first), &second);
        const int8_t *w = mote_node_in(n.graph, &n.graph->nodes[1], 1)->data;
        int32_t       wanted[2] = {0}, o, k;
        mote_model   *pruned;

        for (o = 0; o < 2; o++) {
            if (!without_bias)
                wanted[o] = ((const int32_t *)mote_node_in(n.graph, &n.graph->nodes[1], 2)->data)[o];
            for (k = 0; k < 4; k++)
                wanted[o] += 40 * w[o * 12 + k * 3 + 1];
        }
        pruned = assert_drops(&n, y, 1);
        assert_shape(operand(pruned, 0, 1), "[2,1,1,2]");
        assert_int_equal(operand(pruned, 0, 1)->quant->count, 2);
        assert_shape(operand(pruned, 0, 2), "[2]");
        assert_shape(operand(pruned, 1, 0), "[1,4,5,2]");
        assert_shape(operand(pruned, 1, 1), "[2,2,2,2]");
        assert_memory_equal(operand(pruned, 1, 2)->data, wanted, sizeof wanted);
        assert_int_equal(operand(pruned, 1, 0)->narrowing->channels, 3);
        assert_memory_equal(operand(pruned, 1, 0)->narrowing->value,
                            ((const int16_t[]){MOTE_CHANNEL_KEPT, 30, MOTE_CHANNEL_KEPT}), 3 * sizeof(int16_t));
        mote_model_destroy(pruned);
    }
}

static void a_bias_far_below_relu_is_padding_itself_and_goes_before_any_window(void **state)
{
    int is_same;

    (void)state;
    for (is_same = 0; is_same < 2; is_same++) {
        net         n = net_begin(2);
        layer       first = three(second_far, NULL);
        const layer second = {.outs = 2, .kernel = 3, .stride = 2, .is_same = is_same, .out_scale = 0.2f};
        mote_model *pruned;
        first.activation = MRT_ACT_RELU;
        pruned = assert_drops(&n, net_conv(&n, net_conv(&n, net_input(&n, 6, 5, 2, 3), &first), &second), 1);
        mote_model_destroy(pruned);
    }
}

/* The same without RELU: clamped at -128, which is not the zero point. */
static void padding_keeps_a_channel_that_is_not_at_the_zero_point(void **state)
{
    net         n = net_begin(3);
    layer       first = three(second_far, NULL);
    const layer second = {.outs = 2, .kernel = 3, .is_same = true, .out_scale = 0.2f};

    (void)state;
    mote_model_destroy(assert_drops(&n, net_conv(&n, net_conv(&n, net_input(&n, 6, 5, 2, 3), &first), &second), 0));
}

/* 3x3 over 6x5 with weights at the centre only; over 1x1 the others never meet the input. */
static void padding_that_no_weight_meets_keeps_nothing(void **state)
{
    int8_t w[2 * 9 * 3];
    int    is_single, k;

    (void)state;
    for (is_single = 0; is_single < 2; is_single++) {
        net         n = net_begin(4);
        const layer first = three(second_held, second_at_40);
        layer       second = {.outs = 2, .kernel = 3, .is_same = true, .out_scale = 0.2f};
        for (k = 0; k < 2 * 9 * 3; k++)
            w[k] = k / 3 % 9 == 4 || k % 3 != 1 ? random_weight(&n) : 0;
        second.w = is_single ? NULL : w;
        mote_model_destroy(assert_drops(
            &n, net_conv(&n, net_conv(&n, net_input(&n, is_single ? 1 : 6, is_single ? 1 : 5, 2, 3), &first), &second), 1));
    }
}

static void depthwise_channels_go_with_their_input(void **state)
{
    static const fate all_alive[6] = {ALIVE};
    net               n = net_begin(5);
    const layer       first = three(second_held, second_at_40), last = {.outs = 2, .kernel = 1, .out_scale = 0.2f};
    const layer       between = {.outs = 6, .kernel = 3, .out_scale = 0.3f, .out_zero = 7, .fates = all_alive};
    mote_id           x = net_conv(&n, net_input(&n, 6, 5, 2, 3), &first);
    mote_model       *pruned;

    (void)state;
    x = net_layer(&n, MOTE_OP_DEPTHWISE_CONV_2D, x, &between);
    pruned = assert_drops(&n, net_conv(&n, x, &last), 3);
    assert_shape(operand(pruned, 1, 1), "[1,3,3,4]");
    assert_int_equal(operand(pruned, 1, 1)->quant->count, 4);
    assert_shape(operand(pruned, 2, 1), "[2,1,1,4]");
    mote_model_destroy(pruned);
}

static void a_depthwise_border_keeps_its_channel(void **state)
{
    net         n = net_begin(6);
    const layer first = three(second_held, second_at_40), last = {.outs = 2, .kernel = 1, .out_scale = 0.2f};
    const layer between = {.outs = 3, .kernel = 3, .is_same = true, .out_scale = 0.3f, .out_zero = 7};
    mote_id     x = net_conv(&n, net_input(&n, 6, 5, 2, 3), &first);

    (void)state;
    x = net_layer(&n, MOTE_OP_DEPTHWISE_CONV_2D, x, &between);
    mote_model_destroy(assert_drops(&n, net_conv(&n, x, &last), 0));
}

/* What goes into it is not constant, but nobody else reads that. */
static void a_depthwise_channel_that_is_held_takes_its_input_along(void **state)
{
    net         n = net_begin(7);
    const layer first = three(NULL, NULL), last = {.outs = 2, .kernel = 1, .out_scale = 0.2f};
    const layer between = {.outs = 3, .kernel = 3, .is_same = true, .out_scale = 0.3f, .out_zero = 7, .fates = second_far};
    mote_id     x = net_conv(&n, net_input(&n, 6, 5, 2, 3), &first);
    mote_model *pruned;

    (void)state;
    x = net_layer(&n, MOTE_OP_DEPTHWISE_CONV_2D, x, &between);
    pruned = assert_drops(&n, net_conv(&n, x, &last), 2);
    assert_int_equal(operand(pruned, 1, 0)->narrowing->value[1], MOTE_CHANNEL_UNREAD);
    assert_int_equal(operand(pruned, 2, 0)->narrowing->value[1], -128);
    mote_model_destroy(pruned);
}

static void a_sum_goes_only_where_both_terms_can(void **state)
{
    int both;

    (void)state;
    for (both = 0; both < 2; both++) {
        net         n = net_begin(8);
        layer       branch = three(second_held, second_at_40), other = three(both ? second_held : NULL, second_at_40);
        const layer last = {.outs = 2, .kernel = 2, .out_scale = 0.2f};
        mote_id     x = net_input(&n, 5, 5, 3, 3), a = net_conv(&n, x, &branch), b = net_conv(&n, x, &other);
        mote_model_destroy(assert_drops(&n, net_conv(&n, net_add(&n, a, b, MRT_ACT_RELU), &last), both ? 2 : 0));
    }
}

/* What one reader needs stays for all that it is tied to. */
static void a_sum_with_what_softmax_reads_keeps_all(void **state)
{
    net         n = net_begin(24);
    const layer branch = three(second_held, second_at_40), last = {.outs = 2, .kernel = 1, .out_scale = 0.2f};
    mote_id     x = net_input(&n, 5, 5, 3, 3), a = net_conv(&n, x, &branch), soft, b, sum;

    (void)state;
    soft = net_node(&n, (mote_node){.op = MOTE_OP_SOFTMAX, .as.softmax.beta = 1.0f}, &a, 1, 1.0f / 256.0f, -128);
    b = net_conv(&n, x, &branch);
    sum = net_add(&n, a, b, MRT_ACT_NONE);
    mote_model_destroy(assert_drops(&n, net_add(&n, net_conv(&n, soft, &last), net_conv(&n, sum, &last), MRT_ACT_NONE), 0));
}

/* The input of a residual block cannot be narrowed, and is not. */
static void a_sum_with_the_input_keeps_all(void **state)
{
    net         n = net_begin(9);
    const layer branch = three(second_held, second_at_40), last = {.outs = 2, .kernel = 2, .out_scale = 0.2f};
    mote_id     x = net_input(&n, 5, 5, 3, 3);

    (void)state;
    mote_model_destroy(assert_drops(&n, net_conv(&n, net_add(&n, x, net_conv(&n, x, &branch), MRT_ACT_NONE), &last), 0));
}

static void a_constant_term_is_narrowed_along(void **state)
{
    net           n = net_begin(10);
    const layer   branch = three(second_held, second_at_40), last = {.outs = 2, .kernel = 2, .out_scale = 0.2f};
    const int32_t three_channels = 3;
    mote_id       x = net_conv(&n, net_input(&n, 5, 5, 3, 3), &branch);
    mote_id term = constant(&n, MOTE_I8, 1, &three_channels, (const int8_t[]){5, -60, 100}, quant_of(&n, -1, 1, 0.02f, 1));
    mote_model *pruned;

    (void)state;
    pruned = assert_drops(&n, net_conv(&n, net_add(&n, term, x, MRT_ACT_NONE), &last), 1);
    assert_shape(operand(pruned, 1, 0), "[2]");
    assert_memory_equal(operand(pruned, 1, 0)->data, ((const int8_t[]){5, 100}), 2);
    mote_model_destroy(pruned);
}

static void columns_behind_a_flattened_image_go(void **state)
{
    net         n = net_begin(11);
    const layer first = three(second_held, second_at_40), dense = {.outs = 4, .out_scale = 0.4f, .has_no_bias = true};
    mote_id     x = net_flatten(&n, net_conv(&n, net_input(&n, 2, 3, 2, 3), &first));
    mote_model *pruned = assert_drops(&n, net_layer(&n, MOTE_OP_FULLY_CONNECTED, x, &dense), 1);

    (void)state;
    assert_shape(operand(pruned, 1, 0), "[1,2,3,2]");
    assert_shape(operand(pruned, 2, 0), "[1,12]");
    assert_shape(operand(pruned, 2, 1), "[4,12]");
    assert_int_equal(operand(pruned, 2, 2)->dtype, MOTE_I32);
    mote_model_destroy(pruned);
}

/* TFLM rounds the multiplier of a layer with one weight scale otherwise than those of one with several. */
static void a_dense_layer_of_many_scales_keeps_two_outputs(void **state)
{
    static const fate    fates[] = {HELD, HELD, ALIVE, HELD, HELD};
    static const int32_t values[] = {1, 2, 0, 3, 4};
    int                  is_per_tensor;

    (void)state;
    for (is_per_tensor = 0; is_per_tensor < 2; is_per_tensor++) {
        net         n = net_begin(12);
        const layer first = {.outs = 5, .out_scale = 0.1f, .fates = fates, .values = values, .is_per_tensor = is_per_tensor};
        const layer last = {.outs = 3, .out_scale = 0.4f};
        mote_id     x = net_flatten(&n, net_input(&n, 2, 3, 2, 3));
        x = net_layer(&n, MOTE_OP_FULLY_CONNECTED, x, &first);
        mote_model_destroy(assert_drops(&n, net_layer(&n, MOTE_OP_FULLY_CONNECTED, x, &last), is_per_tensor ? 4 : 3));
    }
}

static void outputs_of_the_graph_and_what_mixes_channels_stay(void **state)
{
    int mixes;

    (void)state;
    for (mixes = 0; mixes < 2; mixes++) {
        net         n = net_begin(13);
        const layer first = three(second_held, second_at_40);
        mote_id     x = net_conv(&n, net_input(&n, 2, 3, 2, 3), &first);
        if (mixes)
            x = net_node(&n, (mote_node){.op = MOTE_OP_SOFTMAX, .as.softmax.beta = 1.0f}, &x, 1, 1.0f / 256.0f, -128);
        mote_model_destroy(assert_drops(&n, x, 0));
    }
}

static void a_tensor_keeps_one_channel(void **state)
{
    static const fate all[] = {HELD, HELD, HELD};
    net               n = net_begin(14);
    const layer       first = three(all, second_at_40), last = {.outs = 2, .kernel = 2, .out_scale = 0.2f};

    (void)state;
    mote_model_destroy(assert_drops(&n, net_conv(&n, net_conv(&n, net_input(&n, 4, 4, 2, 3), &first), &last), 2));
}

/* Of seven channels five are held: two would do, or three, or four; where there are not so many, all stay. */
static void channels_stay_in_multiples(void **state)
{
    static const fate    fates[] = {HELD, ALIVE, HELD, HELD, HELD, ALIVE, HELD};
    static const int32_t values[7] = {1, 2, 3, 4, 5, 6, 7};
    static const struct {
        int32_t channels, multiple, left;
    } wanted[] = {{7, 1, 2}, {7, 3, 3}, {7, 4, 4}, {7, 0, 4}, {7, 8, 7}, {3, 4, 3}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        net         n = net_begin(25);
        const layer first = {.outs = wanted[i].channels, .kernel = 1, .out_scale = 0.1f, .fates = fates, .values = values};
        const layer last = {.outs = 2, .kernel = 1, .out_scale = 0.2f};
        mote_model *model = net_end(&n, net_conv(&n, net_conv(&n, net_input(&n, 4, 4, 2, 3), &first), &last));
        mote_model *pruned = prune_by(model, wanted[i].multiple, NULL);
        assert_int_equal(operand(pruned, 1, 0)->dim[3], wanted[i].left);
        assert_same_answers(model, pruned, 6, &n.dice);
        mote_model_destroy(model);
        mote_model_destroy(pruned);
    }
}

static void channels_that_nobody_reads_go(void **state)
{
    static const int8_t w[] = {10, 0, -20, 99, 0, 3};
    net                 n = net_begin(15);
    const layer         first = three(NULL, NULL), last = {.outs = 2, .kernel = 1, .out_scale = 0.2f, .w = w};

    (void)state;
    mote_model_destroy(assert_drops(&n, net_conv(&n, net_conv(&n, net_input(&n, 4, 4, 2, 3), &first), &last), 1));
}

/* The one weight that is not zero is the window's corner, which lies in the padding at most positions. */
static void a_channel_that_is_read_at_some_positions_stays(void **state)
{
    int8_t      w[2 * 9 * 3];
    net         n = net_begin(15);
    const layer first = three(NULL, NULL), last = {.outs = 2, .kernel = 3, .is_same = true, .out_scale = 0.2f, .w = w};
    int         k;

    (void)state;
    for (k = 0; k < 2 * 9 * 3; k++)
        w[k] = k % 3 != 1 || k / 3 == 9 ? 50 : 0;
    mote_model_destroy(assert_drops(&n, net_conv(&n, net_conv(&n, net_input(&n, 2, 2, 2, 3), &first), &last), 0));
}

/* First only the middle layer's channel can go; without it nobody reads the first layer's. */
static void dropping_goes_on_until_nothing_more_can_go(void **state)
{
    static const int8_t w[] = {10, 0, -20, 99, 55, 3, 20, 0, 30};
    net                 n = net_begin(16);
    layer               middle = three(second_far, NULL);
    const layer         first = three(NULL, NULL), last = {.outs = 2, .kernel = 1, .out_scale = 0.2f};
    mote_id             x = net_conv(&n, net_input(&n, 4, 4, 2, 3), &first);

    (void)state;
    middle.w = w;
    mote_model_destroy(assert_drops(&n, net_conv(&n, net_conv(&n, x, &middle), &last), 2));
}

static void a_bias_that_would_leave_int32_keeps_its_channels(void **state)
{
    static const int8_t w[] = {10, 127, -20, 99, -127, 3};
    int                 is_near;

    (void)state;
    for (is_near = 0; is_near < 2; is_near++) {
        net         n = net_begin(17);
        const layer first = three(second_held, second_at_40), last = {.outs = 2, .kernel = 1, .out_scale = 0.2f, .w = w};
        mote_id     y = net_conv(&n, net_conv(&n, net_input(&n, 4, 4, 2, 3), &first), &last);
        ((int32_t *)mote_node_in(n.graph, &n.graph->nodes[1], 2)->data)[0] = INT32_MAX - 40 * 127 + is_near;
        mote_model_destroy(assert_drops(&n, y, is_near ? 0 : 1));
    }
}

/* acc wraps, as the kernel's does: nothing can be said of such a channel, nor of what is made of it. */
static void an_accumulator_that_may_wrap_is_not_taken_for_constant(void **state)
{
    int is_followed;

    (void)state;
    for (is_followed = 0; is_followed < 2; is_followed++) {
        net         n = net_begin(18);
        layer       first = three(second_far, NULL);
        const layer last = {.outs = 2, .kernel = 1, .out_scale = 0.2f};
        mote_id     x;
        first.activation = MRT_ACT_RELU;
        x = net_conv(&n, net_input(&n, 4, 4, 2, 3), &first);
        ((int32_t *)mote_node_in(n.graph, &n.graph->nodes[0], 2)->data)[1] = INT32_MIN + 100;
        mote_model_destroy(assert_drops(&n, net_conv(&n, is_followed ? net_same(&n, MOTE_OP_RELU6, x) : x, &last), 0));
    }
}

static void operators_that_take_channels_one_by_one_let_them_go(void **state)
{
    static const mote_op_kind kinds[] = {MOTE_OP_MAX_POOL_2D, MOTE_OP_AVERAGE_POOL_2D, MOTE_OP_RELU, MOTE_OP_RELU6,
                                         MOTE_OP_LEAKY_RELU,  MOTE_OP_LOGISTIC,        MOTE_OP_MEAN};
    size_t                    k;

    (void)state;
    for (k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        net         n = net_begin(19 + k);
        const layer first = three(second_held, second_at_40), last = {.outs = 2, .out_scale = 0.2f};
        mote_id     x = net_conv(&n, net_input(&n, 4, 4, 2, 3), &first);
        x = kinds[k] == MOTE_OP_MEAN ? net_mean(&n, x) : net_flatten(&n, net_same(&n, kinds[k], x));
        mote_model_destroy(assert_drops(&n, net_layer(&n, MOTE_OP_FULLY_CONNECTED, x, &last), 1));
    }
}

static void a_float_model_is_copied(void **state)
{
    mote_model       *model = network_infer(network_random(4)), *copy;
    mote_prune_result result;

    (void)state;
    copy = prune(model, &result);
    assert_int_equal(copy->graphs[0].node_count, model->graphs[0].node_count);
    assert_int_equal(result.channels, 0);
    assert_int_equal(result.macs, result.macs_left);
    mote_model_destroy(copy);
    mote_model_destroy(model);
}

/* ---- random networks ---- */

static layer random_layer(net *n, int32_t outs, fate *fates, int32_t *values)
{
    static const mrt_activation activations[] = {MRT_ACT_NONE, MRT_ACT_RELU, MRT_ACT_RELU6};
    int32_t                     o;

    for (o = 0; o < outs; o++) {
        fates[o] = roll(&n->dice, 3) ? ALIVE : roll(&n->dice, 2) ? HELD : FAR;
        values[o] = roll(&n->dice, 3) ? roll(&n->dice, 200) - 100 : 0;
    }
    return (layer){.outs = outs,
                   .kernel = 1 + roll(&n->dice, 3),
                   .stride = 1 + roll(&n->dice, 2),
                   .is_same = roll(&n->dice, 2),
                   .has_no_bias = roll(&n->dice, 4) == 0,
                   .is_per_tensor = roll(&n->dice, 2),
                   .activation = activations[roll(&n->dice, 3)],
                   .fates = fates,
                   .values = values,
                   .out_scale = roll_between(&n->dice, 0.02f, 0.4f),
                   .out_zero = roll(&n->dice, 4) ? roll(&n->dice, 256) - 128 : -128};
}

static mote_id random_image_layer(net *n, mote_id x)
{
    static const mote_op_kind each[] = {MOTE_OP_MAX_POOL_2D, MOTE_OP_AVERAGE_POOL_2D, MOTE_OP_RELU,
                                        MOTE_OP_RELU6,       MOTE_OP_LEAKY_RELU,      MOTE_OP_LOGISTIC};
    const mote_tensor         in = n->graph->tensors[x];
    fate                      fates[OUTS_MAX];
    int32_t                   values[OUTS_MAX];
    layer                     l;

    switch (roll(&n->dice, 7)) {
    case 0:
        return net_same(n, each[roll(&n->dice, 6)], x);
    case 1: /* a block that comes back */
        l = random_layer(n, in.dim[3], fates, values);
        l.stride = 1;
        l.is_same = true;
        return net_add(n, x, net_conv(n, x, &l), roll(&n->dice, 2) ? MRT_ACT_RELU : MRT_ACT_NONE);
    case 2:
    case 3:
        l = random_layer(n, in.dim[3] * (in.dim[3] < 7 && roll(&n->dice, 3) == 0 ? 2 : 1), fates, values);
        l.is_same |= in.dim[1] < l.kernel || in.dim[2] < l.kernel;
        return net_layer(n, MOTE_OP_DEPTHWISE_CONV_2D, x, &l);
    default:
        l = random_layer(n, 1 + roll(&n->dice, 10), fates, values);
        l.is_same |= in.dim[1] < l.kernel || in.dim[2] < l.kernel;
        return net_conv(n, x, &l);
    }
}

static mote_model *random_net(uint64_t number)
{
    net     n = net_begin(1000 + number);
    mote_id x = net_input(&n, 1 + roll(&n.dice, 7), 1 + roll(&n.dice, 7), 1 + roll(&n.dice, 4), roll(&n.dice, 256) - 128);
    int     layers = 1 + roll(&n.dice, 7), i;
    fate    fates[OUTS_MAX];
    int32_t values[OUTS_MAX];
    layer   dense;

    for (i = 0; i < layers; i++)
        x = random_image_layer(&n, x);
    if (roll(&n.dice, 4) == 0)
        return net_end(&n, x);
    x = roll(&n.dice, 2) ? net_mean(&n, x) : net_flatten(&n, x);
    for (i = roll(&n.dice, 3); i >= 0; i--) {
        if (n.graph->tensors[x].dim[1] > 400)
            break;
        dense = random_layer(&n, 1 + roll(&n.dice, 8), fates, values);
        x = net_layer(&n, MOTE_OP_FULLY_CONNECTED, x, &dense);
    }
    return net_end(&n, x);
}

static void random_networks_answer_the_same_without_their_constant_channels(void **state)
{
    network_dice dice = network_dice_of(77);
    int32_t      dropped = 0, constant_channels = 0;
    uint64_t     number;

    (void)state;
    for (number = 0; number < RANDOM_NETWORKS; number++) {
        mote_prune_result result, again;
        const int32_t     multiple = number % 4 == 0 ? 4 : 1;
        mote_model       *model = random_net(number), *pruned = prune_by(model, multiple, &result);
        mote_model       *twice = prune_by(pruned, multiple, &again);
        assert_same_answers(model, pruned, RANDOM_INPUTS, &dice);
        assert_true(result.macs_left <= result.macs && result.weight_bytes_left <= result.weight_bytes);
        assert_int_equal(again.macs, result.macs_left);
        assert_int_equal(again.dropped_channels, 0);
        dropped += result.dropped_channels;
        constant_channels += result.constant_channels;
        mote_model_destroy(model);
        mote_model_destroy(pruned);
        mote_model_destroy(twice);
    }
    assert_true(constant_channels > RANDOM_NETWORKS); /* else the networks show nothing */
    assert_true(dropped > RANDOM_NETWORKS);
}

/* Every allocation fails once. */
static void too_little_memory_is_an_error_at_every_allocation(void **state)
{
    mote_model *model = random_net(6), *pruned = NULL;
    size_t      cap;
    bool        done = false;

    (void)state;
    for (cap = 1; !done; cap += 128) {
        mote_error err = {0};
        model->arena.cap_bytes = cap;
        done = mote_model_prune_constant(&pruned, model, NULL, NULL, &err) == MOTE_OK;
        assert_int_equal(err.code, done ? MOTE_OK : MOTE_ERR_LIMIT);
        mote_model_destroy(pruned);
    }
    mote_model_destroy(model);
}

/* 2^30 channels that no file holds: they are not told apart, and take no memory. */
static void channels_beyond_counting_stay_and_cost_nothing(void **state)
{
    net         n = net_begin(20);
    mote_id     x = net_input(&n, 1, 1, 1 << 30, 3), y = net_same(&n, MOTE_OP_RELU6, net_add(&n, x, x, MRT_ACT_NONE));
    mote_model *model = net_end(&n, y), *pruned;

    (void)state;
    model->arena.cap_bytes = 1 << 20;
    pruned = prune(model, NULL);
    assert_int_equal(pruned->graphs[0].node_count, 2);
    mote_model_destroy(pruned);
    mote_model_destroy(model);
}

/* ---- a real network, where it is there ---- */

static const char *shared_path(char *path, size_t path_bytes, const char *name)
{
    const char *shared = getenv("MOTE_SHARED");

    snprintf(path, path_bytes, "%s/models/%s", shared ? shared : "../shared", name);
    return path;
}

static void read_exactly(const char *name, uint8_t *bytes, size_t count)
{
    char  path[512];
    FILE *stream = fopen(shared_path(path, sizeof path, name), "rb");

    assert_non_null(stream);
    assert_int_equal(fread(bytes, 1, count, stream), count);
    fclose(stream);
}

static void vww_loses_1696_channels_in_fours_and_no_byte_of_its_answers(void **state)
{
    static uint8_t    input[96 * 96 * 3], output[2];
    mote_model       *model, *pruned;
    mote_prune_result result;
    mote_runner      *runner;
    network_dice      dice = network_dice_of(5);
    mote_error        err = {0};
    char              path[512];

    (void)state;
    if (!mote_path_exists(shared_path(path, sizeof path, "vww_int8.tflite"))) {
        printf("skipped: %s is not there; MOTE_SHARED names the folder of models/\n", path);
        skip();
    }
    assert_int_equal(mote_model_load(&model, path, NULL, &err), MOTE_OK);
    mote_model_destroy(prune(model, &result));
    assert_int_equal(result.dropped_channels, 1724);
    assert_int_equal(result.macs_left, 3727313);
    assert_int_equal(result.weight_bytes_left, 29066);
    pruned = prune_by(model, 4, &result);
    assert_int_equal(result.channels, 2738);
    assert_int_equal(result.constant_channels, 1667);
    assert_int_equal(result.dropped_channels, 1696);
    assert_int_equal(result.macs, 7489664);
    assert_int_equal(result.macs_left, 3766476);
    assert_int_equal(result.weight_bytes, 208112);
    assert_int_equal(result.weight_bytes_left, 30340);
    read_exactly("vww_int8.in.bin", input, sizeof input);
    read_exactly("vww_int8.out.bin", output, sizeof output);
    runner = network_runner(pruned, NULL);
    memcpy(mote_runner_input(runner, 0), input, sizeof input);
    invoke_model(runner);
    assert_memory_equal(mote_runner_output(runner, 0), output, sizeof output);
    mote_runner_destroy(runner);
    assert_same_answers(model, pruned, VWW_INPUTS, &dice);
    mote_model_destroy(model);
    mote_model_destroy(pruned);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_held_channel_goes_into_the_next_bias),
        cmocka_unit_test(a_bias_far_below_relu_is_padding_itself_and_goes_before_any_window),
        cmocka_unit_test(padding_keeps_a_channel_that_is_not_at_the_zero_point),
        cmocka_unit_test(padding_that_no_weight_meets_keeps_nothing),
        cmocka_unit_test(depthwise_channels_go_with_their_input),
        cmocka_unit_test(a_depthwise_border_keeps_its_channel),
        cmocka_unit_test(a_depthwise_channel_that_is_held_takes_its_input_along),
        cmocka_unit_test(a_sum_goes_only_where_both_terms_can),
        cmocka_unit_test(a_sum_with_the_input_keeps_all),
        cmocka_unit_test(a_sum_with_what_softmax_reads_keeps_all),
        cmocka_unit_test(a_constant_term_is_narrowed_along),
        cmocka_unit_test(columns_behind_a_flattened_image_go),
        cmocka_unit_test(a_dense_layer_of_many_scales_keeps_two_outputs),
        cmocka_unit_test(outputs_of_the_graph_and_what_mixes_channels_stay),
        cmocka_unit_test(a_tensor_keeps_one_channel),
        cmocka_unit_test(channels_stay_in_multiples),
        cmocka_unit_test(channels_that_nobody_reads_go),
        cmocka_unit_test(a_channel_that_is_read_at_some_positions_stays),
        cmocka_unit_test(dropping_goes_on_until_nothing_more_can_go),
        cmocka_unit_test(a_bias_that_would_leave_int32_keeps_its_channels),
        cmocka_unit_test(an_accumulator_that_may_wrap_is_not_taken_for_constant),
        cmocka_unit_test(operators_that_take_channels_one_by_one_let_them_go),
        cmocka_unit_test(a_float_model_is_copied),
        cmocka_unit_test(random_networks_answer_the_same_without_their_constant_channels),
        cmocka_unit_test(channels_beyond_counting_stay_and_cost_nothing),
        cmocka_unit_test(too_little_memory_is_an_error_at_every_allocation),
        cmocka_unit_test(vww_loses_1696_channels_in_fours_and_no_byte_of_its_answers),
    };
    return cmocka_run_group_tests_name("prune constant", tests, NULL, NULL);
}
