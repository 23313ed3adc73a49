/* TensorFlow's element types and shapes.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_FORMATS_TENSORFLOW_TYPES_H
#define MOTE_FORMATS_TENSORFLOW_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include <mote/dtype.h>
#include <mote/status.h>

#include "formats/import/protobuf.h"

const char *mote_tf_type_name(int32_t type); /* "DT_HALF" */
mote_dtype  mote_tf_dtype(int32_t type);     /* MOTE_DTYPE_COUNT: mote has nothing for it */

/* A TensorShapeProto; open dimensions are -1. *has_rank false: even their number is open. */
mote_status mote_tf_read_shape(mote_pb message, int32_t *rank, int32_t *dim, bool *has_rank, mote_error *err);

#endif
