/* SPDX-License-Identifier: Apache-2.0 */
#include "chips/cycles.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "chips/chips.h"
#include "chips/elf.h"
#include "chips/timing/cores.h"

#define PLUGIN "src/chips/plugin/blocks.so"

enum { LINES_MAX = 4096, LINE_BYTES_MAX = 1024 }; /* as the plugin has them */

/* ---- what the plugin is told ---- */

/* Functions of the harness: what runs between them is counted, and of that what is none of theirs. */
static const char *const skipped[] = {"count_wrap", "port_count_start", "port_count_stop"};

static mote_status add_function(mote_text *to, const mote_elf *elf, const char *argument, const char *name, mote_error *err)
{
    mote_elf_symbol at;

    if (!mote_elf_find_symbol(elf, name, &at) || at.bytes == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "the firmware has no function %s", name);
    at.address &= ~(uint32_t)1; /* Thumb */
    mote_text_printf(to, ",%s=0x%" PRIx32 "-0x%" PRIx32, argument, at.address, at.address + at.bytes);
    return MOTE_OK;
}

static void add_cache(mote_text *to, const char *argument, mote_cache_shape c)
{
    if (c.lines > 0)
        mote_text_printf(to, ",%s=%" PRId32 "x%" PRId32 "/%" PRId32, argument, c.lines, c.line_bytes, c.ways);
}

/* All that is not to be written lies in flash. */
static void add_flash(mote_text *to, const mote_elf *elf, const mote_flash_cache *flash)
{
    uint32_t from = UINT32_MAX, end = 0, i;

    for (i = 0; i < elf->section_count; i++) {
        const mote_elf_section s = mote_elf_section_at(elf, i);
        if (!s.is_loaded || s.is_writable || s.bytes == 0)
            continue;
        from = s.address < from ? s.address : from;
        end = s.address + s.bytes > end ? s.address + s.bytes : end;
    }
    if (from < end)
        mote_text_printf(to, ",flash=0x%" PRIx32 "-0x%" PRIx32, from, end);
    add_cache(to, "instructions", flash->instructions);
    add_cache(to, "data", flash->data);
    if (flash->is_shared)
        mote_text_puts(to, ",shared=1");
}

static mote_status say(mote_text *to, const mote_firmware *f, const mote_elf *elf, const mote_flash_cache *flash,
                       mote_error *err)
{
    const char *path = mote_path_join(f->arena, f->folder, mote_path_base(PLUGIN), err);
    size_t      i;

    if (!path)
        return err->code;
    /* A comma would end the path. */
    mote_text_printf(to, "file=./%s", mote_path_base(PLUGIN));
    MOTE_TRY(add_function(to, elf, "caller", "count_call", err));
    MOTE_TRY(add_function(to, elf, "after", "main", err));
    for (i = 0; i < sizeof skipped / sizeof *skipped; i++) {
        mote_elf_symbol at;
        if (mote_elf_find_symbol(elf, skipped[i], &at) && at.bytes > 0)
            MOTE_TRY(add_function(to, elf, "skip", skipped[i], err));
    }
    if (flash)
        add_flash(to, elf, flash);
    return mote_text_status(to, err);
}

static mote_status write_plugin(const mote_firmware *f, mote_error *err)
{
    const mote_embedded_file *file = mote_embedded_find(PLUGIN);
    const char               *path = mote_path_join(f->arena, f->folder, mote_path_base(PLUGIN), err);

    if (!path)
        return err->code;
    if (!file)
        return mote_fail(err, MOTE_ERR_IO, PLUGIN " is not in this build of mote");
    return mote_file_write(path, file->text, file->count, err);
}

/* ---- what it tells ---- */

/* The bytes from address on; *room is 0 where there are none. */
static const uint8_t *code_at(const mote_elf *elf, uint32_t address, size_t *room)
{
    uint32_t i;

    for (i = 0; i < elf->section_count; i++) {
        const mote_elf_section s = mote_elf_section_at(elf, i);
        if (s.is_loaded && s.has_content && address >= s.address && address - s.address < s.bytes) {
            *room = s.bytes - (address - s.address);
            return elf->file.bytes + s.offset + (address - s.address);
        }
    }
    *room = 0;
    return NULL;
}

typedef struct tally {
    uint64_t instructions, cycles, misses;
    bool     is_whole; /* the last line came */
} tally;

static bool take_block(tally *t, const mote_core *core, const mote_elf *elf, const char *line)
{
    uint64_t          address, count, runs, jumps;
    mote_block_cycles each;
    size_t            room;
    const uint8_t    *code;

    if (sscanf(line, "block %" SCNx64 " %" SCNu64 " %" SCNu64 " %" SCNu64, &address, &count, &runs, &jumps) != 4)
        return false;
    code = code_at(elf, (uint32_t)address, &room);
    if (!code || !mote_core_time(&each, core, code, room, count))
        return false;
    t->instructions += count * runs;
    t->cycles += each.run * runs + each.jump * jumps;
    return true;
}

/* Other lines are the emulator's own warnings. */
static bool take_lines(tally *t, const mote_core *core, const mote_elf *elf, char *text)
{
    char *rest, *line;

    for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        uint64_t instructions, data;
        if (strncmp(line, "block ", 6) == 0 && !take_block(t, core, elf, line))
            return false;
        if (sscanf(line, "misses %" SCNu64 " %" SCNu64, &instructions, &data) == 2) {
            t->misses = instructions + data;
            t->is_whole = true;
        }
    }
    return t->is_whole;
}

/* The counter and the plugin count the same run, each in its own way. */
static void judge(mote_emulation *out, uint64_t *waits, const tally *t, bool is_read, const mote_flash_cache *flash)
{
    if (!is_read) {
        snprintf(out->cycles_failure, sizeof out->cycles_failure, "the emulator did not tell which instructions ran");
        return;
    }
    if (t->instructions != out->count) {
        snprintf(out->cycles_failure, sizeof out->cycles_failure,
                 "the emulator told of %" PRIu64 " instructions, the chip's counter of %" PRIu64, t->instructions,
                 out->count);
        return;
    }
    out->cycles = t->cycles;
    *waits = flash ? t->misses * (uint64_t)flash->miss_cycles : 0;
}

/* ---- one more run ---- */

static mote_status run(mote_emulation *out, uint64_t *waits, const mote_job *all, const mote_elf *elf,
                       const mote_flash_cache *flash, mote_error *err)
{
    const mote_firmware *f = all->firmware;
    mote_text            plugin = {0}, told = {0};
    mote_job             job = *all;
    mote_harness_report  report = {0};
    tally                t = {0};
    mote_error           failure = {0};

    job.sample_count = 1;
    job.outputs = MOTE_NEW(f->arena, uint8_t, f->model.output_bytes, err);
    if (job.outputs && write_plugin(f, err) == MOTE_OK && say(&plugin, f, elf, flash, err) == MOTE_OK) {
        job.plugin = plugin.bytes;
        job.told = &told;
        f->row->family->run(&job, &report, &failure);
        if (failure.code == MOTE_OK)
            judge(out, waits, &t, told.bytes && take_lines(&t, f->row->core, elf, told.bytes), flash);
        else if (mote_fail_if_memory(err, &failure) == MOTE_OK && failure.code == MOTE_ERR_USAGE)
            *err = failure;
        else
            snprintf(out->cycles_failure, sizeof out->cycles_failure, "%.*s", (int)sizeof out->cycles_failure - 1,
                     failure.text);
    }
    mote_text_free(&plugin);
    mote_text_free(&told);
    return err->code;
}

static bool is_shape(mote_cache_shape c)
{
    return c.lines == 0 || (c.lines > 0 && c.lines <= LINES_MAX && c.line_bytes > 0 && c.line_bytes <= LINE_BYTES_MAX &&
                            c.ways > 0 && c.lines % c.ways == 0);
}

static mote_status check_flash(const mote_flash_cache *flash, int32_t count, mote_error *err)
{
    int32_t i;

    for (i = 0; i < count; i++)
        if (!is_shape(flash[i].instructions) || !is_shape(flash[i].data) || flash[i].miss_cycles < 0)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "a flash cache has up to %d lines of up to %d bytes, in ways of equal size", LINES_MAX,
                             LINE_BYTES_MAX);
    return MOTE_OK;
}

/* One run without a cache where none is given. */
static mote_status run_each(mote_emulation *out, const mote_job *job, const mote_elf *elf,
                            const mote_emulate_options *options, mote_error *err)
{
    uint64_t none;
    int32_t  i;

    if (options->flash_count == 0)
        run(out, &none, job, elf, NULL, err);
    for (i = 0; err->code == MOTE_OK && !out->cycles_failure[0] && i < options->flash_count; i++)
        run(out, &out->wait_cycles[i], job, elf, &options->flash[i], err);
    out->has_cycles = err->code == MOTE_OK && !out->cycles_failure[0];
    return err->code;
}

/* Of a chip whose timings stand in no table: its emulator counts cycles itself, or nobody does. */
static void take_without_table(mote_emulation *out, const mote_chip_row *row)
{
    out->has_cycles = strcmp(row->chip.count_unit, "cycles") == 0;
    if (!out->has_cycles) {
        snprintf(out->cycles_failure, sizeof out->cycles_failure, "the timings of %s are not known to mote", row->chip.name);
        return;
    }
    out->cycles = out->count;
    out->core = row->chip.name;
    out->cycles_basis = "counted by simavr";
}

mote_status mote_cycles_take(mote_emulation *out, const mote_job *job, const mote_emulate_options *options, mote_error *err)
{
    const mote_chip_row *row = job->firmware->row;
    mote_elf             elf;

    MOTE_TRY(check_flash(options->flash, options->flash_count, err));
    out->wait_cycles = MOTE_NEW(out->owner, uint64_t, (size_t)options->flash_count + 1, err);
    if (!out->wait_cycles)
        return err->code;
    if (!row->core) {
        take_without_table(out, row);
        return MOTE_OK;
    }
    out->core = row->core->name;
    out->cycles_basis = row->core->basis;
    out->cycles_error = row->core->error;
    MOTE_TRY(mote_elf_open(&elf, job->firmware->elf_path, err));
    run_each(out, job, &elf, options, err);
    mote_elf_close(&elf);
    return err->code;
}
