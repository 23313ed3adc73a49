/* The channels' table that the kernels of arch/ read in place of bias, multipliers and shifts.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_INTERPRETER_FAST_CHANNELS_H
#define MRT_INTERPRETER_FAST_CHANNELS_H

#include "../../arch/channel.h"
#include "../build.h"

/* The table, which lasts, and output's flags; output's other members are given. NULL while only counting: then of fold only
 * the count is looked at. */
static MRT_COLD const int32_t *mrt_channels_prepare(mrt_call *c, const mrt_fold *fold, mrt_output *output)
{
    const size_t used = (size_t)fold->count * MRT_CHANNEL_WORDS;
    const size_t words = ((size_t)fold->count + MRT_CHANNELS_MULTIPLE - 1) / MRT_CHANNELS_MULTIPLE * MRT_CHANNELS_MULTIPLE *
                         MRT_CHANNEL_WORDS;
    int32_t *table = (int32_t *)c->side->take(c, "channels", MRT_I32, words);
    size_t   i;

    if (!table)
        return NULL;
    for (i = used; i < words; i++)
        table[i] = 0;
    mrt_channels_fold(fold, output, table);
    return table;
}

#endif
