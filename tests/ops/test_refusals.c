/* What operators refuse, and the line that says so: shapes, attributes and scales that a hostile file may hold.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "cases.h"

static mote_model *new_model(mote_stage stage)
{
    mote_model *model;
    mote_error  err = {0};

    assert_int_equal(mote_model_create(&model, stage, 0, &err), MOTE_OK);
    return model;
}

static mote_id add_operand(mote_model *model, const mote_case_operand *operand, mote_dtype dtype, mote_error *err)
{
    mote_tensor tensor = {.name = "operand", .dtype = dtype, .rank = operand->rank};

    if (operand->role == MOTE_CASE_ABSENT)
        return MOTE_NONE;
    if (operand->role == MOTE_CASE_INTS)
        return mote_graph_add_const(model, &model->graphs[0], "integers", MOTE_I32, 1, &operand->rank, operand->dim, err);
    memcpy(tensor.dim, operand->dim, sizeof tensor.dim);
    tensor.is_batched = operand->role == MOTE_CASE_INPUT && operand->rank > 1 && operand->dim[0] == 1;
    if (operand->role != MOTE_CASE_INPUT) {
        tensor.kind = MOTE_CONST;
        tensor.data = mote_arena_alloc(&model->arena, mote_tensor_bytes(&tensor), 1, err);
    }
    return mote_graph_add_tensor(model, &model->graphs[0], &tensor, err);
}

/* The case as a node of float32 (its output of type out), not inferred yet. */
static mote_node *add_node(mote_model *model, mote_op_kind kind, const mote_op_case *c, mote_dtype in_type,
                           mote_dtype out_type)
{
    mote_id    in[MOTE_CASE_OPERANDS], out;
    mote_error err = {0};
    mote_node  spec = {.op = kind, .in = in, .out = &out, .out_count = 1, .activation = c->activation, .as = c->attrs};
    int32_t    i;

    for (i = 0; i < MOTE_CASE_OPERANDS; i++) {
        in[i] = add_operand(model, &c->in[i], in_type, &err);
        if (in[i] != MOTE_NONE)
            spec.in_count = i + 1;
    }
    out = mote_graph_add_tensor(model, &model->graphs[0],
                                &(mote_tensor){.name = "output", .dtype = out_type, .rank = 1, .dim = {6}}, &err);
    return mote_graph_add_node(model, &model->graphs[0], &spec, &err);
}

/* ---- shapes and attributes ---- */

typedef struct refusal {
    mote_op_kind kind;
    mote_op_case c; /* c.claim: what the message must contain */
} refusal;

#define NORM .attrs.batch_normalization = {.momentum = 0.99f, .epsilon = 1e-3f}

static const refusal refusals[] = {
    {MOTE_OP_ADD, {"[4] does not go with [1,2,3]", .in = {INPUT(1, 2, 3), PARAM(4)}}},
    {MOTE_OP_ADD, {"would mix samples", .in = {INPUT(1, 3), PARAM(5, 3)}}},
    {MOTE_OP_ADD, {"would mix samples", .in = {PARAM(5, 3), INPUT(1, 3)}}},
    {MOTE_OP_ADD, {"would mix samples", .in = {INPUT(1, 3), PARAM(1, 1, 3)}}},
    {MOTE_OP_ADD, {"larger than 2 GiB", .in = {INPUT(2, 1, 65536), INPUT(2, 65536, 1)}}},
    {MOTE_OP_ADD, {"1 inputs, 2 to 2 expected", .in = {INPUT(1, 3)}}},
    {MOTE_OP_SUB, {"[4] does not go with [1,2,3]", .in = {INPUT(1, 2, 3), PARAM(4)}}},
    {MOTE_OP_MAXIMUM, {"would mix samples", .in = {INPUT(1, 3), PARAM(5, 3)}}},
    {MOTE_OP_ADD_N, {"operand 1 is not of operand 0's shape [1,3]", .in = {INPUT(1, 3), INPUT(1, 4)}}},
    {MOTE_OP_ADD_N, {"1 inputs, 2 to 64 expected", .in = {INPUT(1, 3)}}},
    {MOTE_OP_PRELU, {"slopes of shape [2,3] are more than the input's [1,2,1]", .in = {INPUT(1, 2, 1), PARAM(2, 3)}}},
    {MOTE_OP_RESHAPE, {"[1,7] cannot become [6]", .in = {INPUT(1, 7)}}},
    {MOTE_OP_RESHAPE, {"[1,7] cannot become [2,4]", .in = {INPUT(1, 7), INTS(2, 4)}}},
    {MOTE_OP_RESHAPE, {"[1,7] does not divide into [2,-1]", .in = {INPUT(1, 7), INTS(2, -1)}}},
    {MOTE_OP_RESHAPE, {"[1,7] does not divide into [0,-1]", .in = {INPUT(1, 7), INTS(0, -1)}}},
    {MOTE_OP_RESHAPE, {"dimension 1 of the new shape is -1", .in = {INPUT(1, 7), INTS(-1, -1)}}},
    {MOTE_OP_RESHAPE, {"dimension 0 of the new shape is -2", .in = {INPUT(1, 7), INTS(-2, 7)}}},
    {MOTE_OP_RESHAPE, {"cannot become", .in = {INPUT(1, 7), INTS(65536, 65536, 65536, 65536)}}},
    {MOTE_OP_RESHAPE, {"the new shape is float32 [2]", .in = {INPUT(1, 7), PARAM(2)}}},
    {MOTE_OP_SOFTMAX, {"has no last dimension", .in = {INPUT(1, 0)}, .attrs.softmax = {1}}},
    {MOTE_OP_SOFTMAX, {"beta is 0", .in = {INPUT(1, 3)}, .attrs.softmax = {0}}},
    {MOTE_OP_SOFTMAX, {"beta is -1", .in = {INPUT(1, 3)}, .attrs.softmax = {-1}}},
    {MOTE_OP_SOFTMAX, {"beta is inf", .in = {INPUT(1, 3)}, .attrs.softmax = {INFINITY}}},
    {MOTE_OP_LEAKY_RELU, {"alpha is inf", .in = {INPUT(1, 3)}, .attrs.leaky_relu = {INFINITY}}},
    {MOTE_OP_LEAKY_RELU, {"alpha is", .in = {INPUT(1, 3)}, .attrs.leaky_relu = {NAN}}},
    {MOTE_OP_RELU, {"takes no fused activation", .in = {INPUT(1, 3)}, .activation = MRT_ACT_RELU}},
    {MOTE_OP_QUANTIZE, {"output is float32, an integer type expected", .in = {INPUT(1, 3)}}},
    {MOTE_OP_DROPOUT, {"rate is 1,", .in = {INPUT(1, 3)}, .attrs.dropout = {1}}},
    {MOTE_OP_DROPOUT, {"rate is", .in = {INPUT(1, 3)}, .attrs.dropout = {NAN}}},
    {MOTE_OP_DROPOUT, {"stddev is", .in = {INPUT(1, 3)}, .attrs.dropout = {.stddev = NAN}}},
    {MOTE_OP_DROPOUT, {"there is no noise 9", .in = {INPUT(1, 3)}, .attrs.dropout = {.noise = 9}}},
    {MOTE_OP_CONCATENATION,
     {"[3,3] does not go beside [2,3] along axis 1", .in = {INPUT(2, 3), INPUT(3, 3)}, .attrs.concatenation = {.axis = 1}}},
    {MOTE_OP_CONCATENATION, {"axis 2, -2 to 1 expected", .in = {INPUT(2, 3)}, .attrs.concatenation = {.axis = 2}}},
    {MOTE_OP_CONCATENATION, {"axis -3, -2 to 1 expected", .in = {INPUT(2, 3)}, .attrs.concatenation = {.axis = -3}}},
    {MOTE_OP_CONCATENATION, {"axis 0 counts samples", .in = {INPUT(1, 3), PARAM(1, 3)}}},
    {MOTE_OP_CONCATENATION, {"takes no fused activation", .in = {INPUT(2, 3)}, .activation = MRT_ACT_RELU}},
    {MOTE_OP_CONCATENATION, {"input 1 is left out", .in = {INPUT(2, 3), {0}, INPUT(2, 3)}}},
    {MOTE_OP_PACK, {"2 inputs, values_count is 3", .in = {INPUT(3), INPUT(3)}, .attrs.pack = {.count = 3}}},
    {MOTE_OP_PACK, {"[3] does not go beside [2]", .in = {INPUT(2), INPUT(3)}, .attrs.pack = {.count = 2}}},
    {MOTE_OP_PACK, {"axis 0 counts samples", .in = {INPUT(1, 3)}, .attrs.pack = {.count = 1}}},
    {MOTE_OP_UNPACK, {"1 outputs, its option says 3", .in = {INPUT(3)}, .attrs.unpack = {.count = 3}}},
    {MOTE_OP_UNPACK, {"axis 0 of [3] does not become 1 outputs", .in = {INPUT(3)}, .attrs.unpack = {.count = 1}}},
    {MOTE_OP_UNPACK, {"axis 0 counts samples", .in = {INPUT(1, 3)}, .attrs.unpack = {.count = 1}}},
    {MOTE_OP_SPLIT, {"input 0 is float32 [1], 1 numbers of int32", .in = {PARAM(1), INPUT(3)}, .attrs.split = {.count = 1}}},
    {MOTE_OP_SPLIT, {"axis 0 counts samples", .in = {INTS(-2), INPUT(1, 3)}, .attrs.split = {.count = 1}}},
    {MOTE_OP_SPLIT_V,
     {"do not make up axis 1 of [2,3]", .in = {INPUT(2, 3), INTS(2), INTS(1)}, .attrs.split_v = {.count = 1}}},
    {MOTE_OP_SPLIT_V, {"size 0 is -2", .in = {INPUT(2, 3), INTS(-2), INTS(1)}, .attrs.split_v = {.count = 1}}},
    {MOTE_OP_SLICE, {"begin 4 of dimension 1, which is 3", .in = {INPUT(2, 3), INTS(0, 4), INTS(1, 1)}}},
    {MOTE_OP_SLICE, {"begin -1 of dimension 0", .in = {INPUT(2, 3), INTS(-1, 0), INTS(1, 1)}}},
    {MOTE_OP_SLICE, {"size 3 from begin 1 on", .in = {INPUT(2, 3), INTS(0, 1), INTS(1, 3)}}},
    {MOTE_OP_SLICE, {"size 2147483647 from", .in = {INPUT(2, 3), INTS(0, 1), INTS(1, INT32_MAX)}}},
    {MOTE_OP_SLICE, {"input 2 is int32 [1], 2 numbers of", .in = {INPUT(2, 3), INTS(0, 1), INTS(1)}}},
    {MOTE_OP_SLICE, {"its begin must be 0, its size -1", .in = {INPUT(1, 3), INTS(0, 1), INTS(1, 1)}}},
    {MOTE_OP_STRIDED_SLICE, {"stride 1 is 0", .in = {INPUT(2, 3), INTS(0, 0), INTS(1, 1), INTS(1, 0)}}},
    {MOTE_OP_STRIDED_SLICE, {"more numbers than input [3] has", .in = {INPUT(3), INTS(0, 0), INTS(1, 1), INTS(1, 1)}}},
    {MOTE_OP_STRIDED_SLICE, {"input 3 is int32 [1], 2 numbers", .in = {INPUT(2, 3), INTS(0, 0), INTS(1, 1), INTS(1)}}},
    {MOTE_OP_STRIDED_SLICE,
     {"begin 3 with stride 1 takes no element of dimension 0, which is 3", .in = {INPUT(3), INTS(7), INTS(8), INTS(1)},
      .attrs.strided_slice = {.shrink_axis_mask = 1}}},
    {MOTE_OP_STRIDED_SLICE,
     {"stride -1 takes no element", .in = {INPUT(3), INTS(1), INTS(0), INTS(-1)},
      .attrs.strided_slice = {.shrink_axis_mask = 1}}},
    {MOTE_OP_STRIDED_SLICE,
     {"more than one ellipsis (mask 3)", .in = {INPUT(3, 2), INTS(0, 0), INTS(0, 0), INTS(1, 1)},
      .attrs.strided_slice = {.ellipsis_mask = 3}}},
    {MOTE_OP_STRIDED_SLICE, {"with its end masked", .in = {INPUT(1, 3), INTS(0, 0), INTS(1, 2), INTS(1, 1)}}},
    {MOTE_OP_STRIDED_SLICE,
     {"axis 0 counts samples and must stay", .in = {INPUT(1, 3), INTS(0), INTS(0), INTS(1)},
      .attrs.strided_slice = {.end_mask = 1, .shrink_axis_mask = 1}}},
    {MOTE_OP_STRIDED_SLICE,
     {"must stay the first", .in = {INPUT(1, 3), INTS(0), INTS(0), INTS(1)}, .attrs.strided_slice = {.new_axis_mask = 1}}},
    {MOTE_OP_DYNAMIC_UPDATE_SLICE, {"update [3,3] does not fit into [2,3]", .in = {INPUT(2, 3), INPUT(3, 3), INTS(0, 0)}}},
    {MOTE_OP_DYNAMIC_UPDATE_SLICE, {"input 2 is int32 [1], 2 numbers", .in = {INPUT(2, 3), INPUT(2, 3), INTS(0)}}},
    {MOTE_OP_PAD, {"padding -1 and 0 of dimension 0, 0 to", .in = {INPUT(3), INTS(-1, 0)}}},
    {MOTE_OP_PAD, {"dimension 0 is too large", .in = {INPUT(3), INTS(INT32_MAX, INT32_MAX)}}},
    {MOTE_OP_PAD, {"larger than 2 GiB", .in = {INPUT(3), INTS(0, INT32_MAX - 3)}}},
    {MOTE_OP_PAD, {"input 1 is int32 [3], 2 numbers", .in = {INPUT(3), INTS(0, 0, 0)}}},
    {MOTE_OP_PAD, {"axis 0 counts samples", .in = {INPUT(1, 3), INTS(0, 1, 0, 0)}}},
    {MOTE_OP_PADV2, {"the value is [2], one number expected", .in = {INPUT(3), INTS(0, 0), PARAM(2)}}},
    {MOTE_OP_MIRROR_PAD, {"padding 0 and 3 of dimension 0, 0 to 2", .in = {INPUT(3), INTS(0, 3)}}},
    {MOTE_OP_MIRROR_PAD, {"padding 4 and 0 of dimension 0, 0 to 3", .in = {INPUT(3), INTS(4, 0)}, .attrs.mirror_pad = {1}}},
    {MOTE_OP_MIRROR_PAD, {"mode 2", .in = {INPUT(3), INTS(0, 0)}, .attrs.mirror_pad = {2}}},
    {MOTE_OP_SHAPE, {"out_type is -100,", .in = {INPUT(3)}, .attrs.shape = {-100}}},
    {MOTE_OP_SHAPE, {"out_type is 1,", .in = {INPUT(3)}, .attrs.shape = {MRT_F16}}},
    {MOTE_OP_EXPAND_DIMS, {"axis 2, -2 to 1 expected", .in = {INPUT(3), INTS(2)}}},
    {MOTE_OP_EXPAND_DIMS, {"axis 0 counts samples", .in = {INPUT(1, 3), INTS(0)}}},
    {MOTE_OP_SQUEEZE, {"[1,7] without dimensions of 1 is not [6]", .in = {INPUT(1, 7)}}},
    {MOTE_OP_BATCH_NORMALIZATION, {"moving mean and variance are missing", .in = {INPUT(1, 3), PARAM(3), PARAM(3)}, NORM}},
    {MOTE_OP_BATCH_NORMALIZATION,
     {"input 1 is [4], a constant [3] expected", .in = {INPUT(1, 3), PARAM(4), PARAM(3), MOVING(3), MOVING(3)}, NORM}},
    {MOTE_OP_BATCH_NORMALIZATION,
     {"input 3 is [1,3], a constant [3]", .in = {INPUT(1, 3), PARAM(3), PARAM(3), INPUT(1, 3), MOVING(3)}, NORM}},
    {MOTE_OP_BATCH_NORMALIZATION, {"with channels expected", .in = {INPUT(1, 0), {0}, {0}, MOVING(3), MOVING(3)}, NORM}},
    {MOTE_OP_BATCH_NORMALIZATION,
     {"epsilon 0", .in = {INPUT(1, 3), {0}, {0}, MOVING(3), MOVING(3)}, .attrs.batch_normalization = {0.99f, 0}}},
};

static void operators_refuse_in_one_line(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const refusal *r = &refusals[i];
        mote_model    *model = new_model(MOTE_STAGE_TRAIN);
        mote_node     *node = add_node(model, r->kind, &r->c, MOTE_F32, MOTE_F32);
        mote_error     err = {0};

        if (mote_op_infer(model, &model->graphs[0], node, &err) == MOTE_OK)
            fail_msg("%s was not refused: %s", mote_op_kind_name(r->kind), r->c.claim);
        if (!strstr(err.text, r->c.claim) || strchr(err.text, '\n'))
            fail_msg("\"%s\" does not say \"%s\"", err.text, r->c.claim);
        mote_model_destroy(model);
    }
}

/* ---- scales ---- */

static void set_quant(mote_model *model, mote_id id, float scale, int32_t zero_point)
{
    mote_error err = {0};

    model->graphs[0].tensors[id].quant = mote_quant_create(model, -1, 1, &scale, &zero_point, &err);
    assert_non_null(model->graphs[0].tensors[id].quant);
}

typedef struct scale_refusal {
    mote_op_kind kind;
    float        in_scale;
    int32_t      in_zero;
    float        out_scale;
    int32_t      out_zero;
    const char  *message;
} scale_refusal;

static const scale_refusal scale_refusals[] = {
    {MOTE_OP_LOGISTIC, 0.1f, 0, 1.0f / 256, 0,
     "scale 0.00390625 and zero point 0; this operator's is always 0.00390625 and -128"},
    {MOTE_OP_LOGISTIC, 0.1f, 0, 1.0f / 128, -128, "scale 0.0078125"},
    {MOTE_OP_TANH, 0.1f, 0, 1.0f / 256, 0, "this operator's is always 0.0078125 and 0"},
    {MOTE_OP_SOFTMAX, 0.1f, 0, 1.0f / 256, 127, "this operator's is always 0.00390625 and -128"},
    {MOTE_OP_RELU, 0.1f, 128, 0.1f, 0, "zero point 128 is outside int8"},
    {MOTE_OP_RELU6, 0.1f, INT32_MIN, 0.1f, 0, "zero point -2147483648 is outside int8"},
    {MOTE_OP_QUANTIZE, 0.1f, 0, 0.1f, -129, "zero point -129 is outside int8"},
    {MOTE_OP_ADD, 0.1f, 0, 1e-7f, 0, "output scale 1e-07 is too fine for input scales 0.1 and 0.1"},
    {MOTE_OP_RELU, 0, 0, 0.1f, 0, "int8 operands need one scale each"},
    {MOTE_OP_CONCATENATION, 0.1f, 0, 0.2f, 0,
     "an input has scale 0.100000001 and zero point 0, the output 0.200000003 and 0; they must be equal"},
    {MOTE_OP_CONCATENATION, 0.1f, 3, 0.1f, 2, "zero point 3, the output 0.100000001 and 2"},
};

static const scale_refusal uint8_refusals[] = {
    {MOTE_OP_RELU, 0.1f, 0, 0.1f, -1, "zero point -1 is outside uint8"},
    {MOTE_OP_LOGISTIC, 0.1f, 256, 1.0f / 256, 0, "zero point 256 is outside uint8"},
    {MOTE_OP_SOFTMAX, 0.1f, 0, 1.0f / 256, 1, "this operator's is always 0.00390625 and 0"},
    {MOTE_OP_L2_NORMALIZATION, 0.1f, 0, 1.0f / 128, 0, "this operator's is always 0.0078125 and 128"},
    {MOTE_OP_LOG_SOFTMAX, 0.1f, 0, 1.0f / 16, 127, "this operator's is always 0.0625 and 255"},
    {MOTE_OP_ADD, 0.1f, 0, 1e-7f, 0, "output scale 1e-07 is too fine for input scales 0.1 and 0.1"},
    {MOTE_OP_CONCATENATION, 0, 0, 0.1f, 0, "uint8 operands need one scale each"},
    {MOTE_OP_CONCATENATION, 0.1f, 256, 0.1f, 0, "zero point 256 is outside uint8"},
};

static mote_status prepare_quantized(const scale_refusal *r, mote_dtype type, mote_error *err)
{
    const mote_op_case c = {"scales", .in = {INPUT(1, 3), INPUT(1, 3)}, .attrs.softmax = {r->kind == MOTE_OP_SOFTMAX}};
    const mote_op_case beside = {"scales", .in = {INPUT(1, 3)}, .attrs.concatenation = {.axis = 1}};
    mote_op_case       one =
        r->kind == MOTE_OP_CONCATENATION ? beside : (mote_op_case){"scales", .in = {INPUT(1, 3)}, .attrs = c.attrs};
    mote_model        *model = new_model(MOTE_STAGE_QUANTIZED);
    mote_node         *node = add_node(model, r->kind, r->kind == MOTE_OP_ADD ? &c : &one, type, type);
    mote_prepared      prepared = {.arena = &model->arena};
    const mote_op_row *row;
    mote_status        status;
    int32_t            i;

    assert_int_equal(mote_op_infer(model, &model->graphs[0], node, err), MOTE_OK);
    for (i = 0; r->in_scale > 0 && i < node->in_count; i++)
        set_quant(model, node->in[i], r->in_scale, r->in_zero);
    set_quant(model, node->out[0], r->out_scale, r->out_zero);
    row = mote_op_find_row(&model->graphs[0], node, err);
    assert_non_null(row);
    status = row->kernels[0].prepare(&model->graphs[0], node, &prepared, err);
    mote_model_destroy(model);
    return status;
}

static void assert_scale_refused(const scale_refusal *r, mote_dtype type)
{
    mote_error err = {0};

    if (prepare_quantized(r, type, &err) == MOTE_OK)
        fail_msg("not refused: %s", r->message);
    if (!strstr(err.text, r->message))
        fail_msg("\"%s\" does not say \"%s\"", err.text, r->message);
}

static void kernels_refuse_scales_that_their_arithmetic_does_not_have(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < sizeof scale_refusals / sizeof *scale_refusals; i++)
        assert_scale_refused(&scale_refusals[i], MOTE_I8);
    for (i = 0; i < sizeof uint8_refusals / sizeof *uint8_refusals; i++)
        assert_scale_refused(&uint8_refusals[i], MOTE_U8);
}

/* FULLY_CONNECTED of [1,3] and weights [2,3] with so many scales, or with that zero point. */
static mote_status prepare_uint8_weights(int32_t scale_count, int32_t zero_point, mote_error *err)
{
    const mote_op_case c = {"weights", .in = {INPUT(1, 3), PARAM(2, 3)}};
    const float        scales[2] = {0.1f, 0.2f};
    const int32_t      zeros[2] = {zero_point, 0};
    mote_model        *model = new_model(MOTE_STAGE_QUANTIZED);
    mote_node         *node = add_node(model, MOTE_OP_FULLY_CONNECTED, &c, MOTE_U8, MOTE_U8);
    mote_prepared      prepared = {.arena = &model->arena};
    const mote_op_row *row;
    mote_status        status;

    assert_int_equal(mote_op_infer(model, &model->graphs[0], node, err), MOTE_OK);
    set_quant(model, node->in[0], 0.1f, 3);
    set_quant(model, node->out[0], 0.1f, 5);
    model->graphs[0].tensors[node->in[1]].quant =
        mote_quant_create(model, scale_count > 1 ? 0 : -1, scale_count, scales, zeros, err);
    row = mote_op_find_row(&model->graphs[0], node, err);
    assert_non_null(row);
    status = row->kernels[0].prepare(&model->graphs[0], node, &prepared, err);
    mote_model_destroy(model);
    return status;
}

static void uint8_weights_have_one_scale_and_a_zero_point_of_uint8(void **state)
{
    mote_error err = {0};

    (void)state;
    assert_int_equal(prepare_uint8_weights(1, 255, &err), MOTE_OK);
    assert_int_not_equal(prepare_uint8_weights(2, 0, &err), MOTE_OK);
    assert_non_null(strstr(err.text, "uint8 operands need one scale each"));
    err = (mote_error){0};
    assert_int_not_equal(prepare_uint8_weights(1, 256, &err), MOTE_OK);
    assert_non_null(strstr(err.text, "zero point 256 is outside uint8"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_refuse_in_one_line),
        cmocka_unit_test(kernels_refuse_scales_that_their_arithmetic_does_not_have),
        cmocka_unit_test(uint8_weights_have_one_scale_and_a_zero_point_of_uint8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
