/* HDF5: every group is listed, every array read, the attributes of Keras asked for.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "formats/hdf5/hdf5.h"

enum { DEPTH_MAX = 6, LINKS_MAX = 200 };

typedef struct walk {
    const mote_hdf5 *file;
    mote_arena      *arena;
    int              depth, links;
} walk;

static void look_at(walk *w, mote_hdf5_object object);

static mote_status take(void *user, const char *name, mote_hdf5_object object, mote_error *err)
{
    walk *w = user;

    (void)err;
    if (name && w->depth < DEPTH_MAX && w->links++ < LINKS_MAX)
        look_at(w, object);
    return MOTE_OK;
}

static void look_at(walk *w, mote_hdf5_object object)
{
    static const char *const names[] = {"model_config", "weight_names", "layer_names"};
    const char             **texts;
    mote_hdf5_array          array;
    mote_error               err = {0};
    int32_t                  count, i;

    for (i = 0; i < 3; i++) {
        mote_hdf5_texts(w->file, object, names[i], w->arena, &texts, &count, &err);
        mote_error_clear(&err);
    }
    mote_hdf5_read(w->file, object, FUZZ_MAX_BYTES, w->arena, &array, &err);
    mote_error_clear(&err);
    w->depth++;
    mote_hdf5_list(w->file, object, w->arena, take, w, &err);
    w->depth--;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_hdf5        file;
    mote_arena       arena = {.cap_bytes = FUZZ_MAX_BYTES};
    walk             w = {.file = &file, .arena = &arena};
    mote_hdf5_object root;
    mote_error       err = {0};
    bool             found;

    if (mote_hdf5_open(&file, bytes, count, &err) == MOTE_OK && mote_hdf5_find(&file, "", &root, &found, &err) == MOTE_OK)
        look_at(&w, root);
    mote_arena_destroy(&arena);
    return 0;
}
