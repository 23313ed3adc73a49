/* Kernels that only the host has: int8 with the vectors of math/isa/, one kernel a level, so that `applies` chooses by the
 * processor and tests run them all. They go after the reference kernel in a row's table:
 *
 *     static const mote_kernel kernels_i8[] = {{.symbol = "mrt_conv_2d_i8", ...}, MOTE_HOST_CONVOLUTION(conv_2d), {0}};
 *
 * The reference kernel, which is first in its row, prepares; what it prepared is then laid out anew where vectors want that.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_HOST_H
#define MOTE_OPS_HOST_H

#include "ops/op.h"

/* KERNEL(level, targets, ...) for each level, best last. */
#if MOTE_ISA_X86
#define MOTE_HOST_LEVELS(KERNEL, ...)                                                                                       \
    KERNEL(baseline, MOTE_TARGET_HOST, __VA_ARGS__), KERNEL(avx2, MOTE_TARGET_HOST_AVX2, __VA_ARGS__),                      \
        KERNEL(avx512, MOTE_TARGET_HOST_AVX512, __VA_ARGS__)
#else
#define MOTE_HOST_LEVELS(KERNEL, ...) KERNEL(baseline, MOTE_TARGET_HOST, __VA_ARGS__)
#endif

/* conv_2d, depthwise_conv_2d, fully_connected. */
#define MOTE_HOST_CONVOLUTION(name) MOTE_HOST_LEVELS(MOTE_HOST_CONVOLUTION_KERNEL, name)
#define MOTE_HOST_CONVOLUTION_KERNEL(level, mask, name)                                                                     \
    {                                                                                                                       \
        .symbol = "mote_host_" #name "_i8_" #level, .params = "mote_int8_conv", .targets = mask,                            \
        .param_bytes = sizeof(mote_int8_conv), .fields = mote_host_convolution_fields,                                      \
        .applies = mote_host_##name##_applies_##level, .scratch = mote_host_##name##_scratch_##level,                       \
        .prepare = mote_host_##name##_prepare_##level, .run = mote_host_##name##_run_##level                                \
    }

/* add, average_pool_2d, mean: the reference kernel's parameters as they are. */
#define MOTE_HOST_PLAIN(name, PARAMS, FIELDS, IN_PLACE)                                                                     \
    MOTE_HOST_LEVELS(MOTE_HOST_PLAIN_KERNEL, name, PARAMS, FIELDS, IN_PLACE)
#define MOTE_HOST_PLAIN_KERNEL(level, mask, name, PARAMS, FIELDS, IN_PLACE)                                                 \
    {                                                                                                                       \
        .symbol = "mote_host_" #name "_i8_" #level, .params = #PARAMS, .targets = mask, .param_bytes = sizeof(PARAMS),      \
        .fields = FIELDS, .applies = mote_host_##name##_applies_##level, .in_place = IN_PLACE,                              \
        .prepare = mote_described_prepare, .run = mote_host_##name##_run_##level                                            \
    }

extern const mote_field mote_host_convolution_fields[];

#define MOTE_HOST_DECLARE(level)                                                                                            \
    MOTE_HOST_DECLARE_CONVOLUTION(conv_2d, level)                                                                           \
    MOTE_HOST_DECLARE_CONVOLUTION(depthwise_conv_2d, level)                                                                 \
    MOTE_HOST_DECLARE_CONVOLUTION(fully_connected, level)                                                                   \
    MOTE_HOST_DECLARE_PLAIN(add, level)                                                                                     \
    MOTE_HOST_DECLARE_PLAIN(average_pool_2d, level)                                                                         \
    MOTE_HOST_DECLARE_PLAIN(mean, level)
#define MOTE_HOST_DECLARE_CONVOLUTION(name, level)                                                                          \
    MOTE_HOST_DECLARE_PLAIN(name, level)                                                                                    \
    size_t      mote_host_##name##_scratch_##level(const mote_graph *graph, const mote_node *node);                         \
    mote_status mote_host_##name##_prepare_##level(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, \
                                                   mote_error *err);
#define MOTE_HOST_DECLARE_PLAIN(name, level)                                                                                \
    bool mote_host_##name##_applies_##level(const mote_graph *graph, const mote_node *node, mote_error *err);               \
    void mote_host_##name##_run_##level(const void *params, const mrt_io *io);

MOTE_HOST_DECLARE(baseline)
MOTE_HOST_DECLARE(avx2)
MOTE_HOST_DECLARE(avx512)

#endif
