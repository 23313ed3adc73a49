/* A model: a neural network with its weights, as read from a file, built by training, or made by quantizing another.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_MODEL_H
#define MOTE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/dtype.h>
#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_model mote_model;

/* The shape of an input whose dimensions a file leaves open. */
typedef struct mote_input_shape {
    const char *name; /* the signature's, or the tensor's; NULL: the only input */
    int32_t     rank, dim[MOTE_RANK_MAX];
} mote_input_shape;

/* Limits on what a file may ask for, and what it leaves open. A NULL pointer and zeroed fields mean the defaults. */
typedef struct mote_load_options {
    size_t                  memory_bytes; /* default 8 GiB */
    const mote_input_shape *shapes;       /* of inputs; a batch that they say is no batch any more, but a dimension */
    int32_t                 shape_count;
    const char             *folder;    /* where the files lie that it names; mote_model_load fills in the model's own */
    const char             *signature; /* of a SavedModel that has several; NULL: serving_default, or the only one */
    bool                    to_train;  /* to be trained on by mote_train: of Keras' files alone, which have layers */
    bool     has_no_loops;             /* recurrent layers step by step, up to 1,024 steps: .onnx is written without loops */
    uint64_t room[5];                  /* mote.h */
} mote_load_options;

/* Reads a model file, or a SavedModel's folder; the kind (.tflite, .onnx, Keras' .keras and .h5, TensorFlow's graphs) is
 * recognised by its content. The caller destroys the
 * model. Operators that read nothing but constants are computed once, here; of several subgraphs the first is read. Errors:
 * IO, FORMAT, UNSUPPORTED, LIMIT, USAGE (no path); the text begins with the path. */
mote_status mote_model_load(mote_model **out, const char *path, const mote_load_options *options, mote_error *err);

/* Writes a model in the format that the path's suffix names; whole or not at all. Models for inference are written as
 * .tflite and .onnx (docs/ONNX.md); what mote_train trained as .keras (Keras 3) and .h5 (Keras 2 and 3), before
 * mote_model_freeze. USAGE where there is no model, the path is NULL or of no such format, or the model is not at the stage
 * that the format holds; UNSUPPORTED where the format has not what the model is made of. */
mote_status mote_model_save(const mote_model *model, const char *path, mote_error *err);
/* Whether a model can be saved under that name: its end says as what. Errors: USAGE. */
mote_status mote_model_check_name(const char *path, mote_error *err);

/* Whether bytes are a .tflite, by the mark at their beginning. */
bool mote_is_tflite(const void *bytes, size_t count);

void mote_model_destroy(mote_model *model); /* NULL is fine */

/* What a caller sees of an input or output. */
typedef struct mote_tensor_info {
    const char *name;        /* owned by the model: what the file's signature calls it, else the tensor's own name */
    const char *tensor_name; /* its own */
    mote_dtype  dtype;
    int32_t     rank;
    int32_t     dim[MOTE_RANK_MAX];
    bool        is_batched; /* dim[0] counts samples and may be any number */
    bool        is_quantized;
    float       scale; /* real = scale * (stored - zero_point), where is_quantized */
    int32_t     zero_point;
    size_t      count, bytes; /* of one sample */
    uint64_t    room[8];      /* mote.h */
} mote_tensor_info;

/* Asking. A model that is NULL has no name (""), no inputs and no outputs; an input or output that there is not is zeroed,
 * its name "". */
const char      *mote_model_name(const mote_model *model);
bool             mote_model_is_quantized(const mote_model *model);
int32_t          mote_model_input_count(const mote_model *model);
int32_t          mote_model_output_count(const mote_model *model);
mote_tensor_info mote_model_input(const mote_model *model, int32_t index);
mote_tensor_info mote_model_output(const mote_model *model, int32_t index);

/* The input or output of that name: a signature's first, else a tensor's own. -1: there is none. */
int32_t mote_model_find_input(const mote_model *model, const char *name);
int32_t mote_model_find_output(const mote_model *model, const char *name);

/* "[?,28,28,1]", an open batch as "?": used in place, printf("%s", mote_info_shape(&input).text). */
typedef struct mote_shape_text {
    char text[100];
} mote_shape_text;
mote_shape_text mote_info_shape(const mote_tensor_info *tensor);

/* "left, right": what the inputs (outputs) are called, for a message; cut where there are many. */
typedef struct mote_ends_text {
    char text[200];
} mote_ends_text;
mote_ends_text mote_model_show_ends(const mote_model *model, bool is_input);

/* What an output's numbers are, as the operator that makes them tells (QUANTIZE and DEQUANTIZE passed over). */
typedef enum mote_answer_kind {
    MOTE_ANSWERS_UNKNOWN = 0,   /* of a file of answers: nobody knows */
    MOTE_ANSWERS_PROBABILITIES, /* SOFTMAX: of classes that exclude each other */
    MOTE_ANSWERS_SIGMOIDS,      /* LOGISTIC: each a probability of its own */
    MOTE_ANSWERS_NUMBERS        /* anything else: values, or logits */
} mote_answer_kind;
mote_answer_kind mote_model_answers(const mote_model *model, int32_t output);

/* Names of what else its file could run (further subgraphs, which signatures stand for): the first alone was read. NULL for
 * an index out of range; without a name "". */
int32_t     mote_model_left_out_count(const mote_model *model);
const char *mote_model_left_out(const mote_model *model, int32_t index);

/* What the reader did that whoever uses the model should know, a line each: which ends have their channels last, where axes
 * had to be moved. NULL for an index out of range. */
int32_t     mote_model_note_count(const mote_model *model);
const char *mote_model_note(const mote_model *model, int32_t index);

/* Class names of an output; 0 and NULL where the model has none. */
int32_t     mote_model_label_count(const mote_model *model, int32_t output);
const char *mote_model_label(const mote_model *model, int32_t output, int32_t index);

#ifdef __cplusplus
}
#endif
#endif
