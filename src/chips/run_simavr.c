/* simavr: the flash that the firmware leaves free holds inputs; as many runs as it takes. What the harness tells comes as
 * lines of hex digits on the chip's serial line: "o..." outputs, "r..." the report, "m..." a mark.
 *
 * simavr gets the bytes of the flash as an .hex file, not what was linked: in an .elf the firmware may order it to write
 * files (section .mmcu). And it is confined (confine.h): when firmware crashes it would open a port for a debugger.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/runner.h"

#include <string.h>

#include "chips/chips.h"
#include "chips/elf.h"

enum {
    FLASH_REACH = 0x10000, /* of a 16-bit pointer to flash, and of a line of an .hex file */
    OBJECT_MOST = 0x7fff,  /* bytes of an array, where an int has 16 bits */
    FLASH_MOST = 0x40000,  /* of any AVR */
    SAMPLES_OVERHEAD = 16  /* the count, alignment */
};

/* ---- inputs into the flash ---- */

typedef struct sample_store {
    uint8_t *flash;
    uint32_t flash_bytes;         /* in use */
    uint32_t samples, bytes_word; /* where they lie in flash */
    size_t   capacity;            /* in samples */
} sample_store;

/* Where constants end that 16-bit pointers read, by a name of avr-libc's linker script. */
static mote_status find_constants_end(const mote_firmware *f, uint32_t *end, mote_error *err)
{
    mote_elf        elf;
    mote_elf_symbol symbol;

    MOTE_TRY(mote_elf_open(&elf, f->elf_path, err));
    if (mote_elf_find_symbol(&elf, "__ctors_start", &symbol))
        *end = symbol.address;
    else
        mote_fail(err, MOTE_ERR_FORMAT, "%s: linked with a script that does not name __ctors_start", f->elf_path);
    mote_elf_close(&elf);
    return err->code;
}

/* Inputs stand behind the constants, in reach of the same pointers, and move the code behind them up. */
static mote_status make_room(const mote_job *job, sample_store *store, mote_error *err)
{
    mote_firmware *f = job->firmware;
    uint32_t       flash = f->row->chip.flash_bytes, taken = f->linked_bytes + SAMPLES_OVERHEAD, constants = 0, bytes;
    const char    *flag;

    MOTE_TRY(find_constants_end(f, &constants, err));
    if (constants > FLASH_REACH)
        return mote_fail(err, MOTE_ERR_LIMIT, "does not fit %s: its constants end at byte %u, and 16-bit pointers reach %d",
                         f->row->chip.name, constants, FLASH_REACH);
    if (flash > FLASH_REACH && flash - FLASH_REACH > taken - constants) { /* the constants' reach ends first */
        flash = FLASH_REACH;
        taken = constants + SAMPLES_OVERHEAD;
    }
    store->capacity = taken < flash ? (flash - taken) / f->model.input_bytes : 0;
    if (store->capacity > OBJECT_MOST / f->model.input_bytes)
        store->capacity = OBJECT_MOST / f->model.input_bytes;
    if (store->capacity == 0)
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "fits %s, but to be emulated it must leave flash for one sample of %u bytes: %u of %u are taken",
                         f->row->chip.name, f->model.input_bytes, taken, flash);
    if (store->capacity > job->sample_count)
        store->capacity = job->sample_count;
    bytes = (uint32_t)store->capacity * f->model.input_bytes;
    flag = mote_arena_printf(f->arena, err, "-DSAMPLE_BYTES=%u", bytes);
    return flag ? mote_firmware_link(f, flag, err) : err->code;
}

static bool has_place(const sample_store *store, const mote_elf_symbol *symbol, uint32_t bytes)
{
    return symbol->address <= store->flash_bytes && bytes <= store->flash_bytes - symbol->address;
}

static mote_status read_flash(const mote_job *job, sample_store *store, mote_error *err)
{
    const uint32_t  bytes = (uint32_t)store->capacity * job->firmware->model.input_bytes;
    mote_elf        elf;
    mote_elf_symbol samples, bytes_word;

    store->flash = MOTE_NEW(job->firmware->arena, uint8_t, FLASH_MOST, err);
    if (!store->flash)
        return err->code;
    MOTE_TRY(mote_elf_open(&elf, job->firmware->elf_path, err));
    store->flash_bytes = mote_elf_read_image(&elf, store->flash, FLASH_MOST);
    if (!mote_elf_find_symbol(&elf, "mote_samples", &samples) || !has_place(store, &samples, bytes) ||
        !mote_elf_find_symbol(&elf, "mote_samples_bytes", &bytes_word) || !has_place(store, &bytes_word, 2))
        mote_fail(err, MOTE_ERR_FORMAT, "%s: has no place for inputs", job->firmware->elf_path);
    store->samples = samples.address;
    store->bytes_word = bytes_word.address;
    mote_elf_close(&elf);
    return err->code;
}

static void store_samples(const mote_channel *c, const sample_store *store)
{
    const size_t sample_bytes = c->job->firmware->model.input_bytes, bytes = c->count * sample_bytes;

    store->flash[store->bytes_word] = (uint8_t)(bytes & 255);
    store->flash[store->bytes_word + 1] = (uint8_t)(bytes >> 8);
    memcpy(store->flash + store->samples, c->job->inputs + c->first * sample_bytes, bytes);
}

enum { RECORD_BYTES = 32, RECORD_BYTES_OF_FLASH = 0, RECORD_UPPER_ADDRESS = 4 };

/* A record of Intel's format: ":", count, address, type, the bytes, and what makes the sum 0. */
static void add_record(mote_text *text, uint32_t type, const uint8_t *bytes, uint32_t address, uint32_t count)
{
    uint32_t sum = count + (address >> 8) + (address & 255) + type, i;

    mote_text_printf(text, ":%02X%04X%02X", count, address, type);
    for (i = 0; i < count; i++) {
        mote_text_printf(text, "%02X", bytes[i]);
        sum += bytes[i];
    }
    mote_text_printf(text, "%02X\n", (0x100 - (sum & 255)) & 255);
}

/* Sets the upper half of the addresses that follow. */
static void add_upper_address(mote_text *text, uint32_t address)
{
    const uint8_t bytes[2] = {(uint8_t)(address >> 24), (uint8_t)(address >> 16)};

    add_record(text, RECORD_UPPER_ADDRESS, bytes, 0, 2);
}

static mote_status write_flash(const mote_job *job, const sample_store *store, const char *path, mote_error *err)
{
    mote_text text = {0};
    uint32_t  at;

    for (at = 0; at < store->flash_bytes; at += RECORD_BYTES) {
        const uint32_t left = store->flash_bytes - at;
        if (at > 0 && at % FLASH_REACH == 0)
            add_upper_address(&text, at);
        add_record(&text, RECORD_BYTES_OF_FLASH, store->flash + at, at % FLASH_REACH,
                   left < RECORD_BYTES ? left : RECORD_BYTES);
    }
    mote_text_puts(&text, ":00000001FF\n");
    path = mote_path_join(job->firmware->arena, job->firmware->folder, path, err);
    if (path && mote_text_status(&text, err) == MOTE_OK)
        mote_file_write(path, text.bytes, text.count, err);
    mote_text_free(&text);
    return err->code;
}

/* ---- the serial line ---- */

enum { LINE_BYTES = 256 };

typedef struct lines {
    mote_channel *channel;
    char          line[LINE_BYTES];
    size_t        count;
} lines;

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A letter and pairs of digits; what follows the last pair is the newline, which simavr shows as a dot, and a colour. */
static mote_process_take read_line(mote_channel *c, const char *line, const char *end)
{
    uint8_t    bytes[LINE_BYTES / 2];
    const char kind = line < end ? *line++ : '\0';
    size_t     count = 0;

    for (; end - line >= 2; line += 2) {
        int high = digit_value(line[0]), low = digit_value(line[1]);
        if (high < 0 || low < 0)
            break;
        bytes[count++] = (uint8_t)(high << 4 | low);
    }
    return mote_channel_take(c, kind, bytes, count);
}

/* simavr wraps each line of the chip's in colours, "ESC [ ... m". Its own lines are plain. */
static mote_process_take take_line(lines *l)
{
    const char *line = l->line, *end = line + l->count;
    bool        is_coloured = false;

    while (line < end && *line == 033 && memchr(line, 'm', (size_t)(end - line))) {
        line = (const char *)memchr(line, 'm', (size_t)(end - line)) + 1;
        is_coloured = true;
    }
    return is_coloured && line < end ? read_line(l->channel, line, end) : MOTE_PROCESS_GO_ON;
}

/* What passes the end of a line is cut: the harness' are shorter. */
static mote_process_take take_lines(void *user, const char *bytes, size_t count)
{
    lines            *l = user;
    mote_process_take says = MOTE_PROCESS_GO_ON;
    size_t            i;

    for (i = 0; i < count && says != MOTE_PROCESS_STOP; i++) {
        if (bytes[i] == '\n') {
            const mote_process_take now = take_line(l);
            says = now > says ? now : says;
            l->count = 0;
        } else if (l->count < LINE_BYTES) {
            l->line[l->count++] = bytes[i];
        }
    }
    return says;
}

/* ---- a run ---- */

static mote_status run_part(mote_channel *c, void *user, mote_harness_report *report, mote_error *err)
{
    static const char *const arguments[] = {"flash.hex", NULL};
    const sample_store      *store = user;
    lines                    told = {.channel = c};
    mote_emulator_start      start = {.arguments = arguments, .stream = MOTE_PROCESS_ERR, .take = take_lines, .user = &told};

    store_samples(c, store);
    MOTE_TRY(write_flash(c->job, store, arguments[0], err));
    return mote_run_emulator(c, &start, report, err);
}

mote_status mote_run_simavr(const mote_job *job, mote_harness_report *report, mote_error *err)
{
    sample_store store;

    MOTE_TRY(make_room(job, &store, err));
    MOTE_TRY(read_flash(job, &store, err));
    return mote_run_parts(job, store.capacity, run_part, &store, report, err);
}
