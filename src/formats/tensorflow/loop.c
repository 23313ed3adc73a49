/* Loops that stay loops: lists.h. Of what goes round
 *
 *     is left alone       it is the same inside, known or carried
 *     counts              t of our loop, or what follows from it
 *     is a list           one tensor of all its items, a row of which is read or written
 *     is anything else    carried
 *
 * How often the loop runs is found by running its condition, and of its body what the condition depends on; the body is then
 * read once, into a graph of its own. What does not work out there leaves nothing behind.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "formats/tensorflow/lists.h"

/* What goes round at most; items of a list that are written one by one; steps for those who have no loops. */
enum { OPERANDS_MAX = 256, ITEMS_MAX = 4, STEPS_MAX = 1024 };

typedef enum role { CARRIED, SAME, COUNTER, LIST } role;

/* What goes round. */
typedef struct operand {
    role               role;
    bool               is_read; /* by what is wanted of the body */
    mote_import_value *inside;  /* NULL: nobody needs it */
    int32_t            number;  /* among what the loop carries; -1: it is not */
    int64_t            first, step;
    bool               is_seen; /* of a counter: it has a step */
    mote_tf_store      store;
    struct {
        int32_t at, number;
    } items[ITEMS_MAX]; /* of a list: those that are carried */
    int32_t item_count;
} operand;

typedef struct keeper {
    mote_import_call        *c;
    const mote_import_graph *condition, *body;
    int32_t                  count; /* of operands */
    operand                 *operands;
    mote_index               makers; /* of the body's values: nodes, and operands behind them */
    bool                    *is_needed;
    bool                     may_stay; /* a loop, not only an LSTM */
    mote_loop                loop;
    mote_id                  results[MOTE_NODE_OUT_MAX], out[MOTE_NODE_OUT_MAX];
} keeper;

/* ---- what depends on what ---- */

static const char *name_of(const keeper *k, int32_t at, int32_t output)
{
    return at < k->body->node_count ? k->body->nodes[at].out[output] : k->body->in[at - k->body->node_count];
}

/* The node that computes the value, or behind all nodes the operand that it is; -1: nothing. */
static int32_t maker_of(const keeper *k, const char *name)
{
    const uint64_t hash = mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name));
    int32_t        at, n, i;

    for (at = mote_index_first(&k->makers, hash); at >= 0; at = mote_index_next(&k->makers, at)) {
        n = mote_index_value(&k->makers, at);
        for (i = 0; i < (n < k->body->node_count ? k->body->nodes[n].out_count : 1); i++)
            if (strcmp(name_of(k, n, i), name) == 0)
                return n;
    }
    return -1;
}

static bool index_name(keeper *k, const char *name, int32_t at)
{
    if (mote_index_add(&k->makers, mote_hash_bytes(MOTE_HASH_SEED, name, strlen(name)), at))
        return true;
    mote_fail(k->c->err, MOTE_ERR_MEMORY, "out of memory");
    return false;
}

static bool index_names(keeper *k)
{
    int32_t n, i;

    for (n = 0; n < k->body->node_count; n++)
        for (i = 0; i < k->body->nodes[n].out_count; i++)
            if (!index_name(k, k->body->nodes[n].out[i], n))
                return false;
    for (i = 0; i < k->body->in_count; i++)
        if (!index_name(k, k->body->in[i], k->body->node_count + i))
            return false;
    return true;
}

static bool is_identity(const mote_import_node *node)
{
    return strcmp(node->type, "Identity") == 0 && node->in_count == 1;
}

/* Whether result i is operand i as it went in. */
static bool is_same(const keeper *k, int32_t i)
{
    int32_t n = maker_of(k, k->body->out[i]);

    while (n >= 0 && n < k->body->node_count && is_identity(&k->body->nodes[n])) {
        const int32_t before = maker_of(k, k->body->nodes[n].in[0]);
        n = before < n || before >= k->body->node_count ? before : -1;
    }
    return n == k->body->node_count + i;
}

/* Marks the nodes that wanted results need, and the operands that those read. */
static void mark_needed(keeper *k, const bool *wants, bool *reads)
{
    const int32_t nodes = k->body->node_count;
    int32_t       n, i, at;

    memset(k->is_needed, 0, (size_t)(nodes + k->count) * sizeof *k->is_needed);
    for (i = 0; i < k->body->out_count; i++)
        if (wants[i] && (at = maker_of(k, k->body->out[i])) >= 0)
            k->is_needed[at] = true;
    for (n = nodes - 1; n >= 0; n--)
        for (i = 0; k->is_needed[n] && i < k->body->nodes[n].in_count; i++)
            if ((at = maker_of(k, k->body->nodes[n].in[i])) >= 0)
                k->is_needed[at] = true;
    for (i = 0; i < k->count; i++)
        reads[i] |= k->is_needed[nodes + i];
}

/* Until nothing more is wanted: what an operand is in the next round. stops: roles, a bit each, whose results nobody needs.
 */
static void close_over(keeper *k, bool *wants, bool *reads, uint32_t stops)
{
    bool    grows = true;
    int32_t i;

    while (grows) {
        for (grows = false, i = 0; i < k->body->out_count; i++)
            if (reads[i] && !wants[i] && !(stops >> k->operands[i].role & 1))
                grows = wants[i] = true;
        mark_needed(k, wants, reads);
        for (i = 0; i < k->body->out_count; i++)
            grows |= reads[i] && !wants[i] && !(stops >> k->operands[i].role & 1);
    }
}

/* The body's nodes that are needed; a result that is not wanted is its operand. */
static bool cut_body(keeper *k, const bool *wants, mote_import_graph *out)
{
    mote_import_call *c = k->c;
    mote_import_node *nodes = mote_import_take(c, (size_t)k->body->node_count, sizeof *nodes);
    const char      **results = mote_import_take(c, (size_t)k->body->out_count, sizeof *results);
    int32_t           n, i;

    *out = *k->body;
    if (!nodes || !results)
        return false;
    out->nodes = nodes;
    out->out = results;
    for (out->node_count = 0, n = 0; n < k->body->node_count; n++)
        if (k->is_needed[n])
            nodes[out->node_count++] = k->body->nodes[n];
    for (i = 0; i < k->body->out_count; i++)
        results[i] = wants[i] ? k->body->out[i] : k->body->in[i];
    return true;
}

/* ---- how often it runs ---- */

/* What the condition reads, and all that this depends on. */
static bool find_counting(keeper *k, bool *wants, bool *reads)
{
    int32_t n, i, at;

    for (n = 0; n < k->condition->node_count; n++)
        for (i = 0; i < k->condition->nodes[n].in_count; i++)
            for (at = 0; at < k->count; at++)
                reads[at] |= strcmp(k->condition->nodes[n].in[i], k->condition->in[at]) == 0;
    close_over(k, wants, reads, 1u << SAME);
    for (i = 0; i < k->count; i++)
        if (reads[i] && !k->c->in[i]->known)
            return false;
    return true;
}

static bool is_number(const mote_import_value *value)
{
    return value->known && value->dtype == MOTE_I32 && value->shape.rank == 0;
}

static void see_counter(operand *o, const mote_import_value *now, const mote_import_value *next)
{
    int64_t step;

    if (o->role != COUNTER)
        return;
    if (!is_number(now) || !is_number(next)) {
        o->role = CARRIED;
        return;
    }
    step = mote_import_integer_at(next, 0) - mote_import_integer_at(now, 0);
    if (o->is_seen && step != o->step)
        o->role = CARRIED;
    o->step = step;
    o->is_seen = true;
}

static bool goes_on(keeper *k, mote_import_value *const *now, int32_t turn)
{
    mote_import_value **answer = mote_tf_run(k->c, k->condition, now, k->count, "count", turn);

    return answer && answer[0]->known && mote_import_number_at(answer[0], 0) != 0;
}

/* 0: that is not known, or never. */
static int32_t count_turns(keeper *k)
{
    bool *wants = mote_import_take(k->c, (size_t)k->count, sizeof *wants),
         *reads = mote_import_take(k->c, (size_t)k->count, sizeof *reads);
    mote_import_value **now = mote_import_take(k->c, (size_t)k->count, sizeof *now), **next;
    mote_import_graph   counting;
    int32_t             turn, i;

    if (!wants || !reads || !now || !find_counting(k, wants, reads) || !cut_body(k, wants, &counting))
        return 0;
    memcpy(now, k->c->in, (size_t)k->count * sizeof *now);
    for (i = 0; i < k->body->out_count; i++)
        if (wants[i])
            k->operands[i] = (operand){.role = COUNTER, .first = is_number(now[i]) ? mote_import_integer_at(now[i], 0) : 0};
    for (turn = 0; goes_on(k, now, turn); turn++) {
        if (turn == MOTE_TF_TURNS_MAX || !(next = mote_tf_run(k->c, &counting, now, k->count, "next", turn)))
            return 0;
        for (i = 0; i < k->body->out_count; i++)
            if (wants[i]) {
                see_counter(&k->operands[i], now[i], next[i]);
                now[i] = next[i];
            }
    }
    return mote_import_failed(k->c) ? 0 : turn;
}

/* ---- whether it is to be one ---- */

static bool is_computed(const mote_import_value *value)
{
    int32_t i;

    if (!value->items)
        return !value->known;
    if (value->items->whole)
        return !value->items->whole->known;
    for (i = 0; i < value->items->count; i++)
        if (value->items->item[i] && !value->items->item[i]->known)
            return true;
    return false;
}

static void find_roles(keeper *k)
{
    int32_t i;

    for (i = 0; i < k->count; i++) {
        operand *o = &k->operands[i];
        o->number = o->store.number = -1;
        if (i >= k->body->out_count || is_same(k, i))
            o->role = SAME;
        else if (k->c->in[i]->items)
            o->role = LIST;
    }
}

/* What is wanted of the body, and what it reads. */
static bool find_wanted(keeper *k, bool *wants)
{
    bool   *reads = mote_import_take(k->c, (size_t)k->count, sizeof *reads), computes = false;
    int32_t i;

    for (i = 0; reads && i < k->body->out_count; i++)
        wants[i] = mote_import_wants(k->c, i) && k->operands[i].role != SAME && k->operands[i].role != COUNTER;
    if (reads)
        close_over(k, wants, reads, 1u << SAME | 1u << COUNTER);
    for (i = 0; reads && i < k->count; i++) {
        k->operands[i].is_read = reads[i] || (i < k->body->out_count && wants[i]);
        computes |= k->operands[i].is_read && is_computed(k->c->in[i]);
    }
    return computes;
}

/* Operators of a step, about: constants and names are none. */
static int32_t count_nodes(const mote_import_graph *graph)
{
    static const char *const none[] = {"Const", "Identity", "ReadVariableOp", "NoOp"};
    int32_t                  n, count = 0;
    size_t                   i;

    for (n = 0; n < graph->node_count; n++) {
        for (i = 0; i < sizeof none / sizeof *none && strcmp(none[i], graph->nodes[n].type) != 0; i++)
            ;
        count += i == sizeof none / sizeof *none;
    }
    return count;
}

/* ---- what goes in ---- */

static mote_import_value *new_inside(keeper *k, const mote_import_value *like)
{
    mote_import_value *value = mote_import_take(k->c, 1, sizeof *value);

    if (!value)
        return NULL;
    *value = *like;
    value->forms = NULL; /* those are tensors of another graph */
    value->parts = NULL;
    value->uses = 2;
    return value;
}

static void give_up(keeper *k, const char *why)
{
    mote_import_refuse(k->c, "it stays no loop: %s", why);
}

/* Carries the tensor as it lies; known ones become constants. */
static mote_import_value *carry(keeper *k, const mote_import_value *value, int32_t *number)
{
    const mote_import_order file = mote_import_file_order(value->shape.rank);
    const bool              is_put = value->known || mote_import_is_waiting(value);
    const mote_id           id = is_put ? mote_import_as_file(k->c, value) : value->id;
    mote_import_value      *inside = mote_import_failed(k->c) ? NULL : new_inside(k, value);

    if (!inside || mote_loop_carry(&k->loop, id, k->c->err) != MOTE_OK)
        return NULL;
    *number = k->loop.count - 1;
    inside->known = NULL;
    inside->id = k->loop.in[*number];
    inside->held = inside->shape;
    if (is_put)
        memcpy(inside->order, file.axis, sizeof inside->order);
    return inside;
}

/* The list inside has no items but those of a tensor, or none yet. */
static mote_import_value *carry_list(keeper *k, operand *o, const mote_import_value *value)
{
    const mote_import_items *from = value->items;
    mote_import_items       *items = mote_tf_new_items(k->c, from->count);
    mote_import_value       *inside = new_inside(k, value);
    int32_t                  i;

    if (!items || !inside)
        return NULL;
    for (i = 0; i < from->count; i++)
        if (from->item[i] && !from->whole)
            give_up(k, "a list has items before it begins");
    inside->items = items;
    if (from->whole && o->role == SAME && from->whole->known)
        items->whole = new_inside(k, from->whole);
    else if (from->whole)
        items->whole = carry(k, from->whole, o->role == SAME ? &o->number : &o->store.number);
    if (o->role == LIST) {
        o->store.im = k->c->im;
        o->store.loop = &k->loop;
        items->store = &o->store;
    }
    return inside;
}

/* first + t step, in the body. */
static mote_import_value *count_inside(keeper *k, const operand *o, const mote_import_value *value)
{
    mote_import_call  *c = k->c;
    mote_import_value *inside = new_inside(k, value);
    const int32_t      first = (int32_t)o->first, step = (int32_t)o->step;
    mote_id            id = k->loop.in[0];

    mote_import_enter(c->im, k->loop.body);
    if (step != 1)
        id = mote_import_binary(c, MOTE_OP_MUL, id, mote_import_const(c, MOTE_I32, 0, NULL, &step));
    if (first != 0)
        id = mote_import_binary(c, MOTE_OP_ADD, id, mote_import_const(c, MOTE_I32, 0, NULL, &first));
    mote_import_enter(c->im, k->loop.outer);
    if (!inside)
        return NULL;
    inside->known = NULL;
    inside->id = id;
    return inside;
}

static void go_in(keeper *k, mote_import_value **inside)
{
    int32_t i;

    for (i = 0; i < k->count && !mote_import_failed(k->c); i++) {
        const mote_import_value *value = k->c->in[i];
        operand                 *o = &k->operands[i];
        if (!o->is_read)
            continue;
        if (value->items)
            inside[i] = carry_list(k, o, value);
        else if (o->role == COUNTER)
            inside[i] = count_inside(k, o, value);
        else if (o->role == SAME && value->known)
            inside[i] = new_inside(k, value);
        else
            inside[i] = carry(k, value, &o->number);
        o->inside = inside[i];
    }
}

/* ---- what comes out ---- */

static bool is_taken(const keeper *k, mote_id id)
{
    int32_t i;

    for (i = 0; i < k->loop.count; i++)
        if (k->results[i] == id || k->loop.in[i] == id)
            return true;
    return false;
}

/* A result of the body: no constant, and no other's tensor. */
static void set_result(keeper *k, int32_t number, mote_id id)
{
    mote_import_call  *c = k->c;
    const mote_tensor *tensor = mote_import_tensor_at(c, id);
    int32_t            shape[MOTE_RANK_MAX], i;
    mote_id            in[2] = {id, MOTE_NONE};

    if (mote_import_failed(c) || k->results[number] == id)
        return;
    if (tensor->kind == MOTE_CONST || tensor->dtype != mote_import_tensor_at(c, k->loop.in[number])->dtype ||
        !mote_tensor_same_shape(tensor, mote_import_tensor_at(c, k->loop.in[number]))) {
        give_up(k, "what goes round does not stay what it is");
        return;
    }
    if (is_taken(k, id)) {
        for (i = 0; i < tensor->rank; i++)
            shape[i] = i == 0 && tensor->is_batched ? -1 : tensor->dim[i];
        in[1] = mote_import_const_ints(c, shape, tensor->rank);
        id = mote_import_add(c, &(mote_import_op){.op = MOTE_OP_RESHAPE, .in = in, .in_count = 2});
    }
    k->results[number] = id;
}

/* Another value that goes round, and begins as zeros: nobody reads it inside before it was written. */
static int32_t carry_zeros(keeper *k, mote_id like)
{
    mote_import_call *c = k->c;
    const mote_tensor tensor = *mote_import_tensor_at(c, like);
    mote_id           zeros;

    mote_import_enter(c->im, k->loop.outer);
    zeros = mote_import_zeros(c, tensor.dtype, tensor.rank, tensor.dim);
    if (!mote_import_failed(c))
        mote_loop_carry(&k->loop, zeros, c->err);
    mote_import_enter(c->im, k->loop.body);
    k->results[k->loop.count - 1] = k->loop.in[k->loop.count - 1];
    return k->loop.count - 1;
}

/* The item that was written: as what goes round already, where it is the same. */
static void come_out_item(keeper *k, operand *o, int32_t at, const mote_import_value *item)
{
    const mote_id id = mote_import_as_file(k->c, item);
    int32_t       i;

    if (o->item_count == ITEMS_MAX) {
        give_up(k, "many items of a list are written one by one");
        return;
    }
    for (i = 1; i < k->loop.count && k->results[i] != id; i++)
        ;
    if (i == k->loop.count && !mote_import_failed(k->c))
        set_result(k, i = carry_zeros(k, id), id);
    o->items[o->item_count].at = at;
    o->items[o->item_count++].number = i;
}

static void come_out_list(keeper *k, operand *o, const mote_import_value *value)
{
    const mote_import_items *items = value->items;
    int32_t                  i;

    if (!items || items->store != &o->store || items->count != o->inside->items->count) {
        give_up(k, "a list becomes another");
        return;
    }
    if (items->whole && o->store.number >= 0)
        set_result(k, o->store.number, items->whole->id);
    for (i = 0; i < items->count && !mote_import_failed(k->c); i++)
        if (items->item[i] && items->item[i] != o->inside->items->item[i]) {
            if (items->whole)
                give_up(k, "a list is written in two ways");
            else
                come_out_item(k, o, i, items->item[i]);
        }
}

/* States first, so that lists find them. */
static void come_out(keeper *k, const bool *wants, mote_import_value *const *values)
{
    int32_t i;

    memcpy(k->results, k->loop.in, sizeof k->results);
    for (i = 0; i < k->body->out_count && !mote_import_failed(k->c); i++) {
        const operand          *o = &k->operands[i];
        const mote_import_order order = o->inside ? mote_tf_order_of(o->inside) : (mote_import_order){0};
        if (wants[i] && o->role == CARRIED && values[i]->shape.rank != order.rank)
            give_up(k, "what goes round does not stay what it is");
        else if (wants[i] && o->role == CARRIED)
            set_result(k, o->number, mote_import_as(k->c, values[i], &order));
    }
    for (i = 0; i < k->body->out_count && !mote_import_failed(k->c); i++)
        if (wants[i] && k->operands[i].role == LIST)
            come_out_list(k, &k->operands[i], values[i]);
}

static void give_counter(keeper *k, int32_t i)
{
    const operand *o = &k->operands[i];
    int32_t       *last = mote_import_take(k->c, 1, sizeof *last);

    if (!last)
        return;
    *last = (int32_t)(o->first + o->step * k->loop.steps);
    mote_import_give_known(k->c, i, MOTE_I32, &(mote_import_shape){0}, last);
}

static mote_import_value *value_outside(keeper *k, const mote_import_value *like, int32_t number)
{
    mote_import_value *value = new_inside(k, like);

    if (!value)
        return NULL;
    value->known = NULL;
    value->id = k->out[number];
    return value;
}

static void give_list(keeper *k, int32_t i, const mote_import_items *inside)
{
    const operand     *o = &k->operands[i];
    mote_import_items *items = mote_tf_new_items(k->c, inside->count);
    mote_import_value *out = mote_import_out(k->c, i);
    int32_t            n;

    if (!items || !out)
        return;
    if (inside->whole)
        items->whole = value_outside(k, inside->whole, o->store.number);
    for (n = 0; n < o->item_count; n++) {
        mote_import_value *item = value_outside(k, inside->item[o->items[n].at], o->items[n].number);
        if (item) {
            memcpy(item->order, mote_import_file_order(item->shape.rank).axis, sizeof item->order);
            item->held = item->shape;
        }
        items->item[o->items[n].at] = item;
    }
    out->items = items;
}

static void give_all(keeper *k, mote_import_value *const *values)
{
    int32_t i;

    for (i = 0; i < k->body->out_count && !mote_import_failed(k->c); i++) {
        const operand *o = &k->operands[i];
        if (!mote_import_wants(k->c, i))
            continue;
        if (o->role == SAME)
            mote_import_give_value(k->c, i, k->c->in[i]);
        else if (o->role == COUNTER)
            give_counter(k, i);
        else if (o->role == LIST)
            give_list(k, i, values[i]->items);
        else
            mote_import_give(k->c, i, k->out[o->number], o->inside->order);
    }
}

/* ---- all of it ---- */

/* Of what the loop carries, what is read behind it. */
static void find_wanted_results(const keeper *k, bool *is_wanted)
{
    int32_t i, n;

    for (i = 0; i < k->body->out_count; i++) {
        const operand *o = &k->operands[i];
        if (!mote_import_wants(k->c, i) || o->role == SAME)
            continue;
        if (o->number >= 0)
            is_wanted[o->number] = true;
        if (o->store.number >= 0)
            is_wanted[o->store.number] = true;
        for (n = 0; n < o->item_count; n++)
            is_wanted[o->items[n].number] = true;
    }
}

static void build(keeper *k, const bool *wants, const mote_import_graph *body)
{
    mote_import_call   *c = k->c;
    const int32_t       outer = mote_import_graph_number(c->im);
    const int32_t       graph_count = c->im->model->graph_count;
    mote_import_value **inside = mote_import_take(c, (size_t)k->count, sizeof *inside), **values;
    bool                is_wanted[MOTE_NODE_OUT_MAX] = {false};

    k->loop.name = mote_import_own_name(c);
    if (mote_import_failed(c))
        return;
    mote_loop_begin(&k->loop, c->im->model, outer, c->err);
    mote_import_enter(c->im, outer);
    go_in(k, inside);
    if (mote_import_failed(c))
        return;
    mote_import_enter(c->im, k->loop.body);
    values = mote_tf_run(c, body, inside, k->count, "loop", 0);
    if (values)
        come_out(k, wants, values);
    mote_import_enter(c->im, outer);
    if (mote_import_failed(c))
        return;
    find_wanted_results(k, is_wanted);
    if (mote_tf_fuse_lstm(c, &k->loop, k->results, is_wanted, k->out))
        c->im->model->graph_count = graph_count;
    else if (!k->may_stay)
        give_up(k, "there are to be none");
    else if (mote_loop_end(&k->loop, k->results, k->out, c->err) != MOTE_OK)
        return;
    mote_import_enter(c->im, outer);
    if (!mote_import_failed(c))
        give_all(k, values);
}

/* Leaves nothing of it that failed; what it added around the loop is read by nobody. */
static bool undo(keeper *k, int32_t graph_count, int32_t outer)
{
    mote_import_call *c = k->c;

    mote_import_enter(c->im, outer);
    if (!mote_import_failed(c))
        return false;
    c->im->model->graph_count = graph_count;
    if (c->err->code != MOTE_ERR_MEMORY)
        mote_error_clear(c->err);
    return true;
}

static bool keep(keeper *k)
{
    const int32_t     graphs = k->c->im->model->graph_count, outer = mote_import_graph_number(k->c->im);
    bool             *wants = mote_import_take(k->c, (size_t)k->count, sizeof *wants);
    mote_import_graph body;

    if (!wants || !index_names(k))
        return false;
    find_roles(k);
    k->loop.steps = count_turns(k);
    find_roles(k);
    if (undo(k, graphs, outer) || k->loop.steps == 0 || !find_wanted(k, wants) || !cut_body(k, wants, &body) ||
        !mote_loop_is_shorter(k->loop.steps, count_nodes(&body)))
        return false;
    k->may_stay = !k->c->im->options || !k->c->im->options->has_no_loops || k->loop.steps > STEPS_MAX;
    build(k, wants, &body);
    return !undo(k, graphs, outer);
}

bool mote_tf_keep_loop(mote_import_call *c, const mote_import_graph *condition, const mote_import_graph *body)
{
    keeper k = {.c = c, .condition = condition, .body = body, .count = c->node->in_count};
    bool   is_kept;

    if (mote_import_failed(c) || c->in_count != k.count || k.count > OPERANDS_MAX || body->in_count != k.count ||
        condition->in_count != k.count)
        return false;
    k.operands = mote_import_take(c, (size_t)k.count, sizeof *k.operands);
    k.is_needed = mote_import_take(c, (size_t)body->node_count + (size_t)k.count, sizeof *k.is_needed);
    is_kept = k.operands && k.is_needed && keep(&k);
    mote_index_free(&k.makers);
    return is_kept;
}
