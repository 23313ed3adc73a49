/* What a firmware is told of the samples that it carries: inside the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_EMIT_SAMPLES_H
#define MOTE_EMIT_SAMPLES_H

#include "emit/emit.h"

typedef struct emitted_samples {
    const mote_samples *of;
    uint8_t            *outputs;    /* [count][out_bytes]: the host's */
    size_t              out_bytes;  /* of a sample */
    bool                has_header; /* others see them by NAME_samples.h */
} emitted_samples;

/* NAME_samples.h, and in NAME_selftest.c what the host says of each sample. */
void mote_emit_samples_header(const mote_emitter *emitter, const emitted_samples *samples, mote_text *out);
void mote_emit_sample_answers(const mote_emitter *emitter, const emitted_samples *samples, mote_text *out);

#endif
