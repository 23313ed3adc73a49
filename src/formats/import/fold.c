/* Arithmetic on known values, as both formats mean it: what exporters compute shapes with. It is done in 64 bits, or in
 * double where elements are floats. Operators that only move elements know themselves what to do with known values
 * (shape.c); float32 without a row here goes through mote's kernels.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "formats/import/fold.h"

/* Elements that are worked out for one node. */
enum { ELEMENTS_MAX = 1 << 24 };

typedef struct number {
    int64_t i;
    double  f;
} number;

/* ---- elements of any type ---- */

static number at(const mote_import_value *value, size_t i)
{
    number n;

    n.i = mote_dtype_is_float(value->dtype) ? 0 : mote_import_integer_at(value, i);
    n.f = mote_dtype_is_float(value->dtype) ? mote_import_number_at(value, i) : (double)n.i;
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

static number pair_floats(mote_fold_pair op, double a, double b)
{
    switch (op) {
    case MOTE_FOLD_ADD:
        return (number){0, a + b};
    case MOTE_FOLD_SUB:
        return (number){0, a - b};
    case MOTE_FOLD_MUL:
        return (number){0, a * b};
    case MOTE_FOLD_DIV:
        return (number){0, a / b};
    case MOTE_FOLD_MOD:
        return (number){0, fmod(a, b)};
    case MOTE_FOLD_POW:
        return (number){0, pow(a, b)};
    case MOTE_FOLD_MIN:
        return (number){0, a < b ? a : b};
    case MOTE_FOLD_MAX:
        return (number){0, a > b ? a : b};
    case MOTE_FOLD_EQUAL:
        return whole(a == b);
    case MOTE_FOLD_LESS:
        return whole(a < b);
    case MOTE_FOLD_LESS_EQUAL:
        return whole(a <= b);
    case MOTE_FOLD_GREATER:
        return whole(a > b);
    case MOTE_FOLD_GREATER_EQUAL:
        return whole(a >= b);
    default:
        return whole(0);
    }
}

static number pair_wholes(mote_import_call *c, mote_fold_pair op, int64_t a, int64_t b)
{
    if ((op == MOTE_FOLD_DIV || op == MOTE_FOLD_MOD) && b == 0) {
        mote_import_wrong(c, "it divides by 0");
        return whole(0);
    }
    switch (op) {
    case MOTE_FOLD_ADD:
        return whole(wrap((uint64_t)a + (uint64_t)b));
    case MOTE_FOLD_SUB:
        return whole(wrap((uint64_t)a - (uint64_t)b));
    case MOTE_FOLD_MUL:
        return whole(wrap((uint64_t)a * (uint64_t)b));
    case MOTE_FOLD_DIV:
        return whole(b == -1 ? wrap(-(uint64_t)a) : a / b);
    case MOTE_FOLD_MOD:
        return whole(floor_mod(a, b));
    case MOTE_FOLD_POW:
        return whole(power(a, b));
    case MOTE_FOLD_MIN:
        return whole(a < b ? a : b);
    case MOTE_FOLD_MAX:
        return whole(a > b ? a : b);
    case MOTE_FOLD_EQUAL:
        return whole(a == b);
    case MOTE_FOLD_LESS:
        return whole(a < b);
    case MOTE_FOLD_LESS_EQUAL:
        return whole(a <= b);
    case MOTE_FOLD_GREATER:
        return whole(a > b);
    case MOTE_FOLD_GREATER_EQUAL:
        return whole(a >= b);
    case MOTE_FOLD_AND:
        return whole(a && b);
    case MOTE_FOLD_OR:
        return whole(a || b);
    default:
        return whole(!a != !b);
    }
}

/* The shape of what repeats along each other's axes of 1. */
static bool repeat(mote_import_shape *shape, const mote_import_shape *by)
{
    mote_import_shape out = {.rank = shape->rank > by->rank ? shape->rank : by->rank};
    int32_t           i;

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
static size_t place_of(const mote_import_shape *shape, const mote_import_shape *operand, size_t k)
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

static bool is_comparison(mote_fold_pair op)
{
    return op >= MOTE_FOLD_EQUAL && op <= MOTE_FOLD_GREATER_EQUAL;
}

static void *take_elements(mote_import_call *c, mote_dtype dtype, const mote_import_shape *shape)
{
    if (mote_import_count(shape) > ELEMENTS_MAX) {
        mote_import_refuse(c, "a constant of more than %d elements is computed here", ELEMENTS_MAX);
        return NULL;
    }
    return mote_import_take(c, mote_import_count(shape), (size_t)mote_dtype_bits(dtype) / 8);
}

static mote_import_value fold_two(mote_import_call *c, mote_fold_pair op, const mote_import_value *a,
                                  const mote_import_value *b)
{
    mote_import_value out = {.dtype = is_comparison(op) ? MOTE_BOOL : a->dtype, .shape = a->shape};
    const bool        is_float = mote_dtype_is_float(a->dtype);
    void             *values;
    size_t            k, count;

    if (a->dtype != b->dtype && op != MOTE_FOLD_POW)
        mote_import_wrong(c, "operands of two types, %s and %s", mote_dtype_name(a->dtype), mote_dtype_name(b->dtype));
    else if (!repeat(&out.shape, &b->shape))
        mote_import_wrong(c, "operands whose shapes do not go together");
    values = take_elements(c, out.dtype, &out.shape);
    count = values ? mote_import_count(&out.shape) : 0;
    for (k = 0; k < count && !mote_import_failed(c); k++) {
        const number x = at(a, place_of(&out.shape, &a->shape, k)), y = at(b, place_of(&out.shape, &b->shape, k));
        put(values, out.dtype, k, is_float ? pair_floats(op, x.f, y.f) : pair_wholes(c, op, x.i, y.i));
    }
    out.known = values;
    return out;
}

void mote_import_fold_pairs(mote_import_call *c, int32_t kind)
{
    mote_import_value    out = *c->in[0];
    const mote_fold_pair op = (mote_fold_pair)kind;
    int32_t              i;

    for (i = 1; i < c->in_count && !mote_import_failed(c); i++)
        out = fold_two(c, op, &out, c->in[i]);
    if (!mote_import_failed(c))
        mote_import_give_known(c, 0, out.dtype, &out.shape, out.known);
}

/* ---- one operand ---- */

static number single(mote_fold_single op, number x, bool is_float)
{
    switch (op) {
    case MOTE_FOLD_NEG:
        return is_float ? (number){0, -x.f} : whole(wrap(-(uint64_t)x.i));
    case MOTE_FOLD_ABS:
        return is_float ? (number){0, fabs(x.f)} : whole(x.i < 0 ? wrap(-(uint64_t)x.i) : x.i);
    case MOTE_FOLD_FLOOR:
        return (number){x.i, floor(x.f)};
    case MOTE_FOLD_CEIL:
        return (number){x.i, ceil(x.f)};
    case MOTE_FOLD_SQRT:
        return (number){0, sqrt(x.f)};
    case MOTE_FOLD_NOT:
        return whole(!x.i);
    case MOTE_FOLD_SIGN:
        return is_float ? (number){0, (double)((x.f > 0) - (x.f < 0))} : whole((x.i > 0) - (x.i < 0));
    case MOTE_FOLD_RECIPROCAL:
        return (number){0, 1 / x.f};
    case MOTE_FOLD_EXP:
        return (number){0, exp(x.f)};
    default:
        return (number){0, log(x.f)};
    }
}

void mote_import_fold_single(mote_import_call *c, int32_t kind)
{
    const mote_import_value *x = c->in[0];
    const size_t             count = mote_import_count(&x->shape);
    void                    *values = take_elements(c, x->dtype, &x->shape);
    size_t                   k;

    for (k = 0; values && k < count; k++)
        put(values, x->dtype, k, single((mote_fold_single)kind, at(x, k), mote_dtype_is_float(x->dtype)));
    mote_import_give_known(c, 0, x->dtype, &x->shape, values);
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

void mote_import_fold_cast_to(mote_import_call *c, mote_dtype to)
{
    const mote_import_value *x = c->in[0];
    const size_t             count = mote_import_count(&x->shape);
    void                    *values;
    size_t                   k;

    if (to == MOTE_DTYPE_COUNT || to == MOTE_F16 || x->dtype == MOTE_F16) {
        mote_import_refuse(c, "from or to a type that is not supported");
        return;
    }
    values = take_elements(c, to, &x->shape);
    for (k = 0; values && k < count; k++)
        put(values, to, k, converted(at(x, k), x->dtype, to));
    mote_import_give_known(c, 0, to, &x->shape, values);
}

/* ---- Where ---- */

void mote_import_fold_where(mote_import_call *c, int32_t kind)
{
    const mote_import_value *a = c->in[1], *b = c->in[2];
    mote_import_shape        shape = c->in[0]->shape;
    void                    *values;
    size_t                   k, count;

    (void)kind;
    if (!repeat(&shape, &a->shape) || !repeat(&shape, &b->shape) || a->dtype != b->dtype || c->in[0]->dtype != MOTE_BOOL)
        mote_import_wrong(c, "operands whose shapes or types do not go together");
    values = take_elements(c, a->dtype, &shape);
    count = values ? mote_import_count(&shape) : 0;
    for (k = 0; k < count; k++)
        put(values, a->dtype, k,
            at(c->in[0], place_of(&shape, &c->in[0]->shape, k)).i ? at(a, place_of(&shape, &a->shape, k))
                                                                  : at(b, place_of(&shape, &b->shape, k)));
    mote_import_give_known(c, 0, a->dtype, &shape, values);
}

/* ---- reductions ---- */

static number reduced(mote_import_call *c, mote_fold_reduce op, number a, number b, bool is_float)
{
    static const mote_fold_pair pairs[] = {MOTE_FOLD_ADD, MOTE_FOLD_MUL, MOTE_FOLD_MIN, MOTE_FOLD_MAX};

    return is_float ? pair_floats(pairs[op], a.f, b.f) : pair_wholes(c, pairs[op], a.i, b.i);
}

void mote_import_fold_reduce_over(mote_import_call *c, mote_fold_reduce kind, uint32_t axes, bool keeps)
{
    const mote_import_value *x = c->in[0];
    const bool               is_float = mote_dtype_is_float(x->dtype);
    mote_import_shape        kept = x->shape, out = {0};
    void                    *values;
    bool                    *is_begun;
    size_t                   k, count = mote_import_count(&x->shape);
    int32_t                  i;

    for (i = 0; i < x->shape.rank; i++) {
        kept.dim[i] = axes >> i & 1u ? 1 : x->shape.dim[i];
        if (keeps || !(axes >> i & 1u))
            out.dim[out.rank++] = kept.dim[i];
    }
    values = take_elements(c, x->dtype, &kept);
    is_begun = mote_import_take(c, mote_import_count(&kept), sizeof *is_begun);
    for (k = 0; values && is_begun && k < count; k++) {
        const size_t            place = place_of(&x->shape, &kept, k);
        const mote_import_value so_far = {.dtype = x->dtype, .known = values};
        put(values, x->dtype, place, is_begun[place] ? reduced(c, kind, at(&so_far, place), at(x, k), is_float) : at(x, k));
        is_begun[place] = true;
    }
    if (count == 0)
        mote_import_refuse(c, "nothing to reduce");
    mote_import_give_known(c, 0, x->dtype, &out, values);
}

/* ---- NonZero ---- */

void mote_import_fold_non_zero(mote_import_call *c, int32_t kind)
{
    const mote_import_value *x = c->in[0];
    const size_t             count = mote_import_count(&x->shape);
    mote_import_shape        shape = {.rank = 2, .dim = {x->shape.rank, 0}};
    int64_t                 *places;
    size_t                   k, left, found = 0, n = 0;
    int32_t                  i;

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
    mote_import_give_known(c, 0, MOTE_I64, &shape, places);
}

/* ---- which ---- */

static bool all_known(const mote_import_call *c)
{
    int32_t i;

    for (i = 0; i < c->in_count; i++)
        if (c->in[i] && (!c->in[i]->known || c->in[i]->dtype == MOTE_F16))
            return false;
    return c->in_count > 0;
}

bool mote_import_fold(mote_import_call *c)
{
    return mote_import_fold_by(c, c->im->format->folds);
}

bool mote_import_fold_by(mote_import_call *c, const mote_import_fold_row *row)
{
    if (!all_known(c))
        return false;
    while (row->name && strcmp(row->name, c->row->name) != 0)
        row++;
    if (!row->name || (row->applies && !row->applies(c)))
        return false;
    row->fold(c, row->kind);
    return true;
}
