/* What gzip packed, whole and its first bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include "data/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    uint8_t   *unpacked, start[16];
    size_t     unpacked_count;
    mote_error err = {0};

    mote_unpacked_start(start, sizeof start, bytes, count);
    mote_gunzip(&unpacked, &unpacked_count, bytes, count, 1 << 20, &err);
    free(unpacked);
    return 0;
}
