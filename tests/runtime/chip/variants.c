/* The kernels of runtime/arch against the reference's, on the chip whose instructions they have: check-variants compiles
 * this with start-up and port of src/chips/parts. Writes how many cases there were and how many of them differ.
 * SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"
#include "runtime/arch/add_dsp.h"
#include "runtime/arch/add_fast.h"
#include "runtime/arch/fully_connected_dsp.h"
#include "runtime/arch/fully_connected_rows.h"
#include "runtime/arch/fully_connected_rows_8.h"
#include "runtime/arch/pool_2d_dsp.h"
#include "runtime/kernels/fully_connected.h"

int main(void);

enum { INPUTS_MAX = 70, OUTPUTS_MAX = 20, ROWS_MAX = 2, VALUES = INPUTS_MAX * OUTPUTS_MAX, GUARD = 0x5a };

static uint32_t state = 1, cases, failures;
static int8_t   in[VALUES] MRT_ALIGN, more[VALUES] MRT_ALIGN, w[VALUES] MRT_ALIGN, packed[VALUES + 512] MRT_ALIGN;
static int8_t   expected[VALUES], got[VALUES + 1];

static uint32_t draw(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static void fill(int8_t *values, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        values[i] = (int8_t)(draw() % 16 ? (int32_t)(draw() & 255) - 128 : 127);
}

static void begin(int32_t count)
{
    int32_t i;

    for (i = 0; i <= count; i++)
        got[i] = GUARD;
}

static void check(int32_t count)
{
    int32_t i, is_good = got[count] == GUARD;

    for (i = 0; i < count; i++)
        is_good &= got[i] == expected[i];
    cases++;
    failures += is_good ? 0u : 1u;
}

/* ---- FULLY_CONNECTED ---- */

static int32_t weight(const mrt_fully_connected_channels_params *p, int32_t o, int32_t i)
{
    return o < p->out_count && i < p->in_count ? w[o * p->in_count + i] : 0;
}

/* As arm_dsp/fully_connected_tiles.h has it. */
static void pack(const mrt_fully_connected_channels_params *p)
{
    static const int8_t order[8][2] = {{0, 0}, {0, 2}, {2, 0}, {2, 2}, {0, 1}, {0, 3}, {2, 1}, {2, 3}};
    int8_t             *at = packed;
    int32_t             o, i, k;

    for (o = 0; o < p->out_count; o += 4)
        for (i = 0; i < p->in_count; i += 4)
            for (k = 0; k < 8; k++) {
                const int32_t a = o + order[k][0], b = i + order[k][1];
                const int32_t pair = weight(p, a, b) + 256 * weight(p, a + 1, b);
                *at++ = (int8_t)(pair & 255);
                *at++ = (int8_t)(pair >> 8);
            }
}

typedef struct dense_case {
    mrt_fully_connected_i8_params       reference;
    mrt_fully_connected_channels_params p;
    int32_t bias[OUTPUTS_MAX], mult[OUTPUTS_MAX], channels[(OUTPUTS_MAX + 4) * MRT_CHANNEL_WORDS];
    int8_t  shift[OUTPUTS_MAX];
} dense_case;

static void draw_dense(dense_case *c, int32_t rows, int32_t in_count, int32_t out_count)
{
    const int32_t zero = (int32_t)(draw() & 255) - 128, act_min = draw() & 1 ? zero : -128;
    const int32_t in_zero = (int32_t)(draw() & 255) - 128, is_literal = draw() % 8 == 0;
    mrt_fold      fold = {out_count, in_count, 1, in_count, w, c->bias, c->mult, c->shift, 1, in_zero, 1};
    int32_t       o;

    fill(in, rows * in_count);
    fill(w, out_count * in_count);
    for (o = 0; o < out_count * in_count; o++)
        w[o] = (int8_t)mrt_max_i32(w[o], -127);
    for (o = 0; o < out_count; o++) {
        c->bias[o] = (int32_t)(draw() & 0xffff) - 0x8000;
        c->mult[o] = (int32_t)(1u << 30 | draw() << 6);
        c->shift[o] = (int8_t)(is_literal ? 1 : -(int32_t)(5 + draw() % 6));
    }
    c->reference = (mrt_fully_connected_i8_params){rows, in_count, out_count, in_zero, 0,       zero,    act_min,
                                                   127,  1,        w,         c->bias, c->mult, c->shift};
    c->p.rows = rows;
    c->p.in_count = in_count;
    c->p.out_count = out_count;
    c->p.output = (mrt_output){zero, act_min, 127, 0, 0};
    c->p.w = w;
    c->p.channels = c->channels;
    mrt_channels_fold(&fold, &c->p.output, c->channels);
    mrt_fully_connected_i8(&c->reference, in, expected);
}

#define CHECK_DENSE(KERNEL, P)                                                                                              \
    do {                                                                                                                    \
        begin((P)->rows *(P)->out_count);                                                                                   \
        KERNEL(P, in, got);                                                                                                 \
        check((P)->rows *(P)->out_count);                                                                                   \
    } while (0)

static MRT_NOINLINE void check_dense(int32_t rows, int32_t in_count, int32_t out_count)
{
    dense_case c;

    draw_dense(&c, rows, in_count, out_count);
    CHECK_DENSE(mrt_fully_connected_i8_rows, &c.p);
    CHECK_DENSE(mrt_fully_connected_i8_rows_8, &c.p);
    CHECK_DENSE(mrt_fully_connected_i8_dsp, &c.p);
    if (!c.p.output.is_fast)
        return;
    pack(&c.p);
    c.p.w = packed;
    CHECK_DENSE(mrt_fully_connected_i8_pairs, &c.p);
}

/* Sizes that the compiler knows, as in compiled models: it may then give registers to what it sees to be equal. */
#define CONSTANT_DENSE(I, O)                                                                                                \
    static MRT_NOINLINE void check_dense_##I##_##O(void)                                                                    \
    {                                                                                                                       \
        dense_case c;                                                                                                       \
                                                                                                                            \
        draw_dense(&c, 1, I, O);                                                                                            \
        {                                                                                                                   \
            const mrt_fully_connected_channels_params raw = {1, I, O, c.p.output, w, c.channels};                           \
            const mrt_fully_connected_channels_params pairs = {1, I, O, c.p.output, packed, c.channels};                    \
            CHECK_DENSE(mrt_fully_connected_i8_rows, &raw);                                                                 \
            CHECK_DENSE(mrt_fully_connected_i8_rows_8, &raw);                                                               \
            CHECK_DENSE(mrt_fully_connected_i8_dsp, &raw);                                                                  \
            if (!c.p.output.is_fast)                                                                                        \
                return;                                                                                                     \
            pack(&raw);                                                                                                     \
            CHECK_DENSE(mrt_fully_connected_i8_pairs, &pairs);                                                              \
        }                                                                                                                   \
    }

CONSTANT_DENSE(1, 16)
CONSTANT_DENSE(16, 1)
CONSTANT_DENSE(16, 3)
CONSTANT_DENSE(16, 16)
CONSTANT_DENSE(64, 10)
CONSTANT_DENSE(7, 9)

/* ---- ADD ---- */

static void check_add(void)
{
    static const float     scales[] = {0.1f, 0.1f, 0.03f, 0.004f, 0.25f};
    mrt_add_i8_params      reference = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    mrt_add_i8_scales      s = {scales[draw() % 5], scales[draw() % 5], scales[draw() % 5], MRT_ACT_NONE};
    mrt_add_channel_params p;

    reference.count = 100;
    reference.a_zero = (int32_t)(draw() & 255) - 128;
    reference.b_zero = (int32_t)(draw() & 255) - 128;
    reference.out_zero = (int32_t)(draw() & 255) - 128;
    s.activation = draw() & 1 ? MRT_ACT_RELU : MRT_ACT_NONE;
    fill(in, reference.count);
    fill(more, reference.count);
    if (!mrt_add_i8_prepare(&reference, &s) || !mrt_add_channel_prepare(&p, &reference))
        return;
    mrt_add_i8(&reference, in, more, expected);
    begin(p.count);
    mrt_add_i8_fast(&p, in, more, got);
    check(p.count);
    begin(p.count);
    mrt_add_i8_dsp(&p, in, more, got);
    check(p.count);
}

/* ---- pooling ---- */

static void check_pool(void)
{
    const int32_t         channels = 4 + (int32_t)(draw() % 6), stride = 1 + (int32_t)(draw() % 2);
    mrt_pool_2d_i8_params p = {{1, 5, 6, channels, 4 / stride, 5 / stride, channels, 2, 2, stride, stride, 1, 1, 0, 0},
                               draw() & 1 ? -128 : -20,
                               draw() & 1 ? 127 : 50};
    const int32_t         count = p.window.out_h * p.window.out_w * channels;

    fill(in, 5 * 6 * channels);
    mrt_max_pool_2d_i8(&p, in, expected);
    begin(count);
    mrt_max_pool_2d_i8_dsp(&p, in, got);
    check(count);
    mrt_average_pool_2d_i8(&p, in, expected);
    begin(count);
    mrt_average_pool_2d_i8_dsp(&p, in, got);
    check(count);
}

/* ---- all ---- */

int main(void)
{
    static harness_report report;
    port_state            port;
    uint32_t              k;

    for (k = 0; k < 400; k++)
        check_dense(1 + (int32_t)(draw() % ROWS_MAX), 1 + (int32_t)(draw() % (INPUTS_MAX / 2)),
                    1 + (int32_t)(draw() % OUTPUTS_MAX));
    for (k = 0; k < 20; k++) {
        check_dense_1_16();
        check_dense_16_1();
        check_dense_16_3();
        check_dense_16_16();
        check_dense_64_10();
        check_dense_7_9();
        check_add();
        check_pool();
    }
    port_open(&port);
    port_write(&port, &cases, sizeof cases);
    port_write(&port, &failures, sizeof failures);
    report.magic = HARNESS_MAGIC;
    port_finish(&report);
}
