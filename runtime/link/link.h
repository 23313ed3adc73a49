/* The board's end of the line: answers the host's requests with what a compiled model gives (`mote run --on serial:...`).
 *
 * No frame is ever held: a request's bytes go straight into the model's inputs, the outputs straight onto the line. What is
 * kept between two calls is one mrt_link, which the caller owns. Nothing that arrives makes it read or write anywhere else,
 * or wait: a frame that is damaged or cut is answered as such, and the next one is looked for byte by byte.
 *
 *     static mrt_link   link;                          (zeroed)
 *     static sine_arena arena;
 *     link.port = port;                                (how bytes come and go on this board)
 *     for (;;) sine_link_serve(&link, &arena);         (in loop(), or a task; the generated sine_link.h)
 *
 * With MRT_LINK_LAYERS defined for NAME.c and NAME_link.c, it tells of each layer what came out, too, so that a board that
 * is wrong names its first wrong layer. Such a build has one static pointer, and is slower.
 *
 * While a request arrives, the model's inputs hold what has arrived: who runs the model for himself in the same loop uses an
 * arena of his own.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MRT_LINK_LINK_H
#define MRT_LINK_LINK_H

#include "frame.h"

/* How bytes come and go. */
typedef struct mrt_link_port {
    int (*read)(void *user); /* a byte, or -1 where none has arrived; does not wait */
    void (*write)(void *user, const uint8_t *bytes, uint32_t count); /* waits until there is room for all */
    uint32_t (*microseconds)(void *user); /* a clock that runs from anywhere, and wraps; NULL: there is none, so that times
                                           * are 0 and a cut request is noticed with the next one only */
    void *user;
} mrt_link_port;

/* Of one board; zeroed but for the port. */
typedef struct mrt_link {
    mrt_link_port port;
    mrt_link_seek seek;
    uint8_t       is_wrong; /* a byte of the CRC differs */
    uint16_t      input;    /* that the payload has come to */
    uint32_t      at;       /* in it */
    uint32_t      left;     /* bytes of payload and CRC that are to come */
    uint32_t      crc;
    uint32_t      last_heard;  /* by the clock */
    uint16_t      layers_left; /* that this run is to tell of */
    int32_t       step;        /* that runs; -1: none yet */
    uint32_t      work_done;   /* requests that did something since the board started: tells the host that it started anew */
} mrt_link;

/* What a model is to the line; NAME_link.c has one. Ends are numbered inputs first, then outputs. */
typedef struct mrt_link_model {
    const MRT_FLASH char *name;
    uint32_t              identity;
    uint8_t               name_bytes;
    uint16_t              input_count, output_count;
    uint16_t              layer_count; /* 0: this build does not tell of layers */
    uint32_t (*end_bytes)(uint16_t end);
    uint8_t *(*input)(void *arena, uint16_t index); /* NULL: the model is not open */
    const uint8_t *(*output)(void *arena, uint16_t index);
    void (*invoke)(void *arena);
    void (*reset)(void *arena);                                          /* NULL: there is nothing to forget */
    uint8_t has_state;                                                   /* an answer depends on the samples before */
    void (*watch)(mrt_link *link, void *arena);                          /* invoke, with mrt_link_step before each step */
    uint32_t (*layer)(const uint8_t *arena, int32_t step, uint32_t crc); /* goes on with what a step gave */
} mrt_link_model;

/* ---- answers ---- */

MRT_LINK_ONCE void mrt_link_write(mrt_link *link, const uint8_t *bytes, uint32_t count)
{
    link->crc = mrt_link_crc(link->crc, bytes, count);
    link->port.write(link->port.user, bytes, count);
}

MRT_LINK_ONCE void mrt_link_write_u32(mrt_link *link, uint32_t value)
{
    uint8_t bytes[4];

    mrt_link_put_u32(bytes, value);
    mrt_link_write(link, bytes, 4);
}

MRT_LINK_ONCE void mrt_link_answer(mrt_link *link, mrt_link_status status, uint32_t length)
{
    uint8_t       header[MRT_LINK_HEADER];
    mrt_link_head head;

    head.command = link->seek.header[5];
    head.sequence = link->seek.header[6];
    head.status = (uint8_t)status;
    head.length = length;
    link->crc = mrt_link_put_head(header, &head);
    link->port.write(link->port.user, header, MRT_LINK_HEADER);
}

MRT_LINK_ONCE void mrt_link_end_answer(mrt_link *link)
{
    mrt_link_write_u32(link, ~link->crc);
}

MRT_LINK_ONCE void mrt_link_tell(mrt_link *link, mrt_link_status status)
{
    mrt_link_answer(link, status, 0);
    mrt_link_end_answer(link);
}

MRT_LINK_ONCE uint32_t mrt_link_now(const mrt_link *link)
{
    return link->port.microseconds ? link->port.microseconds(link->port.user) : 0;
}

/* Of all inputs, or of all outputs. */
MRT_LINK_ONCE uint32_t mrt_link_bytes(const mrt_link_model *model, uint16_t first, uint16_t count)
{
    uint32_t bytes = 0;
    uint16_t i;

    for (i = 0; i < count; i++)
        bytes += model->end_bytes((uint16_t)(first + i));
    return bytes;
}

MRT_INLINE void mrt_link_hello(mrt_link *link, const mrt_link_model *model)
{
    const uint16_t ends = (uint16_t)(model->input_count + model->output_count);
    uint16_t       i;
    uint8_t        letter;

    mrt_link_answer(link, MRT_LINK_OK, MRT_LINK_HELLO_FIXED + 4 * (uint32_t)ends + model->name_bytes);
    mrt_link_write_u32(link, model->identity);
    mrt_link_write_u32(link, link->work_done);
    mrt_link_write_u32(link, (model->has_state ? (uint32_t)MRT_LINK_HAS_STATE : 0u) |
                                 (link->port.microseconds ? (uint32_t)MRT_LINK_HAS_CLOCK : 0u) |
                                 (uint32_t)model->name_bytes << 8 | (uint32_t)model->layer_count << 16);
    mrt_link_write_u32(link, model->input_count | (uint32_t)model->output_count << 16);
    for (i = 0; i < ends; i++)
        mrt_link_write_u32(link, model->end_bytes(i));
    for (i = 0; i < model->name_bytes; i++) {
        letter = (uint8_t)model->name[i];
        mrt_link_write(link, &letter, 1);
    }
    mrt_link_end_answer(link);
}

MRT_LINK_ONCE void mrt_link_write_layer(mrt_link *link, uint32_t step, uint32_t crc)
{
    mrt_link_write_u32(link, step);
    mrt_link_write_u32(link, crc);
    link->layers_left--;
}

/* The step before has ended: what it gave lies in the arena yet. */
MRT_LINK_ONCE void mrt_link_step(mrt_link *link, uint32_t (*layer)(const uint8_t *, int32_t, uint32_t), const uint8_t *arena,
                                 int32_t step)
{
    if (link->step >= 0 && link->layers_left > 0)
        mrt_link_write_layer(link, (uint32_t)link->step, ~layer(arena, link->step, MRT_LINK_CRC_BEGIN));
    link->step = step;
}

/* Layers are told while the model runs; how many there will be is known. */
MRT_INLINE void mrt_link_watch(mrt_link *link, const mrt_link_model *model, void *arena)
{
    link->layers_left = model->layer_count;
    link->step = -1;
    model->watch(link, arena);
    mrt_link_step(link, model->layer, (const uint8_t *)arena, -1);
    while (link->layers_left > 0)
        mrt_link_write_layer(link, 0xffffffffu, 0);
}

MRT_INLINE void mrt_link_write_outputs(mrt_link *link, const mrt_link_model *model, void *arena)
{
    uint16_t i;

    for (i = 0; i < model->output_count; i++)
        mrt_link_write(link, model->output(arena, i), model->end_bytes((uint16_t)(model->input_count + i)));
}

MRT_INLINE void mrt_link_run(mrt_link *link, const mrt_link_model *model, void *arena)
{
    const uint8_t watches = model->layer_count > 0 && link->seek.header[5] == MRT_LINK_RUN_LAYERS;
    uint32_t      length = MRT_LINK_RUN_FIXED + mrt_link_bytes(model, model->input_count, model->output_count), time = 0;

    mrt_link_tell(link, MRT_LINK_RUNNING);
    if (watches) {
        mrt_link_answer(link, MRT_LINK_OK, length + (uint32_t)model->layer_count * MRT_LINK_LAYER);
        mrt_link_watch(link, model, arena);
    } else {
        time = mrt_link_now(link);
        model->invoke(arena);
        time = mrt_link_now(link) - time;
        mrt_link_answer(link, MRT_LINK_OK, length);
    }
    link->work_done++;
    mrt_link_write_u32(link, time);
    mrt_link_write_u32(link, link->work_done);
    mrt_link_write_outputs(link, model, arena);
    mrt_link_end_answer(link);
}

/* ---- requests ---- */

MRT_INLINE int mrt_link_knows(const mrt_link_model *model, uint8_t command)
{
    return command >= MRT_LINK_HELLO && command <= (model->layer_count > 0 ? MRT_LINK_RUN_LAYERS : MRT_LINK_RUN);
}

/* A header has arrived. Returns why what follows it is not taken; MRT_LINK_OK where it is. */
MRT_INLINE mrt_link_status mrt_link_begin(mrt_link *link, const mrt_link_model *model, void *arena)
{
    const mrt_link_head head = mrt_link_get_head(&link->seek, &link->crc);
    uint32_t            wanted = 0;

    if (link->seek.header[4] != MRT_LINK_VERSION)
        return MRT_LINK_OTHER_VERSION;
    if (!mrt_link_knows(model, head.command))
        return MRT_LINK_UNKNOWN_COMMAND;
    if (head.command >= MRT_LINK_RUN) {
        if (!model->input(arena, 0))
            return MRT_LINK_NO_MODEL;
        wanted = mrt_link_bytes(model, 0, model->input_count);
    }
    if (head.length != wanted)
        return MRT_LINK_WRONG_LENGTH;
    link->left = wanted + MRT_LINK_CRC;
    link->input = 0;
    link->at = 0;
    link->is_wrong = 0;
    return MRT_LINK_OK;
}

MRT_INLINE void mrt_link_forget(mrt_link *link)
{
    link->seek.count = 0;
}

/* A byte behind the header: the next of the inputs, or of the CRC. */
MRT_INLINE void mrt_link_take(mrt_link *link, const mrt_link_model *model, void *arena, uint8_t byte)
{
    link->left--;
    if (link->left >= MRT_LINK_CRC) {
        link->crc = mrt_link_crc_add(link->crc, byte);
        model->input(arena, link->input)[link->at++] = byte;
        if (link->at == model->end_bytes(link->input)) {
            link->input++;
            link->at = 0;
        }
        return;
    }
    link->is_wrong |= (uint8_t)(byte ^ (uint8_t)~link->crc);
    link->crc >>= 8;
}

MRT_INLINE void mrt_link_obey(mrt_link *link, const mrt_link_model *model, void *arena)
{
    if (link->is_wrong) {
        mrt_link_tell(link, MRT_LINK_DAMAGED);
    } else if (link->seek.header[5] == MRT_LINK_HELLO) {
        mrt_link_hello(link, model);
    } else if (link->seek.header[5] >= MRT_LINK_RUN) {
        mrt_link_run(link, model, arena);
    } else {
        if (model->reset)
            model->reset(arena);
        link->work_done++;
        mrt_link_tell(link, MRT_LINK_OK);
    }
}

/* Takes a byte. Returns 1 when a request was answered with it. */
MRT_INLINE int mrt_link_feed(mrt_link *link, const mrt_link_model *model, void *arena, uint8_t byte)
{
    mrt_link_status status;

    if (link->seek.count < MRT_LINK_HEADER) {
        mrt_link_seek_add(&link->seek, byte);
        if (link->seek.count < MRT_LINK_HEADER)
            return 0;
        status = mrt_link_begin(link, model, arena);
        if (status == MRT_LINK_OK)
            return 0;
        mrt_link_tell(link, status);
    } else {
        mrt_link_take(link, model, arena, byte);
        if (link->left > 0)
            return 0;
        mrt_link_obey(link, model, arena);
    }
    mrt_link_forget(link);
    return 1;
}

/* No byte has arrived: a request that waits too long for its rest is given up. */
MRT_INLINE void mrt_link_check_gap(mrt_link *link)
{
    if (link->seek.count == 0 || !link->port.microseconds || mrt_link_now(link) - link->last_heard < MRT_LINK_GAP_US)
        return;
    if (link->seek.count == MRT_LINK_HEADER)
        mrt_link_tell(link, MRT_LINK_CUT);
    mrt_link_forget(link);
}

/* Takes what has arrived, up to the end of one request, and answers that. Returns at once when nothing has. */
MRT_INLINE void mrt_link_serve(mrt_link *link, const mrt_link_model *model, void *arena)
{
    int byte, has_heard = 0, is_answered = 0;

    while (!is_answered && (byte = link->port.read(link->port.user)) >= 0) {
        is_answered = mrt_link_feed(link, model, arena, (uint8_t)byte);
        has_heard = 1;
    }
    if (has_heard)
        link->last_heard = mrt_link_now(link);
    else
        mrt_link_check_gap(link);
}

#endif
