/* mote run.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/outputs.h"

static mote_status run_files(const cli_args *args, const mote_model *model, mote_error *err)
{
    const char *const *files = NULL;
    mote_samples       inputs = {0}, outputs = {0};
    int                count;

    count = cli_values(args, "output", &files);
    MOTE_TRY(mote_samples_check_outputs(model, files, count, err));
    count = cli_values(args, "input", &files);
    if (mote_samples_load(&inputs, model, files, count, NULL, err) == MOTE_OK)
        mote_samples_run(&outputs, model, &inputs, err);
    mote_samples_free(&inputs);
    count = cli_values(args, "output", &files);
    if (err->code == MOTE_OK && count > 0)
        mote_samples_save(&outputs, model, files, count, err);
    if (err->code == MOTE_OK && cli_has(args, "json"))
        cli_print_json(cli_json_outputs(&outputs, model, err), err);
    else if (err->code == MOTE_OK && count == 0)
        cli_print_outputs(&outputs, model, err);
    mote_samples_free(&outputs);
    return err->code;
}

static mote_status run_run(const cli_args *args, mote_error *err)
{
    mote_model *model = NULL;

    if (!cli_has(args, "input"))
        return mote_fail(err, MOTE_ERR_USAGE, "name the input: --input X.npy");
    if (mote_model_load(&model, args->positional[0], NULL, err) == MOTE_OK)
        run_files(args, model, err);
    mote_model_destroy(model);
    return err->code;
}

const cli_command cli_run = {
    .name = "run",
    .operands = "MODEL --input X [--output Y]",
    .summary = "what a model answers to one file of inputs",
    .examples = "  mote run mnist_int8.tflite --input digit.png\n"
                "  mote run mnist_int8.tflite --input x.npy --output y.npy\n"
                "  mote run two.tflite --input left=a.npy --input right=b.npy --output y.bin\n",
    .positional_min = 1,
    .positional_max = 1,
    .options =
        (const cli_option[]){
            {"input", 'i', "X",
             ".npy, .bin, .png or .jpg; once an input, in order or as NAME=FILE; N samples run one by one"},
            {"output", 'o', "Y", ".npy or .bin; once an output, in order or as NAME=FILE; none: print"},
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_run,
};
