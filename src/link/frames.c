/* SPDX-License-Identifier: Apache-2.0 */
#include "link/frames.h"

#include <string.h>

static void keep_foreign(mote_frames *f, uint8_t byte)
{
    if (f->foreign_bytes < MOTE_FOREIGN_KEPT)
        f->foreign[f->foreign_bytes] = (char)byte;
    f->foreign_bytes++;
    f->printable_bytes += (byte >= ' ' && byte < 0x7f) || byte == '\n' || byte == '\r' || byte == '\t';
}

/* What is dropped was at the front of what there was. */
static void seek(mote_frames *f, uint8_t byte)
{
    uint8_t before[MRT_LINK_HEADER], dropped, i;

    memcpy(before, f->seek.header, sizeof before);
    before[f->seek.count] = byte;
    dropped = mrt_link_seek_add(&f->seek, byte);
    for (i = 0; i < dropped; i++)
        keep_foreign(f, before[i]);
    if (f->seek.count < MRT_LINK_HEADER)
        return;
    f->head = mrt_link_get_head(&f->seek, &f->crc);
    f->count = 0;
    if (f->head.length > f->room)
        f->seek.count = 0;
}

static mote_frame_event take_payload(mote_frames *f, uint8_t byte)
{
    if (f->count < f->head.length) {
        f->payload[f->count++] = byte;
        f->crc = mrt_link_crc_add(f->crc, byte);
        return MOTE_FRAME_NONE;
    }
    f->sent_crc[f->count++ - f->head.length] = byte;
    if (f->count < (size_t)f->head.length + MRT_LINK_CRC)
        return MOTE_FRAME_NONE;
    f->seek.count = 0;
    return mrt_link_get_u32(f->sent_crc) == (uint32_t)~f->crc ? MOTE_FRAME_WHOLE : MOTE_FRAME_DAMAGED;
}

mote_frame_event mote_frames_take(mote_frames *f, const uint8_t *bytes, size_t count, size_t *taken)
{
    mote_frame_event event = MOTE_FRAME_NONE;
    size_t           i;

    for (i = 0; i < count && event == MOTE_FRAME_NONE; i++) {
        if (f->seek.count < MRT_LINK_HEADER)
            seek(f, bytes[i]);
        else
            event = take_payload(f, bytes[i]);
    }
    *taken = i;
    return event;
}

bool mote_hello_read(mote_hello *out, const uint8_t *payload, size_t count)
{
    size_t   sizes;
    uint32_t i, counts;

    *out = (mote_hello){0};
    if (count < MRT_LINK_HELLO_FIXED)
        return false;
    counts = mrt_link_get_u32(payload + 12);
    *out = (mote_hello){.identity = mrt_link_get_u32(payload),
                        .work_done = mrt_link_get_u32(payload + 4),
                        .flags = payload[8],
                        .name_bytes = payload[9],
                        .layer_count = mrt_link_get_u32(payload + 8) >> 16,
                        .input_count = counts & 0xffff,
                        .output_count = counts >> 16};
    sizes = 4 * ((size_t)out->input_count + out->output_count);
    if (count != MRT_LINK_HELLO_FIXED + sizes + out->name_bytes || out->input_count == 0 || out->output_count == 0)
        return false;
    for (i = 0; i < out->input_count + out->output_count; i++)
        *(i < out->input_count ? &out->input_bytes : &out->output_bytes) +=
            mrt_link_get_u32(payload + MRT_LINK_HELLO_FIXED + 4 * (size_t)i);
    out->name = (const char *)payload + MRT_LINK_HELLO_FIXED + sizes;
    return true;
}
