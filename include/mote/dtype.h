/* Element types of tensors and arrays.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DTYPE_H
#define MOTE_DTYPE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_dtype {
    MOTE_F32 = 0,
    MOTE_F16,
    MOTE_F64,
    MOTE_I4, /* packed, two to a byte, low half first */
    MOTE_I8,
    MOTE_U8,
    MOTE_I16,
    MOTE_U16,
    MOTE_I32,
    MOTE_U32,
    MOTE_I64,
    MOTE_U64,
    MOTE_BOOL,
    MOTE_DTYPE_COUNT
} mote_dtype;

int         mote_dtype_bits(mote_dtype dtype);
const char *mote_dtype_name(mote_dtype dtype); /* NumPy's: "float32", "int8" ...; "int4" */
bool        mote_dtype_is_float(mote_dtype dtype);
/* The C type of one element: "float", "int8_t" ...; NULL where C has none (float16, int4). */
const char *mote_dtype_c_name(mote_dtype dtype);
/* The range of an integer type; false for floats. */
bool mote_dtype_limits(mote_dtype dtype, long long *min, long long *max);
/* MOTE_DTYPE_COUNT when there is none of that name. */
mote_dtype mote_dtype_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
