/* MatMul and Gemm. By constant weights they are dense layers, whose weights lie [outputs, inputs] here; otherwise matrices
 * are multiplied, each as it lies or turned. SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/operators.h"

/* ---- rows of weights put as a waiting operand has its elements ---- */

/* How many of held's axes in front make up the value's but its last; -1: they do not divide so. */
static int32_t leading_axes(const mote_import_value *x)
{
    const int32_t depth = x->shape.dim[x->shape.rank - 1];
    int64_t       rest = 1;
    int32_t       i = x->held.rank;

    while (i > 0 && rest < depth)
        rest *= x->held.dim[--i];
    return rest == depth ? i : -1;
}

/* The file's number of the row for each of the tensor's; NULL: axes in front lie elsewhere, too. */
static int32_t *find_rows(mote_import_call *c, const mote_import_value *x, int32_t leading)
{
    const int32_t rank = x->held.rank, depth = x->shape.dim[x->shape.rank - 1];
    int32_t      *rows, step[MOTE_RANK_MAX] = {0}, run = 1, i, k, left;

    for (i = 0; i < leading; i++)
        if (x->order[i] != i)
            return NULL;
    for (i = rank - 1; i >= leading; i--) {
        step[i] = run;
        run *= x->held.dim[i];
    }
    rows = mote_import_take(c, (size_t)depth, sizeof *rows);
    for (k = 0; rows && k < depth; k++)
        for (left = k, i = rank - 1; i >= leading; i--) {
            rows[k] += left % x->held.dim[x->order[i]] * step[x->order[i]];
            left /= x->held.dim[x->order[i]];
        }
    return rows;
}

/* weights [depth, count], or turned, with rows taken in another order. */
static const float *permuted(mote_import_call *c, const float *weights, const int32_t *rows, int32_t depth, int32_t count,
                             bool is_turned)
{
    float  *to = mote_import_take(c, (size_t)depth * (size_t)count, sizeof *to);
    int32_t i, o;

    for (i = 0; to && i < depth; i++)
        for (o = 0; o < count; o++)
            to[is_turned ? (size_t)o * (size_t)depth + (size_t)i : (size_t)i * (size_t)count + (size_t)o] =
                weights[is_turned ? (size_t)o * (size_t)depth + (size_t)rows[i]
                                  : (size_t)rows[i] * (size_t)count + (size_t)o];
    return to;
}

/* ---- by constant weights ---- */

typedef struct dense {
    const float *weights, *bias;
    int32_t      depth, count;
    bool         is_turned;
} dense;

/* x [..., depth], its axes in any order but the last. Fills the order of the result. */
static mote_id dense_of(mote_import_call *c, const mote_import_value *x, dense d, mote_import_order *order)
{
    const int32_t  rank = x->shape.rank, leading = mote_import_is_waiting(x) && !x->known ? leading_axes(x) : -1;
    const int32_t *rows = leading >= 0 ? find_rows(c, x, leading) : NULL;
    mote_id        id;

    *order = mote_import_file_order(rank);
    if (rows) {
        id = mote_import_reshape(c, x->id, rank, x->shape.dim);
        d.weights = permuted(c, d.weights, rows, d.depth, d.count, d.is_turned);
    } else {
        if (!x->known && !mote_import_is_waiting(x) && x->order[rank - 1] == rank - 1)
            memcpy(order->axis, x->order, sizeof order->axis);
        id = mote_import_as(c, x, order);
    }
    return mote_import_failed(c) ? MOTE_NONE
                                 : mote_import_dense(c, id, d.weights, d.depth, d.count, d.is_turned, d.bias, true);
}

/* A vector is a matrix of one row, and the result has no such row. */
static void matmul_by_constant(mote_import_call *c, const mote_import_value *a, const mote_import_value *b)
{
    const bool        is_vector = b->shape.rank == 1;
    mote_import_order order;
    dense d = {.weights = mote_import_floats(c, 1), .depth = b->shape.dim[0], .count = is_vector ? 1 : b->shape.dim[1]};
    mote_import_value x = *a;
    mote_id           y;

    if (a->shape.rank == 1) {
        x.shape = (mote_import_shape){2, {1, a->shape.dim[0]}};
        x.held = x.shape;
        x.order[1] = 1;
        x.forms = NULL;
        x.id = mote_import_reshape(c, mote_import_as_file(c, a), 2, x.shape.dim);
    }
    if (x.shape.dim[x.shape.rank - 1] != d.depth || d.depth < 1 || d.count < 1 || mote_import_failed(c)) {
        mote_import_wrong(c, "%d values are multiplied by %d", x.shape.dim[x.shape.rank - 1], d.depth);
        return;
    }
    y = dense_of(c, &x, d, &order);
    if (!is_vector && a->shape.rank > 1)
        mote_import_give(c, 0, y, order.axis);
    else { /* without the axes of 1 that vectors have not */
        const mote_tensor *tensor = mote_import_tensor_at(c, y);
        const int32_t      first = a->shape.rank == 1, rank = tensor->rank - first - is_vector;
        int32_t            dim[MOTE_RANK_MAX];
        memcpy(dim, tensor->dim + first, sizeof dim - sizeof *dim * (size_t)first);
        mote_import_give(c, 0, mote_import_reshape(c, y, rank, dim), order.axis);
    }
}

/* ---- of two computed operands ---- */

/* The operand in the order that takes the fewest moves: its last two axes may lie turned. At least `rank` axes. */
static mote_id as_matrices(mote_import_call *c, const mote_import_value *x, bool *is_turned)
{
    const int32_t     rank = x->shape.rank;
    mote_import_order order = mote_import_file_order(rank);
    mote_import_order own = {.rank = rank};

    memcpy(own.axis, x->order, sizeof own.axis);
    *is_turned =
        !x->known && !mote_import_is_waiting(x) && mote_import_place(&own, rank - 1) < mote_import_place(&own, rank - 2);
    if (*is_turned) {
        order.axis[rank - 1] = rank - 2;
        order.axis[rank - 2] = rank - 1;
    }
    return mote_import_as(c, x, &order);
}

static mote_id vector_as_matrix(mote_import_call *c, const mote_import_value *x, bool is_column)
{
    const int32_t dim[] = {is_column ? x->shape.dim[0] : 1, is_column ? 1 : x->shape.dim[0]};

    return mote_import_reshape(c, mote_import_as_file(c, x), 2, dim);
}

static void matmul(mote_import_call *c, const mote_import_value *a, const mote_import_value *b)
{
    const bool a_is_vector = a->shape.rank == 1, b_is_vector = b->shape.rank == 1;
    bool       turn_a = false, turn_b = false;
    int32_t    dim[MOTE_RANK_MAX], rank = 0, i;
    mote_id    x = a_is_vector ? vector_as_matrix(c, a, false) : as_matrices(c, a, &turn_a);
    mote_id    y = b_is_vector ? vector_as_matrix(c, b, true) : as_matrices(c, b, &turn_b);

    y = mote_import_batch_matmul(c, x, y, turn_a, turn_b);
    for (i = 0; i < mote_import_tensor_at(c, y)->rank; i++) {
        const int32_t from_last = mote_import_tensor_at(c, y)->rank - 1 - i;
        if (!(from_last == 0 && b_is_vector) && !(from_last == 1 && a_is_vector))
            dim[rank++] = mote_import_tensor_at(c, y)->dim[i];
    }
    mote_import_give(c, 0, a_is_vector || b_is_vector ? mote_import_reshape(c, y, rank, dim) : y, NULL);
}

static void import_matmul(mote_import_call *c)
{
    const mote_import_value *a = mote_import_in(c, 0), *b = mote_import_in(c, 1);

    if (a->shape.rank < 1 || b->shape.rank < 1)
        mote_import_wrong(c, "a number is no matrix");
    else if (b->known && b->shape.rank <= 2 && !a->known && b->dtype == MOTE_F32)
        matmul_by_constant(c, a, b);
    else
        matmul(c, a, b);
}

/* ---- Gemm ---- */

/* C as a bias: a number each output, or one for all. NULL: it is none. */
static const float *gemm_bias(mote_import_call *c, int32_t count, float beta)
{
    const mote_import_value *value = mote_import_in(c, 2);
    const size_t             given = value ? mote_import_count(&value->shape) : 0;
    const float             *from;
    float                   *to;
    int32_t                  i;

    if (!value || !value->known || value->dtype != MOTE_F32 ||
        !(given == 1 || (given == (size_t)count && value->shape.dim[value->shape.rank - 1] == count)))
        return NULL;
    from = mote_import_floats(c, 2);
    to = mote_import_take(c, (size_t)count, sizeof *to);
    for (i = 0; to && i < count; i++)
        to[i] = beta * from[given == 1 ? 0 : i];
    return to;
}

static mote_id plus_c(mote_import_call *c, mote_id y, float beta)
{
    const mote_import_order order = mote_import_file_order(2);
    mote_id                 z;

    if (!mote_import_in(c, 2) || beta == 0)
        return y;
    z = mote_import_as_operand(c, mote_import_in(c, 2), &order);
    return mote_import_binary(c, MOTE_OP_ADD, y, beta == 1 ? z : mote_import_with(c, MOTE_OP_MUL, z, beta));
}

static const float *scaled(mote_import_call *c, const float *from, size_t count, float by)
{
    float *to = by == 1 ? NULL : mote_import_take(c, count, sizeof *to);
    size_t i;

    for (i = 0; to && i < count; i++)
        to[i] = by * from[i];
    return to ? to : from;
}

/* A list of rows that waits lies as several axes of rows, and stays so: each row goes by the weights, and so does the result
 * wait. (Exporters multiply sequences [samples, steps, depth] as [samples * steps, depth].) */
static bool rows_where_they_lie(mote_import_call *c, dense d)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const int32_t            rank = x->held.rank;
    mote_import_shape        shape = x->shape, held = x->held;
    mote_import_value        made;

    if (x->known || x->id == MOTE_NONE || !mote_import_is_waiting(x) || leading_axes(x) != rank - 1 ||
        x->order[rank - 1] != rank - 1 || x->shape.dim[1] != d.depth)
        return false;
    shape.dim[1] = held.dim[rank - 1] = d.count;
    made = (mote_import_value){.dtype = MOTE_F32, .shape = shape, .uses = 1};
    made.id = mote_import_dense(c, x->id, d.weights, d.depth, d.count, d.is_turned, d.bias, true);
    if (!mote_import_failed(c))
        mote_import_give_view(c, 0, &made, &shape, &held, x->order);
    return true;
}

static void gemm_by_constant(mote_import_call *c, float alpha, float beta)
{
    const mote_import_value *a = mote_import_in(c, 0), *b = mote_import_in(c, 1);
    const bool               turn_a = mote_import_int(c, "transA", 0) != 0;
    dense                    d = {.weights = mote_import_floats(c, 1), .is_turned = mote_import_int(c, "transB", 0) != 0};
    mote_import_value        x = *a;
    mote_import_order        order = {2, {1, 0}};
    mote_id                  y;

    d.depth = b->shape.dim[d.is_turned];
    d.count = b->shape.dim[!d.is_turned];
    if (turn_a) {
        x = (mote_import_value){.name = a->name, .dtype = a->dtype, .id = mote_import_as(c, a, &order), .order = {0, 1}};
        x.shape = (mote_import_shape){2, {a->shape.dim[1], a->shape.dim[0]}};
        x.held = x.shape;
    }
    if (mote_import_failed(c) || x.shape.dim[1] != d.depth || d.depth < 1 || d.count < 1) {
        mote_import_wrong(c, "%d values are multiplied by %d", x.shape.dim[1], d.depth);
        return;
    }
    d.weights = scaled(c, d.weights, (size_t)d.depth * (size_t)d.count, alpha);
    d.bias = gemm_bias(c, d.count, beta);
    if (!turn_a && (d.bias || !mote_import_in(c, 2)) && rows_where_they_lie(c, d))
        return;
    y = dense_of(c, &x, d, &order);
    if (!d.bias && mote_import_in(c, 2)) {
        const mote_import_order file = mote_import_file_order(2);
        const mote_import_shape shape = {2, {x.shape.dim[0], d.count}};
        const mote_import_value made = {
            .name = "", .dtype = MOTE_F32, .id = y, .shape = shape, .held = shape, .order = {order.axis[0], order.axis[1]}};
        y = plus_c(c, mote_import_as(c, &made, &file), beta);
        order = file;
    }
    mote_import_give(c, 0, y, order.axis);
}

static void import_gemm(mote_import_call *c)
{
    const mote_import_value *a = mote_import_in(c, 0), *b = mote_import_in(c, 1);
    const float              alpha = mote_import_float(c, "alpha", 1), beta = mote_import_float(c, "beta", 1);
    mote_id                  y;

    if (a->shape.rank != 2 || b->shape.rank != 2) {
        mote_import_wrong(c, "operands of %d and %d dimensions", a->shape.rank, b->shape.rank);
        return;
    }
    if (b->known && b->dtype == MOTE_F32 && !a->known) {
        gemm_by_constant(c, alpha, beta);
        return;
    }
    y = mote_import_batch_matmul(c, mote_import_as_file(c, a), mote_import_as_file(c, b),
                                 mote_import_int(c, "transA", 0) != 0, mote_import_int(c, "transB", 0) != 0);
    if (alpha != 1)
        y = mote_import_with(c, MOTE_OP_MUL, y, alpha);
    mote_import_give(c, 0, plus_c(c, y, beta), NULL);
}

const mote_import_row mote_onnx_products[] = {{"MatMul", MOTE_IMPORT_FILE, 2, 2, 1, import_matmul, 0},
                                              {"Gemm", MOTE_IMPORT_FILE, 2, 3, 1, import_gemm, 0},
                                              {"Einsum", MOTE_IMPORT_FILE, 1, 2, 1, mote_onnx_import_einsum, 0},
                                              {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0}};
