/* SPDX-License-Identifier: Apache-2.0 */
#include "data/source.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/zip.h"

mote_status mote_source_read(mote_source *source, void *to, size_t count, const char *what, mote_error *err)
{
    size_t got;

    MOTE_TRY(source->read(source, to, count, &got, err));
    if (got < count)
        return mote_fail(err, MOTE_ERR_FORMAT, "truncated: %zu of %zu bytes of %s are missing", count - got, count, what);
    return MOTE_OK;
}

mote_status mote_source_expect(const mote_source *source, size_t bytes, mote_error *err)
{
    if (bytes > source->at_most)
        return mote_fail(err, MOTE_ERR_FORMAT, "truncated or damaged: claims %zu bytes, but holds at most %zu", bytes,
                         source->at_most);
    return MOTE_OK;
}

mote_status mote_source_finish(mote_source *source, mote_error *err)
{
    char   extra;
    size_t got;

    MOTE_TRY(source->read(source, &extra, 1, &got, err));
    return got == 0 ? MOTE_OK : mote_fail(err, MOTE_ERR_FORMAT, "goes on after its last element: the header says less");
}

static mote_status read_memory(mote_source *source, void *to, size_t count, size_t *got, mote_error *err)
{
    mote_memory_source *memory = (mote_memory_source *)source;

    (void)err;
    *got = count < source->at_most ? count : source->at_most;
    if (*got > 0)
        memcpy(to, memory->bytes, *got);
    memory->bytes += *got;
    source->at_most -= *got;
    return MOTE_OK;
}

void mote_memory_source_init(mote_memory_source *memory, const uint8_t *bytes, size_t count)
{
    *memory = (mote_memory_source){{read_memory, count}, bytes};
}

static mote_status read_file(mote_source *source, void *to, size_t count, size_t *got, mote_error *err)
{
    mote_file_source *file = (mote_file_source *)source;

    *got = count < source->at_most ? count : source->at_most;
    MOTE_TRY(mote_file_reader_read(&file->reader, to, *got, err));
    source->at_most -= *got;
    return MOTE_OK;
}

mote_status mote_file_source_open(mote_file_source *file, const char *path, mote_error *err)
{
    *file = (mote_file_source){.source = {.read = read_file}};
    MOTE_TRY(mote_file_reader_open(&file->reader, path, err));
    file->source.at_most = file->reader.bytes_left;
    return MOTE_OK;
}

void mote_file_source_close(mote_file_source *file)
{
    mote_file_reader_close(&file->reader);
}

bool mote_is_gzip(const uint8_t *bytes, size_t count)
{
    return count >= 3 && bytes[0] == 0x1f && bytes[1] == 0x8b && bytes[2] == 8;
}

/* zlib counts in unsigned int: larger buffers go in parts. */
static unsigned at_once(size_t count)
{
    return count < UINT_MAX ? (unsigned)count : UINT_MAX;
}

static mote_status read_gzip(mote_source *source, void *to, size_t count, size_t *got, mote_error *err)
{
    mote_gzip_source *gzip = (mote_gzip_source *)source;
    z_stream         *stream = &gzip->stream;
    int               result = Z_OK;

    for (*got = 0; *got < count && !gzip->has_ended;) {
        unsigned part = at_once(count - *got);
        stream->next_out = (Bytef *)to + *got;
        stream->avail_out = part;
        result = inflate(stream, Z_NO_FLUSH);
        *got += part - stream->avail_out;
        if (result == Z_STREAM_END) {
            gzip->has_ended = !mote_is_gzip(stream->next_in, stream->avail_in);
            if (!gzip->has_ended)
                result = inflateReset(stream);
        }
        if (result == Z_BUF_ERROR || (result == Z_OK && stream->avail_in == 0 && stream->avail_out > 0))
            return mote_fail(err, MOTE_ERR_FORMAT, "truncated: the gzip stream stops before its end");
        if (result != Z_OK && result != Z_STREAM_END)
            return mote_fail(err, MOTE_ERR_FORMAT, "damaged gzip stream: %s", stream->msg ? stream->msg : zError(result));
    }
    source->at_most = source->at_most > *got ? source->at_most - *got : 0;
    return MOTE_OK;
}

mote_status mote_gzip_source_open(mote_gzip_source *gzip, const uint8_t *bytes, size_t count, mote_error *err)
{
    *gzip = (mote_gzip_source){.source = {read_gzip, mote_size_mul(count, MOTE_DEFLATE_MAX_GAIN)}};
    if (count > UINT_MAX)
        return mote_fail(err, MOTE_ERR_LIMIT, "gzip files of 4 GiB and more are not supported; unpack it");
    if (inflateInit2(&gzip->stream, 16 + MAX_WBITS) != Z_OK)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    gzip->stream.next_in = bytes;
    gzip->stream.avail_in = (unsigned)count;
    return MOTE_OK;
}

void mote_gzip_source_close(mote_gzip_source *gzip)
{
    inflateEnd(&gzip->stream); /* does nothing before inflateInit2 */
}

/* Doubles the room until the stream ends. */
static mote_status unpack_all(uint8_t **out, size_t *used, mote_source *source, size_t max_bytes, mote_error *err)
{
    size_t   room = 0, got;
    uint8_t *larger;

    for (*used = 0; *used == room; *used += got) {
        room = room > 0 ? mote_size_mul(room, 2) : 1 << 16;
        room = room < max_bytes ? room : max_bytes;
        if (*used == room)
            return mote_fail(err, MOTE_ERR_LIMIT, "unpacked it needs more than the memory limit of %zu bytes", max_bytes);
        if ((larger = realloc(*out, room)) == NULL)
            return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
        *out = larger;
        MOTE_TRY(source->read(source, *out + *used, room - *used, &got, err));
    }
    return MOTE_OK;
}

mote_status mote_gunzip(uint8_t **out, size_t *out_count, const uint8_t *bytes, size_t count, size_t max_bytes,
                        mote_error *err)
{
    mote_gzip_source gzip;

    *out = NULL;
    *out_count = 0;
    if (mote_gzip_source_open(&gzip, bytes, count, err) == MOTE_OK)
        unpack_all(out, out_count, &gzip.source, max_bytes, err);
    mote_gzip_source_close(&gzip);
    if (err->code != MOTE_OK) {
        free(*out);
        *out = NULL;
    }
    return err->code;
}

size_t mote_unpacked_start(uint8_t *out, size_t room, const uint8_t *bytes, size_t count)
{
    mote_error       ignored = {0};
    mote_gzip_source gzip;
    size_t           got = count < room ? count : room;

    if (!mote_is_gzip(bytes, count)) {
        memcpy(out, bytes, got);
        return got;
    }
    got = 0;
    if (mote_gzip_source_open(&gzip, bytes, count, &ignored) == MOTE_OK)
        gzip.source.read(&gzip.source, out, room, &got, &ignored);
    mote_gzip_source_close(&gzip);
    return got;
}
