/* Keys: short texts that change when what a stage reads changes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_KEYS_H
#define MOTE_BUILD_KEYS_H

#include <mote/build.h>

typedef struct mote_build_keys {
    char train[65], convert[65], deploy[65];
} mote_build_keys;

/* The data's files count by their sizes and times of change, so that nothing large is read to find that all is up to date.
 */
mote_status mote_build_keys_find(mote_build_keys *out, const mote_spec *spec, mote_error *err);

#endif
