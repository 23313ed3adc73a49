/* The passes of mote_model_optimize, graph by graph, in rounds until nothing changes: one opens the way for another.
 * docs/PASSES.md tells users what each does.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "passes/passes.h"

/* Two are usual. Every change is right by itself, so one may stop at any. */
enum { ROUNDS_MAX = 8 };

/* Operations to compute constants and tables of values, about: a second. What a file could ask beyond that stays. */
enum { WORK_MAX = 1 << 28 };

static const struct {
    const char *name;
    mote_status (*run)(mote_edit *edit, mote_error *err);
} passes[] = {
    {"fold_constants", mote_pass_fold_constants},
    {"drop_identities", mote_pass_drop_identities},
    {"merge_views", mote_pass_merge_views},
    {"fuse_quantization", mote_pass_fuse_quantization},
    {"fold_padding", mote_pass_fold_padding},
    {"fuse_activations", mote_pass_fuse_activations},
    {"share_subexpressions", mote_pass_share_subexpressions},
    {"drop_unread", mote_pass_drop_unread},
};

static mote_status run_round(mote_edit *edit, mote_error *err)
{
    size_t i;

    for (i = 0; i < sizeof passes / sizeof *passes; i++) {
        edit->pass = passes[i].name;
        MOTE_TRY(passes[i].run(edit, err));
        MOTE_TRY(mote_edit_settle(edit, err));
    }
    return MOTE_OK;
}

static mote_status run_rounds(mote_edit *edit, mote_error *err)
{
    int     round;
    int32_t g, before = -1;

    for (g = 0; g < edit->model->graph_count; g++, before = -1) {
        MOTE_TRY(mote_edit_open(edit, g, err));
        for (round = 0; round < ROUNDS_MAX && before != edit->change_count; round++) {
            before = edit->change_count;
            MOTE_TRY(run_round(edit, err));
        }
    }
    return MOTE_OK;
}

/* A place in memory for each tensor of the file, by number: they have other numbers now. */
static void drop_memory_plan(mote_model *model)
{
    int32_t i, kept = 0;

    for (i = 0; i < model->metadata_count; i++)
        if (strcmp(model->metadata[i].name, "OfflineMemoryAllocation") != 0)
            model->metadata[kept++] = model->metadata[i];
    model->metadata_count = kept;
}

static mote_status finish(mote_edit *edit, mote_model **out, mote_error *err)
{
    if (edit->change_count == 0) {
        *out = edit->model;
        edit->model = NULL;
        mote_edit_abandon(edit);
        return MOTE_OK;
    }
    drop_memory_plan(edit->model);
    edit->model->differs = true;
    return mote_edit_end(edit, edit->model->stage, out, err);
}

mote_status mote_model_optimize(mote_model **out, const mote_model *model, const mote_optimize_options *options,
                                mote_error *err)
{
    mote_edit edit;

    *out = NULL;
    if (!model)
        return mote_fail(err, MOTE_ERR_USAGE, "no model");
    if (model->stage == MOTE_STAGE_TRAIN)
        return mote_fail(err, MOTE_ERR_USAGE, "a model in training is not optimized; take its inference form");
    MOTE_TRY(mote_edit_begin(&edit, model, err));
    edit.options = options;
    edit.work = WORK_MAX;
    if (run_rounds(&edit, err) == MOTE_OK)
        return finish(&edit, out, err);
    mote_edit_abandon(&edit);
    return err->code;
}
