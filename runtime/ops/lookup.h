/* int8 and uint8 operators that are one function of each value: a table, worked out when the model is opened or compiled.
 * uint8 numbers are int8 numbers whose upper bit is turned and whose zero point is 128 less: one table is worked out for
 * both, and its bytes are turned at last.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_OPS_LOOKUP_H
#define MRT_OPS_LOOKUP_H

#include "../kernels/lookup.h"
#include "../op.h"

MRT_FIELDS(mrt_lookup_i8_params, count, table);
MRT_KERNEL_1(mrt_lookup_i8, mrt_lookup_i8_params, "kernels/lookup.h", int8_t, int8_t);
MRT_KERNEL_1(mrt_lookup_u8, mrt_lookup_i8_params, "kernels/lookup.h", uint8_t, uint8_t);

/* The zero point of the same numbers as int8. */
static MRT_COLD int32_t mrt_zero_as_i8(const mrt_tensor *tensor)
{
    return mrt_zero(tensor) - (tensor->type == MRT_U8 ? 128 : 0);
}

/* Parameters are stored; the table [256] is returned to be filled, NULL while only counting. */
static MRT_COLD int8_t *mrt_store_lookup(mrt_call *c)
{
    mrt_lookup_i8_params p;
    int8_t              *table = (int8_t *)c->side->take(c, "table", MRT_I8, 256);

    p.count = (int32_t)c->in[0].count;
    p.table = table;
    c->constants = 1;
    c->in_place = 1;
    c->side->store(c, &p, sizeof p, 1);
    return table;
}

/* The table is filled, as of int8. */
static MRT_COLD void mrt_finish_lookup(const mrt_call *c, int8_t *table)
{
    int32_t i;

    for (i = 0; table && c->out[0].type == MRT_U8 && i < 256; i++)
        table[i] = (int8_t)(table[i] ^ -128);
}

/* prepare for a real function. */
static MRT_COLD mrt_reason mrt_prepare_lookup(mrt_call *c, float (*function)(float x))
{
    int8_t *table;

    MRT_TRY(mrt_check_scales(c));
    table = mrt_store_lookup(c);
    if (table)
        mrt_lookup_fill_i8(table, function, mrt_scale(&c->in[0]), mrt_zero_as_i8(&c->in[0]), mrt_scale(&c->out[0]),
                           mrt_zero_as_i8(&c->out[0]));
    mrt_finish_lookup(c, table);
    return MRT_REASON_NONE;
}

#endif
