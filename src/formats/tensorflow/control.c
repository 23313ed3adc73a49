/* Loops and branches: run while the model is read, as often as shapes and constants say, so that no loop is left. What loops
 * carry lists in (TensorList..., TensorArray...) are values that hold others.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/tensorflow/operators.h"

/* Times that a loop runs, and nodes of all its runs; longest list. */
enum { TURNS_MAX = 1 << 14, RUNS_MAX = 1 << 18, ITEMS_MAX = 1 << 20 };

/* ---- loops ---- */

static const mote_import_graph *graph_of(mote_import_call *c, const char *name)
{
    const mote_import_attribute *a = mote_import_attribute_find(c->node, name);

    if (a && a->g)
        return a->g;
    mote_import_wrong(c, "it has nothing to run");
    return NULL;
}

static mote_import_value **run(mote_import_call *c, const mote_import_graph *graph, mote_import_value *const *in,
                               int32_t count, const char *what, int32_t turn)
{
    const char *prefix =
        mote_import_failed(c) ? NULL : mote_arena_printf(&c->im->scratch, c->err, "%s/%s%d/", c->node->out[0], what, turn);

    if (prefix && count != graph->in_count)
        mote_import_wrong(c, "%d operands for what takes %d", count, graph->in_count);
    return !prefix || mote_import_failed(c) ? NULL : mote_import_run(c, graph, in, prefix);
}

/* Whether it goes on; the answer must not depend on any input. */
static bool goes_on(mote_import_call *c, mote_import_value *const *answer)
{
    if (!mote_import_failed(c) && answer[0]->known)
        return mote_import_number_at(answer[0], 0) != 0;
    mote_import_refuse(c, "how often it runs depends on an input, or on a dimension that is open");
    return false;
}

static void import_while(mote_import_call *c)
{
    const mote_import_graph *condition = graph_of(c, "first"), *body = graph_of(c, "second");
    mote_import_value      **now = mote_import_take(c, (size_t)c->node->in_count, sizeof *now), **next;
    int32_t                  i, turn;

    if (!now || condition->out_count < 1 || body->out_count > c->node->in_count) {
        mote_import_wrong(c, "its functions do not go together");
        return;
    }
    memcpy(now, c->in, (size_t)c->node->in_count * sizeof *now);
    for (turn = 0; goes_on(c, run(c, condition, now, c->node->in_count, "cond", turn)); turn++) {
        if (turn == TURNS_MAX || (int64_t)turn * (body->node_count + 1) > RUNS_MAX) {
            mote_import_refuse(c, "it runs more than %d times, which would be too many operators", turn);
            return;
        }
        if (!(next = run(c, body, now, c->node->in_count, "", turn)))
            return;
        memcpy(now, next, (size_t)body->out_count * sizeof *now);
    }
    for (i = 0; i < body->out_count && i < c->node->out_count && !mote_import_failed(c); i++)
        mote_import_give_value(c, i, now[i]);
}

static void import_if(mote_import_call *c)
{
    const mote_import_value *condition = c->in[0];
    const mote_import_graph *graph;
    mote_import_value      **out;
    int32_t                  i;

    if (!condition->known || mote_import_count(&condition->shape) != 1) {
        mote_import_refuse(c, "its condition depends on an input");
        return;
    }
    graph = graph_of(c, mote_import_number_at(condition, 0) != 0 ? "first" : "second");
    out = graph ? run(c, graph, c->in + 1, c->node->in_count - 1, "branch", 0) : NULL;
    for (i = 0; out && i < graph->out_count && i < c->node->out_count; i++)
        mote_import_give_value(c, i, out[i]);
}

/* ---- lists ---- */

static mote_import_items *new_items(mote_import_call *c, int64_t count)
{
    mote_import_items *items = mote_import_take(c, 1, sizeof *items);

    if (!mote_import_failed(c) && (count < 0 || count > ITEMS_MAX))
        mote_import_refuse(c, "a list of %lld tensors", (long long)count);
    if (mote_import_failed(c) || !(items->item = mote_import_take(c, (size_t)count, sizeof *items->item)))
        return NULL;
    items->count = (int32_t)count;
    return items;
}

static void give_items(mote_import_call *c, int32_t i, const mote_import_items *items)
{
    mote_import_value *out = mote_import_out(c, i);

    if (out && items && !mote_import_failed(c))
        out->items = items;
}

static const mote_import_items *list_at(mote_import_call *c, int32_t i)
{
    const mote_import_value *value = mote_import_in(c, i);

    if (!mote_import_failed(c) && (!value || !value->items))
        mote_import_wrong(c, "operand %d is no list", i);
    return mote_import_failed(c) ? NULL : value->items;
}

static int64_t number_at(mote_import_call *c, int32_t i)
{
    const mote_import_list list = mote_import_operand_ints(c, i, NULL);

    if (!mote_import_failed(c) && list.count != 1)
        mote_import_wrong(c, "operand %d must be one number", i);
    return mote_import_failed(c) ? 0 : list.n[0];
}

static mote_import_items *copy_of(mote_import_call *c, const mote_import_items *from, int64_t count)
{
    mote_import_items *items = from ? new_items(c, count) : NULL;
    const int32_t      kept = items && items->count < from->count ? items->count : items ? from->count : 0;

    if (kept > 0)
        memcpy(items->item, from->item, (size_t)kept * sizeof *items->item);
    return items;
}

static bool is_within(mote_import_call *c, const mote_import_items *items, int64_t i)
{
    if (!items || mote_import_failed(c))
        return false;
    if (i >= 0 && i < items->count)
        return true;
    mote_import_wrong(c, "item %lld of %d", (long long)i, items->count);
    return false;
}

/* Parts of a tensor along its first axis, which they have no more. */
static mote_import_items *items_of(mote_import_call *c, mote_import_value *x)
{
    mote_import_items *items = mote_import_failed(c) || x->shape.rank < 1 ? NULL : new_items(c, x->shape.dim[0]);

    if (!items)
        mote_import_wrong(c, "a number is no list");
    else
        mote_tf_unpack(c, x, 0, items->item, items->count);
    return mote_import_failed(c) ? NULL : items;
}

static void import_reserve(mote_import_call *c)
{
    give_items(c, 0, new_items(c, c->row->kind ? 0 : number_at(c, 1)));
}

static void import_from_tensor(mote_import_call *c)
{
    give_items(c, 0, items_of(c, c->in[0]));
}

static void give_item(mote_import_call *c, const mote_import_items *items, int64_t i)
{
    if (!is_within(c, items, i))
        return;
    if (!items->item[i])
        mote_import_refuse(c, "item %lld of the list was never written", (long long)i);
    else
        mote_import_give_value(c, 0, items->item[i]);
}

static void import_get_item(mote_import_call *c)
{
    give_item(c, list_at(c, 0), number_at(c, 1));
}

static void set_item(mote_import_call *c, const mote_import_items *from, int64_t i, mote_import_value *item)
{
    mote_import_items *items;

    if (!is_within(c, from, i) || !(items = copy_of(c, from, from->count)))
        return;
    items->item[i] = item;
    give_items(c, 0, items);
}

static void import_set_item(mote_import_call *c)
{
    set_item(c, list_at(c, 0), number_at(c, 1), c->in[2]);
}

static void import_push_back(mote_import_call *c)
{
    const mote_import_items *from = list_at(c, 0);
    mote_import_items       *items = from ? copy_of(c, from, (int64_t)from->count + 1) : NULL;

    if (!items)
        return;
    items->item[from->count] = c->in[1];
    give_items(c, 0, items);
}

static void import_length(mote_import_call *c)
{
    const mote_import_items *items = list_at(c, c->in_count - 1);
    int32_t                 *count = mote_import_take(c, 1, sizeof *count);

    if (!items || !count)
        return;
    *count = items->count;
    mote_import_give_known(c, 0, MOTE_I32, &(mote_import_shape){0}, count);
}

/* Of several items a tensor with one axis more. */
static void stack(mote_import_call *c, mote_import_value *const *item, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (!item[i])
            mote_import_refuse(c, "item %d of the list was never written", i);
    if (count == 0)
        mote_import_refuse(c, "an empty list");
    if (!mote_import_failed(c))
        mote_tf_pack(c, item, count, 0);
}

static void import_stack(mote_import_call *c)
{
    const mote_import_items *items = list_at(c, 0);

    if (items)
        stack(c, items->item, items->count);
}

/* ---- TensorFlow 1's: a handle, and a "flow" that says what was done before, which is the list here ---- */

static void import_array(mote_import_call *c)
{
    int32_t *handle = mote_import_take(c, 1, sizeof *handle);

    if (handle)
        mote_import_give_known(c, 0, MOTE_I32, &(mote_import_shape){0}, handle);
    give_items(c, 1, new_items(c, number_at(c, 0)));
}

static void import_scatter(mote_import_call *c)
{
    const mote_import_list   at = mote_import_operand_ints(c, 1, NULL);
    const mote_import_items *from = list_at(c, 3);
    mote_import_items *parts = from ? items_of(c, c->in[2]) : NULL, *items = parts ? copy_of(c, from, from->count) : NULL;
    int32_t            i;

    if (items && at.count != parts->count)
        mote_import_wrong(c, "%d numbers for %d tensors", at.count, parts->count);
    for (i = 0; items && i < at.count && !mote_import_failed(c); i++)
        if (is_within(c, items, at.n[i]))
            items->item[at.n[i]] = parts->item[i];
    give_items(c, 0, items);
}

static void import_array_read(mote_import_call *c)
{
    give_item(c, list_at(c, 2), number_at(c, 1));
}

static void import_array_write(mote_import_call *c)
{
    set_item(c, list_at(c, 3), number_at(c, 1), c->in[2]);
}

static void import_array_gather(mote_import_call *c)
{
    const mote_import_list   at = mote_import_operand_ints(c, 1, NULL);
    const mote_import_items *items = list_at(c, 2);
    mote_import_value **chosen = items ? mote_import_take(c, (size_t)(at.count > 0 ? at.count : 0), sizeof *chosen) : NULL;
    int32_t             i;

    for (i = 0; chosen && i < at.count; i++)
        if (is_within(c, items, at.n[i]))
            chosen[i] = items->item[at.n[i]];
    if (chosen && !mote_import_failed(c))
        stack(c, chosen, at.count);
}

#define ROW(name, ins, outs, function, kind)                                                                                \
    {                                                                                                                       \
        name, MOTE_IMPORT_FILE, ins, ins, outs, function, kind                                                              \
    }

const mote_import_row mote_tf_control[] = {
    {"While", MOTE_IMPORT_FILE, 1, INT32_MAX, INT32_MAX, import_while, 0},
    {"StatelessWhile", MOTE_IMPORT_FILE, 1, INT32_MAX, INT32_MAX, import_while, 0},
    {"If", MOTE_IMPORT_FILE, 1, INT32_MAX, INT32_MAX, import_if, 0},
    {"StatelessIf", MOTE_IMPORT_FILE, 1, INT32_MAX, INT32_MAX, import_if, 0},
    ROW("TensorListReserve", 2, 1, import_reserve, 0),
    ROW("EmptyTensorList", 2, 1, import_reserve, 1),
    ROW("TensorListFromTensor", 2, 1, import_from_tensor, 0),
    ROW("TensorListGetItem", 3, 1, import_get_item, 0),
    ROW("TensorListSetItem", 3, 1, import_set_item, 0),
    ROW("TensorListPushBack", 2, 1, import_push_back, 0),
    ROW("TensorListLength", 1, 1, import_length, 0),
    ROW("TensorListStack", 2, 1, import_stack, 0),
    ROW("TensorArrayV3", 1, 2, import_array, 0),
    ROW("TensorArrayScatterV3", 4, 1, import_scatter, 0),
    ROW("TensorArrayReadV3", 3, 1, import_array_read, 0),
    ROW("TensorArrayWriteV3", 4, 1, import_array_write, 0),
    ROW("TensorArrayGatherV3", 3, 1, import_array_gather, 0),
    ROW("TensorArraySizeV3", 2, 1, import_length, 0),
    {NULL, MOTE_IMPORT_FILE, 0, 0, 0, NULL, 0},
};
