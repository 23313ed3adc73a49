/* The chip's side of an operator (op.h): where what it prepares lies, and what is behind it in the file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_BUILD_H
#define MRT_INTERPRETER_BUILD_H

#include "model.h"

/* Memory that lasts as long as the interpreter, and some that is free while it is opened. at NULL: only counted. */
typedef struct mrt_memory {
    uint8_t    *at, *work;
    size_t      used, work_used, work_most; /* work_used: by the operator at hand */
    mrt_machine machine;                    /* that is counted for; blocks begin at multiples of its pointers' size */
    int         is_full;
} mrt_memory;

/* What owns a call. */
typedef struct mrt_build {
    mrt_model  *m;
    mrt_memory *memory;
    mrt_node    node;
} mrt_build;

/* Arrays and constants that last, or that are there in prepare only. */
MRT_API const mrt_side *mrt_chip_side(int lasts);

/* Lasting memory with room for so many pointers among its bytes; NULL while only counting. */
MRT_API void *mrt_take(mrt_memory *memory, size_t bytes, uint32_t pointers);

/* Fills attributes (room for MRT_ATTRIBUTES_BYTES) and the fused activation by the operator's fields. */
enum { MRT_ATTRIBUTES_BYTES = 64 };
MRT_API mrt_reason mrt_read_attributes(mrt_call *c, const mrt_operator *op, void *attributes);

/* The kernels to prepare for. Only a 64-bit host prepares for others than its own. */
MRT_INLINE mrt_arch mrt_arch_of(const mrt_call *c)
{
#if UINTPTR_MAX > 0xffffffffu
    return ((const mrt_build *)c->owner)->memory->machine.arch;
#else
    (void)c;
    return MRT_ARCH;
#endif
}

#endif
