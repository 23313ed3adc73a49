/* ONNX' operators that are computed where their operands are known.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/onnx/operators.h"

static void fold_cast(mote_import_call *c, int32_t is_like)
{
    mote_import_fold_cast_to(c, is_like ? c->in[1]->dtype : mote_onnx_dtype(mote_import_small(c, "to", 0)));
}

static void fold_reduce(mote_import_call *c, int32_t kind)
{
    const int32_t          rank = c->in[0]->shape.rank;
    const mote_import_list list = mote_import_operand_ints(c, 1, "axes");
    const uint32_t         all = mote_import_int(c, "noop_with_empty_axes", 0) ? 0 : (1u << rank) - 1u;

    mote_import_fold_reduce_over(c, (mote_fold_reduce)kind, mote_import_axes(c, list, rank, all),
                                 mote_import_int(c, "keepdims", 1) != 0);
}

/* Of Mod with fmod whole numbers have another sign here. */
static bool has_own_sign(const mote_import_call *c)
{
    return mote_import_has(c, "fmod") == mote_dtype_is_float(c->in[0]->dtype);
}

const mote_import_fold_row mote_onnx_folds[] = {
    {"Add", mote_import_fold_pairs, MOTE_FOLD_ADD, NULL},
    {"Sub", mote_import_fold_pairs, MOTE_FOLD_SUB, NULL},
    {"Mul", mote_import_fold_pairs, MOTE_FOLD_MUL, NULL},
    {"Div", mote_import_fold_pairs, MOTE_FOLD_DIV, NULL},
    {"Mod", mote_import_fold_pairs, MOTE_FOLD_MOD, has_own_sign},
    {"Pow", mote_import_fold_pairs, MOTE_FOLD_POW, NULL},
    {"Min", mote_import_fold_pairs, MOTE_FOLD_MIN, NULL},
    {"Max", mote_import_fold_pairs, MOTE_FOLD_MAX, NULL},
    {"Sum", mote_import_fold_pairs, MOTE_FOLD_ADD, NULL},
    {"Equal", mote_import_fold_pairs, MOTE_FOLD_EQUAL, NULL},
    {"Less", mote_import_fold_pairs, MOTE_FOLD_LESS, NULL},
    {"LessOrEqual", mote_import_fold_pairs, MOTE_FOLD_LESS_EQUAL, NULL},
    {"Greater", mote_import_fold_pairs, MOTE_FOLD_GREATER, NULL},
    {"GreaterOrEqual", mote_import_fold_pairs, MOTE_FOLD_GREATER_EQUAL, NULL},
    {"And", mote_import_fold_pairs, MOTE_FOLD_AND, NULL},
    {"Or", mote_import_fold_pairs, MOTE_FOLD_OR, NULL},
    {"Xor", mote_import_fold_pairs, MOTE_FOLD_XOR, NULL},
    {"Neg", mote_import_fold_single, MOTE_FOLD_NEG, NULL},
    {"Abs", mote_import_fold_single, MOTE_FOLD_ABS, NULL},
    {"Floor", mote_import_fold_single, MOTE_FOLD_FLOOR, NULL},
    {"Ceil", mote_import_fold_single, MOTE_FOLD_CEIL, NULL},
    {"Sqrt", mote_import_fold_single, MOTE_FOLD_SQRT, NULL},
    {"Not", mote_import_fold_single, MOTE_FOLD_NOT, NULL},
    {"Sign", mote_import_fold_single, MOTE_FOLD_SIGN, NULL},
    {"Reciprocal", mote_import_fold_single, MOTE_FOLD_RECIPROCAL, NULL},
    {"Exp", mote_import_fold_single, MOTE_FOLD_EXP, NULL},
    {"Log", mote_import_fold_single, MOTE_FOLD_LOG, NULL},
    {"Cast", fold_cast, 0, NULL},
    {"CastLike", fold_cast, 1, NULL},
    {"Where", mote_import_fold_where, 0, NULL},
    {"ReduceSum", fold_reduce, MOTE_FOLD_REDUCE_SUM, NULL},
    {"ReduceProd", fold_reduce, MOTE_FOLD_REDUCE_PROD, NULL},
    {"ReduceMin", fold_reduce, MOTE_FOLD_REDUCE_MIN, NULL},
    {"ReduceMax", fold_reduce, MOTE_FOLD_REDUCE_MAX, NULL},
    {"NonZero", mote_import_fold_non_zero, 0, NULL},
    {NULL, NULL, 0, NULL},
};
