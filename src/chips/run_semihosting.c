/* QEMU with semihosting: the firmware reads the file "inputs" of the build folder, sample by sample, appends to "outputs"
 * and ends by writing "report"; "marks" where it tells its steps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/runner.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "chips/chips.h"

typedef struct exchange {
    const char *inputs, *outputs, *report, *marks; /* paths */
} exchange;

static mote_status name_files(exchange *files, const mote_firmware *f, mote_error *err)
{
    files->inputs = mote_path_join(f->arena, f->folder, "inputs", err);
    files->outputs = mote_path_join(f->arena, f->folder, "outputs", err);
    files->report = mote_path_join(f->arena, f->folder, "report", err);
    files->marks = mote_path_join(f->arena, f->folder, "marks", err);
    return err->code;
}

typedef struct watcher {
    const mote_job *job;
    const char     *outputs;
} watcher;

static bool tell_progress(void *user)
{
    const watcher *w = user;
    struct stat    info;
    size_t         done = 0;

    if (stat(w->outputs, &info) == 0)
        done = (size_t)info.st_size / w->job->firmware->model.output_bytes;
    return mote_report_samples(w->job->progress, done, w->job->sample_count);
}

static mote_status start_emulator(const mote_job *job, const exchange *files, mote_process_result *result, mote_error *err)
{
    const mote_chip_row *row = job->firmware->row;
    const char          *arguments[MOTE_CHIP_WORDS + 3] = {row->chip.emulator};
    watcher              user = {job, files->outputs};
    mote_process         process = {.arguments = arguments,
                                    .folder = job->firmware->folder,
                                    .time_limit_seconds = job->firmware->time_limit_seconds,
                                    .tick = tell_progress,
                                    .user = &user};
    int                  i;

    for (i = 0; row->emulator_arguments[i]; i++)
        arguments[i + 1] = row->emulator_arguments[i];
    arguments[i + 1] = mote_path_base(job->firmware->elf_path);
    return mote_process_run(&process, result, err);
}

static mote_status read_report(const exchange *files, const char *emulator, const mote_process_result *result,
                               mote_harness_report *report, mote_error *err)
{
    mote_file file;

    if (!mote_path_exists(files->report)) /* the firmware never came to its end: the emulator knows why */
        return mote_fail_emulator(emulator, result, err);
    MOTE_TRY(mote_file_open(&file, files->report, err));
    mote_harness_report_read(report, file.bytes, file.count, err);
    mote_file_close(&file);
    return err->code;
}

static mote_status read_outputs(const mote_job *job, const exchange *files, mote_error *err)
{
    size_t    wanted = job->sample_count * job->firmware->model.output_bytes;
    mote_file file;

    MOTE_TRY(mote_file_open(&file, files->outputs, err));
    if (file.count == wanted)
        memcpy(job->outputs, file.bytes, wanted);
    else
        mote_fail(err, MOTE_ERR_FORMAT, "the firmware wrote %zu bytes of outputs, %zu expected", file.count, wanted);
    mote_file_close(&file);
    return err->code;
}

static mote_status read_marks(const mote_job *job, const exchange *files, mote_error *err)
{
    mote_file file;

    if (!mote_path_exists(files->marks)) /* stopped before the first */
        return MOTE_OK;
    MOTE_TRY(mote_file_open(&file, files->marks, err));
    mote_text_add(job->marks, (const char *)file.bytes, file.count);
    mote_file_close(&file);
    return mote_text_status(job->marks, err);
}

mote_status mote_run_semihosting(const mote_job *job, mote_harness_report *report, mote_error *err)
{
    const mote_firmware *f = job->firmware;
    mote_process_result  result;
    exchange             files;

    MOTE_TRY(name_files(&files, f, err));
    unlink(files.report); /* of an earlier run in a kept folder */
    unlink(files.marks);
    MOTE_TRY(mote_file_write(files.inputs, job->inputs, job->sample_count * f->model.input_bytes, err));
    if (start_emulator(job, &files, &result, err) == MOTE_OK)
        read_report(&files, f->row->chip.emulator, &result, report, err);
    mote_process_result_free(&result);
    if (err->code == MOTE_OK && !report->is_fault && job->sample_count > 0)
        read_outputs(job, &files, err);
    if (err->code == MOTE_OK && job->marks)
        read_marks(job, &files, err);
    return err->code;
}
