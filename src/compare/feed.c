/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/feed.h"

#include "base/text.h"

mote_status mote_feed_check(const mote_model *model, const mote_dataset_split *split, mote_error *err)
{
    const mote_dataset *set = split->set;
    int32_t             i;

    if (mote_model_input_count(model) != set->feature_count)
        return mote_fail(err, MOTE_ERR_USAGE, "the model has %d input%s (%s), the data feed %d",
                         mote_model_input_count(model), mote_model_input_count(model) == 1 ? "" : "s",
                         mote_model_show_ends(model, true).text, set->feature_count);
    for (i = 0; i < set->feature_count; i++) {
        const mote_tensor_info in = mote_model_input(model, i);
        if (in.count == set->feature[i].width)
            continue;
        if (set->feature_count > 1)
            return mote_fail(err, MOTE_ERR_USAGE, "input \"%s\" takes %s, a sample of the data has %zu numbers",
                             mote_show_string(in.name).text, mote_info_shape(&in).text, set->feature[i].width);
        return mote_fail(err, MOTE_ERR_USAGE, "the model takes %s, a sample of the data has %zu numbers",
                         mote_shape_show(&model->graphs[0].tensors[model->graphs[0].inputs[0]]).text, set->feature[0].width);
    }
    if (split->count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the %s split is empty", mote_split_name(split->id));
    return MOTE_OK;
}

size_t mote_feed_width(const mote_dataset *set)
{
    size_t widest = 0;
    int    f;

    for (f = 0; f < set->feature_count; f++)
        widest = set->feature[f].width > widest ? set->feature[f].width : widest;
    return widest;
}

void mote_feed_runner(mote_runner *runner, const mote_dataset_split *split, size_t sample, float *room)
{
    int f;

    for (f = 0; f < split->set->feature_count; f++) {
        mote_dataset_gather(split, f, mote_dataset_in_row(sample, 1), room);
        mote_runner_set_real(runner, f, room);
    }
}

uint8_t *mote_feed_store(const mote_model *model, const mote_dataset_split *split, size_t count, size_t *sample_bytes,
                         mote_arena *arena, mote_error *err)
{
    const int32_t inputs = mote_model_input_count(model);
    float        *sample = MOTE_NEW(arena, float, mote_feed_width(split->set), err);
    uint8_t      *stored, *at;
    size_t        i;
    int32_t       f;

    for (*sample_bytes = 0, f = 0; f < inputs; f++)
        *sample_bytes += mote_model_input(model, f).bytes;
    at = stored = MOTE_NEW(arena, uint8_t, mote_size_mul(*sample_bytes, count), err);
    for (i = 0; sample && stored && i < count; i++)
        for (f = 0; f < inputs; f++) {
            const mote_tensor_info in = mote_model_input(model, f);
            mote_dataset_gather(split, f, mote_dataset_in_row(i, 1), sample);
            mote_store_real(&in, sample, at, in.count);
            at += in.bytes;
        }
    return sample ? stored : NULL;
}
