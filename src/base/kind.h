/* What a file or a folder is that was given for something else: one table for models, specs and data sets, so that a mistake
 * is told as what it is, with what to do.
 *
 *     model.h5: this file is an HDF5 file, as Keras' .h5 are, not a .tflite or .onnx model; convert it in TensorFlow: ...
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_KIND_H
#define MOTE_BASE_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

/* TFLITE: a model of that kind alone. */
typedef enum mote_wanted {
    MOTE_WANTED_MODEL = 0,
    MOTE_WANTED_SPEC,
    MOTE_WANTED_DATA,
    MOTE_WANTED_TFLITE,
    MOTE_WANTED_COUNT
} mote_wanted;

#define MOTE_KIND_ONNX        "an ONNX model"
#define MOTE_KIND_SAVED_MODEL "a TensorFlow SavedModel"
#define MOTE_KIND_GRAPH_DEF   "a TensorFlow graph (.pb)"

typedef struct mote_file_kind {
    const char *name;                      /* "an ONNX model" */
    const char *advice[MOTE_WANTED_COUNT]; /* what to do where that was wanted; NULL: it is what is wanted, or may be */
} mote_file_kind;

/* By its bytes; never NULL: what is not known is text, or "of no kind that mote knows". */
const mote_file_kind *mote_file_kind_of(const uint8_t *bytes, size_t count);

/* Fails where the bytes are certainly not what was wanted: "this file is an ONNX model, not a spec; ...". */
mote_status mote_file_kind_check(const uint8_t *bytes, size_t count, mote_wanted wanted, mote_error *err);

/* Fails in any case, with what is known about them. */
mote_status mote_file_kind_refuse(const uint8_t *bytes, size_t count, mote_wanted wanted, mote_error *err);

/* The same of a folder: which file in it was meant, where that is known. */
mote_status mote_folder_kind_refuse(const char *path, mote_wanted wanted, mote_error *err);

#endif
