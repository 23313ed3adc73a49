/* The whole way, from a spec to verified firmware, doing only what has changed, and going on where it was ended.
 *
 *     FOLDER/model.tflite         float32
 *     FOLDER/model.keras          as it was trained, for Keras
 *     FOLDER/model_int8.tflite    quantized; of another scheme model_SCHEME.tflite
 *     FOLDER/history.csv .json    one row an epoch
 *     FOLDER/plots/               .svg, and .png where cairo is
 *     FOLDER/firmware/            the model as C; of a project a folder of the target's name: FOLDER/arduino/
 *     FOLDER/summary.json         all figures, what they were made from, and the SHA-256 of every file above
 *     FOLDER/checkpoint.npz       while a training is not done: all that it needs to go on (mote_train_checkpoint)
 *     FOLDER/stopped.keras        the weights of one that was stopped; stopped.tflite where Keras has no such network
 *
 * Stages: train, convert, deploy. A stage runs when what it reads has changed: its sections of the spec, the data's files
 * (their sizes and times), the stages before it, or mote's version. A file that was deleted or does not hold what was
 * written is made again, from the stage's other files where they are enough: plots from the kept models, one history from
 * the other. Files that a build does not write are left alone.
 *
 * A training that was stopped or killed goes on from its checkpoint, and ends in the bytes that it would have ended in. A
 * checkpoint of another training (its key differs), or a damaged one, is told of, and training begins anew.
 *
 * One build at a time has a folder; another one waits. What a killed one left is cleared by the next.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_H
#define MOTE_BUILD_H

#include <stdbool.h>
#include <stdint.h>

#include <mote/emulate.h>
#include <mote/evaluate.h>
#include <mote/spec.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_stage_state {
    MOTE_STAGE_NOT_WANTED = 0,
    MOTE_STAGE_UP_TO_DATE,
    MOTE_STAGE_RAN,
    MOTE_STAGE_RESTORED /* up to date, but for files that were made again from those that were kept */
} mote_stage_state;

/* Figures of one model file on the test split; where there is none, on the validation split, also one that training takes;
 * where there is neither, on the training split itself. */
typedef struct mote_model_figures {
    size_t          file_bytes;
    mote_evaluation evaluation;
    uint64_t        room[8]; /* mote.h */
} mote_model_figures;

typedef struct mote_summary {
    char   name[64];
    char   split[16]; /* what the evaluations are on */
    size_t parameters, macs, train_samples, validation_samples, test_samples;

    double             seconds; /* of training */
    int32_t            epochs;
    char               isa[16];
    mote_evaluation    last_epoch, last_validation; /* validation: metric_count 0 where there is none */
    char               scheme[16];                  /* "int8": what the model was quantized by; "": it was not */
    mote_model_figures real, quantized;

    char   firmware_name[MOTE_COMPILE_NAME];               /* prefix of the compiled model's names */
    size_t arena_bytes, arena_bound_bytes, constant_bytes; /* of the compiled model */

    char     chip[32], count_unit[16]; /* chip "": not emulated */
    uint64_t count;                    /* instructions or cycles an inference */
    uint32_t flash_bytes, code_bytes, weight_bytes, ram_bytes, chip_arena_bytes, stack_bytes;
    size_t   chip_samples, chip_different_values; /* firmware against host, stored values */

    char    train_key[65], convert_key[65], deploy_key[65]; /* what the stages were made from */
    char    trained_scheme[16];                             /* "int8": what training was quantized by; "": it was not */
    int32_t quantized_from;                                 /* the first epoch that was */
    int32_t best_epoch;    /* whose weights the model has, where best ones were kept; 0: the last one's */
    int32_t stopped_early; /* the epoch after which early stopping ended training; 0: it did not */

    size_t   pruned_weights, pruned_zeros; /* of the layers that were pruned; 0: none was */
    int32_t  pruned_channels, dropped_channels;
    size_t   pruned_macs, unpruned_file_bytes; /* multiply-accumulates that are left; what the float32 file would take */
    size_t   zero_bytes;                       /* what compiled code leaves out of weights that are 0 */
    uint64_t room[1];                          /* mote.h */
} mote_summary;

typedef struct mote_build_options {
    const char   *folder;             /* NULL: the spec's, runs/NAME */
    bool          force;              /* run all stages, the training from its beginning */
    bool          only_train;         /* leave out convert and deploy */
    int32_t       time_limit_seconds; /* mote_emulate_options' */
    mote_progress progress;
    /* One line a stage, when it is done or up to date, and what else there is to say: lines that begin with "warning: " are
     * for stderr. NULL: silent. */
    void (*say)(void *user, const char *line);
    void *user;
    /* mote_train_checkpoint's, with this user: a training that is stopped by it ends mote_build with USAGE "stopped ...". */
    bool (*wants_stop)(void *user, bool is_training);
    bool     resumes; /* a checkpoint of another training, or a damaged one, is refused */
    uint64_t room[6]; /* mote.h */
} mote_build_options;

typedef struct mote_build_result {
    const char      *folder;   /* the options' or the spec's */
    const char      *firmware; /* the folder in it that deploy writes: "firmware", or a project's target */
    mote_stage_state train, convert, deploy;
    bool             has_keras; /* there is a model.keras: not of a network that began with a file without layers */
    mote_summary     summary;
    bool             is_stopped; /* in training, by wants_stop */
    bool             can_go_on;  /* is_stopped: from a checkpoint */
    uint64_t         room[7];    /* mote.h */
} mote_build_result;

/* The stages done before a failure stay, and are not done again. Errors: all that the stages give; USAGE when the spec has
 * no train section or the folder's name is empty; NUMERIC when firmware and host differ. */
mote_status mote_build(mote_build_result *out, const mote_spec *spec, const mote_build_options *options, mote_error *err);

/* The text of summary.json: the caller frees it with free(). */
char *mote_summary_json(const mote_summary *summary);
/* FORMAT when it is no JSON, or was changed since mote_build wrote it. */
mote_status mote_summary_load(mote_summary *out, const char *path, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
