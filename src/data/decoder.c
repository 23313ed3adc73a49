/* A window of paths is decoded at once, each task one picture; then its pictures are handed out. The first picture is a
 * window of its own: its size says how many the next ones may have.
 * SPDX-License-Identifier: Apache-2.0 */
#include "data/decoder.h"

#include <stdlib.h>

#include "base/thread.h"

enum {
    WINDOW_MAX = 256,
    WINDOW_BYTES = 32 << 20,
    THREADS_FROM = 16 /* pictures: fewer are decoded before threads are there */
};

typedef struct decoded {
    mote_array image;
    mote_error failure;
} decoded;

struct mote_decoder {
    mote_pool         *pool;
    const char *const *paths;
    size_t             count, first; /* of all; of the window */
    mote_image_options options;
    size_t             most_bytes; /* a picture may have; 0: not known yet */
    int                window, done;
    decoded            slots[WINDOW_MAX];
};

static void decode(void *context, int task)
{
    mote_decoder *d = context;
    decoded      *slot = &d->slots[task];
    mote_array    shape;

    *slot = (decoded){0};
    mote_image_load(&slot->image, d->paths[d->first + (size_t)task], &d->options, &slot->failure);
    if (d->most_bytes == 0 || slot->image.count <= d->most_bytes)
        return;
    shape = slot->image;
    shape.bytes = NULL;
    shape.owner = NULL;
    mote_array_free(&slot->image);
    slot->image = shape;
}

static int window_size(const mote_decoder *d)
{
    const size_t left = d->count - d->first;
    size_t       most = d->most_bytes == 0 ? 1 : WINDOW_BYTES / d->most_bytes;

    most = most < 1 ? 1 : most > WINDOW_MAX ? WINDOW_MAX : most;
    return (int)(left < most ? left : most);
}

static void decode_window(mote_decoder *d)
{
    d->first += (size_t)d->window;
    d->window = window_size(d);
    d->done = 0;
    mote_pool_run(d->pool, decode, d, d->window);
}

mote_status mote_decoder_create(mote_decoder **out, const char *const *paths, size_t count,
                                const mote_image_options *options, mote_error *err)
{
    mote_decoder *d = calloc(1, sizeof *d);

    *out = NULL;
    if (!d)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    d->paths = paths;
    d->count = count;
    d->options = *options;
    if (mote_pool_create(&d->pool, count < THREADS_FROM ? 1 : 0, err) != MOTE_OK) {
        free(d);
        return err->code;
    }
    *out = d;
    return MOTE_OK;
}

mote_status mote_decoder_next(mote_decoder *d, mote_array *out, mote_error *err)
{
    decoded *slot;

    if (d->done == d->window)
        decode_window(d);
    slot = &d->slots[d->done++];
    *out = slot->image;
    slot->image = (mote_array){0};
    if (d->most_bytes == 0)
        d->most_bytes = out->count;
    return slot->failure.code == MOTE_OK ? MOTE_OK : mote_fail(err, slot->failure.code, "%s", slot->failure.text);
}

void mote_decoder_destroy(mote_decoder *d)
{
    if (!d)
        return;
    for (; d->done < d->window; d->done++)
        mote_array_free(&d->slots[d->done].image);
    mote_pool_destroy(d->pool);
    free(d);
}
