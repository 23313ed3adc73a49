/* Operators on one element at a time, or on pairs of them; reductions, and what looks along an axis.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/onnx/operators.h"
#include "formats/tensorflow/operators.h"
#include "formats/tensorflow/types.h"

/* ---- the same under another name ---- */

static const struct {
    const char *name, *told;
} same[] = {
    {"AddV2", "Add"},
    {"AddN", "Sum"},
    {"RealDiv", "Div"},
    {"Maximum", "Max"},
    {"Minimum", "Min"},
    {"FloorMod", "Mod"},
    {"Inv", "Reciprocal"},
    {"Rint", "Round"},
    {"IsNan", "IsNaN"},
    {"LessEqual", "LessOrEqual"},
    {"GreaterEqual", "GreaterOrEqual"},
    {"LogicalAnd", "And"},
    {"LogicalOr", "Or"},
    {"LogicalNot", "Not"},
    {"SelectV2", "Where"},
    {"Snapshot", "Identity"},
    {"StopGradient", "Identity"},
    {"PreventGradient", "Identity"},
    {"CheckNumerics", "Identity"},
    {"EnsureShape", "Identity"},
    {"PlaceholderWithDefault", "Identity"},
    {"ReadVariableOp", "Identity"},
    {"RefIdentity", "Identity"},
};

static void import_same(mote_import_call *c)
{
    const char *told = c->row->name;
    size_t      i;

    for (i = 0; i < sizeof same / sizeof *same; i++)
        if (strcmp(same[i].name, c->row->name) == 0)
            told = same[i].told;
    mote_tf_all(c, (mote_tf_told){told, NULL, c->in, c->in_count});
}

/* Lists go through as they are. */
static void import_identity(mote_import_call *c)
{
    if (c->in[0]->items)
        mote_import_give_value(c, 0, c->in[0]);
    else
        import_same(c);
}

static void import_identity_n(mote_import_call *c)
{
    int32_t i;

    for (i = 0; i < c->in_count && i < c->out_count; i++)
        mote_import_give_value(c, i, c->in[i]);
}

/* ---- made of others ---- */

static void import_square(mote_import_call *c)
{
    mote_tf_apply_all(c, "Mul", c->in[0], c->in[0]);
}

static void import_squared_difference(mote_import_call *c)
{
    mote_import_value *d = mote_tf_apply(c, "Sub", c->in[0], c->in[1]);

    mote_tf_apply_all(c, "Mul", d, d);
}

static void import_rsqrt(mote_import_call *c)
{
    if (c->in[0]->known)
        mote_tf_apply_all(c, "Reciprocal", mote_tf_apply(c, "Sqrt", c->in[0], NULL), NULL);
    else
        mote_import_give_like(c, 0, mote_import_unary(c, MOTE_OP_RSQRT, mote_import_as_held(c, 0)));
}

static void import_not_equal(mote_import_call *c)
{
    if (c->in[0]->known && c->in[1]->known)
        mote_tf_apply_all(c, "Not", mote_tf_apply(c, "Equal", c->in[0], c->in[1]), NULL);
    else
        mote_tf_apply_all(c, "Xor", c->in[0], c->in[1]); /* whose operator is NOT_EQUAL, of any numbers */
}

static void import_log1p(mote_import_call *c)
{
    mote_tf_apply_all(c, "Log", mote_tf_apply(c, "Add", c->in[0], mote_tf_number(c, c->in[0], 1)), NULL);
}

static void import_expm1(mote_import_call *c)
{
    mote_tf_apply_all(c, "Sub", mote_tf_apply(c, "Exp", c->in[0], NULL), mote_tf_number(c, c->in[0], 1));
}

static void import_erfc(mote_import_call *c)
{
    mote_tf_apply_all(c, "Sub", mote_tf_number(c, c->in[0], 1), mote_tf_apply(c, "Erf", c->in[0], NULL));
}

static void import_is_finite(mote_import_call *c)
{
    mote_import_value *nan = mote_tf_apply(c, "IsNaN", c->in[0], NULL), *inf = mote_tf_apply(c, "IsInf", c->in[0], NULL);

    mote_tf_apply_all(c, "Not", mote_tf_apply(c, "Or", nan, inf), NULL);
}

/* The quotient without the remainder, whose sign is the divisor's. */
static void import_floor_div(mote_import_call *c)
{
    mote_import_value *rest;

    if (mote_dtype_is_float(c->in[0]->dtype))
        mote_tf_apply_all(c, "Floor", mote_tf_apply(c, "Div", c->in[0], c->in[1]), NULL);
    else {
        rest = mote_tf_apply(c, "Mod", c->in[0], c->in[1]);
        mote_tf_apply_all(c, "Div", mote_tf_apply(c, "Sub", c->in[0], rest), c->in[1]);
    }
}

static void import_relu6(mote_import_call *c)
{
    const mote_import_attribute attributes[] = {MOTE_TF_FLOAT("min", 0), MOTE_TF_FLOAT("max", 6), MOTE_TF_END};

    mote_tf_all(c, (mote_tf_told){"Clip", attributes, c->in, 1});
}

static void import_leaky_relu(mote_import_call *c)
{
    const mote_import_attribute attributes[] = {MOTE_TF_FLOAT("alpha", mote_import_float(c, "alpha", 0.2f)), MOTE_TF_END};

    mote_tf_all(c, (mote_tf_told){"LeakyRelu", attributes, c->in, 1});
}

static void import_cast(mote_import_call *c)
{
    const mote_dtype            to = mote_tf_dtype(mote_import_small(c, "DstT", 0));
    const mote_import_attribute attributes[] = {MOTE_TF_INT("to", mote_onnx_type_of(to)), MOTE_TF_END};

    if (to == MOTE_DTYPE_COUNT)
        mote_import_refuse(c, "to %s", mote_tf_type_name(mote_import_small(c, "DstT", 0)));
    else
        mote_tf_all(c, (mote_tf_told){"Cast", attributes, c->in, 1});
}

/* A row of conditions chooses whole rows. */
static void import_select(mote_import_call *c)
{
    const mote_import_value *condition = c->in[0], *x = c->in[1];
    mote_import_shape        shape = {.rank = x->shape.rank};
    mote_import_value       *in[] = {c->in[0], c->in[1], c->in[2]};
    int32_t                  i;

    if (condition->shape.rank == 1 && x->shape.rank > 1) {
        for (i = 0; i < shape.rank; i++)
            shape.dim[i] = i == 0 ? condition->shape.dim[0] : 1;
        in[0] = mote_tf_reshaped(c, condition, &shape);
    }
    mote_tf_all(c, (mote_tf_told){"Where", NULL, in, 3});
}

/* ---- reductions ---- */

static void import_reduce(mote_import_call *c)
{
    static const char *const    told[] = {"ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd"};
    const bool                  is_truth = c->row->kind >= 5;
    const int32_t               kind = is_truth ? c->row->kind - 3 : c->row->kind;
    const mote_import_attribute attributes[] = {MOTE_TF_INT("keepdims", mote_import_int(c, "keep_dims", 0)),
                                                MOTE_TF_INT("noop_with_empty_axes", 1), MOTE_TF_END};
    mote_import_value          *in[] = {c->in[0], c->in[1]};

    if (!is_truth)
        mote_tf_all(c, (mote_tf_told){told[kind], attributes, in, 2});
    else { /* 0 and 1: all of them are 1 if the least is */
        in[0] = mote_tf_cast(c, c->in[0], MOTE_I32);
        in[0] = mote_import_failed(c) ? NULL : mote_tf_part(c, (mote_tf_told){told[kind], attributes, in, 2});
        if (!mote_import_failed(c))
            mote_import_give_value(c, 0, mote_tf_cast(c, in[0], MOTE_BOOL));
    }
}

static void import_softmax(mote_import_call *c)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INT("axis", -1), MOTE_TF_END};

    mote_tf_all(c, (mote_tf_told){c->row->name, attributes, c->in, 1});
}

static void import_arg(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   list = mote_import_operand_ints(c, 1, NULL);
    const mote_dtype         dtype = mote_tf_dtype(mote_import_small(c, "output_type", 9));
    mote_import_op           op = {.op = (mote_op_kind)c->row->kind, .in_count = 2, .dtype = dtype};
    int32_t                  axis;
    mote_id                  in[2];

    if (mote_import_failed(c) || list.count != 1 || (dtype != MOTE_I32 && dtype != MOTE_I64)) {
        mote_import_refuse(c, "along several axes, or to another type than int32 and int64");
        return;
    }
    axis = mote_import_axis(c, list.n[0], x->shape.rank);
    in[0] = mote_import_as_file(c, x);
    in[1] = mote_import_const(c, MOTE_I32, 0, NULL, &axis);
    op.in = in;
    op.as.arg_max.out_type = (int32_t)dtype;
    mote_import_give(c, 0, mote_import_add(c, &op), NULL);
}

static void import_top_k(mote_import_call *c)
{
    const mote_import_value *x = mote_import_in(c, 0);
    const mote_import_list   k = mote_import_operand_ints(c, 1, NULL);
    mote_import_op           op = {.op = MOTE_OP_TOPK_V2, .in_count = 2};
    mote_id                  in[2], out[2];
    int32_t                  count;

    if (mote_import_failed(c) || k.count != 1 || x->shape.rank < 1 || k.n[0] < 1 ||
        k.n[0] > x->shape.dim[x->shape.rank - 1]) {
        mote_import_wrong(c, "k is not 1 to the axis' length");
        return;
    }
    count = (int32_t)k.n[0];
    in[0] = mote_import_as_file(c, x);
    in[1] = mote_import_const(c, MOTE_I32, 0, NULL, &count);
    op.in = in;
    mote_import_add_many(c, &op, out, 2);
    mote_import_give(c, 0, out[0], NULL);
    mote_import_give(c, 1, out[1], NULL);
}

static void import_cumsum(mote_import_call *c)
{
    const mote_import_attribute attributes[] = {MOTE_TF_INT("exclusive", mote_import_int(c, "exclusive", 0)),
                                                MOTE_TF_INT("reverse", mote_import_int(c, "reverse", 0)), MOTE_TF_END};

    mote_tf_all(c, (mote_tf_told){"CumSum", attributes, c->in, 2});
}

#define ONE(name)                                                                                                           \
    {                                                                                                                       \
        name, MOTE_IMPORT_ANY, 1, 1, 1, import_same, 0                                                                      \
    }
#define PAIR(name)                                                                                                          \
    {                                                                                                                       \
        name, MOTE_IMPORT_ANY, 2, 2, 1, import_same, 0                                                                      \
    }

const mote_import_row mote_tf_elementwise[] = {
    ONE("Abs"),
    ONE("Ceil"),
    ONE("Cos"),
    ONE("Exp"),
    ONE("Floor"),
    ONE("Log"),
    ONE("Neg"),
    ONE("Relu"),
    ONE("Rint"),
    ONE("Round"),
    ONE("Sigmoid"),
    ONE("Sin"),
    ONE("Sqrt"),
    ONE("Tanh"),
    ONE("Gelu"), /* of rewrite.c */
    ONE("Elu"),
    ONE("Selu"),
    ONE("Softplus"),
    ONE("Softsign"),
    ONE("Reciprocal"),
    ONE("Inv"),
    ONE("Sign"),
    ONE("Tan"),
    ONE("Sinh"),
    ONE("Cosh"),
    ONE("Asinh"),
    ONE("Acosh"),
    ONE("Atanh"),
    ONE("IsNan"),
    ONE("IsInf"),
    ONE("Erf"),
    ONE("LogicalNot"),
    ONE("Snapshot"),
    ONE("StopGradient"),
    ONE("PreventGradient"),
    ONE("CheckNumerics"),
    ONE("EnsureShape"),
    ONE("PlaceholderWithDefault"),
    ONE("ReadVariableOp"),
    ONE("RefIdentity"),
    PAIR("Add"),
    PAIR("AddV2"),
    PAIR("Sub"),
    PAIR("Mul"),
    PAIR("Div"),
    PAIR("RealDiv"),
    PAIR("Maximum"),
    PAIR("Minimum"),
    PAIR("FloorMod"),
    PAIR("Pow"),
    PAIR("Equal"),
    PAIR("Less"),
    PAIR("LessEqual"),
    PAIR("Greater"),
    PAIR("GreaterEqual"),
    PAIR("LogicalAnd"),
    PAIR("LogicalOr"),
    {"AddN", MOTE_IMPORT_ANY, 1, MOTE_NODE_IN_MAX, 1, import_same, 0},
    {"SelectV2", MOTE_IMPORT_ANY, 3, 3, 1, import_same, 0},
    {"Select", MOTE_IMPORT_ANY, 3, 3, 1, import_select, 0},
    {"Identity", MOTE_IMPORT_ANY, 1, 1, 1, import_identity, 0},
    {"IdentityN", MOTE_IMPORT_FILE, 1, INT32_MAX, INT32_MAX, import_identity_n, 0},
    {"Square", MOTE_IMPORT_ANY, 1, 1, 1, import_square, 0},
    {"SquaredDifference", MOTE_IMPORT_ANY, 2, 2, 1, import_squared_difference, 0},
    {"Rsqrt", MOTE_IMPORT_ANY, 1, 1, 1, import_rsqrt, 0},
    {"NotEqual", MOTE_IMPORT_ANY, 2, 2, 1, import_not_equal, 0},
    {"Log1p", MOTE_IMPORT_ANY, 1, 1, 1, import_log1p, 0},
    {"Expm1", MOTE_IMPORT_ANY, 1, 1, 1, import_expm1, 0},
    {"Erfc", MOTE_IMPORT_ANY, 1, 1, 1, import_erfc, 0},
    {"IsFinite", MOTE_IMPORT_ANY, 1, 1, 1, import_is_finite, 0},
    {"FloorDiv", MOTE_IMPORT_ANY, 2, 2, 1, import_floor_div, 0},
    {"Relu6", MOTE_IMPORT_ANY, 1, 1, 1, import_relu6, 0},
    {"LeakyRelu", MOTE_IMPORT_ANY, 1, 1, 1, import_leaky_relu, 0},
    {"Cast", MOTE_IMPORT_ANY, 1, 1, 1, import_cast, 0},
    {"Mean", MOTE_IMPORT_ANY, 2, 2, 1, import_reduce, 0},
    {"Sum", MOTE_IMPORT_ANY, 2, 2, 1, import_reduce, 1},
    {"Max", MOTE_IMPORT_ANY, 2, 2, 1, import_reduce, 2},
    {"Min", MOTE_IMPORT_ANY, 2, 2, 1, import_reduce, 3},
    {"Prod", MOTE_IMPORT_ANY, 2, 2, 1, import_reduce, 4},
    {"Any", MOTE_IMPORT_ANY, 2, 2, 1, import_reduce, 5},
    {"All", MOTE_IMPORT_ANY, 2, 2, 1, import_reduce, 6},
    {"Softmax", MOTE_IMPORT_ANY, 1, 1, 1, import_softmax, 0},
    {"LogSoftmax", MOTE_IMPORT_ANY, 1, 1, 1, import_softmax, 0},
    {"ArgMax", MOTE_IMPORT_FILE, 2, 2, 1, import_arg, MOTE_OP_ARG_MAX},
    {"ArgMin", MOTE_IMPORT_FILE, 2, 2, 1, import_arg, MOTE_OP_ARG_MIN},
    {"TopKV2", MOTE_IMPORT_FILE, 2, 2, 2, import_top_k, 0},
    {"Cumsum", MOTE_IMPORT_ANY, 2, 2, 1, import_cumsum, 0},
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0},
};
