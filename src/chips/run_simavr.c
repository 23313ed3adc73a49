/* simavr: no files. The flash that the firmware leaves free holds inputs, written into the linked file; as many runs as it
 * takes. Outputs and the report come as lines of hex digits: "o..." outputs, "r..." the report, "m..." a mark.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/runner.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "chips/chips.h"
#include "chips/elf.h"

enum {
    FLASH_REACH = 0x10000, /* of a 16-bit pointer to flash */
    SAMPLES_OVERHEAD = 16, /* the count, alignment */
    CONSOLE_LIMIT = 64 << 20
};

/* ---- inputs into the linked file ---- */

typedef struct sample_store {
    uint32_t samples, bytes_word; /* offsets in firmware.elf */
    size_t   capacity;            /* in samples */
} sample_store;

static mote_status make_room(const mote_job *job, sample_store *store, mote_error *err)
{
    mote_firmware *f = job->firmware;
    uint32_t       flash = f->row->chip.flash_bytes < FLASH_REACH ? f->row->chip.flash_bytes : FLASH_REACH;
    uint32_t       taken = f->linked_bytes + SAMPLES_OVERHEAD, bytes;
    const char    *flag;

    store->capacity = taken < flash ? (flash - taken) / f->model.input_bytes : 0;
    if (store->capacity == 0)
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "fits %s, but to be emulated it must leave flash for one sample of %u bytes: %u of %u are taken",
                         f->row->chip.name, f->model.input_bytes, taken, flash);
    if (store->capacity > job->sample_count)
        store->capacity = job->sample_count;
    if (f->model.has_state && store->capacity < job->sample_count)
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "keeps state from sample to sample, and only %zu samples at a time can be emulated on %s",
                         store->capacity, f->row->chip.name);
    bytes = (uint32_t)store->capacity * f->model.input_bytes;
    flag = mote_arena_printf(f->arena, err, "-DSAMPLE_BYTES=%u", bytes);
    return flag ? mote_firmware_link(f, flag, err) : err->code;
}

static mote_status locate_store(const mote_job *job, sample_store *store, mote_error *err)
{
    mote_elf        elf;
    mote_elf_symbol samples, bytes_word;

    MOTE_TRY(mote_elf_open(&elf, job->firmware->elf_path, err));
    if (!mote_elf_find_symbol(&elf, "mote_samples", &samples) ||
        !mote_elf_find_symbol(&elf, "mote_samples_bytes", &bytes_word) ||
        !mote_elf_symbol_offset(&elf, &samples, &store->samples) ||
        !mote_elf_symbol_offset(&elf, &bytes_word, &store->bytes_word))
        mote_fail(err, MOTE_ERR_FORMAT, "%s: has no place for inputs", job->firmware->elf_path);
    mote_elf_close(&elf);
    return err->code;
}

static mote_status store_samples(const mote_job *job, const sample_store *store, size_t first, size_t count, mote_error *err)
{
    size_t  sample_bytes = job->firmware->model.input_bytes, bytes = count * sample_bytes;
    uint8_t word[2] = {(uint8_t)(bytes & 255), (uint8_t)(bytes >> 8)};
    int     fd = open(job->firmware->elf_path, O_WRONLY | O_CLOEXEC);
    bool    is_good = fd >= 0 && pwrite(fd, word, 2, store->bytes_word) == 2 &&
                   pwrite(fd, job->inputs + first * sample_bytes, bytes, store->samples) == (ssize_t)bytes;

    if (fd >= 0)
        close(fd);
    return is_good ? MOTE_OK : mote_fail(err, MOTE_ERR_IO, "%s: inputs cannot be written", job->firmware->elf_path);
}

/* ---- the console ---- */

typedef struct console {
    uint8_t   *outputs;
    size_t     output_bytes, output_room;
    uint8_t    report[MOTE_HARNESS_REPORT_BYTES];
    size_t     report_bytes;
    mote_text *marks; /* NULL: nobody asked */
} console;

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Appends pairs of digits to bytes; a line that is cut or too long leaves a count that the caller finds wrong. */
static void decode_line(const char *line, const char *end, uint8_t *bytes, size_t *count, size_t room)
{
    for (; end - line >= 2; line += 2) {
        int high = digit_value(line[0]), low = digit_value(line[1]);
        if (high < 0 || low < 0)
            return;
        if (*count < room)
            bytes[*count] = (uint8_t)(high << 4 | low);
        ++*count;
    }
}

static void read_mark(console *c, const char *line, const char *end)
{
    uint8_t bytes[MOTE_MARK_BYTES];
    size_t  count = 0;

    decode_line(line, end, bytes, &count, sizeof bytes);
    if (c->marks && count == sizeof bytes)
        mote_text_add(c->marks, (const char *)bytes, count);
}

static void read_line(console *c, const char *line, const char *end)
{
    if (*line == 'o')
        decode_line(line + 1, end, c->outputs, &c->output_bytes, c->output_room);
    else if (*line == 'r')
        decode_line(line + 1, end, c->report, &c->report_bytes, sizeof c->report);
    else if (*line == 'm')
        read_mark(c, line + 1, end);
}

/* simavr wraps each line of the chip's in colours, "ESC [ ... m", and shows the newline as a dot. Its own lines are plain.
 */
static void read_console(console *c, const char *text)
{
    while (*text) {
        const char *end = text + strcspn(text, "\n");
        const char *line = text;
        bool        is_coloured = false;
        while (*line == 033 && memchr(line, 'm', (size_t)(end - line))) {
            line = (const char *)memchr(line, 'm', (size_t)(end - line)) + 1;
            is_coloured = true;
        }
        if (is_coloured && line < end)
            read_line(c, line, end);
        text = *end ? end + 1 : end;
    }
}

/* ---- one run ---- */

typedef struct watcher {
    const mote_job *job;
    size_t          done;
} watcher;

static bool tell_progress(void *user)
{
    const watcher *w = user;

    return mote_report_samples(w->job->progress, w->done, w->job->sample_count);
}

static mote_status start_emulator(const mote_job *job, size_t done, mote_process_result *result, mote_error *err)
{
    const mote_chip_row *row = job->firmware->row;
    const char          *arguments[MOTE_CHIP_WORDS + 3] = {row->chip.emulator};
    watcher              user = {job, done};
    mote_process         process = {.arguments = arguments,
                                    .folder = job->firmware->folder,
                                    .time_limit_seconds = job->firmware->time_limit_seconds,
                                    .output_limit = CONSOLE_LIMIT,
                                    .tick = tell_progress,
                                    .user = &user};
    int                  i;

    for (i = 0; row->emulator_arguments[i]; i++)
        arguments[i + 1] = row->emulator_arguments[i];
    arguments[i + 1] = mote_path_base(job->firmware->elf_path);
    return mote_process_run(&process, result, err);
}

static mote_status judge(const console *c, size_t wanted, const mote_process_result *result, mote_harness_report *report,
                         mote_error *err)
{
    if (c->report_bytes == 0)
        return mote_fail_emulator("simavr", result, err);
    MOTE_TRY(mote_harness_report_read(report, c->report, c->report_bytes, err));
    if (!report->is_fault && c->output_bytes != wanted)
        return mote_fail(err, MOTE_ERR_FORMAT, "the firmware wrote %zu bytes of outputs, %zu expected", c->output_bytes,
                         wanted);
    return MOTE_OK;
}

static mote_status run_samples(const mote_job *job, const sample_store *store, size_t first, size_t count,
                               mote_harness_report *report, mote_error *err)
{
    size_t  sample_bytes = job->firmware->model.output_bytes;
    console c = {.outputs = job->outputs + first * sample_bytes, .output_room = count * sample_bytes, .marks = job->marks};
    mote_process_result result;

    MOTE_TRY(store_samples(job, store, first, count, err));
    if (start_emulator(job, first, &result, err) == MOTE_OK) {
        if (result.out.bytes)
            read_console(&c, result.out.bytes);
        if (result.err.bytes)
            read_console(&c, result.err.bytes);
        judge(&c, c.output_room, &result, report, err);
        if (job->marks && err->code == MOTE_OK)
            mote_text_status(job->marks, err);
    }
    mote_process_result_free(&result);
    return err->code;
}

mote_status mote_run_simavr(const mote_job *job, mote_harness_report *report, mote_error *err)
{
    mote_harness_report later;
    sample_store        store;
    size_t              first;

    MOTE_TRY(make_room(job, &store, err));
    MOTE_TRY(locate_store(job, &store, err));
    for (first = 0; first < job->sample_count; first += store.capacity) {
        size_t left = job->sample_count - first;
        MOTE_TRY(
            run_samples(job, &store, first, left < store.capacity ? left : store.capacity, first ? &later : report, err));
        if (first && later.is_fault)
            *report = later;
        if (report->is_fault)
            return MOTE_OK;
    }
    return MOTE_OK;
}
