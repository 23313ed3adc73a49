/* FULLY_CONNECTED: in [..., I], weights [O, I], bias [O] or absent -> out [N, O] (or [..., O] with keep_num_dims).
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/kernels/fully_connected.h"

#include <string.h>

#include "ops/fully_connected_i8.h"

/* ---- shapes ---- */

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *w = mote_node_in(graph, node, 1),
                      *bias = mote_node_in(graph, node, 2);
    size_t  count = mote_tensor_count(in);
    int32_t dim[MOTE_RANK_MAX];

    if (w->rank != 2)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "weights have %d dimensions, 2 expected", w->rank);
    if (w->kind == MOTE_ACTIVATION || (bias && bias->kind == MOTE_ACTIVATION))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "weights and bias must be constants");
    if (bias && mote_tensor_count(bias) != (size_t)w->dim[0])
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "bias has shape %s, [%d] expected",
                            mote_shape_show(bias).text, w->dim[0]);
    if (in->rank < 1 || w->dim[1] < 1 || w->dim[0] < 1 || count % (size_t)w->dim[1] != 0 || count == 0)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %s does not go with weights %s",
                            mote_shape_show(in).text, mote_shape_show(w).text);
    memcpy(dim, in->dim, sizeof dim);
    if (node->as.fully_connected.keep_num_dims) {
        if (in->dim[in->rank - 1] != w->dim[1])
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %s does not end in %d", mote_shape_show(in).text,
                                w->dim[1]);
        dim[in->rank - 1] = w->dim[0];
        mote_set_output(graph, node, 0, in->dtype, in->rank, dim);
    } else {
        dim[0] = (int32_t)(count / (size_t)w->dim[1]);
        dim[1] = w->dim[0];
        mote_set_output(graph, node, 0, in->dtype, 2, dim);
    }
    return MOTE_OK;
}

int32_t mote_fully_connected_rows(const mote_graph *graph, const mote_node *node)
{
    return (int32_t)(mote_tensor_count(mote_node_in(graph, node, 0)) / (size_t)mote_node_in(graph, node, 1)->dim[1]);
}

static size_t macs(const mote_graph *graph, const mote_node *node)
{
    return mote_size_mul(mote_tensor_count(mote_node_in(graph, node, 0)), (size_t)mote_node_in(graph, node, 1)->dim[0]);
}

/* ---- training ---- */

static mote_math_dense dense_shape(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);

    return (mote_math_dense){.rows = batch * mote_fully_connected_rows(graph, node),
                             .in = w->dim[1],
                             .out = w->dim[0],
                             .activation = mote_math_activation_of(node->activation)};
}

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mote_math_dense shape = dense_shape(graph, node, batch);

    return math->dense_scratch(&shape);
}

static void forward(const mote_call *call)
{
    mote_math_dense shape = dense_shape(call->graph, call->node, call->batch);
    const float    *bias = call->node->in_count > 2 ? call->in[2] : NULL;

    call->math->dense_forward(&shape, call->in[0], call->in[1], bias, call->out[0],
                              (mote_math_work){call->pool, call->scratch});
}

static void backward(const mote_call *call)
{
    mote_math_dense shape = dense_shape(call->graph, call->node, call->batch);
    mote_math_grads grads = {.x = call->in[0],
                             .w = call->in[1],
                             .y = call->out[0],
                             .dy = call->grad_out[0],
                             .dx = call->grad_in[0],
                             .dw = call->grad_in[1],
                             .db = call->node->in_count > 2 ? call->grad_in[2] : NULL};

    call->math->dense_backward(&shape, &grads, (mote_math_work){call->pool, call->scratch});
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_WEIGHTS, .axis = 0};
    if (node->in_count > 2)
        want[2].rule = MOTE_QUANT_BIAS;
}

/* ---- kernels ---- */

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor              *w = mote_node_in(graph, node, 1), *bias = mote_node_in(graph, node, 2);
    mrt_fully_connected_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->rows = mote_fully_connected_rows(graph, node);
    p->in_count = w->dim[1];
    p->out_count = w->dim[0];
    mote_activation_range_f32(node->activation, &p->act_min, &p->act_max);
    p->w = w->data;
    p->bias = bias ? bias->data : NULL;
    if (bias)
        MOTE_TRY(mote_prepared_add(prepared, "bias", p->bias, MOTE_F32, mote_tensor_count(bias), err));
    return mote_prepared_add(prepared, "weights", p->w, MOTE_F32, mote_tensor_count(w), err);
}

static void run_f32(const void *params, const mrt_io *io)
{
    mrt_fully_connected_f32(params, io->in[0], io->out[0]);
}

static const mote_field fields_f32[] = {
    MOTE_FIELD(mrt_fully_connected_f32_params, rows),      MOTE_FIELD(mrt_fully_connected_f32_params, in_count),
    MOTE_FIELD(mrt_fully_connected_f32_params, out_count), MOTE_FIELD(mrt_fully_connected_f32_params, act_min),
    MOTE_FIELD(mrt_fully_connected_f32_params, act_max),   MOTE_FIELD(mrt_fully_connected_f32_params, w),
    MOTE_FIELD(mrt_fully_connected_f32_params, bias),      {0},
};

/* ---- the operator ---- */

static const mote_kernel kernels_f32[] = {
    {.symbol = "mrt_fully_connected_f32",
     .params = "mrt_fully_connected_f32_params",
     .header = "kernels/fully_connected.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_fully_connected_f32_params),
     .fields = fields_f32,
     .prepare = prepare_f32,
     .run = run_f32},
    {0},
};

static const mote_op_row rows[] = {
    {.out = MOTE_I8,
     .in = {MOTE_I8, MOTE_I8, MOTE_I32},
     .in_count = 3,
     .version_min = 4,
     .version_max = 12,
     .kernels = mote_fully_connected_kernels_i8},
    {.out = MOTE_F32,
     .in = {MOTE_F32, MOTE_F32, MOTE_F32},
     .in_count = 3,
     .version_min = 1,
     .version_max = 12,
     .kernels = kernels_f32},
    {0},
};

const mote_op mote_op_fully_connected = {
    .in_min = 2,
    .in_max = 3,
    .out_count = 1,
    .fuses_activation = true,
    .rows = rows,
    .infer = infer,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
    .scratch = train_scratch,
    .macs = macs,
};
