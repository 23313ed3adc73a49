/* Loops and branches: run while the model is read, as often as shapes and constants say, so that no loop is left. What loops
 * carry lists in (TensorList..., TensorArray...) are values that hold others.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "formats/tensorflow/lists.h"

/* Nodes of all runs of a loop; longest list. */
enum { RUNS_MAX = 1 << 18, ITEMS_MAX = 1 << 20 };

/* ---- loops ---- */

static const mote_import_graph *graph_of(mote_import_call *c, const char *name)
{
    const mote_import_attribute *a = mote_import_attribute_find(c->node, name);

    if (a && a->g)
        return a->g;
    mote_import_wrong(c, "it has nothing to run");
    return NULL;
}

mote_import_value **mote_tf_run(mote_import_call *c, const mote_import_graph *graph, mote_import_value *const *in,
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
    if (mote_tf_keep_loop(c, condition, body))
        return;
    memcpy(now, c->in, (size_t)c->node->in_count * sizeof *now);
    for (turn = 0; goes_on(c, mote_tf_run(c, condition, now, c->node->in_count, "cond", turn)); turn++) {
        if (turn == MOTE_TF_TURNS_MAX || (int64_t)turn * (body->node_count + 1) > RUNS_MAX) {
            mote_import_refuse(c, "it runs more than %d times, which would be too many operators", turn);
            return;
        }
        if (!(next = mote_tf_run(c, body, now, c->node->in_count, "", turn)))
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
    out = graph ? mote_tf_run(c, graph, c->in + 1, c->node->in_count - 1, "branch", 0) : NULL;
    for (i = 0; out && i < graph->out_count && i < c->node->out_count; i++)
        mote_import_give_value(c, i, out[i]);
}

/* ---- lists ---- */

mote_import_items *mote_tf_new_items(mote_import_call *c, int64_t count)
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
    mote_import_items *items = from ? mote_tf_new_items(c, count) : NULL;
    const int32_t      kept = items && items->count < from->count ? items->count : items ? from->count : 0;

    if (kept > 0)
        memcpy(items->item, from->item, (size_t)kept * sizeof *items->item);
    if (items) {
        items->whole = from->whole;
        items->store = from->store;
    }
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
    mote_import_items *items = mote_import_failed(c) || x->shape.rank < 1 ? NULL : mote_tf_new_items(c, x->shape.dim[0]);

    if (!items)
        mote_import_wrong(c, "a number is no list");
    else
        items->whole = x;
    return mote_import_failed(c) ? NULL : items;
}

/* Each item by itself. */
static bool take_apart(mote_import_call *c, const mote_import_items *items)
{
    mote_import_value **parts = items && items->whole ? mote_import_take(c, (size_t)items->count, sizeof *parts) : NULL;
    int32_t             i;

    if (parts)
        mote_tf_unpack(c, items->whole, 0, parts, items->count);
    for (i = 0; parts && i < items->count && !mote_import_failed(c); i++)
        if (!items->item[i])
            items->item[i] = parts[i];
    return items && !mote_import_failed(c);
}

static bool has_items(const mote_import_items *items)
{
    int32_t i;

    for (i = 0; i < items->count; i++)
        if (items->item[i])
            return true;
    return false;
}

static void import_reserve(mote_import_call *c)
{
    give_items(c, 0, mote_tf_new_items(c, c->row->kind ? 0 : number_at(c, 1)));
}

static void import_from_tensor(mote_import_call *c)
{
    give_items(c, 0, items_of(c, c->in[0]));
}

static void give_item(mote_import_call *c, const mote_import_items *items, int64_t i)
{
    if (!is_within(c, items, i) || (!items->item[i] && !take_apart(c, items)))
        return;
    if (!items->item[i])
        mote_import_refuse(c, "item %lld of the list was never written", (long long)i);
    else
        mote_import_give_value(c, 0, items->item[i]);
}

mote_id mote_tf_counted(mote_import_call *c, const mote_import_value *value)
{
    if (mote_import_failed(c) || !value || value->known || value->dtype != MOTE_I32 || mote_import_count(&value->shape) != 1)
        return MOTE_NONE;
    return mote_import_reshape(c, mote_import_as_file(c, value), 0, NULL);
}

static void give_counted(mote_import_call *c, const mote_import_items *items, mote_id at)
{
    if (!items || mote_import_failed(c))
        return;
    if (!items->whole || has_items(items))
        mote_import_refuse(c, "which item of the list it reads depends on an input");
    else
        mote_tf_give_part(c, items->whole, 0, at);
}

static void get_item(mote_import_call *c, const mote_import_items *items, int32_t number)
{
    const mote_id at = mote_tf_counted(c, mote_import_in(c, number));

    if (at == MOTE_NONE)
        give_item(c, items, number_at(c, number));
    else
        give_counted(c, items, at);
}

static void import_get_item(mote_import_call *c)
{
    get_item(c, list_at(c, 0), 1);
}

static void set_counted(mote_import_call *c, const mote_import_items *from, mote_id at, mote_import_value *item)
{
    mote_import_items *items = from ? copy_of(c, from, from->count) : NULL;

    if (!items)
        return;
    if (!from->store || has_items(from))
        mote_import_refuse(c, "which item of the list it writes depends on an input");
    else
        items->whole = mote_tf_write_row(c, from, at, item);
    give_items(c, 0, items);
}

static void set_item(mote_import_call *c, const mote_import_items *from, int32_t number, mote_import_value *item)
{
    const mote_id      at = mote_tf_counted(c, mote_import_in(c, number));
    const int64_t      i = at == MOTE_NONE ? number_at(c, number) : 0;
    mote_import_items *items;

    if (at != MOTE_NONE) {
        set_counted(c, from, at, item);
        return;
    }
    if (!is_within(c, from, i) || !(items = copy_of(c, from, from->count)))
        return;
    items->item[i] = item;
    give_items(c, 0, items);
}

static void import_set_item(mote_import_call *c)
{
    set_item(c, list_at(c, 0), 1, c->in[2]);
}

static void import_push_back(mote_import_call *c)
{
    const mote_import_items *from = list_at(c, 0);
    mote_import_items       *items = from ? copy_of(c, from, (int64_t)from->count + 1) : NULL;

    if (!items || !take_apart(c, from) || !take_apart(c, items))
        return;
    items->whole = NULL;
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

static void stack_all(mote_import_call *c, const mote_import_items *items)
{
    if (items && items->whole && !has_items(items))
        mote_import_give_value(c, 0, items->whole);
    else if (items && take_apart(c, items))
        stack(c, items->item, items->count);
}

static void import_stack(mote_import_call *c)
{
    stack_all(c, list_at(c, 0));
}

/* ---- TensorFlow 1's: a handle, and a "flow" that says what was done before, which is the list here ---- */

static void import_array(mote_import_call *c)
{
    int32_t *handle = mote_import_take(c, 1, sizeof *handle);

    if (handle)
        mote_import_give_known(c, 0, MOTE_I32, &(mote_import_shape){0}, handle);
    give_items(c, 1, mote_tf_new_items(c, number_at(c, 0)));
}

/* Whether the numbers are 0, 1, 2 ... */
static bool is_all(const mote_import_list *at, int32_t count)
{
    int32_t i;

    for (i = 0; i < at->count && at->n[i] == i; i++)
        ;
    return i == at->count && i == count;
}

static void import_scatter(mote_import_call *c)
{
    const mote_import_list   at = mote_import_operand_ints(c, 1, NULL);
    const mote_import_items *from = list_at(c, 3);
    mote_import_items       *parts = from ? items_of(c, c->in[2]) : NULL, *items;
    int32_t                  i;

    if (!parts)
        return;
    if (at.count != parts->count)
        mote_import_wrong(c, "%d numbers for %d tensors", at.count, parts->count);
    if (is_all(&at, from->count)) {
        give_items(c, 0, parts);
        return;
    }
    if (!(items = copy_of(c, from, from->count)) || !take_apart(c, parts))
        return;
    for (i = 0; i < at.count && !mote_import_failed(c); i++)
        if (is_within(c, items, at.n[i]))
            items->item[at.n[i]] = parts->item[i];
    give_items(c, 0, items);
}

static void import_array_read(mote_import_call *c)
{
    get_item(c, list_at(c, 2), 1);
}

static void import_array_write(mote_import_call *c)
{
    set_item(c, list_at(c, 3), 1, c->in[2]);
}

static void import_array_gather(mote_import_call *c)
{
    const mote_import_list   at = mote_import_operand_ints(c, 1, NULL);
    const mote_import_items *items = list_at(c, 2);
    mote_import_value      **chosen;
    int32_t                  i;

    if (!items || is_all(&at, items->count)) {
        stack_all(c, items);
        return;
    }
    chosen = take_apart(c, items) ? mote_import_take(c, (size_t)(at.count > 0 ? at.count : 0), sizeof *chosen) : NULL;
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
