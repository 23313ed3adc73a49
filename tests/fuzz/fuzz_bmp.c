/* BMP images, whose reader is our own: all kinds of channels. What is no BMP by its first bytes is not tried.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include "data/pixels.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const int channels[] = {0, 1, 3, 4};
    mote_pixels      pixels = {0};
    size_t           i;

    if (count < 2 || bytes[0] != 'B' || bytes[1] != 'M')
        return 0;
    for (i = 0; i < sizeof channels / sizeof *channels; i++) {
        mote_error err = {0};
        mote_bmp_decode(&pixels, bytes, count, channels[i], &err);
        free(pixels.bytes);
    }
    return 0;
}
