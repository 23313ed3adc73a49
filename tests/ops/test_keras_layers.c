/* Dense, convolutions and pooling in training against Keras' layers (tests/golden/train_layers.npz, made by gen_layers.py),
 * at every instruction-set level: outputs and gradients within 1e-5 of the largest value. Activations that no operator fuses
 * (sigmoid, tanh, softmax) are put behind it, as layers/ does. test_keras.c has the other operators.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <mote/array.h>

#include "cases.h"

#define TOLERANCE 1e-5

/* Keras' activations in the file's numbering. */
enum { KERAS_LINEAR, KERAS_RELU, KERAS_SIGMOID, KERAS_TANH, KERAS_SOFTMAX };

enum { OPERANDS = 3 };

typedef struct layer_test layer_test;

/* A layer of the file: all cases that begin with prefix. */
typedef struct keras_layer {
    const char  *prefix;
    mote_op_kind op;
    void (*describe)(layer_test *t); /* attributes into t->c and t->activation */
    int case_count;
} keras_layer;

struct layer_test {
    const keras_layer *layer;
    const mote_math   *math;
    mote_npz          *npz;
    const char        *name;
    mote_array         in[OPERANDS], y, gy, attrs;
    mote_op_case       c;
    int                activation;
    mote_case_model    built;
    mote_call          call;
    float             *dz;
    const float       *in_values[OPERANDS], *grad_out[1];
    float             *out[1], *grad_in[OPERANDS];
};

/* Zeroed where the file has no such array. */
static mote_array load(const layer_test *t, const char *array)
{
    mote_array out = {0};
    mote_error err = {0};
    char       name[128];

    snprintf(name, sizeof name, "%s/%s", t->name, array);
    if (mote_npz_find(t->npz, name) < 0)
        return out;
    if (mote_npz_load(&out, t->npz, name, 0, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(out.dtype, MOTE_F32);
    return out;
}

static int32_t attr(const layer_test *t, int index)
{
    assert_in_range(index, 0, t->attrs.count - 1);
    return (int32_t)((const float *)t->attrs.bytes)[index];
}

/* ---- layers ---- */

static void set_activation(layer_test *t, int activation)
{
    t->activation = activation;
    t->c.activation = activation == KERAS_RELU ? MRT_ACT_RELU : MRT_ACT_NONE;
}

static void describe_dense(layer_test *t)
{
    set_activation(t, attr(t, 1));
    t->c.attrs.fully_connected.keep_num_dims = t->in[0].rank > 2;
}

static mrt_conv_attributes convolution(const layer_test *t)
{
    return (mrt_conv_attributes){.stride_h = attr(t, 3),
                                 .stride_w = attr(t, 4),
                                 .dilation_h = attr(t, 5),
                                 .dilation_w = attr(t, 6),
                                 .padding = attr(t, 7) ? MRT_PADDING_SAME : MRT_PADDING_VALID};
}

static void describe_conv_2d(layer_test *t)
{
    set_activation(t, attr(t, 8));
    t->c.attrs.conv_2d = convolution(t);
}

static void describe_depthwise(layer_test *t)
{
    set_activation(t, attr(t, 8));
    t->c.attrs.depthwise_conv_2d = convolution(t);
    t->c.attrs.depthwise_conv_2d.depth_multiplier = attr(t, 0);
}

static mrt_pool_attributes pooling(const layer_test *t)
{
    return (mrt_pool_attributes){.filter_h = attr(t, 0),
                                 .filter_w = attr(t, 1),
                                 .stride_h = attr(t, 2),
                                 .stride_w = attr(t, 3),
                                 .padding = attr(t, 4) ? MRT_PADDING_SAME : MRT_PADDING_VALID};
}

static void describe_max_pool(layer_test *t)
{
    t->c.attrs.max_pool_2d = pooling(t);
}

static void describe_average_pool(layer_test *t)
{
    t->c.attrs.average_pool_2d = pooling(t);
}

static void describe_global_average(layer_test *t)
{
    t->c.attrs.mean = (mrt_reduce_attributes){.axis = {1, 2}, .axis_count = 2, .keep_dims = attr(t, 0) != 0};
}

static const keras_layer layers[] = {
    {"dense_", MOTE_OP_FULLY_CONNECTED, describe_dense, 9},
    {"conv2d_", MOTE_OP_CONV_2D, describe_conv_2d, 20},
    {"depthwise_conv2d_", MOTE_OP_DEPTHWISE_CONV_2D, describe_depthwise, 11},
    {"max_pooling2d_", MOTE_OP_MAX_POOL_2D, describe_max_pool, 10},
    {"average_pooling2d_", MOTE_OP_AVERAGE_POOL_2D, describe_average_pool, 7},
    {"global_average_pooling2d_", MOTE_OP_MEAN, describe_global_average, 3},
};

/* ---- the node ---- */

static void add_operand(layer_test *t, int index, mote_case_role role, const char *array)
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

static void *cleared(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 64) / 64 * 64);

    assert_non_null(memory);
    return memset(memory, 0, bytes);
}

static void build(layer_test *t)
{
    const mote_case_build float_training = {.stage = MOTE_STAGE_TRAIN};
    const mote_op        *op = mote_ops[t->layer->op];
    int                   i;

    t->built = mote_case_create(t->layer->op, &t->c, &float_training);
    t->call = (mote_call){.graph = t->built.graph,
                          .node = t->built.node,
                          .batch = (int32_t)t->in[0].dim[0],
                          .is_training = true,
                          .math = t->math};
    for (i = 0; i < OPERANDS; i++)
        if (t->in[i].bytes) {
            t->in_values[i] = t->in[i].bytes;
            t->grad_in[i] = cleared(t->in[i].count * sizeof(float));
        }
    t->out[0] = cleared(t->y.count * sizeof(float));
    t->dz = cleared(t->y.count * sizeof(float));
    t->call.saved = cleared(op->saved ? op->saved(t->built.graph, t->built.node, t->call.batch) : 0);
    t->call.scratch = cleared(op->scratch ? op->scratch(t->math, t->built.graph, t->built.node, t->call.batch) : 0);
    t->call.in = t->in_values;
    t->call.out = t->out;
    t->call.grad_in = t->grad_in;
    t->call.grad_out = t->grad_out;
}

static void destroy(layer_test *t)
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
    free(t->dz);
    free(t->call.saved);
    free(t->call.scratch);
    mote_case_destroy(&t->built);
}

/* ---- running and comparing ---- */

/* Both run in place: the operator in front fuses nothing, so that its backward pass does not read its output. */
static void activate(layer_test *t)
{
    int32_t classes = (int32_t)t->y.dim[t->y.rank - 1];
    float  *y = t->out[0];

    if (t->activation == KERAS_SIGMOID)
        t->math->sigmoid_forward(t->y.count, y, y);
    if (t->activation == KERAS_TANH)
        t->math->tanh_forward(t->y.count, y, y);
    if (t->activation == KERAS_SOFTMAX)
        t->math->softmax_forward(t->y.count / (size_t)classes, classes, 1.0f, y, y);
}

static void activate_backward(layer_test *t)
{
    int32_t      classes = (int32_t)t->y.dim[t->y.rank - 1];
    const float *y = t->out[0], *dy = t->gy.bytes;

    t->grad_out[0] = t->activation <= KERAS_RELU ? dy : t->dz;
    if (t->activation == KERAS_SIGMOID)
        t->math->sigmoid_backward(t->y.count, y, dy, t->dz, false);
    if (t->activation == KERAS_TANH)
        t->math->tanh_backward(t->y.count, y, dy, t->dz, false);
    if (t->activation == KERAS_SOFTMAX)
        t->math->softmax_backward(t->y.count / (size_t)classes, classes, 1.0f, y, dy, t->dz, false);
}

static void check(const layer_test *t, const char *array, const float *got)
{
    mote_array   expected = load(t, array);
    const float *values = expected.bytes;
    double       most = 1;
    size_t       i;

    if (!values)
        fail_msg("%s/%s is missing", t->name, array);
    for (i = 0; i < expected.count; i++)
        most = fmax(most, fabs((double)values[i]));
    for (i = 0; i < expected.count; i++)
        if (!(fabs((double)got[i] - (double)values[i]) <= TOLERANCE * most))
            fail_msg("%s/%s, %s: value %zu is %.9g, %.9g expected", t->name, array, t->math->name, i, (double)got[i],
                     (double)values[i]);
    mote_array_free(&expected);
}

static void check_layer(mote_npz *npz, const keras_layer *layer, const char *name, const mote_math *math)
{
    layer_test t = {.layer = layer, .math = math, .npz = npz, .name = name, .c = {.claim = name}};

    t.y = load(&t, "y");
    t.gy = load(&t, "gy");
    t.attrs = load(&t, "attrs");
    add_operand(&t, 0, MOTE_CASE_INPUT, "x");
    add_operand(&t, 1, MOTE_CASE_PARAM, "p0");
    add_operand(&t, 2, MOTE_CASE_PARAM, "p1");
    layer->describe(&t);
    build(&t);
    mote_ops[layer->op]->forward(&t.call);
    activate(&t);
    check(&t, "y", t.out[0]);
    activate_backward(&t);
    mote_ops[layer->op]->backward(&t.call);
    check(&t, "gx", t.grad_in[0]);
    if (t.grad_in[1])
        check(&t, "gp0", t.grad_in[1]);
    if (t.grad_in[2])
        check(&t, "gp1", t.grad_in[2]);
    destroy(&t);
}

/* The case of an array "CASE/attrs" that belongs to the layer, or an empty name. */
typedef struct case_name {
    char text[96];
} case_name;

static case_name case_of(const char *array, const keras_layer *layer)
{
    const char *slash = strchr(array, '/');
    case_name   name = {""};

    if (slash && strcmp(slash, "/attrs") == 0 && strncmp(array, layer->prefix, strlen(layer->prefix)) == 0)
        snprintf(name.text, sizeof name.text, "%.*s", (int)(slash - array), array);
    return name;
}

static void run_layer(mote_npz *npz, const keras_layer *layer, const mote_math *math)
{
    int cases = 0, i;

    for (i = 0; i < mote_npz_count(npz); i++) {
        case_name name = case_of(mote_npz_name(npz, i), layer);
        if (!*name.text)
            continue;
        check_layer(npz, layer, name.text, math);
        cases++;
    }
    assert_int_equal(cases, layer->case_count);
}

static void layers_train_as_keras_does(void **state)
{
    static const char *const levels[] = {"baseline", "avx2", "avx512"};
    mote_npz                *npz;
    mote_error               err = {0};
    size_t                   level, i;

    (void)state;
    assert_int_equal(mote_npz_open(&npz, "tests/golden/train_layers.npz", &err), MOTE_OK);
    for (level = 0; level < sizeof levels / sizeof levels[0]; level++)
        for (i = 0; mote_math_select(levels[level]) && i < sizeof layers / sizeof layers[0]; i++)
            run_layer(npz, &layers[i], mote_math_select(levels[level]));
    mote_npz_close(npz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(layers_train_as_keras_does)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
