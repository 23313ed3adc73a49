/* The board's end of the line and the host's reader, byte by byte: exact frames, and each fault at each place.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "link/frames.h"
#include "runtime/link/link.h"

enum { FENCE = 8, IN_0 = 3, IN_1 = 2, OUT = 4, IN = IN_0 + IN_1, HEAD = MRT_LINK_HEADER, CRC = MRT_LINK_CRC };

/* A model with two inputs; all around it is fenced. */
typedef struct memory {
    uint8_t fence_0[FENCE], in_0[IN_0], fence_1[FENCE], in_1[IN_1], fence_2[FENCE], out[OUT], fence_3[FENCE];
    int     invokes, resets;
} memory;

typedef struct bench {
    mrt_link       link;
    memory         memory;
    const uint8_t *heard;
    size_t         heard_count, at;
    uint8_t        said[4096];
    size_t         said_count;
    uint32_t       now;
} bench;

static uint32_t end_bytes(uint16_t end)
{
    static const uint32_t bytes[] = {IN_0, IN_1, OUT};

    assert_in_range(end, 0, 2);
    return bytes[end];
}

static uint8_t *input(void *arena, uint16_t index)
{
    memory *m = arena;

    assert_in_range(index, 0, 1);
    return index == 0 ? m->in_0 : m->in_1;
}

static const uint8_t *output(void *arena, uint16_t index)
{
    assert_int_equal(index, 0);
    return ((memory *)arena)->out;
}

static void invoke(void *arena)
{
    memory *m = arena;
    int     i;

    m->invokes++;
    for (i = 0; i < OUT; i++)
        m->out[i] = (uint8_t)(m->in_0[i % IN_0] + 16 * m->in_1[i % IN_1]);
}

static void reset(void *arena)
{
    ((memory *)arena)->resets++;
}

static const mrt_link_model model = {.name = "two",
                                     .identity = 0x12345678,
                                     .name_bytes = 3,
                                     .input_count = 2,
                                     .output_count = 1,
                                     .end_bytes = end_bytes,
                                     .input = input,
                                     .output = output,
                                     .invoke = invoke,
                                     .reset = reset,
                                     .has_state = 1};

static int read_byte(void *user)
{
    bench *b = user;

    return b->at < b->heard_count ? b->heard[b->at++] : -1;
}

static void write_bytes(void *user, const uint8_t *bytes, uint32_t count)
{
    bench *b = user;

    assert_true(b->said_count + count <= sizeof b->said);
    memcpy(b->said + b->said_count, bytes, count);
    b->said_count += count;
}

static uint32_t microseconds(void *user)
{
    return ((bench *)user)->now += 7;
}

static void begin(bench *b, bool has_clock)
{
    const mrt_link_port port = {read_byte, write_bytes, has_clock ? microseconds : NULL, b};

    memset(b, 0, sizeof *b);
    memset(&b->memory, 0xee, offsetof(memory, invokes));
    b->link.port = port;
}

static void check_fences(const bench *b)
{
    const uint8_t *fences[] = {b->memory.fence_0, b->memory.fence_1, b->memory.fence_2, b->memory.fence_3};
    int            i, k;

    for (i = 0; i < 4; i++)
        for (k = 0; k < FENCE; k++)
            assert_int_equal(fences[i][k], 0xee);
}

/* What the board says to these bytes. */
static void hear(bench *b, const uint8_t *bytes, size_t count)
{
    b->heard = bytes;
    b->heard_count = count;
    b->at = 0;
    while (b->at < b->heard_count)
        mrt_link_serve(&b->link, &model, &b->memory);
    check_fences(b);
}

static void let_time_pass(bench *b)
{
    b->now += MRT_LINK_GAP_US;
    mrt_link_serve(&b->link, &model, &b->memory);
}

static size_t make_request(uint8_t *out, uint8_t command, uint8_t sequence, const uint8_t *payload, uint32_t count)
{
    const mrt_link_head head = {.command = command, .sequence = sequence, .length = count};
    uint32_t            crc = mrt_link_put_head(out, &head);

    if (count > 0)
        memcpy(out + HEAD, payload, count);
    mrt_link_put_u32(out + HEAD + count, ~mrt_link_crc(crc, out + HEAD, count));
    return HEAD + count + CRC;
}

static const uint8_t sample[IN] = {1, 2, 3, 4, 5};
static const uint8_t answer[OUT] = {0x41, 0x52, 0x43, 0x51};

/* Of the frames that were said: how many have this status, as the host reads them. */
static int count_said(const bench *b, uint8_t command, uint8_t status)
{
    uint8_t     room[256];
    mote_frames frames = {.payload = room, .room = sizeof room};
    size_t      at = 0, taken;
    int         found = 0;

    while (at < b->said_count) {
        const mote_frame_event event = mote_frames_take(&frames, b->said + at, b->said_count - at, &taken);
        at += taken;
        assert_int_not_equal(event, MOTE_FRAME_DAMAGED);
        found += event == MOTE_FRAME_WHOLE && frames.head.command == command && frames.head.status == status;
    }
    assert_int_equal(frames.foreign_bytes, 0);
    return found;
}

static void crc_is_that_of_ethernet(void **state)
{
    (void)state;
    assert_int_equal(~mrt_link_crc(MRT_LINK_CRC_BEGIN, (const uint8_t *)"123456789", 9), 0xcbf43926u);
}

/* Their CRCs are zlib's. */
static void hello_has_these_bytes(void **state)
{
    static const uint8_t asked[] = {0xb5, 0xd7, 0x72, 0xf5, 1,    1,    9,    0,    0,    0,
                                    0,    0,    0x31, 0x9c, 0xf3, 0xd2, 0x31, 0x9c, 0xf3, 0xd2};
    static const uint8_t said[] = {
        0xb5, 0xd7, 0x72, 0xf5, 1, 1, 9, 0, 31, 0, 0, 0, 0xf8, 0xdb, 0x89, 0xda, /* header */
        0x78, 0x56, 0x34, 0x12, 0, 0, 0, 0, 3,  3, 0, 0, 2,    0,    1,    0,    /* identity, work, flags, ends */
        3,    0,    0,    0,    2, 0, 0, 0, 4,  0, 0, 0, 't',  'w',  'o',  0x00, 0x0e, 0xa4, 0xc1};
    uint8_t made[64];
    bench   b;

    (void)state;
    begin(&b, true);
    assert_int_equal(make_request(made, MRT_LINK_HELLO, 9, NULL, 0), sizeof asked);
    assert_memory_equal(made, asked, sizeof asked);
    hear(&b, asked, sizeof asked);
    assert_int_equal(b.said_count, sizeof said);
    assert_memory_equal(b.said, said, sizeof said);
}

static void run_gives_time_work_and_outputs(void **state)
{
    uint8_t request[64];
    bench   b;
    size_t  count = make_request(request, MRT_LINK_RUN, 1, sample, IN), at = HEAD + CRC;

    (void)state;
    begin(&b, true);
    hear(&b, request, count);
    assert_int_equal(b.memory.invokes, 1);
    assert_memory_equal(b.memory.in_0, sample, IN_0);
    assert_memory_equal(b.memory.in_1, sample + IN_0, IN_1);
    assert_int_equal(b.said_count, at + HEAD + MRT_LINK_RUN_FIXED + OUT + CRC);
    assert_int_equal(b.said[7], MRT_LINK_RUNNING);
    assert_int_equal(mrt_link_get_u32(b.said + at + HEAD), 7);
    assert_int_equal(mrt_link_get_u32(b.said + at + HEAD + 4), 1);
    assert_memory_equal(b.said + at + HEAD + MRT_LINK_RUN_FIXED, answer, OUT);
    assert_int_equal(count_said(&b, MRT_LINK_RUN, MRT_LINK_OK), 1);
}

static void reset_forgets_and_counts(void **state)
{
    uint8_t request[64];
    bench   b;

    (void)state;
    begin(&b, true);
    hear(&b, request, make_request(request, MRT_LINK_RESET, 1, NULL, 0));
    assert_int_equal(b.memory.resets, 1);
    assert_int_equal(b.link.work_done, 1);
    assert_int_equal(count_said(&b, MRT_LINK_RESET, MRT_LINK_OK), 1);
}

/* A request with a fault does nothing, and the next is answered rightly. */
static void check_recovers(bench *b, const uint8_t *damaged, size_t count)
{
    static const uint8_t nothing[HEAD + IN + CRC];
    uint8_t              request[64];
    size_t               whole = make_request(request, MRT_LINK_RUN, 2, sample, IN);

    hear(b, damaged, count);
    if (b->link.port.microseconds)
        let_time_pass(b);
    else
        hear(b, nothing, sizeof nothing);
    assert_int_equal(b->memory.invokes, 0);
    b->said_count = 0;
    hear(b, request, whole);
    assert_int_equal(b->memory.invokes, 1);
    assert_int_equal(count_said(b, MRT_LINK_RUN, MRT_LINK_OK), 1);
    assert_memory_equal(b->said + b->said_count - CRC - OUT, answer, OUT);
}

static void each_lost_byte_is_noticed(void **state)
{
    uint8_t request[64], damaged[64];
    bench   b;
    size_t  count = make_request(request, MRT_LINK_RUN, 1, sample, IN), i;

    (void)state;
    for (i = 0; i < 2 * count; i++) {
        begin(&b, i < count);
        memcpy(damaged, request, count);
        memmove(damaged + i % count, damaged + i % count + 1, count - i % count - 1);
        check_recovers(&b, damaged, count - 1);
    }
}

static void each_flipped_bit_is_noticed(void **state)
{
    uint8_t request[64];
    bench   b;
    size_t  count = make_request(request, MRT_LINK_RUN, 1, sample, IN), i;

    (void)state;
    for (i = 0; i < 16 * count; i++) {
        begin(&b, i < 8 * count);
        make_request(request, MRT_LINK_RUN, 1, sample, IN);
        request[i / 8 % count] ^= (uint8_t)(1 << i % 8);
        check_recovers(&b, request, count);
    }
}

static void each_beginning_alone_is_given_up(void **state)
{
    uint8_t request[64];
    bench   b;
    size_t  count = make_request(request, MRT_LINK_RUN, 1, sample, IN), i;

    (void)state;
    for (i = 0; i < count; i++) {
        begin(&b, true);
        check_recovers(&b, request, i);
        begin(&b, true);
        hear(&b, request, i);
        let_time_pass(&b);
        assert_int_equal(count_said(&b, MRT_LINK_RUN, MRT_LINK_CUT), i >= HEAD);
    }
}

static void frame_is_found_behind_any_part_of_another(void **state)
{
    uint8_t stream[128];
    bench   b;
    size_t  part;

    (void)state;
    for (part = 0; part < HEAD; part++) {
        make_request(stream, MRT_LINK_RUN, 1, sample, IN);
        begin(&b, false);
        hear(&b, stream, part + make_request(stream + part, MRT_LINK_RUN, 2, sample, IN));
        assert_int_equal(count_said(&b, MRT_LINK_RUN, MRT_LINK_OK), 1);
    }
}

static void expect_status(uint8_t command, uint32_t length, int version, uint8_t status)
{
    uint8_t request[64];
    bench   b;
    size_t  count = make_request(request, command, 1, sample, length);

    begin(&b, true);
    if (version) {
        request[4] = (uint8_t)version;
        mrt_link_put_u32(request + MRT_LINK_CHECKED, ~mrt_link_crc(MRT_LINK_CRC_BEGIN, request, MRT_LINK_CHECKED));
    }
    hear(&b, request, count);
    assert_int_equal(count_said(&b, command, status), 1);
    assert_int_equal(b.memory.invokes + b.memory.resets, 0);
}

static void what_the_board_cannot_do_it_says(void **state)
{
    (void)state;
    expect_status(MRT_LINK_RUN, IN - 1, 0, MRT_LINK_WRONG_LENGTH);
    expect_status(MRT_LINK_RUN, 0, 0, MRT_LINK_WRONG_LENGTH);
    expect_status(MRT_LINK_HELLO, 1, 0, MRT_LINK_WRONG_LENGTH);
    expect_status(MRT_LINK_RESET, 1, 0, MRT_LINK_WRONG_LENGTH);
    expect_status(MRT_LINK_RUN_LAYERS, IN, 0, MRT_LINK_UNKNOWN_COMMAND);
    expect_status(0, 0, 0, MRT_LINK_UNKNOWN_COMMAND);
    expect_status(200, 0, 0, MRT_LINK_UNKNOWN_COMMAND);
    expect_status(MRT_LINK_RUN, IN, 2, MRT_LINK_OTHER_VERSION);
}

static void noise_reaches_nothing(void **state)
{
    static uint8_t noise[4000];
    uint32_t       x = 1;
    bench          b;
    size_t         i, round;

    (void)state;
    begin(&b, true);
    for (round = 0; round < 200; round++) {
        for (i = 0; i < sizeof noise; i++) {
            x = x * 1664525u + 1013904223u;
            noise[i] = x >> 30 ? (uint8_t)(x >> 24) : mrt_link_magic((uint8_t)(i % 4)); /* and many beginnings */
        }
        b.said_count = 0;
        hear(&b, noise, sizeof noise);
    }
    assert_int_equal(b.memory.invokes + b.memory.resets, 0);
}

/* ---- the host's reader ---- */

/* The next whole frame behind these bytes has this sequence number. */
static void each_damaged_answer_is_noticed(void **state)
{
    uint8_t stream[128], room[IN];
    size_t  count = make_request(stream, MRT_LINK_RUN, 1, sample, IN), i, at, taken;

    (void)state;
    for (i = 0; i < 8 * count; i++) {
        mote_frames      frames = {.payload = room, .room = sizeof room};
        mote_frame_event event;
        make_request(stream, MRT_LINK_RUN, 1, sample, IN);
        stream[i / 8] ^= (uint8_t)(1 << i % 8);
        make_request(stream + count, MRT_LINK_RUN, 2, sample, IN);
        for (at = 0, event = MOTE_FRAME_NONE; at < 2 * count && event != MOTE_FRAME_WHOLE; at += taken)
            event = mote_frames_take(&frames, stream + at, 2 * count - at, &taken);
        assert_int_equal(event, MOTE_FRAME_WHOLE);
        assert_int_equal(frames.head.sequence, 2);
        assert_memory_equal(room, sample, IN);
    }
}

static void larger_frame_than_expected_is_none(void **state)
{
    uint8_t          stream[128], room[IN - 1];
    mote_frames      frames = {.payload = room, .room = sizeof room};
    const size_t     count = make_request(stream, MRT_LINK_RUN, 1, sample, IN);
    size_t           taken;
    mote_frame_event event = mote_frames_take(&frames, stream, count, &taken);

    (void)state;
    assert_int_equal(event, MOTE_FRAME_NONE);
    assert_int_equal(taken, count);
    assert_int_equal(frames.foreign_bytes, IN + CRC);
}

static void hello_that_contradicts_itself_is_refused(void **state)
{
    uint8_t    payload[64] = {0};
    mote_hello hello;
    size_t     count;

    (void)state;
    payload[9] = 3;  /* name */
    payload[12] = 2; /* inputs */
    payload[14] = 1; /* outputs */
    payload[16] = 5;
    payload[23] = 1; /* 16 MB */
    payload[24] = 9;
    memcpy(payload + 28, "two", 3);
    for (count = 0; count < sizeof payload; count++)
        assert_int_equal(mote_hello_read(&hello, payload, count), count == 31);
    assert_true(mote_hello_read(&hello, payload, 31));
    assert_int_equal(hello.input_bytes, 5 + (1 << 24));
    assert_int_equal(hello.output_bytes, 9);
    assert_memory_equal(hello.name, "two", 3);
    payload[14] = 0;
    assert_false(mote_hello_read(&hello, payload, 27));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crc_is_that_of_ethernet),
        cmocka_unit_test(hello_has_these_bytes),
        cmocka_unit_test(run_gives_time_work_and_outputs),
        cmocka_unit_test(reset_forgets_and_counts),
        cmocka_unit_test(each_lost_byte_is_noticed),
        cmocka_unit_test(each_flipped_bit_is_noticed),
        cmocka_unit_test(each_beginning_alone_is_given_up),
        cmocka_unit_test(frame_is_found_behind_any_part_of_another),
        cmocka_unit_test(what_the_board_cannot_do_it_says),
        cmocka_unit_test(noise_reaches_nothing),
        cmocka_unit_test(each_damaged_answer_is_noticed),
        cmocka_unit_test(larger_frame_than_expected_is_none),
        cmocka_unit_test(hello_that_contradicts_itself_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
