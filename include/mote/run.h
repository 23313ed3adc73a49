/* Running a model on the host, one sample at a time, with the same integer results as TensorFlow Lite Micro.
 *
 *     mote_runner *runner;
 *     if (mote_runner_create(&runner, model, NULL, &err) != MOTE_OK) ...
 *     memcpy(mote_runner_input(runner, 0), sample, bytes);
 *     if (mote_runner_invoke(runner, &err) != MOTE_OK) ...
 *     const int8_t *out = mote_runner_output(runner, 0);
 *
 * A runner belongs to one thread; several runners may share one model. Inputs must be written before every invoke.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_RUN_H
#define MOTE_RUN_H

#include <mote/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_runner mote_runner;

typedef struct mote_runner_options {
    const char *target;  /* whose kernels: "host" (default; "host-avx2", "host-baseline": none above that
                          * level), "reference", or a compile target: "portable" ... */
    bool   keeps_all;    /* every tensor stays readable after invoke */
    size_t memory_bytes; /* limit for activations; 0: 8 GiB */
    uint64_t
        work_limit;   /* of an invoke of a model with a WHILE, in multiply-accumulates, values and 64 an operator; 0: 1e10 */
    uint64_t room[8]; /* mote.h */
} mote_runner_options;

/* model must outlive the runner. options may be NULL. */
mote_status mote_runner_create(mote_runner **out, const mote_model *model, const mote_runner_options *options,
                               mote_error *err);
void        mote_runner_destroy(mote_runner *runner);

void       *mote_runner_input(mote_runner *runner, int32_t index);
const void *mote_runner_output(const mote_runner *runner, int32_t index);
/* Errors: LIMIT, where a WHILE goes on beyond the work limit; a model without one never fails. */
mote_status mote_runner_invoke(mote_runner *runner, mote_error *err);
void        mote_runner_reset(mote_runner *runner); /* states back to their first values */

/* Input 0 from real numbers (quantized where the model is), output 0 back to real numbers. */
void mote_runner_set_real(mote_runner *runner, int32_t input, const float *values);
void mote_runner_get_real(const mote_runner *runner, int32_t output, float *values);

/* One real number to the stored type and back: rounds to nearest, halves away from zero, and clamps. */
void mote_store_real(const mote_tensor_info *info, const float *values, void *stored, size_t count);
void mote_load_real(const mote_tensor_info *info, const void *stored, float *values, size_t count);

#ifdef __cplusplus
}
#endif
#endif
