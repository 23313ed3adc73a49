/* Small files for the tests of src/data: a scratch folder, bytes to a file, big-endian words.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_DATA_FILES_H
#define TESTS_DATA_FILES_H

#include "testing.h"

#include <string.h>

#include <zlib.h>

#include "base/file.h"
#include "base/text.h"

/* One folder a test program, below build/tests; setup makes it empty, teardown removes it. */
#define SCRATCH "build/tests/data-scratch-" TEST_NAME

static int make_scratch(void **state)
{
    mote_error err = {0};

    (void)state;
    return mote_remove_tree(SCRATCH, &err) == MOTE_OK && mote_make_dirs(SCRATCH, &err) == MOTE_OK ? 0 : -1;
}

static int remove_scratch(void **state)
{
    mote_error err = {0};

    (void)state;
    return mote_remove_tree(SCRATCH, &err) == MOTE_OK ? 0 : -1;
}

static inline void put_file(const char *path, const void *bytes, size_t count)
{
    mote_error err = {0};

    if (mote_file_write(path, bytes, count, &err) != MOTE_OK)
        fail_msg("%s", err.text);
}

static inline void add_big_endian(mote_text *text, uint32_t word)
{
    const char bytes[4] = {(char)(word >> 24), (char)(word >> 16), (char)(word >> 8), (char)word};

    mote_text_add(text, bytes, 4);
}

/* At most 64 KiB when packed. */
static inline mote_text gzip(const mote_text *plain)
{
    mote_text   packed = {0};
    z_stream    stream = {0};
    static char bytes[1 << 16];

    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)plain->bytes;
    stream.avail_in = (unsigned)plain->count;
    stream.next_out = (Bytef *)bytes;
    stream.avail_out = sizeof bytes;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    mote_text_add(&packed, bytes, sizeof bytes - stream.avail_out);
    deflateEnd(&stream);
    return packed;
}

/* Whether the set has a note with these words. */
#define has_note(set, words) (find_note((set)->notes, (set)->note_count, (words)))

static inline bool find_note(const char *const *notes, int count, const char *words)
{
    int i;

    for (i = 0; i < count; i++)
        if (strstr(notes[i], words))
            return true;
    return false;
}

/* The call fails with this code and these words in its one line. */
#define assert_fails(call, wanted_code, words)                                                                              \
    do {                                                                                                                    \
        mote_error  err_ = {0}, *err = &err_;                                                                               \
        mote_status status_ = (call);                                                                                       \
        if (status_ != (wanted_code) || !strstr(err_.text, (words)))                                                        \
            fail_msg("got %d \"%s\", expected %d \"%s\"", (int)status_, err_.text, (int)(wanted_code), (words));            \
        assert_int_equal(status_, err_.code);                                                                               \
        assert_null(strchr(err_.text, '\n'));                                                                               \
    } while (0)

#define assert_works(call)                                                                                                  \
    do {                                                                                                                    \
        mote_error err_ = {0}, *err = &err_;                                                                                \
        if ((call) != MOTE_OK)                                                                                              \
            fail_msg("%s", err_.text);                                                                                      \
        assert_int_equal(err_.code, MOTE_OK);                                                                               \
    } while (0)

#endif
