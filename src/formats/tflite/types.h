/* TensorFlow Lite's tensor types and mote's.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TFLITE_TYPES_H
#define MOTE_FORMATS_TFLITE_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include <mote/dtype.h>

/* MOTE_DTYPE_COUNT for a type that mote has not (strings, resources, complex numbers, bfloat16). */
mote_dtype mote_tflite_type_read(int8_t type);
int8_t     mote_tflite_type_write(mote_dtype dtype);

/* Also of those that mote has not; NULL for a number that is no type. */
const char *mote_tflite_type_name(int8_t type);

#endif
