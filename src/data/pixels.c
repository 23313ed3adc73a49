/* SPDX-License-Identifier: Apache-2.0 */
#include "data/pixels.h"

mote_status mote_pixels_check_size(uint32_t height, uint32_t width, size_t bytes, size_t pixels_per_byte, mote_error *err)
{
    uint64_t pixels = (uint64_t)height * width;

    if (height == 0 || width == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "the image has no pixels");
    if (height > MOTE_IMAGE_MAX_SIDE || width > MOTE_IMAGE_MAX_SIDE || pixels > MOTE_IMAGE_MAX_PIXELS)
        return mote_fail(err, MOTE_ERR_LIMIT, "the image claims %ux%u pixels; the limit is %d pixels, %d a side", width,
                         height, MOTE_IMAGE_MAX_PIXELS, MOTE_IMAGE_MAX_SIDE);
    if (pixels / pixels_per_byte > bytes)
        return mote_fail(err, MOTE_ERR_FORMAT, "truncated or damaged: %zu bytes cannot hold %ux%u pixels", bytes, width,
                         height);
    return MOTE_OK;
}
