/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/channels.h"

mote_status mote_channels_prepare(const mrt_fold *fold, mote_prepared *prepared, mrt_output *output,
                                  const int32_t **channels, mote_error *err)
{
    const int32_t padded = (fold->count + MRT_CHANNELS_MULTIPLE - 1) / MRT_CHANNELS_MULTIPLE * MRT_CHANNELS_MULTIPLE;
    const size_t  words = mote_size_mul((size_t)padded, MRT_CHANNEL_WORDS);
    int32_t      *table = MOTE_NEW(prepared->arena, int32_t, words, err);

    if (!table)
        return err->code;
    mrt_channels_fold(fold, output, table);
    *channels = table;
    return mote_prepared_add(prepared, "channels", table, MOTE_I32, words, err);
}
