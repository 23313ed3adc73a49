/* Tables of channels (runtime/arch/channel.h), which the int8 kernels of runtime/arch read in place of biases, multipliers
 * and shifts. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_CHANNELS_H
#define MOTE_OPS_CHANNELS_H

#include "ops/op.h"
#include "runtime/arch/channel.h"

/* Folds a table, adds it to prepared as "channels", and fills output's is_fast and is_relu; the rest of output is read. */
mote_status mote_channels_prepare(const mrt_fold *fold, mote_prepared *prepared, mrt_output *output,
                                  const int32_t **channels, mote_error *err);

#define MOTE_OUTPUT_FIELDS(T)                                                                                               \
    MOTE_FIELD(T, output.zero), MOTE_DECIDING_FIELD(T, output.act_min), MOTE_DECIDING_FIELD(T, output.act_max),             \
        MOTE_DECIDING_FIELD(T, output.is_fast), MOTE_DECIDING_FIELD(T, output.is_relu)

#endif
