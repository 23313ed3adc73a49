/* SPDX-License-Identifier: Apache-2.0 */
#include "channels.h"

MRT_API const int32_t *mrt_channels_prepare(mrt_build *b, const mrt_fold *fold, mrt_output *output)
{
    const size_t used = (size_t)fold->count * MRT_CHANNEL_WORDS;
    const size_t words = ((size_t)fold->count + MRT_CHANNELS_MULTIPLE - 1) / MRT_CHANNELS_MULTIPLE * MRT_CHANNELS_MULTIPLE *
                         MRT_CHANNEL_WORDS;
    int32_t *table = (int32_t *)mrt_take(b->memory, 4 * words, 0);
    size_t   i;

    if (!table)
        return NULL;
    for (i = used; i < words; i++)
        table[i] = 0;
    mrt_channels_fold(fold, output, table);
    return table;
}
