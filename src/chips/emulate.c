/* From a compiled model's folder to outputs and figures: build, check that it fits, run, take what the report says.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/emulate.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "chips/chips.h"
#include "chips/count.h"
#include "chips/cycles.h"
#include "chips/firmware.h"
#include "chips/runner.h"

enum { DEFAULT_TIME_LIMIT_SECONDS = 60 };

/* ---- which model ---- */

static bool is_identifier(const char *name)
{
    size_t i;

    for (i = 0; name[i]; i++)
        if (!(isalpha((unsigned char)name[i]) || name[i] == '_' || (i > 0 && isdigit((unsigned char)name[i]))))
            return false;
    return i > 0;
}

static bool has_header(const mote_firmware *f, const char *name, size_t length, mote_error *err)
{
    const char *header = mote_arena_printf(f->arena, err, "%s/%.*s.h", f->model_folder, (int)length, name);

    return header && mote_path_exists(header);
}

/* X where file is X.c and the folder has X.h, too; else NULL. X_link is none, where X is: it puts that on a line. */
static const char *model_of_source(const mote_firmware *f, const char *file, mote_error *err)
{
    static const char link[] = "_link.c";
    const size_t      length = strlen(file);

    if (length < 3 || strcmp(file + length - 2, ".c") != 0 || !has_header(f, file, length - 2, err))
        return NULL;
    if (mote_path_has_suffix(file, link) && has_header(f, file, length - strlen(link), err))
        return NULL;
    return mote_arena_strndup(f->arena, file, length - 2, err);
}

static mote_status find_only_model(mote_firmware *f, mote_error *err)
{
    DIR           *folder = opendir(f->model_folder);
    struct dirent *entry;

    if (!folder)
        return mote_fail(err, MOTE_ERR_IO, "%s", strerror(errno));
    while (err->code == MOTE_OK && (entry = readdir(folder)) != NULL) {
        const char *name = model_of_source(f, entry->d_name, err);
        if (name && f->name)
            mote_fail(err, MOTE_ERR_USAGE, "holds several models; name one");
        else if (name)
            f->name = name;
    }
    closedir(folder);
    if (err->code == MOTE_OK && !f->name)
        mote_fail(err, MOTE_ERR_USAGE, "holds no compiled model (NAME.c and NAME.h)");
    return err->code;
}

static mote_status find_model(mote_firmware *f, const char *dir, const char *shown, const char *name, mote_error *err)
{
    char *absolute = realpath(dir, NULL), *upper;
    int   i;

    if (!absolute)
        return mote_fail(err, MOTE_ERR_IO, "%s", strerror(errno));
    if (strchr(absolute, '\n'))
        mote_fail(err, MOTE_ERR_USAGE, "%s: there is a line end in this path, which assemblers cannot read; rename it",
                  absolute);
    f->model_folder = mote_arena_strdup(f->arena, absolute, err);
    free(absolute);
    if (err->code != MOTE_OK)
        return err->code;
    f->model_folder_shown = shown ? shown : "firmware";
    f->name = name;
    if (!name)
        MOTE_TRY(find_only_model(f, err));
    if (!is_identifier(f->name))
        return mote_fail(err, MOTE_ERR_USAGE, "%s is not a name of a compiled model", mote_show_string(f->name).text);
    upper = mote_arena_strdup(f->arena, f->name, err);
    for (i = 0; upper && upper[i]; i++)
        upper[i] = (char)toupper((unsigned char)upper[i]);
    f->upper_name = upper;
    return err->code;
}

/* ---- the build folder ---- */

static mote_status open_build_folder(mote_firmware *f, const char *wanted, mote_error *err)
{
    char *absolute;

    if (wanted) {
        MOTE_TRY(mote_make_dirs(wanted, err));
        absolute = realpath(wanted, NULL);
        f->folder = absolute ? mote_arena_strdup(f->arena, absolute, err) : NULL;
        free(absolute);
        return f->folder ? MOTE_OK : mote_fail(err, MOTE_ERR_IO, "%s: %s", wanted, strerror(errno));
    }
    f->folder = mote_temporary_dir(f->arena, "mote-chip", err);
    return err->code;
}

static void close_build_folder(const mote_firmware *f, const char *wanted)
{
    mote_error ignored = {0};

    if (f->folder && !wanted)
        mote_remove_tree(f->folder, &ignored);
}

/* ---- names in messages ---- */

/* Puts shown where err's text says folder. */
static void rename_folder(mote_error *err, const char *folder, const char *shown)
{
    const mote_error whole = *err;
    const char      *rest = whole.text, *at;
    size_t           length = 0;

    for (err->text[0] = '\0'; length < sizeof err->text && (at = strstr(rest, folder)) != NULL; rest = at + strlen(folder))
        length += (size_t)snprintf(err->text + length, sizeof err->text - length, "%.*s%s", (int)(at - rest), rest, shown);
    if (length < sizeof err->text)
        snprintf(err->text + length, sizeof err->text - length, "%s", rest);
}

void mote_hide_temporary(mote_error *err, const char *folder)
{
    char path[512], parent[600];

    snprintf(path, sizeof path, "%s/", folder);
    snprintf(parent, sizeof parent, "temporary folder in %.*s: ", (int)(strrchr(folder, '/') - folder), folder);
    rename_folder(err, path, parent);
}

static void name_as_user(const mote_firmware *f, const char *build_folder, mote_error *err)
{
    if (f->model_folder)
        rename_folder(err, f->model_folder, f->model_folder_shown);
    if (f->folder && build_folder)
        rename_folder(err, f->folder, build_folder);
    else if (f->folder)
        mote_hide_temporary(err, f->folder);
}

/* ---- what went wrong ---- */

/* " in operator 3 (CONV_2D "stem")": the run once more, with a firmware that tells its steps. "" when that tells nothing. */
static void locate_fault(mote_text *where, const mote_job *unhooked)
{
    mote_error                 err = {0};
    mote_text                  marks = {0};
    mote_job                   job = *unhooked;
    mote_harness_report        report = {0};
    const mote_firmware_layer *layer = NULL;

    job.marks = &marks;
    if (mote_firmware_hook(job.firmware, &err) == MOTE_OK && job.firmware->layer_count > 0 &&
        job.firmware->row->family->run(&job, &report, &err) == MOTE_OK && report.is_fault && mote_mark_count(&marks) > 0)
        layer = mote_firmware_layer_find(job.firmware, mote_mark_at(&marks, mote_mark_count(&marks) - 1).step);
    if (layer)
        mote_text_printf(where, " in operator %d (%s \"%s\")", layer->index, layer->op, mote_show_string(layer->name).text);
    mote_text_free(&marks);
}

static mote_status explain_fault(const mote_job *job, const mote_harness_report *report, mote_emulation *out,
                                 mote_error *err)
{
    mote_firmware *f = job->firmware;
    mote_text      where = {0};
    uint32_t       cause = report->fault_cause;
    const char    *what = cause < MOTE_CHIP_FAULTS ? f->row->family->faults[cause] : NULL;
    const char    *place = mote_firmware_place(f, report->fault_address, err);
    const char    *caller = mote_firmware_place(f, report->fault_caller, err);

    if (!place || !caller)
        return err->code;
    locate_fault(&where, job);
    if (report->fault_address == 0 && report->fault_caller == 0)
        snprintf(out->fault, sizeof out->fault, "%s%s", what ? what : "fault", where.bytes ? where.bytes : "");
    else
        snprintf(out->fault, sizeof out->fault, "%s%s at %s, called from %s", what ? what : "fault",
                 where.bytes ? where.bytes : "", place, caller);
    mote_text_free(&where);
    return mote_fail(err, MOTE_ERR_FORMAT, "stopped on %s: %s", out->chip->name, out->fault);
}

static mote_status take_report(const mote_job *job, const mote_harness_report *report, mote_emulation *out, mote_error *err)
{
    const mote_firmware *f = job->firmware;
    const mote_chip     *chip = &f->row->chip;

    if (report->is_fault)
        return explain_fault(job, report, out, err);
    if (report->stack_bytes >= report->free_bytes)
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "does not fit %s: needs %u bytes of RAM and more than %u for the stack, the chip has %u",
                         chip->name, f->ram_bytes, report->free_bytes, chip->ram_bytes);
    if (report->overrun_bytes > 0) {
        snprintf(out->fault, sizeof out->fault, "wrote behind its arena of %u bytes", f->model.arena_bytes);
        return mote_fail(err, MOTE_ERR_FORMAT, "%s_invoke %s on %s", f->name, out->fault, chip->name);
    }
    out->stack_bytes = report->stack_bytes;
    out->harness_stack_bytes = report->harness_stack_bytes;
    out->count = mote_count_units(f->row, report->model) - mote_count_units(f->row, report->empty) +
                 (uint64_t)f->row->family->empty_cost;
    return MOTE_OK;
}

/* ---- the whole way ---- */

static void take_sizes(const mote_firmware *f, mote_emulation *out)
{
    memcpy(out->sections, f->sections, sizeof out->sections);
    out->section_count = f->section_count;
    out->flash_bytes = f->flash_bytes;
    out->code_bytes = f->code_bytes;
    out->weight_bytes = f->weight_bytes;
    out->ram_bytes = f->ram_bytes;
    out->arena_bytes = f->model.arena_bytes;
    out->sample_input_bytes = f->model.input_bytes;
    out->sample_output_bytes = f->model.output_bytes;
}

/* No inputs mean one sample of zeros. */
static mote_status take_inputs(const mote_emulate_options *options, mote_job *job, mote_emulation *out, mote_error *err)
{
    size_t sample_bytes = job->firmware->model.input_bytes;

    job->inputs = options->inputs;
    job->sample_count = options->input_bytes / sample_bytes;
    if (options->input_bytes % sample_bytes != 0)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "the inputs have %zu bytes, which is no multiple of %zu, the bytes of a sample",
                         options->input_bytes, sample_bytes);
    if (job->sample_count == 0) {
        job->inputs = MOTE_NEW(job->firmware->arena, uint8_t, sample_bytes, err);
        job->sample_count = 1;
    }
    out->sample_count = job->sample_count;
    out->output_bytes = mote_size_mul(job->sample_count, job->firmware->model.output_bytes);
    out->outputs = job->inputs && out->output_bytes < PTRDIFF_MAX ? malloc(out->output_bytes) : NULL;
    job->outputs = out->outputs;
    return out->outputs ? MOTE_OK : mote_fail(err, MOTE_ERR_MEMORY, "no memory for %zu samples", job->sample_count);
}

/* ---- further runs ---- */

static mote_status count_layers(const mote_job *all, mote_emulation *out, mote_error *err)
{
    mote_firmware      *f = all->firmware;
    mote_text           marks = {0};
    mote_job            job = *all;
    mote_harness_report report = {0};

    job.marks = &marks;
    job.sample_count = 1;
    MOTE_TRY(mote_firmware_hook(f, err));
    job.outputs = MOTE_NEW(f->arena, uint8_t, f->model.output_bytes, err);
    if (!job.outputs)
        return err->code;
    if (f->row->family->run(&job, &report, err) == MOTE_OK && report.is_fault)
        mote_fail(err, MOTE_ERR_FORMAT, "stopped on %s while its layers were counted", f->row->chip.name);
    if (err->code == MOTE_OK)
        mote_layers_take(out, f, &marks, out->owner, err);
    mote_text_free(&marks);
    return err->code;
}

static mote_status count_start(const mote_job *all, mote_firmware_start_part part, uint64_t *count, mote_error *err)
{
    const mote_chip_family *family = all->firmware->row->family;
    mote_job                job = *all;
    mote_harness_report     report = {0};

    job.sample_count = 0;
    MOTE_TRY(mote_firmware_start(job.firmware, part, err));
    MOTE_TRY(family->run(&job, &report, err));
    if (report.is_fault)
        return mote_fail(err, MOTE_ERR_FORMAT, "stopped on %s in its start-up", job.firmware->row->chip.name);
    *count = mote_count_units(job.firmware->row, report.model) - mote_count_units(job.firmware->row, report.empty) +
             (uint64_t)family->empty_cost;
    return MOTE_OK;
}

static mote_status count_start_up(const mote_job *job, mote_emulation *out, mote_error *err)
{
    uint64_t alone, memory, reset = 0;

    MOTE_TRY(count_start(job, MOTE_START_MEMORY_ALONE, &alone, err));
    MOTE_TRY(count_start(job, MOTE_START_MEMORY, &memory, err));
    if (job->firmware->model.has_state)
        MOTE_TRY(count_start(job, MOTE_START_RESET, &reset, err));
    out->start_up_count = memory + reset;
    out->model_start_up_count = memory - alone + reset;
    out->has_start_up = true;
    return MOTE_OK;
}

/* ---- all of it ---- */

static mote_status build_and_run(mote_firmware *f, const mote_emulate_options *options, mote_emulation *out, mote_error *err)
{
    mote_job            job = {.firmware = f, .progress = &options->progress};
    mote_harness_report report = {0};

    if (!mote_report_samples(&job, 0, 0))
        return mote_fail(err, MOTE_ERR_USAGE, "stopped");
    MOTE_TRY(mote_firmware_build(f, err));
    take_sizes(f, out);
    MOTE_TRY(mote_firmware_check_fit(f, err));
    MOTE_TRY(take_inputs(options, &job, out, err));
    MOTE_TRY(f->row->family->run(&job, &report, err));
    mote_report_samples(&job, job.sample_count, job.sample_count);
    MOTE_TRY(take_report(&job, &report, out, err));
    if (options->counts_cycles)
        MOTE_TRY(mote_cycles_take(out, &job, options, err));
    if (options->counts_layers)
        MOTE_TRY(count_layers(&job, out, err));
    if (options->counts_start_up && f->row->family->counts_start_up)
        MOTE_TRY(count_start_up(&job, out, err));
    return MOTE_OK;
}

static void forget_results(mote_emulation *run)
{
    free(run->outputs);
    run->outputs = NULL;
    run->output_bytes = 0;
    run->layers = NULL;
    run->layer_count = 0;
    if (run->owner)
        mote_arena_destroy(run->owner);
    free(run->owner);
    run->owner = NULL;
}

mote_status mote_emulate_check(const mote_emulate_options *options, mote_error *err)
{
    if (!options || !options->chip)
        return mote_fail(err, MOTE_ERR_USAGE, "name the chip to emulate: mote_emulate_options.chip");
    if (!options->inputs && options->input_bytes > 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%zu bytes of inputs, but no inputs", options->input_bytes);
    return MOTE_OK;
}

mote_status mote_emulate_folder(const char *dir, const char *shown, const char *name, const mote_emulate_options *options,
                                mote_emulation *out, mote_error *err)
{
    mote_arena    arena = {0};
    mote_firmware firmware = {.arena = &arena};

    *out = (mote_emulation){0};
    MOTE_TRY(mote_emulate_check(options, err));
    if (!dir)
        return mote_fail(err, MOTE_ERR_USAGE, "name the folder of the compiled model");
    firmware.time_limit_seconds = options->time_limit_seconds > 0 ? options->time_limit_seconds : DEFAULT_TIME_LIMIT_SECONDS;
    firmware.row = mote_chip_row_find(options->chip, err);
    if (!firmware.row)
        return err->code;
    out->chip = &firmware.row->chip;
    MOTE_TRY(mote_chip_check(out->chip, err));
    out->owner = calloc(1, sizeof *out->owner);
    if (!out->owner)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (find_model(&firmware, dir, shown, name, err) == MOTE_OK &&
        open_build_folder(&firmware, options->build_folder, err) == MOTE_OK)
        build_and_run(&firmware, options, out, err);
    close_build_folder(&firmware, options->build_folder);
    if (err->code != MOTE_OK)
        name_as_user(&firmware, options->build_folder, err);
    mote_arena_destroy(&arena);
    if (err->code == MOTE_OK)
        return MOTE_OK;
    forget_results(out);
    return shown ? mote_context(err, "%s", shown) : err->code;
}

mote_status mote_emulate(mote_emulation *out, const char *dir, const char *name, const mote_emulate_options *options,
                         mote_error *err)
{
    return mote_emulate_folder(dir, dir, name, options, out, err);
}

void mote_emulation_free(mote_emulation *run)
{
    forget_results(run);
}
