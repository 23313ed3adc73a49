/* Trains a spec's network, as `mote train` does, and writes it for Keras both ways, for tests/golden/check_keras_out.py:
 *
 *     write_trained SPEC.yaml PATH      PATH.keras, PATH.h5
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include <mote/mote.h>

static mote_status save(const mote_model *model, const char *path, const char *suffix, mote_error *err)
{
    char whole[500];

    snprintf(whole, sizeof whole, "%s%s", path, suffix);
    return mote_model_save(model, whole, err);
}

static mote_status train(mote_model *model, const mote_spec *spec, const mote_dataset *set, mote_error *err)
{
    mote_train_options options = spec->train;
    mote_training     *training = NULL;

    options.validation_split = 0; /* taken before */
    mote_train(&training, model, set, &options, err);
    mote_training_destroy(training);
    return err->code;
}

int main(int count, char **arguments)
{
    mote_spec    *spec = NULL;
    mote_dataset *set = NULL;
    mote_model   *model = NULL;
    mote_error    err = {0};

    if (count != 3) {
        fprintf(stderr, "write_trained SPEC.yaml PATH\n");
        return 2;
    }
    if (mote_spec_load(&spec, arguments[1], &err) == MOTE_OK && mote_spec_load_data(&set, spec, &err) == MOTE_OK &&
        mote_spec_take_validation(spec, set, &err) == MOTE_OK && mote_spec_build_model(&model, spec, set, &err) == MOTE_OK &&
        train(model, spec, set, &err) == MOTE_OK && save(model, arguments[2], ".keras", &err) == MOTE_OK)
        save(model, arguments[2], ".h5", &err);
    if (err.code != MOTE_OK)
        fprintf(stderr, "write_trained: %s\n", err.text);
    mote_model_destroy(model);
    mote_dataset_destroy(set);
    mote_spec_destroy(spec);
    return err.code != MOTE_OK;
}
