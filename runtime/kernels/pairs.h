/* Parameters of kernels that do one thing to each pair of elements (walk.h) and need little else. The output may be an
 * operand where that has the output's shape.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_PAIRS_H
#define MRT_PAIRS_H

#include "walk.h"

typedef struct mrt_pairs_params {
    int32_t                  count, rank;
    const MRT_FLASH int32_t *walk; /* [rank, 3] */
} mrt_pairs_params;

/* The same, and the result is clamped to act_min, act_max. */
typedef struct mrt_pairs_i32_params {
    int32_t                  count, rank;
    int32_t                  act_min, act_max;
    const MRT_FLASH int32_t *walk;
} mrt_pairs_i32_params;

typedef struct mrt_pairs_f32_params {
    int32_t                  count, rank;
    float                    act_min, act_max;
    const MRT_FLASH int32_t *walk;
} mrt_pairs_f32_params;

#endif
