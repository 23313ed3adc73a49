/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/types.h"

#include <stddef.h>

#include "formats/tflite/schema.h"

static const int8_t types[MOTE_DTYPE_COUNT] = {
    [MOTE_F32] = TFLITE_FLOAT32, [MOTE_F16] = TFLITE_FLOAT16, [MOTE_F64] = TFLITE_FLOAT64, [MOTE_I4] = TFLITE_INT4,
    [MOTE_I8] = TFLITE_INT8,     [MOTE_U8] = TFLITE_UINT8,    [MOTE_I16] = TFLITE_INT16,   [MOTE_U16] = TFLITE_UINT16,
    [MOTE_I32] = TFLITE_INT32,   [MOTE_U32] = TFLITE_UINT32,  [MOTE_I64] = TFLITE_INT64,   [MOTE_U64] = TFLITE_UINT64,
    [MOTE_BOOL] = TFLITE_BOOL,
};

mote_dtype mote_tflite_type_read(int8_t type)
{
    mote_dtype dtype;

    for (dtype = 0; dtype < MOTE_DTYPE_COUNT; dtype++)
        if (types[dtype] == type)
            break;
    return dtype;
}

int8_t mote_tflite_type_write(mote_dtype dtype)
{
    return types[dtype];
}

const char *mote_tflite_type_name(int8_t type)
{
    static const char *const others[] = {
        [TFLITE_STRING] = "string",     [TFLITE_COMPLEX64] = "complex64", [TFLITE_COMPLEX128] = "complex128",
        [TFLITE_RESOURCE] = "resource", [TFLITE_VARIANT] = "variant",     [TFLITE_BFLOAT16] = "bfloat16",
        [TFLITE_INT2] = "int2",         [TFLITE_UINT4] = "uint4"};
    const mote_dtype dtype = mote_tflite_type_read(type);

    if (dtype != MOTE_DTYPE_COUNT)
        return mote_dtype_name(dtype);
    return type >= 0 && (size_t)type < sizeof others / sizeof *others ? others[type] : NULL;
}
