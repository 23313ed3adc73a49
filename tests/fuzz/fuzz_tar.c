/* gzip'ed and plain tar archives, walked as mote data fetch does.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "data/tar.h"

static void walk(mote_source *source)
{
    mote_tar_member member;
    mote_error      err = {0};
    bool            is_end = false;

    while (!is_end && mote_tar_next(&member, &is_end, source, &err) == MOTE_OK)
        if (!is_end && (mote_tar_skip(source, member.bytes, &err) != MOTE_OK ||
                        mote_tar_skip_padding(source, &member, &err) != MOTE_OK))
            break;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_gzip_source   gzip = {0};
    mote_memory_source memory;
    mote_error         err = {0};

    if (mote_is_gzip(bytes, count)) {
        if (mote_gzip_source_open(&gzip, bytes, count, &err) == MOTE_OK)
            walk(&gzip.source);
        mote_gzip_source_close(&gzip);
    } else {
        mote_memory_source_init(&memory, bytes, count);
        walk(&memory.source);
    }
    return 0;
}
