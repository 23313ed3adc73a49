/* QEMU: inputs lie in RAM that the board has and the chip has not, put there from the file "inputs" of the build folder;
 * what the harness tells comes by the board's serial line, which is QEMU's stdout, in pieces: a letter for the kind, four
 * bytes for the length (little-endian), the bytes. That line is all that the firmware reaches: no semihosting, no network,
 * no disk, no monitor, and QEMU itself is in its own sandbox and in ours (confine.h). SPDX-License-Identifier: Apache-2.0 */
#include "chips/runner.h"

#include <string.h>

#include "base/file.h"
#include "chips/chips.h"

enum { INPUTS_ROOM = 16 << 20, INPUTS_HEADER = 16, FRAME_HEADER = 5 };

/* ---- inputs ---- */

static void put_word(uint8_t *to, uint32_t word)
{
    int i;

    for (i = 0; i < 4; i++)
        to[i] = (uint8_t)(word >> (8 * i));
}

/* As parts/channel.c reads them: the number of bytes, and from 16 on the samples. */
static mote_status write_inputs(const mote_channel *c, mote_error *err)
{
    const mote_firmware *f = c->job->firmware;
    const size_t         sample_bytes = f->model.input_bytes, bytes = c->count * sample_bytes;
    const char          *path = mote_path_join(f->arena, f->folder, "inputs", err);
    mote_text            text = {0};
    uint8_t              header[INPUTS_HEADER] = {0};

    if (!path)
        return err->code;
    put_word(header, (uint32_t)bytes);
    mote_text_add(&text, (const char *)header, sizeof header);
    if (bytes > 0)
        mote_text_add(&text, (const char *)c->job->inputs + c->first * sample_bytes, bytes);
    if (mote_text_status(&text, err) == MOTE_OK)
        mote_file_write(path, text.bytes, text.count, err);
    mote_text_free(&text);
    return err->code;
}

/* ---- what is told ---- */

typedef struct frames {
    mote_channel *channel;
    uint8_t       header[FRAME_HEADER];
    size_t        header_bytes; /* read of it */
    size_t        left;         /* bytes of the piece that are to come */
} frames;

/* Reads on in a header. */
static size_t take_header(frames *f, const uint8_t *bytes, size_t count)
{
    const size_t   missing = FRAME_HEADER - f->header_bytes, taken = count < missing ? count : missing;
    const uint8_t *h = f->header + 1;

    memcpy(f->header + f->header_bytes, bytes, taken);
    f->header_bytes += taken;
    if (f->header_bytes == FRAME_HEADER)
        f->left = (size_t)h[0] | (size_t)h[1] << 8 | (size_t)h[2] << 16 | (size_t)h[3] << 24;
    return taken;
}

static size_t take_piece(frames *f, const uint8_t *bytes, size_t count, mote_process_take *says)
{
    const size_t            taken = count < f->left ? count : f->left;
    const mote_process_take now = mote_channel_take(f->channel, f->header[0], bytes, taken);

    f->left -= taken;
    if (f->left == 0)
        f->header_bytes = 0;
    *says = now > *says ? now : *says; /* what weighs most of a block */
    return taken;
}

static mote_process_take take_frames(void *user, const char *text, size_t count)
{
    const uint8_t    *bytes = (const uint8_t *)text, *end = bytes + count;
    frames           *f = user;
    mote_process_take says = MOTE_PROCESS_GO_ON;

    while (bytes < end && says != MOTE_PROCESS_STOP)
        bytes += f->header_bytes < FRAME_HEADER ? take_header(f, bytes, (size_t)(end - bytes))
                                                : take_piece(f, bytes, (size_t)(end - bytes), &says);
    return says;
}

/* ---- a run ---- */

static mote_status run_part(mote_channel *c, void *user, mote_harness_report *report, mote_error *err)
{
    const mote_firmware *f = c->job->firmware;
    const char          *loader =
        mote_arena_printf(f->arena, err, "loader,file=inputs,force-raw=on,addr=0x%x", f->row->inputs_origin);
    const char *const   arguments[] = {"-nodefaults",
                                       "-no-user-config",
                                       "-no-reboot",
                                       "-display",
                                       "none",
                                       "-monitor",
                                       "none",
                                       "-nic",
                                       "none",
                                       "-chardev",
                                       "stdio,id=line,signal=off",
                                       "-serial",
                                       "chardev:line",
                                       "-sandbox",
                                       "on,spawn=deny,obsolete=deny,elevateprivileges=deny,resourcecontrol=deny",
                                       "-device",
                                       loader,
                                       "-kernel",
                                       mote_path_base(f->elf_path),
                                     c->job->plugin ? "-plugin" : NULL,
                                       c->job->plugin,
                                       NULL};
    frames              told = {.channel = c};
    mote_emulator_start start = {.arguments = arguments, .stream = MOTE_PROCESS_OUT, .take = take_frames, .user = &told};

    (void)user;
    if (!loader)
        return err->code;
    MOTE_TRY(write_inputs(c, err));
    return mote_run_emulator(c, &start, report, err);
}

mote_status mote_run_qemu(const mote_job *job, mote_harness_report *report, mote_error *err)
{
    return mote_run_parts(job, (INPUTS_ROOM - INPUTS_HEADER) / job->firmware->model.input_bytes, run_part, NULL, report,
                          err);
}
