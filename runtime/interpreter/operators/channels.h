/* The channels' table that the kernels of arch/ read in place of bias, multipliers and shifts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_OPERATORS_CHANNELS_H
#define MRT_INTERPRETER_OPERATORS_CHANNELS_H

#include "../../arch/channel.h"
#include "../build.h"

#if !defined(__AVR__)
/* The table, which lasts, and output's flags; output's other members are given. NULL while only counting: then of fold only
 * the count is looked at. */
MRT_API const int32_t *mrt_channels_prepare(mrt_build *b, const mrt_fold *fold, mrt_output *output);
#endif

#endif
