/* Arithmetic on known values, with ONNX' own meaning: what exporters compute shapes with. It is done in 64 bits, or in
 * double where elements are floats. Operators that only move elements know themselves what to do with known values
 * (shape.c); float32 without a row here goes through mote's kernels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/onnx/import.h"

/* Elements that are worked out for one node. */
enum { ELEMENTS_MAX = 1 << 24 };

typedef struct number {
    int64_t i;
    double  f;
} number;

/* ---- elements of any type ---- */

static number at(const mote_onnx_value *value, size_t i)
{
    number n;

    n.i = mote_dtype_is_float(value->dtype) ? 0 : mote_onnx_integer_at(value, i);
    n.f = mote_dtype_is_float(value->dtype) ? mote_onnx_number_at(value, i) : (double)n.i;
    return n;
}

static void put(void *values, mote_dtype dtype, size_t i, number n)
{
    switch (dtype) {
    case MOTE_F32:
        ((float *)values)[i] = (float)n.f;
        return;
    case MOTE_F64:
        ((double *)values)[i] = n.f;
        return;
    case MOTE_I64:
    case MOTE_U64:
        ((int64_t *)values)[i] = n.i;
        return;
    case MOTE_I32:
    case MOTE_U32:
        ((uint32_t *)values)[i] = (uint32_t)n.i;
        return;
    case MOTE_I16:
    case MOTE_U16:
        ((uint16_t *)values)[i] = (uint16_t)n.i;
        return;
    default:
        ((uint8_t *)values)[i] = (uint8_t)n.i;
        return;
    }
}

static number whole(int64_t i)
{
    return (number){i, (double)i};
}

static int64_t wrap(uint64_t bits)
{
    return (int64_t)bits;
}

/* ---- pairs ---- */

typedef enum pair_op {
    ADD,
    SUB,
    MUL,
    DIV,
    MOD,
    POW,
    MIN,
    MAX,
    EQUAL,
    LESS,
    LESS_EQUAL,
    GREATER,
    GREATER_EQUAL,
    AND,
    OR,
    XOR
} pair_op;

static int64_t power(int64_t base, int64_t exponent)
{
    uint64_t result = 1, factor = (uint64_t)base;

    for (; exponent > 0; exponent >>= 1, factor *= factor)
        result *= exponent & 1 ? factor : 1;
    return wrap(result);
}

/* The remainder has the divisor's sign. */
static int64_t floor_mod(int64_t a, int64_t b)
{
    const int64_t rest = b == -1 ? 0 : a % b;

    return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

static number pair_floats(pair_op op, double a, double b)
{
    switch (op) {
    case ADD:
        return (number){0, a + b};
    case SUB:
        return (number){0, a - b};
    case MUL:
        return (number){0, a * b};
    case DIV:
        return (number){0, a / b};
    case MOD:
        return (number){0, fmod(a, b)};
    case POW:
        return (number){0, pow(a, b)};
    case MIN:
        return (number){0, a < b ? a : b};
    case MAX:
        return (number){0, a > b ? a : b};
    case EQUAL:
        return whole(a == b);
    case LESS:
        return whole(a < b);
    case LESS_EQUAL:
        return whole(a <= b);
    case GREATER:
        return whole(a > b);
    case GREATER_EQUAL:
        return whole(a >= b);
    default:
        return whole(0);
    }
}

static number pair_wholes(mote_onnx_call *c, pair_op op, int64_t a, int64_t b)
{
    if ((op == DIV || op == MOD) && b == 0) {
        mote_onnx_wrong(c, "it divides by 0");
        return whole(0);
    }
    switch (op) {
    case ADD:
        return whole(wrap((uint64_t)a + (uint64_t)b));
    case SUB:
        return whole(wrap((uint64_t)a - (uint64_t)b));
    case MUL:
        return whole(wrap((uint64_t)a * (uint64_t)b));
    case DIV:
        return whole(b == -1 ? wrap(-(uint64_t)a) : a / b);
    case MOD:
        return whole(floor_mod(a, b));
    case POW:
        return whole(power(a, b));
    case MIN:
        return whole(a < b ? a : b);
    case MAX:
        return whole(a > b ? a : b);
    case EQUAL:
        return whole(a == b);
    case LESS:
        return whole(a < b);
    case LESS_EQUAL:
        return whole(a <= b);
    case GREATER:
        return whole(a > b);
    case GREATER_EQUAL:
        return whole(a >= b);
    case AND:
        return whole(a && b);
    case OR:
        return whole(a || b);
    default:
        return whole(!a != !b);
    }
}

/* The shape of what repeats along each other's axes of 1. */
static bool repeat(mote_onnx_shape *shape, const mote_onnx_shape *by)
{
    mote_onnx_shape out = {.rank = shape->rank > by->rank ? shape->rank : by->rank};
    int32_t         i;

    for (i = 1; i <= out.rank; i++) {
        const int32_t a = i <= shape->rank ? shape->dim[shape->rank - i] : 1, b = i <= by->rank ? by->dim[by->rank - i] : 1;
        if (a != b && a != 1 && b != 1)
            return false;
        out.dim[out.rank - i] = a == 1 ? b : a;
    }
    *shape = out;
    return true;
}

/* Where the operand's element for element k of the shape lies. */
static size_t place_of(const mote_onnx_shape *shape, const mote_onnx_shape *operand, size_t k)
{
    size_t  place = 0, step = 1;
    int32_t i;

    for (i = 1; i <= shape->rank; i++) {
        const size_t size = (size_t)shape->dim[shape->rank - i];
        if (i <= operand->rank) {
            const size_t own = (size_t)operand->dim[operand->rank - i];
            place += own == 1 ? 0 : k % size * step;
            step *= own;
        }
        k /= size;
    }
    return place;
}

static bool is_comparison(pair_op op)
{
    return op >= EQUAL && op <= GREATER_EQUAL;
}

static void *take_elements(mote_onnx_call *c, mote_dtype dtype, const mote_onnx_shape *shape)
{
    if (mote_onnx_count(shape) > ELEMENTS_MAX) {
        mote_onnx_refuse(c, "a constant of more than %d elements is computed here", ELEMENTS_MAX);
        return NULL;
    }
    return mote_onnx_take(c, mote_onnx_count(shape), (size_t)mote_dtype_bits(dtype) / 8);
}

static mote_onnx_value fold_two(mote_onnx_call *c, pair_op op, const mote_onnx_value *a, const mote_onnx_value *b)
{
    mote_onnx_value out = {.dtype = is_comparison(op) ? MOTE_BOOL : a->dtype, .shape = a->shape};
    const bool      is_float = mote_dtype_is_float(a->dtype);
    void           *values;
    size_t          k, count;

    if (a->dtype != b->dtype && op != POW)
        mote_onnx_wrong(c, "operands of two types, %s and %s", mote_dtype_name(a->dtype), mote_dtype_name(b->dtype));
    else if (!repeat(&out.shape, &b->shape))
        mote_onnx_wrong(c, "operands whose shapes do not go together");
    values = take_elements(c, out.dtype, &out.shape);
    count = values ? mote_onnx_count(&out.shape) : 0;
    for (k = 0; k < count && !mote_onnx_failed(c); k++) {
        const number x = at(a, place_of(&out.shape, &a->shape, k)), y = at(b, place_of(&out.shape, &b->shape, k));
        put(values, out.dtype, k, is_float ? pair_floats(op, x.f, y.f) : pair_wholes(c, op, x.i, y.i));
    }
    out.known = values;
    return out;
}

static void fold_pairs(mote_onnx_call *c, int32_t kind)
{
    mote_onnx_value out = *c->in[0];
    const pair_op   op = (pair_op)kind;
    int32_t         i;

    for (i = 1; i < c->in_count && !mote_onnx_failed(c); i++)
        out = fold_two(c, op, &out, c->in[i]);
    if (!mote_onnx_failed(c))
        mote_onnx_give_known(c, 0, out.dtype, &out.shape, out.known);
}

/* ---- one operand ---- */

typedef enum single_op { NEG, ABS, FLOOR, CEIL, SQRT, NOT, SIGN, RECIPROCAL, EXP_, LOG_ } single_op;

static number single(single_op op, number x, bool is_float)
{
    switch (op) {
    case NEG:
        return is_float ? (number){0, -x.f} : whole(wrap(-(uint64_t)x.i));
    case ABS:
        return is_float ? (number){0, fabs(x.f)} : whole(x.i < 0 ? wrap(-(uint64_t)x.i) : x.i);
    case FLOOR:
        return (number){x.i, floor(x.f)};
    case CEIL:
        return (number){x.i, ceil(x.f)};
    case SQRT:
        return (number){0, sqrt(x.f)};
    case NOT:
        return whole(!x.i);
    case SIGN:
        return is_float ? (number){0, (double)((x.f > 0) - (x.f < 0))} : whole((x.i > 0) - (x.i < 0));
    case RECIPROCAL:
        return (number){0, 1 / x.f};
    case EXP_:
        return (number){0, exp(x.f)};
    default:
        return (number){0, log(x.f)};
    }
}

static void fold_single(mote_onnx_call *c, int32_t kind)
{
    const mote_onnx_value *x = c->in[0];
    const size_t           count = mote_onnx_count(&x->shape);
    void                  *values = take_elements(c, x->dtype, &x->shape);
    size_t                 k;

    for (k = 0; values && k < count; k++)
        put(values, x->dtype, k, single((single_op)kind, at(x, k), mote_dtype_is_float(x->dtype)));
    mote_onnx_give_known(c, 0, x->dtype, &x->shape, values);
}

/* ---- Cast ---- */

static number converted(number n, mote_dtype from, mote_dtype to)
{
    if (to == MOTE_BOOL)
        return whole(mote_dtype_is_float(from) ? n.f != 0 : n.i != 0);
    if (mote_dtype_is_float(from) && !mote_dtype_is_float(to))
        return whole(n.f > -9.2e18 && n.f < 9.2e18 ? (int64_t)n.f : n.f > 0 ? INT64_MAX : INT64_MIN);
    return n;
}

static void fold_cast(mote_onnx_call *c, int32_t kind)
{
    const mote_onnx_value *x = c->in[0];
    const size_t           count = mote_onnx_count(&x->shape);
    const mote_dtype       to = kind ? c->in[1]->dtype : mote_onnx_dtype(mote_onnx_small(c, "to", 0));
    void                  *values;
    size_t                 k;

    if (to == MOTE_DTYPE_COUNT || to == MOTE_F16 || x->dtype == MOTE_F16) {
        mote_onnx_refuse(c, "from or to a type that is not supported");
        return;
    }
    values = take_elements(c, to, &x->shape);
    for (k = 0; values && k < count; k++)
        put(values, to, k, converted(at(x, k), x->dtype, to));
    mote_onnx_give_known(c, 0, to, &x->shape, values);
}

/* ---- Where ---- */

static void fold_where(mote_onnx_call *c, int32_t kind)
{
    const mote_onnx_value *a = c->in[1], *b = c->in[2];
    mote_onnx_shape        shape = c->in[0]->shape;
    void                  *values;
    size_t                 k, count;

    (void)kind;
    if (!repeat(&shape, &a->shape) || !repeat(&shape, &b->shape) || a->dtype != b->dtype || c->in[0]->dtype != MOTE_BOOL)
        mote_onnx_wrong(c, "operands whose shapes or types do not go together");
    values = take_elements(c, a->dtype, &shape);
    count = values ? mote_onnx_count(&shape) : 0;
    for (k = 0; k < count; k++)
        put(values, a->dtype, k,
            at(c->in[0], place_of(&shape, &c->in[0]->shape, k)).i ? at(a, place_of(&shape, &a->shape, k))
                                                                  : at(b, place_of(&shape, &b->shape, k)));
    mote_onnx_give_known(c, 0, a->dtype, &shape, values);
}

/* ---- reductions ---- */

typedef enum reduce_op { REDUCE_SUM, REDUCE_PROD, REDUCE_MIN, REDUCE_MAX } reduce_op;

static number reduced(mote_onnx_call *c, reduce_op op, number a, number b, bool is_float)
{
    static const pair_op pairs[] = {ADD, MUL, MIN, MAX};

    return is_float ? pair_floats(pairs[op], a.f, b.f) : pair_wholes(c, pairs[op], a.i, b.i);
}

static void fold_reduce(mote_onnx_call *c, int32_t kind)
{
    const mote_onnx_value *x = c->in[0];
    const bool             keeps = mote_onnx_int(c, "keepdims", 1) != 0, is_float = mote_dtype_is_float(x->dtype);
    const mote_onnx_list   list = mote_onnx_operand_ints(c, 1, "axes");
    const uint32_t         all = mote_onnx_int(c, "noop_with_empty_axes", 0) ? 0 : (1u << x->shape.rank) - 1u;
    const uint32_t         axes = mote_onnx_axes(c, list, x->shape.rank, all);
    mote_onnx_shape        kept = x->shape, out = {0};
    void                  *values;
    bool                  *is_begun;
    size_t                 k, count = mote_onnx_count(&x->shape);
    int32_t                i;

    for (i = 0; i < x->shape.rank; i++) {
        kept.dim[i] = axes >> i & 1u ? 1 : x->shape.dim[i];
        if (keeps || !(axes >> i & 1u))
            out.dim[out.rank++] = kept.dim[i];
    }
    values = take_elements(c, x->dtype, &kept);
    is_begun = mote_onnx_take(c, mote_onnx_count(&kept), sizeof *is_begun);
    for (k = 0; values && is_begun && k < count; k++) {
        const size_t          place = place_of(&x->shape, &kept, k);
        const mote_onnx_value so_far = {.dtype = x->dtype, .known = values};
        put(values, x->dtype, place,
            is_begun[place] ? reduced(c, (reduce_op)kind, at(&so_far, place), at(x, k), is_float) : at(x, k));
        is_begun[place] = true;
    }
    if (count == 0)
        mote_onnx_refuse(c, "nothing to reduce");
    mote_onnx_give_known(c, 0, x->dtype, &out, values);
}

/* ---- NonZero ---- */

static void fold_non_zero(mote_onnx_call *c, int32_t kind)
{
    const mote_onnx_value *x = c->in[0];
    const size_t           count = mote_onnx_count(&x->shape);
    mote_onnx_shape        shape = {.rank = 2, .dim = {x->shape.rank, 0}};
    int64_t               *places;
    size_t                 k, left, found = 0, n = 0;
    int32_t                i;

    (void)kind;
    for (k = 0; k < count; k++)
        found += at(x, k).f != 0;
    shape.dim[1] = (int32_t)found;
    places = take_elements(c, MOTE_I64, &shape);
    for (k = 0; places && k < count; k++) {
        if (at(x, k).f == 0)
            continue;
        for (left = k, i = x->shape.rank - 1; i >= 0; i--) {
            places[(size_t)i * found + n] = (int64_t)(left % (size_t)x->shape.dim[i]);
            left /= (size_t)x->shape.dim[i];
        }
        n++;
    }
    mote_onnx_give_known(c, 0, MOTE_I64, &shape, places);
}

/* ---- the table ---- */

static const struct {
    const char *name;
    void (*fold)(mote_onnx_call *c, int32_t kind);
    int32_t kind;
} folds[] = {
    {"Add", fold_pairs, ADD},
    {"Sub", fold_pairs, SUB},
    {"Mul", fold_pairs, MUL},
    {"Div", fold_pairs, DIV},
    {"Mod", fold_pairs, MOD},
    {"Pow", fold_pairs, POW},
    {"Min", fold_pairs, MIN},
    {"Max", fold_pairs, MAX},
    {"Sum", fold_pairs, ADD},
    {"Equal", fold_pairs, EQUAL},
    {"Less", fold_pairs, LESS},
    {"LessOrEqual", fold_pairs, LESS_EQUAL},
    {"Greater", fold_pairs, GREATER},
    {"GreaterOrEqual", fold_pairs, GREATER_EQUAL},
    {"And", fold_pairs, AND},
    {"Or", fold_pairs, OR},
    {"Xor", fold_pairs, XOR},
    {"Neg", fold_single, NEG},
    {"Abs", fold_single, ABS},
    {"Floor", fold_single, FLOOR},
    {"Ceil", fold_single, CEIL},
    {"Sqrt", fold_single, SQRT},
    {"Not", fold_single, NOT},
    {"Sign", fold_single, SIGN},
    {"Reciprocal", fold_single, RECIPROCAL},
    {"Exp", fold_single, EXP_},
    {"Log", fold_single, LOG_},
    {"Cast", fold_cast, 0},
    {"CastLike", fold_cast, 1},
    {"Where", fold_where, 0},
    {"ReduceSum", fold_reduce, REDUCE_SUM},
    {"ReduceProd", fold_reduce, REDUCE_PROD},
    {"ReduceMin", fold_reduce, REDUCE_MIN},
    {"ReduceMax", fold_reduce, REDUCE_MAX},
    {"NonZero", fold_non_zero, 0},
};

static bool all_known(const mote_onnx_call *c)
{
    int32_t i;

    for (i = 0; i < c->in_count; i++)
        if (c->in[i] && (!c->in[i]->known || c->in[i]->dtype == MOTE_F16))
            return false;
    return c->in_count > 0;
}

/* Of Mod with fmod whole numbers have another sign here. */
static bool has_other_meaning(const mote_onnx_call *c, int32_t i)
{
    const bool is_mod = folds[i].fold == fold_pairs && folds[i].kind == MOD;

    return is_mod && (mote_onnx_has(c, "fmod") != mote_dtype_is_float(c->in[0]->dtype));
}

bool mote_onnx_fold(mote_onnx_call *c)
{
    size_t i;

    for (i = 0; all_known(c) && i < sizeof folds / sizeof *folds; i++)
        if (strcmp(folds[i].name, c->row->name) == 0 && !has_other_meaning(c, (int32_t)i)) {
            folds[i].fold(c, folds[i].kind);
            return true;
        }
    return false;
}
