/* The chip's side of an operator (op.h): where what it prepares lies, and what is behind it in the file.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_BUILD_H
#define MRT_INTERPRETER_BUILD_H

#include "model.h"

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

/* Kernels are compiled once for any layer, and once more for the most common ones (fast/). Each is a bit of
 * mrt_sizes.variants; of an interpreter that is made for one model, which defines MRT_VARIANTS, the others are not there.
 * MRT_SMALL leaves out those for common layers. */
typedef enum mrt_variant {
    MRT_VARIANT_CONV_2D = 0,   /* and an mrt_conv_2d_class */
    MRT_VARIANT_DEPTHWISE = 6, /* and an mrt_depthwise_class */
    MRT_VARIANT_DEPTHWISE_REFERENCE = 9,
    MRT_VARIANT_FULLY_CONNECTED = 10,
    MRT_VARIANT_FULLY_CONNECTED_CLAMPED,
    MRT_VARIANT_FULLY_CONNECTED_REFERENCE,
    MRT_VARIANT_AVERAGE_POOL_2D,
    MRT_VARIANT_AVERAGE_POOL_2D_SMALL
} mrt_variant;

#if !defined(MRT_VARIANTS)
#define MRT_VARIANTS 0xffffffffu
#endif
#define MRT_HAS_VARIANT(variant) ((MRT_VARIANTS >> (variant)&1u) != 0)

#if defined(MRT_SMALL)
enum { MRT_HAS_OWN = 0 };
#else
enum { MRT_HAS_OWN = 1 };
#endif
/* The same of a class of layers, 0 being any, from its first variant on. */
#define MRT_HAS_CLASS(first, its_class)                                                                                     \
    ((its_class) == 0 ? !MRT_HAS_OWN || MRT_HAS_VARIANT(first) : MRT_HAS_OWN && MRT_HAS_VARIANT((first) + (its_class)))

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
