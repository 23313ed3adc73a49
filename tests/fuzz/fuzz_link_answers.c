/* The host's reader of answers: any bytes, and hellos that contradict themselves. The first byte is the room for a payload.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include "link/frames.h"

static volatile uint32_t seen;

static void read_hello(const uint8_t *payload, size_t count)
{
    uint8_t   *copy = malloc(count + 1);
    mote_hello hello;
    size_t     i;

    for (i = 0; i < count; i++)
        copy[i] = payload[i];
    if (mote_hello_read(&hello, copy, count))
        for (i = 0; i < hello.name_bytes; i++)
            seen += (uint8_t)hello.name[i];
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    const size_t room = count > 0 ? bytes[0] : 0;
    mote_frames  frames = {.payload = malloc(room + 1), .room = room};
    size_t       at = 0, taken;

    read_hello(bytes, count);
    while (at < count) {
        if (mote_frames_take(&frames, bytes + at, count - at, &taken) == MOTE_FRAME_WHOLE)
            read_hello(frames.payload, frames.head.length);
        at += taken;
    }
    free(frames.payload);
    return 0;
}
