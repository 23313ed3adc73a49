/* How a JPEG's picture stands, as the camera that took it says.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_EXIF_H
#define MOTE_DATA_EXIF_H

#include "data/pixels.h"

/* 1 to 8, as EXIF numbers them; 1 where nothing is said, or nothing that makes sense. count: as much of the file as there
 * is; 64 KiB have it. */
int mote_exif_orientation(const uint8_t *bytes, size_t count);

/* Turns and mirrors pixels so that the picture stands upright. On failure they stay as they are. */
mote_status mote_pixels_upright(mote_pixels *pixels, int orientation, mote_error *err);

#endif
