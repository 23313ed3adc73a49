/* Dense layers and products of matrices.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/writing.h"

/* ---- dense layers ---- */

/* The constant weights, an input that was channels second when it was flattened read in its order. */
static mote_ox_value *take_permuted_weights(mote_ox_call *c, const mote_tensor *image)
{
    const mote_tensor *w = mote_ox_operand(c, 1);
    const int32_t      dim[] = {w->dim[0], image->dim[1], image->dim[2], image->dim[3]};
    const mote_ox_view view = {.rank = 4, .dim = dim, .order = {4, {0, 3, 1, 2}}, .out_rank = 2, .out_dim = w->dim};

    return mote_ox_in_view(c, 1, &view);
}

/* [N, I] of an image that has its channels second, and whose places are more than one; NULL: the input is no such. */
static mote_ox_value *take_flat(mote_ox_call *c, const mote_tensor **image)
{
    const mote_tensor  *x = mote_ox_operand(c, 0), *w = mote_ox_operand(c, 1);
    mote_ox_tensor     *t = mote_ox_tensor_of(c, x);
    const mote_ox_order second = mote_ox_channels_second(4);

    *image = t->flat_of;
    if (t->flat)
        return t->flat;
    if (x->rank != 4 || x->kind != MOTE_ACTIVATION || !t->forms || !mote_ox_same_order(&t->forms->order, &second) ||
        w->kind != MOTE_CONST || w->dtype == MOTE_I4 || w->dim[1] != x->dim[1] * x->dim[2] * x->dim[3])
        return NULL;
    *image = x;
    return mote_ox_rounded(
        c, mote_ox_binary(c, "Reshape", mote_ox_in(c, 0, &second), mote_ox_ints(c, (const int64_t[]){-1, w->dim[1]}, 2)), x);
}

static mote_ox_value *take_rows(mote_ox_call *c)
{
    const mote_tensor *x = mote_ox_operand(c, 0), *w = mote_ox_operand(c, 1);
    mote_ox_value     *value = mote_ox_in_ours(c, 0);

    if (x->rank == 2 && x->dim[1] == w->dim[1])
        return value;
    value = mote_ox_binary(c, "Reshape", value, mote_ox_ints(c, (const int64_t[]){-1, w->dim[1]}, 2));
    return mote_ox_rounded(c, value, x);
}

static void write_gemm(mote_ox_call *c)
{
    const mote_tensor *image = NULL;
    mote_ox_value     *x = take_flat(c, &image), *w, *out;

    if (!x)
        x = take_rows(c);
    w = image ? take_permuted_weights(c, image) : mote_ox_in_ours(c, 1);
    out = mote_ox_ternary(c, "Gemm", x, w, mote_ox_in_bias(c, 2, 0, 1));
    mote_ox_set_int(c, "transB", 1);
    mote_ox_give(c, 0, out, NULL);
}

static void write_matmul(mote_ox_call *c)
{
    static const mote_ox_order turned = {2, {1, 0}};
    mote_ox_value             *out = mote_ox_binary(c, "MatMul", mote_ox_in_ours(c, 0), mote_ox_in(c, 1, &turned));

    if (mote_ox_operand(c, 2))
        out = mote_ox_binary(c, "Add", out, mote_ox_in_bias(c, 2, 0, 1));
    mote_ox_give(c, 0, out, NULL);
}

static void write_fully_connected(mote_ox_call *c)
{
    if (mote_ox_operand(c, 0)->dtype == MOTE_F32 && mote_ox_operand(c, 1)->dtype != MOTE_F32)
        mote_ox_refuse(c, "its weights are integers and its input is real; convert the float model instead");
    if (mote_ox_result(c, 0)->rank == 2)
        write_gemm(c);
    else
        write_matmul(c);
}

/* ---- products of matrices ---- */

static mote_ox_value *take_matrix(mote_ox_call *c, int32_t i, bool is_turned)
{
    const mote_tensor *tensor = mote_ox_operand(c, i);
    mote_ox_order      order = mote_ox_ours(tensor->rank);

    if (is_turned) {
        order.axis[order.rank - 1] = order.rank - 2;
        order.axis[order.rank - 2] = order.rank - 1;
    }
    return mote_ox_in(c, i, &order);
}

static void write_batch_matmul(mote_ox_call *c)
{
    const mrt_batch_matmul_attributes *as = &c->node->as.batch_matmul;
    mote_ox_value                     *a, *b;

    if (mote_ox_operand(c, 0)->dtype == MOTE_F32 && mote_ox_operand(c, 1)->dtype != MOTE_F32)
        mote_ox_refuse(c, "one operand has integers, the other real numbers");
    a = take_matrix(c, 0, as->adj_x);
    b = take_matrix(c, 1, as->adj_y);
    mote_ox_give(c, 0, mote_ox_binary(c, "MatMul", a, b), NULL);
}

const mote_ox_row mote_ox_products[] = {{MOTE_OP_FULLY_CONNECTED, MOTE_OX_OURS, write_fully_connected, NULL},
                                        {MOTE_OP_BATCH_MATMUL, MOTE_OX_OURS, write_batch_matmul, NULL},
                                        {0}};
