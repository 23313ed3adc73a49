/* Graphs by hand, operator after operator: shapes follow by themselves.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_PASSES_SKETCH_H
#define MOTE_TESTS_PASSES_SKETCH_H

#include "optimized.h"

#define SKETCH_UNUSED __attribute__((unused)) static

typedef struct sketch {
    mote_model *model;
    mote_graph *graph;
    mote_id     inputs[8], outputs[8];
    int32_t     input_count, output_count;
} sketch;

/* Type and scale of a tensor; scale 0: none. */
typedef struct sketch_kind {
    mote_dtype dtype;
    float      scale;
    int32_t    zero;
} sketch_kind;

static const sketch_kind sketch_f32 = {MOTE_F32, 0, 0}, sketch_i8 = {MOTE_I8, 0.05f, -3};

SKETCH_UNUSED sketch sketch_begin(void)
{
    sketch     s = {0};
    mote_error err = {0};

    if (mote_model_create(&s.model, MOTE_STAGE_QUANTIZED, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    s.graph = &s.model->graphs[0];
    return s;
}

static mote_id sketch_tensor(sketch *s, const char *name, sketch_kind kind, int32_t rank, const int32_t *dim, void *data)
{
    mote_tensor tensor = {
        .name = name, .dtype = kind.dtype, .rank = rank, .data = data, .kind = data ? MOTE_CONST : MOTE_ACTIVATION};
    mote_error err = {0};

    if (rank > 0)
        memcpy(tensor.dim, dim, (size_t)rank * sizeof *dim);
    if (kind.scale > 0)
        tensor.quant = mote_quant_create(s->model, -1, 1, &kind.scale, &kind.zero, &err);
    return mote_graph_add_tensor(s->model, s->graph, &tensor, &err);
}

SKETCH_UNUSED mote_id sketch_input(sketch *s, sketch_kind kind, int32_t rank, const int32_t *dim)
{
    char name[20];

    snprintf(name, sizeof name, "in%d", (int)s->input_count);
    return s->inputs[s->input_count++] = sketch_tensor(s, name, kind, rank, dim, NULL);
}

SKETCH_UNUSED mote_id sketch_const(sketch *s, sketch_kind kind, int32_t rank, const int32_t *dim, const void *values)
{
    mote_tensor tensor = {.dtype = kind.dtype, .rank = rank};
    mote_error  err = {0};

    if (rank > 0)
        memcpy(tensor.dim, dim, (size_t)rank * sizeof *dim);
    return sketch_tensor(s, "constant", kind, rank, dim,
                         mote_arena_copy(&s->model->arena, values, mote_tensor_bytes(&tensor), 1, &err));
}

/* int32 [count] */
SKETCH_UNUSED mote_id sketch_numbers(sketch *s, int32_t count, const int32_t *values)
{
    return sketch_const(s, (sketch_kind){MOTE_I32, 0, 0}, 1, &count, values);
}

/* MOTE_NONE where the operator refuses; else output 0, of that type and scale. like: op, attributes, activation. */
SKETCH_UNUSED mote_id sketch_try(sketch *s, const mote_node *like, int32_t in_count, mote_id *in, int32_t out_count,
                                 sketch_kind kind, int32_t rank, const int32_t *dim)
{
    mote_node  node = *like, *added;
    mote_id    out[MOTE_NODE_OUT_MAX];
    mote_error err = {0};
    char       name[40];
    int32_t    i;

    for (i = 0; i < out_count; i++) {
        snprintf(name, sizeof name, "t%d", (int)s->graph->tensor_count);
        out[i] = sketch_tensor(s, name, kind, rank, dim, NULL);
    }
    node.in = in;
    node.in_count = in_count;
    node.out = out;
    node.out_count = out_count;
    node.origin = (uint32_t)s->graph->node_count;
    added = mote_graph_add_node(s->model, s->graph, &node, &err);
    assert_non_null(added);
    if (mote_op_infer(s->model, s->graph, added, &err) == MOTE_OK && mote_op_find_row(s->graph, added, &err))
        return out[0];
    s->graph->node_count--;
    s->graph->tensor_count -= out_count;
    return MOTE_NONE;
}

SKETCH_UNUSED mote_id sketch_add(sketch *s, const mote_node *like, int32_t in_count, mote_id *in, sketch_kind kind)
{
    const mote_id out = sketch_try(s, like, in_count, in, 1, kind, 0, NULL);

    if (out == MOTE_NONE)
        fail_msg("%s is refused", mote_op_kind_name(like->op));
    return out;
}

SKETCH_UNUSED mote_id sketch_unary(sketch *s, mote_op_kind op, mote_id in, sketch_kind kind)
{
    return sketch_add(s, &(mote_node){.op = op}, 1, &in, kind);
}

SKETCH_UNUSED void sketch_output(sketch *s, mote_id id)
{
    s->outputs[s->output_count++] = id;
}

/* The model, which is the caller's from now on. */
SKETCH_UNUSED mote_model *sketch_end(sketch *s)
{
    mote_error err = {0};

    mote_graph_set_inputs(s->model, s->graph, s->inputs, s->input_count, &err);
    mote_graph_set_outputs(s->model, s->graph, s->outputs, s->output_count, &err);
    if (err.code != MOTE_OK || mote_model_verify(s->model, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    return s->model;
}

/* Optimizes and destroys it; the answers must stay the same. What passes told is in *account. */
SKETCH_UNUSED mote_model *sketch_optimize(mote_model *model, optimized_account *account)
{
    const mote_optimize_options options = {.explain = optimized_note, .user = account};
    const optimized_inputs      in = {.count = 4, .seed = 5};
    mote_model                 *after;
    mote_error                  err = {0};

    *account = (optimized_account){0};
    if (mote_model_optimize(&after, model, &options, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_true(optimized_has_same_ends("sketch", model, after));
    assert_true(optimized_has_same_answers("sketch", model, after, NULL, &in));
    assert_true(optimized_has_same_answers("sketch", model, after, "reference", &in));
    mote_model_destroy(model);
    return after;
}

/* Each line that passes told, separated by "; ", must be just `told`. */
SKETCH_UNUSED void sketch_expect(mote_model *model, const char *told)
{
    optimized_account account;
    mote_model       *after = sketch_optimize(model, &account);
    char              all[1000] = "";
    int               i;

    for (i = 0; i < account.count; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? "; " : "", account.told[i]);
    assert_string_equal(all, told);
    mote_model_destroy(after);
}

#endif
