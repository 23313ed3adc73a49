/* Images of all kinds, whole, cropped and padded, turned or not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "data/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    static const mote_crop crops[] = {{0}, {.kind = MOTE_CROP_CENTER}, {MOTE_CROP_BOX, 1, 2, 3, 2}, {.kind = MOTE_CROP_PAD}};
    mote_image_options     options = {.height = 5, .width = 7, .channels = count % 3 == 0 ? 0 : count % 3 == 1 ? 1 : 4};
    mote_array             array = {0};
    mote_error             err = {0};
    size_t                 i;

    for (i = 0; i < sizeof crops / sizeof *crops; i++) {
        options.crop = crops[i];
        options.exif_orientation = i % 2 == 0;
        mote_image_decode(&array, bytes, count, &options, &err);
        mote_array_free(&array);
        mote_error_clear(&err);
    }
    return 0;
}
