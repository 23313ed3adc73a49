/* One PNG, JPEG, BMP, GIF or WebP image as bytes; of an animation the first frame, as TensorFlow's decode_image gives it.
 *
 * Which of them a file is shows in its first bytes. Images of more than 2^25 pixels or 16,384 in either direction are
 * refused (MOTE_ERR_LIMIT), and so are damaged ones (MOTE_ERR_FORMAT). Images whose library was
 * missing at build time (all but BMP have one) end in MOTE_ERR_UNSUPPORTED, naming its package.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_IMAGE_H
#define MOTE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include <mote/array.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What of a picture is taken, before it is resized. */
typedef enum mote_crop_kind {
    MOTE_CROP_NONE = 0, /* all of it */
    MOTE_CROP_CENTER,   /* the largest part of the wanted size's proportions, from the middle: Keras' crop_to_aspect_ratio */
    MOTE_CROP_BOX,      /* these pixels; a picture that does not have them is refused */
    MOTE_CROP_PAD       /* all of it, in black bars that give it the wanted proportions: Keras' pad_to_aspect_ratio */
} mote_crop_kind;

typedef struct mote_crop {
    mote_crop_kind kind;
    int32_t        top, left, height, width; /* BOX: pixels of the picture in its file, each at most 65,536 */
} mote_crop;

/* What to make of it; 0 in any field: as the file has it. */
typedef struct mote_image_options {
    int32_t height, width; /* pixels; resized bilinearly, half-pixel centres, no antialiasing (tf.image.resize's default),
                            * and rounded to the nearest byte; of more than 2,048 a side the centres to 4,096ths of a pixel.
                            * 0: as the file has it, or the crop */
    mote_crop crop;
    int32_t   channels;    /* 1 grey (0.299 R + 0.587 G + 0.114 B), 3 RGB, 4 RGBA; alpha is dropped, not blended; from the
                            * file: grey 1, everything else 3 */
    bool exif_orientation; /* first of all turn a JPEG as EXIF says that it stands; false: as stored, as TensorFlow has it */
    uint64_t room[7];      /* mote.h */
} mote_image_options;

/* Whether a file is called as an image of a kind that is read; what it is shows in its bytes. */
bool mote_is_image_name(const char *path);

/* out: uint8 [height, width, channels]; free with mote_array_free. options may be NULL. */
mote_status mote_image_load(mote_array *out, const char *path, const mote_image_options *options, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
