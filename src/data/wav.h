/* Sounds: WAV files.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_WAV_H
#define MOTE_DATA_WAV_H

#include <stdbool.h>

#include <mote/array.h>

bool mote_is_wav(const uint8_t *bytes, size_t count); /* by the first 12 bytes */

/* Samples as they are in the file, [frames, channels]: 8 bits uint8 (silence is 128), 16 bits int16; 24 and 32 bits float32
 * of the same whole numbers (of 32 bits the upper 24), floats float32. Free with mote_array_free. What a file claims is
 * checked against its size before memory is taken. */
mote_status mote_wav_decode(mote_array *out, int32_t *sample_rate, const uint8_t *bytes, size_t count, mote_error *err);

mote_status mote_wav_load(mote_array *out, int32_t *sample_rate, const char *path, mote_error *err);

/* As much of it as there is, at most `count` numbers of its type; the rest is silence: Keras' output_sequence_length. */
void mote_wav_fit(const mote_array *sound, void *to, size_t count);

bool mote_is_wav_name(const char *name);

#endif
