/* PNG and JPEG images.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "data/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const mote_image_options options = {.height = 5, .width = 7, .channels = count % 3 == 0 ? 0 : count % 3 == 1 ? 1 : 4};
    mote_array               array = {0};
    mote_error               err = {0};

    mote_image_decode(&array, bytes, count, &options, &err);
    mote_array_free(&array);
    return 0;
}
