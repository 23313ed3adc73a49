/* Git LFS keeps large files elsewhere; where they were not fetched, a small text stands in their place.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_LFS_H
#define MOTE_BASE_LFS_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define MOTE_LFS_ADVICE "is a Git LFS pointer, not the file itself: run git lfs pull"

static inline bool mote_is_lfs_pointer(const void *bytes, size_t count)
{
    static const char start[] = "version https://git-lfs";

    return count >= sizeof start - 1 && memcmp(bytes, start, sizeof start - 1) == 0;
}

#endif
