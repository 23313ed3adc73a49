/* Trains what a spec says and prints what it took: wall-clock seconds, and seconds of processor time, which other programs
 * on the machine disturb far less. Reading the data is not in them, nor what `mote train` does afterwards.
 *
 *     train_spec SPEC.yaml [THREADS]        prints: seconds S processor P data D (of S, waiting for batches)
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <mote/mote.h>

static double clock_seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static mote_status train(const mote_spec *spec, mote_error *err)
{
    mote_dataset  *set = NULL;
    mote_model    *model = NULL;
    mote_training *training = NULL;

    if (mote_spec_load_data(&set, spec, err) == MOTE_OK && mote_spec_build_model(&model, spec, set, err) == MOTE_OK) {
        double processor = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
        if (mote_train(&training, model, set, &spec->train, err) == MOTE_OK)
            printf("seconds %.4f processor %.4f data %.4f\n", training->seconds,
                   clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - processor, training->data_seconds);
    }
    mote_training_destroy(training);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
    return err->code;
}

int main(int argc, char **argv)
{
    mote_error err = {0};
    mote_spec *spec = NULL;

    if (argc < 2 || argc > 3) {
        fprintf(stderr, "usage: train_spec SPEC.yaml [THREADS]\n");
        return 2;
    }
    if (mote_spec_load(&spec, argv[1], &err) == MOTE_OK) {
        spec->train.threads = argc > 2 ? atoi(argv[2]) : 1;
        train(spec, &err);
    }
    if (err.code != MOTE_OK)
        fprintf(stderr, "train_spec: %s\n", err.text);
    mote_spec_destroy(spec);
    return err.code != MOTE_OK;
}
