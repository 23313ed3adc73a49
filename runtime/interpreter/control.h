/* IF and WHILE on the chip: a subgraph is walked where the operator that runs it stands, so that its steps stand there, too.
 *
 *     mark: condition ──true──> then's steps ─> copies ─> mark          copies ─> mark ─> cond's steps ─> mark: condition
 *          └────────false─────> else's steps ─> copies ───┘                        ^                     true│     └─false─>
 * ... └─── copies <─ body's steps
 *
 * What goes in lies where it lay; what comes out is copied to the operator's outputs, which are what a loop carries.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_CONTROL_H
#define MRT_INTERPRETER_CONTROL_H

#include "walk.h"

#if !defined(MRT_NO_CONTROL)

/* A file's subgraphs that operators run have numbers below the first; so many may be nested. */
enum { MRT_GRAPHS_MAX = 64, MRT_DEPTH_MAX = 8 };

enum { MRT_CODE_IF = 118, MRT_CODE_WHILE = 119 };

/* Which subgraphs are run, directly or not; checks their tensors. */
MRT_API mrt_reason mrt_walk_find_others(mrt_walk *w);
/* What of them lives from first to last. */
MRT_API mrt_reason mrt_walk_add_states_of_others(mrt_walk *w);
MRT_API mrt_reason mrt_walk_add_variables_of_others(mrt_walk *w);
#if !defined(MRT_NO_VARIABLES)
/* The variable that the VAR_HANDLE at `index` names, where a subgraph before this one has it; else *out stays. */
MRT_API mrt_reason mrt_walk_find_variable(mrt_walk *w, uint32_t index, const mrt_live **out);
#endif

MRT_INLINE int mrt_is_control(const mrt_operator *op)
{
    return op->builtin_code == MRT_CODE_IF || op->builtin_code == MRT_CODE_WHILE;
}

/* The operator at `index`, with the steps of what it runs; w->attributes are its own. */
MRT_API mrt_reason mrt_walk_control(mrt_walk *w, const mrt_node *node, int32_t index);

/* What follows a mark. */
MRT_INLINE const mrt_step *mrt_step_behind(const mrt_step *mark)
{
    const uint8_t *condition = (const uint8_t *)mark->params;

    return !condition || *condition ? mark->next : *(const mrt_step *const *)(const void *)(mark + 1);
}

#endif
#endif
