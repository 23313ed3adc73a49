/* Inside the library: the very model whose memory mote_inspect tells, for who does more with it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_COMPARE_INSPECTED_H
#define MOTE_COMPARE_INSPECTED_H

#include <mote/inspect.h>

/* In its inference form, a model in training as if it were trained; as int8 where options->quantize is not NULL. */
mote_status mote_inspected_model(mote_model **out, const mote_model *model, const mote_inspect_options *options,
                                 mote_error *err);

/* Whether the plan that mote_inspect would tell fits into regions with these limits (plan/split.h), and what it takes of
 * each. What cannot be planned in one region does not fit. */
mote_status mote_inspected_split(bool *fits, size_t *taken, const mote_model *model, const mote_inspect_options *options,
                                 const size_t *limits, int32_t count, mote_error *err);

#endif
