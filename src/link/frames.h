/* The host's reader of answers: bytes as they arrive, whatever they are, to frames.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_LINK_FRAMES_H
#define MOTE_LINK_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/link/frame.h"

enum { MOTE_FOREIGN_KEPT = 48 };

typedef enum mote_frame_event {
    MOTE_FRAME_NONE = 0, /* more bytes are needed */
    MOTE_FRAME_WHOLE,    /* head and payload hold it */
    MOTE_FRAME_DAMAGED   /* its CRC is wrong; head says what it was to be */
} mote_frame_event;

/* Zeroed but for payload and room: a frame with more than room bytes is taken for none, and looked into for the next. */
typedef struct mote_frames {
    uint8_t      *payload;
    size_t        room;
    mrt_link_seek seek;
    mrt_link_head head;
    size_t        count; /* bytes behind the header that have arrived */
    uint32_t      crc;
    uint8_t       sent_crc[MRT_LINK_CRC];

    size_t foreign_bytes;              /* that belong to no frame */
    char   foreign[MOTE_FOREIGN_KEPT]; /* the first of them */
    size_t printable_bytes;            /* of the foreign ones: text */
} mote_frames;

/* Takes bytes up to the end of the next frame. *taken: how many. */
mote_frame_event mote_frames_take(mote_frames *frames, const uint8_t *bytes, size_t count, size_t *taken);

/* Of a hello's payload. False where it contradicts itself. */
typedef struct mote_hello {
    uint32_t    identity, work_done, flags, layer_count;
    uint32_t    input_count, output_count;
    uint64_t    input_bytes, output_bytes;
    const char *name; /* in the payload, not ended */
    size_t      name_bytes;
} mote_hello;
bool mote_hello_read(mote_hello *out, const uint8_t *payload, size_t count);

#endif
