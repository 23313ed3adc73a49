/* Files of inputs and outputs: what `mote run` and `mote emulate` read and write.
 *
 *     mote_samples inputs, outputs;
 *     const char  *x = "x.npy", *y = "y.npy";
 *     if (mote_samples_load(&inputs, model, &x, 1, NULL, &err) == MOTE_OK &&
 *         mote_samples_run(&outputs, model, &inputs, &err) == MOTE_OK)
 *         mote_samples_save(&outputs, model, &y, 1, &err);
 *     mote_samples_free(&inputs);
 *     mote_samples_free(&outputs);
 *
 * An input has shape S (an open batch axis counts as 1). A file of shape S is one invoke. Same rank, S begins with 1 and the
 * file with N: N invokes, outputs joined along axis 0. One rank more, N x S: N invokes, outputs stacked in a new axis 0.
 *
 *     .npy          stored samples, prepared by the model's recipe as training prepared them, then quantized where the input
 *                   is. A file of the input's own integer type holds what the model stores and is taken as it is, unless
 *                   training's samples had that very type. Where the model has no recipe: the input's own type, or real
 *                   numbers
 *     .bin          raw, little-endian, in the input's own type, taken as it is; N invokes where it holds N times S
 *     .png .jpg     one image, decoded to the input's height, width and channels and prepared by the model's recipe
 *
 * With are_prepared nothing is prepared: real numbers are what the network itself takes.
 *
 * A file is named as PATH, for the next input in the model's order, or as NAME=PATH; NAME is what the file's signature calls
 * the input, else the tensor's own name. A model with one input takes any number of files, whose samples follow each other.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_SAMPLES_H
#define MOTE_SAMPLES_H

#include <stdint.h>

#include <mote/array.h>
#include <mote/dataset.h>
#include <mote/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Inputs of all invokes, or their outputs. */
typedef struct mote_samples {
    size_t             count;        /* invokes */
    size_t             sample_bytes; /* all inputs (outputs) of one, in the model's order and in their own types */
    uint8_t           *bytes;        /* [count][sample_bytes] */
    bool               is_joined;    /* outputs are joined along their axis 0 */
    bool               is_stacked;   /* outputs are stacked in a new axis 0; neither: one invoke */
    const char *const *names;        /* [count]: of inputs, the file that each comes from: "a.png", "x.npy[3]" */
    const uint8_t     *raw; /* [count][raw_bytes]: of the only input, as the files have it before it is prepared; NULL where
                             * not all of them are bytes that are prepared, as pictures are */
    size_t             raw_bytes;
    const char *const *notes; /* [note_count] lines for the user: values that the model was not made for */
    int32_t            note_count;
    struct mote_arena *owner;
    uint64_t           room[8]; /* mote.h */
} mote_samples;

typedef struct mote_samples_options {
    bool                    are_prepared; /* the files hold what the network takes: nothing is prepared */
    const mote_preparation *preparation;  /* in place of the model's own; NULL: the model's */
    uint64_t                room[8];      /* mote.h */
} mote_samples_options;

/* A file for every input, or any number for a model with one. options may be NULL. Errors: USAGE (a file too many or too
 * few, a shape or type that does not fit), IO, FORMAT; the text begins with the path where one is to blame. */
mote_status mote_samples_load(mote_samples *out, const mote_model *model, const char *const *files, int32_t count,
                              const mote_samples_options *options, mote_error *err);

/* The outputs of all invokes, one after the other on one runner: a model's state lives on from one to the next. USAGE when
 * the samples are those of another model. */
mote_status mote_samples_run(mote_samples *out, const mote_model *model, const mote_samples *inputs, mote_error *err);

/* One output of all invokes as an array; free with mote_array_free. USAGE when there is no such output. */
mote_status mote_samples_output(mote_array *out, const mote_samples *outputs, const mote_model *model, int32_t index,
                                mote_error *err);

/* Whether mote_samples_save could take these names: PATH or NAME=PATH, .npy or .bin, not more than there are outputs; and
 * PATH.npz, which gets them all by their names. */
mote_status mote_samples_check_outputs(const mote_model *model, const char *const *files, int32_t count, mote_error *err);

/* Writes outputs; those that no file is named for are left out. On failure none of the files is left behind. */
mote_status mote_samples_save(const mote_samples *outputs, const mote_model *model, const char *const *files, int32_t count,
                              mote_error *err);

void mote_samples_free(mote_samples *samples); /* a no-op on a zeroed one */

#ifdef __cplusplus
}
#endif
#endif
