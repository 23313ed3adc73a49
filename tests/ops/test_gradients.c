/* Every operator's backward pass against central differences of its forward pass, at every instruction-set level.
 *
 * The scalar is sum(y * gy) with random gy. Differences are taken with steps h and h / 2 and extrapolated, which cancels the
 * error of second order; what is left is forward's rounding divided by h: 1e-3 of the largest gradient covers it. Where
 * the two steps disagree a kink (a ReLU's, a change of maximum) lies between: that value is left out, but most must count.
 * Gradients of activations are written (the buffer begins as NaN), those of trainable constants are added.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

enum { BATCH = 3, CHECKED_MAX = 120 };
#define STEP      (1.0f / 32)
#define TOLERANCE 1e-3
#define ADDED_TO  0.75f /* what a constant's gradient begins as */

/* One case: its call and the buffers that the call points to. */
typedef struct gradient_test {
    mote_case_model     built;
    mote_op_kind        kind;
    const mote_op_case *c;
    mote_call           call;
    int32_t             in_count, out_count;
    mote_fenced         in[MOTE_CASE_OPERANDS], grad_in[MOTE_CASE_OPERANDS];
    mote_fenced         out[MOTE_NODE_OUT_MAX], grad_out[MOTE_NODE_OUT_MAX], saved, scratch;
    const float        *in_values[MOTE_CASE_OPERANDS], *grad_out_values[MOTE_NODE_OUT_MAX];
    float              *out_values[MOTE_NODE_OUT_MAX], *grad_in_values[MOTE_CASE_OPERANDS];
} gradient_test;

static size_t float_count(const mote_tensor *tensor, int32_t batch)
{
    return mote_tensor_count(tensor) * (size_t)(tensor->is_batched ? batch : 1);
}

static bool is_differentiable(const mote_op_case *c, int32_t index)
{
    return c->in[index].role == MOTE_CASE_INPUT || c->in[index].role == MOTE_CASE_PARAM;
}

static void create_operands(gradient_test *t)
{
    int32_t i;

    for (i = 0; i < t->in_count; i++) {
        const mote_tensor *tensor = mote_node_in(t->built.graph, t->built.node, i);
        if (!tensor || tensor->dtype != MOTE_F32)
            continue;
        t->in[i] = mote_fenced_create(float_count(tensor, t->call.batch) * sizeof(float));
        t->in_values[i] = t->in[i].bytes;
        if (tensor->data)
            memcpy(t->in[i].bytes, tensor->data, t->in[i].count);
        else
            mote_case_fill(MOTE_F32, mote_case_key(t->kind, t->c, (uint32_t)i), t->in[i].bytes, t->in[i].count / 4);
        t->grad_in[i] = mote_fenced_create(t->in[i].count);
        if (is_differentiable(t->c, i))
            t->grad_in_values[i] = t->grad_in[i].bytes;
    }
    for (i = 0; i < t->out_count; i++) {
        size_t count = float_count(mote_node_out(t->built.graph, t->built.node, i), t->call.batch);
        t->out[i] = mote_fenced_create(count * sizeof(float));
        t->grad_out[i] = mote_fenced_create(count * sizeof(float));
        t->out_values[i] = t->out[i].bytes;
        t->grad_out_values[i] = t->grad_out[i].bytes;
        mote_case_fill(MOTE_F32, mote_case_key(t->kind, t->c, 60 + (uint32_t)i), t->grad_out[i].bytes, count);
    }
}

static gradient_test create_test(mote_op_kind kind, const mote_op_case *c, const mote_math *math)
{
    const mote_op  *op = mote_ops[kind];
    mote_case_build build = {.stage = MOTE_STAGE_TRAIN}; /* float32 is 0 */
    gradient_test   t = {.kind = kind, .c = c, .built = mote_case_create(kind, c, &build)};

    t.in_count = t.built.node->in_count;
    t.out_count = t.built.node->out_count;
    t.call = (mote_call){.graph = t.built.graph,
                         .node = t.built.node,
                         .batch = mote_node_out(t.built.graph, t.built.node, 0)->is_batched ? BATCH : 1,
                         .is_training = !c->is_inferring,
                         .math = math,
                         .key = mote_case_key(kind, c, 80)};
    create_operands(&t);
    t.saved = mote_fenced_create(op->saved ? op->saved(t.built.graph, t.built.node, t.call.batch) : 0);
    t.scratch = mote_fenced_create(op->scratch ? op->scratch(math, t.built.graph, t.built.node, t.call.batch) : 0);
    t.call.saved = t.saved.bytes;
    t.call.scratch = t.scratch.bytes;
    return t;
}

/* The call, whose lists point into the test itself. */
static mote_call *call_of(gradient_test *t)
{
    t->call.in = t->in_values;
    t->call.out = t->out_values;
    t->call.grad_out = t->grad_out_values;
    t->call.grad_in = t->grad_in_values;
    return &t->call;
}

static void check_fences(const gradient_test *t)
{
    int32_t i;

    for (i = 0; i < t->in_count; i++)
        if (t->in[i].block) {
            mote_fenced_check(&t->in[i], t->c->claim);
            mote_fenced_check(&t->grad_in[i], t->c->claim);
        }
    for (i = 0; i < t->out_count; i++) {
        mote_fenced_check(&t->out[i], t->c->claim);
        mote_fenced_check(&t->grad_out[i], t->c->claim);
    }
    mote_fenced_check(&t->saved, t->c->claim);
    mote_fenced_check(&t->scratch, t->c->claim);
}

static void destroy_test(gradient_test *t)
{
    int32_t i;

    check_fences(t);
    for (i = 0; i < t->in_count; i++) {
        mote_fenced_free(&t->in[i]);
        mote_fenced_free(&t->grad_in[i]);
    }
    for (i = 0; i < t->out_count; i++) {
        mote_fenced_free(&t->out[i]);
        mote_fenced_free(&t->grad_out[i]);
    }
    mote_fenced_free(&t->saved);
    mote_fenced_free(&t->scratch);
    mote_case_destroy(&t->built);
}

/* ---- backward ---- */

static void reset_gradients(gradient_test *t)
{
    int32_t i;
    size_t  k;

    for (i = 0; i < t->in_count; i++)
        for (k = 0; k < t->grad_in[i].count / sizeof(float); k++)
            ((float *)t->grad_in[i].bytes)[k] = t->c->in[i].role == MOTE_CASE_PARAM ? ADDED_TO : NAN;
}

/* Gradients that are not wanted (NULL) change no other. grads: what backward gave with all. */
static void check_each_alone(gradient_test *t, float *const *grads)
{
    int32_t i;

    for (i = 0; i < t->in_count; i++) {
        if (!is_differentiable(t->c, i))
            continue;
        reset_gradients(t);
        memset(t->grad_in_values, 0, sizeof t->grad_in_values);
        t->grad_in_values[i] = t->grad_in[i].bytes;
        mote_ops[t->kind]->backward(call_of(t));
        if (memcmp(grads[i], t->grad_in[i].bytes, t->grad_in[i].count) != 0)
            fail_msg("%s, %s: the gradient of operand %d changes when it is the only one", t->c->claim, t->call.math->name,
                     i);
    }
}

/* ---- central differences ---- */

static double scalar(gradient_test *t)
{
    double  sum = 0;
    int32_t i;
    size_t  k;

    mote_ops[t->kind]->forward(call_of(t));
    for (i = 0; i < t->out_count; i++)
        for (k = 0; k < t->out[i].count / sizeof(float); k++)
            sum += (double)t->out_values[i][k] * (double)t->grad_out_values[i][k];
    return sum;
}

/* Differences around one value with one step. */
typedef struct difference {
    double slope;  /* (f(x + h) - f(x - h)) / 2h */
    double second; /* f(x + h) - 2 f(x) + f(x - h) */
} difference;

static difference difference_at(gradient_test *t, float *value, float step, double middle)
{
    const float kept = *value, above = kept + step, below = kept - step;
    double      high, low;

    *value = above;
    high = scalar(t);
    *value = below;
    low = scalar(t);
    *value = kept;
    return (difference){(high - low) / ((double)above - (double)below), high - 2 * middle + low};
}

/* How far both steps are from one smooth curve: 0 for a parabola. A kink within the wide step shows in one or the other. */
static double roughness(difference wide, difference narrow)
{
    return fabs(wide.slope - narrow.slope) + fabs(wide.second - 4 * narrow.second) / (double)STEP;
}

static double largest(const float *values, size_t count, float offset)
{
    double most = 1;
    size_t k;

    for (k = 0; k < count; k++)
        most = fmax(most, fabs((double)values[k] - (double)offset));
    return most;
}

/* grad: a copy of what backward gave. */
static void check_operand(gradient_test *t, int32_t index, const float *grad)
{
    size_t count = t->in[index].count / sizeof(float), stride = count / CHECKED_MAX + 1, checked = 0, left_out = 0, k;
    float  offset = t->c->in[index].role == MOTE_CASE_PARAM ? ADDED_TO : 0.0f;
    double scale = largest(grad, count, offset), middle = scalar(t);

    for (k = 0; k < count; k += stride) {
        float     *value = (float *)t->in[index].bytes + k;
        difference wide = difference_at(t, value, STEP, middle), narrow = difference_at(t, value, STEP / 2, middle);
        double     expected = (4 * narrow.slope - wide.slope) / 3, got = (double)grad[k] - (double)offset;
        checked++;
        if (roughness(wide, narrow) > TOLERANCE * scale)
            left_out++;
        else if (!(fabs(got - expected) <= TOLERANCE * scale))
            fail_msg("%s, %s: gradient %zu of operand %d is %g, %g expected", t->c->claim, t->call.math->name, k, index, got,
                     expected);
    }
    if (4 * left_out > checked)
        fail_msg("%s, %s: %zu of %zu gradients of operand %d could not be checked", t->c->claim, t->call.math->name,
                 left_out, checked, index);
}

static void check_level(mote_op_kind kind, const mote_op_case *c, const mote_math *math)
{
    gradient_test t = create_test(kind, c, math);
    float        *grads[MOTE_CASE_OPERANDS] = {0};
    int32_t       i;

    scalar(&t);
    reset_gradients(&t);
    mote_ops[kind]->backward(call_of(&t));
    for (i = 0; i < t.in_count; i++) {
        grads[i] = malloc(t.grad_in[i].count + 1);
        assert_non_null(grads[i]);
        if (t.grad_in[i].count > 0)
            memcpy(grads[i], t.grad_in[i].bytes, t.grad_in[i].count);
    }
    check_each_alone(&t, grads);
    for (i = 0; i < t.in_count; i++) {
        if (is_differentiable(c, i))
            check_operand(&t, i, grads[i]);
        free(grads[i]);
    }
    destroy_test(&t);
}

static void check_gradients(mote_op_kind kind, const mote_op_case *c)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    size_t                   i;

    if (!mote_ops[kind]->backward)
        return;
    for (i = 0; i < sizeof levels / sizeof levels[0]; i++)
        if (mote_math_select(levels[i]))
            check_level(kind, c, mote_math_select(levels[i]));
}

int main(void)
{
    return mote_case_run_all("backward equals central differences", check_gradients, 0);
}
