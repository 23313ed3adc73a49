/* How long an inference takes on this machine: one thread, the kernels of `mote run`, beside the reference kernels alone.
 * What it takes on a chip emulate.h counts.
 *
 *     mote_bench bench;
 *     if (mote_bench_run(&bench, model, NULL, &err) == MOTE_OK)
 *         printf("%.1f us, %.1f with the reference kernels\n", bench.us, bench.reference_us);
 *     mote_bench_free(&bench);
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BENCH_H
#define MOTE_BENCH_H

#include <mote/samples.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mote_bench_options {
    const mote_samples *inputs;  /* the first sample is used; NULL: zeros */
    double              seconds; /* to measure for, about; 0: 1 */
    uint64_t            room[8]; /* mote.h */
} mote_bench_options;

/* Texts belong to the bench. */
typedef struct mote_bench_layer {
    const char *op, *shape, *name; /* of the output; the layer's name, or its output's */
    size_t      macs;              /* multiply-accumulates of one sample */
    double      us, reference_us;  /* medians of the layer alone; what reading the clock takes is not in them */
    uint64_t    room[8];           /* mote.h */
} mote_bench_layer;

typedef struct mote_bench {
    double             us, reference_us; /* an inference: medians, the two taking turns */
    size_t             macs;
    size_t             runs; /* of each */
    mote_bench_layer  *layers;
    int32_t            layer_count;
    struct mote_arena *owner;
    uint64_t           room[8]; /* mote.h */
} mote_bench;

/* options may be NULL. Errors: as of mote_runner_create; USAGE without a model, or where the inputs are not its own. */
mote_status mote_bench_run(mote_bench *out, const mote_model *model, const mote_bench_options *options, mote_error *err);
void        mote_bench_free(mote_bench *bench); /* a no-op on a zeroed one */

#ifdef __cplusplus
}
#endif
#endif
