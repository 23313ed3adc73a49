/* Files that the program carries inside itself: the runtime's headers and the chips' start-up parts, as they stand in the
 * source tree, so that `mote compile` needs no installed data. Made by tools/embed.cmake.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_EMBEDDED_H
#define MOTE_BASE_EMBEDDED_H

#include <stddef.h>
#include <stdint.h>

typedef struct mote_embedded_file {
    const char *path; /* relative to the source tree, e.g. "runtime/mrt.h"; NULL ends the table */
    const char *text;
    uint64_t    count;
} mote_embedded_file;

extern const mote_embedded_file mote_embedded_files[];

/* NULL when there is none of that name. */
const mote_embedded_file *mote_embedded_find(const char *path);

#endif
