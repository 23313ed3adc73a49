/* Lists of tensors (TensorList..., TensorArray...V3), as values that hold others, and loops that carry them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TENSORFLOW_LISTS_H
#define MOTE_FORMATS_TENSORFLOW_LISTS_H

#include "formats/tensorflow/operators.h"
#include "ops/loop.h"

/* A list that a loop carries: where what is written into it goes. */
typedef struct mote_tf_store {
    mote_importer *im;
    mote_loop     *loop;
    int32_t        number; /* among what the loop carries; -1: nothing was written yet */
} mote_tf_store;

/* The items of a list. Lists are values: what changes an item makes another one. An item is item[i], or else row i of whole;
 * if neither is there, it was not written yet. */
struct mote_import_items {
    mote_import_value **item;
    int32_t             count;
    mote_import_value  *whole; /* all of them along a first axis; NULL: there is no such tensor */
    mote_tf_store      *store; /* NULL: it is not carried by a loop, or not written in it */
};

mote_import_items *mote_tf_new_items(mote_import_call *c, int64_t count);

/* The order in which the value's tensor lies, or would. */
mote_import_order mote_tf_order_of(const mote_import_value *value);
/* A computed whole number, as a tensor of rank 0; MOTE_NONE: it is known, or no such number. */
mote_id mote_tf_counted(mote_import_call *c, const mote_import_value *value);
/* Output 0 is part `at`, such a number, of x along an axis of the file's, which it has no more. */
void mote_tf_give_part(mote_import_call *c, const mote_import_value *x, int32_t axis, mote_id at);
/* The tensor of all items of a list that a loop carries, with one of them written. */
mote_import_value *mote_tf_write_row(mote_import_call *c, const mote_import_items *list, mote_id at,
                                     mote_import_value *item);

/* A WHILE in the model (ops/loop.h), where it is known how often the loop runs, where it computes with inputs, and where its
 * steps one by one would be more operators. False: nothing was done, and it has to be run as it is read. */
bool mote_tf_keep_loop(mote_import_call *c, const mote_import_graph *condition, const mote_import_graph *body);

/* A body whose results are those: where the loop is an LSTM that one operator computes (ops/recurrent.h), adds that to the
 * graph around it, which is the one of the moment, fills out, and needs the loop no more. is_wanted: of each result. */
bool mote_tf_fuse_lstm(mote_import_call *c, const mote_loop *loop, const mote_id *results, const bool *is_wanted,
                       mote_id *out);

/* Runs a graph of a node's, once; NULL with a failure. */
mote_import_value **mote_tf_run(mote_import_call *c, const mote_import_graph *graph, mote_import_value *const *in,
                                int32_t count, const char *what, int32_t turn);

enum { MOTE_TF_TURNS_MAX = 1 << 14 };

#endif
