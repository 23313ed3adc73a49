/* TFLM_DECODE: for each output two constants, indices and tables -> the values that they stand for. Tables begin with a
 * head: what kind of code it is (0: tables), its version, and at 4 the tables' own version, the width of an index, the
 * values of a table. SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_DECODE_H
#define MRT_OPS_DECODE_H

#include "../attributes.h"
#include "../kernels/decode.h"
#include "../op.h"

MRT_FIELDS(mrt_decode_params, outputs, fields);
MRT_KERNEL(mrt_decode, mrt_decode_params, "kernels/decode.h");

static const char *const mrt_decode_names[] = {"TFLM_DECODE"};

/* Along which axis tables go: each output has as many as it has scales. */
static MRT_COLD mrt_reason mrt_decode_check_axis(mrt_call *c, const mrt_tensor *out, int32_t *fields)
{
    const int32_t channels = out->scale_count > 1 ? (int32_t)out->scale_count : 1, last = out->rank - 1;
    const int32_t by_last = channels > 1 && out->axis == last;

    MRT_REQUIRE(c, channels == 1 || (out->axis >= 0 && out->axis < out->rank && out->dim[out->axis] == channels),
                QUANTIZATION, "output %s has %d scales along axis %d", MRT_SHAPE(out), (int)channels, (int)out->axis);
    MRT_REQUIRE(c, channels == 1 || by_last || out->axis == 0, AXES, "scales along axis %d; the first or last expected",
                (int)out->axis);
    MRT_REQUIRE(c, channels <= INT32_MAX / 512, SIZE, "output %s has %d scales, which are too many", MRT_SHAPE(out),
                (int)channels); /* so that a place in the tables is an int32 */
    fields[MRT_DECODE_CHANNELS] = channels;
    fields[MRT_DECODE_REPEAT] = by_last ? 1 : (int32_t)out->count / channels;
    return MRT_REASON_NONE;
}

/* fields of output i. */
static MRT_COLD mrt_reason mrt_decode_read(mrt_call *c, int32_t i, int32_t *fields)
{
    const mrt_tensor *indices = &c->in[2 * i], *tables = &c->in[2 * i + 1], *out = &c->out[i];
    const uint32_t    bits = mrt_type_bits(out->type);
    uint64_t          needed;

    MRT_REQUIRE(c, mrt_has(c, 2 * i) && mrt_is_const(c, 2 * i + 1) && tables->bytes >= MRT_DECODE_HEAD, CONSTANT,
                "operand %d must be a constant of %d bytes at least", (int)(2 * i + 1), (int)MRT_DECODE_HEAD);
    MRT_REQUIRE(c, tables->data[0] == 0, OPTIONS, "code %d is not supported, only tables (0) are", (int)tables->data[0]);
    MRT_REQUIRE(c, tables->data[1] == 1 && tables->data[4] == 1, OPTIONS, "versions %d and %d; 1 expected",
                (int)tables->data[1], (int)tables->data[4]);
    MRT_REQUIRE(c, bits >= 8 && out->count >= 1, TYPES, "output %d is %s %s", (int)i, mrt_type_name(out->type),
                MRT_SHAPE(out));
    fields[MRT_DECODE_COUNT] = (int32_t)out->count;
    fields[MRT_DECODE_VALUE_BYTES] = (int32_t)(bits / 8);
    fields[MRT_DECODE_WIDTH] = tables->data[5] & 7;
    fields[MRT_DECODE_STRIDE] = tables->data[6];
    fields[MRT_DECODE_TABLE_COUNT] = (int32_t)((tables->bytes - MRT_DECODE_HEAD) / (bits / 8));
    MRT_REQUIRE(c, fields[MRT_DECODE_WIDTH] >= 1, OPTIONS, "indices of 0 bits");
    needed = ((uint64_t)out->count * (uint32_t)fields[MRT_DECODE_WIDTH] + 7) / 8;
    MRT_REQUIRE(c, out->count <= INT32_MAX / 8 && needed <= indices->bytes, SHAPE,
                "output %s takes more indices than operand %d holds", MRT_SHAPE(out), (int)(2 * i));
    return mrt_decode_check_axis(c, out, fields);
}

/* Outputs' own types and shapes count: nothing else says them. */
static MRT_COLD mrt_reason mrt_decode_shape(mrt_call *c)
{
    int32_t fields[MRT_DECODE_FIELDS], i;

    MRT_REQUIRE(c, c->in_count == 2 * c->out_count, OPERAND_COUNT, "%d operands for %d outputs; two for each expected",
                (int)c->in_count, (int)c->out_count);
    for (i = 0; i < c->out_count; i++) {
        MRT_TRY(mrt_decode_read(c, i, fields));
        MRT_TRY(mrt_set_shape(c, i, c->out[i].type, c->out[i].rank, c->out[i].dim));
    }
    return MRT_REASON_NONE;
}

static MRT_COLD mrt_reason mrt_decode_prepare(mrt_call *c)
{
    mrt_decode_params p;
    int32_t          *fields, one[MRT_DECODE_FIELDS], i, k;

    p.outputs = c->out_count;
    fields = (int32_t *)c->side->take(c, "fields", MRT_I32, (size_t)c->out_count * MRT_DECODE_FIELDS);
    for (i = 0; i < c->out_count; i++) {
        MRT_TRY(mrt_decode_read(c, i, one));
        for (k = 0; fields && k < MRT_DECODE_FIELDS; k++)
            fields[i * MRT_DECODE_FIELDS + k] = one[k];
        c->work += 8 * (uint64_t)c->out[i].count;
    }
    p.fields = fields;
    c->constants = UINT64_MAX;
    c->may_be_constant = 1;
    c->side->store(c, &p, sizeof p, 1);
    return MRT_REASON_NONE;
}

static const mrt_row mrt_decode_rows[] = {{MRT_ANY | MRT_REST, {MRT_ANY}, 1, 1, 1, MRT_WITH(mrt_decode_prepare, mrt_decode)},
                                          MRT_ROWS_END};

MRT_OPERATOR_DATA const mrt_operator mrt_operator_decode = {
    MRT_CUSTOM_CODE, 0, 2, 32, 1, 16, MRT_CUSTOM_WITHOUT(mrt_decode_names), mrt_decode_shape, mrt_decode_rows};

#endif
