/* Files of inputs and outputs: what `mote run` and `mote emulate` read and write.
 *
 *     mote_samples inputs, outputs;
 *     const char  *x = "x.npy", *y = "y.npy";
 *     if (mote_samples_load(&inputs, model, &x, 1, &err) == MOTE_OK &&
 *         mote_samples_run(&outputs, model, &inputs, &err) == MOTE_OK)
 *         mote_samples_save(&outputs, model, &y, 1, &err);
 *     mote_samples_free(&inputs);
 *     mote_samples_free(&outputs);
 *
 * An input has shape S (an open batch axis counts as 1). A file of shape S is one invoke. Same rank, S begins with 1 and the
 * file with N: N invokes, outputs joined along axis 0. One rank more, N x S: N invokes, outputs stacked in a new axis 0.
 *
 *   .npy          the input's own type; float16, 32 and 64 become float32, or are quantized by the input's scale
 *   .bin          raw, little-endian, in the input's own type; N invokes where it holds N times S
 *   .png .jpg     one image, decoded to the input's height, width and channels and prepared by the model's recipe
 *
 * A file is named as PATH, for the next input in the model's order, or as NAME=PATH.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_SAMPLES_H
#define MOTE_SAMPLES_H

#include <mote/array.h>
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
    struct mote_arena *owner;
} mote_samples;

/* A file for every input. Errors: USAGE (a file too many or too few, a shape or type that does not fit), IO, FORMAT; the
 * text begins with the path where one is to blame. */
mote_status mote_samples_load(mote_samples *out, const mote_model *model, const char *const *files, int count,
                              mote_error *err);

/* The outputs of all invokes, one after the other on one runner: a model's state lives on from one to the next. */
mote_status mote_samples_run(mote_samples *out, const mote_model *model, const mote_samples *inputs, mote_error *err);

/* One output of all invokes as an array; free with mote_array_free. */
mote_status mote_samples_output(mote_array *out, const mote_samples *outputs, const mote_model *model, int32_t index,
                                mote_error *err);

/* Whether mote_samples_save could take these names: PATH or NAME=PATH, .npy or .bin, not more than there are outputs. */
mote_status mote_samples_check_outputs(const mote_model *model, const char *const *files, int count, mote_error *err);

/* Writes outputs; those that no file is named for are left out. On failure none of the files is left behind. */
mote_status mote_samples_save(const mote_samples *outputs, const mote_model *model, const char *const *files, int count,
                              mote_error *err);

void mote_samples_free(mote_samples *samples); /* a no-op on a zeroed one */

#ifdef __cplusplus
}
#endif
#endif
