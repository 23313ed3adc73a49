/* The inputs of one run: the host writes them into the linked firmware, so that one build serves any number of runs.
 * SPDX-License-Identifier: Apache-2.0 */
#include <avr/pgmspace.h>
#include <stdint.h>

extern const uint8_t  mote_samples[];
extern const uint16_t mote_samples_bytes;

const uint8_t                     mote_samples[SAMPLE_BYTES] PROGMEM = {0};
const uint16_t mote_samples_bytes PROGMEM = 0;
