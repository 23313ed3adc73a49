/* What MAX_POOL_2D and AVERAGE_POOL_2D share: all but the kernel.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_OPERATORS_POOL_2D_H
#define MRT_INTERPRETER_OPERATORS_POOL_2D_H

#include "../../kernels/pool_2d.h"
#include "window.h"

MRT_API mrt_reason mrt_pool_2d_check(mrt_build *b);
MRT_API mrt_reason mrt_pool_2d_prepare_i8(mrt_build *b);
#if !defined(MRT_NO_F32)
MRT_API mrt_reason mrt_pool_2d_prepare_f32(mrt_build *b);
#endif

#endif
