/* runtime/prepare/picture.h against the C library's rounding and libjpeg's colours.
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

/* tf.image.resize's formula with floorf and lrintf. */
static uint8_t expected(const uint8_t *in, int32_t height, int32_t width, const mrt_picture *as, int32_t y, int32_t x,
                        int32_t c)
{
    const float at_y = ((float)y + 0.5f) * ((float)height / (float)as->height) - 0.5f;
    const float at_x = ((float)x + 0.5f) * ((float)width / (float)as->width) - 0.5f;
    const int   low_y = at_y < 0 ? 0 : (int)floorf(at_y), low_x = at_x < 0 ? 0 : (int)floorf(at_x);
    const int   high_y = (int)fminf(floorf(at_y) + 1, (float)(height - 1));
    const int   high_x = (int)fminf(floorf(at_x) + 1, (float)(width - 1));
    const float part_y = at_y - floorf(at_y), part_x = at_x - floorf(at_x);
    const float a = in[(low_y * width + low_x) * 3 + c], b = in[(low_y * width + high_x) * 3 + c];
    const float d = in[(high_y * width + low_x) * 3 + c], e = in[(high_y * width + high_x) * 3 + c];
    const float upper = a + (b - a) * part_x, lower = d + (e - d) * part_x;

    return (uint8_t)lrintf(upper + (lower - upper) * part_y);
}

static void check_resizing(const uint8_t *in, int32_t height, int32_t width, const mrt_picture *as)
{
    static uint8_t  out[SIDE_MAX * SIDE_MAX * 3];
    const mrt_frame frame = {in, width, height, width * 3};
    int32_t         y, x, c, i = 0;

    mrt_take_picture(&frame, mrt_pixel_rgb888, as, store, out);
    for (y = 0; y < as->height; y++)
        for (x = 0; x < as->width; x++)
            for (c = 0; c < 3; c++, i++)
                if (out[i] != expected(in, height, width, as, y, x, c))
                    fail_msg("%d x %d to %d x %d: element %d,%d,%d", height, width, as->height, as->width, y, x, c);
}

static void resizing_rounds_as_the_c_library_does(void **state)
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
        const mrt_picture as = {to_height, to_width, 3};
        for (i = 0; i < sizeof in; i++) /* few values, so that halves are met */
            in[i] = (uint8_t)(mote_random_u32(key, n++) % (k % 2 ? 256 : 3));
        check_resizing(in, height, width, &as);
    }
}

/* Rows bottom first: a negative stride. */
static void rows_may_go_upwards(void **state)
{
    static const uint8_t in[] = {1, 2, 3, 4, 5, 6}, turned[] = {5, 6, 3, 4, 1, 2};
    const mrt_frame      frame = {in + 4, 2, 3, -2};
    const mrt_picture    as = {3, 2, 1};
    uint8_t              out[6];

    (void)state;
    mrt_take_picture(&frame, mrt_pixel_grey8, &as, store, out);
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
        cmocka_unit_test(resizing_rounds_as_the_c_library_does), cmocka_unit_test(rows_may_go_upwards),
        cmocka_unit_test(grey_is_the_weighted_sum_to_nearest),   cmocka_unit_test(white_of_16_bits_is_white),
        cmocka_unit_test(colours_of_yuv_are_libjpeg_s),
    };

    return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
