/* RESIZE_BILINEAR, RESIZE_NEAREST_NEIGHBOR.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "ops/described.h"
#include "ops/wishes.h"
#include "runtime/ops/resize.h"

/* ---- training: where each output row and column lies is worked out anew in each call, which costs next to nothing ---- */

/* Rows are followed by columns. */
typedef struct places {
    mrt_resize_shape shape; /* of one sample */
    int32_t         *rows, *columns;
    float           *row_parts, *column_parts;
} places;

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_tensor *out = mote_node_out(graph, node, 0);

    (void)math, (void)batch;
    return mote_size_mul((size_t)out->dim[1] + (size_t)out->dim[2], 2 * sizeof(int32_t) + sizeof(float));
}

static places take_places(const mote_call *call)
{
    mote_host_call host;
    places         p;

    mote_host_call_begin(&host, call->graph, call->node, NULL, &(mote_error){0});
    p.shape = mrt_resize_shape_of(&host.c);
    p.rows = call->scratch;
    p.columns = p.rows + 2 * (size_t)p.shape.out_h;
    p.row_parts = (float *)(p.columns + 2 * (size_t)p.shape.out_w);
    p.column_parts = p.row_parts + p.shape.out_h;
    return p;
}

static const float *in_sample(const places *p, const float *all, int32_t n)
{
    return all + (size_t)n * (size_t)p->shape.batch * (size_t)p->shape.in_h * (size_t)p->shape.in_w * (size_t)p->shape.in_c;
}

static size_t out_count(const places *p)
{
    return (size_t)p->shape.batch * (size_t)p->shape.out_h * (size_t)p->shape.out_w * (size_t)p->shape.in_c;
}

static int32_t sample_count(const mote_call *call)
{
    return mote_node_in(call->graph, call->node, 0)->is_batched ? call->batch : 1;
}

static void clear_gradient(const mote_call *call, const places *p)
{
    const size_t count = (size_t)(in_sample(p, call->grad_in[0], sample_count(call)) - call->grad_in[0]);

    memset(call->grad_in[0], 0, count * sizeof(float));
}

/* ---- nearest ---- */

static void fill_nearest(const mrt_resize_attributes *as, int32_t in, int32_t out, int32_t *table)
{
    const float scale = mrt_resize_scale(as, in, out), offset = as->half_pixel_centers ? 0.5f : 0.0f;
    int32_t     i;

    for (i = 0; i < out; i++)
        table[i] = mrt_resize_whole(((float)i + offset) * scale, as->align_corners, in - 1);
}

static places take_nearest(const mote_call *call)
{
    const mrt_resize_attributes *as = &call->node->as.resize_nearest_neighbor;
    places                       p = take_places(call);

    fill_nearest(as, p.shape.in_h, p.shape.out_h, p.rows);
    fill_nearest(as, p.shape.in_w, p.shape.out_w, p.columns);
    return p;
}

static void nearest_forward(const mote_call *call)
{
    const places                    p = take_nearest(call);
    const mrt_resize_nearest_params params = {p.shape, p.shape.in_c * (int32_t)sizeof(float), p.rows, p.columns};
    int32_t                         n;

    for (n = 0; n < sample_count(call); n++) {
        mrt_io io;
        io.in[0] = in_sample(&p, call->in[0], n);
        io.out[0] = call->out[0] + (size_t)n * out_count(&p);
        mrt_resize_nearest(&params, &io);
    }
}

static void nearest_backward(const mote_call *call)
{
    const places            p = take_nearest(call);
    const mrt_resize_shape *s = &p.shape;
    const float            *dy = call->grad_out[0];
    int32_t                 n, y, x;

    if (!call->grad_in[0])
        return;
    clear_gradient(call, &p);
    for (n = 0; n < sample_count(call) * s->batch; n++) {
        float *dx = call->grad_in[0] + (size_t)n * (size_t)s->in_h * (size_t)s->in_w * (size_t)s->in_c;
        for (y = 0; y < s->out_h; y++)
            for (x = 0; x < s->out_w; x++, dy += s->in_c)
                call->math->axpy((size_t)s->in_c, 1, dy,
                                 dx + ((size_t)p.rows[y] * (size_t)s->in_w + (size_t)p.columns[x]) * (size_t)s->in_c);
    }
}

/* ---- bilinear ---- */

static places take_bilinear(const mote_call *call)
{
    const mrt_resize_attributes *as = &call->node->as.resize_bilinear;
    places                       p = take_places(call);

    mrt_fill_parts(as, p.shape.in_h, p.shape.out_h, p.rows, p.row_parts);
    mrt_fill_parts(as, p.shape.in_w, p.shape.out_w, p.columns, p.column_parts);
    return p;
}

static void bilinear_forward(const mote_call *call)
{
    const places                         p = take_bilinear(call);
    const mrt_resize_bilinear_f32_params params = {p.shape, p.rows, p.columns, p.row_parts, p.column_parts};
    int32_t                              n;

    for (n = 0; n < sample_count(call); n++) {
        mrt_io io;
        io.in[0] = in_sample(&p, call->in[0], n);
        io.out[0] = call->out[0] + (size_t)n * out_count(&p);
        mrt_resize_bilinear_f32(&params, &io);
    }
}

/* The four that a pixel was made of get their parts of its gradient. */
static void spread_pixel(const mote_call *call, const places *p, int32_t y, int32_t x, const float *dy, float *dx)
{
    const size_t row = (size_t)p->shape.in_w * (size_t)p->shape.in_c, count = (size_t)p->shape.in_c;
    const float  v = p->row_parts[y], u = p->column_parts[x];
    float       *above = dx + (size_t)p->rows[2 * y] * row, *below = dx + (size_t)p->rows[2 * y + 1] * row;
    const size_t left = (size_t)p->columns[2 * x] * count, right = (size_t)p->columns[2 * x + 1] * count;

    call->math->axpy(count, (1.0f - v) * (1.0f - u), dy, above + left);
    call->math->axpy(count, (1.0f - v) * u, dy, above + right);
    call->math->axpy(count, v * (1.0f - u), dy, below + left);
    call->math->axpy(count, v * u, dy, below + right);
}

static void bilinear_backward(const mote_call *call)
{
    const places            p = take_bilinear(call);
    const mrt_resize_shape *s = &p.shape;
    const float            *dy = call->grad_out[0];
    int32_t                 n, y, x;

    if (!call->grad_in[0])
        return;
    clear_gradient(call, &p);
    for (n = 0; n < sample_count(call) * s->batch; n++) {
        float *dx = call->grad_in[0] + (size_t)n * (size_t)s->in_h * (size_t)s->in_w * (size_t)s->in_c;
        for (y = 0; y < s->out_h; y++)
            for (x = 0; x < s->out_w; x++, dy += s->in_c)
                spread_pixel(call, &p, y, x, dy, dx);
    }
}

const mote_op mote_op_resize_bilinear = {.description = &mrt_operator_resize_bilinear,
                                         .quantize = mote_quantize_moved,
                                         .forward = bilinear_forward,
                                         .backward = bilinear_backward,
                                         .scratch = train_scratch};
const mote_op mote_op_resize_nearest_neighbor = {.description = &mrt_operator_resize_nearest_neighbor,
                                                 .quantize = mote_quantize_moved,
                                                 .forward = nearest_forward,
                                                 .backward = nearest_backward,
                                                 .scratch = train_scratch};
