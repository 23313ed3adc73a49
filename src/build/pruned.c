/* SPDX-License-Identifier: Apache-2.0 */
#include "build/pruned.h"

#include <stdio.h>

#include "formats/tflite/tflite.h"
#include "ops/op.h"

static mote_status measure_file(size_t *bytes, const mote_model *model, mote_error *err)
{
    mote_text file = {0};

    if (mote_tflite_write(&file, model, err) == MOTE_OK)
        *bytes = file.count;
    mote_text_free(&file);
    return err->code;
}

static mote_status drop_channels(mote_model **real, const mote_train_pruning *pruning, mote_summary *summary,
                                 mote_error *err)
{
    const mote_prune_options options = {.multiple = pruning->multiple};
    mote_prune_result        result;
    mote_model              *narrow;

    MOTE_TRY(mote_model_drop_zero_channels(&narrow, *real, &options, &result, err));
    mote_model_destroy(*real);
    *real = narrow;
    summary->pruned_macs = result.macs_left;
    return MOTE_OK;
}

mote_status mote_pruned_freeze(mote_model **out, const mote_model *trained, const mote_train_pruning *pruning,
                               const mote_pruned *pruned, mote_summary *summary, mote_error *err)
{
    MOTE_TRY(mote_model_freeze(out, trained, err));
    if (!pruning)
        return MOTE_OK;
    summary->pruned_weights = pruned->weights;
    summary->pruned_zeros = pruned->zeros;
    summary->pruned_channels = pruned->channels;
    summary->dropped_channels = pruned->dropped_channels;
    summary->pruned_macs = summary->macs;
    MOTE_TRY(measure_file(&summary->unpruned_file_bytes, *out, err));
    return pruning->structure == MOTE_PRUNE_CHANNELS ? drop_channels(out, pruning, summary, err) : MOTE_OK;
}

mote_pruned_text mote_pruned_show(const mote_summary *s)
{
    mote_pruned_text line = {""};

    if (s->pruned_channels > 0)
        snprintf(line.text, sizeof line.text,
                 "           pruned: %d of %d channels are left out; multiply-accumulates %zu, before %zu; float32 file %zu "
                 "bytes, before %zu",
                 s->dropped_channels, s->pruned_channels, s->pruned_macs, s->macs, s->real.file_bytes,
                 s->unpruned_file_bytes);
    else if (s->pruned_weights > 0)
        snprintf(line.text, sizeof line.text,
                 "           pruned: %.1f %% of %zu weights are 0; files are as large as before",
                 100.0 * (double)s->pruned_zeros / (double)s->pruned_weights, s->pruned_weights);
    return line;
}

mote_pruned_text mote_pruned_show_code(const mote_summary *s)
{
    mote_pruned_text line = {""};

    if (s->pruned_weights == 0 || s->pruned_channels > 0)
        return line;
    if (s->zero_bytes > 0)
        snprintf(line.text, sizeof line.text, "           pruned: constants take %zu bytes, %zu with the weights that are 0",
                 s->constant_bytes, s->constant_bytes + s->zero_bytes);
    else
        snprintf(line.text, sizeof line.text,
                 "warning: prune: these zeros save nothing: compiled code leaves them out of int8 dense layers alone, from "
                 "about 80 %% on, and files and other engines never do; structure: channels makes all of them smaller");
    return line;
}
