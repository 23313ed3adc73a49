/* Products of matrices.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/operators.h"
#include "formats/tensorflow/operators.h"

static void import_matmul(mote_import_call *c)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INT("transA", mote_import_int(c, "transpose_a", 0)),
                                                MOTE_TF_INT("transB", mote_import_int(c, "transpose_b", 0)), MOTE_TF_END};

    mote_tf_all(c, (mote_tf_told){"Gemm", attributes, c->in, 2});
}

/* With the last two axes changed over. */
static mote_import_value *adjoint(mote_import_call *c, mote_import_value *x)
{
    int64_t perm[MOTE_RANK_MAX];
    int32_t i;

    for (i = 0; i < x->shape.rank; i++)
        perm[i] = i;
    if (x->shape.rank < 2) {
        mote_import_wrong(c, "a matrix of %d dimensions", x->shape.rank);
        return NULL;
    }
    perm[x->shape.rank - 1] = x->shape.rank - 2;
    perm[x->shape.rank - 2] = x->shape.rank - 1;
    return mote_tf_turned(c, x, perm);
}

static void import_batch_matmul(mote_import_call *c)
{
    mote_import_value *a = mote_import_int(c, "adj_x", 0) ? adjoint(c, c->in[0]) : c->in[0];
    mote_import_value *b = mote_import_int(c, "adj_y", 0) ? adjoint(c, c->in[1]) : c->in[1];

    mote_tf_apply_all(c, "MatMul", a, b);
}

static void import_einsum(mote_import_call *c)
{
    const mote_import_attribute attributes[] = {MOTE_TF_STRING("equation", mote_import_string(c, "equation", "")),
                                                MOTE_TF_END};

    mote_tf_all(c, (mote_tf_told){"Einsum", attributes, c->in, c->in_count});
}

const mote_import_row mote_tf_products[] = {
    {"MatMul", MOTE_IMPORT_FILE, 2, 2, 1, import_matmul, 0},
    {"BatchMatMul", MOTE_IMPORT_FILE, 2, 2, 1, import_batch_matmul, 0},
    {"BatchMatMulV2", MOTE_IMPORT_FILE, 2, 2, 1, import_batch_matmul, 0},
    {"BatchMatMulV3", MOTE_IMPORT_FILE, 2, 2, 1, import_batch_matmul, 0},
    {"Einsum", MOTE_IMPORT_FILE, 1, 2, 1, import_einsum, 0},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0},
};
