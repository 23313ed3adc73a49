/* The whole way, from a spec to verified firmware, doing only what has changed.
 *
 *     FOLDER/model.tflite        float32                 history.csv, history.json    one row an epoch
 *     FOLDER/model_int8.tflite   quantized               plots/                       .svg, and .png where cairo is
 *     FOLDER/firmware/           the model as C          summary.json                 all figures, and what they were made
 * from
 *
 * Stages: train, convert, deploy. A stage runs when what it reads has changed: its sections of the spec, the data's files
 * (their sizes and times), the stages before it, or mote's version.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BUILD_H
#define MOTE_BUILD_H

#include <mote/emulate.h>
#include <mote/evaluate.h>
#include <mote/spec.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_stage_state { MOTE_STAGE_NOT_WANTED = 0, MOTE_STAGE_UP_TO_DATE, MOTE_STAGE_RAN } mote_stage_state;

/* Figures of one model file on the test split (or on all data there is, where there is none). */
typedef struct mote_model_figures {
    size_t          file_bytes;
    mote_evaluation evaluation;
} mote_model_figures;

typedef struct mote_summary {
    char   name[64];
    char   split[16]; /* what the evaluations are on */
    size_t parameters, macs, train_samples, validation_samples, test_samples;

    double             seconds; /* of training */
    int                epochs;
    char               isa[16];
    mote_evaluation    last_epoch, last_validation; /* validation: metric_count 0 where there is none */
    mote_model_figures real, int8;                  /* int8.file_bytes 0: not quantized */

    char   firmware_name[MOTE_COMPILE_NAME];               /* prefix of the compiled model's names */
    size_t arena_bytes, arena_bound_bytes, constant_bytes; /* of the compiled model */

    char     chip[32], count_unit[16]; /* chip "": not emulated */
    uint64_t count;                    /* instructions or cycles an inference */
    uint32_t flash_bytes, code_bytes, weight_bytes, ram_bytes, chip_arena_bytes, stack_bytes;
    size_t   chip_samples, chip_different_values; /* firmware against host, stored values */

    char train_key[65], convert_key[65], deploy_key[65]; /* what the stages were made from */
} mote_summary;

typedef struct mote_build_options {
    const char   *folder;             /* NULL: runs/NAME */
    bool          force;              /* run all stages */
    bool          only_train;         /* leave out convert and deploy */
    int           time_limit_seconds; /* mote_emulate_options' */
    mote_progress progress;
    /* One line a stage, when it is done or up to date; NULL: silent. */
    void (*say)(void *user, const char *line);
    void *user;
} mote_build_options;

typedef struct mote_build_result {
    char             folder[512];
    mote_stage_state train, convert, deploy;
    mote_summary     summary;
} mote_build_result;

/* The stages done before a failure stay, and are not done again. Errors: all that the stages give; NUMERIC when firmware and
 * host differ. */
mote_status mote_build(mote_build_result *out, const mote_spec *spec, const mote_build_options *options, mote_error *err);

/* The text of summary.json: the caller frees it with free(). */
char       *mote_summary_json(const mote_summary *summary);
mote_status mote_summary_load(mote_summary *out, const char *path, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
