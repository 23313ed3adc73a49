/* IDX files, plain and gzip'ed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "data/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_array array = {0};
    mote_error err = {0};

    mote_array_read_bytes(&array, bytes, count, mote_idx_read, FUZZ_MAX_BYTES, &err);
    mote_array_free(&array);
    return 0;
}
