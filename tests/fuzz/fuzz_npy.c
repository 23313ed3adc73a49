/* .npy files.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include "data/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_memory_source memory;
    mote_array         array = {0};
    mote_error         err = {0};
    float             *values;

    mote_memory_source_init(&memory, bytes, count);
    if (mote_npy_read(&array, &memory.source, FUZZ_MAX_BYTES, &err) == MOTE_OK) {
        values = malloc(array.count * sizeof *values + 1);
        mote_array_to_f32(&array, values);
        free(values);
    }
    mote_array_free(&array);
    return 0;
}
