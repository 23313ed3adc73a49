/* Attention of several heads, and of one. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/keras/layer.h"
#include "ops/heads.h"

static mote_id matmul(mote_keras_call *k, mote_id a, mote_id b, bool is_transposed)
{
    mote_id   in[2] = {a, b};
    mote_node node = {.op = MOTE_OP_BATCH_MATMUL, .in = in, .in_count = 2};

    node.as.batch_matmul.adj_y = is_transposed;
    return mote_keras_node(k, &node);
}

static mote_id project(mote_keras_call *k, mote_id x, const char *kernel, const char *bias, int32_t out)
{
    const int32_t dim[] = {out, mote_keras_tensor(k, x)->dim[2]};
    mote_id       in[3] = {x, MOTE_NONE, MOTE_NONE};
    mote_node     node = {.op = MOTE_OP_FULLY_CONNECTED, .in = in, .in_count = 3};

    in[1] = mote_keras_weight(k, kernel, 2, dim, false);
    if (mote_keras_flag(k, "use_bias", true))
        in[2] = mote_keras_weight(k, bias, 1, dim, false);
    node.as.fully_connected.keep_num_dims = 1;
    return mote_keras_node(k, &node);
}

/* Steps see themselves and what came before. */
static mote_id causal(mote_keras_call *k, mote_id scores)
{
    const mote_tensor in = *mote_keras_tensor(k, scores);
    const int32_t     dim[] = {in.dim[in.rank - 2], in.dim[in.rank - 1]};
    float            *mask;
    int32_t           i, j;

    if (mote_keras_failed(k) || mote_size_mul((size_t)dim[0], (size_t)dim[1]) > k->reader->weights.count + 65536) {
        if (!mote_keras_failed(k))
            MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "a causal mask of %d by %d", (int)dim[0], (int)dim[1]);
        return scores;
    }
    mask = MOTE_NEW(&k->reader->arena, float, (size_t)dim[0] * (size_t)dim[1], &k->base.builder->err);
    for (i = 0; mask && i < dim[0]; i++)
        for (j = i + 1; j < dim[1]; j++)
            mask[(size_t)i * (size_t)dim[1] + (size_t)j] = -1e9f;
    return mask ? mote_keras_binary(k, MOTE_OP_ADD, scores, mote_keras_floats_const(k, 2, dim, mask)) : scores;
}

static bool is_asked(const mote_keras_call *k, const char *name)
{
    return json_is_true(json_object_get(k->kwargs, name));
}

/* query, value, key by place or name; value is the key where there is none. */
static void find_operands(mote_keras_call *k, mote_id *query, mote_id *value, mote_id *key)
{
    json_t *v = json_object_get(k->kwargs, "value"), *other = json_object_get(k->kwargs, "key");

    *query = k->base.in[0];
    *value = k->base.in_count > 1 ? k->base.in[1] : v && !json_is_null(v) ? mote_keras_operand(k, v) : MOTE_NO_LAYER;
    *key = k->base.in_count > 2 ? k->base.in[2] : other && !json_is_null(other) ? mote_keras_operand(k, other) : *value;
    if (*value == MOTE_NO_LAYER && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "it is called without a value");
}

/* Arrays: query, key, value, output; kernel and bias of each. */
static void set_arrays(mote_keras_call *k, mote_keras_array *arrays)
{
    static const char *const names[4][2] = {{"query_kernel", "query_bias"},
                                            {"key_kernel", "key_bias"},
                                            {"value_kernel", "value_bias"},
                                            {"output_kernel", "output_bias"}};
    static const char *const subs[4] = {"query_dense/", "key_dense/", "value_dense/", "output_dense/"};
    const int                step = mote_keras_flag(k, "use_bias", true) ? 2 : 1;
    int                      i;

    for (i = 0; i < 4; i++) {
        arrays[2 * i] = (mote_keras_array){
            .name = names[i][0], .index = i * step, .order = i < 3 ? "120" : "201", .sub = subs[i], .index_in_sub = 0};
        arrays[2 * i + 1] =
            (mote_keras_array){.name = names[i][1], .index = i * step + 1, .sub = subs[i], .index_in_sub = 1};
    }
    k->arrays = arrays;
    k->array_count = 8;
}

/* ---- the heads: nodes are the call's ---- */

static void enter_graph(void *by, int32_t graph)
{
    ((mote_keras_call *)by)->base.builder->graph = graph;
}

static void add_node(void *by, const mote_node *node, mote_id *out)
{
    mote_keras_node_of_many(by, node, node->out_count, out);
}

static mote_id add_ints(void *by, int32_t rank, const int32_t *dim, const int32_t *values)
{
    return mote_keras_ints_of(by, rank, dim, values);
}

static mote_id add_floats(void *by, int32_t rank, const int32_t *dim, const float *values)
{
    return mote_keras_floats_const(by, rank, dim, values);
}

static mote_id add_causal_mask(void *by, mote_id scores)
{
    return causal(by, scores);
}

static mote_id run_heads(mote_keras_call *k, int32_t count, mote_id query, mote_id key, mote_id value)
{
    const mote_cell_maker maker = {.model = k->base.builder->model,
                                   .name = k->base.name,
                                   .err = &k->base.builder->err,
                                   .by = k,
                                   .enter = enter_graph,
                                   .add = add_node,
                                   .ints = add_ints};
    const mote_heads      heads = {.maker = &maker,
                                   .floats = add_floats,
                                   .mask = is_asked(k, "use_causal_mask") ? add_causal_mask : NULL,
                                   .heads = count};

    return mote_keras_failed(k) ? MOTE_NONE : mote_heads_add(&heads, query, key, value, k->base.builder->graph);
}

static mote_id train_heads(mote_keras_call *k, int32_t count, mote_id query, mote_id key, mote_id value)
{
    mote_id         in[3] = {query, key, value};
    const mote_node node = {.op = MOTE_OP_ATTENTION, .in = in, .in_count = 3, .as.attention = {.heads = count}};

    if (is_asked(k, "use_causal_mask") && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a causal mask is not trained");
    if (mote_keras_number(k, "dropout", 0) > 0)
        mote_text_printf(&k->reader->untrained, "layer %s: its dropout does nothing in training here\n",
                         mote_show_string(k->base.name).text);
    return mote_keras_node(k, &node);
}

MOTE_KERAS_FUNCTION(multi_head_attention)
{
    mote_keras_array arrays[8];
    const int32_t    heads = mote_keras_int(k, "num_heads", MOTE_KERAS_REQUIRED, 1, 1024);
    const int32_t    width = mote_keras_int(k, "key_dim", MOTE_KERAS_REQUIRED, 1, 65536);
    const int32_t    value_width = mote_keras_int(k, "value_dim", width, 1, 65536);
    int32_t          output = mote_keras_tensor(k, MOTE_KERAS_IN(k))->dim[2], axes[2] = {1};
    mote_id          query, key, value, x;

    find_operands(k, &query, &value, &key);
    set_arrays(k, arrays);
    mote_keras_refuse_other(k, "use_gate", NULL);
    mote_keras_refuse_other(k, "sliding_window", NULL);
    if (mote_keras_ints(k, "output_shape", &output, 1) > 0 && output < 1)
        MOTE_KERAS_FAIL(k, MOTE_ERR_FORMAT, "output_shape is %d", (int)output);
    mote_keras_ints(k, "attention_axes", axes, 2);
    if (!mote_keras_failed(k) && (mote_keras_tensor(k, query)->rank != 3 || mote_keras_tensor(k, value)->rank != 3 ||
                                  mote_keras_tensor(k, key)->rank != 3 || axes[0] != 1 || axes[1] != 0))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "attention is supported over [time, values], along time");
    if (!mote_keras_failed(k) &&
        (is_asked(k, "return_attention_scores") || json_is_object(json_object_get(k->kwargs, "attention_mask"))))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "an attention mask, and scores as an output, are not supported");
    if (mote_keras_failed(k))
        return;
    query = project(k, query, "query_kernel", "query_bias", heads * width);
    key = project(k, key, "key_kernel", "key_bias", heads * width);
    value = project(k, value, "value_kernel", "value_bias", heads * value_width);
    x = (mote_keras_is_to_train(k) ? train_heads : run_heads)(k, heads, query, key, value);
    mote_keras_return(k, project(k, x, "output_kernel", "output_bias", output));
}

/* Attention: softmax(query key^T) value, all given. */
MOTE_KERAS_FUNCTION(attention)
{
    static const mote_keras_array arrays[] = {{.name = "scale", .index = 0}};
    const int32_t                 one = 1;
    mote_id                       query, key, value, scores;

    find_operands(k, &query, &value, &key);
    mote_keras_refuse_other(k, "score_mode", "dot");
    if (!mote_keras_failed(k) && is_asked(k, "return_attention_scores"))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "scores as an output are not supported");
    scores = matmul(k, query, key, true);
    if (mote_keras_flag(k, "use_scale", false)) {
        MOTE_KERAS_ARRAYS(k, arrays);
        scores = mote_keras_binary(k, MOTE_OP_MUL, scores, mote_keras_weight(k, "scale", 1, &one, false));
    }
    if (is_asked(k, "use_causal_mask"))
        scores = causal(k, scores);
    if (!mote_keras_failed(k))
        mote_keras_return(k, matmul(k, mote_keras_softmax(k, scores, -1), value, false));
}
