/* SPDX-License-Identifier: Apache-2.0 */
#include "base/embedded.h"

#include <string.h>

const mote_embedded_file *mote_embedded_find(const char *path)
{
    const mote_embedded_file *file;

    for (file = mote_embedded_files; file->path; file++)
        if (strcmp(file->path, path) == 0)
            return file;
    return NULL;
}
