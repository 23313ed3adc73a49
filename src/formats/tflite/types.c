/* SPDX-License-Identifier: Apache-2.0 */
#include "formats/tflite/types.h"

#include <stddef.h>

#include "formats/tflite/schema.h"

/* mote's numbers are TensorFlow Lite's. */
mote_dtype mote_tflite_type_read(int8_t type)
{
    return type >= 0 && type < MOTE_DTYPE_COUNT && mote_dtype_name((mote_dtype)type) ? (mote_dtype)type : MOTE_DTYPE_COUNT;
}

int8_t mote_tflite_type_write(mote_dtype dtype)
{
    return (int8_t)dtype;
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
