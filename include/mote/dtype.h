/* Element types of tensors and arrays.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DTYPE_H
#define MOTE_DTYPE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The numbers are TensorFlow Lite's; those between belong to types that mote has not (strings, resources, complex numbers).
 */
typedef enum mote_dtype {
    MOTE_F32 = 0,
    MOTE_F16 = 1,
    MOTE_I32 = 2,
    MOTE_U8 = 3,
    MOTE_I64 = 4,
    MOTE_BOOL = 6,
    MOTE_I16 = 7,
    MOTE_I8 = 9,
    MOTE_F64 = 10,
    MOTE_U64 = 12,
    MOTE_U32 = 15,
    MOTE_U16 = 16,
    MOTE_I4 = 17, /* packed, two to a byte, low half first */
    MOTE_DTYPE_COUNT
} mote_dtype;

#define MOTE_RANK_MAX 8 /* dimensions of a tensor, the batch included */

int32_t     mote_dtype_bits(mote_dtype dtype);
const char *mote_dtype_name(mote_dtype dtype); /* NumPy's: "float32", "int8" ...; "int4" */
bool        mote_dtype_is_float(mote_dtype dtype);
/* The C type of one element: "float", "int8_t" ...; float16 is the bits of one, "uint16_t"; NULL where C has none (int4). */
const char *mote_dtype_c_name(mote_dtype dtype);
/* The range of an integer type; false for floats. */
bool mote_dtype_limits(mote_dtype dtype, long long *min, long long *max);
/* MOTE_DTYPE_COUNT when there is none of that name. */
mote_dtype mote_dtype_find(const char *name);

#ifdef __cplusplus
}
#endif
#endif
