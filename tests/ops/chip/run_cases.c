/* Runs every case of cases.inc on the chip: apart, in place and overlapped as far as each kernel declares, with guards
 * around output and scratch. Writes how many runs there were, how many went wrong, and which cases they were of.
 * SPDX-License-Identifier: Apache-2.0 */
#include "cases.inc"
#include "harness.h"

int main(void);

enum { GUARD = 0x5a, GUARD_BYTES = 16, WRONG_MAX = 16, WHOLE_BYTES = IN_BYTES_MAX + OUT_BYTES_MAX + 3 * GUARD_BYTES + 16 };

static uint8_t whole[WHOLE_BYTES] MRT_ALIGN, second[IN_BYTES_MAX + OUT_BYTES_MAX + GUARD_BYTES] MRT_ALIGN;
static uint8_t scratch[SCRATCH_BYTES_MAX + GUARD_BYTES] MRT_ALIGN;
static struct {
    uint32_t runs, wrong_count, wrong[WRONG_MAX];
} told;
static uint32_t listed;

static void fill(uint8_t *to, int32_t from, int32_t end)
{
    for (; from < end; from++)
        to[from] = GUARD;
}

static void copy(uint8_t *to, const void *from, int32_t count)
{
    int32_t i;

    for (i = 0; i < count; i++)
        to[i] = ((const uint8_t *)from)[i];
}

static int is_kept(const uint8_t *at, int32_t from, int32_t end)
{
    int is_good = 1;

    for (; from < end; from++)
        is_good &= at[from] == GUARD;
    return is_good;
}

static int is_equal(const uint8_t *a, const void *b, int32_t count)
{
    int     is_good = 1;
    int32_t i;

    for (i = 0; i < count; i++)
        is_good &= a[i] == ((const uint8_t *)b)[i];
    return is_good;
}

/* Where operands and output lie in `whole` (in[1]: in `second`). */
typedef struct layout {
    int32_t in, out;
    uint8_t is_in_second; /* the output is in in[1]'s place */
} layout;

static int is_right(const chip_case *c, const layout *at, int32_t sample)
{
    uint8_t *const out = at->is_in_second ? second : whole + at->out;
    mrt_io         io;
    int32_t        i;

    fill(whole, 0, WHOLE_BYTES);
    fill(second, 0, (int32_t)sizeof second);
    fill(scratch, 0, (int32_t)sizeof scratch);
    for (i = 0; i < 8; i++)
        io.in[i] = 0;
    io.in[0] = whole + at->in;
    io.in[1] = second;
    io.out[0] = out;
    io.scratch = scratch;
    copy(whole + at->in, (const uint8_t *)c->in[0] + sample * c->in_bytes[0], c->in_bytes[0]);
    copy(second, (const uint8_t *)c->in[1] + sample * c->in_bytes[1], c->in_bytes[1]);
    c->run(c->params, &io);
    return is_equal(out, (const uint8_t *)c->out + sample * c->out_bytes, c->out_bytes) &&
           is_kept(scratch, c->scratch_bytes, c->scratch_bytes + GUARD_BYTES) &&
           (at->is_in_second || is_kept(whole, mrt_max_i32(at->out + c->out_bytes, at->in + c->in_bytes[0]), WHOLE_BYTES)) &&
           is_kept(whole, 0, mrt_min_i32(at->out, at->in));
}

static void check(int32_t index, layout at)
{
    int32_t sample, is_good = 1;

    for (sample = 0; sample < CASE_SAMPLES; sample++)
        is_good &= is_right(&cases[index], &at, sample);
    told.runs++;
    if (is_good)
        return;
    told.wrong_count++;
    if (listed == 0 || (listed < WRONG_MAX && told.wrong[listed - 1] != (uint32_t)index))
        told.wrong[listed++] = (uint32_t)index;
}

static int32_t up_to_16(int32_t bytes)
{
    return (bytes + 15) & ~15;
}

static void check_case(int32_t index)
{
    const chip_case *c = &cases[index];
    const int32_t    begin = GUARD_BYTES, above = mrt_max_i32(0, c->distance), in = begin + up_to_16(above);
    layout           apart = {0, 0, 0}, in_first = {0, 0, 0}, in_second = {0, 0, 1}, overlapped = {0, 0, 0};

    apart.in = begin;
    apart.out = begin + up_to_16(c->in_bytes[0]);
    check(index, apart);
    in_first.in = in_first.out = begin;
    if (c->in_place & 1)
        check(index, in_first);
    in_second.in = in_second.out = begin;
    if (c->in_place & 2)
        check(index, in_second);
    overlapped.in = in;
    overlapped.out = in - above;
    if (c->distance != CASE_APART)
        check(index, overlapped);
}

int main(void)
{
    static harness_report report;
    port_state            port;
    int32_t               i;

    for (i = 0; i < (int32_t)(sizeof cases / sizeof *cases); i++)
        check_case(i);
    port_open(&port);
    port_write(&port, &told, (2 + listed) * sizeof told.runs);
    report.magic = HARNESS_MAGIC;
    port_finish(&report);
}
