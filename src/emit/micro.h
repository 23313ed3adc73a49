/* A model in TensorFlow Lite Micro's arena. Its interpreter cuts the arena in two:
 *
 *     | tensors and scratch, planned            ->        <-  what interpreter and kernels keep |
 *
 * The left part is planned when a program starts: by its own greedy planner, or as the file says (OfflineMemoryAllocation,
 * formats/tflite/tflite.h), with scratch in the gaps. Facts are those of tensorflow/tflite-micro: micro_allocation_info.cc
 * and greedy_memory_planner.cc for the plan, micro_allocator.cc for the rest.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_EMIT_MICRO_H
#define MOTE_EMIT_MICRO_H

#include "graph/graph.h"

/* Memory at an offset over some steps; -1 is before the first. */
typedef struct mote_micro_buffer {
    size_t  bytes; /* padded to 16 */
    int32_t first_step, last_step;
    int64_t offset; /* MOTE_MICRO_FREE: the planner may choose */
} mote_micro_buffer;
#define MOTE_MICRO_FREE ((int64_t)-1)

/* A plan of a file's tensors. */
typedef struct mote_micro_plan {
    int32_t *offsets; /* of each tensor of the file, or -1; NULL: the file has no plan, and `why` says why */
    int32_t  tensor_count;
    char     why[120];
    size_t   tensor_bytes;        /* that tensors take, by the file's plan, or else by the greedy planner's */
    size_t   reference_bytes;     /* tensors and the most scratch that its reference kernels ask for */
    size_t   head_bytes;          /* the same of CMSIS-NN's kernels */
    size_t   greedy_tensor_bytes; /* without a plan in the file */
    int32_t  buffer_count;        /* tensors that are planned */
    int32_t  request_count;       /* of scratch */
} mote_micro_plan;

/* Lives in arena. A plan is made where it is no larger than the greedy one would be, with scratch and without. */
mote_status mote_micro_make_plan(mote_micro_plan *out, const mote_model *model, mote_arena *arena, mote_error *err);

/* What the greedy planner makes of buffers: the highest end. Sets the offsets that it may choose. */
mote_status mote_micro_plan_greedily(mote_micro_buffer *buffers, int32_t count, size_t *bytes, mote_error *err);

/* What TensorFlow Lite Micro's kernel for a node takes, at most, as far as it is known: measured of its reference kernels
 * (micro_kernels.def), and of CMSIS-NN's for a Cortex-M4 their scratch. */
typedef struct mote_micro_kernel {
    size_t  options_bytes, kept_bytes;
    size_t  scratch_bytes, cmsis_scratch_bytes; /* of the latter at least the former */
    int32_t requests;                           /* of scratch */
    bool    is_known;                           /* else it was not measured: the most of all kernels */
} mote_micro_kernel;
mote_micro_kernel mote_micro_kernel_of(const mote_graph *graph, const mote_node *node);

/* The arena that is enough: with pointers of 4 bytes for CMSIS-NN's kernels, too, with those of 8 for reference kernels. */
typedef struct mote_micro_arena {
    size_t bytes; /* a multiple of 16; below are parts of it */
    size_t kept_bytes;
    size_t planning_bytes; /* while it plans, in place of the left part; more than that of small tensors */
    bool   is_known;       /* all kernels were measured */
} mote_micro_arena;
mote_micro_arena mote_micro_measure(const mote_model *model, const mote_micro_plan *plan, int32_t pointer_bytes);

#endif
