/* Augmentation in the training loop: right behind gathering, of training batches alone.
 * SPDX-License-Identifier: Apache-2.0 */
#include "train/state.h"

/* A mixed target is no class any more: what counts labels takes their one-hot rows. */
static mote_status soften_targets(mote_fit *s, mote_error *err)
{
    int k;

    for (k = 0; k < s->output_count; k++) {
        mote_objective *objective = &s->output[k].objective;
        if (objective->loss == MOTE_LOSS_SPARSE_CATEGORICAL_CROSSENTROPY)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "augment: mix_up mixes targets, and sparse_categorical_crossentropy takes whole labels; use "
                             "categorical_crossentropy, which does the same with the same data");
        if (objective->form == MOTE_TARGET_LABELS)
            objective->form = MOTE_TARGET_ONE_HOT;
    }
    return MOTE_OK;
}

mote_status mote_fit_start_augmenting(mote_fit *s, mote_error *err)
{
    const mote_augmenter_options options = {s->options.augment, s->set, s->model, s->math, (size_t)s->options.batch_size,
                                            s->options.seed};

    MOTE_TRY(mote_augmenter_create(&s->augmenter, &options, &s->arena, err));
    return mote_augmenter_mixes(s->augmenter) ? soften_targets(s, err) : MOTE_OK;
}

void mote_fit_augment(mote_fit *s, size_t count, uint32_t step)
{
    const mote_graph        *graph = &s->model->graphs[0];
    float                   *x[MOTE_FEATURES_MAX];
    const mote_augment_batch batch = {count, step, x};
    int                      i;

    if (!s->augmenter)
        return;
    for (i = 0; i < graph->input_count; i++)
        x[i] = s->network->value[graph->inputs[i]];
    mote_augmenter_run(s->augmenter, s->pool, &batch);
    for (i = 0; i < s->output_count; i++)
        mote_augmenter_mix_targets(s->augmenter, &batch, s->output[i].targets.reals, (size_t)s->output[i].objective.width);
}
