/* Which kernels an interpreter for one model has, beyond what its types say (MRT_WITH in op.h).
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_VARIANTS_H
#define MRT_INTERPRETER_VARIANTS_H

#include <stdint.h>

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
#define MRT_HAS_VARIANT(variant) ((MRT_VARIANTS & (uint32_t)1 << (variant)) != 0)

#if defined(MRT_SMALL)
enum { MRT_HAS_OWN = 0 };
#else
enum { MRT_HAS_OWN = 1 };
#endif
/* The same of a class of layers, 0 being any, from its first variant on. */
#define MRT_HAS_CLASS(first, its_class)                                                                                     \
    ((its_class) == 0 ? !MRT_HAS_OWN || MRT_HAS_VARIANT(first) : MRT_HAS_OWN && MRT_HAS_VARIANT((first) + (its_class)))

#endif
