/* The int8 kernels against the reference kernels of runtime/kernels/, byte for byte, at every level: random windows,
 * channels and multipliers, all that a file could ask for. SPDX-License-Identifier: Apache-2.0 */
#include "fence.h"

#include "runtime/kernels/conv_2d.h"
#include "runtime/kernels/depthwise_conv_2d.h"

enum { CASES = 400, CHANNELS_MAX = 96 };

static const char *const levels[] = {"baseline", "avx2", "avx512"};

/* ---- random parameters ---- */

static uint32_t draw_word(void)
{
    return mote_random_u32(mote_random_make(9, MOTE_RANDOM_TEST, 0, 0), draws++);
}

static int8_t *random_bytes(size_t count)
{
    int8_t *p = fenced_bytes(count, (size_t)draw_int(0, 3));

    for (size_t i = 0; i < count; i++)
        p[i] = (int8_t)draw_int(-128, 127);
    return p;
}

static void random_axis(int32_t kernel_max, int32_t in_max, int32_t *in, int32_t *kernel, int32_t *stride, int32_t *dilation,
                        int32_t *pad, int32_t *out)
{
    int32_t reach;

    *kernel = draw_int(1, kernel_max);
    *stride = draw_int(1, 3);
    *dilation = draw_int(0, 2) ? 1 : draw_int(1, 4);
    *in = draw_int(1, in_max);
    reach = (*kernel - 1) * *dilation + 1;
    *pad = draw_int(0, 1) * draw_int(0, reach - 1);
    while (*in + *pad < reach)
        ++*in;
    *out = (*in + *pad + draw_int(0, 1) * draw_int(0, reach - 1) - reach) / *stride + 1;
}

static mrt_window random_window(void)
{
    mrt_window w = {.batch = draw_int(1, 2)};

    random_axis(5, 12, &w.in_h, &w.kernel_h, &w.stride_h, &w.dilation_h, &w.pad_top, &w.out_h);
    random_axis(5, 12, &w.in_w, &w.kernel_w, &w.stride_w, &w.dilation_w, &w.pad_left, &w.out_w);
    return w;
}

/* Reference parameters; multipliers and biases of any size. */
typedef struct conv_case {
    mrt_conv_i8_params p;
    int32_t            bias[CHANNELS_MAX], mult[CHANNELS_MAX];
    int8_t             shift[CHANNELS_MAX];
} conv_case;

static void fill_channels(conv_case *c)
{
    const bool is_steep = draw_int(0, 3) == 0, is_calm = draw_int(0, 1);
    int32_t    o;

    for (o = 0; o < c->p.window.out_c; o++) {
        c->bias[o] = is_calm ? draw_int(-9999, 9999) : (int32_t)draw_word();
        c->mult[o] = draw_int(0, 9) ? (int32_t)(draw_word() >> 2 | 1u << 30) : 1 << 30;
        if (draw_int(0, 30) == 0)
            c->mult[o] = 0;
        c->shift[o] = (int8_t)(is_calm ? draw_int(-12, -4) : draw_int(-31, is_steep ? 30 : -1));
    }
}

static void fill_case(conv_case *c, const int8_t *w)
{
    mrt_conv_i8_params *p = &c->p;

    p->in_zero = draw_int(0, 3) ? draw_int(-128, 127) : -128;
    p->out_zero = draw_int(0, 3) ? draw_int(-128, 127) : -128;
    p->act_min = draw_int(0, 1) ? p->out_zero : draw_int(0, 1) ? -128 : draw_int(-128, 0);
    p->act_max = draw_int(0, 1) ? 127 : draw_int(p->act_min, 127);
    p->step = draw_int(0, 1);
    p->w = w;
    p->bias = draw_int(0, 7) ? c->bias : NULL;
    p->mult = c->mult;
    p->shift = c->shift;
    fill_channels(c);
}

/* ---- what the kernels want of them ---- */

static uint32_t folded(const mrt_conv_i8_params *p, int32_t o, bool is_depthwise)
{
    const int32_t taps = p->window.kernel_h * p->window.kernel_w, count = is_depthwise ? taps : taps * p->window.in_c;
    uint32_t      sum = 0;
    int32_t       k;

    for (k = 0; k < count; k++) {
        const int32_t w = p->w[is_depthwise ? k * p->window.out_c + o : o * count + k];
        sum += (uint32_t)w;
    }
    return (p->bias ? (uint32_t)p->bias[o] : 0u) - (uint32_t)p->in_zero * sum;
}

static mote_int8_way way_of(const mrt_conv_i8_params *p)
{
    int32_t o;

    for (o = 0; o < p->window.out_c; o++)
        if (p->shift[o * p->step] >= 0)
            return MOTE_INT8_GENERAL;
    return p->act_min < p->out_zero || draw_int(0, 1) ? MOTE_INT8_SIGNED : MOTE_INT8_POSITIVE;
}

static mote_int8_conv packed(const mote_math *math, const mrt_conv_i8_params *p, bool is_depthwise)
{
    const mrt_window *window = &p->window;
    size_t count = is_depthwise ? mote_int8_depthwise_count(window, math->lanes) : mote_int8_conv_count(window, math->lanes);
    size_t channel_count = mote_int8_channel_count(window, math->lanes);
    int16_t       *w = fenced_bytes(count * sizeof(int16_t), 0);
    int32_t       *channels = fenced_bytes(channel_count * sizeof(int32_t), 1);
    mote_int8_conv out = {.window = *window,
                          .in_zero = p->in_zero,
                          .out_zero = p->out_zero,
                          .act_min = p->act_min,
                          .act_max = p->act_max,
                          .way = (int32_t)way_of(p),
                          .clamps = p->act_min != -128 || p->act_max != 127,
                          .w = w,
                          .channels = channels};
    int32_t        o;

    memset(w, 0, count * sizeof(int16_t));
    memset(channels, 0, channel_count * sizeof(int32_t));
    if (is_depthwise)
        mote_int8_pack_depthwise(window, math->lanes, p->w, w);
    else
        mote_int8_pack_conv(window, math->lanes, p->w, 0, w);
    for (o = 0; o < window->out_c; o++) {
        const mote_int8_constants constants = {folded(p, o, is_depthwise), p->mult[o * p->step], p->shift[o * p->step],
                                               p->out_zero};
        mote_int8_set_channel(channels, math->lanes, o, (mote_int8_way)out.way, &constants);
    }
    return out;
}

/* ---- tests ---- */

static void check_bytes(const char *what, const mote_math *math, int number, const int8_t *got, const int8_t *wanted,
                        size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (got[i] != wanted[i])
            fail_msg("%s, %s, case %d: byte %zu is %d, %d expected", what, math->name, number, i, got[i], wanted[i]);
}

static size_t bytes_of(int32_t n, int32_t h, int32_t w, int32_t c)
{
    return (size_t)n * (size_t)h * (size_t)w * (size_t)c;
}

static void run_case(const mote_math *math, bool is_depthwise, int number)
{
    conv_case      c = {.p = {.window = random_window()}};
    mrt_window    *window = &c.p.window;
    const int8_t  *in;
    int8_t        *wanted, *got;
    size_t         count, taps = (size_t)window->kernel_h * (size_t)window->kernel_w;
    mote_int8_conv p;

    window->in_c = draw_int(1, draw_int(0, 1) ? 8 : 40);
    window->out_c = is_depthwise ? window->in_c * (draw_int(0, 1) ? 1 : draw_int(1, 2)) : draw_int(1, 80);
    count = bytes_of(window->batch, window->out_h, window->out_w, window->out_c);
    in = random_bytes(bytes_of(window->batch, window->in_h, window->in_w, window->in_c));
    wanted = fenced_bytes(count, 0);
    got = fenced_bytes(count, (size_t)draw_int(0, 3));
    fill_case(&c, random_bytes(taps * (size_t)window->out_c * (size_t)(is_depthwise ? 1 : window->in_c)));
    p = packed(math, &c.p, is_depthwise);
    if (is_depthwise) {
        mrt_depthwise_conv_2d_i8(&c.p, in, wanted);
        math->depthwise_i8(&p, in, got, fenced_scratch(mote_int8_depthwise_scratch(window, math->lanes)));
    } else {
        mrt_conv_2d_i8(&c.p, in, wanted);
        math->conv_i8(&p, in, got, fenced_scratch(mote_int8_conv_scratch(window)));
    }
    check_bytes(is_depthwise ? "depthwise" : "conv", math, number, got, wanted, count);
    close_fences();
}

static void run_all(bool is_depthwise)
{
    size_t level;
    int    i;

    for (level = 0; level < sizeof levels / sizeof levels[0]; level++)
        for (i = 0; mote_math_select(levels[level]) && i < CASES; i++)
            run_case(mote_math_select(levels[level]), is_depthwise, i);
}

static void convolutions_equal_the_reference_kernel(void **state)
{
    (void)state;
    run_all(false);
}

static void depthwise_convolutions_equal_the_reference_kernel(void **state)
{
    (void)state;
    run_all(true);
}

/* All pairs of int8, in and out of place. */
static void run_add(const mote_math *math, int number)
{
    mrt_add_i8_params       p = {.count = 65536 - draw_int(0, 40),
                                 .a_zero = draw_int(-128, 127),
                                 .b_zero = draw_int(-128, 127),
                                 .out_zero = draw_int(-128, 127)};
    const float             a_scale = draw(0.001f, 0.1f), b_scale = draw_int(0, 3) ? draw(0.001f, 0.1f) : a_scale;
    const mrt_add_i8_scales scales = {a_scale, b_scale, draw_int(0, 9) ? draw(0.001f, 0.2f) : draw(3e-7f, 1e-6f),
                                      (mrt_activation)draw_int(0, 2)};
    int8_t                 *a = fenced_bytes(65536, 0), *b = fenced_bytes(65536, 1), *wanted = fenced_bytes(65536, 0);
    int32_t                 i;

    for (i = 0; i < 65536; i++) {
        a[i] = (int8_t)(i / 256 - 128);
        b[i] = (int8_t)(i % 256 - 128);
    }
    memset(wanted, 0, 65536);
    if (mrt_add_i8_prepare(&p, &scales)) {
        int8_t *got = fenced_bytes((size_t)p.count, 2);
        mrt_add_i8(&p, a, b, wanted);
        math->add_i8(&p, a, b, got);
        check_bytes("add", math, number, got, wanted, (size_t)p.count);
        math->add_i8(&p, a, b, a);
        check_bytes("add in place", math, number, a, wanted, (size_t)p.count);
    }
    close_fences();
}

static void sums_of_all_pairs_equal_the_reference_kernel(void **state)
{
    size_t level;
    int    i;

    (void)state;
    for (level = 0; level < sizeof levels / sizeof levels[0]; level++)
        for (i = 0; mote_math_select(levels[level]) && i < 40; i++)
            run_add(mote_math_select(levels[level]), i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(convolutions_equal_the_reference_kernel),
        cmocka_unit_test(depthwise_convolutions_equal_the_reference_kernel),
        cmocka_unit_test(sums_of_all_pairs_equal_the_reference_kernel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
