/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/tables.h"

#include <string.h>

#include "runtime/kernels/decode.h"

enum { I8_VALUES = 256, VALUES_MAX = 127 /* an index has 7 bits at most */ };

/* ---- in ---- */

void mote_tflite_note_tables(mote_graph *graph, const mote_node *node)
{
    int32_t i;

    for (i = 0; node->op == MOTE_OP_DECODE && i < node->out_count; i++) {
        const mote_tensor *tables = mote_node_in(graph, node, 2 * i + 1);
        mote_tensor       *out = &graph->tensors[node->out[i]];
        if (out->dtype == MOTE_I8 && ((const uint8_t *)tables->data)[6] <= VALUES_MAX)
            out->table_values = ((const uint8_t *)tables->data)[6];
    }
}

/* ---- out ---- */

bool mote_tflite_has_tables(const mote_tensor *tensor)
{
    const mote_quant *quant = tensor->quant;

    return tensor->kind == MOTE_CONST && tensor->dtype == MOTE_I8 && tensor->table_values > 0 &&
           (!quant || quant->count == 1 || quant->axis == 0 || quant->axis == tensor->rank - 1);
}

static size_t channel_of(const mote_tensor *tensor, size_t i)
{
    const size_t channels = tensor->quant ? (size_t)tensor->quant->count : 1;

    return channels == 1 ? 0 : tensor->quant->axis == 0 ? i / (mote_tensor_count(tensor) / channels) : i % channels;
}

/* Each channel's values, rising; false: there are more than are said. */
static bool fill_tables(const mote_tensor *tensor, bool *occurs, size_t channels, uint8_t *tables)
{
    const int8_t *w = tensor->data;
    size_t        i, c;

    for (i = 0; i < mote_tensor_count(tensor); i++)
        occurs[channel_of(tensor, i) * I8_VALUES + (size_t)(w[i] + 128)] = true;
    for (c = 0; c < channels; c++) {
        int32_t found = 0;
        for (i = 0; i < I8_VALUES; i++) {
            if (!occurs[c * I8_VALUES + i])
                continue;
            if (found == tensor->table_values)
                return false;
            tables[c * (size_t)tensor->table_values + (size_t)found++] = (uint8_t)(int8_t)((int)i - 128);
        }
    }
    return true;
}

static int index_of(const uint8_t *table, int8_t w)
{
    int i = 0;

    while ((int8_t)table[i] != w)
        i++;
    return i;
}

/* The highest bit of an index comes first, as mrt_decode_index has it. */
static void put_index(uint8_t *indices, size_t bit, int bits, int index)
{
    int k;

    for (k = bits - 1; k >= 0; k--, bit++)
        indices[bit / 8] = (uint8_t)(indices[bit / 8] | (index >> k & 1) << (7 - bit % 8));
}

static void fill_indices(const mote_tensor *tensor, const uint8_t *tables, int bits, uint8_t *indices)
{
    const int8_t *w = tensor->data;
    size_t        i;

    for (i = 0; i < mote_tensor_count(tensor); i++)
        put_index(indices, i * (size_t)bits, bits,
                  index_of(tables + channel_of(tensor, i) * (size_t)tensor->table_values, w[i]));
}

static mote_id add_bytes(mote_model *model, mote_graph *graph, void *bytes, size_t count, mote_error *err)
{
    const mote_tensor tensor = {
        .name = "", .dtype = MOTE_U8, .rank = 1, .dim = {(int32_t)count}, .kind = MOTE_CONST, .data = bytes};

    return mote_graph_add_tensor(model, graph, &tensor, err);
}

static mote_status put_node(mote_model *model, mote_graph *graph, mote_id id, const mote_id *in, mote_error *err)
{
    mote_id   operands[2] = {in[0], in[1]}, out = id;
    mote_node node = {.op = MOTE_OP_DECODE, .in = operands, .in_count = 2, .out = &out, .out_count = 1};

    if (!mote_graph_add_node(model, graph, &node, err))
        return err->code;
    graph->tensors[id].kind = MOTE_ACTIVATION;
    graph->tensors[id].data = NULL;
    return MOTE_OK;
}

mote_status mote_tflite_put_tables(mote_model *model, mote_graph *graph, mote_id id, mote_error *err)
{
    const mote_tensor tensor = graph->tensors[id];
    const size_t      channels = tensor.quant ? (size_t)tensor.quant->count : 1;
    const int         bits = mote_table_bits(tensor.table_values);
    const size_t      index_bytes = mote_size_add(mote_size_mul(mote_tensor_count(&tensor), (size_t)bits), 7) / 8;
    const size_t      table_bytes = MRT_DECODE_HEAD + mote_size_mul(channels, (size_t)tensor.table_values);
    uint8_t          *indices = MOTE_NEW(&model->arena, uint8_t, index_bytes, err);
    uint8_t          *tables = MOTE_NEW(&model->arena, uint8_t, table_bytes, err);
    bool             *occurs = MOTE_NEW(&model->arena, bool, mote_size_mul(channels, I8_VALUES), err);
    mote_id           in[2];

    if (!indices || !tables || !occurs)
        return err->code;
    if (!fill_tables(&tensor, occurs, channels, tables + MRT_DECODE_HEAD))
        return MOTE_OK;
    tables[1] = 1; /* the code's version */
    tables[4] = 1; /* the tables' */
    tables[5] = (uint8_t)bits;
    tables[6] = (uint8_t)tensor.table_values;
    fill_indices(&tensor, tables + MRT_DECODE_HEAD, bits, indices);
    in[0] = add_bytes(model, graph, indices, index_bytes, err);
    in[1] = err->code == MOTE_OK ? add_bytes(model, graph, tables, table_bytes, err) : MOTE_NONE;
    return err->code == MOTE_OK ? put_node(model, graph, id, in, err) : err->code;
}
