/* Kernels that only the host has: int8 with the vectors of math/isa/, one kernel a level, so that `applies` chooses by the
 * processor and tests run them all. They go after the reference kernel in a row's table:
 *
 *     MOTE_HOST_KERNELS("mote_host_add_i8", mrt_add_i8_params, mrt_add_i8_params_fields, mote_described_in_place,
 *                       &mote_host_add),
 *
 * The reference kernel, which is first in its row, prepares; what it prepared is then laid out anew where vectors want that.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_HOST_H
#define MOTE_OPS_HOST_H

#include "ops/op.h"

#define MOTE_HOST_KERNEL(SYMBOL, TARGETS, MATH, PARAMS, FIELDS, IN_PLACE, HOST)                                             \
    {                                                                                                                       \
        .symbol = SYMBOL, .params = #PARAMS, .targets = TARGETS, .param_bytes = sizeof(PARAMS), .fields = FIELDS,           \
        .in_place = IN_PLACE, .host = HOST, .math = MATH                                                                    \
    }

/* One for each level, best last. */
#if MOTE_ISA_X86
#define MOTE_HOST_KERNELS(SYMBOL, PARAMS, FIELDS, IN_PLACE, HOST)                                                           \
    MOTE_HOST_KERNEL(SYMBOL "_baseline", MOTE_TARGET_HOST, &mote_math_table_baseline, PARAMS, FIELDS, IN_PLACE, HOST),      \
        MOTE_HOST_KERNEL(SYMBOL "_avx2", MOTE_TARGET_HOST_AVX2, &mote_math_table_avx2, PARAMS, FIELDS, IN_PLACE, HOST),     \
        MOTE_HOST_KERNEL(SYMBOL "_avx512", MOTE_TARGET_HOST_AVX512, &mote_math_table_avx512, PARAMS, FIELDS, IN_PLACE,      \
                         HOST)
#else
#define MOTE_HOST_KERNELS(SYMBOL, PARAMS, FIELDS, IN_PLACE, HOST)                                                           \
    MOTE_HOST_KERNEL(SYMBOL "_baseline", MOTE_TARGET_HOST, &mote_math_table_baseline, PARAMS, FIELDS, IN_PLACE, HOST)
#endif

/* Their parameters are a mote_int8_conv. */
extern const mote_host_kernel mote_host_conv_2d, mote_host_depthwise_conv_2d, mote_host_fully_connected;
extern const mote_field       mote_host_convolution_fields[];

/* Theirs are the reference kernel's as they are. */
extern const mote_host_kernel mote_host_add, mote_host_average_pool_2d, mote_host_mean;

#endif
