/* Runs every file of a corpus folder through a fuzz target: replay FOLDER. A crash fails the test, and so does an empty
 * corpus.
 * SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "fuzz.h"

/* A copy of its own on the heap: AddressSanitizer then sees a read beyond the end. */
static int run_file(const char *path)
{
    mote_error err = {0};
    mote_file  file;
    uint8_t   *copy;

    if (mote_file_open(&file, path, &err) != MOTE_OK || (copy = malloc(file.count ? file.count : 1)) == NULL) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        return 1;
    }
    memcpy(copy, file.bytes, file.count);
    LLVMFuzzerTestOneInput(copy, file.count);
    free(copy);
    mote_file_close(&file);
    return 0;
}

int main(int count, char **arguments)
{
    DIR           *folder = count == 2 ? opendir(arguments[1]) : NULL;
    struct dirent *entry;
    char           path[4096];
    int            done = 0, failed = 0;

    if (!folder) {
        fprintf(stderr, "usage: replay FOLDER\n");
        return 2;
    }
    while ((entry = readdir(folder)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", arguments[1], entry->d_name);
        failed += run_file(path);
        done++;
    }
    closedir(folder);
    printf("%d inputs\n", done);
    return failed > 0 || done == 0;
}
