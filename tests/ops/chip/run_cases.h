/* What write_cases writes and run_cases runs on the chip. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_RUN_CASES_H
#define MOTE_TESTS_RUN_CASES_H

#include "runtime/mrt.h"

enum { CASE_APART = INT32_MIN, CASE_SAMPLES = 3, CASE_INPUTS = 2 };

/* One kernel with one case: it must give `out` for `in`, the samples one after the other. */
typedef struct chip_case {
    void (*run)(const void *params, const mrt_io *io);
    const void *params; /* not looked at by a function that has them as constants */
    const void *in[CASE_INPUTS], *out;
    int32_t     in_bytes[CASE_INPUTS], out_bytes, scratch_bytes; /* in and out: of a sample */
    int32_t     distance; /* that the kernel declares: how far in[0] may lie above its output; CASE_APART: it does not */
    int32_t     in_place; /* bit i: its output may lie in in[i]'s place */
} chip_case;

#endif
