/* The cases that every operator is tested with: one table an operator, in tests/ops/NAME.c; the drivers test_gradients.c and
 * test_kernels.c run all tables. They find them through ops.def, so a missing table is a link error.
 *
 *     const mote_op_case conv_2d_cases[] = {
 *         {"odd width, SAME", .in = {INPUT(1, 5, 7, 3), PARAM(4, 3, 3, 3), PARAM(4)},
 *          .attrs.conv_2d = {.stride_h = 1, ..., .padding = MRT_PADDING_SAME}},
 *         {0},
 *     };
 *
 * The case says shapes and attributes; the drivers choose types, scales and values. Beside the tables there are drawn cases
 * (drawn.c): random shapes and attributes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_OPS_CASES_H
#define MOTE_TESTS_OPS_CASES_H

#include "ops/op.h"
#include "testing.h"

typedef enum mote_case_role {
    MOTE_CASE_ABSENT = 0, /* an optional operand that is left out; after the last one: the end */
    MOTE_CASE_INPUT,      /* an activation; where dim[0] is 1 it counts samples */
    MOTE_CASE_PARAM,      /* a trainable constant: weights, bias, gamma ...; integer rows make of it what `quantize` says */
    MOTE_CASE_MOVING,     /* a constant that is not trained and is positive: moving mean, moving variance */
    MOTE_CASE_INTS        /* an int32 vector with the values in dim: axes, a shape */
} mote_case_role;

typedef struct mote_case_operand {
    mote_case_role role;
    int32_t        dim[MOTE_RANK_MAX], rank;
} mote_case_operand;

#define MOTE_CASE_OPERAND(role, ...)                                                                                        \
    {                                                                                                                       \
        role, {__VA_ARGS__}, sizeof((const int32_t[]){__VA_ARGS__}) / sizeof(int32_t)                                       \
    }
#define INPUT(...)  MOTE_CASE_OPERAND(MOTE_CASE_INPUT, __VA_ARGS__)
#define PARAM(...)  MOTE_CASE_OPERAND(MOTE_CASE_PARAM, __VA_ARGS__)
#define MOVING(...) MOTE_CASE_OPERAND(MOTE_CASE_MOVING, __VA_ARGS__)
#define INTS(...)   MOTE_CASE_OPERAND(MOTE_CASE_INTS, __VA_ARGS__)

enum { MOTE_CASE_OPERANDS = 8 };

/* What is special about the numbers of an int8 operator with weights, or about its zero points; elsewhere nothing. */
typedef enum mote_case_twist {
    MOTE_TWIST_NONE = 0,
    MOTE_TWIST_LOW_ZEROS,   /* zero points of input and output: -128 */
    MOTE_TWIST_HIGH_ZEROS,  /* 127 */
    MOTE_TWIST_EXTREME,     /* channels of 127, -127, 127 ...; every other bias 0 */
    MOTE_TWIST_MINUS_128,   /* one in four weights is -128, one in four 0 or -1 */
    MOTE_TWIST_CONSTANT,    /* every third channel's bias drowns what its weights add */
    MOTE_TWIST_FINE,        /* multipliers above 1 */
    MOTE_TWIST_COARSE,      /* multipliers so small that outputs have few values */
    MOTE_TWIST_WEIGHT_ZERO, /* FULLY_CONNECTED's weights per tensor have a zero point; one in three is -128 */
    MOTE_TWIST_SPARSE,      /* one in sixteen weights is not 0, or fewer */
    MOTE_TWIST_COUNT
} mote_case_twist;

typedef struct mote_op_case {
    const char       *claim; /* what is special about it; NULL ends the table */
    mote_case_operand in[MOTE_CASE_OPERANDS];
    mote_attrs        attrs;
    mrt_activation    activation;
    mote_case_twist   twist;
    bool              is_inferring; /* gradients are those of inference: moving statistics, no dropout */
} mote_op_case;

/* Operators whose cases are all golden files (tests/golden/operators) have no table. */
#define OP(KIND, name, attributes, header) extern const mote_op_case name##_cases[] __attribute__((weak));
#include "runtime/operators.def"
#undef OP

/* All tables, by operator. */
extern const mote_op_case *const mote_op_cases[MOTE_OP_COUNT];

/* How a case is built: stage and operands' types (those of one row; types[i] for operand i, output 0's). */
typedef struct mote_case_build {
    mote_stage       stage;
    mote_dtype       in[MOTE_CASE_OPERANDS], out;
    mote_granularity granularity; /* of integer weights */
} mote_case_build;

/* As a row has its types: floats to infer, else quantized. */
mote_case_build mote_case_build_of(const mote_op_row *row, mote_granularity granularity);

/* A model with the case's one node, inferred and verified; constants and scales are drawn from the case's key. The batch of
 * inputs is as written (is_batched where it is 1). Fails the test when the operator refuses the case. */
typedef struct mote_case_model {
    mote_model      *model;
    mote_graph      *graph;
    const mote_node *node;
} mote_case_model;

mote_case_model mote_case_create(mote_op_kind kind, const mote_op_case *c, const mote_case_build *build);
/* The same, but a refusal is returned with err filled; *out is to be destroyed then too. */
mote_status mote_case_try(mote_case_model *out, mote_op_kind kind, const mote_op_case *c, const mote_case_build *build,
                          mote_error *err);
void        mote_case_destroy(mote_case_model *built);

/* A stream of random numbers: depends on the operator, the claim and the stream's number only. */
mote_random_key mote_case_key(mote_op_kind kind, const mote_op_case *c, uint32_t stream);

/* Random values: floats in [-4, 4), integers over the whole type, one in eight at one of its ends. */
void mote_case_fill(mote_dtype dtype, mote_random_key key, void *values, size_t count);
/* Values of operand `index` for a run: sample 0 all lowest, 1 all highest where they have 8 bits, the others random. */
void mote_case_fill_sample(mote_op_kind kind, const mote_op_case *c, const mote_tensor *in, int32_t index, uint32_t sample,
                           void *values);

/* A zeroed buffer between guard bytes, which begin right after its last. */
typedef struct mote_fenced {
    uint8_t *block;
    void    *bytes; /* aligned to 64 */
    size_t   count;
} mote_fenced;

mote_fenced mote_fenced_create(size_t count);
void        mote_fenced_check(const mote_fenced *fenced, const char *what); /* fails the test when a guard was written to */
void        mote_fenced_free(mote_fenced *fenced);

/* A case with random shapes and attributes, the same each time; false: none are drawn for this operator. */
typedef struct mote_drawn_case {
    mote_op_case c;
    char         claim[120]; /* c.claim: it tells the whole case */
} mote_drawn_case;

bool mote_case_draw(mote_drawn_case *drawn, mote_op_kind kind, uint32_t index);

/* One cmocka test an operator, which runs all its cases, then drawn_count drawn ones; returns cmocka's count of failures. */
typedef void (*mote_case_test)(mote_op_kind kind, const mote_op_case *c);
int mote_case_run_all(const char *group, mote_case_test run, uint32_t drawn_count);

#endif
