/* The walk over a file's operators (interpreter.c), as control.c, which walks subgraphs in between, sees it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_WALK_H
#define MRT_INTERPRETER_WALK_H

#include "build.h"
#include "plan.h"

enum { MRT_OPERATORS_MAX = 1024 };

/* Of steps with memory of their own, which a pointer behind those to outputs leads to. */
enum { MRT_KEEPS_STATE = 0x8000 };

#if defined(MRT_NO_CUSTOM)
#define mrt_keeps_state(c)   ((void)(c), 0)
#define mrt_step_index(step) ((step)->index)
#else
#define mrt_keeps_state(c)   ((c)->state_bytes > 0)
#define mrt_step_index(step) ((step)->index & (MRT_KEEPS_STATE - 1))
#endif

/* One operator, ready to run. Pointers to its operands and outputs follow it. run NULL: a mark, which leads to next; but
 * where params points to a condition that is not true, to the step that the pointer behind it names. */
typedef struct mrt_step {
    struct mrt_step  *next;
    mrt_run_function *run;
    const void       *params;
    uint32_t          scratch;             /* in the arena; of a loop's mark the work of a round */
    uint16_t          index;               /* the operator's, CALL_ONCE not counted; and MRT_KEEPS_STATE */
    uint8_t           in_count, out_count; /* pointers */
} mrt_step;

/* What outlives an invoke, and what it is filled with at first: values of the file, or one byte. */
typedef struct mrt_state {
    struct mrt_state *next;
    const uint8_t    *values; /* NULL: `first` */
    uint32_t          offset, bytes;
    uint8_t           first;
} mrt_state;

struct mrt_interpreter {
    uint8_t        *arena;
    mrt_step       *steps;
    mrt_state      *states;
    const uint32_t *ends; /* offsets of inputs, then of outputs */
    mrt_model       model;
#if !defined(MRT_NO_CONTROL)
    uint32_t work_limit; /* as mrt_file has it, as far as 32 bits hold it */
#endif
};

typedef struct mrt_walk {
    mrt_model                  model;
    const mrt_operator *const *operators;
    int32_t                    operator_count;
    mrt_memory                 memory;
    uint8_t                   *arena; /* NULL while only counting */
    mrt_plan                   plan;
    uint64_t                   work, work_limit;
    int32_t                    step_count;
    int32_t                    calls_once;        /* so far: steps are numbered without CALL_ONCE, which is none */
    int32_t                    in_most, out_most; /* operands of one operator */
    uint32_t                   variants;
    mrt_tensor                 in[MRT_IN_MAX], out[MRT_OUT_MAX];
    uint64_t                   attributes[MRT_ATTRIBUTES_BYTES / 8];
    mrt_interpreter           *net; /* and the places to put what follows; NULL while only counting */
    mrt_step                 **next_step;
    mrt_state                **next_state;
    uint32_t                  *ends;
    mrt_failure                why;
#if !defined(MRT_NO_CONTROL)
    uint64_t graphs; /* bit g: subgraph g is run */
    uint32_t graph;  /* that is walked */
    int32_t  depth;  /* how many others are walked meanwhile */
    int32_t  operators_walked;
#endif
} mrt_walk;

/* Every operator of w->model's subgraph, in order. */
MRT_API mrt_reason mrt_walk_operators(mrt_walk *w);
MRT_API mrt_reason mrt_walk_check_tensors(mrt_walk *w);
/* States and variables of w->model's subgraph. */
MRT_API mrt_reason mrt_walk_add_states(mrt_walk *w);
MRT_API mrt_reason mrt_walk_add_variables(mrt_walk *w);
/* The step follows the last one. NULL: while only counting. */
MRT_API void mrt_walk_link(mrt_walk *w, mrt_step *step);

/* Where an offset of the plan is; of no meaning while only counting. */
MRT_INLINE uint8_t *mrt_walk_at(const mrt_walk *w, uint32_t offset)
{
    return w->arena ? w->arena + offset : NULL;
}

#endif
