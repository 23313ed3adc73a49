/* What an operator is, described once: runtime/ops/NAME.h has its attributes, its shape rule, and for each combination of
 * types how the kernel's parameters are prepared. The host (which plans, trains and compiles) and the interpreter on the
 * chip both include that header, as both include its kernels.
 *
 *     mrt_call        one operator of one model: its operands, its attributes, and what is found out about it
 *     mrt_operator    shape: works out the outputs' types and shapes, or says why they cannot be
 *                     rows:  types, and `prepare`, which checks scales, fills the kernel's parameters, says which kernel
 * runs, what scratch it needs, and which operands its output may replace
 *
 * prepare is called several times: to measure, to plan, and at last to fill memory. mrt_take then returns NULL while nothing
 * is to be filled; all else must be the same each time.
 *
 * Who defines MRT_TRUSTED knows that every operator of his file is right: mote compile, which opened the very file before.
 *
 * MRT_REQUIRE and MRT_REFUSE are one line that gives a sentence where MRT_SENTENCES is defined (the host), else the reason.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OP_H
#define MRT_OP_H

#include "kernels/rescale.h"
#include "reason.h"

/* TensorFlow Lite's codes. */
typedef enum mrt_type {
    MRT_F32 = 0,
    MRT_F16 = 1,
    MRT_I32 = 2,
    MRT_U8 = 3,
    MRT_I64 = 4,
    MRT_BOOL = 6,
    MRT_I16 = 7,
    MRT_I8 = 9,
    MRT_F64 = 10,
    MRT_U64 = 12,
    MRT_RESOURCE = 13, /* a variable's handle; nothing computes with it */
    MRT_U32 = 15,
    MRT_U16 = 16,
    MRT_I4 = 17,
    /* In rows only: whole classes. */
    MRT_ANY = 64,  /* of whole bytes: all but int4 */
    MRT_AS_FIRST,  /* the type of operand 0 */
    MRT_INDEX,     /* int32 or int64 */
    MRT_REST = 128 /* beside `out`: it is output 0's; shape sees to the others' */
} mrt_type;

enum { MRT_RANK_MAX = 8, MRT_ROW_TYPES = 4 };

typedef enum mrt_kind { MRT_ACTIVATION = 0, MRT_CONST, MRT_STATE, MRT_ABSENT } mrt_kind;

/* A tensor as an operator sees it. Constants and quantization lie where they are stored: in the file, little-endian at any
 * address, or in the host's memory. */
typedef struct mrt_tensor {
    mrt_type       type;
    mrt_kind       kind;
    int32_t        is_batched; /* dim[0] is 1 and counts samples */
    int32_t        is_open;    /* another dimension is what follows from operands: in files only */
    int32_t        rank, dim[MRT_RANK_MAX];
    uint32_t       count, bytes; /* both at most INT32_MAX */
    const uint8_t *data;         /* CONST: its values */
    const uint8_t *scales, *zeros;
    uint32_t       scale_count, zero_count; /* 0: real numbers; fewer zeros than scales: the first is all channels' */
    uint32_t       zero_bytes;              /* one zero point's: 8 in a file */
    int32_t        axis;                    /* along which there are several scales */
} mrt_tensor;

typedef void mrt_run_function(const void *params, const mrt_io *io);

/* What a row names: the host knows more of a kernel than its function (MRT_RUN below). */
#if defined(MRT_SENTENCES)
typedef const struct mote_kernel *mrt_kernel_ref;
#else
typedef mrt_run_function *mrt_kernel_ref;
#endif

typedef struct mrt_call mrt_call;

/* What mrt_call.mixes may say. MAY_MIX: the operator cannot tell whether axis 0 of an output counts samples; where there are
 * other axes and it is 1, it does if an operand's does. */
enum { MRT_MIXES = 1, MRT_MAY_MIX };

/* What the two sides do each in their own way. */
typedef struct mrt_side {
    /* An array that parameters point to: memory that lasts, filled by the caller; NULL while only counting. */
    void *(*take)(mrt_call *c, const char *role, mrt_type type, size_t count);
    /* A constant's values at a multiple of their width, where parameters point to them; NULL while only counting. `beyond`:
     * how many bytes behind the last may be read. */
    const void *(*constant)(mrt_call *c, const mrt_tensor *tensor, const char *role, size_t beyond);
    /* Stores a parameter struct that has so many pointers: c->params. */
    void (*store)(mrt_call *c, const void *params, size_t bytes, uint32_t pointers);
#if defined(MRT_SENTENCES)
    mrt_reason (*refuse)(mrt_call *c, mrt_reason reason, const char *format, ...) __attribute__((format(printf, 3, 4)));
#endif
} mrt_side;

struct mrt_call {
    const mrt_side   *side;
    void             *owner;      /* the side's own */
    const void       *attributes; /* the struct that the operator's attributes fill */
    mrt_activation    activation; /* the fused one */
    const mrt_tensor *in;         /* of kind MRT_ABSENT where it is left out */
    mrt_tensor       *out;        /* shape fills type, rank, dim; or they are checked against what is stored */
    int32_t           in_count, out_count;
    int32_t           is_checking; /* outputs' shapes are stored already */
    int32_t           mixes;       /* result of shape: outputs have no batch, though operands have one; or MRT_MAY_MIX */
    /* results of prepare */
    const void *params;
    uint32_t    scratch_bytes;
    uint32_t    state_bytes;     /* of memory that outlives an invoke, zeroed by a reset: io->state, at a multiple of 4 */
    uint32_t    in_place;        /* bit i: out[0] may be in[i], where that is computed and not needed any more */
    uint64_t    constants;       /* bit i: constant operand i comes in io->in[]; the others are in the parameters only */
    int32_t     may_be_constant; /* it may read nothing but constants, all of which come */
    int32_t     by_number; /* io->in[i] is operand i, NULL where that does not come; else those that come stand in order */
    uint64_t    work;      /* an invoke's; as many as there are values where it is 0 */
#if defined(MRT_SENTENCES)
    int32_t   may_overlap;
    ptrdiff_t overlap;
#else
    mrt_run_function *run; /* the row's, unless the interpreter chose a faster one */
    int32_t           is_view;
#endif
};

/* ---- attributes ---- */

typedef enum mrt_attribute_kind {
    MRT_ATTRIBUTE_I32 = 0,
    MRT_ATTRIBUTE_F32,
    MRT_ATTRIBUTE_BOOL,       /* int32_t, from one byte */
    MRT_ATTRIBUTE_BYTE,       /* int32_t, from one byte with a sign: an enumeration */
    MRT_ATTRIBUTE_PADDING,    /* int32_t: MRT_PADDING_SAME, or MRT_PADDING_VALID */
    MRT_ATTRIBUTE_ACTIVATION, /* mrt_call's activation; member is not looked at */
    MRT_ATTRIBUTE_IGNORED     /* nothing depends on it; written as its default */
} mrt_attribute_kind;

/* One field of a TensorFlow Lite option table, and the member that it fills. Of a custom operator: `field` is the place of
 * its key in mrt_operator.names; only I32, F32 and BOOL are looked at. */
typedef struct mrt_attribute {
    uint8_t field, kind;
    uint8_t offset;
    int8_t  standard; /* what an absent field means */
#if defined(MRT_SENTENCES)
    const char *name; /* schema.fbs' */
#endif
} mrt_attribute;

#if defined(MRT_SENTENCES)
#define MRT_ATTRIBUTE(kind, T, member, field, standard)                                                                     \
    {                                                                                                                       \
        field, MRT_ATTRIBUTE_##kind, (uint8_t)offsetof(T, member), standard, #member                                        \
    }
#define MRT_ATTRIBUTE_OF_CALL(kind, name, field, standard)                                                                  \
    {                                                                                                                       \
        field, MRT_ATTRIBUTE_##kind, 0, standard, name                                                                      \
    }
#else
#define MRT_ATTRIBUTE(kind, T, member, field, standard)                                                                     \
    {                                                                                                                       \
        field, MRT_ATTRIBUTE_##kind, (uint8_t)offsetof(T, member), standard                                                 \
    }
#define MRT_ATTRIBUTE_OF_CALL(kind, name, field, standard)                                                                  \
    {                                                                                                                       \
        field, MRT_ATTRIBUTE_##kind, 0, standard                                                                            \
    }
#endif
#define MRT_FUSED_ACTIVATION(field) MRT_ATTRIBUTE_OF_CALL(ACTIVATION, "fused_activation_function", field, 0)

/* The word that an attribute has where a file does not say it. */
static MRT_COLD uint32_t mrt_attribute_absent(const mrt_attribute *a)
{
    union {
        float    real;
        uint32_t bits;
    } word;

    if (a->kind != MRT_ATTRIBUTE_F32)
        return (uint32_t)(int32_t)a->standard;
    word.real = (float)a->standard;
    return word.bits;
}

/* ---- the operator ---- */

typedef mrt_reason mrt_prepare_function(mrt_call *c);

/* The version of rows that mote alone has. Others have none so high, so they refuse such a file: LiteRT would read int16
 * weights as int8. */
enum { MRT_OWN_VERSION = 100 };

/* One combination of types. The last of in[] goes for all operands after it, out for all outputs; an operand that is left
 * out matches. in_count 0 ends a table. */
typedef struct mrt_row {
    uint8_t               out, in[MRT_ROW_TYPES], in_count;
    uint8_t               version_min, version_max; /* of TensorFlow Lite's operator, that a file may state */
    mrt_prepare_function *prepare;                  /* NULL: out is in[0]'s bytes, a view */
    mrt_kernel_ref        kernels;                  /* MRT_RUN(NAME); on the host the faster ones follow it */
} mrt_row;

/* The row without operands that ends a table. */
#define MRT_ROWS_END                                                                                                        \
    {                                                                                                                       \
        0, {0, 0, 0, 0}, 0, 0, 0, NULL, NULL                                                                                \
    }

struct mrt_operator {
    int16_t              builtin_code;
    uint8_t              options_type; /* of TensorFlow Lite's union BuiltinOptions; 0: it has none */
    uint8_t              in_min, in_max, out_min, out_max;
    const char *const   *names; /* NULL: builtin. Else its custom code, and from 1 on the keys of its options */
    uint8_t              attribute_count;
    const mrt_attribute *attributes;
    mrt_reason (*shape)(mrt_call *c);
    const mrt_row *rows;
};
typedef struct mrt_operator mrt_operator;

/* The members names, attribute_count and attributes: of a builtin operator with attributes and of one without, then of a
 * custom one, whose builtin_code is MRT_CUSTOM_CODE. */
#define MRT_ATTRIBUTES(fields)    NULL, (uint8_t)(sizeof(fields) / sizeof *(fields)), fields
#define MRT_NO_ATTRIBUTES         NULL, 0, NULL
#define MRT_CUSTOM(names, fields) names, (uint8_t)(sizeof(fields) / sizeof *(fields)), fields
#define MRT_CUSTOM_WITHOUT(names) names, 0, NULL
enum { MRT_CUSTOM_CODE = 32 };

/* ---- refusals ---- */

#define MRT_TRY(call)                                                                                                       \
    do {                                                                                                                    \
        const mrt_reason reason_ = (call);                                                                                  \
        if (reason_ != MRT_REASON_NONE)                                                                                     \
            return reason_;                                                                                                 \
    } while (0)

#if defined(MRT_SENTENCES)
#define MRT_REFUSE(c, REASON, ...) (c)->side->refuse(c, MRT_REASON_##REASON, __VA_ARGS__)
#else
#define MRT_REFUSE(c, REASON, ...) ((void)(c), MRT_REASON_##REASON)
#endif

#if defined(MRT_TRUSTED)
#define MRT_REQUIRE(c, condition, REASON, ...) ((void)(c), (void)(condition))
#else
#define MRT_REQUIRE(c, condition, REASON, ...)                                                                              \
    do {                                                                                                                    \
        if (!(condition))                                                                                                   \
            return MRT_REFUSE(c, REASON, __VA_ARGS__);                                                                      \
    } while (0)
#endif

/* How far out[0] may run over in[0] while it is computed: the least distance in bytes from the output's first to the input's
 * at which every value is read before its place is written. Only the host's plans ask. */
#if defined(MRT_SENTENCES)
#define MRT_SET_OVERLAP(c, distance)                                                                                        \
    do {                                                                                                                    \
        (c)->may_overlap = 1;                                                                                               \
        (c)->overlap = (distance);                                                                                          \
    } while (0)
#else
#define MRT_SET_OVERLAP(c, distance) ((void)(c))
#endif

static MRT_COLD int mrt_is_finite(float x)
{
    return x >= -MRT_F32_MAX && x <= MRT_F32_MAX;
}

/* ---- operands ---- */

MRT_INLINE int mrt_has(const mrt_call *c, int32_t i)
{
    return i < c->in_count && c->in[i].kind != MRT_ABSENT;
}

MRT_INLINE int mrt_is_const(const mrt_call *c, int32_t i)
{
    return i < c->in_count && c->in[i].kind == MRT_CONST;
}

/* Chips that load a word from any address do so here: compilers see it. */
MRT_INLINE uint32_t mrt_load_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static MRT_COLD float mrt_load_f32(const uint8_t *at)
{
    union {
        uint32_t bits;
        float    value;
    } word;

    word.bits = mrt_load_u32(at);
    return word.value;
}

/* Element i of a constant of int32, or of int64 as far as an int32 holds it. */
static MRT_COLD int32_t mrt_index_at(const mrt_tensor *tensor, uint32_t i)
{
    const uint8_t *at = tensor->data + (size_t)i * (tensor->type == MRT_I64 ? 8 : 4);
    const int32_t  low = (int32_t)mrt_load_u32(at);

    if (tensor->type != MRT_I64 || mrt_load_u32(at + 4) == (low < 0 ? 0xffffffffu : 0u))
        return low;
    return (int32_t)mrt_load_u32(at + 4) < 0 ? INT32_MIN : INT32_MAX;
}

/* Of channel i; 1 and 0 where there is none. */
static MRT_COLD float mrt_scale_at(const mrt_tensor *tensor, uint32_t i)
{
    if (tensor->scale_count == 0)
        return 1.0f;
    return mrt_load_f32(tensor->scales + 4 * (size_t)(i < tensor->scale_count ? i : 0));
}

static MRT_COLD int32_t mrt_zero_at(const mrt_tensor *tensor, uint32_t i)
{
    if (tensor->zero_count == 0)
        return 0;
    return (int32_t)mrt_load_u32(tensor->zeros + tensor->zero_bytes * (size_t)(i < tensor->zero_count ? i : 0));
}

static MRT_COLD float mrt_scale(const mrt_tensor *tensor)
{
    return mrt_scale_at(tensor, 0);
}

static MRT_COLD int32_t mrt_zero(const mrt_tensor *tensor)
{
    return mrt_zero_at(tensor, 0);
}

/* Bits of one element; 0: no type. */
static MRT_COLD uint32_t mrt_type_bits(mrt_type type)
{
    switch ((int)type) {
    case MRT_I4:
        return 4;
    case MRT_I8:
    case MRT_U8:
    case MRT_BOOL:
        return 8;
    case MRT_F16:
    case MRT_I16:
    case MRT_U16:
        return 16;
    case MRT_F32:
    case MRT_I32:
    case MRT_U32:
        return 32;
    case MRT_F64:
    case MRT_I64:
    case MRT_U64:
        return 64;
    default:
        return 0;
    }
}

/* What an integer type holds, as far as an int32 can say; 0 for others. */
static MRT_COLD int mrt_type_limits(mrt_type type, int32_t *low, int32_t *high)
{
    const uint32_t bits = mrt_type_bits(type);

    if (bits == 0 || type == MRT_F32 || type == MRT_F16 || type == MRT_F64)
        return 0;
    *low = INT32_MIN;
    *high = INT32_MAX;
    if (type == MRT_U8 || type == MRT_U16 || type == MRT_U32 || type == MRT_U64 || type == MRT_BOOL) {
        *low = 0;
        if (bits <= 16)
            *high = type == MRT_BOOL ? 1 : (int32_t)((1u << bits) - 1u);
    } else if (bits < 32) {
        *high = (int32_t)((1u << (bits - 1)) - 1u);
        *low = -*high - 1;
    }
    return 1;
}

/* Elements and bytes by type and shape; 0 where they are more than an int32 counts. */
static MRT_COLD int mrt_measure(mrt_tensor *tensor)
{
    uint64_t count = 1, bytes;
    int32_t  i;

    tensor->count = tensor->bytes = 0;
    for (i = 0; i < tensor->rank; i++)
        if (tensor->dim[i] == 0)
            return 1;
    for (i = 0; i < tensor->rank; i++)
        if (count <= INT32_MAX)
            count *= (uint32_t)tensor->dim[i];
    bytes = (count * mrt_type_bits(tensor->type) + 7) / 8;
    if (count > INT32_MAX || bytes > INT32_MAX)
        return 0;
    tensor->count = (uint32_t)count;
    tensor->bytes = (uint32_t)bytes;
    return 1;
}

/* Whether a row's type goes with a tensor's; first: operand 0's. */
static MRT_COLD int mrt_type_matches(uint8_t wanted, mrt_type type, mrt_type first)
{
    if (wanted == MRT_ANY)
        return type != MRT_I4 && type != MRT_RESOURCE;
    if (wanted == MRT_AS_FIRST)
        return type == first;
    if (wanted == MRT_INDEX)
        return type == MRT_I32 || type == MRT_I64;
    return wanted == type;
}

static MRT_COLD int mrt_row_matches(const mrt_row *row, const mrt_call *c)
{
    const mrt_type first = c->in_count > 0 ? c->in[0].type : MRT_F32;
    int32_t        i;

    for (i = 0; i < (row->out & MRT_REST ? 1 : c->out_count); i++)
        if (!mrt_type_matches(row->out & (MRT_REST - 1), c->out[i].type, first))
            return 0;
    for (i = 0; i < c->in_count; i++)
        if (mrt_has(c, i) && !mrt_type_matches(row->in[mrt_min_i32(i, row->in_count - 1)], c->in[i].type, first))
            return 0;
    return 1;
}

/* ---- shapes ---- */

#if defined(MRT_SENTENCES)
typedef struct mrt_shape_text {
    char text[MRT_RANK_MAX * 12 + 3];
} mrt_shape_text;

/* "int8" */
const char *mrt_type_name(mrt_type type);
/* "[1,28,28,1]" */
mrt_shape_text mrt_shape_show(const mrt_tensor *tensor);
#define MRT_SHAPE(tensor) mrt_shape_show(tensor).text
#endif

/* Output i has that type and shape: it gets them, or they are checked. */
static MRT_COLD mrt_reason mrt_set_shape(mrt_call *c, int32_t i, mrt_type type, int32_t rank, const int32_t *dim)
{
    mrt_tensor *out = &c->out[i];
    int32_t     k;

#if defined(MRT_TRUSTED)
    if (c->is_checking)
        return MRT_REASON_NONE;
#endif
    if (c->is_checking) {
        if (out->rank != rank)
            return MRT_REASON_SHAPE;
        for (k = 0; k < rank; k++)
            if (out->dim[k] != dim[k])
                return MRT_REASON_SHAPE;
        return MRT_REASON_NONE;
    }
    out->type = type;
    out->rank = rank;
    for (k = 0; k < rank; k++)
        out->dim[k] = dim[k];
    MRT_REQUIRE(c, mrt_measure(out), SIZE, "output %s is larger than 2 GiB", MRT_SHAPE(out));
    return MRT_REASON_NONE;
}

/* The same for an output that a row does not see (MRT_REST). */
static MRT_COLD mrt_reason mrt_set_further_shape(mrt_call *c, int32_t i, mrt_type type, int32_t rank, const int32_t *dim)
{
    MRT_REQUIRE(c, !c->is_checking || c->out[i].type == type, TYPES, "output %d is %s, %s expected", (int)i,
                mrt_type_name(c->out[i].type), mrt_type_name(type));
    return mrt_set_shape(c, i, type, rank, dim);
}

/* After shape: samples stay apart. An open batch multiplies dim[0] of operands, so each output must have 1 there, too;
 * unless the operator said that its outputs do not depend on the batch. Outputs have a batch where an operand has. */
#if defined(MRT_TRUSTED)
#define mrt_check_batch(c) ((void)(c), MRT_REASON_NONE)
#else
static MRT_COLD mrt_reason mrt_check_batch(mrt_call *c)
{
    int32_t is_batched = 0, i;

    for (i = 0; i < c->in_count; i++)
        is_batched |= mrt_has(c, i) && c->in[i].is_batched;
    for (i = 0; i < c->out_count; i++) {
        c->out[i].is_batched = is_batched && c->mixes != MRT_MIXES &&
                               (c->mixes != MRT_MAY_MIX || (c->out[i].rank > 1 && c->out[i].dim[0] == 1));
        MRT_REQUIRE(c, !c->out[i].is_batched || (c->out[i].rank > 0 && c->out[i].dim[0] == 1), AXES,
                    "an input counts samples along axis 0, the output %s does not: that would mix samples",
                    MRT_SHAPE(&c->out[i]));
    }
    return MRT_REASON_NONE;
}
#endif

/* shape for operators whose output 0 is like operand 0. */
static MRT_COLD mrt_reason mrt_shape_as_first(mrt_call *c)
{
    return mrt_set_shape(c, 0, c->in[0].type, c->in[0].rank, c->in[0].dim);
}

/* The same, but the output keeps the type that it is stored with, where types are converted. */
static MRT_COLD mrt_reason mrt_shape_as_first_of_own_type(mrt_call *c)
{
    return mrt_set_shape(c, 0, c->out[0].type, c->in[0].rank, c->in[0].dim);
}

static MRT_COLD int mrt_same_shape(const mrt_tensor *a, const mrt_tensor *b)
{
    int32_t i;

    for (i = 0; i < a->rank && a->rank == b->rank; i++)
        if (a->dim[i] != b->dim[i])
            return 0;
    return a->rank == b->rank;
}

/* ---- scales ---- */

/* An integer operand that is a number has one scale, and a zero point within its type. */
static MRT_COLD mrt_reason mrt_check_scale(mrt_call *c, const mrt_tensor *tensor)
{
    int32_t low, high;

    if (!mrt_type_limits(tensor->type, &low, &high))
        return MRT_REASON_NONE;
    MRT_REQUIRE(c, tensor->scale_count == 1, QUANTIZATION, "%s operands need one scale each", mrt_type_name(tensor->type));
    MRT_REQUIRE(c, mrt_zero(tensor) >= low && mrt_zero(tensor) <= high, QUANTIZATION, "zero point %d is outside %s",
                (int)mrt_zero(tensor), mrt_type_name(tensor->type));
    return MRT_REASON_NONE;
}

/* All operands and outputs. */
static MRT_COLD mrt_reason mrt_check_scales(mrt_call *c)
{
    int32_t i;

    for (i = 0; i < c->in_count; i++)
        if (mrt_has(c, i))
            MRT_TRY(mrt_check_scale(c, &c->in[i]));
    for (i = 0; i < c->out_count; i++)
        MRT_TRY(mrt_check_scale(c, &c->out[i]));
    return MRT_REASON_NONE;
}

/* The same, and output 0 has just that scale and zero point. */
static MRT_COLD mrt_reason mrt_check_fixed(mrt_call *c, float scale, int32_t zero_point)
{
    const float given = mrt_scale(&c->out[0]);

    MRT_TRY(mrt_check_scales(c));
    MRT_REQUIRE(c, given >= scale && given <= scale && mrt_zero(&c->out[0]) == zero_point, QUANTIZATION,
                "output has scale %.9g and zero point %d; this operator's is always %.9g and %d", (double)given,
                (int)mrt_zero(&c->out[0]), (double)scale, (int)zero_point);
    return MRT_REASON_NONE;
}

/* ---- kernels ---- */

/* MRT_KERNEL(NAME, PARAMS, HEADER): the kernel NAME(const PARAMS *, const mrt_io *) of runtime/HEADER as rows name it,
 * MRT_RUN(NAME). MRT_KERNEL_1 is for NAME(const PARAMS *, const IN *, OUT *), one operand and one output.
 * MRT_FIELDS(PARAMS, members ...) stands before them: the emitter prints parameters by it. The host has its own. */
#if !defined(MRT_SENTENCES)
#define MRT_FIELDS(PARAMS, ...) struct PARAMS##_fields
#define MRT_KERNEL(NAME, PARAMS, HEADER)                                                                                    \
    static MRT_UNUSED void NAME##_run(const void *params, const mrt_io *io)                                                 \
    {                                                                                                                       \
        if (MRT_KEEPS(NAME))                                                                                                \
            NAME((const PARAMS *)params, io);                                                                               \
    }                                                                                                                       \
    struct NAME##_kernel
#define MRT_KERNEL_1(NAME, PARAMS, HEADER, IN, OUT)                                                                         \
    static MRT_UNUSED void NAME##_run(const void *params, const mrt_io *io)                                                 \
    {                                                                                                                       \
        if (MRT_KEEPS(NAME))                                                                                                \
            NAME((const PARAMS *)params, (const IN *)io->in[0], (OUT *)io->out[0]);                                         \
    }                                                                                                                       \
    struct NAME##_kernel
/* Kernels that have faster ones beside them: the host lists them in src/ops, the interpreter chooses in interpreter/fast.
 * FUNCTION(const PARAMS *, const mrt_io *) runs the reference. */
#define MRT_KERNEL_WITH_FASTER(NAME, PARAMS, IN, OUT) MRT_KERNEL_1(NAME, PARAMS, "", IN, OUT)
#define MRT_KERNELS_OF(NAME, FUNCTION, PARAMS)                                                                              \
    static MRT_UNUSED void NAME##_run(const void *params, const mrt_io *io)                                                 \
    {                                                                                                                       \
        if (MRT_KEEPS(NAME))                                                                                                \
            FUNCTION((const PARAMS *)params, io);                                                                           \
    }                                                                                                                       \
    struct NAME##_kernel
#define MRT_FASTER(fast, plain) fast
#define MRT_RUN(NAME)           NAME##_run
#define MRT_VIEW                NULL
#endif

/* The interpreter runs another kernel than the row's; the host's list of kernels says which applies. */
#if defined(MRT_SENTENCES)
#define MRT_RUN_INSTEAD(c, NAME) ((void)(c))
#else
#define MRT_RUN_INSTEAD(c, NAME) ((c)->run = NAME##_run)
#endif

/* A row's prepare and kernel. An interpreter that is made for one model (MRT_ONLY) has those of the kernels that it names,
 * by MRT_KEEP_NAME defined as `0, 0,`; so the linker sees no other. MRT_KEEPS(NAME) is 0 for the others: prepare functions
 * choose between kernels by it, and compilers do not look into kernels that take more operands than this model has.
 * MRT_FLOATS: interpreters without floats (MRT_NO_F32) have none of them. MRT_WITH_FASTER is for kernels that the
 * interpreter never takes: interpreter/fast has a better one for every case. */
#if defined(MRT_ONLY) || defined(MRT_NO_F32)
static MRT_COLD mrt_reason mrt_left_out(mrt_call *c)
{
    return MRT_REFUSE(c, TYPES, "was left out when this interpreter was compiled");
}
#endif
#if defined(MRT_ONLY)
#define MRT_WITH_(a, b, prepare, kernel, ...) prepare, kernel
#define MRT_WITH__(...)                       MRT_WITH_(__VA_ARGS__)
#define MRT_WITH(prepare, NAME)               MRT_WITH__(MRT_KEEP_##NAME prepare, MRT_RUN(NAME), mrt_left_out, NULL, 0)
#define MRT_WITH_FASTER(prepare, plain, NAME) MRT_WITH__(MRT_KEEP_##NAME prepare, NULL, mrt_left_out, NULL, 0)
#define MRT_KEEPS_(a, b, keeps, ...)          keeps
#define MRT_KEEPS__(...)                      MRT_KEEPS_(__VA_ARGS__)
#define MRT_KEEPS(NAME)                       MRT_KEEPS__(MRT_KEEP_##NAME 1, 0, 0, 0)
#elif defined(MRT_SENTENCES)
#define MRT_WITH(prepare, NAME)              prepare, MRT_RUN(NAME)
#define MRT_WITH_FASTER(fast, prepare, NAME) prepare, MRT_RUN(NAME)
#else
#define MRT_WITH(prepare, NAME)               prepare, MRT_RUN(NAME)
#define MRT_WITH_FASTER(prepare, plain, NAME) prepare, NULL
#endif
#if !defined(MRT_ONLY)
#define MRT_KEEPS(NAME) 1
#endif
/* MRT_WITH_LIST: a kernel that several operators' rows name, and of which the host lists faster ones for each operator
 * alone, as LIST_kernels in src/ops; MRT_LIST(LIST) stands before the rows. */
#if defined(MRT_SENTENCES)
#define MRT_WITH_LIST(prepare, NAME, LIST) prepare, MRT_RUN(LIST)
#else
#define MRT_WITH_LIST(prepare, NAME, LIST) MRT_WITH(prepare, NAME)
#define MRT_LIST(LIST)                     struct LIST##_list
#endif
/* A line of a table, and the comma behind it, that an interpreter for one model has only where it has that kernel. */
#if defined(MRT_ONLY)
#define MRT_LINE_OPEN(...)         __VA_ARGS__
#define MRT_LINE_(a, b, line, ...) MRT_LINE_OPEN line
#define MRT_LINE__(...)            MRT_LINE_(__VA_ARGS__)
#define MRT_LINE_OF(NAME, ...)     MRT_LINE__(MRT_KEEP_##NAME(__VA_ARGS__, ), 0, (), 0)
#else
#define MRT_LINE_OF(NAME, ...) __VA_ARGS__,
#endif
#if defined(MRT_NO_F32)
#define MRT_FLOATS(prepare, NAME) mrt_left_out, NULL
#else
#define MRT_FLOATS(prepare, NAME) MRT_WITH(prepare, NAME)
#endif

/* An operator is seen by those who include its header in a source of their own, and by nobody else; the interpreter's list
 * (interpreter/operators.c) makes them known to all. */
#if !defined(MRT_OPERATOR_DATA)
#define MRT_OPERATOR_DATA static MRT_UNUSED
#endif

#endif
