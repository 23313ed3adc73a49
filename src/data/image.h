/* Images inside the room.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_IMAGE_H
#define MOTE_DATA_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <mote/image.h>

enum { MOTE_CROP_MAX = 65536 }; /* of each number of a box */

mote_status mote_image_decode(mote_array *out, const uint8_t *bytes, size_t count, const mote_image_options *options,
                              mote_error *err);
bool        mote_is_image(const uint8_t *bytes, size_t count); /* by the first bytes, of which 18 do */
int         mote_image_orientation(const char *path);          /* EXIF's, 1 to 8; 1 where there is none */

/* For messages. */
#define MOTE_IMAGE_KINDS "PNG, JPEG, BMP, GIF or WebP"

#endif
