/* Operators of functional graphs: keras.ops (classes of keras.src.ops) and, of Keras 2, TFOpLambda (functions of
 * TensorFlow), which x + y and x[:, 1] become. Their operands are arguments, tensors or numbers. SPDX-License-Identifier:
 * Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/keras/layer.h"

/* The first argument has several names. */
static mote_id first(mote_keras_call *k)
{
    static const char *const names[] = {"x",        "x1", "inputs", "input_tensor", "tensor",
                                        "features", "a",  "t",      "input",        "value"};
    json_t                  *value = NULL;
    size_t                   i;

    for (i = 0; !value && i < sizeof names / sizeof *names; i++)
        value = mote_keras_argument(k, 0, names[i]);
    return mote_keras_operand(k, value);
}

/* ---- two operands ---- */

/* -x + y is y - x, to the bit. */
static mote_id add_sum(mote_keras_call *k, mote_id a, mote_id b)
{
    const mote_id negative_a = mote_keras_before(k, a, MOTE_OP_NEG), negative_b = mote_keras_before(k, b, MOTE_OP_NEG);

    if (negative_a != MOTE_NONE)
        return mote_keras_binary(k, MOTE_OP_SUB, b, negative_a);
    if (negative_b != MOTE_NONE)
        return mote_keras_binary(k, MOTE_OP_SUB, a, negative_b);
    return mote_keras_binary(k, MOTE_OP_ADD, a, b);
}

static void add_binary(mote_keras_call *k, mote_op_kind op)
{
    mote_id a = first(k), b;
    json_t *second = mote_keras_argument(k, 1, "y");

    if (!second)
        second = mote_keras_argument(k, 1, "x2");
    b = mote_keras_operand(k, second);
    if (mote_keras_tensor(k, a)->kind == MOTE_CONST && mote_keras_tensor(k, b)->kind == MOTE_CONST && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "both operands are constants");
    if (mote_keras_tensor(k, a)->dtype != mote_keras_tensor(k, b)->dtype) {
        a = mote_keras_cast(k, a, MOTE_F32);
        b = mote_keras_cast(k, b, MOTE_F32);
    }
    mote_keras_return(k, op == MOTE_OP_ADD ? add_sum(k, a, b) : mote_keras_binary(k, op, a, b));
}

#define BINARY(name, KIND)                                                                                                  \
    MOTE_KERAS_FUNCTION(op_##name)                                                                                          \
    {                                                                                                                       \
        add_binary(k, MOTE_OP_##KIND);                                                                                      \
    }
BINARY(add, ADD)
BINARY(subtract, SUB)
BINARY(multiply, MUL)
BINARY(divide, DIV)
BINARY(maximum, MAXIMUM)
BINARY(minimum, MINIMUM)
BINARY(not_equal, NOT_EQUAL) /* Keras 3 computes masks in the graph */

/* To a power that is a constant: 2, 0.5, -0.5, 1, -1 or another whole number up to 8. */
MOTE_KERAS_FUNCTION(op_power)
{
    mote_id      x = first(k), out;
    json_t      *second = mote_keras_argument(k, 1, "y");
    const double power = json_number_value(second ? second : mote_keras_argument(k, 1, "x2"));
    int          i;

    if (power == 0.5 || power == -0.5)
        out = mote_keras_unary(k, power > 0 ? MOTE_OP_SQRT : MOTE_OP_RSQRT, x);
    else if (power == 2)
        out = mote_keras_unary(k, MOTE_OP_SQUARE, x);
    else if (power == -1)
        out = mote_keras_binary(k, MOTE_OP_DIV, mote_keras_scalar(k, 1), x);
    else {
        if (!(power >= 1 && power <= 8 && power == floor(power)) && !mote_keras_failed(k))
            MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED,
                            "a power that is no constant among -1, -0.5, 0.5 and 1 to 8 is not supported");
        for (out = x, i = 1; i < (int)power && i < 8; i++)
            out = mote_keras_binary(k, MOTE_OP_MUL, out, x);
    }
    mote_keras_return(k, out);
}

MOTE_KERAS_FUNCTION(op_matmul)
{
    mote_id   in[2] = {first(k), MOTE_NONE};
    json_t   *second = mote_keras_argument(k, 1, "b");
    mote_node node = {.op = MOTE_OP_BATCH_MATMUL, .in = in, .in_count = 2};

    in[1] = mote_keras_operand(k, second ? second : mote_keras_argument(k, 1, "x2"));
    node.as.batch_matmul.adj_x = json_is_true(json_object_get(k->kwargs, "transpose_a"));
    node.as.batch_matmul.adj_y = json_is_true(json_object_get(k->kwargs, "transpose_b"));
    mote_keras_return(k, mote_keras_node(k, &node));
}

/* ---- one operand ---- */

#define UNARY(name, KIND)                                                                                                   \
    MOTE_KERAS_FUNCTION(op_##name)                                                                                          \
    {                                                                                                                       \
        mote_keras_return(k, mote_keras_unary(k, MOTE_OP_##KIND, first(k)));                                                \
    }
UNARY(negative, NEG)
UNARY(absolute, ABS)
UNARY(exp, EXP)
UNARY(log, LOG)
UNARY(sqrt, SQRT)
UNARY(rsqrt, RSQRT)
UNARY(square, SQUARE)
UNARY(sin, SIN)
UNARY(cos, COS)
UNARY(floor, FLOOR)
UNARY(ceil, CEIL)
UNARY(tanh, TANH)

MOTE_KERAS_FUNCTION(op_pass)
{
    mote_keras_return(k, first(k));
}

MOTE_KERAS_FUNCTION(op_cast)
{
    json_t *dtype = mote_keras_argument(k, 1, "dtype");

    if (!json_is_string(dtype) || strcmp(json_string_value(dtype), "float32") != 0)
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a cast to another type than float32 is not supported");
    mote_keras_return(k, mote_keras_cast(k, first(k), MOTE_F32));
}

MOTE_KERAS_FUNCTION(op_clip)
{
    json_t *low = mote_keras_argument(k, 1, "x_min"), *high = mote_keras_argument(k, 2, "x_max");

    low = low ? low : json_object_get(k->kwargs, "clip_value_min");
    high = high ? high : json_object_get(k->kwargs, "clip_value_max");
    if (!json_is_number(low) || !json_is_number(high)) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "its bounds are no numbers");
        return;
    }
    mote_keras_return(k, mote_keras_clip(k, first(k), json_number_value(low), json_number_value(high)));
}

/* ---- axes and shapes ---- */

static int32_t whole_setting(mote_keras_call *k, size_t place, const char *name, int32_t standard)
{
    json_t *value = mote_keras_argument(k, place, name);

    return value ? mote_keras_whole(k, value, name) : standard;
}

/* Whole numbers in a list, or one. The count. */
static int32_t list_setting(mote_keras_call *k, json_t *value, const char *name, int32_t *out)
{
    size_t i, count = json_is_array(value) ? json_array_size(value) : value ? 1 : 0;

    if (count > MOTE_RANK_MAX) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "%s has more than %d numbers", name, MOTE_RANK_MAX);
        return 0;
    }
    for (i = 0; i < count; i++)
        out[i] = mote_keras_whole(k, json_is_array(value) ? json_array_get(value, i) : value, name);
    return (int32_t)count;
}

static void add_reduction(mote_keras_call *k, mote_op_kind op)
{
    mote_id       x = first(k);
    const int32_t rank = mote_keras_tensor(k, x)->rank;
    int32_t       axes[MOTE_RANK_MAX], count = list_setting(k, mote_keras_argument(k, 1, "axis"), "axis", axes), i;

    if (count == 0 && !mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a reduction over all axes would mix samples");
    for (i = 0; i < count; i++)
        axes[i] = mote_keras_axis(k, axes[i], rank);
    if (!mote_keras_failed(k))
        mote_keras_return(k, mote_keras_reduce(k, op, x, axes, count, json_is_true(mote_keras_argument(k, 2, "keepdims"))));
}

#define REDUCTION(name, KIND)                                                                                               \
    MOTE_KERAS_FUNCTION(op_##name)                                                                                          \
    {                                                                                                                       \
        add_reduction(k, MOTE_OP_##KIND);                                                                                   \
    }
REDUCTION(mean, MEAN)
REDUCTION(sum, SUM)
REDUCTION(max, REDUCE_MAX)
REDUCTION(min, REDUCE_MIN)
REDUCTION(prod, REDUCE_PROD)
REDUCTION(any, REDUCE_ANY)

/* The batch's dimension first, -1 or 1; another -1 is worked out. */
static void reshape_to(mote_keras_call *k, mote_id x, int32_t count, const int32_t *given)
{
    const mote_tensor in = *mote_keras_tensor(k, x);
    const size_t      all = mote_tensor_count(&in) / (size_t)(in.dim[0] > 0 ? in.dim[0] : 1);
    int32_t           dim[MOTE_RANK_MAX], i, open = -1;
    size_t            known = 1;

    for (i = 1; i < count; i++) {
        dim[i - 1] = given[i];
        if (given[i] < 0)
            open = i - 1;
        else
            known = mote_size_mul(known, (size_t)given[i]);
    }
    if (open >= 0 && known > 0)
        dim[open] = (int32_t)(all / known);
    if (mote_keras_failed(k))
        return;
    if (count < 2 || (given[0] != -1 && given[0] != in.dim[0]) || known == 0 ||
        (open >= 0 ? all % known != 0 : known != all))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "its new shape does not hold one sample of %zu elements", all);
    else
        mote_keras_return(k, mote_keras_reshape(k, x, count - 1, dim));
}

MOTE_KERAS_FUNCTION(op_reshape)
{
    json_t *shape = mote_keras_argument(k, 1, "newshape");
    int32_t dim[MOTE_RANK_MAX], count;
    mote_id x = first(k);

    shape = shape ? shape : mote_keras_argument(k, 1, "shape");
    count = list_setting(k, shape, "shape", dim);
    reshape_to(k, x, count, dim);
}

MOTE_KERAS_FUNCTION(op_transpose)
{
    mote_id       x = first(k);
    json_t       *axes = mote_keras_argument(k, 1, "axes");
    int32_t       order[MOTE_RANK_MAX] = {0}, seen = 0, i;
    const int32_t rank = mote_keras_tensor(k, x)->rank;
    const int32_t count = list_setting(k, axes ? axes : mote_keras_argument(k, 1, "perm"), "axes", order);

    for (i = 0; i < count; i++)
        seen |= order[i] >= 0 && order[i] < MOTE_RANK_MAX ? 1 << order[i] : 0;
    if (!mote_keras_failed(k) && (count != rank || seen != (1 << rank) - 1 || order[0] != 0))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "axes that do not begin with the batch's are not supported");
    if (!mote_keras_failed(k))
        mote_keras_return(k, mote_keras_transpose(k, x, order));
}

MOTE_KERAS_FUNCTION(op_expand_dims)
{
    mote_id           x = first(k);
    const mote_tensor in = *mote_keras_tensor(k, x);
    const int32_t     axis = mote_keras_axis(k, whole_setting(k, 1, "axis", -1), in.rank + 1);
    int32_t           dim[MOTE_RANK_MAX + 1], i;

    for (i = 1; i < in.rank + 1; i++)
        dim[i - 1] = i == axis ? 1 : in.dim[i < axis ? i : i - 1];
    if (!mote_keras_failed(k))
        mote_keras_return(k, mote_keras_reshape(k, x, in.rank, dim));
}

MOTE_KERAS_FUNCTION(op_squeeze)
{
    mote_id           x = first(k);
    const mote_tensor in = *mote_keras_tensor(k, x);
    int32_t           axes[MOTE_RANK_MAX], dim[MOTE_RANK_MAX], i, j, rank = 0;
    const int32_t     count = list_setting(k, mote_keras_argument(k, 1, "axis"), "axis", axes);

    for (i = 0; i < count; i++)
        axes[i] = mote_keras_axis(k, axes[i], in.rank);
    for (i = 1; i < in.rank; i++) {
        bool goes = count == 0 && in.dim[i] == 1;
        for (j = 0; j < count; j++)
            goes |= axes[j] == i && in.dim[i] == 1;
        if (!goes)
            dim[rank++] = in.dim[i];
    }
    if (!mote_keras_failed(k))
        mote_keras_return(k, mote_keras_reshape(k, x, rank, dim));
}

/* The list that is the first argument. */
static int32_t list_of_tensors(mote_keras_call *k, mote_id *out)
{
    json_t *list = mote_keras_argument(k, 0, "xs");
    size_t  i;

    list = list ? list : mote_keras_argument(k, 0, "values");
    if (!json_is_array(list) || json_array_size(list) < 1 || json_array_size(list) > MOTE_NODE_IN_MAX) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "it takes a list of 1 to %d tensors", MOTE_NODE_IN_MAX);
        return 0;
    }
    if (mote_keras_names_tensor(k, list)) {
        out[0] = mote_keras_operand(k, list);
        return 1;
    }
    for (i = 0; i < json_array_size(list); i++)
        out[i] = mote_keras_operand(k, json_array_get(list, i));
    return mote_keras_failed(k) ? 0 : (int32_t)json_array_size(list);
}

MOTE_KERAS_FUNCTION(op_concatenate)
{
    mote_id       in[MOTE_NODE_IN_MAX];
    const int32_t count = list_of_tensors(k, in);

    if (count > 0)
        mote_keras_return(
            k, mote_keras_concat(k, in, count,
                                 mote_keras_axis(k, whole_setting(k, 1, "axis", 0), mote_keras_tensor(k, in[0])->rank)));
}

MOTE_KERAS_FUNCTION(op_stack)
{
    mote_id       in[MOTE_NODE_IN_MAX];
    const int32_t count = list_of_tensors(k, in);
    mote_node     node = {.op = MOTE_OP_PACK, .in = in, .in_count = count, .as.pack.count = count};

    if (count == 0)
        return;
    node.as.pack.axis = mote_keras_axis(k, whole_setting(k, 1, "axis", 0), mote_keras_tensor(k, in[0])->rank + 1);
    mote_keras_return(k, mote_keras_node(k, &node));
}

/* In parts of one size. */
MOTE_KERAS_FUNCTION(op_split)
{
    mote_id       x = first(k), out[MOTE_NODE_OUT_MAX];
    json_t       *parts = mote_keras_argument(k, 1, "indices_or_sections");
    const int32_t axis = mote_keras_axis(k, whole_setting(k, 2, "axis", 0), mote_keras_tensor(k, x)->rank);
    int32_t       count, i;

    parts = parts ? parts : mote_keras_argument(k, 1, "num_or_size_splits");
    if (!json_is_integer(parts)) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "a split into parts of different sizes is not supported");
        return;
    }
    count = mote_keras_whole(k, parts, "parts");
    mote_keras_split(k, x, axis, count, out);
    for (i = 0; i < count && !mote_keras_failed(k); i++)
        mote_keras_return(k, out[i]);
}

/* ---- x[:, 1:3, 0] ---- */

typedef struct cut {
    int32_t begin[MOTE_RANK_MAX], end[MOTE_RANK_MAX], step[MOTE_RANK_MAX];
    int32_t count, begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_mask;
} cut;

static void cut_bound(mote_keras_call *k, json_t *value, int32_t *bound, int32_t *mask, int32_t i)
{
    if (!value || json_is_null(value))
        *mask |= 1 << i;
    else
        *bound = mote_keras_whole(k, value, "a bound of a slice");
}

static void cut_range(mote_keras_call *k, cut *c, json_t *start, json_t *stop, json_t *step)
{
    const int32_t i = c->count;

    cut_bound(k, start, &c->begin[i], &c->begin_mask, i);
    cut_bound(k, stop, &c->end[i], &c->end_mask, i);
    c->step[i] = step && !json_is_null(step) ? mote_keras_whole(k, step, "a step of a slice") : 1;
}

/* An element: a slice (Keras 3: {"class_name": "slice", "config": {start, stop, step}}, Keras 2: {start, stop, step}), a
 * number, "..." or null. */
static void cut_axis(mote_keras_call *k, cut *c, json_t *value)
{
    json_t *config = json_object_get(value, "config");

    if (c->count == MOTE_RANK_MAX) {
        MOTE_KERAS_FAIL(k, MOTE_ERR_LIMIT, "a slice of more than %d axes", MOTE_RANK_MAX);
        return;
    }
    c->step[c->count] = 1;
    if (json_is_object(value) && json_object_get(value, "start"))
        config = value;
    if (json_is_object(value) && json_string_value(json_object_get(value, "class_name")) &&
        strcmp(json_string_value(json_object_get(value, "class_name")), "__ellipsis__") == 0)
        c->ellipsis_mask |= 1 << c->count;
    else if (json_is_array(config) && json_array_size(config) == 3)
        cut_range(k, c, json_array_get(config, 0), json_array_get(config, 1), json_array_get(config, 2));
    else if (json_is_object(config))
        cut_range(k, c, json_object_get(config, "start"), json_object_get(config, "stop"), json_object_get(config, "step"));
    else if (json_is_integer(value)) {
        c->begin[c->count] = mote_keras_whole(k, value, "an index");
        c->end[c->count] = c->begin[c->count] + 1;
        if (c->begin[c->count] == -1)
            c->end_mask |= 1 << c->count;
        c->shrink_mask |= 1 << c->count;
    } else if (!value || json_is_null(value))
        c->new_axis_mask |= 1 << c->count;
    else if (!mote_keras_failed(k))
        MOTE_KERAS_FAIL(k, MOTE_ERR_UNSUPPORTED, "an index that is neither a number nor a slice is not supported");
    c->count++;
}

MOTE_KERAS_FUNCTION(op_get_item)
{
    json_t   *key = mote_keras_argument(k, 1, "key"), *part;
    mote_id   in[4] = {first(k), MOTE_NONE, MOTE_NONE, MOTE_NONE};
    mote_node node = {.op = MOTE_OP_STRIDED_SLICE, .in = in, .in_count = 4};
    cut       c = {.count = 0};
    size_t    i;

    key = key ? key : mote_keras_argument(k, 1, "slice_spec");
    if (json_is_object(key) && json_is_array(json_object_get(json_object_get(key, "config"), "value")))
        key = json_object_get(json_object_get(key, "config"), "value");
    if (!json_is_array(key))
        cut_axis(k, &c, key);
    json_array_foreach(key, i, part) cut_axis(k, &c, part);
    in[1] = mote_keras_ints_const(k, c.begin, c.count);
    in[2] = mote_keras_ints_const(k, c.end, c.count);
    in[3] = mote_keras_ints_const(k, c.step, c.count);
    node.as.strided_slice = (mrt_strided_slice_attributes){.begin_mask = c.begin_mask,
                                                           .end_mask = c.end_mask,
                                                           .ellipsis_mask = c.ellipsis_mask,
                                                           .new_axis_mask = c.new_axis_mask,
                                                           .shrink_axis_mask = c.shrink_mask};
    mote_keras_return(k, mote_keras_node(k, &node));
}
