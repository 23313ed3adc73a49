/* Files of a folder that cannot be read: told all at once, or left out with a note.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_DAMAGE_H
#define MOTE_DATA_DAMAGE_H

#include "data/raw.h"

enum { MOTE_DAMAGE_NAMES_BYTES = 240 };

/* Names for the message, and why the first could not be read. Zeroed is none. */
typedef struct mote_damage {
    size_t      count, named;
    char        names[MOTE_DAMAGE_NAMES_BYTES];
    mote_status first_code;
    char        first[MOTE_ERROR_TEXT]; /* its path and reason */
} mote_damage;

/* Whether a failure says something of the file, not of the memory that is missing. */
bool mote_is_damage(const mote_error *failure);

/* failure: begins with the path, and is cleared. folder: in front of path, and not shown. */
void mote_damage_add(mote_damage *d, const char *folder, const char *path, mote_error *failure);

/* noun: "picture". */
mote_status mote_damage_report(const mote_damage *d, mote_raw_set *raw, const char *folder, const char *noun, bool skip,
                               mote_error *err);

/* What of a path stands behind its folder. */
const char *mote_path_inside(const char *path, const char *folder);

#endif
