/* A session with a board: hello, and samples that are sent again where that is safe.
 *
 * A request is answered twice: RUNNING, as soon as it has arrived whole, and what it gave. So what was lost on the way is
 * noticed in about a second, however long the model may take. Whether a request whose answer was lost had been obeyed the
 * board's count of work done tells, which also tells a board that has started again.
 * SPDX-License-Identifier: Apache-2.0 */
#include <mote/link.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/text.h"
#include "formats/identity.h"
#include "link/frames.h"
#include "link/port.h"
#include "link/session.h"

enum {
    STANDARD_BAUD = 115200,
    BITS_A_BYTE = 10,   /* on the line, with start and stop */
    PATIENCE_MS = 1000, /* beyond what the line itself takes */
    HELLO_MS = 400,
    PULSE_MS = 2000, /* of silence while the board computes, until it is asked whether it still does */
    PULSES_MOST = 2, /* more would not fit into a small board's serial buffer */
    CHUNK = 4096,
    HELLO_MOST = MRT_LINK_HELLO_FIXED + 4 * 2 * 0xffff + 0xff,
    SAMPLE_MOST = 1 << 30
};

struct mote_link {
    char              device[256];
    mote_link_options options;
    mote_port         port;
    mote_frames       frames;
    uint8_t           chunk[CHUNK]; /* as read; [begin, end) is not looked at yet */
    size_t            begin, end;
    uint8_t           sequence; /* of the last request */
    uint32_t          work_done;
    int32_t           repeats;
    bool              is_echo; /* what came back was a request */
    int               other_version;
    mote_link_board   board;
    mote_arena        arena;
};

/* ---- bytes ---- */

static int64_t line_ms(const mote_link *link, size_t bytes)
{
    return (int64_t)bytes * BITS_A_BYTE * 1500 / link->options.baud;
}

/* Reads what is there, where all that was read before is looked at. */
static mote_status fill_chunk(mote_link *link, mote_error *err)
{
    if (link->begin < link->end)
        return MOTE_OK;
    link->begin = 0;
    return mote_port_read(&link->port, link->chunk, sizeof link->chunk, &link->end, err);
}

/* While the board does not take what is sent, it may be waiting for what it tells to be read: that is read away. */
static mote_status send_bytes(mote_link *link, const uint8_t *bytes, size_t count, int64_t deadline, mote_error *err)
{
    size_t done = 0, put;

    while (done < count) {
        MOTE_TRY(mote_port_write(&link->port, bytes + done, count - done, &put, err));
        done += put;
        if (put > 0)
            continue;
        if (!mote_port_wait(&link->port, true, deadline))
            return mote_fail(err, MOTE_ERR_IO, "the board takes no more bytes: nothing reads them there");
        link->begin = link->end;
        MOTE_TRY(fill_chunk(link, err));
    }
    return MOTE_OK;
}

static mote_status send_request(mote_link *link, uint8_t command, const void *payload, size_t count, mote_error *err)
{
    const mrt_link_head head = {.command = command, .sequence = ++link->sequence, .length = (uint32_t)count};
    const int64_t       deadline = mote_port_now() + line_ms(link, count) + 5 * PATIENCE_MS;
    uint8_t             header[MRT_LINK_HEADER], end[MRT_LINK_CRC];
    uint32_t            crc = mrt_link_put_head(header, &head);

    mrt_link_put_u32(end, ~mrt_link_crc(crc, payload, (uint32_t)count));
    MOTE_TRY(send_bytes(link, header, sizeof header, deadline, err));
    MOTE_TRY(send_bytes(link, payload, count, deadline, err));
    return send_bytes(link, end, sizeof end, deadline, err);
}

/* ---- frames ---- */

/* *event: NONE when the deadline has passed. A board that never stops talking passes it, too. */
static mote_status next_frame(mote_link *link, int64_t deadline, mote_frame_event *event, mote_error *err)
{
    size_t taken;

    *event = MOTE_FRAME_NONE;
    for (;;) {
        MOTE_TRY(fill_chunk(link, err));
        *event = mote_frames_take(&link->frames, link->chunk + link->begin, link->end - link->begin, &taken);
        link->begin += taken;
        if (*event != MOTE_FRAME_NONE)
            return MOTE_OK;
        if (taken == 0 && !mote_port_wait(&link->port, false, deadline))
            return MOTE_OK;
        if (mote_port_now() >= deadline)
            return MOTE_OK;
    }
}

static bool is_other_version(const mote_link *link)
{
    return link->frames.seek.header[4] != MRT_LINK_VERSION;
}

/* The next frame that answers one of the last requests, from the one numbered first on. */
static mote_status next_answer(mote_link *link, uint8_t first, int64_t deadline, mote_frame_event *event, mote_error *err)
{
    const mrt_link_head *head = &link->frames.head;

    for (;;) {
        MOTE_TRY(next_frame(link, deadline, event, err));
        if (*event == MOTE_FRAME_NONE)
            return MOTE_OK;
        if (is_other_version(link)) {
            link->other_version = link->frames.seek.header[4];
            continue;
        }
        if (head->command == MRT_LINK_HELLO && head->status == MRT_LINK_OK && head->length == 0)
            link->is_echo = true;
        else if ((uint8_t)(head->sequence - first) <= (uint8_t)(link->sequence - first))
            return MOTE_OK;
    }
}

/* ---- hello ---- */

static mote_status explain_silence(const mote_link *link, mote_error *err)
{
    const mote_frames *f = &link->frames;
    const size_t       kept = f->foreign_bytes < MOTE_FOREIGN_KEPT ? f->foreign_bytes : MOTE_FOREIGN_KEPT;

    if (link->is_echo)
        return mote_fail(err, MOTE_ERR_IO, "what is sent comes back as it is: an echo, and no board with a model");
    if (link->other_version)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "the board speaks version %d of the protocol, mote version %d; compile its firmware again",
                         link->other_version, MRT_LINK_VERSION);
    if (f->foreign_bytes == 0)
        return mote_fail(err, MOTE_ERR_IO,
                         "nothing answers within %d s: is this the board's port, is its firmware one that serves the line, "
                         "at %d baud?",
                         (int)link->options.start_seconds, (int)link->options.baud);
    if (f->printable_bytes >= f->foreign_bytes - f->foreign_bytes / 10)
        return mote_fail(err, MOTE_ERR_IO, "the board prints text, but answers nothing (\"%s\"): another firmware",
                         mote_show(f->foreign, kept).text);
    return mote_fail(err, MOTE_ERR_IO,
                     "%zu bytes arrive, but no answer among them: probably the board's baud rate is not %d; name it as "
                     "serial:DEV:BAUD",
                     f->foreign_bytes, (int)link->options.baud);
}

/* Says hello until it is answered or the deadline is there: *is_there. */
static mote_status say_hello(mote_link *link, int64_t deadline, mote_hello *hello, bool *is_there, mote_error *err)
{
    const uint8_t    first = (uint8_t)(link->sequence + 1);
    mote_frame_event event;

    *is_there = false;
    while (mote_port_now() < deadline) {
        const int64_t until = mote_port_now() + HELLO_MS + line_ms(link, HELLO_MOST / 64);
        MOTE_TRY(send_request(link, MRT_LINK_HELLO, NULL, 0, err));
        do {
            MOTE_TRY(next_answer(link, first, until < deadline ? until : deadline, &event, err));
            if (event == MOTE_FRAME_WHOLE && link->frames.head.command == MRT_LINK_HELLO &&
                link->frames.head.status == MRT_LINK_OK) {
                *is_there = true;
                if (mote_hello_read(hello, link->frames.payload, link->frames.head.length))
                    return MOTE_OK;
                return mote_fail(err, MOTE_ERR_FORMAT, "the board's hello contradicts itself; compile its firmware again");
            }
        } while (event != MOTE_FRAME_NONE);
    }
    return MOTE_OK;
}

static mote_status take_hello(mote_link *link, const mote_hello *hello, mote_error *err)
{
    mote_link_board *b = &link->board;

    if (hello->input_bytes > SAMPLE_MOST || hello->output_bytes > SAMPLE_MOST)
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "the board says that a sample has %llu bytes and an answer %llu: no board has",
                         (unsigned long long)hello->input_bytes, (unsigned long long)hello->output_bytes);
    snprintf(b->name, sizeof b->name, "%.*s", (int)hello->name_bytes, hello->name);
    b->identity = hello->identity;
    b->input_bytes = (size_t)hello->input_bytes;
    b->output_bytes = (size_t)hello->output_bytes;
    b->input_count = (int32_t)hello->input_count;
    b->output_count = (int32_t)hello->output_count;
    b->layer_count = (int32_t)hello->layer_count;
    b->has_state = (hello->flags & MRT_LINK_HAS_STATE) != 0;
    b->has_clock = (hello->flags & MRT_LINK_HAS_CLOCK) != 0;
    link->work_done = hello->work_done;
    return MOTE_OK;
}

static mote_status greet(mote_link *link, mote_error *err)
{
    const int64_t deadline = mote_port_now() + 1000 * (int64_t)link->options.start_seconds;
    mote_hello    hello;
    bool          is_there;

    MOTE_TRY(say_hello(link, deadline, &hello, &is_there, err));
    return is_there ? take_hello(link, &hello, err) : explain_silence(link, err);
}

/* ---- opening ---- */

/* "DEV:BAUD": what stands behind the last colon is a speed where it is a number and the whole is no device. */
static mote_status take_device(mote_link *link, const char *given, mote_error *err)
{
    const char *colon = strrchr(given, ':');
    size_t      length = strlen(given);
    long        baud = 0;

    if (colon && colon[1] && strspn(colon + 1, "0123456789") == strlen(colon + 1) && !mote_path_exists(given)) {
        baud = strlen(colon + 1) < 9 ? strtol(colon + 1, NULL, 10) : 999999999;
        length = (size_t)(colon - given);
    }
    if (length == 0 || length >= sizeof link->device)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "names no device; a board is named serial:DEV or serial:DEV:BAUD, as in "
                         "serial:/dev/ttyUSB0:115200");
    memcpy(link->device, given, length);
    if (link->options.baud == 0)
        link->options.baud = baud > 0 || colon == given + length ? (int32_t)baud : STANDARD_BAUD;
    return MOTE_OK;
}

static void take_options(mote_link *link, const mote_link_options *options)
{
    if (options)
        link->options = *options;
    if (link->options.start_seconds <= 0)
        link->options.start_seconds = 3;
    if (link->options.time_limit_seconds <= 0)
        link->options.time_limit_seconds = 60;
    if (link->options.retries == 0)
        link->options.retries = 3;
}

static mote_status reserve(mote_link *link, size_t room, mote_error *err)
{
    uint8_t *payload;

    if (room <= link->frames.room)
        return MOTE_OK;
    payload = MOTE_NEW(&link->arena, uint8_t, room, err);
    if (!payload)
        return err->code;
    link->frames.payload = payload;
    link->frames.room = room;
    return MOTE_OK;
}

static mote_status open_link(mote_link *link, const char *device, mote_error *err)
{
    MOTE_TRY(take_device(link, device, err));
    MOTE_TRY(reserve(link, HELLO_MOST, err));
    MOTE_TRY(mote_port_open(&link->port, link->device, link->options.baud, err));
    if (!link->options.keeps_running)
        mote_port_restart(&link->port);
    return greet(link, err);
}

mote_status mote_link_open(mote_link **out, const char *device, const mote_link_options *options, mote_error *err)
{
    mote_link *link = calloc(1, sizeof *link);

    *out = NULL;
    if (!link)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    link->port.fd = -1;
    take_options(link, options);
    if (open_link(link, device ? device : "", err) != MOTE_OK) {
        mote_link_close(link);
        return mote_context(err, "serial:%s", device ? device : "");
    }
    *out = link;
    return MOTE_OK;
}

void mote_link_close(mote_link *link)
{
    if (!link)
        return;
    mote_port_close(&link->port);
    mote_arena_destroy(&link->arena);
    free(link);
}

const mote_link_board *mote_link_board_of(const mote_link *link)
{
    return &link->board;
}

const mote_link_options *mote_link_options_of(const mote_link *link)
{
    return &link->options;
}

int32_t mote_link_repeats(const mote_link *link)
{
    return link->repeats;
}

/* ---- which model ---- */

static size_t ends_bytes(const mote_model *model, int32_t count, mote_tensor_info (*at)(const mote_model *, int32_t))
{
    size_t  bytes = 0;
    int32_t i;

    for (i = 0; i < count; i++)
        bytes += at(model, i).bytes;
    return bytes;
}

mote_status mote_link_check(const mote_link *link, const mote_model *model, mote_error *err)
{
    const mote_link_board *b = &link->board;
    const size_t           in = ends_bytes(model, mote_model_input_count(model), mote_model_input);
    const size_t           out = ends_bytes(model, mote_model_output_count(model), mote_model_output);
    uint32_t               identity;

    MOTE_TRY(mote_model_identity(&identity, model, err));
    if (b->identity == identity && b->input_bytes == in && b->output_bytes == out)
        return MOTE_OK;
    return mote_fail(
        err, MOTE_ERR_FORMAT,
        "serial:%s: the board runs another model: \"%s\", %08x, which takes %zu bytes and gives %zu; expected was "
        "%08x, which takes %zu and gives %zu; compile this one, and flash it",
        link->device, mote_show_string(b->name).text, (unsigned)b->identity, b->input_bytes, b->output_bytes,
        (unsigned)identity, in, out);
}

/* ---- requests that do something ---- */

typedef struct request {
    uint8_t     command;
    const void *payload;
    size_t      count, answer_bytes;
} request;

/* What the board says of a request that it did not take. MOTE_OK: sending it again may help. */
static mote_status explain_refusal(const mote_link *link, mote_error *err)
{
    switch (link->frames.head.status) {
    case MRT_LINK_WRONG_LENGTH:
        return mote_fail(err, MOTE_ERR_FORMAT, "the board takes samples of another size than it said");
    case MRT_LINK_UNKNOWN_COMMAND:
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "the board's firmware has no such command; compile it again");
    case MRT_LINK_OTHER_VERSION:
        return mote_fail(err, MOTE_ERR_FORMAT,
                         "the board speaks another version of the protocol; compile its firmware again");
    case MRT_LINK_NO_MODEL:
        return mote_fail(err, MOTE_ERR_FORMAT, "the board could not open its model");
    default:
        return MOTE_OK;
    }
}

static bool is_answer(const mote_link *link, const request *r)
{
    const mrt_link_head *head = &link->frames.head;

    return head->command == r->command && head->status == MRT_LINK_OK && head->length == r->answer_bytes;
}

/* The board computes. From time to time it is asked whether it still does: it answers in order, so that an answer to that
 * says that the other will not come. *event is WHOLE for the answer, NONE when none will come. */
static mote_status wait_for_result(mote_link *link, const request *r, mote_frame_event *event, mote_error *err)
{
    const uint8_t first = link->sequence;
    const int64_t deadline =
        mote_port_now() + 1000 * (int64_t)link->options.time_limit_seconds + line_ms(link, r->answer_bytes);
    int pulses = 0;

    for (;;) {
        const int64_t pulse = mote_port_now() + PULSE_MS + line_ms(link, r->answer_bytes);
        const bool    may_ask = pulses < PULSES_MOST && pulse < deadline;
        MOTE_TRY(next_answer(link, first, may_ask ? pulse : deadline, event, err));
        if (*event == MOTE_FRAME_WHOLE && link->frames.head.sequence == first && is_answer(link, r))
            return MOTE_OK;
        if (*event != MOTE_FRAME_NONE) {
            *event = MOTE_FRAME_NONE;
            return MOTE_OK;
        }
        if (!may_ask)
            return mote_fail(err, MOTE_ERR_LIMIT,
                             "the board has not answered within %d s for a sample; raise --timeout, or see "
                             "whether it hangs",
                             (int)link->options.time_limit_seconds);
        pulses++;
        MOTE_TRY(send_request(link, MRT_LINK_HELLO, NULL, 0, err));
    }
}

/* One attempt. *event as in wait_for_result. */
static mote_status attempt(mote_link *link, const request *r, mote_frame_event *event, mote_error *err)
{
    int64_t deadline;

    MOTE_TRY(send_request(link, r->command, r->payload, r->count, err));
    deadline = mote_port_now() + PATIENCE_MS + line_ms(link, r->count + r->answer_bytes);
    MOTE_TRY(next_answer(link, link->sequence, deadline, event, err));
    if (*event == MOTE_FRAME_WHOLE && is_answer(link, r))
        return MOTE_OK;
    if (*event == MOTE_FRAME_WHOLE && link->frames.head.status == MRT_LINK_RUNNING)
        return wait_for_result(link, r, event, err);
    if (*event == MOTE_FRAME_WHOLE)
        MOTE_TRY(explain_refusal(link, err));
    *event = MOTE_FRAME_NONE;
    return MOTE_OK;
}

/* A board that still waits for the rest of a request gets so many bytes that it ends, wrongly; or its clock has ended it. */
static mote_status end_request(mote_link *link, const request *r, mote_error *err)
{
    static const uint8_t  nothing[256];
    const struct timespec gap = {.tv_nsec = 1500L * MRT_LINK_GAP_US};
    size_t                left = r->count + MRT_LINK_CRC;
    const int64_t         deadline = mote_port_now() + line_ms(link, left) + 5 * PATIENCE_MS;

    if (link->board.has_clock) {
        nanosleep(&gap, NULL);
        return MOTE_OK;
    }
    while (left > 0) {
        const size_t part = left < sizeof nothing ? left : sizeof nothing;
        MOTE_TRY(send_bytes(link, nothing, part, deadline, err));
        left -= part;
    }
    return MOTE_OK;
}

/* A board that has done less than it had, has started again since. */
static mote_status check_work(uint32_t expected, uint32_t told, mote_error *err)
{
    if (told >= expected)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_IO,
                     "the board started again in the middle of the work: a crash, a watchdog, its supply, or its "
                     "reset button");
}

/* After an attempt that gave nothing: whether the same request may be sent again. */
static mote_status recover(mote_link *link, const request *r, mote_error *err)
{
    const int64_t  deadline = mote_port_now() + 1000 * (int64_t)link->options.start_seconds;
    const uint32_t expected = link->work_done;
    mote_hello     hello;
    bool           is_there;

    MOTE_TRY(end_request(link, r, err));
    MOTE_TRY(say_hello(link, deadline, &hello, &is_there, err));
    if (!is_there)
        return mote_fail(err, MOTE_ERR_IO, "the board has stopped answering: it crashed, hangs, or was unplugged");
    if (hello.identity != link->board.identity)
        return mote_fail(err, MOTE_ERR_FORMAT, "the board runs another model now");
    MOTE_TRY(check_work(expected, hello.work_done, err));
    if (hello.work_done > expected && link->board.has_state && r->command != MRT_LINK_RESET)
        return mote_fail(err, MOTE_ERR_IO,
                         "an answer was lost on the way, and the model has a state, so that it cannot be "
                         "asked for again; try a lower baud rate");
    link->work_done = hello.work_done;
    link->repeats++;
    return MOTE_OK;
}

static mote_status obey(mote_link *link, const request *r, mote_error *err)
{
    const int        retries = link->options.retries > 0 ? link->options.retries : 0;
    mote_frame_event event;
    int              i;

    for (i = 0; i <= retries; i++) {
        if (i > 0)
            MOTE_TRY(recover(link, r, err));
        MOTE_TRY(attempt(link, r, &event, err));
        if (event == MOTE_FRAME_WHOLE) {
            link->work_done++;
            return MOTE_OK;
        }
    }
    return mote_fail(
        err, MOTE_ERR_IO,
        "bytes are lost or changed on the way, %d times in a row; try a lower baud rate than %d, another cable, or "
        "a serial buffer on the board that holds more",
        retries + 1, (int)link->options.baud);
}

mote_status mote_link_reset(mote_link *link, mote_error *err)
{
    const request reset = {.command = MRT_LINK_RESET};

    return obey(link, &reset, err) == MOTE_OK ? MOTE_OK : mote_context(err, "serial:%s", link->device);
}

/* The payload of the answer stays where it is until the next request. */
static mote_status run(mote_link *link, const request *r, mote_error *err)
{
    MOTE_TRY(reserve(link, r->answer_bytes, err));
    if (obey(link, r, err) != MOTE_OK)
        return err->code;
    return check_work(link->work_done,
                      mrt_link_get_u32(link->frames.payload + r->answer_bytes - link->board.output_bytes - 4), err);
}

mote_status mote_link_run(mote_link *link, const void *inputs, void *outputs, uint32_t *microseconds, mote_error *err)
{
    const request r = {.command = MRT_LINK_RUN,
                       .payload = inputs,
                       .count = link->board.input_bytes,
                       .answer_bytes = MRT_LINK_RUN_FIXED + link->board.output_bytes};

    if (run(link, &r, err) != MOTE_OK)
        return mote_context(err, "serial:%s", link->device);
    memcpy(outputs, link->frames.payload + MRT_LINK_RUN_FIXED, link->board.output_bytes);
    if (microseconds)
        *microseconds = mrt_link_get_u32(link->frames.payload);
    return MOTE_OK;
}

mote_status mote_link_run_told(mote_link *link, const void *inputs, mote_link_told *told, mote_error *err)
{
    const size_t  layers_bytes = (size_t)link->board.layer_count * MRT_LINK_LAYER;
    const request r = {.command = MRT_LINK_RUN_LAYERS,
                       .payload = inputs,
                       .count = link->board.input_bytes,
                       .answer_bytes = layers_bytes + MRT_LINK_RUN_FIXED + link->board.output_bytes};
    int32_t       i;

    if (run(link, &r, err) != MOTE_OK)
        return mote_context(err, "serial:%s", link->device);
    for (i = 0; i < link->board.layer_count; i++) {
        const uint8_t *at = link->frames.payload + (size_t)i * MRT_LINK_LAYER;
        told[i] = (mote_link_told){.step = mrt_link_get_u32(at), .crc = mrt_link_get_u32(at + 4)};
    }
    return MOTE_OK;
}
