/* mote run.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/outputs.h"

/* A table or a grid of one output's answers. */
typedef struct answer_file {
    const char *path;
    int         output;
} answer_file;

/* What --output names: tensors, of which there are as many as the model has outputs, and tables or grids. */
typedef struct destinations {
    const char **tensors;
    answer_file *answers;
    int          tensor_count, answer_count;
} destinations;

typedef struct running {
    const cli_args      *args;
    mote_model          *model;
    const char         **inputs; /* all that --input, operands and lists name */
    int                  input_count;
    destinations         to;
    mote_dataset_options options; /* how samples are prepared, where the command line says it */
    mote_link           *link;    /* NULL: the host runs the model */
    cli_board            board;
    mote_arena           arena;
} running;

/* ---- inputs ---- */

static bool is_tensor_file(const char *path)
{
    return mote_path_has_suffix(path, ".npy") || mote_path_has_suffix(path, ".bin") || mote_path_has_suffix(path, ".wav") ||
           mote_path_has_suffix(path, ".wave");
}

/* A file that holds inputs as they are, for one input of the model; anything else is a data set. */
static bool is_input_file(const char *path)
{
    return mote_is_image_name(path) || is_tensor_file(path);
}

static mote_status add_input(running *r, const char *path, int *capacity, mote_error *err)
{
    if (r->input_count == *capacity) {
        const int    wanted = *capacity > 0 ? 2 * *capacity : 64;
        const char **more = MOTE_NEW(&r->arena, const char *, wanted, err);
        if (!more)
            return err->code;
        if (r->input_count > 0)
            memcpy(more, r->inputs, (size_t)r->input_count * sizeof *more);
        r->inputs = more;
        *capacity = wanted;
    }
    r->inputs[r->input_count++] = path;
    return MOTE_OK;
}

/* "@list.txt": a path a line. */
static mote_status add_list(running *r, const char *path, int *capacity, mote_error *err)
{
    mote_file   file = {0};
    const char *at, *end;

    MOTE_TRY(cli_check_read(r->args, path, err));
    if (mote_file_open(&file, path, err) != MOTE_OK)
        return mote_context(err, "%s", path);
    at = (const char *)file.bytes;
    for (end = at + file.count; at < end && err->code == MOTE_OK;) {
        const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
        size_t      length = (size_t)(stop - at);
        char       *name;
        while (length > 0 && strchr(" \t\r", at[length - 1]))
            length--;
        if (length > 0 && (name = mote_arena_strndup(&r->arena, at, length, err)) != NULL &&
            cli_check_read(r->args, name, err) == MOTE_OK)
            add_input(r, name, capacity, err);
        at = stop + 1;
    }
    mote_file_close(&file);
    return err->code;
}

static mote_status collect_inputs(running *r, mote_error *err)
{
    const char *const *values = NULL;
    const int          count = cli_values(r->args, "input", &values);
    int                capacity = 0, i;

    for (i = 0; i < count; i++)
        MOTE_TRY(values[i][0] == '@' ? add_list(r, values[i] + 1, &capacity, err) : add_input(r, values[i], &capacity, err));
    for (i = 1; i < r->args->positional_count; i++)
        MOTE_TRY(add_input(r, r->args->positional[i], &capacity, err));
    return r->input_count > 0 ? MOTE_OK : mote_fail(err, MOTE_ERR_USAGE, "name the input: --input X.npy");
}

/* ---- outputs: judged before anything is computed, so that none is written where another is refused ---- */

/* "kind=answers.csv", or "answers.csv" where the model has one output. */
static mote_status add_answer_file(running *r, const char *given, mote_error *err)
{
    const int   count = mote_model_output_count(r->model);
    const char *equals = strchr(given, '=');
    answer_file file = {.path = given, .output = count == 1 ? 0 : -1};
    char       *name;

    if (equals && !mote_path_exists(given)) {
        name = mote_arena_strndup(&r->arena, given, (size_t)(equals - given), err);
        if (!name)
            return err->code;
        file = (answer_file){equals + 1, mote_model_find_output(r->model, name)};
        if (file.output < 0)
            return mote_fail(err, MOTE_ERR_USAGE, "the model has no output named \"%s\"; it has %s",
                             mote_show_string(name).text, mote_model_show_ends(r->model, false).text);
    }
    if (file.output < 0)
        return mote_fail(
            err, MOTE_ERR_USAGE, "%s: the model has %d outputs (%s); name one, as in %s=FILE, or write all as .npz", given,
            count, mote_model_show_ends(r->model, false).text, mote_show_string(mote_model_output(r->model, 0).name).text);
    r->to.answers[r->to.answer_count++] = file;
    return MOTE_OK;
}

static mote_status split_outputs(running *r, mote_error *err)
{
    const char *const *outputs = NULL;
    const int          count = cli_values(r->args, "output", &outputs);
    destinations      *to = &r->to;
    int                i;

    to->tensors = MOTE_NEW(&r->arena, const char *, count, err);
    to->answers = MOTE_NEW(&r->arena, answer_file, count, err);
    MOTE_TRY(err->code);
    for (i = 0; i < count; i++)
        if (is_tensor_file(outputs[i]) || mote_path_has_suffix(outputs[i], ".npz"))
            to->tensors[to->tensor_count++] = outputs[i];
        else if (cli_answers_can_save(outputs[i]))
            MOTE_TRY(add_answer_file(r, outputs[i], err));
        else
            return cli_answers_check(outputs[i], NULL, err);
    return mote_samples_check_outputs(r->model, to->tensors, to->tensor_count, err);
}

/* set: what grids are drawn of; NULL where inputs are files. */
static mote_status check_answers(const running *r, const mote_dataset *set, mote_error *err)
{
    int i;

    for (i = 0; i < r->to.answer_count; i++)
        MOTE_TRY(cli_answers_check(r->to.answers[i].path, set, err));
    return MOTE_OK;
}

static bool has_outputs(const running *r)
{
    return r->to.tensor_count + r->to.answer_count > 0;
}

/* Who the samples are: names of files, or a split. */
typedef struct asked {
    const char *const        *names;
    const mote_dataset_split *split;
} asked;

static cli_answers answers_of(const running *r, const mote_predictions *p, int output, asked about)
{
    return (cli_answers){.model = r->model, .answers = &p->outputs[output], .names = about.names, .split = about.split};
}

static mote_status save_all(const running *r, const mote_predictions *p, asked about, mote_error *err)
{
    int i;

    for (i = 0; i < r->to.answer_count; i++) {
        const cli_answers answers = answers_of(r, p, r->to.answers[i].output, about);
        MOTE_TRY(cli_answers_save(&answers, r->to.answers[i].path, err));
    }
    return MOTE_OK;
}

/* ---- a board ---- */

static mote_status begin_board(running *r, mote_error *err)
{
    const char *on = cli_value(r->args, "on"), *device = on ? cli_board_device(on) : NULL;
    int         timeout_seconds;

    MOTE_TRY(cli_timeout(r->args, &timeout_seconds, err));
    if (!on && timeout_seconds > 0)
        return mote_fail(err, MOTE_ERR_USAGE, "--timeout goes with --on serial:DEV");
    if (on && !device)
        return mote_fail(err, MOTE_ERR_USAGE, "--on %s: a board is named serial:DEV or serial:DEV:BAUD",
                         mote_show_string(on).text);
    return on ? cli_board_open(&r->link, device, timeout_seconds, err) : MOTE_OK;
}

static void end_board(running *r)
{
    if (r->link)
        cli_board_close(&r->board, r->link);
    r->link = NULL;
}

/* To stderr, so that results stay what they are without a board. */
static void tell_board(const running *r)
{
    const mote_link_times *t = &r->board.times;
    char                   times[96] = "", repeats[96] = "";

    if (t->are_known)
        snprintf(times, sizeof times, "%u microseconds an inference (%u to %u)", (unsigned)t->median, (unsigned)t->least,
                 (unsigned)t->most);
    if (r->board.repeats > 0)
        snprintf(repeats, sizeof repeats, "sent again: %d, as bytes were lost or changed on the line", r->board.repeats);
    if (*times || *repeats)
        fprintf(stderr, "on the board: %s%s%s\n", times, *times && *repeats ? "; " : "", repeats);
}

/* ---- a data set ---- */

/* All outputs of each sample in a row, as files of tensors are made of. */
static mote_status samples_of(mote_samples *out, const mote_predictions *p, mote_arena *arena, mote_error *err)
{
    size_t offset = 0, i;
    int    k;

    *out = (mote_samples){.count = p->count, .is_joined = true};
    for (k = 0; k < p->output_count; k++)
        out->sample_bytes += p->outputs[k].stored_bytes;
    out->bytes = mote_arena_alloc(arena, p->count, out->sample_bytes, err);
    for (k = 0; out->bytes && k < p->output_count; k++) {
        const mote_answers *a = &p->outputs[k];
        for (i = 0; i < p->count; i++)
            memcpy(out->bytes + i * out->sample_bytes + offset, a->stored + i * a->stored_bytes, a->stored_bytes);
        offset += a->stored_bytes;
    }
    return err->code;
}

static mote_status save_tensors(running *r, const mote_predictions *p, mote_error *err)
{
    mote_samples samples;

    MOTE_TRY(samples_of(&samples, p, &r->arena, err));
    return mote_samples_save(&samples, r->model, r->to.tensors, r->to.tensor_count, err);
}

/* Of one output its rows; of several {"outputs": [{"name", "answers": rows}]}. */
static mote_status print_json(const running *r, const mote_predictions *p, asked about, mote_error *err)
{
    json_t *object = json_object(), *list = json_array();
    int     i;

    for (i = 0; i < p->output_count && err->code == MOTE_OK; i++) {
        const cli_answers answers = answers_of(r, p, i, about);
        json_t           *rows = cli_answers_json(&answers, err);
        if (p->output_count == 1) {
            json_decref(object);
            json_decref(list);
            return cli_print_json(rows, err);
        }
        if (rows)
            mote_json_append(&list, json_pack("{so so}", "name", mote_json_text(p->outputs[i].name), "answers", rows));
    }
    mote_json_set(&object, "outputs", list);
    return cli_print_json(object, err);
}

static mote_status print_tables(const running *r, const mote_predictions *p, asked about, mote_error *err)
{
    int i;

    for (i = 0; i < p->output_count; i++) {
        const cli_answers answers = answers_of(r, p, i, about);
        if (p->output_count > 1)
            printf("%s%s:\n", i > 0 ? "\n" : "", mote_show_string(p->outputs[i].name).text);
        MOTE_TRY(cli_answers_print(&answers, err));
    }
    return MOTE_OK;
}

static mote_status hand_over_set(running *r, const mote_predictions *p, asked about, mote_error *err)
{
    if (r->to.tensor_count > 0)
        MOTE_TRY(save_tensors(r, p, err));
    MOTE_TRY(save_all(r, p, about, err));
    if (cli_has(r->args, "json"))
        return print_json(r, p, about, err);
    return has_outputs(r) ? MOTE_OK : print_tables(r, p, about, err);
}

static mote_status check_set_request(const running *r, mote_error *err)
{
    if (cli_has(r->args, "prepared"))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "--prepared goes with .npy files; of a data set whose numbers are prepared already say --scale 1");
    return MOTE_OK;
}

static mote_status predict(running *r, mote_predictions *p, const mote_dataset_split *split,
                           const mote_predict_options *options, mote_error *err)
{
    if (!r->link)
        return mote_predict(p, r->model, split, options, err);
    mote_predict_on_board(p, r->model, r->link, split, options, &r->board.times, err);
    end_board(r);
    return err->code;
}

static mote_status run_set(running *r, mote_error *err)
{
    const bool                are_pictures = mote_is_image_name(r->inputs[0]);
    cli_data_request          request = {.args = r->args,
                                         .path = are_pictures ? NULL : r->inputs[0],
                                         .split_name = cli_value(r->args, "split"),
                                         .preferred = MOTE_SPLIT_TEST,
                                         .model = r->model,
                                         .pictures = are_pictures ? r->inputs : NULL,
                                         .picture_count = r->input_count};
    mote_predict_options      options = {.progress = cli_progress()};
    mote_dataset             *set = NULL;
    const mote_dataset_split *split;
    mote_predictions          p = {0};
    long long                 limit;

    MOTE_TRY(check_set_request(r, err));
    MOTE_TRY(cli_integer(r->args, "limit", 1, INT64_MAX, 0, &limit, err));
    options.limit = (size_t)limit;
    if (cli_load_data(&set, &split, &request, err) == MOTE_OK && check_answers(r, set, err) == MOTE_OK &&
        predict(r, &p, split, &options, err) == MOTE_OK) {
        cli_progress_end();
        hand_over_set(r, &p, (asked){split->names, split}, err);
    }
    mote_predictions_free(&p);
    mote_dataset_destroy(set);
    return err->code;
}

/* ---- files, an input each ---- */

static mote_status save_answers(running *r, const mote_samples *inputs, const mote_samples *outputs, mote_error *err)
{
    mote_predictions p;

    MOTE_TRY(mote_predictions_of_samples(&p, r->model, outputs, err));
    save_all(r, &p, (asked){inputs->names, NULL}, err);
    mote_predictions_free(&p);
    return err->code;
}

static mote_status hand_over(running *r, const mote_samples *inputs, const mote_samples *outputs, mote_error *err)
{
    if (r->to.tensor_count > 0)
        MOTE_TRY(mote_samples_save(outputs, r->model, r->to.tensors, r->to.tensor_count, err));
    if (r->to.answer_count > 0)
        MOTE_TRY(save_answers(r, inputs, outputs, err));
    if (cli_has(r->args, "json"))
        return cli_print_json(cli_json_outputs(outputs, r->model, err), err);
    return has_outputs(r) ? MOTE_OK : cli_print_outputs(outputs, r->model, inputs->names, err);
}

/* What only choosing and reading samples of a set can obey. */
static mote_status check_files_request(const running *r, mote_error *err)
{
    static const char *const of_sets[] = {"split",       "limit",  "image",        "crop",       "targets",
                                          "target-kind", "header", "skip-damaged", "categories", "length"};
    size_t                   i;

    for (i = 0; i < sizeof of_sets / sizeof *of_sets; i++)
        if (cli_has(r->args, of_sets[i]))
            return mote_fail(err, MOTE_ERR_USAGE, "--%s goes with a data set; %s is a file of inputs", of_sets[i],
                             r->inputs[0]);
    return check_answers(r, NULL, err);
}

static mote_status run_samples(running *r, mote_samples *outputs, const mote_samples *inputs, mote_error *err)
{
    if (!r->link)
        return mote_samples_run(outputs, r->model, inputs, err);
    mote_link_run_samples(outputs, r->model, inputs, r->link, &r->board.times, err);
    end_board(r);
    return err->code;
}

static mote_status run_files(running *r, mote_error *err)
{
    const bool                 says_how = r->options.scale != 0 || r->options.offset != 0 || r->options.channels > 0;
    const mote_preparation     said = {.scale = r->options.scale,
                                       .offset = r->options.offset,
                                       .channels = r->options.channels,
                                       .mean = r->options.mean,
                                       .std = r->options.std};
    const mote_samples_options options = {.are_prepared = cli_has(r->args, "prepared"),
                                          .preparation = says_how ? &said : NULL};
    mote_samples               inputs = {0}, outputs = {0};

    if (is_input_file(r->inputs[0])) /* what is not there is told first */
        MOTE_TRY(check_files_request(r, err));
    if (options.are_prepared && says_how)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "--prepared says that nothing is to be prepared; leave --scale and its kin out");
    if (mote_samples_load(&inputs, r->model, r->inputs, r->input_count, &options, err) != MOTE_OK)
        return err->code;
    cli_print_sample_notes(&inputs);
    if (run_samples(r, &outputs, &inputs, err) == MOTE_OK)
        hand_over(r, &inputs, &outputs, err);
    mote_samples_free(&inputs);
    mote_samples_free(&outputs);
    return err->code;
}

/* ---- all of it ---- */

/* Pictures become a data set where there are several, or where a grid is asked for; so does what is no file of inputs. */
static mote_status choose_way(running *r, mote_error *err)
{
    const bool named = r->input_count == 1 || mote_model_input_count(r->model) > 1;
    int        i, pictures = 0, sets = 0;

    for (i = 0; i < r->input_count; i++) {
        pictures += mote_is_image_name(r->inputs[i]);
        sets += !is_input_file(r->inputs[i]) && mote_path_exists(r->inputs[i]);
    }
    if (sets > 0 && r->input_count > 1)
        return mote_fail(err, MOTE_ERR_USAGE, "%d inputs, and not all are .npy, .bin or pictures; give a data set alone",
                         r->input_count);
    if (sets > 0 ||
        (mote_model_input_count(r->model) == 1 && pictures == r->input_count && (!named || r->to.answer_count > 0)))
        return run_set(r, err);
    return run_files(r, err);
}

static mote_status run_run(const cli_args *args, mote_error *err)
{
    running r = {.args = args};

    if (collect_inputs(&r, err) == MOTE_OK && cli_read_data_options(&r.options, args, &r.arena, err) == MOTE_OK &&
        cli_load_model(&r.model, args, args->positional[0], err) == MOTE_OK && split_outputs(&r, err) == MOTE_OK &&
        begin_board(&r, err) == MOTE_OK)
        choose_way(&r, err);
    end_board(&r);
    if (err->code == MOTE_OK)
        tell_board(&r);
    mote_model_destroy(r.model);
    mote_arena_destroy(&r.arena);
    return err->code;
}

const cli_command cli_run = {
    .name = "run",
    .operands = "MODEL --input X... [--output Y]",
    .summary = "what a model answers to files, pictures or a data set",
    .examples = "  mote run mnist_int8.tflite --input digit.png\n"
                "  mote run mnist_int8.tflite --input digits/*.png --output digits.csv\n"
                "  mote run mnist_int8.tflite --input data/mnist --limit 20\n"
                "  mote run mnist_int8.tflite --input mnist.yaml --output mistakes.png\n"
                "  mote run mnist_int8.tflite --input x.npy --output y.npy\n"
                "  mote run two.tflite --input left=a.npy --input right=b.npy --output y.bin\n"
                "  mote run mnist_int8.tflite --on serial:/dev/ttyUSB0 --input digit.png\n",
    .positional_min = 1,
    .positional_max = CLI_ANY_NUMBER,
    .options =
        (const cli_option[]){
            {"input", 'i', "X",
             ".npy, .bin, .png, .jpg; a folder, a data set or a spec; @LIST of files. Several inputs: in order, or "
             "NAME=FILE. "
             "Samples are stored ones, prepared as in training; .bin, and a .npy of the input's own integers, are taken as "
             "they are"},
            {"output", 'o', "Y",
             ".npy, .bin: an output, in order or NAME=FILE; .npz: all, by name; .csv, .json: a row a sample; .png, .svg: a "
             "grid, mistakes first"},
            {"prepared", 0, NULL, "numbers of .npy are prepared already"},
            {"split", 0, "train|validation|test", "of a data set (test, or what there is)"},
            {"limit", 0, "N", "of a data set the first N samples"},
            CLI_DATA_OPTIONS,
            CLI_INPUT_SHAPE_ROW,
            {"on", 0, "serial:DEV[:BAUD]", "the board on this line runs it, compiled from this very model (docs/SERIAL.md)"},
            CLI_TIMEOUT_ROW,
            {"json", 0, NULL, "print JSON"},
            {0},
        },
    .run = run_run,
};
