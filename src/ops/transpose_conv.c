/* TRANSPOSE_CONV: what takes a gradient back through a convolution, which in training does it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "ops/described.h"
#include "runtime/ops/transpose_conv.h"

enum { SHAPE, WEIGHTS, IN, BIAS };

/* ---- training ----
 * The convolution leads from the output, of O channels, to the input, of I: its weights are [I, h, w, O], ours [O, h, w, I].
 * Forward is its dx, backward its forward and its dw. */

/* The convolution, and what its calls need. */
typedef struct turned {
    mote_math_conv       shape;
    mote_math_activation activation;
    size_t               weights, outputs; /* how many */
    void                *work;
    float               *w, *dw, *dy;
} turned;

static size_t float_bytes(size_t count)
{
    return mote_size_mul((count + 15) / 16 * 16, sizeof(float));
}

static mote_math_conv convolution_of(const mote_graph *graph, const mote_node *node, int32_t batch)
{
    mote_host_call call;
    mrt_window     window = {0};

    mote_host_call_begin(&call, graph, node, NULL, &(mote_error){0});
    mrt_transpose_conv_window(&call.c, mote_node_out(graph, node, 0)->dim, &window);
    return (mote_math_conv){.n = batch * window.batch,
                            .in_h = window.out_h,
                            .in_w = window.out_w,
                            .in_c = window.out_c,
                            .out_h = window.in_h,
                            .out_w = window.in_w,
                            .out_c = window.in_c,
                            .kernel_h = window.kernel_h,
                            .kernel_w = window.kernel_w,
                            .stride_h = window.stride_h,
                            .stride_w = window.stride_w,
                            .dilation_h = 1,
                            .dilation_w = 1,
                            .pad_top = window.pad_top,
                            .pad_left = window.pad_left,
                            .activation = MOTE_MATH_LINEAR};
}

static size_t train_scratch(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch)
{
    const mote_math_conv shape = convolution_of(graph, node, batch);
    const size_t         outputs = mote_size_mul(mote_tensor_count(mote_node_out(graph, node, 0)), (size_t)batch);
    const size_t         weights = mote_tensor_count(mote_node_in(graph, node, WEIGHTS));

    return mote_size_add((math->conv2d_scratch(&shape) + 63) / 64 * 64,
                         mote_size_add(mote_size_mul(2, float_bytes(weights)), float_bytes(outputs)));
}

static turned take_convolution(const mote_call *call)
{
    turned t = {.shape = convolution_of(call->graph, call->node, call->batch),
                .activation = mote_math_activation_of(call->node->activation),
                .weights = mote_tensor_count(mote_node_in(call->graph, call->node, WEIGHTS)),
                .work = call->scratch};
    char  *at = (char *)call->scratch + (call->math->conv2d_scratch(&t.shape) + 63) / 64 * 64;

    t.outputs = (size_t)t.shape.n * (size_t)t.shape.in_h * (size_t)t.shape.in_w * (size_t)t.shape.in_c;
    t.w = (float *)(void *)at;
    t.dw = (float *)(void *)(at + float_bytes(t.weights));
    t.dy = (float *)(void *)(at + 2 * float_bytes(t.weights));
    return t;
}

/* to[c][tap][a] = or += from[a][tap][c] */
static void turn(const float *from, int32_t a_count, int32_t taps, int32_t c_count, float *to, bool adds)
{
    int32_t a, tap, c;

    for (c = 0; c < c_count; c++)
        for (tap = 0; tap < taps; tap++)
            for (a = 0; a < a_count; a++, to++) {
                const float value = from[((size_t)a * (size_t)taps + (size_t)tap) * (size_t)c_count + (size_t)c];
                *to = adds ? *to + value : value;
            }
}

static void turn_weights(const mote_call *call, const turned *t)
{
    turn(call->in[WEIGHTS], t->shape.in_c, t->shape.kernel_h * t->shape.kernel_w, t->shape.out_c, t->w, false);
}

static void forward(const mote_call *call)
{
    const turned          t = take_convolution(call);
    const mote_math_grads back = {.w = t.w, .dy = call->in[IN], .dx = call->out[0]};
    const float          *bias = call->node->in_count > BIAS ? call->in[BIAS] : NULL;
    float                *y = call->out[0];

    turn_weights(call, &t);
    call->math->conv2d_backward(&t.shape, &back, (mote_math_work){call->pool, t.work});
    if (bias)
        call->math->bias_add(t.outputs / (size_t)t.shape.in_c, t.shape.in_c, y, bias, y);
    if (t.activation != MOTE_MATH_LINEAR)
        call->math->activation_forward(t.outputs, t.activation, y, y);
}

static void add_weight_gradient(const mote_call *call, const turned *t, const float *dy)
{
    const mote_math_grads back = {.x = dy, .dy = call->in[IN], .dw = t->dw};
    size_t                i;

    for (i = 0; i < t->weights; i++)
        t->dw[i] = 0;
    call->math->conv2d_backward(&t->shape, &back, (mote_math_work){call->pool, t->work});
    turn(t->dw, t->shape.out_c, t->shape.kernel_h * t->shape.kernel_w, t->shape.in_c, call->grad_in[WEIGHTS], true);
}

static void backward(const mote_call *call)
{
    const turned t = take_convolution(call);
    const float *dy = call->grad_out[0];

    if (t.activation != MOTE_MATH_LINEAR) {
        call->math->activation_backward(t.outputs, t.activation, call->out[0], dy, t.dy, false);
        dy = t.dy;
    }
    if (call->grad_in[WEIGHTS])
        add_weight_gradient(call, &t, dy);
    if (call->node->in_count > BIAS && call->grad_in[BIAS])
        call->math->bias_grad(t.outputs / (size_t)t.shape.in_c, t.shape.in_c, dy, call->grad_in[BIAS]);
    if (call->grad_in[IN]) {
        turn_weights(call, &t);
        call->math->conv2d_forward(&t.shape, dy, t.w, NULL, call->grad_in[IN], (mote_math_work){call->pool, t.work});
    }
}

/* ---- quantization ---- */

static void quantize(const mote_graph *graph, const mote_node *node, mote_quant_want *want)
{
    (void)graph;
    want[0].rule = MOTE_QUANT_KEEP;
    want[1] = (mote_quant_want){.rule = MOTE_QUANT_WEIGHTS, .axis = MRT_TRANSPOSE_CONV_CHANNEL_AXIS};
    if (node->in_count > 3)
        want[3] = (mote_quant_want){.rule = MOTE_QUANT_BIAS, .input = 2, .weights = 1};
}

/* Every input value with every weight of its channel; the part that falls outside the output is counted, too. */
static size_t macs(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w = mote_node_in(graph, node, 1);

    return mote_size_mul(mote_tensor_count(mote_node_in(graph, node, 2)), mote_tensor_count(w) / (size_t)w->dim[3]);
}

const mote_op mote_op_transpose_conv = {.description = &mrt_operator_transpose_conv,
                                        .quantize = quantize,
                                        .forward = forward,
                                        .backward = backward,
                                        .scratch = train_scratch,
                                        .macs = macs};
