/* What a fuzz target defines, and nothing else: tests/fuzz/fuzz_NAME.c has LLVMFuzzerTestOneInput, tests/fuzz/corpus/NAME/
 * its seeds and the inputs that once failed. libFuzzer calls it in a -DMOTE_FUZZ=ON build; replay.c calls it on every corpus
 * file in the normal tests. SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* What a reader under test may take: small enough for an unbounded claim to be noticed as a refusal, not as swapping. */
enum { FUZZ_MAX_BYTES = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count); /* returns 0 */

#endif
