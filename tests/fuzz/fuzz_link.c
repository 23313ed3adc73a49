/* The board's end of the line: any bytes, in pieces, with and without a clock. The model's memory is the heap's, so that the
 * sanitizers see every byte that is written beside it.
 *
 * Where the first byte is odd, the rest is made into requests with right CRCs: a command, a length and so many bytes each.
 * SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/link/link.h"

enum { IN_0 = 5, IN_1 = 3, OUT = 7 };

typedef struct board {
    uint8_t       *in[2], *out;
    const uint8_t *bytes;
    size_t         count, at;
    uint32_t       now, said;
} board;

static uint32_t end_bytes(uint16_t end)
{
    static const uint32_t bytes[] = {IN_0, IN_1, OUT};

    return bytes[end];
}

static uint8_t *input(void *arena, uint16_t index)
{
    return ((board *)arena)->in[index];
}

static const uint8_t *output(void *arena, uint16_t index)
{
    (void)index;
    return ((board *)arena)->out;
}

static void invoke(void *arena)
{
    board *b = arena;

    memset(b->out, b->in[0][0] ^ b->in[1][0], OUT);
}

static void watch(mrt_link *link, void *arena);

static uint32_t layer(const uint8_t *arena, int32_t step, uint32_t crc)
{
    (void)arena;
    return crc + (uint32_t)step;
}

static const mrt_link_model model = {.name = "fuzzed",
                                     .name_bytes = 6,
                                     .input_count = 2,
                                     .output_count = 1,
                                     .layer_count = 2,
                                     .end_bytes = end_bytes,
                                     .input = input,
                                     .output = output,
                                     .invoke = invoke,
                                     .watch = watch,
                                     .layer = layer};

/* More steps than it said. */
static void watch(mrt_link *link, void *arena)
{
    int32_t step;

    for (step = 0; step < 4; step++)
        mrt_link_step(link, layer, arena, step);
}

static int read_byte(void *user)
{
    board *b = user;

    return b->at < b->count ? b->bytes[b->at++] : -1;
}

static void write_bytes(void *user, const uint8_t *bytes, uint32_t count)
{
    board *b = user;

    while (count-- > 0)
        b->said = mrt_link_crc_add(b->said, *bytes++);
}

static uint32_t microseconds(void *user)
{
    return ((board *)user)->now += 50000;
}

static void serve(mrt_link *link, board *b, const uint8_t *bytes, size_t count)
{
    b->bytes = bytes;
    b->count = count;
    b->at = 0;
    while (b->at < b->count)
        mrt_link_serve(link, &model, b);
    mrt_link_serve(link, &model, b);
}

/* Command, length, bytes. */
static void serve_requests(mrt_link *link, board *b, const uint8_t *bytes, size_t count)
{
    uint8_t frame[MRT_LINK_HEADER + 255 + MRT_LINK_CRC];

    while (count >= 2) {
        const size_t        length = bytes[1] < count - 2 ? bytes[1] : count - 2;
        const mrt_link_head head = {.command = bytes[0], .length = (uint32_t)length};
        const uint32_t      crc = mrt_link_put_head(frame, &head);
        memcpy(frame + MRT_LINK_HEADER, bytes + 2, length);
        mrt_link_put_u32(frame + MRT_LINK_HEADER + length, ~mrt_link_crc(crc, bytes + 2, (uint32_t)length));
        serve(link, b, frame, MRT_LINK_HEADER + length + MRT_LINK_CRC);
        bytes += 2 + length;
        count -= 2 + length;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    board    b = {.in = {malloc(IN_0), malloc(IN_1)}, .out = calloc(OUT, 1)};
    mrt_link link = {.port = {read_byte, write_bytes, count > 0 && bytes[0] & 2 ? microseconds : NULL, &b}};
    size_t   part;

    if (count > 0 && bytes[0] & 1)
        serve_requests(&link, &b, bytes + 1, count - 1);
    else
        for (; count > 0; bytes += part, count -= part) {
            part = count < 37 ? count : 37;
            serve(&link, &b, bytes, part);
        }
    free(b.in[0]);
    free(b.in[1]);
    free(b.out);
    return 0;
}
