/* Whether a network and its data fit each other: inputs and features, outputs and targets, losses and what they judge.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/text.h"
#include "train/state.h"

static mote_status check_known(const mote_fit *s, mote_error *err)
{
    int i;

    for (i = 0; i < s->options.output_count; i++)
        if (mote_model_find_output(s->model, s->options.outputs[i].name) < 0)
            return mote_fail(err, MOTE_ERR_USAGE, "the network has no output named \"%s\"; it has %s",
                             mote_show_string(s->options.outputs[i].name).text, mote_model_show_ends(s->model, false).text);
    return MOTE_OK;
}

static mote_goal goal_of(const mote_fit *s, int output)
{
    const mote_train_options *o = &s->options;
    int                       i;

    for (i = 0; i < o->output_count; i++)
        if (mote_model_find_output(s->model, o->outputs[i].name) == output)
            return o->outputs[i].goal;
    return (mote_goal){.loss = o->loss, .from_logits = o->from_logits, .metrics = o->metrics};
}

/* Where a set has several, features and targets stand in the order of inputs and outputs. */
static mote_status check_order(const mote_fit *s, mote_error *err)
{
    int i;

    for (i = 0; s->set->feature_count > 1 && i < s->set->feature_count; i++) {
        const int32_t named = mote_model_find_input(s->model, s->set->feature[i].name);
        if (named >= 0 && named != i)
            return mote_fail(err, MOTE_ERR_USAGE, "the data's feature %d is \"%s\", and the network's input %d is \"%s\"", i,
                             mote_show_string(s->set->feature[i].name).text, i,
                             mote_show_string(mote_model_input(s->model, i).name).text);
    }
    for (i = 0; s->set->target_count > 1 && i < s->set->target_count; i++) {
        const int32_t named = mote_model_find_output(s->model, s->set->target[i].name);
        if (named >= 0 && named != i)
            return mote_fail(err, MOTE_ERR_USAGE, "the data's target %d is \"%s\", and the network's output %d is \"%s\"", i,
                             mote_show_string(s->set->target[i].name).text, i,
                             mote_show_string(mote_model_output(s->model, i).name).text);
    }
    return MOTE_OK;
}

static mote_status check_inputs(const mote_fit *s, mote_error *err)
{
    const mote_graph *graph = &s->model->graphs[0];
    int               i;

    if (graph->input_count != s->set->feature_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the network has %d input%s (%s), the data feed %d", graph->input_count,
                         graph->input_count == 1 ? "" : "s", mote_model_show_ends(s->model, true).text,
                         s->set->feature_count);
    for (i = 0; i < graph->input_count; i++) {
        const mote_tensor *in = &graph->tensors[graph->inputs[i]];
        if (in->dtype != MOTE_F32 || !in->is_batched)
            return mote_fail(err, MOTE_ERR_USAGE, "input %s is %s %s; training feeds float32, in batches of any size",
                             mote_show_string(in->name).text, mote_dtype_name(in->dtype), mote_shape_show(in).text);
        if (mote_tensor_count(in) != s->set->feature[i].width)
            return mote_fail(err, MOTE_ERR_USAGE, "%s takes %s (%zu numbers), a sample of the data has %zu",
                             graph->input_count > 1 ? mote_show_string(in->name).text : "the network",
                             mote_shape_show(in).text, mote_tensor_count(in), s->set->feature[i].width);
    }
    return MOTE_OK;
}

static mote_status check_outputs(const mote_fit *s, mote_error *err)
{
    const mote_graph *graph = &s->model->graphs[0];
    int               i, k;

    if (graph->output_count != s->set->target_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the network has %d output%s (%s), the data have targets for %d",
                         graph->output_count, graph->output_count == 1 ? "" : "s",
                         mote_model_show_ends(s->model, false).text, s->set->target_count);
    for (i = 0; i < graph->output_count; i++)
        for (k = 0; k < i; k++)
            if (graph->outputs[i] == graph->outputs[k])
                return mote_fail(err, MOTE_ERR_USAGE, "outputs %d and %d are the same; a loss is taken once of each", k, i);
    return MOTE_OK;
}

static mote_status set_output(mote_fit *s, int index, mote_error *err)
{
    const mote_judged judged = mote_judged_make(s->model, index);
    mote_fit_output  *output = &s->output[index];

    output->name = mote_model_output(s->model, index).name;
    output->goal = goal_of(s, index);
    s->place[index] = mote_score_place_find(s->model, index, output->goal.loss);
    if (!(output->goal.weight >= 0) || !isfinite(output->goal.weight))
        mote_fail(err, MOTE_ERR_USAGE, "a loss weight of %g; a number above 0 is expected", (double)output->goal.weight);
    else
        mote_objective_init(&output->objective, &output->goal, &judged, s->set, index, err);
    return err->code != MOTE_OK && s->model->graphs[0].output_count > 1
               ? mote_context(err, "output \"%s\"", mote_show_string(output->name).text)
               : err->code;
}

mote_status mote_fit_set_objectives(mote_fit *s, mote_error *err)
{
    int i;

    MOTE_TRY(check_inputs(s, err));
    MOTE_TRY(check_outputs(s, err));
    MOTE_TRY(check_order(s, err));
    MOTE_TRY(check_known(s, err));
    for (i = 0; i < s->model->graphs[0].output_count; i++)
        MOTE_TRY(set_output(s, i, err));
    s->output_count = s->model->graphs[0].output_count;
    return MOTE_OK;
}

/* A regression on whole numbers has numbers as its targets, not classes. */
mote_status mote_fit_take_targets(const mote_fit *s, mote_error *err)
{
    int i;

    for (i = 0; i < s->output_count; i++)
        if (mote_goal_is_regression(&s->output[i].goal, (size_t)s->output[i].objective.width))
            MOTE_TRY(mote_dataset_take_values(s->set, i, err));
    return MOTE_OK;
}
