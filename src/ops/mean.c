/* MEAN: in, axes (an int32 constant, or absent: the attributes' own) -> the mean along these axes, which keep_dims leaves in
 * the shape as 1. Over axes 1 and 2 of [N, H, W, C] it is global average pooling.
 * SPDX-License-Identifier: Apache-2.0 */
#include "runtime/arch/mean_four.h"
#include "runtime/kernels/mean.h"

#include "ops/host.h"
#include "ops/op.h"

/* ---- shapes ---- */

/* Bit i: axis i is reduced. */
static uint32_t reduced_axes(const mote_node *node)
{
    const mote_reduce_attrs *as = &node->as.mean;
    uint32_t                 axes = 0;
    int32_t                  i;

    for (i = 0; i < as->axis_count; i++)
        axes |= 1u << as->axis[i];
    return axes;
}

/* Reads the axes from operand 1 where there is one; afterwards each is counted from the front and named once. */
static mote_status resolve_axes(const mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0), *operand = mote_node_in(graph, node, 1);
    mote_reduce_attrs *as = &node->as.mean;
    const int32_t     *axis = operand ? operand->data : as->axis;
    size_t             count = operand ? mote_tensor_count(operand) : (size_t)as->axis_count, i;
    uint32_t           axes = 0;

    if (operand && (operand->kind == MOTE_ACTIVATION || operand->dtype != MOTE_I32))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "axes must be int32 constants");
    if (!operand && (as->axis_count < 0 || as->axis_count > MOTE_RANK_MAX))
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "%d axes, at most %d expected", as->axis_count,
                            MOTE_RANK_MAX);
    for (i = 0; i < count; i++) {
        int32_t from_front = axis[i] < 0 ? axis[i] + in->rank : axis[i];
        if (from_front < 0 || from_front >= in->rank)
            return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "axis %d of an input of shape %s", axis[i],
                                mote_shape_show(in).text);
        axes |= 1u << from_front;
    }
    as->axis_count = 0;
    for (i = 0; i < (size_t)in->rank; i++)
        if (axes >> i & 1u)
            as->axis[as->axis_count++] = (int32_t)i;
    return MOTE_OK;
}

/* Merges axes into [outer, first, middle, second, inner]. False: more than two runs of reduced axes. */
static bool merge_axes(const mote_tensor *in, uint32_t axes, mrt_mean_shape *shape)
{
    int32_t *part[] = {&shape->outer, &shape->first, &shape->middle, &shape->second, &shape->inner};
    int32_t  at = 0, i;

    *shape = (mrt_mean_shape){1, 1, 1, 1, 1};
    for (i = 0; i < in->rank; i++) {
        int32_t is_reduced = axes >> i & 1u ? 1 : 0;
        if (in->dim[i] == 1)
            continue;
        if (at % 2 != is_reduced)
            at++;
        if (at > 4)
            return false;
        *part[at] *= in->dim[i];
    }
    if (at == 2) { /* one run: what follows it is the inner part */
        shape->inner = shape->middle;
        shape->middle = 1;
    }
    return true;
}

static mrt_mean_shape mean_shape(const mote_graph *graph, const mote_node *node)
{
    mrt_mean_shape shape;

    merge_axes(mote_node_in(graph, node, 0), reduced_axes(node), &shape);
    return shape;
}

static mote_status infer(mote_graph *graph, mote_node *node, mote_error *err)
{
    const mote_tensor *in = mote_node_in(graph, node, 0);
    mrt_mean_shape     shape;
    uint32_t           axes;
    int32_t            dim[MOTE_RANK_MAX] = {0}, rank = 0, i;

    if (mote_tensor_count(in) == 0)
        return mote_op_fail(graph, node, MOTE_ERR_FORMAT, err, "input %s is empty", mote_shape_show(in).text);
    MOTE_TRY(resolve_axes(graph, node, err));
    axes = reduced_axes(node);
    if (in->is_batched && axes & 1u)
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err, "axis 0 counts samples and cannot be reduced");
    if (!merge_axes(in, axes, &shape))
        return mote_op_fail(graph, node, MOTE_ERR_UNSUPPORTED, err,
                            "the axes of %s to reduce lie in more than two places; use two MEAN in a row",
                            mote_shape_show(in).text);
    for (i = 0; i < in->rank; i++)
        if (!(axes >> i & 1u))
            dim[rank++] = in->dim[i];
        else if (node->as.mean.keep_dims)
            dim[rank++] = 1;
    mote_set_output(graph, node, 0, in->dtype, rank, dim);
    return MOTE_OK;
}

/* ---- training: one run of axes, merged, is the mean over positions ---- */

static void forward(const mote_call *call)
{
    mrt_mean_shape shape = mean_shape(call->graph, call->node);

    if (shape.middle == 1 && shape.second == 1) {
        call->math->global_average_forward(call->batch * shape.outer, shape.first, shape.inner, call->in[0], call->out[0]);
    } else {
        mrt_mean_f32_params p = {shape, 1.0f / ((float)shape.first * (float)shape.second)};
        p.shape.outer *= call->batch;
        mrt_mean_f32(&p, call->in[0], call->out[0]);
    }
}

/* dx of every value is dy of its mean, divided by the count. */
static void spread(const mrt_mean_shape *shape, float factor, const float *dy, float *dx)
{
    int32_t a, m, b, i;

    for (a = 0; a < shape->first; a++)
        for (m = 0; m < shape->middle; m++)
            for (b = 0; b < shape->second; b++)
                for (i = 0; i < shape->inner; i++)
                    *dx++ = factor * dy[m * shape->inner + i];
}

static void backward(const mote_call *call)
{
    mrt_mean_shape shape = mean_shape(call->graph, call->node);
    const float   *dy = call->grad_out[0];
    float         *dx = call->grad_in[0];
    size_t         slice = (size_t)shape.first * (size_t)shape.middle * (size_t)shape.second * (size_t)shape.inner;
    int32_t        n;

    if (!dx)
        return;
    if (shape.middle == 1 && shape.second == 1) {
        call->math->global_average_backward(call->batch * shape.outer, shape.first, shape.inner, dy, dx, false);
        return;
    }
    for (n = 0; n < call->batch * shape.outer; n++, dy += shape.middle * shape.inner, dx += slice)
        spread(&shape, 1.0f / ((float)shape.first * (float)shape.second), dy, dx);
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    if (node->in_count > 1)
        want[1].rule = MOTE_QUANT_KEEP;
}

/* ---- kernels ---- */

static mote_status prepare_i8(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    const mote_tensor  *in = mote_node_in(graph, node, 0), *out = mote_node_out(graph, node, 0);
    mrt_mean_i8_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    MOTE_TRY(mote_op_check_scale(graph, node, in, err));
    MOTE_TRY(mote_op_check_scale(graph, node, out, err));
    p->shape = mean_shape(graph, node);
    p->out_zero = mote_zero_of(out);
    mrt_mean_i8_prepare(p, mote_scale_of(in), mote_zero_of(in), mote_scale_of(out));
    return MOTE_OK;
}

static void run_i8(const void *params, const mrt_io *io)
{
    mrt_mean_i8(params, io->in[0], io->out[0]);
}

/* Whose means lie side by side. */
static bool applies_four(const mote_graph *graph, const mote_node *node, mote_error *err)
{
    (void)err;
    return mean_shape(graph, node).inner >= 4;
}

static void run_i8_four(const void *params, const mrt_io *io)
{
    mrt_mean_i8_four(params, io->in[0], io->out[0]);
}

#define SHAPE_FIELDS(T)                                                                                                     \
    MOTE_FIELD(T, shape.outer), MOTE_FIELD(T, shape.first), MOTE_FIELD(T, shape.middle), MOTE_FIELD(T, shape.second),       \
        MOTE_FIELD(T, shape.inner)

static const mote_field fields_i8[] = {
    SHAPE_FIELDS(mrt_mean_i8_params),     MOTE_FIELD(mrt_mean_i8_params, offset), MOTE_FIELD(mrt_mean_i8_params, out_zero),
    MOTE_FIELD(mrt_mean_i8_params, mult), MOTE_FIELD(mrt_mean_i8_params, shift),  {0},
};

static mote_status prepare_f32(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err)
{
    mrt_mean_f32_params *p = mote_prepared_params(prepared, sizeof *p, err);

    if (!p)
        return err->code;
    p->shape = mean_shape(graph, node);
    p->factor = 1.0f / ((float)p->shape.first * (float)p->shape.second);
    return MOTE_OK;
}

static void run_f32(const void *params, const mrt_io *io)
{
    mrt_mean_f32(params, io->in[0], io->out[0]);
}

static const mote_field fields_f32[] = {
    SHAPE_FIELDS(mrt_mean_f32_params),
    MOTE_FIELD(mrt_mean_f32_params, factor),
    {0},
};

/* Output r is written after all that it reads, and output r + 1 reads nothing before value r + 1. */
static ptrdiff_t overlap(const mote_graph *graph, const mote_node *node)
{
    (void)graph, (void)node;
    return 0;
}

/* ---- the operator ---- */

static const mote_kernel kernels_i8[] = {
    {.symbol = "mrt_mean_i8",
     .params = "mrt_mean_i8_params",
     .header = "kernels/mean.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_mean_i8_params),
     .fields = fields_i8,
     .overlap = overlap,
     .prepare = prepare_i8,
     .run = run_i8},
    {.symbol = "mrt_mean_i8_four",
     .params = "mrt_mean_i8_params",
     .header = "arch/mean_four.h",
     .targets = MOTE_TARGET_PORTABLE,
     .param_bytes = sizeof(mrt_mean_i8_params),
     .fields = fields_i8,
     .applies = applies_four,
     .prepare = prepare_i8,
     .run = run_i8_four},
    MOTE_HOST_PLAIN(mean, mrt_mean_i8_params, fields_i8, NULL),
    {0},
};

static const mote_kernel kernels_f32[] = {
    {.symbol = "mrt_mean_f32",
     .params = "mrt_mean_f32_params",
     .header = "kernels/mean.h",
     .targets = MOTE_TARGET_ANY,
     .param_bytes = sizeof(mrt_mean_f32_params),
     .fields = fields_f32,
     .overlap = overlap,
     .prepare = prepare_f32,
     .run = run_f32},
    {0},
};

static const mote_op_row rows[] = {
    {.out = MOTE_I8, .in = {MOTE_I8, MOTE_I32}, .in_count = 2, .version_min = 2, .version_max = 3, .kernels = kernels_i8},
    {.out = MOTE_F32, .in = {MOTE_F32, MOTE_I32}, .in_count = 2, .version_min = 1, .version_max = 3, .kernels = kernels_f32},
    {0},
};

const mote_op mote_op_mean = {
    .in_min = 1,
    .in_max = 2,
    .out_count = 1,
    .rows = rows,
    .infer = infer,
    .quantize = quantize,
    .forward = forward,
    .backward = backward,
};
