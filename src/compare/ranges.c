/* SPDX-License-Identifier: Apache-2.0 */
#include "compare/ranges.h"

#include "passes/channel_ranges.h"

/* Lists the channels that are `value`, whatever comes in. */
static mote_status list_channels(mote_channel_list *out, const mote_channel_ranges *ranges, mote_id id, int32_t value,
                                 mote_arena *arena, mote_error *err)
{
    const int32_t first = ranges->first[id], count = ranges->count[id];
    int32_t       c, *list = NULL;

    for (c = 0; c < count; c++)
        out->count += ranges->low[first + c] == value && ranges->high[first + c] == value;
    if (out->count == 0)
        return MOTE_OK;
    out->channels = list = MOTE_NEW(arena, int32_t, out->count, err);
    for (c = 0; list && c < count; c++)
        if (ranges->low[first + c] == value && ranges->high[first + c] == value)
            *list++ = c;
    return err->code;
}

static mote_status describe(mote_range_info *out, const mote_channel_ranges *ranges, const mote_node *node,
                            mote_arena *arena, mote_error *err)
{
    const mote_sums *sums = &ranges->sums[node - ranges->graph->nodes];
    const int32_t    channels = mote_channel_count(&ranges->graph->tensors[node->out[0]]);

    if (!sums->is_known)
        return MOTE_OK;
    *out = (mote_range_info){.is_known = true, .sum_low = sums->low, .sum_high = sums->high, .sum_most = sums->most};
    while (sums->most >> out->sum_bits)
        out->sum_bits++;
    out->sum_bits++;                             /* the sign's */
    if (ranges->count[node->out[0]] != channels) /* all share a slot */
        return MOTE_OK;
    out->channel_count = channels;
    MOTE_TRY(list_channels(&out->lowest, ranges, node->out[0], sums->act_min, arena, err));
    return list_channels(&out->highest, ranges, node->out[0], sums->act_max, arena, err);
}

mote_status mote_describe_ranges(mote_inspection *out, const mote_graph *graph, mote_error *err)
{
    mote_arena          arena = {0};
    mote_channel_ranges ranges;
    int32_t             i;

    if (mote_channel_ranges_find(&ranges, graph, MOTE_I8, &arena, err) == MOTE_OK)
        for (i = 0; err->code == MOTE_OK && i < out->layer_count; i++)
            describe(&out->layers[i].range, &ranges, &graph->nodes[i], out->owner, err);
    mote_arena_destroy(&arena);
    return err->code;
}
