/* Checkpoints of a training: .npz as it is, or, where it does not begin as one, what stands in the arrays of a valid one, in
 * place of as many bytes of them. A training goes on from it, or says in a line why not.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <mote/mote.h>

#include "base/zip.h"
#include "base/zip_write.h"
#include "data/array.h"

enum { ARRAYS_MAX = 64 };

static mote_dataset *set;
static mote_array    arrays[ARRAYS_MAX];
static char          names[ARRAYS_MAX][48];
static int           array_count;

static mote_model *network(void)
{
    mote_error    err = {0};
    mote_model   *model = NULL;
    mote_builder *b = mote_builder_create(NULL, &err);
    mote_layer_id x = mote_layer_input(b, 1, (int[]){1});

    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 3});
    x = mote_layer_batch_normalization(b, x, NULL);
    x = mote_layer_activation(b, x, &(mote_activation_options){.activation = MOTE_ACTIVATION_RELU});
    x = mote_layer_dense(b, x, &(mote_dense_options){.units = 1});
    mote_builder_finish(&model, b, &x, 1, &err);
    return model;
}

static bool is_third(void *user, bool is_training)
{
    int *asked = user;

    (void)is_training;
    return ++*asked == 4;
}

static void train(const char *path, bool goes_on)
{
    const mote_train_pruning    pruning = {.sparsity = 0.5, .frequency = 1};
    int                         asked = 0;
    const mote_train_checkpoint checkpoint = {.path = path,
                                              .every_steps = 1000,
                                              .resume = goes_on ? MOTE_RESUME_ALWAYS : MOTE_RESUME_NEVER,
                                              .wants_stop = goes_on ? NULL : is_third,
                                              .user = &asked};
    const mote_train_options    options = {.loss = MOTE_LOSS_MSE,
                                           .optimizer.kind = MOTE_OPTIMIZER_ADAM,
                                           .batch_size = 4,
                                           .epochs = 2,
                                           .isa = "baseline",
                                           .quantize = {.is_on = true, .from_epoch = 1},
                                           .pruning = &pruning,
                                           .checkpoint = &checkpoint};
    mote_error                  err = {0};
    mote_training              *training = NULL;
    mote_model                 *model = network();

    mote_train(&training, model, set, &options, &err);
    mote_training_destroy(training);
    mote_model_destroy(model);
}

/* A valid one, once. */
static void prepare(void)
{
    char       folder[] = "/tmp/fuzz-training-XXXXXX", path[64];
    mote_error err = {0};
    mote_npz  *npz;

    if (set || !mkdtemp(folder))
        return;
    snprintf(path, sizeof path, "%s/c.npz", folder);
    mote_dataset_sine(&set, &(mote_sine_options){.count = 16}, &err);
    train(path, false);
    if (mote_npz_open(&npz, path, &err) != MOTE_OK)
        abort();
    for (; array_count < mote_npz_count(npz) && array_count < ARRAYS_MAX; array_count++) {
        snprintf(names[array_count], sizeof names[0], "%s.npy", mote_npz_name(npz, array_count));
        if (mote_npz_load(&arrays[array_count], npz, mote_npz_name(npz, array_count), 0, &err) != MOTE_OK)
            abort();
    }
    mote_npz_close(npz);
    unlink(path);
    rmdir(folder);
}

/* The identity, which stands first, stays. */
static void put_into_arrays(mote_text *out, const uint8_t *bytes, size_t count)
{
    mote_zip_member members[ARRAYS_MAX];
    mote_text       files[ARRAYS_MAX] = {{0}};
    mote_error      err = {0};
    int             i;

    for (i = 0; i < array_count; i++) {
        const size_t size = arrays[i].count * mote_array_element_bytes(arrays[i].dtype), taken = size < count ? size : count;
        mote_npy_put(&arrays[i], &files[i]);
        if (i > 0 && taken > 0) {
            memcpy(files[i].bytes + files[i].count - size, bytes, taken);
            bytes += taken;
            count -= taken;
        }
        members[i] = (mote_zip_member){names[i], files[i].bytes, files[i].count};
    }
    mote_zip_write(out, members, array_count, &err);
    for (i = 0; i < array_count; i++)
        mote_text_free(&files[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    mote_text archive = {0};
    char      path[40];
    int       file;

    prepare();
    if (!mote_is_zip(bytes, count)) {
        put_into_arrays(&archive, bytes, count);
        bytes = (const uint8_t *)archive.bytes;
        count = archive.count;
    }
    file = memfd_create("checkpoint", MFD_CLOEXEC);
    if (file >= 0 && write(file, bytes, count) == (ssize_t)count) {
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        train(path, true);
    }
    close(file);
    mote_text_free(&archive);
    return 0;
}
