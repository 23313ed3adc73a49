/* SPDX-License-Identifier: Apache-2.0 */
#include "passes/passes.h"

static void count(void *user, const mote_change *change)
{
    (void)change;
    ++*(int *)user;
}

/* *model becomes what the last step made of it. */
static mote_status take(mote_model **model, mote_model *made, mote_error *err)
{
    mote_model_destroy(*model);
    *model = made;
    return err->code;
}

static mote_status make(mote_model **model, const mote_code_form *form, mote_prune_result *pruned, int *left_out,
                        mote_error *err)
{
    const mote_optimize_options options = {.explain = count, .user = left_out};
    mote_model                 *made;

    if (!form->keeps_operators) {
        mote_model_optimize(&made, *model, &options, err);
        MOTE_TRY(take(model, made, err));
    }
    if (mote_model_is_quantized(*model) && !form->keeps_constant_channels) {
        mote_model_prune_constant(&made, *model, NULL, pruned, err);
        MOTE_TRY(take(model, made, err));
    }
    return MOTE_OK;
}

mote_status mote_model_for_code(mote_model **out, const mote_model *model, const mote_code_form *form,
                                mote_prune_result *pruned, int *left_out, mote_error *err)
{
    *left_out = 0;
    if (mote_model_freeze(out, model, err) == MOTE_OK)
        make(out, form, pruned, left_out, err);
    if (err->code != MOTE_OK) {
        mote_model_destroy(*out);
        *out = NULL;
    }
    return err->code;
}
