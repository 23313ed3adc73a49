/* WAV files. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "data/wav.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_array array = {0};
    mote_error err = {0};
    int32_t    rate = 0;

    mote_wav_decode(&array, &rate, bytes, count, &err);
    mote_array_free(&array);
    return 0;
}
