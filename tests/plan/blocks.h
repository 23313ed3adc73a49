/* Sets of blocks to place, and whether two of them clash.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_PLAN_BLOCKS_H
#define MOTE_TESTS_PLAN_BLOCKS_H

#include "networks.h"

#include "plan/place.h"

#define BLOCKS_UNUSED __attribute__((unused)) static

enum { SET_BLOCKS_MAX = 200, STEPS = 200 };

/* Blocks with room for two spans each. */
typedef struct block_set {
    mote_block blocks[SET_BLOCKS_MAX];
    mote_span  spans[SET_BLOCKS_MAX][2];
    int32_t    count;
} block_set;

BLOCKS_UNUSED mote_block *add_block(block_set *set, size_t bytes, int32_t first, int32_t last)
{
    mote_block *block = &set->blocks[set->count];

    set->spans[set->count][0] = (mote_span){bytes, first, last};
    *block = (mote_block){.spans = set->spans[set->count], .span_count = 1, .runs_over = MOTE_NONE};
    set->count++;
    return block;
}

/* From step `from` on the block takes less. */
BLOCKS_UNUSED void shrink_block(block_set *set, int32_t index, int32_t from, size_t bytes)
{
    mote_span *spans = set->spans[index];

    spans[1] = (mote_span){bytes, from, spans[0].last_step};
    spans[0].last_step = from;
    set->blocks[index].span_count = 2;
}

BLOCKS_UNUSED int32_t first_of(const mote_block *block)
{
    return block->spans[0].first_step;
}

BLOCKS_UNUSED int32_t last_of(const mote_block *block)
{
    return block->spans[block->span_count - 1].last_step;
}

BLOCKS_UNUSED size_t taken_at(const mote_block *block, int32_t step)
{
    size_t  most = 0;
    int32_t i;

    for (i = 0; i < block->span_count; i++)
        if (block->spans[i].first_step <= step && step <= block->spans[i].last_step && block->spans[i].bytes > most)
            most = block->spans[i].bytes;
    return most;
}

BLOCKS_UNUSED bool runs_over(const mote_block *blocks, const mote_block *out, const mote_block *in)
{
    return out->runs_over == in - blocks && in->offset >= out->offset + out->distance;
}

BLOCKS_UNUSED bool clash(const mote_block *blocks, const mote_block *a, const mote_block *b)
{
    int32_t s;

    if (runs_over(blocks, a, b) || runs_over(blocks, b, a))
        return false;
    for (s = first_of(a) > first_of(b) ? first_of(a) : first_of(b); s <= last_of(a) && s <= last_of(b); s++)
        if (a->offset < b->offset + taken_at(b, s) && b->offset < a->offset + taken_at(a, s))
            return true;
    return false;
}

/* Lets blocks run over others that end where they begin; one at each step. */
BLOCKS_UNUSED void roll_overlaps(block_set *set, network_dice *dice, int sides)
{
    bool    is_taken[STEPS] = {false};
    int32_t a, b;

    for (a = 0; a < set->count; a++)
        for (b = 0; b < set->count; b++) {
            mote_block *out = &set->blocks[a];
            if (a == b || last_of(&set->blocks[b]) != first_of(out) || out->runs_over != MOTE_NONE ||
                is_taken[first_of(out)] || roll(dice, 3) == 0)
                continue;
            is_taken[first_of(out)] = true;
            out->runs_over = b;
            out->distance = (size_t)roll(dice, sides);
        }
}

#endif
