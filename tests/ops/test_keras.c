/* Operators in training against Keras' layers (tests/golden/train_layers.npz, made by gen_layers.py): outputs, gradients,
 * moving statistics; within 1e-5 of the largest value, which is Keras' own float32 error with room to spare.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/array.h>

#include "cases.h"

#define TOLERANCE 1e-5

/* One layer of the file. */
typedef struct keras_case {
    const char  *name;
    mote_op_kind op;
} keras_case;

static const keras_case keras_cases[] = {
    {"add_two", MOTE_OP_ADD},
    {"relu_plain", MOTE_OP_RELU},
    {"relu6_plain", MOTE_OP_RELU6},
    {"leaky_relu_default", MOTE_OP_LEAKY_RELU},
    {"leaky_relu_tenth", MOTE_OP_LEAKY_RELU},
    {"sigmoid_plain", MOTE_OP_LOGISTIC},
    {"tanh_plain", MOTE_OP_TANH},
    {"hard_swish_plain", MOTE_OP_HARD_SWISH},
    {"softmax_vector", MOTE_OP_SOFTMAX},
    {"softmax_image", MOTE_OP_SOFTMAX},
    {"softmax_large", MOTE_OP_SOFTMAX},
    {"reshape_to_image", MOTE_OP_RESHAPE},
    {"reshape_minus_one", MOTE_OP_RESHAPE},
    {"batch_normalization_training_image", MOTE_OP_BATCH_NORMALIZATION},
    {"batch_normalization_training_vector", MOTE_OP_BATCH_NORMALIZATION},
    {"batch_normalization_training_momentum", MOTE_OP_BATCH_NORMALIZATION},
    {"batch_normalization_training_no_scale", MOTE_OP_BATCH_NORMALIZATION},
    {"batch_normalization_training_no_center", MOTE_OP_BATCH_NORMALIZATION},
    {"batch_normalization_training_offset", MOTE_OP_BATCH_NORMALIZATION},
    {"batch_normalization_inference_image", MOTE_OP_BATCH_NORMALIZATION},
    {"batch_normalization_inference_vector", MOTE_OP_BATCH_NORMALIZATION},
};

enum { OPERANDS = 5 };

typedef struct keras_test {
    const keras_case *row;
    mote_npz         *npz;
    mote_array        in[OPERANDS], y, gy, attrs;
    mote_op_case      c;
    mote_case_model   built;
    mote_call         call;
    const float      *in_values[OPERANDS], *grad_out[1];
    float            *out[1], *grad_in[OPERANDS];
} keras_test;

/* Zeroed where the file has no such array. */
static mote_array load(const keras_test *t, const char *array)
{
    mote_array out = {0};
    mote_error err = {0};
    char       name[128];

    snprintf(name, sizeof name, "%s/%s", t->row->name, array);
    if (mote_npz_find(t->npz, name) < 0)
        return out;
    if (mote_npz_load(&out, t->npz, name, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(out.dtype, MOTE_F32);
    return out;
}

static float attr(const keras_test *t, int index)
{
    return ((const float *)t->attrs.bytes)[index];
}

/* ---- the node ---- */

static void add_operand(keras_test *t, int index, mote_case_role role, const char *array)
{
    mote_case_operand *operand = &t->c.in[index];
    int                i;

    t->in[index] = load(t, array);
    if (!t->in[index].bytes)
        return;
    operand->role = role;
    operand->rank = t->in[index].rank;
    for (i = 0; i < operand->rank; i++)
        operand->dim[i] = (int32_t)t->in[index].dim[i];
    if (role == MOTE_CASE_INPUT)
        operand->dim[0] = 1;
}

/* Keras' target shape does not count the samples. */
static void add_target_shape(keras_test *t)
{
    int i;

    t->c.in[1] = (mote_case_operand){.role = MOTE_CASE_INTS, .rank = (int32_t)t->attrs.count + 1, .dim = {1}};
    for (i = 0; i < (int)t->attrs.count; i++)
        t->c.in[1].dim[i + 1] = (int32_t)attr(t, i);
}

static void describe(keras_test *t)
{
    t->c = (mote_op_case){.claim = t->row->name};
    add_operand(t, 0, MOTE_CASE_INPUT, t->row->op == MOTE_OP_ADD ? "x0" : "x");
    if (t->row->op == MOTE_OP_ADD)
        add_operand(t, 1, MOTE_CASE_INPUT, "x1");
    if (t->row->op == MOTE_OP_LEAKY_RELU)
        t->c.attrs.leaky_relu.alpha = attr(t, 0);
    if (t->row->op == MOTE_OP_SOFTMAX)
        t->c.attrs.softmax.beta = 1;
    if (t->row->op == MOTE_OP_RESHAPE)
        add_target_shape(t);
    if (t->row->op == MOTE_OP_BATCH_NORMALIZATION) {
        t->c.attrs.batch_normalization = (mrt_batch_normalization_attributes){.momentum = attr(t, 1), .epsilon = attr(t, 2)};
        add_operand(t, 1, MOTE_CASE_PARAM, "p0");
        add_operand(t, 2, MOTE_CASE_PARAM, "p1");
        add_operand(t, 3, MOTE_CASE_MOVING, "p2");
        add_operand(t, 4, MOTE_CASE_MOVING, "p3");
    }
}

static void build(keras_test *t)
{
    const mote_case_build float_training = {.stage = MOTE_STAGE_TRAIN};
    const mote_math      *math = mote_math_select(NULL);
    const mote_op        *op = mote_ops[t->row->op];
    int32_t               i;

    t->built = mote_case_create(t->row->op, &t->c, &float_training);
    t->call = (mote_call){.graph = t->built.graph,
                          .node = t->built.node,
                          .batch = (int32_t)t->in[0].dim[0],
                          .is_training = t->row->op != MOTE_OP_BATCH_NORMALIZATION || attr(t, 0) != 0,
                          .math = math};
    for (i = 0; i < OPERANDS; i++)
        if (t->in[i].bytes) {
            t->in_values[i] = t->in[i].bytes;
            t->grad_in[i] = calloc(t->in[i].count, sizeof(float));
        }
    t->grad_out[0] = t->gy.bytes;
    t->out[0] = calloc(t->y.count, sizeof(float));
    t->call.saved = op->saved ? calloc(1, op->saved(t->built.graph, t->built.node, t->call.batch)) : NULL;
    if (op->scratch)
        t->call.scratch = aligned_alloc(64, (op->scratch(math, t->built.graph, t->built.node, t->call.batch) / 64 + 1) * 64);
    t->call.in = t->in_values;
    t->call.out = t->out;
    t->call.grad_in = t->grad_in;
    t->call.grad_out = t->grad_out;
}

static void destroy(keras_test *t)
{
    int i;

    for (i = 0; i < OPERANDS; i++) {
        mote_array_free(&t->in[i]);
        free(t->grad_in[i]);
    }
    mote_array_free(&t->y);
    mote_array_free(&t->gy);
    mote_array_free(&t->attrs);
    free(t->out[0]);
    free(t->call.saved);
    free(t->call.scratch);
    mote_case_destroy(&t->built);
}

/* ---- comparing ---- */

static void check(const keras_test *t, const char *array, const float *got)
{
    mote_array   expected = load(t, array);
    const float *values = expected.bytes;
    double       most = 1;
    size_t       i;

    if (!values)
        fail_msg("%s/%s is missing", t->row->name, array);
    for (i = 0; i < expected.count; i++)
        most = fmax(most, fabs((double)values[i]));
    for (i = 0; i < expected.count; i++)
        if (!(fabs((double)got[i] - (double)values[i]) <= TOLERANCE * most))
            fail_msg("%s/%s: value %zu is %.9g, %.9g expected", t->row->name, array, i, (double)got[i], (double)values[i]);
    mote_array_free(&expected);
}

static void check_case(mote_npz *npz, const keras_case *row)
{
    keras_test t = {.row = row, .npz = npz};

    t.y = load(&t, "y");
    t.gy = load(&t, "gy");
    t.attrs = load(&t, "attrs");
    describe(&t);
    build(&t);
    mote_ops[row->op]->forward(&t.call);
    mote_ops[row->op]->backward(&t.call);
    check(&t, "y", t.out[0]);
    check(&t, row->op == MOTE_OP_ADD ? "gx0" : "gx", t.grad_in[0]);
    if (row->op == MOTE_OP_ADD)
        check(&t, "gx1", t.grad_in[1]);
    if (row->op == MOTE_OP_BATCH_NORMALIZATION) {
        if (t.grad_in[1])
            check(&t, "gp0", t.grad_in[1]);
        if (t.grad_in[2])
            check(&t, "gp1", t.grad_in[2]);
        check(&t, "p2_after", t.in_values[3]);
        check(&t, "p3_after", t.in_values[4]);
    }
    destroy(&t);
}

static void operators_train_as_keras_layers_do(void **state)
{
    mote_npz  *npz;
    mote_error err = {0};
    size_t     i;

    (void)state;
    assert_int_equal(mote_npz_open(&npz, "tests/golden/train_layers.npz", &err), MOTE_OK);
    for (i = 0; i < sizeof keras_cases / sizeof keras_cases[0]; i++)
        check_case(npz, &keras_cases[i]);
    mote_npz_close(npz);
}

/* ---- dropout, whose mask is mote's own ---- */

enum { DROPOUT_COUNT = 40000 };

static mote_call dropout_call(const mote_case_model *built, const float *const *in, float *const *out)
{
    return (mote_call){.graph = built->graph,
                       .node = built->node,
                       .batch = DROPOUT_COUNT / 100,
                       .is_training = true,
                       .math = mote_math_select(NULL),
                       .key = mote_random_make(1, MOTE_RANDOM_DROPOUT, 2, 3),
                       .in = in,
                       .out = out};
}

static void dropout_keeps_its_share_and_the_sum(void **state)
{
    const mote_op_case    c = {"share", .in = {INPUT(1, 100)}, .attrs.dropout = {.rate = 0.25f}};
    const mote_case_build float_training = {.stage = MOTE_STAGE_TRAIN};
    mote_case_model       built = mote_case_create(MOTE_OP_DROPOUT, &c, &float_training);
    float                *x = malloc(DROPOUT_COUNT * sizeof *x), *y = malloc(DROPOUT_COUNT * sizeof *y);
    const float          *in[1] = {x};
    float                *out[1] = {y};
    mote_call             call = dropout_call(&built, in, out);
    int                   kept = 0, i;

    (void)state;
    for (i = 0; i < DROPOUT_COUNT; i++)
        x[i] = 3.0f;
    mote_op_dropout.forward(&call);
    for (i = 0; i < DROPOUT_COUNT; i++) {
        assert_true(y[i] == 0.0f || y[i] == 4.0f);
        kept += y[i] != 0.0f;
    }
    assert_in_range(kept, 30000 - 350, 30000 + 350); /* four standard deviations: sqrt(40000 * 0.25 * 0.75) = 87 */
    free(x);
    free(y);
    mote_case_destroy(&built);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_train_as_keras_layers_do),
        cmocka_unit_test(dropout_keeps_its_share_and_the_sum),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
