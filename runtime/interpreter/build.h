/* The chip's side of an operator (op.h): where what it prepares lies, and what is behind it in the file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_BUILD_H
#define MRT_INTERPRETER_BUILD_H

#include "model.h"
#include "variants.h"

/* Memory that lasts as long as the interpreter. at NULL: only counted. */
typedef struct mrt_memory {
    uint8_t    *at;
    size_t      used;
    mrt_machine machine; /* that is counted for; blocks begin at multiples of its pointers' size */
    int         is_full;
} mrt_memory;

/* What owns a call. */
typedef struct mrt_build {
    mrt_model  *m;
    mrt_memory *memory;
    mrt_node    node;
    uint32_t    variants; /* that prepare chose */
} mrt_build;

MRT_API const mrt_side *mrt_chip_side(void);

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

/* The kernel that was chosen. */
MRT_INLINE void mrt_choose(mrt_call *c, int32_t variant, mrt_run_function *run)
{
    ((mrt_build *)c->owner)->variants |= (uint32_t)1 << variant;
    c->run = run;
}

/* Whether it matters which kernel runs: a chip that only counts does not look. */
MRT_INLINE int mrt_is_choosing(const mrt_call *c)
{
    return UINTPTR_MAX > 0xffffffffu || ((const mrt_build *)c->owner)->memory->at;
}

#endif
