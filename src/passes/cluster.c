/* Weights of few values, so that a file can hold tables of them, and an index for each weight (formats/tflite/tables.h).
 *
 * The values of a channel are found by k-means over its int8 weights, which begins with values at equal distances from the
 * least to the greatest weight (Han et al. 2016, arXiv:1510.00149, section 3.1) and ends when none moves.
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>

#include "passes/passes.h"

enum { VALUES_MAX = 127 /* an index has 7 bits at most */, I8_VALUES = 256, ROUNDS_MAX = 100 };

/* ---- one channel ---- */

typedef struct histogram {
    size_t count[I8_VALUES]; /* of weight i - 128 */
    int    low, high;        /* the least and the greatest that occur */
} histogram;

static int nearest(const double *value, int count, double x)
{
    int best = 0, i;

    for (i = 1; i < count; i++)
        if (fabs(value[i] - x) < fabs(value[best] - x))
            best = i;
    return best;
}

/* One round of Lloyd's algorithm; a value that nothing is near to stays. False: nothing moved. */
static bool move_values(double *value, int count, const histogram *h)
{
    double sum[VALUES_MAX] = {0}, weight[VALUES_MAX] = {0};
    bool   has_moved = false;
    int    i;

    for (i = h->low; i <= h->high; i++) {
        const int to = nearest(value, count, i - 128);
        sum[to] += (double)h->count[i] * (i - 128);
        weight[to] += (double)h->count[i];
    }
    for (i = 0; i < count; i++) {
        const double mean = weight[i] > 0 ? sum[i] / weight[i] : value[i];
        has_moved |= mean != value[i];
        value[i] = mean;
    }
    return has_moved;
}

/* All of them where there are no more. Returns how many. */
static int take_all(double *value, int count, const histogram *h)
{
    int found = 0, i;

    for (i = h->low; i <= h->high; i++)
        if (h->count[i] > 0 && found++ < count)
            value[found - 1] = i - 128;
    return found;
}

static void find_values(int8_t *table, int count, const histogram *h)
{
    double value[VALUES_MAX] = {0};
    int    rounds, i;

    if (take_all(value, count, h) > count) {
        for (i = 0; i < count; i++)
            value[i] = h->low - 128 + (double)(h->high - h->low) * i / (count - 1);
        for (rounds = 0; rounds < ROUNDS_MAX && move_values(value, count, h); rounds++) {
        }
    }
    for (i = 0; i < count; i++)
        table[i] = (int8_t)rint(value[i]);
}

static int8_t nearest_value(const int8_t *table, int count, int x)
{
    int best = 0, i;

    for (i = 1; i < count; i++)
        if (abs(table[i] - x) < abs(table[best] - x))
            best = i;
    return table[best];
}

/* Weights k of channel c are w[c * channel_step + k / run * run_step + k % run]. */
typedef struct channel_weights {
    int8_t *w;
    size_t  count, run, run_step;
} channel_weights;

static int8_t *weight_at(const channel_weights *c, size_t k)
{
    return c->w + k / c->run * c->run_step + k % c->run;
}

static void cluster_channel(const channel_weights *c, int count)
{
    histogram h = {.low = I8_VALUES - 1, .high = 0};
    int8_t    table[VALUES_MAX];
    size_t    k;

    for (k = 0; k < c->count; k++) {
        const int at = *weight_at(c, k) + 128;
        h.count[at]++;
        h.low = at < h.low ? at : h.low;
        h.high = at > h.high ? at : h.high;
    }
    find_values(table, count, &h);
    for (k = 0; k < c->count; k++)
        *weight_at(c, k) = nearest_value(table, count, *weight_at(c, k));
}

/* ---- the model ---- */

static bool has_weights(const mote_graph *graph, const mote_node *node)
{
    const mote_tensor *w;

    if (node->op != MOTE_OP_CONV_2D && node->op != MOTE_OP_FULLY_CONNECTED && node->op != MOTE_OP_DEPTHWISE_CONV_2D)
        return false;
    w = mote_node_in(graph, node, 1);
    return w->kind == MOTE_CONST && w->dtype == MOTE_I8 && w->quant && w->rank >= 2 && w->table_values == 0 &&
           (w->quant->count == 1 || w->quant->axis == 0 || w->quant->axis == w->rank - 1);
}

static mote_status cluster_weights(mote_model *model, mote_tensor *w, int values, mote_error *err)
{
    const size_t    count = mote_tensor_count(w), channels = (size_t)w->quant->count;
    const bool      is_last = channels > 1 && w->quant->axis != 0;
    int8_t         *copy = mote_arena_copy(&model->arena, w->data, count, 1, err);
    channel_weights c = {.count = count / channels, .run = is_last ? 1 : count / channels, .run_step = channels};
    size_t          i;

    for (i = 0; copy && i < channels; i++) {
        c.w = copy + i * c.run;
        cluster_channel(&c, values);
    }
    w->data = copy;
    w->table_values = values;
    return err->code;
}

static mote_status cluster(mote_model *model, int values, mote_cluster_result *result, mote_error *err)
{
    mote_graph *graph = &model->graphs[0];
    int32_t     n;

    for (n = 0; n < graph->node_count; n++) {
        mote_tensor *w;
        size_t       bytes;
        if (!has_weights(graph, &graph->nodes[n]))
            continue;
        w = &graph->tensors[graph->nodes[n].in[1]];
        bytes = mote_table_bytes(w, values);
        result->weight_bytes += mote_tensor_count(w);
        result->weight_bytes_left += bytes < mote_tensor_count(w) ? bytes : mote_tensor_count(w);
        if (bytes >= mote_tensor_count(w))
            continue;
        MOTE_TRY(cluster_weights(model, w, values, err));
        result->layers++;
    }
    return MOTE_OK;
}

mote_status mote_model_cluster(mote_model **out, const mote_model *model, const mote_cluster_options *options,
                               mote_cluster_result *result, mote_error *err)
{
    const int           values = options && options->values ? options->values : 16;
    mote_cluster_result own = {0};

    *out = NULL;
    if (!model || values < 2 || values > VALUES_MAX)
        return mote_fail(err, MOTE_ERR_USAGE, "mote_model_cluster: %s",
                         model ? "2 to 127 values are possible" : "model is NULL");
    if (model->stage != MOTE_STAGE_QUANTIZED)
        return mote_fail(err, MOTE_ERR_USAGE, "tables stand for int8 weights, and the model has none; quantize it to int8");
    MOTE_TRY(mote_model_copy(out, model, err));
    if (cluster(*out, values, &own, err) != MOTE_OK) {
        mote_model_destroy(*out);
        *out = NULL;
    }
    if (result)
        *result = own;
    return err->code;
}
