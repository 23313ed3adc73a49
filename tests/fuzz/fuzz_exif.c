/* EXIF's orientation of JPEG files, without their pixels. SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include "data/exif.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const int orientation = mote_exif_orientation(bytes, count);

    if (orientation < 1 || orientation > 8)
        abort();
    return 0;
}
