/* Models for the tests of file formats: the sine regressor 1-16-16-1 in float and int8, and a small image classifier with
 * every operator that mote trains and writes. Weights come from a counter; nothing here is trained.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_FORMATS_SAMPLES_H
#define MOTE_TESTS_FORMATS_SAMPLES_H

#include <string.h>

#include "graph/graph.h"
#include "ops/op.h"
#include "testing.h"

typedef struct sample {
    mote_model *model;
    mote_graph *graph;
    uint32_t    x; /* the last random number */
    mote_error  err;
} sample;

__attribute__((unused)) static sample sample_begin(mote_stage stage)
{
    sample s = {.x = 1};
    assert_int_equal(mote_model_create(&s.model, stage, 0, &s.err), MOTE_OK);
    s.graph = &s.model->graphs[0];
    return s;
}

/* Attributes with every other byte of the union 0, as readers leave them. All members of a union begin where it begins. */
__attribute__((unused)) static mote_attrs sample_attrs(const void *member, size_t bytes)
{
    mote_attrs as;
    memset(&as, 0, sizeof as);
    if (bytes > 0)
        memcpy(&as, member, bytes);
    return as;
}

static uint8_t sample_byte(sample *s)
{
    s->x = s->x * 1664525u + 1013904223u;
    return (uint8_t)(s->x >> 24);
}

static const mote_quant *sample_quant(sample *s, int32_t axis, int32_t count, float scale, int32_t zero_point)
{
    mote_quant *quant = mote_quant_create(s->model, axis, count, NULL, NULL, &s->err);
    int32_t     i;
    assert_non_null(quant);
    for (i = 0; i < count; i++) {
        quant->scale[i] = scale * (1.0f + (float)i / 16.0f);
        quant->zero_point[i] = zero_point;
    }
    return quant;
}

__attribute__((unused)) static mote_id sample_activation(sample *s, mote_tensor spec, float scale, int32_t zero_point)
{
    mote_id id;
    spec.dtype = s->model->stage == MOTE_STAGE_QUANTIZED && spec.dtype == MOTE_F32 ? MOTE_I8 : spec.dtype;
    if (spec.dtype == MOTE_I8)
        spec.quant = sample_quant(s, -1, 1, scale, zero_point);
    id = mote_graph_add_tensor(s->model, s->graph, &spec, &s->err);
    assert_int_not_equal(id, MOTE_NONE);
    return id;
}

/* Weights or a bias: random bytes as int8 (or int32 of that size), or floats in [-1, 1). */
__attribute__((unused)) static mote_id sample_const(sample *s, mote_tensor spec, int32_t axis, int32_t scales, float scale)
{
    static union {
        int8_t  i8[8192];
        int32_t i32[8192];
        float   f32[8192];
    } values;
    size_t  count = mote_tensor_count(&spec), i;
    bool    is_quantized = s->model->stage == MOTE_STAGE_QUANTIZED;
    mote_id id;

    assert_true(count <= 8192);
    spec.dtype = !is_quantized ? MOTE_F32 : spec.rank == 1 ? MOTE_I32 : MOTE_I8;
    for (i = 0; i < count; i++) {
        int8_t byte = (int8_t)sample_byte(s);
        if (spec.dtype == MOTE_F32)
            values.f32[i] = (float)byte / 128.0f;
        else if (spec.dtype == MOTE_I32)
            values.i32[i] = byte * 16;
        else
            values.i8[i] = byte == -128 ? -127 : byte;
    }
    id = mote_graph_add_const(s->model, s->graph, spec.name, spec.dtype, spec.rank, spec.dim, &values, &s->err);
    assert_int_not_equal(id, MOTE_NONE);
    if (is_quantized)
        s->graph->tensors[id].quant = sample_quant(s, scales > 1 ? axis : -1, scales, scale, 0);
    return id;
}

__attribute__((unused)) static void sample_node(sample *s, mote_op_kind op, mote_attrs as, mrt_activation activation,
                                                const mote_id in[3], mote_id out)
{
    mote_id   ids[3] = {in[0], in[1], in[2]};
    mote_node node = {.op = op, .as = as, .activation = activation, .in = ids, .out = &out, .out_count = 1};
    while (node.in_count < 3 && ids[node.in_count] != MOTE_NONE)
        node.in_count++;
    node.origin = (uint32_t)s->graph->node_count;
    assert_non_null(mote_graph_add_node(s->model, s->graph, &node, &s->err));
}

/* Numbers the tensors, as a reader does, and checks the model. */
__attribute__((unused)) static mote_model *sample_end(sample *s, mote_id in, mote_id out)
{
    int32_t i;
    for (i = 0; i < s->graph->tensor_count; i++)
        s->graph->tensors[i].origin = (uint32_t)i;
    assert_int_equal(mote_graph_set_inputs(s->model, s->graph, &in, 1, &s->err), MOTE_OK);
    assert_int_equal(mote_graph_set_outputs(s->model, s->graph, &out, 1, &s->err), MOTE_OK);
    if (mote_model_verify(s->model, &s->err) != MOTE_OK)
        fail_msg("%s", s->err.text);
    return s->model;
}

static mote_id sample_dense(sample *s, const char *name, mote_id in, int32_t units, mrt_activation activation,
                            bool is_per_tensor)
{
    int32_t     width = s->graph->tensors[in].dim[1], scales = is_per_tensor ? 1 : units;
    char        text[64];
    mote_tensor w = {.name = text, .rank = 2, .dim = {units, width}}, b = {.name = text, .rank = 1, .dim = {units}};
    mote_tensor y = {.name = name, .rank = 2, .dim = {1, units}, .is_batched = true};
    mote_id     ids[3] = {in}, out;

    snprintf(text, sizeof text, "%s/kernel", name);
    ids[1] = sample_const(s, w, 0, scales, 0.01f);
    snprintf(text, sizeof text, "%s/bias", name);
    ids[2] = sample_const(s, b, 0, scales, 0.0005f);
    out = sample_activation(s, y, 0.05f, -3);
    sample_node(s, MOTE_OP_FULLY_CONNECTED, sample_attrs(NULL, 0), activation, ids, out);
    return out;
}

/* 1-16-16-1: TinyML's "hello world". */
__attribute__((unused)) static mote_model *sample_sine(mote_stage stage, bool is_per_tensor)
{
    sample      s = sample_begin(stage);
    mote_tensor x = {.name = "input", .rank = 2, .dim = {1, 1}, .is_batched = true};
    mote_id     in = sample_activation(&s, x, 0.05f, -128), hidden;

    hidden = sample_dense(&s, "dense", in, 16, MRT_ACT_RELU, is_per_tensor);
    hidden = sample_dense(&s, "dense_1", hidden, 16, MRT_ACT_RELU, is_per_tensor);
    return sample_end(&s, in, sample_dense(&s, "dense_2", hidden, 1, MRT_ACT_NONE, is_per_tensor));
}

static mote_id sample_image(sample *s, const char *name, int32_t h, int32_t w, int32_t c)
{
    mote_tensor spec = {.name = name, .rank = 4, .dim = {1, h, w, c}, .is_batched = true};
    return sample_activation(s, spec, 0.05f, -3);
}

static void sample_conv(sample *s, mote_op_kind op, mote_id in, const int32_t w_dim[4], int32_t axis, mote_id out)
{
    mote_tensor         w = {.name = "w", .rank = 4, .dim = {w_dim[0], w_dim[1], w_dim[2], w_dim[3]}};
    mote_tensor         b = {.name = "b", .rank = 1, .dim = {w_dim[axis]}};
    mrt_conv_attributes as = {.stride_h = 1,
                              .stride_w = 1,
                              .dilation_h = 1,
                              .dilation_w = 1,
                              .depth_multiplier = op == MOTE_OP_DEPTHWISE_CONV_2D,
                              .padding = MRT_PADDING_SAME};
    const mote_id ids[3] = {in, sample_const(s, w, axis, w_dim[axis], 0.01f), sample_const(s, b, 0, w_dim[axis], 0.0005f)};

    sample_node(s, op, sample_attrs(&as, sizeof as), MRT_ACT_RELU6, ids, out);
}

static mote_id sample_unary(sample *s, mote_op_kind op, mote_attrs as, mote_id in, mote_id out)
{
    sample_node(s, op, as, MRT_ACT_NONE, (const mote_id[3]){in, MOTE_NONE, MOTE_NONE}, out);
    return out;
}

/* CONV_2D, DEPTHWISE_CONV_2D, ADD, both poolings, MEAN, RESHAPE, FULLY_CONNECTED, SOFTMAX, with labels, a preparation and
 * foreign metadata. */
__attribute__((unused)) static mote_model *sample_classifier(mote_stage stage)
{
    static const float           mean[2] = {0.1f, 0.25f}, std[2] = {0.3f, 7.0f};
    static const char *const     labels[3] = {"zero", "\"one\"", "zw\xc3\xb6lf"};
    static const char *const     targets[] = {"price", "heat"};
    static const uint8_t         bytes[5] = {0, 1, 0, 255, 7};
    static mote_blob             blob = {"other.tool", bytes, sizeof bytes};
    const mrt_softmax_attributes beta = {1.0f};
    sample                       s = sample_begin(stage);
    mote_id                      in = sample_image(&s, "image", 8, 8, 2), a, b, c;
    mrt_pool_attributes          pool = {.filter_h = 2, .filter_w = 2, .stride_h = 2, .stride_w = 2};

    a = sample_image(&s, "conv", 8, 8, 4);
    sample_conv(&s, MOTE_OP_CONV_2D, in, (const int32_t[4]){4, 3, 3, 2}, 0, a);
    b = sample_image(&s, "depthwise", 8, 8, 4);
    sample_conv(&s, MOTE_OP_DEPTHWISE_CONV_2D, a, (const int32_t[4]){1, 3, 3, 4}, 3, b);
    c = sample_image(&s, "add", 8, 8, 4);
    sample_node(&s, MOTE_OP_ADD, sample_attrs(NULL, 0), MRT_ACT_RELU, (const mote_id[3]){a, b, MOTE_NONE}, c);
    a = sample_unary(&s, MOTE_OP_MAX_POOL_2D, sample_attrs(&pool, sizeof pool), c, sample_image(&s, "max", 4, 4, 4));
    a = sample_unary(&s, MOTE_OP_AVERAGE_POOL_2D, sample_attrs(&pool, sizeof pool), a, sample_image(&s, "average", 2, 2, 4));
    a = sample_unary(&s, MOTE_OP_RELU, sample_attrs(NULL, 0), a, sample_image(&s, "relu", 2, 2, 4));
    b = sample_activation(&s, (mote_tensor){.name = "flat", .rank = 2, .dim = {1, 16}, .is_batched = true}, 0.05f, -3);
    a = sample_unary(&s, MOTE_OP_RESHAPE, sample_attrs(NULL, 0), a, b);
    a = sample_dense(&s, "logits", a, 3, MRT_ACT_NONE, false);
    b = sample_activation(&s, (mote_tensor){.name = "softmax", .rank = 2, .dim = {1, 3}, .is_batched = true}, 1.0f / 256,
                          -128);
    a = sample_unary(&s, MOTE_OP_SOFTMAX, sample_attrs(&beta, sizeof beta), a, b);
    s.model->name = "main";
    s.model->description = "a test";
    s.model->metadata = &blob;
    s.model->metadata_count = 1;
    s.model->recipe.input[0] = (mote_input_recipe){.is_prepared = true,
                                                   .preparation = {255.0f, -0.5f, 2, mean, std},
                                                   .has_dtype = true,
                                                   .dtype = MOTE_U8,
                                                   .columns = labels,
                                                   .column_count = 2,
                                                   .range = {-1.5f, 2.25f, true}};
    s.model->recipe.output[0] =
        (mote_output_recipe){.labels = labels,
                             .label_count = 3,
                             .has_goal = true,
                             .goal = {MOTE_LOSS_BINARY_CROSSENTROPY, true, MOTE_METRIC_ACCURACY | MOTE_METRIC_MSE, 0.25f},
                             .columns = targets,
                             .column_count = 2};
    return sample_end(&s, in, a);
}

#endif
