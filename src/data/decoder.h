/* Pictures of many files, decoded by all processors and handed out one by one in the order of their paths: what they are
 * does not depend on who decoded them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_DECODER_H
#define MOTE_DATA_DECODER_H

#include <mote/image.h>

typedef struct mote_decoder mote_decoder;

/* paths and what options point to must outlive it. */
mote_status mote_decoder_create(mote_decoder **out, const char *const *paths, size_t count,
                                const mote_image_options *options, mote_error *err);

/* The next picture, or what mote_image_load says of its file; the caller's to free. A picture that has more bytes than the
 * first one comes with its shape alone, bytes NULL: who asks for one size refuses it, and a folder of giants takes no
 * memory. Not beyond count. */
mote_status mote_decoder_next(mote_decoder *decoder, mote_array *out, mote_error *err);
void        mote_decoder_destroy(mote_decoder *decoder); /* NULL is fine */

#endif
