/* SPDX-License-Identifier: Apache-2.0 */
#include "chips/runner.h"

#include <string.h>

#include "base/text.h"
#include "chips/chips.h"

enum { HARNESS_MAGIC = 0x45544f4d, CHATTER_BYTES = 64 << 20 };

/* ---- what comes ---- */

static uint32_t word_at(const uint8_t *bytes, size_t index)
{
    const uint8_t *p = bytes + 4 * index;

    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static mote_harness_report read_report(const uint8_t *bytes)
{
    return (mote_harness_report){
        .magic = word_at(bytes, 0),
        .is_fault = word_at(bytes, 1),
        .fault_address = word_at(bytes, 2),
        .fault_caller = word_at(bytes, 3),
        .fault_cause = word_at(bytes, 4),
        .stack_bytes = word_at(bytes, 5),
        .harness_stack_bytes = word_at(bytes, 6),
        .free_bytes = word_at(bytes, 7),
        .overrun_bytes = word_at(bytes, 8),
        .model = {word_at(bytes, 9), word_at(bytes, 10)},
        .empty = {word_at(bytes, 11), word_at(bytes, 12)},
    };
}

mote_mark mote_mark_at(const mote_text *marks, size_t index)
{
    const uint8_t *bytes = (const uint8_t *)marks->bytes + index * MOTE_MARK_BYTES;

    return (mote_mark){word_at(bytes, 0), {word_at(bytes, 1), word_at(bytes, 2)}};
}

size_t mote_mark_count(const mote_text *marks)
{
    return marks->count / MOTE_MARK_BYTES;
}

static mote_process_take take_outputs(mote_channel *c, const uint8_t *bytes, size_t count)
{
    const size_t sample_bytes = c->job->firmware->model.output_bytes, before = c->output_bytes;

    if (count > c->count * sample_bytes - before) {
        c->is_broken = true;
        return MOTE_PROCESS_STOP;
    }
    memcpy(c->job->outputs + c->first * sample_bytes + before, bytes, count);
    c->output_bytes += count;
    return c->output_bytes / sample_bytes > before / sample_bytes ? MOTE_PROCESS_STEP : MOTE_PROCESS_GO_ON;
}

static mote_process_take take_report(mote_channel *c, const uint8_t *bytes, size_t count)
{
    if (count > sizeof c->report - c->report_bytes) {
        c->is_broken = true;
        return MOTE_PROCESS_STOP;
    }
    memcpy(c->report + c->report_bytes, bytes, count);
    c->report_bytes += count;
    return MOTE_PROCESS_GO_ON;
}

mote_process_take mote_channel_take(mote_channel *c, int kind, const uint8_t *bytes, size_t count)
{
    if (kind == MOTE_CHANNEL_OUTPUTS)
        return take_outputs(c, bytes, count);
    if (kind == MOTE_CHANNEL_REPORT)
        return take_report(c, bytes, count);
    if (kind == MOTE_CHANNEL_MARK && c->job->marks) {
        mote_text_add(c->job->marks, (const char *)bytes, count);
        return MOTE_PROCESS_GO_ON;
    }
    c->is_broken = true;
    return MOTE_PROCESS_STOP;
}

/* ---- one run ---- */

bool mote_report_samples(const mote_job *job, size_t done, size_t total)
{
    mote_progress_event event = {.stage = "emulate", .done = (int64_t)done, .total = (int64_t)total};

    return !job->progress->report || job->progress->report(job->progress->user, &event);
}

static size_t samples_done(const mote_channel *c)
{
    return c->first + c->output_bytes / c->job->firmware->model.output_bytes;
}

typedef struct running {
    const mote_channel        *channel;
    const mote_emulator_start *start;
} running;

static bool tell_samples(void *user)
{
    const mote_channel *c = ((const running *)user)->channel;

    return mote_report_samples(c->job, samples_done(c), c->job->sample_count);
}

static mote_process_take take_bytes(void *user, const char *bytes, size_t count)
{
    const mote_emulator_start *start = ((const running *)user)->start;

    return start->take(start->user, bytes, count);
}

/* The first line that is not a warning. */
static const char *find_complaint(const char *text)
{
    while (text && *text) {
        const size_t length = strcspn(text, "\n");
        const char  *warning = strstr(text, "warning: ");
        if (length > 0 && (!warning || warning >= text + length))
            return text;
        text += length + (text[length] == '\n');
    }
    return NULL;
}

/* No report: the emulator may know why. */
static mote_status fail_run(const mote_chip *chip, const mote_process_result *result, mote_error *err)
{
    const char *complaint = find_complaint(result->err.bytes);

    if (complaint && strstr(complaint, "sandbox"))
        return mote_fail(err, MOTE_ERR_IO, "%s is not run: it has no sandbox to run foreign firmware in (%s)",
                         chip->emulator, mote_show(complaint, strcspn(complaint, "\n")).text);
    if (result->signal == 0 && result->exit_status == 0)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "the firmware ended on %s without its report: it went astray, reset the chip or put it to sleep",
                         chip->name);
    if (complaint)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s: %s", chip->emulator,
                         mote_show(complaint, strcspn(complaint, "\n")).text);
    if (result->signal)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s ended by signal %d", chip->emulator, result->signal);
    return mote_fail(err, MOTE_ERR_FORMAT, "%s ended with status %d", chip->emulator, result->exit_status);
}

static mote_status judge(const mote_channel *c, const mote_process_result *result, mote_harness_report *report,
                         mote_error *err)
{
    const size_t wanted = c->count * c->job->firmware->model.output_bytes;

    if (c->is_broken)
        return mote_fail(err, MOTE_ERR_FORMAT, "the firmware wrote on the serial line, which is the harness's");
    if (c->report_bytes == 0)
        return fail_run(&c->job->firmware->row->chip, result, err);
    *report = read_report(c->report);
    if (c->report_bytes != sizeof c->report || report->magic != HARNESS_MAGIC)
        return mote_fail(err, MOTE_ERR_FORMAT, "the firmware ended without a report");
    if (!report->is_fault && c->output_bytes != wanted)
        return mote_fail(err, MOTE_ERR_FORMAT, "the firmware wrote %zu bytes of outputs, %zu expected", c->output_bytes,
                         wanted);
    return c->job->marks ? mote_text_status(c->job->marks, err) : MOTE_OK;
}

/* "sample 3 of 100: ... did not end": of a run without an end it is told where. */
static mote_status blame_sample(const mote_channel *c, mote_error *err)
{
    const size_t done = samples_done(c);

    if (err->code == MOTE_ERR_LIMIT && done < c->job->sample_count)
        return mote_context(err, "sample %zu of %zu", done + 1, c->job->sample_count);
    return err->code;
}

mote_status mote_run_emulator(mote_channel *c, const mote_emulator_start *start, mote_harness_report *report,
                              mote_error *err)
{
    enum { WORDS = 48 };
    const mote_firmware *f = c->job->firmware;
    const char          *arguments[WORDS + 1] = {f->row->chip.emulator};
    mote_process         process = {.arguments = arguments,
                                    .folder = f->folder,
                                    .time_limit_seconds = f->time_limit_seconds,
                                    .output_limit = CHATTER_BYTES + 4 * c->count * f->model.output_bytes,
                                    .is_confined = true,
                                    .taken = start->stream,
                                    .take = take_bytes,
                                    .tick = tell_samples,
                                    .user = &(running){c, start}};
    mote_process_result  result;
    int                  count = 1, i;

    for (i = 0; f->row->emulator_arguments[i] && count < WORDS; i++)
        arguments[count++] = f->row->emulator_arguments[i];
    for (i = 0; start->arguments[i] && count < WORDS; i++)
        arguments[count++] = start->arguments[i];
    if (mote_process_run(&process, &result, err) == MOTE_OK)
        judge(c, &result, report, err);
    if (c->job->told && result.err.bytes)
        mote_text_add(c->job->told, result.err.bytes, result.err.count);
    else
        blame_sample(c, err);
    mote_process_result_free(&result);
    return err->code;
}

/* ---- all runs ---- */

static mote_status check_capacity(const mote_job *job, size_t capacity, mote_error *err)
{
    if (capacity == 0)
        return mote_fail(err, MOTE_ERR_LIMIT, "a sample has %u bytes, more than can be emulated on %s",
                         job->firmware->model.input_bytes, job->firmware->row->chip.name);
    if (job->firmware->model.has_state && capacity < job->sample_count)
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "keeps state from sample to sample, and only %zu samples at a time can be emulated on %s", capacity,
                         job->firmware->row->chip.name);
    return MOTE_OK;
}

/* The report is that of the first run, but for a fault. */
mote_status mote_run_parts(const mote_job *job, size_t capacity, mote_run_part *run, void *user, mote_harness_report *report,
                           mote_error *err)
{
    mote_channel        channel = {.job = job};
    mote_harness_report later;

    MOTE_TRY(check_capacity(job, capacity, err));
    do {
        const size_t left = job->sample_count - channel.first;
        channel = (mote_channel){.job = job, .first = channel.first, .count = left < capacity ? left : capacity};
        MOTE_TRY(run(&channel, user, channel.first ? &later : report, err));
        if (channel.first && (later.is_fault || later.overrun_bytes > 0))
            *report = later;
        channel.first += channel.count;
    } while (!report->is_fault && channel.first < job->sample_count);
    return MOTE_OK;
}
