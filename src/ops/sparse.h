/* Rows of weights most of which are 0, as runtime/arch/fully_connected_sparse.h reads them.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_SPARSE_H
#define MOTE_OPS_SPARSE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of [rows, columns] packed so; SIZE_MAX: a row has too many. */
size_t mote_sparse_bytes(const int8_t *w, int32_t rows, int32_t columns);
/* Into so many bytes. */
void mote_sparse_pack(int8_t *out, const int8_t *w, int32_t rows, int32_t columns);

#endif
