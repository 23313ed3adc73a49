/* Projects: folders that a board's own tools build. Each kind is a folder of templates/, whose files become the project's,
 * with the model's name in place of NAME in their paths; a file of templates/common/ becomes part of every project's code.
 * What the model itself is made of, emit/ writes. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PROJECT_PROJECT_H
#define MOTE_PROJECT_PROJECT_H

#include <mote/compile.h>

#include "base/arena.h"
#include "project/template.h"

typedef struct mote_project {
    const char *name; /* "arduino" */
    const char *code; /* the folder in it that the model's sources go to: "src", or with NAME in it */
} mote_project;

/* NULL past the last one. */
const mote_project *mote_project_at(int index);
const mote_project *mote_project_find(const char *name);

/* "src", "lib/kws/src": the model's name in place of NAME. out has room for bytes. */
void mote_project_path(char *out, size_t bytes, const char *path, const char *name);

/* Writes the project's own files below folder, and the common ones into its folder of code. The variable "name" is the
 * model's. */
mote_status mote_project_write(const mote_project *project, const char *folder, const mote_variable *variables,
                               mote_error *err);

/* ---- files that somebody else may have changed ---- */

/* Files that stay as they are, since they are not as mote wrote them; their paths in the project. The first ones of count.
 */
typedef struct mote_kept_files {
    char *path[MOTE_COMPILE_KEPT_MAX]; /* in the arena that was given */
    int   count;
} mote_kept_files;

/* Moves what was made into the project's folder, which may be there already, with files of its user's. The file .mote-files
 * in it remembers what mote wrote, with a hash of each.
 *  - What is as mote wrote it is replaced, or goes where it is no longer made.
 *  - Other files stay. Where a made one has the same name, the user's stays and is told in kept; below code, where what is
 *    there must fit together, this is refused before anything changes.
 * made is left with what was not moved. Errors: IO; USAGE (a changed source, a file in the place of a folder). */
mote_status mote_project_merge(mote_kept_files *kept, const char *made, const char *folder, const char *code,
                               mote_arena *arena, mote_error *err);

#endif
