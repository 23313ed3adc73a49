/* Rows of lists that loops carry. SPDX-License-Identifier: Apache-2.0 */
#include "formats/tensorflow/lists.h"

#include <string.h>

mote_import_order mote_tf_order_of(const mote_import_value *value)
{
    mote_import_order order = mote_import_file_order(value->shape.rank);

    if (!value->known && !mote_import_is_waiting(value))
        memcpy(order.axis, value->order, (size_t)order.rank * sizeof *order.axis);
    return order;
}

void mote_tf_give_part(mote_import_call *c, const mote_import_value *x, int32_t axis, mote_id at)
{
    const mote_import_order order = mote_tf_order_of(x);
    const mote_id           in[] = {mote_import_as(c, x, &order), at};
    mote_import_op          op = {.op = MOTE_OP_GATHER, .in = in, .in_count = 2};
    int32_t                 axes[MOTE_RANK_MAX], i, rank = 0;

    op.as.gather.axis = mote_import_place(&order, axis);
    for (i = 0; i < order.rank; i++)
        if (order.axis[i] != axis)
            axes[rank++] = order.axis[i] - (order.axis[i] > axis);
    mote_import_give(c, 0, mote_import_add(c, &op), axes);
}

/* Where the axis of items lies, beside an item's axes: where samples are counted, that stays first. */
static mote_import_order order_with_items(mote_import_call *c, const mote_import_value *item)
{
    const mote_import_order of_item = mote_tf_order_of(item);
    mote_import_order       order = {.rank = of_item.rank + 1};
    const mote_id           id = mote_import_as(c, item, &of_item);
    const int32_t           place = mote_import_tensor_at(c, id)->is_batched ? 1 : 0;
    int32_t                 i, n = 0;

    if (order.rank > MOTE_RANK_MAX)
        mote_import_refuse(c, "more than %d dimensions", MOTE_RANK_MAX);
    for (i = 0; i < order.rank && !mote_import_failed(c); i++)
        order.axis[i] = i == place ? 0 : of_item.axis[n++] + 1;
    return order;
}

/* All items of a list that has none: zeros, which go round from now on. */
static mote_import_value *begin_rows(mote_import_call *c, const mote_import_items *list, const mote_import_value *item)
{
    mote_tf_store     *store = list->store;
    mote_import_order  order = order_with_items(c, item);
    mote_import_value *all = mote_import_new_value(c);
    int32_t            dim[MOTE_RANK_MAX], i;
    mote_id            zeros;

    if (mote_import_failed(c) || !all)
        return NULL;
    if (store->number >= 0 || mote_import_graph_number(c->im) != store->loop->body)
        mote_import_refuse(c, "a list that is written by a loop within the loop");
    all->dtype = item->dtype;
    all->shape.rank = order.rank;
    for (i = 0; i < order.rank; i++) {
        all->order[i] = order.axis[i];
        all->shape.dim[order.axis[i]] = dim[i] = order.axis[i] == 0 ? list->count : item->shape.dim[order.axis[i] - 1];
    }
    all->held = all->shape;
    mote_import_enter(c->im, store->loop->outer);
    zeros = mote_import_zeros(c, item->dtype, order.rank, dim);
    if (!mote_import_failed(c))
        mote_loop_carry(store->loop, zeros, c->err);
    mote_import_enter(c->im, store->loop->body);
    if (mote_import_failed(c))
        return NULL;
    store->number = store->loop->count - 1;
    all->id = store->loop->in[store->number];
    return all;
}

/* [0, at, 0 ...] of so many, at its place. */
static mote_id place_at(mote_import_call *c, int32_t rank, int32_t place, mote_id at)
{
    const int32_t  zero = 0;
    mote_id        in[MOTE_RANK_MAX], none = mote_import_const(c, MOTE_I32, 0, NULL, &zero);
    mote_import_op op = {.op = MOTE_OP_PACK, .in = in, .in_count = rank};
    int32_t        i;

    for (i = 0; i < rank; i++)
        in[i] = i == place ? at : none;
    op.as.pack.count = rank;
    return mote_import_add(c, &op);
}

mote_import_value *mote_tf_write_row(mote_import_call *c, const mote_import_items *list, mote_id at, mote_import_value *item)
{
    const mote_import_value *all = list->whole ? list->whole : begin_rows(c, list, item);
    mote_import_value       *out = mote_import_new_value(c);
    mote_import_order        order, of_item = {0};
    int32_t                  dim[MOTE_RANK_MAX], i;
    mote_id                  in[3];
    mote_import_call         part = *c;

    if (!all || !out || mote_import_failed(c))
        return NULL;
    if (item->shape.rank + 1 != all->shape.rank) {
        mote_import_wrong(c, "items of different dimensions");
        return NULL;
    }
    order = mote_tf_order_of(all);
    for (i = 0; i < order.rank; i++) {
        dim[i] = order.axis[i] == 0 ? 1 : item->shape.dim[order.axis[i] - 1];
        if (order.axis[i] != 0)
            of_item.axis[of_item.rank++] = order.axis[i] - 1;
    }
    in[0] = all->id;
    in[1] = mote_import_reshape(c, mote_import_as(c, item, &of_item), order.rank, dim);
    in[2] = place_at(c, order.rank, mote_import_place(&order, 0), at);
    part.result = out;
    part.made = c->made;
    mote_import_give(&part, 0,
                     mote_import_add(c, &(mote_import_op){.op = MOTE_OP_DYNAMIC_UPDATE_SLICE, .in = in, .in_count = 3}),
                     order.axis);
    return out;
}
