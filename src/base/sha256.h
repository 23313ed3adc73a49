/* SHA-256 (FIPS 180-4): to check that a fetched file is the one we know.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_SHA256_H
#define MOTE_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

typedef struct mote_sha256 {
    uint32_t state[8];
    uint8_t  block[64];
    size_t   block_used;
    uint64_t bytes_total;
} mote_sha256;

typedef struct mote_sha256_hex {
    char text[65]; /* lower case */
} mote_sha256_hex;

void            mote_sha256_begin(mote_sha256 *hash);
void            mote_sha256_add(mote_sha256 *hash, const void *bytes, size_t count);
mote_sha256_hex mote_sha256_end(mote_sha256 *hash); /* begin again before using hash again */

#endif
