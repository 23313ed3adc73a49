/* SPDX-License-Identifier: Apache-2.0 */
#include "plan.h"

static const uint32_t mrt_no_place = UINT32_MAX;

static uint32_t mrt_place_up(const mrt_plan *plan, uint32_t bytes)
{
    return (bytes + plan->align - 1u) & ~(plan->align - 1u);
}

MRT_API void mrt_plan_begin(mrt_plan *plan, uint32_t height, int is_from_top)
{
    plan->count = plan->count_most = 0;
    plan->height = height;
    plan->align = MRT_PLACE_ALIGN;
    plan->is_from_top = is_from_top;
    plan->is_failed = 0;
    plan->end = plan->bound = 0;
#if !defined(MRT_NO_CONTROL)
    plan->scope = plan->states = 0;
#endif
}

#if defined(MRT_NO_CONTROL)
#define mrt_is_in_scope(plan, live) ((void)(plan), (void)(live), 1)
#define mrt_is_seen(plan, live)     ((void)(plan), (void)(live), 1)
#else
static int mrt_is_in_scope(const mrt_plan *plan, const mrt_live *live)
{
    return live->scope == plan->scope;
}

static int mrt_is_seen(const mrt_plan *plan, const mrt_live *live)
{
    return live->scope == plan->scope || live->scope == plan->states;
}
#endif

MRT_API mrt_live *mrt_plan_find(mrt_plan *plan, uint32_t tensor)
{
    int32_t i;

    for (i = 0; i < plan->count; i++)
        if ((uint32_t)plan->live[i].tensor == tensor && mrt_is_seen(plan, &plan->live[i]))
            return &plan->live[i];
    return NULL;
}

MRT_API int mrt_plan_is_alone(const mrt_plan *plan, const mrt_live *live)
{
    int32_t i;

    for (i = 0; i < plan->count; i++)
        if (&plan->live[i] != live && plan->live[i].alias == live->alias)
            return 0;
    return 1;
}

/* The first in the list that covers some of offset .. offset + bytes - 1. */
static const mrt_live *mrt_plan_obstacle(const mrt_plan *plan, uint32_t offset, uint32_t bytes)
{
    int32_t i;

    for (i = 0; i < plan->count; i++)
        if (plan->live[i].offset < offset + bytes && plan->live[i].offset + plan->live[i].bytes > offset)
            return &plan->live[i];
    return NULL;
}

static uint32_t mrt_plan_lowest(const mrt_plan *plan, uint32_t bytes)
{
    uint32_t        offset = 0;
    const mrt_live *obstacle;

    while ((obstacle = mrt_plan_obstacle(plan, offset, bytes)) != NULL) {
        offset = mrt_place_up(plan, obstacle->offset + obstacle->bytes);
        if (offset > INT32_MAX - bytes)
            return mrt_no_place;
    }
    return offset;
}

static uint32_t mrt_plan_highest(const mrt_plan *plan, uint32_t bytes)
{
    uint32_t        below = plan->height, offset;
    const mrt_live *obstacle;

    for (;;) {
        if (below < bytes)
            return mrt_no_place;
        offset = (below - bytes) & ~(plan->align - 1u);
        obstacle = mrt_plan_obstacle(plan, offset, bytes);
        if (!obstacle)
            return offset;
        below = obstacle->offset;
    }
}

static uint32_t mrt_plan_place(mrt_plan *plan, uint32_t bytes)
{
    uint32_t offset;

    if (plan->height == 0)
        return mrt_plan_lowest(plan, bytes);
    offset = plan->is_from_top ? mrt_plan_highest(plan, bytes) : mrt_plan_lowest(plan, bytes);
    plan->is_from_top = !plan->is_from_top;
    if (offset == mrt_no_place || offset + bytes > plan->height) {
        plan->is_failed = 1;
        return 0;
    }
    return offset;
}

static uint8_t mrt_plan_fresh_alias(const mrt_plan *plan)
{
    uint8_t alias = 0;
    int32_t i = 0;

    while (i < plan->count)
        if (plan->live[i++].alias == alias) {
            alias++;
            i = 0;
        }
    return alias;
}

MRT_API mrt_live *mrt_plan_add(mrt_plan *plan, uint32_t tensor, uint32_t bytes, int32_t last, const mrt_live *shares)
{
    mrt_live fresh, *added = &plan->live[plan->count];

    if (plan->count == MRT_LIVE_MAX)
        return NULL;
    fresh.tensor = (int32_t)tensor;
    fresh.bytes = bytes;
    fresh.value = -1;
    fresh.last = (int16_t)last;
    fresh.is_batched = 0;
#if !defined(MRT_NO_CONTROL)
    fresh.scope = plan->scope;
#endif
    fresh.alias = shares ? shares->alias : mrt_plan_fresh_alias(plan);
    fresh.offset = shares ? shares->offset : mrt_plan_place(plan, bytes);
    if (fresh.offset == mrt_no_place)
        return NULL;
    plan->count_most = mrt_max_i32(plan->count_most, ++plan->count);
    *added = fresh;
    if (fresh.offset + bytes > plan->end)
        plan->end = fresh.offset + bytes;
    return added;
}

/* Whether a tensor before it in the list shares the place and counts for both. */
static int mrt_plan_is_counted(const mrt_plan *plan, int32_t index)
{
    int32_t i;

    for (i = 0; i < index; i++)
        if (plan->live[i].alias == plan->live[index].alias)
            return 1;
    return 0;
}

MRT_API uint32_t mrt_plan_scratch(mrt_plan *plan, uint32_t bytes)
{
    uint64_t live = mrt_place_up(plan, bytes);
    uint32_t offset = 0;
    int32_t  i;

    for (i = 0; i < plan->count; i++)
        if (!mrt_plan_is_counted(plan, i))
            live += mrt_place_up(plan, plan->live[i].bytes);
    if (live > plan->bound)
        plan->bound = live < UINT32_MAX ? (uint32_t)live : UINT32_MAX;
    if (bytes == 0)
        return 0;
    offset = mrt_plan_lowest(plan, bytes);
    if (offset == mrt_no_place || (plan->height > 0 && offset + bytes > plan->height)) {
        plan->is_failed = 1;
        return 0;
    }
    if (offset + bytes > plan->end)
        plan->end = offset + bytes;
    return offset;
}

MRT_API void mrt_plan_expire(mrt_plan *plan, int32_t step)
{
    int32_t i, kept = 0;

    for (i = 0; i < plan->count; i++)
        if (plan->live[i].last > step || !mrt_is_in_scope(plan, &plan->live[i]))
            plan->live[kept++] = plan->live[i];
    plan->count = kept;
}
