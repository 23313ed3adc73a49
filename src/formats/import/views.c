/* Looking at a tensor in another shape: which orders of axes go along with it.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/import/import.h"

/* Axes of two shapes of as many elements, taken together in groups of equal size: [2,3,4] and [6,2,2] have {2,3} {6} and
 * {4} {2,2}. Axes of 1 of the old shape are in none, but for the one that counts samples: it is a group with an axis of 1.
 */
typedef struct groups {
    int32_t count;
    int32_t of[MOTE_RANK_MAX];        /* of an old axis: its group; -1: none */
    int32_t before[MOTE_RANK_MAX];    /* of an old axis: the one before it in its group; -1: it is the first */
    int32_t first[MOTE_RANK_MAX + 1]; /* of a group: its first new axis */
} groups;

static bool find_groups(const mote_import_shape *old, const mote_import_shape *new, int32_t batch, groups *out)
{
    int64_t a = 1, b = 1; /* how much of the group there is */
    int32_t i, j = 0, last = -1;

    out->count = 0;
    out->first[0] = 0;
    for (i = 0; i < old->rank; i++) {
        out->of[i] = -1;
        if (old->dim[i] == 1 && i != batch)
            continue;
        if (i == batch && (a != 1 || j == new->rank || new->dim[j] != 1))
            return false; /* samples would be mixed with what is around them */
        out->of[i] = out->count;
        out->before[i] = last;
        last = i;
        a *= old->dim[i];
        j += i == batch;
        while (b < a && j < new->rank)
            b *= new->dim[j++];
        if (a == b) {
            out->first[++out->count] = j;
            last = -1;
            a = b = 1;
        }
    }
    out->first[out->count] = new->rank; /* with axes of 1 at the end */
    return a == b && out->count > 0;
}

/* The axis that counts samples, which lies first; -1: none does. */
static int32_t batch_axis(const mote_import_call *c, const mote_import_value *x)
{
    return mote_import_tensor_at(c, x->id)->is_batched ? x->order[0] : -1;
}

/* Groups in the order in which their axes lie, as far as each lies as one; how many axes of the new shape that gives. */
static int32_t list_groups(const mote_import_value *x, const groups *g, int32_t *out)
{
    int32_t k, last = -1, count = 0;

    for (k = 0; k < x->held.rank; k++) {
        const int32_t axis = x->order[k];
        if (g->of[axis] < 0)
            continue;
        if (g->before[axis] >= 0 && g->before[axis] != last)
            return -1;
        if (g->before[axis] < 0)
            out[count++] = g->of[axis];
        last = axis;
    }
    return count;
}

/* New axes group by group; axes of 1 in front stay there, unless samples are counted: those come first. */
static void order_of_groups(const mote_import_shape *shape, const groups *g, const int32_t *list, bool is_batched,
                            mote_import_order *out)
{
    int32_t k, n, leading = 0;

    out->rank = 0;
    while (!is_batched && leading < shape->rank && shape->dim[leading] == 1)
        out->axis[out->rank++] = leading++;
    for (k = 0; k < g->count; k++) {
        n = list[k] == 0 && leading > 0 ? leading : g->first[list[k]];
        for (; n < g->first[list[k] + 1]; n++)
            out->axis[out->rank++] = n;
    }
}

bool mote_import_carry_order(const mote_import_call *c, const mote_import_value *x, const mote_import_shape *shape,
                             mote_import_order *out)
{
    const int32_t batch = batch_axis(c, x);
    int32_t       list[MOTE_RANK_MAX];
    groups        g;

    if (mote_import_count(shape) == 1 && batch < 0) {
        *out = mote_import_file_order(shape->rank);
        return true;
    }
    if (mote_import_count(shape) == 0 || !find_groups(&x->held, shape, batch, &g) || list_groups(x, &g, list) != g.count)
        return false;
    order_of_groups(shape, &g, list, batch >= 0, out);
    return true;
}

/* Groups by where the last of their axes lies. */
static void list_by_last(const mote_import_value *x, const groups *g, int32_t *out)
{
    bool    seen[MOTE_RANK_MAX] = {false};
    int32_t k, place = g->count;

    for (k = x->held.rank - 1; k >= 0; k--) {
        const int32_t group = g->of[x->order[k]];
        if (group < 0 || seen[group])
            continue;
        seen[group] = true;
        out[--place] = group;
    }
}

bool mote_import_natural_order(const mote_import_call *c, const mote_import_value *x, mote_import_order *order,
                               mote_import_order *held)
{
    const int32_t batch = batch_axis(c, x);
    int32_t       list[MOTE_RANK_MAX], k, i;
    groups        g;

    if (mote_import_count(&x->shape) <= 1 || !find_groups(&x->held, &x->shape, batch, &g))
        return false;
    list_by_last(x, &g, list);
    order_of_groups(&x->shape, &g, list, batch >= 0, order);
    held->rank = 0;
    for (i = 0; batch < 0 && i < x->held.rank; i++)
        if (g.of[i] < 0)
            held->axis[held->rank++] = i;
    for (k = 0; k < g.count; k++)
        for (i = 0; i < x->held.rank; i++)
            if (g.of[i] == list[k])
                held->axis[held->rank++] = i;
    for (i = 0; batch >= 0 && i < x->held.rank; i++)
        if (g.of[i] < 0)
            held->axis[held->rank++] = i;
    return true;
}
