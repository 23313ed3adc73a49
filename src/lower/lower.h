/* Lowering: a checked model and a target become a program: which kernel computes each node, with its parameters prepared.
 *
 *     model --lower--> program (steps) --plan/--> program (steps and places) --exec/ or emit/--> results or C
 *
 * Kernels are chosen before memory is planned, because scratch and working in place depend on the choice.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LOWER_LOWER_H
#define MOTE_LOWER_LOWER_H

#include "ops/op.h"

typedef struct mote_target {
    const char      *name;
    mote_target_mask kernels;      /* whose kernels may be used, besides the reference ones */
    bool             is_packed;    /* compiled code: weights re-laid, zero points folded; else TensorFlow Lite's layout */
    const char      *condition;    /* how a compiler for such a chip is recognised: what follows #if; NULL: any */
    int32_t          code_bytes;   /* how much code, about, is worth its speed; 0: any */
    size_t           object_bytes; /* its compilers allow no larger array or struct; 0: any */
} mote_target;

extern const mote_target mote_target_host;                                 /* what `mote run` uses */
extern const mote_target mote_target_host_baseline, mote_target_host_avx2; /* the same, up to that instruction-set level */
extern const mote_target mote_target_reference; /* the reference kernels alone: what the others are measured against */
extern const mote_target mote_target_portable;  /* compiled C for any chip */
extern const mote_target mote_target_arm_dsp;   /* Cortex-M4, M7, M33 */
extern const mote_target mote_target_riscv;     /* RV32IM */
extern const mote_target mote_target_avr;

/* "host", "host-baseline", "host-avx2", "reference", "portable", "arm-dsp", "riscv", "avr"; NULL when there is none of that
 * name. */
const mote_target *mote_target_find(const char *name);

typedef struct mote_step {
    int32_t            node;    /* in graphs[0]: the step's own number */
    mrt_control        control; /* 0: the next step follows */
    int32_t            target;  /* the step that control leads to; of a LOOP its REPEAT */
    int32_t            loop;    /* the innermost LOOP around it, whose own is the next one out; -1: none */
    const mote_kernel *kernel;
    mote_prepared      prepared;
    size_t             scratch_bytes;
    uint32_t           in_place;    /* bit i: out[0] may take over the place of in[i] */
    bool               may_overlap; /* out[0] may lie over the first computed operand, which must begin at least */
    size_t             overlap;     /* so many bytes above it */
    mote_id            first;       /* the first computed operand; MOTE_NONE: there is none */
    mote_id           *in, *out;    /* what the kernel is called with, in order: see mote_op_list_operands */
    int32_t            in_count, out_count;
} mote_step;

/* Where a tensor lives in the program's memory. Filled by plan/. */
typedef struct mote_place {
    size_t  offset, bytes;
    int32_t first_step, last_step; /* live from the one to the other; inputs from -1, outputs to step_count */
    mote_id shares;                /* MOTE_NONE, or the tensor whose place this one uses: a view, or computed in place */
    mote_id root;                  /* whose place it is in the end: the tensor itself where shares is MOTE_NONE */
    mote_id runs_over;             /* MOTE_NONE, or the operand that this one may be written over while it is computed */
    bool    is_placed;             /* false: a constant, or unused */
} mote_place;

/* Memory of a kind: regions follow each other in the program's block, so that a place's offset tells its region, too. */
typedef struct mote_program_region {
    size_t offset, bytes; /* where it begins in the block; what it takes, 0: nothing lies there */
} mote_program_region;

enum { MOTE_REGIONS_MAX = 6 };

typedef struct mote_program {
    mote_arena arena;
    const mote_model
               *model; /* must outlive the program; of a model with IF or WHILE its flat form, which is the program's */
    mote_model *flat;
    const mote_target *target;
    mote_step         *steps;
    int32_t            step_count;
    mote_place        *places;       /* one per tensor of graphs[0] */
    size_t            *scratch;      /* offset of each step's scratch */
    size_t            *states;       /* and of its state, the memory of its own that outlives an invoke */
    size_t             memory_bytes; /* all places and scratch */
    mote_program_region
            regions[MOTE_REGIONS_MAX]; /* [region_count], the fast ones first: one, unless plan/ was given more */
    int32_t region_count;
    size_t  align_bytes; /* of every offset, and so of the memory */
    size_t  lower_bound; /* no plan can do with less: proved by plan/ */
} mote_program;

/* The caller destroys the program. */
mote_status mote_lower(mote_program **out, const mote_model *model, const mote_target *target, mote_error *err);
/* Whether anything outlives an invoke: a state tensor, or a step's state. A variable that is never read nor assigned has no
 * bytes. */
bool mote_program_has_state(const mote_program *program);
/* How many of its steps compute something, where each runs once in an invoke; 0 where there is an IF or a WHILE. */
int32_t mote_program_straight_steps(const mote_program *program);
/* Of all arrays that its steps' parameters point to, and of outputs that are constants. */
size_t mote_program_constant_bytes(const mote_program *program);
/* What these lack of weights that are 0, which some kernels leave out. */
size_t mote_program_zero_bytes(const mote_program *program);
void   mote_program_destroy(mote_program *program); /* NULL is fine */

#endif
