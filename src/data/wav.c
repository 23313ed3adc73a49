/* WAV: "RIFF", a size, "WAVE", then chunks of a name, a size and bytes, each filled up to an even number of them. "fmt "
 * says what the samples of "data" are. Source: Microsoft's and IBM's RIFF (1991), WAVEFORMATEXTENSIBLE.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/wav.h"

#include <math.h>
#include <string.h>

#include "base/file.h"
#include "data/array.h"

enum { TAG_PCM = 1, TAG_FLOAT = 3, TAG_EXTENSIBLE = 0xfffe, CHANNELS_MAX = 64, SILENCE_U8 = 128 };

typedef struct wav {
    const uint8_t *samples;
    size_t         bytes;
    uint32_t       tag, channels, rate, bits;
    bool           has_format;
} wav;

static uint32_t read_16(const uint8_t *at)
{
    return (uint32_t)(at[0] | at[1] << 8);
}

static uint32_t read_32(const uint8_t *at)
{
    return read_16(at) | read_16(at + 2) << 16;
}

bool mote_is_wav(const uint8_t *bytes, size_t count)
{
    return count >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WAVE", 4) == 0;
}

static bool is_known(const wav *w)
{
    if (w->tag == TAG_PCM)
        return w->bits == 8 || w->bits == 16 || w->bits == 24 || w->bits == 32;
    return w->tag == TAG_FLOAT && (w->bits == 32 || w->bits == 64);
}

static mote_status read_format(wav *w, const uint8_t *at, size_t count, mote_error *err)
{
    if (count < 16)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged WAV file: its format takes %zu bytes", count);
    w->tag = read_16(at);
    w->channels = read_16(at + 2);
    w->rate = read_32(at + 4);
    w->bits = read_16(at + 14);
    if (w->tag == TAG_EXTENSIBLE && count >= 26)
        w->tag = read_16(at + 24);
    if (!is_known(w))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "is a WAV file of format %u with %u bits; PCM of 8, 16, 24 and 32 bits and floats are read",
                         (unsigned)w->tag, (unsigned)w->bits);
    if (w->channels < 1 || w->channels > CHANNELS_MAX || w->rate < 1 || w->rate > INT32_MAX ||
        read_16(at + 12) != w->channels * w->bits / 8)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged WAV file: %u channels, %u bytes a frame, %u Hz",
                         (unsigned)w->channels, (unsigned)read_16(at + 12), (unsigned)w->rate);
    w->has_format = true;
    return MOTE_OK;
}

/* A program that writes to a pipe cannot go back to say how much there is: the samples then go on to the end. */
static mote_status find_samples(wav *w, const uint8_t *bytes, size_t count, mote_error *err)
{
    size_t at = 12, size;

    while (count - at >= 8) {
        const uint8_t *chunk = bytes + at;
        size = read_32(chunk + 4);
        at += 8;
        if (memcmp(chunk, "data", 4) == 0 && size == UINT32_MAX)
            size = count - at;
        if (size > count - at)
            return mote_fail(err, MOTE_ERR_FORMAT, "truncated: a part of %zu bytes begins %zu bytes before the file's end",
                             size, count - at);
        if (memcmp(chunk, "fmt ", 4) == 0)
            MOTE_TRY(read_format(w, bytes + at, size, err));
        if (memcmp(chunk, "data", 4) == 0) {
            w->samples = bytes + at;
            w->bytes = size;
            break;
        }
        at += size + (size % 2 == 1 && size < count - at);
    }
    if (!w->has_format || !w->samples)
        return mote_fail(err, MOTE_ERR_FORMAT, "damaged WAV file: it has no %s", w->has_format ? "samples" : "format");
    return MOTE_OK;
}

/* ---- samples ---- */

static float read_float(const uint8_t *at, uint32_t bits)
{
    const uint32_t low = read_32(at);
    uint64_t       both;
    double         wide;
    float          narrow;

    if (bits == 32) {
        memcpy(&narrow, &low, sizeof narrow);
        return narrow;
    }
    both = low | (uint64_t)read_32(at + 4) << 32;
    memcpy(&wide, &both, sizeof wide);
    return (float)wide;
}

static float read_whole(const uint8_t *at, uint32_t bits)
{
    const uint32_t value = bits == 24 ? (read_16(at) | (uint32_t)at[2] << 16) << 8 : read_32(at);

    return bits == 24 ? (float)((int32_t)value / 256) : (float)(int32_t)value;
}

static mote_status read_floats(const wav *w, float *out, size_t count, mote_error *err)
{
    size_t i;

    for (i = 0; i < count; i++) {
        const uint8_t *at = w->samples + i * (w->bits / 8);
        out[i] = w->tag == TAG_FLOAT ? read_float(at, w->bits) : read_whole(at, w->bits);
        if (!isfinite(out[i]))
            return mote_fail(err, MOTE_ERR_FORMAT, "sample %zu is NaN or infinity", i / w->channels);
    }
    return MOTE_OK;
}

static mote_status read_samples(const wav *w, mote_array *out, mote_error *err)
{
    size_t i;

    if (out->dtype == MOTE_U8)
        memcpy(out->bytes, w->samples, out->count);
    else if (out->dtype == MOTE_I16)
        for (i = 0; i < out->count; i++)
            ((int16_t *)out->bytes)[i] = (int16_t)read_16(w->samples + 2 * i);
    else
        return read_floats(w, out->bytes, out->count, err);
    return MOTE_OK;
}

mote_status mote_wav_decode(mote_array *out, int32_t *sample_rate, const uint8_t *bytes, size_t count, mote_error *err)
{
    wav        w = {0};
    mote_dtype dtype;
    int64_t    dim[2];

    *out = (mote_array){0};
    if (!mote_is_wav(bytes, count))
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "is no WAV file; convert it to one");
    MOTE_TRY(find_samples(&w, bytes, count, err));
    dtype = w.tag == TAG_PCM && w.bits == 8 ? MOTE_U8 : w.tag == TAG_PCM && w.bits == 16 ? MOTE_I16 : MOTE_F32;
    dim[0] = (int64_t)(w.bytes / (w.channels * w.bits / 8)); /* a last frame that is cut is none */
    dim[1] = w.channels;
    if (dim[0] == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "the WAV file has no samples");
    MOTE_TRY(mote_array_create(out, dtype, 2, dim, err));
    if (read_samples(&w, out, err) != MOTE_OK)
        mote_array_free(out);
    *sample_rate = (int32_t)w.rate;
    return err->code;
}

mote_status mote_wav_load(mote_array *out, int32_t *sample_rate, const char *path, mote_error *err)
{
    mote_file file;

    *out = (mote_array){0};
    if (mote_file_open(&file, path, err) == MOTE_OK)
        mote_wav_decode(out, sample_rate, file.bytes, file.count, err);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

void mote_wav_fit(const mote_array *sound, void *to, size_t count)
{
    const size_t element = mote_array_element_bytes(sound->dtype), taken = sound->count < count ? sound->count : count;

    memcpy(to, sound->bytes, taken * element);
    memset((uint8_t *)to + taken * element, sound->dtype == MOTE_U8 ? SILENCE_U8 : 0, (count - taken) * element);
}

bool mote_is_wav_name(const char *name)
{
    return mote_path_has_suffix(name, ".wav") || mote_path_has_suffix(name, ".wave");
}
