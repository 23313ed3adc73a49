/* Recurrent layers of other programs' models, as all readers make them of a cell: a WHILE that runs its step (ops/loop.h),
 * or the steps one by one where that is not longer; or, of an LSTM as most are, one operator.
 *
 *     RNN    h = f(x + R h)
 *     GRU    z, r = s(x + R h);  n = f(x + r (R h + b)), or f(x + R (r h));  h = n + z (h - n)
 *     LSTM   i, f, g, o of x + R h;  c = s(f) c + s(i) g(g);  h = s(o) g(c)
 *
 * x is what a step's input gives to the gates, which lie side by side in the order of these lines (GRU: update, reset,
 * candidate). A reader has its own ways to name nodes and to find weights: those are its mote_cell_maker. After the first
 * failure (*err) nothing is added, and ids are MOTE_NONE or what they were. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_RECURRENT_H
#define MOTE_OPS_RECURRENT_H

#include "ops/loop.h"

typedef enum mote_cell_kind { MOTE_CELL_RNN, MOTE_CELL_GRU, MOTE_CELL_LSTM } mote_cell_kind;

typedef enum mote_cell_weight {
    MOTE_CELL_RECURRENT,      /* R of all gates, [gates * units, units]; of a GRU without the candidate's */
    MOTE_CELL_CANDIDATE,      /* GRU: R of the candidate */
    MOTE_CELL_GATE_BIAS,      /* GRU: b of z and r, [2 * units], where x has not got it already */
    MOTE_CELL_CANDIDATE_BIAS, /* GRU: b */
    MOTE_CELL_PEEPHOLES,      /* LSTM: of i, f, o, three of them: [units], times c */
    MOTE_CELL_WEIGHTS = MOTE_CELL_PEEPHOLES + 3,

    /* of layers (mote_recurrent_add) */
    MOTE_CELL_KERNEL = MOTE_CELL_WEIGHTS, /* of all gates, [gates * units, I] */
    MOTE_CELL_BIAS,                       /* [gates * units] */
    MOTE_CELL_GATES, /* of an LSTM as one operator, for each gate: kernel, recurrent kernel, bias; 12 of them */
    MOTE_CELL_LAYER_WEIGHTS = MOTE_CELL_GATES + 12
} mote_cell_weight;

/* Which function a gate has: s above, or f and g. */
typedef enum mote_cell_activation { MOTE_CELL_GATE, MOTE_CELL_STATE } mote_cell_activation;

enum { MOTE_CELL_STATES = 2, MOTE_LSTM_GATES = 4 };

typedef struct mote_cell_maker {
    mote_model *model;
    const char *name;         /* of loops */
    bool        has_no_loops; /* steps one by one as far as that goes: who will write the model has none */
    mote_error *err;
    void       *by; /* the reader's own */
    /* From now on nodes and constants go into graphs[graph]. */
    void (*enter)(void *by, int32_t graph);
    /* A node with out_count float32 outputs, or int32 where its operands are. */
    void (*add)(void *by, const mote_node *node, mote_id *out);
    mote_id (*ints)(void *by, int32_t rank, const int32_t *dim, const int32_t *values);
    mote_id (*zeros)(void *by, int32_t rank, const int32_t *dim);
    /* The weight, added to the graph of the moment; MOTE_NONE: there is none. */
    mote_id (*weight)(void *by, mote_cell_weight which);
    mote_id (*activate)(void *by, mote_cell_activation which, mote_id x);
} mote_cell_maker;

typedef struct mote_cell {
    const mote_cell_maker *maker;
    mote_cell_kind         kind;
    int32_t                units;
    bool                   resets_after; /* GRU: the first of its two forms */

    int32_t graph; /* of the moment */
    mote_id weights[MOTE_CELL_WEIGHTS];
} mote_cell;

/* A sequence that goes through a cell. */
typedef struct mote_cell_run {
    mote_id x; /* [N, T, gates * units]: all steps' */
    int32_t steps;
    bool    is_backward, wants_sequence;
    mote_id first[MOTE_CELL_STATES]; /* h and c before the first step, [N, units]; MOTE_NONE: zero */

    mote_id sequence;               /* h of all steps in the order of time, [N, T, units], where it is wanted */
    mote_id last[MOTE_CELL_STATES]; /* h and c behind the last step, [N, units] or [N, 1, units] */
} mote_cell_run;

/* Into graphs[graph]; the fields before the gaps are given. */
void mote_cell_run_all(mote_cell *cell, mote_cell_run *run, int32_t graph);

/* An LSTM with sigmoid, tanh and no peepholes as UNIDIRECTIONAL_SEQUENCE_LSTM: x [N, T, I] as it goes in gives h of all
 * steps, [N, T, units], in that order. Its states are variables, which begin at zero where the batch is open and last from
 * one inference to the next where it is not (mote_graph_forgets). weights: of the gates i, f, g, o each [units, I],
 * [units, units], and a bias [units]. */
typedef struct mote_lstm_weights {
    mote_id kernel[MOTE_LSTM_GATES], recurrent[MOTE_LSTM_GATES], bias[MOTE_LSTM_GATES];
} mote_lstm_weights;
mote_id mote_lstm_add(mote_cell *cell, mote_id x, const mote_lstm_weights *weights, int32_t graph);

/* A layer as Keras has it, from x [N, T, I] on: an LSTM with sigmoid and tanh as one operator, else the products with all
 * steps of x at once, and its cell. The weights are those of the cell and MOTE_CELL_KERNEL, MOTE_CELL_BIAS; or
 * MOTE_CELL_GATES. [N, units], or the sequence [N, T, units]. */
typedef struct mote_recurrent {
    int32_t steps;
    bool    is_one_operator; /* LSTM: the functions are sigmoid and tanh, and its state may be a variable */
    bool    is_backward, wants_sequence;
    bool    keeps_time; /* the sequence stands in the order of time, not in that of the steps */
} mote_recurrent;
mote_id mote_recurrent_add(mote_cell *cell, const mote_recurrent *layer, mote_id x, int32_t graph);

/* [N, T, U] -> [N, U]; and the steps in reverse, which undoes a reverse right before it. */
mote_id mote_sequence_step(mote_cell *cell, mote_id x, int32_t t);
mote_id mote_sequence_reverse(mote_cell *cell, mote_id x);

#endif
