/* .npz archives.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "data/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_npz  *npz;
    mote_error err = {0};
    int        i;

    if (mote_npz_open_bytes(&npz, bytes, count, "fuzz.npz", &err) != MOTE_OK)
        return 0;
    for (i = 0; i < mote_npz_count(npz) && i < 16; i++) {
        mote_array array = {0};
        mote_error_clear(&err);
        mote_npz_load(&array, npz, mote_npz_name(npz, i), FUZZ_MAX_BYTES, &err);
        mote_array_free(&array);
    }
    mote_npz_close(npz);
    return 0;
}
