/* SPDX-License-Identifier: Apache-2.0 */
#include <mote/dtype.h>

#include <limits.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name, *c_name;
    int         bits;
    bool        is_float;
    long long   min, max;
} types[MOTE_DTYPE_COUNT] = {
    [MOTE_F32] = {"float32", "float", 32, true, 0, 0},
    [MOTE_F16] = {"float16", "uint16_t", 16, true, 0, 0},
    [MOTE_F64] = {"float64", "double", 64, true, 0, 0},
    [MOTE_I4] = {"int4", NULL, 4, false, -8, 7},
    [MOTE_I8] = {"int8", "int8_t", 8, false, -128, 127},
    [MOTE_U8] = {"uint8", "uint8_t", 8, false, 0, 255},
    [MOTE_I16] = {"int16", "int16_t", 16, false, -32768, 32767},
    [MOTE_U16] = {"uint16", "uint16_t", 16, false, 0, 65535},
    [MOTE_I32] = {"int32", "int32_t", 32, false, -2147483647LL - 1, 2147483647LL},
    [MOTE_U32] = {"uint32", "uint32_t", 32, false, 0, 4294967295LL},
    [MOTE_I64] = {"int64", "int64_t", 64, false, LLONG_MIN, LLONG_MAX},
    [MOTE_U64] = {"uint64", "uint64_t", 64, false, 0, LLONG_MAX},
    [MOTE_BOOL] = {"bool", "uint8_t", 8, false, 0, 1},
};

int32_t mote_dtype_bits(mote_dtype dtype)
{
    return types[dtype].bits;
}

const char *mote_dtype_name(mote_dtype dtype)
{
    return types[dtype].name;
}

const char *mote_dtype_c_name(mote_dtype dtype)
{
    return types[dtype].c_name;
}

bool mote_dtype_is_float(mote_dtype dtype)
{
    return types[dtype].is_float;
}

bool mote_dtype_limits(mote_dtype dtype, long long *min, long long *max)
{
    *min = types[dtype].min;
    *max = types[dtype].max;
    return !types[dtype].is_float;
}

mote_dtype mote_dtype_find(const char *name)
{
    mote_dtype dtype;

    for (dtype = 0; dtype < MOTE_DTYPE_COUNT; dtype++)
        if (types[dtype].name && strcmp(types[dtype].name, name) == 0)
            break;
    return dtype;
}
