/* runtime/prepare/picture.h against the same formulas in double, Keras' crop and libjpeg's colours.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "runtime/prepare/picture.h"

#if __has_include(<jpeglib.h>)
#include <stdio.h>

#include <jpeglib.h>
#endif

enum { SIDE_MAX = 40 };

static void store(void *to, int32_t index, int32_t channel, uint8_t byte)
{
    (void)channel;
    ((uint8_t *)to)[index] = byte;
}

/* ---- resizing ---- */

/* Along one axis: what of pixels low and high the centre of an output pixel is made of, in double. */
typedef struct place {
    int32_t low, high;
    double  part;
} place;

static place place_of(int32_t out, int32_t out_count, int32_t begin, int32_t count)
{
    /* the numerator is exact, so a centre on a pixel has the part 0 */
    const double at = ((2.0 * out + 1) * count - out_count) / (2.0 * out_count), low = floor(at);

    return (place){begin + (int32_t)fmax(low, 0), begin + (int32_t)fmin(low + 1, count - 1), at - low};
}

/* tf.image.resize's formula in double. */
static double expected(const mrt_region *part, const mrt_picture *as, int32_t row, int32_t column, int32_t c)
{
    const place  y = place_of(row, as->height, part->top, part->height);
    const place  x = place_of(column, as->width, part->left, part->width);
    const double a = mrt_pixel_rgb888(part->frame, x.low, y.low, c), b = mrt_pixel_rgb888(part->frame, x.high, y.low, c);
    const double d = mrt_pixel_rgb888(part->frame, x.low, y.high, c), e = mrt_pixel_rgb888(part->frame, x.high, y.high, c);
    const double upper = a + (b - a) * x.part, lower = d + (e - d) * x.part;

    return upper + (lower - upper) * y.part;
}

/* To nearest, halves to even: a sum that lies as near to a half as double can tell is one, since its denominator is small.
 */
static int rounded(double x)
{
    const double below = floor(x);

    return fabs(x - below - 0.5) < 1e-9 ? (int)below + ((int)below & 1) : (int)lrint(x);
}

static void check_resizing(const mrt_region *part, const mrt_picture *as)
{
    static uint8_t out[SIDE_MAX * SIDE_MAX * 3];
    int32_t        y, x, c, i = 0;

    mrt_take_picture(part, mrt_pixel_rgb888, as, store, out);
    for (y = 0; y < as->height; y++)
        for (x = 0; x < as->width; x++)
            for (c = 0; c < 3; c++, i++)
                if (out[i] != rounded(expected(part, as, y, x, c)))
                    fail_msg("%d x %d from %d,%d to %d x %d: element %d,%d,%d is %d, not %.9f", part->height, part->width,
                             part->top, part->left, as->height, as->width, y, x, c, out[i], expected(part, as, y, x, c));
}

static void resizing_gives_the_nearest_byte(void **state)
{
    const mote_random_key key = mote_random_make(5, MOTE_RANDOM_TEST, 1, 0);
    static uint8_t        in[SIDE_MAX * SIDE_MAX * 3];
    uint64_t              n = 0;
    size_t                i;
    int                   k;

    (void)state;
    for (k = 0; k < 1500; k++) {
        const int32_t     height = 1 + (int32_t)(mote_random_u32(key, n++) % SIDE_MAX);
        const int32_t     width = 1 + (int32_t)(mote_random_u32(key, n++) % SIDE_MAX);
        const int32_t     to_height = 1 + (int32_t)(mote_random_u32(key, n++) % SIDE_MAX);
        const int32_t     to_width = 1 + (int32_t)(mote_random_u32(key, n++) % SIDE_MAX);
        const int32_t     top = (int32_t)(mote_random_u32(key, n++) % (uint32_t)height);
        const int32_t     left = (int32_t)(mote_random_u32(key, n++) % (uint32_t)width);
        const mrt_picture as = {to_height, to_width, 3};
        const mrt_frame   frame = {in, width, height, width * 3};
        const mrt_region  whole = mrt_region_whole(&frame), middle = mrt_region_middle(&frame, &as),
                         corner = mrt_region_box(&frame, top, left, height - top, width - left);
        for (i = 0; i < sizeof in; i++) /* few values, so that halves are met */
            in[i] = (uint8_t)(mote_random_u32(key, n++) % (k % 2 ? 256 : 3));
        check_resizing(&whole, &as);
        check_resizing(&middle, &as);
        check_resizing(&corner, &as);
    }
}

/* All that blending can ask, near each byte's borders, and by chance. */
static void division_rounds_to_nearest(void **state)
{
    static const uint32_t divisors[] = {4,    6,    100,   782,     3136,    4094,    4096,     4098,    5000,
                                        8190, 8192, 65534, 1048574, 1048578, 9999998, 16777214, 16777216};
    const mote_random_key key = mote_random_make(6, MOTE_RANDOM_TEST, 1, 0);
    uint64_t              n = 0;
    size_t                d;
    int                   byte, k;

    (void)state;
    for (d = 0; d < sizeof divisors / sizeof *divisors; d++) {
        const uint32_t    by = divisors[d];
        const mrt_divisor divisor = mrt_divisor_of(by);
        for (byte = 0; byte < 255; byte++)
            for (k = -2; k < 200; k++) {
                const uint64_t at = k <= 2 ? (uint64_t)(k + 2) : mote_random_u32(key, n++) % by;
                const uint64_t x = (uint64_t)byte * by + by / 2 + at - (k <= 2 ? 2 : by / 2);
                if (x > (uint64_t)255 * by)
                    continue;
                if (mrt_nearest_byte((uint32_t)x, &divisor) != rounded((double)x / by))
                    fail_msg("%llu / %u is %u", (unsigned long long)x, by, mrt_nearest_byte((uint32_t)x, &divisor));
            }
        assert_int_equal(mrt_nearest_byte(255 * by, &divisor), 255);
    }
}

/* Sides of more than 2,048: within a 4,096th of a pixel. */
static void large_pictures_are_near(void **state)
{
    enum { WIDE = 5000 };
    static uint8_t    in[7 * 3 * 3], out[WIDE * 5 * 3];
    const mrt_frame   frame = {in, 7, 3, 21};
    const mrt_region  whole = mrt_region_whole(&frame);
    const mrt_picture as = {5, WIDE, 3};
    int32_t           y, x, c, i;

    (void)state;
    for (i = 0; i < (int32_t)sizeof in; i++)
        in[i] = (uint8_t)(i * 91 % 256);
    mrt_take_picture(&whole, mrt_pixel_rgb888, &as, store, out);
    for (i = y = 0; y < 5; y++)
        for (x = 0; x < WIDE; x++)
            for (c = 0; c < 3; c++, i++)
                assert_true(fabs(out[i] - expected(&whole, &as, y, x, c)) <= 0.5 + 255.0 / 4096);
}

/* ---- parts ---- */

static mrt_region middle_of(int32_t height, int32_t width, int32_t as_height, int32_t as_width)
{
    const mrt_frame   frame = {NULL, width, height, 0};
    const mrt_picture as = {as_height, as_width, 1};

    return mrt_region_middle(&frame, &as);
}

static void is_part(mrt_region part, int32_t top, int32_t left, int32_t height, int32_t width)
{
    assert_int_equal(part.top, top);
    assert_int_equal(part.left, left);
    assert_int_equal(part.height, height);
    assert_int_equal(part.width, width);
}

/* What Keras' smart_resize computes: int(float(...)), twice. */
static void the_middle_is_keras_s(void **state)
{
    int32_t h, w, a, b;

    (void)state;
    is_part(middle_of(340, 500, 200, 200), 0, 80, 340, 340); /* the example of its documentation */
    is_part(middle_of(300000, 400000, 16384, 16384), 0, 50000, 300000, 300000);
    for (h = 1; h < 40; h++)
        for (w = 1; w < 40; w++)
            for (a = 1; a < 40; a += 3)
                for (b = 1; b < 40; b += 2) {
                    const int32_t height = (int32_t)fmax(fmin(h, (int)((double)(w * a) / b)), 1);
                    const int32_t width = (int32_t)fmax(fmin(w, (int)((double)(h * b) / a)), 1);
                    is_part(middle_of(h, w, a, b), (int)((h - height) / 2.0), (int)((w - width) / 2.0), height, width);
                }
}

static bool is_inside(const mrt_region *part, int32_t height, int32_t width)
{
    return part->top >= 0 && part->left >= 0 && part->height >= 1 && part->width >= 1 &&
           part->height <= height - part->top && part->width <= width - part->left;
}

static void parts_lie_in_the_frame_whatever_its_size(void **state)
{
    static const int32_t sides[] = {1, 2, 3, 240, 65535, 65536, 1 << 24, INT32_MAX - 1, INT32_MAX};
    static const int32_t as[] = {1, 2, 3, 28, 16384};
    size_t               h, w, a, b;

    (void)state;
    for (h = 0; h < sizeof sides / sizeof *sides; h++)
        for (w = 0; w < sizeof sides / sizeof *sides; w++)
            for (a = 0; a < sizeof as / sizeof *as; a++)
                for (b = 0; b < sizeof as / sizeof *as; b++) {
                    const mrt_region part = middle_of(sides[h], sides[w], as[a], as[b]);
                    assert_true(is_inside(&part, sides[h], sides[w]));
                }
}

static void nothing_is_taken_where_pixels_are_missing(void **state)
{
    static const uint8_t in[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const mrt_frame      frame = {in, 4, 3, 4}, empty = {NULL, 0, 5, 0}, negative = {NULL, INT32_MIN, INT32_MIN, 0};
    const mrt_picture    as = {1, 2, 1};
    const mrt_region     parts[] = {mrt_region_box(&frame, 2, 0, 2, 2), mrt_region_box(&frame, 0, 3, 1, 2),
                                    mrt_region_box(&empty, 0, 0, 1, 1), mrt_region_box(&negative, 0, 0, 1, 1),
                                    mrt_region_middle(&empty, &as),     mrt_region_middle(&negative, &as),
                                    mrt_region_whole(&empty),           mrt_region_whole(&negative)};
    const mrt_region     corner = mrt_region_box(&frame, 2, 2, 1, 2);
    uint8_t              out[2] = {77, 78};
    size_t               i;

    (void)state;
    for (i = 0; i < sizeof parts / sizeof *parts; i++)
        mrt_take_picture(&parts[i], mrt_pixel_grey8, &as, store, out);
    assert_true(out[0] == 77 && out[1] == 78);
    mrt_take_picture(&corner, mrt_pixel_grey8, &as, store, out);
    assert_true(out[0] == 11 && out[1] == 12);
}

/* Rows bottom first: a negative stride. */
static void rows_may_go_upwards(void **state)
{
    static const uint8_t in[] = {1, 2, 3, 4, 5, 6}, turned[] = {5, 6, 3, 4, 1, 2};
    const mrt_frame      frame = {in + 4, 2, 3, -2};
    const mrt_region     whole = mrt_region_whole(&frame);
    const mrt_picture    as = {3, 2, 1};
    uint8_t              out[6];

    (void)state;
    mrt_take_picture(&whole, mrt_pixel_grey8, &as, store, out);
    assert_memory_equal(out, turned, sizeof out);
}

/* ---- colours ---- */

static void grey_is_the_weighted_sum_to_nearest(void **state)
{
    int r, g, b;

    (void)state;
    for (r = 0; r < 256; r += 5)
        for (g = 0; g < 256; g += 3)
            for (b = 0; b < 256; b += 5)
                assert_true(fabs(mrt_grey((uint8_t)r, (uint8_t)g, (uint8_t)b) - (0.299 * r + 0.587 * g + 0.114 * b)) < 0.51);
    assert_int_equal(mrt_grey(255, 255, 255), 255);
    assert_int_equal(mrt_grey(1, 2, 3), 2);
    assert_int_equal(mrt_grey(10, 200, 30), 124);
}

static void white_of_16_bits_is_white(void **state)
{
    int c;

    (void)state;
    for (c = 0; c < 3; c++) {
        assert_int_equal(mrt_colour_565(0xffff, c), 255);
        assert_int_equal(mrt_colour_565(0, c), 0);
    }
    assert_int_equal(mrt_colour_565(0x8410, 0), 132);
    assert_int_equal(mrt_colour_565(0x8410, 1), 130);
    assert_int_equal(mrt_colour_565(0x8410, 2), 132);
}

#if __has_include(<jpeglib.h>)
/* A picture of one colour, at a quality that keeps it exactly. */
static void decode_jpeg(uint8_t *rgb, const uint8_t *yuv)
{
    struct jpeg_compress_struct   to = {0};
    struct jpeg_decompress_struct from = {0};
    struct jpeg_error_mgr         errors;
    unsigned char                *file = NULL;
    unsigned long                 count = 0;
    JSAMPLE                       line[8 * 3];
    JSAMPROW                      row = line;
    int                           i;

    for (i = 0; i < 24; i++)
        line[i] = yuv[i % 3];
    to.err = jpeg_std_error(&errors);
    jpeg_create_compress(&to);
    jpeg_mem_dest(&to, &file, &count);
    to.image_width = to.image_height = 8;
    to.input_components = 3;
    to.in_color_space = JCS_YCbCr;
    jpeg_set_defaults(&to);
    jpeg_set_quality(&to, 100, TRUE);
    jpeg_start_compress(&to, TRUE);
    for (i = 0; i < 8; i++)
        jpeg_write_scanlines(&to, &row, 1);
    jpeg_finish_compress(&to);
    jpeg_destroy_compress(&to);
    from.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&from);
    jpeg_mem_src(&from, file, count);
    jpeg_read_header(&from, TRUE);
    jpeg_start_decompress(&from);
    jpeg_read_scanlines(&from, &row, 1);
    memcpy(rgb, line, 3);
    jpeg_abort_decompress(&from);
    jpeg_destroy_decompress(&from);
    free(file);
}
#endif

static void colours_of_yuv_are_libjpeg_s(void **state)
{
    (void)state;
#if __has_include(<jpeglib.h>)
    int y, u, v, c;

    for (y = 0; y < 256; y += 51)
        for (u = 0; u < 256; u += 15)
            for (v = 0; v < 256; v += 17) {
                const uint8_t yuv[3] = {(uint8_t)y, (uint8_t)u, (uint8_t)v};
                uint8_t       rgb[3];
                decode_jpeg(rgb, yuv);
                for (c = 0; c < 3; c++)
                    if (mrt_colour_yuv(yuv[0], yuv[1], yuv[2], c) != rgb[c])
                        fail_msg("Y %d U %d V %d: channel %d is %d, libjpeg has %d", y, u, v, c,
                                 mrt_colour_yuv(yuv[0], yuv[1], yuv[2], c), rgb[c]);
            }
#else
    tell_untested("libjpeg", "it is not installed");
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resizing_gives_the_nearest_byte),
        cmocka_unit_test(division_rounds_to_nearest),
        cmocka_unit_test(large_pictures_are_near),
        cmocka_unit_test(the_middle_is_keras_s),
        cmocka_unit_test(parts_lie_in_the_frame_whatever_its_size),
        cmocka_unit_test(nothing_is_taken_where_pixels_are_missing),
        cmocka_unit_test(rows_may_go_upwards),
        cmocka_unit_test(grey_is_the_weighted_sum_to_nearest),
        cmocka_unit_test(white_of_16_bits_is_white),
        cmocka_unit_test(colours_of_yuv_are_libjpeg_s),
    };

    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
