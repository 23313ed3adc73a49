/* report/: every kind of chart is a well-formed SVG and a PNG of the size asked for, whatever is in it.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mote/chart.h>

#include "base/file.h"
#include "report/chart.h"
#include "report/png_encode.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

/* fontconfig keeps its patterns by encoded offsets, which the leak checker cannot follow. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static const char hostile[] = "<script>&\"'\xff\x01]]>";

/* A tag balancer: elements nest, attributes are name="value" without < in the value, & begins an entity that XML knows, no
 * byte is a control character. Nothing drawn is "nan" or "inf". */
static const char *skip_entity(const char *at)
{
    static const char *const entities[] = {"&lt;", "&gt;", "&amp;", "&quot;", "&#39;"};
    int                      i;

    for (i = 0; i < COUNT(entities); i++)
        if (strncmp(at, entities[i], strlen(entities[i])) == 0)
            return at + strlen(entities[i]);
    fail_msg("stray & at: %.40s", at);
    return at + 1;
}

static const char *skip_attributes(const char *at)
{
    while (*at == ' ') {
        at += 1 + strcspn(at + 1, "= />");
        if (strncmp(at, "=\"", 2) != 0)
            fail_msg("attribute without value at: %.40s", at);
        for (at += 2; *at != '"'; at = *at == '&' ? skip_entity(at) : at + 1)
            if (*at == '<' || *at == '\0')
                fail_msg("attribute not closed at: %.40s", at);
        at++;
    }
    return at;
}

static const char *check_tag(const char *at, char open[16][16], int *depth)
{
    char   name[16] = {0};
    bool   is_end = at[1] == '/';
    size_t length;

    at += is_end ? 2 : 1;
    length = strcspn(at, " />");
    assert_in_range(length, 1, 15);
    memcpy(name, at, length);
    at = skip_attributes(at + length);
    if (is_end) {
        assert_in_range(*depth, 1, 16);
        assert_string_equal(open[--*depth], name);
    } else if (*at == '/') {
        at++;
    } else {
        assert_in_range(*depth, 0, 15);
        memcpy(open[(*depth)++], name, sizeof name);
    }
    if (*at != '>')
        fail_msg("tag not closed at: %.40s", at);
    return at + 1;
}

static void expect_well_formed(const mote_text *svg)
{
    char        open[16][16];
    const char *at = svg->bytes;
    int         depth = 0;

    assert_int_equal(strlen(at), svg->count);
    assert_null(strstr(at, "nan"));
    assert_null(strstr(at, "inf"));
    while (*at != '\0')
        if (*at == '<')
            at = check_tag(at, open, &depth);
        else if (*at == '&')
            at = skip_entity(at);
        else if ((unsigned char)*at < 32 && *at != '\n')
            fail_msg("control character %d", *at);
        else
            at++;
    assert_int_equal(depth, 0);
}

static void render_svg(const mote_chart *chart, mote_text *svg)
{
    mote_error err = {0};

    if (mote_charts_render(chart, 1, 1, MOTE_CHART_SVG, svg, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    expect_well_formed(svg);
}

static size_t count_of(const mote_text *svg, const char *part)
{
    size_t      count = 0;
    const char *at;

    for (at = strstr(svg->bytes, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

static const double           values[] = {1, NAN, 3, INFINITY, -2, 1e308, 4, 4.5};
static const char *const      names[] = {hostile, "", NULL, "a quite long label", "x", "y", "z", "w"};
static const uint8_t          pixels[12] = {0, 50, 100, 150, 200, 250, 255, 1, 2, 3, 4, 5};
static const mote_series      series[] = {{.name = hostile, .y = values, .count = 8},
                                          {.name = "dots", .y = values, .count = 8, .style = MOTE_SERIES_DOTS},
                                          {.name = "rings", .x = values, .y = values, .count = 8, .style = MOTE_SERIES_RINGS},
                                          {.y = values, .count = 8, .style = MOTE_SERIES_CROSSES, .colour = 0x123456},
                                          {.name = "dashed", .y = values, .count = 8, .style = MOTE_SERIES_DASHED}};
static const int64_t          counts[] = {5, 0, -1, 1234567890123, 0, 0, 0, 0, 1};
static const mote_chart_image samples[] = {
    {.pixels = pixels, .width = 3, .height = 4, .channel_count = 1, .label = hostile, .predicted = "b"},
    {.pixels = pixels, .width = 2, .height = 2, .channel_count = 3, .label = "a", .predicted = "a"},
    {.pixels = pixels, .width = 1, .height = 1, .channel_count = 1, .label = NULL, .predicted = NULL}};
static const mote_chart_block blocks[] = {
    {.name = hostile, .first_step = 0, .last_step = 3, .offset = 0, .bytes = 1000, .colour = 0},
    {.name = NULL, .first_step = 2, .last_step = 2, .offset = 1000, .bytes = UINT64_MAX / 2, .colour = 1},
    {.name = "c", .first_step = 1, .last_step = 1, .offset = 0, .bytes = 0, .colour = 0}};

static const mote_chart_row  rows[] = {{hostile, hostile, hostile}, {NULL, "alone", NULL}, {"", "", ""}};
static const mote_chart_node nodes[] = {
    {.title = hostile, .note = hostile, .name = hostile, .rows = rows, .row_count = 3},
    {.from = (const int[]){0, 0}, .from_count = 2},
    {.title = "a title that is much longer than any box is wide, so that it has to be cut, and then a little longer still",
     .from = (const int[]){0, 1},
     .from_count = 2}};

static const mote_chart full[] = {
    {.kind = MOTE_CHART_XY,
     .title = hostile,
     .subtitle = hostile,
     .x_title = hostile,
     .y_title = hostile,
     .series = series,
     .series_count = 5},
    {.kind = MOTE_CHART_XY, .series = series, .series_count = 5, .x_log = true, .y_log = true},
    {.kind = MOTE_CHART_BARS, .title = "bars", .series = series, .series_count = 2, .labels = names, .label_count = 8},
    {.kind = MOTE_CHART_BARS, .series = series, .series_count = 1, .label_count = 8},
    {.kind = MOTE_CHART_HISTOGRAM, .series = series, .series_count = 5},
    {.kind = MOTE_CHART_HISTOGRAM, .series = series, .series_count = 1, .bin_count = 3, .y_log = true},
    {.kind = MOTE_CHART_CONFUSION, .labels = names, .label_count = 3, .counts = counts},
    {.kind = MOTE_CHART_IMAGES, .samples = samples, .sample_count = 3, .title = "images"},
    {.kind = MOTE_CHART_TIMELINE,
     .blocks = blocks,
     .block_count = 3,
     .labels = names,
     .label_count = 8,
     .limit_bytes = 5000,
     .limit_name = hostile},
    {.kind = MOTE_CHART_TIMELINE, .blocks = blocks, .block_count = 1},
    {.kind = MOTE_CHART_NETWORK, .title = hostile, .nodes = nodes, .node_count = 3},
};

static void every_kind_is_well_formed(void **state)
{
    int i, size;
    (void)state;
    for (i = 0; i < COUNT(full); i++)
        for (size = 0; size < 3; size++) { /* natural, tiny, wide */
            mote_text  svg = {0};
            mote_chart chart = full[i];
            chart.width = size == 0 ? 0 : size == 1 ? 1 : 1500;
            chart.height = size == 0 ? 0 : size == 1 ? 1 : 90;
            render_svg(&chart, &svg);
            assert_null(strstr(svg.bytes, "<script"));
            mote_text_free(&svg);
        }
}

static void empty_charts_are_drawn(void **state)
{
    static const mote_series none = {.name = "none"}, all_nan = {.name = "nothing", .y = &values[1], .count = 1};
    int                      kind, s;
    (void)state;
    for (kind = MOTE_CHART_XY; kind <= MOTE_CHART_NETWORK; kind++)
        for (s = 0; s < 3; s++) {
            const int64_t zero = 0;
            mote_text     svg = {0};
            mote_chart    chart = {
                   .kind = (mote_chart_kind)kind, .title = "empty", .series = s == 2 ? &all_nan : &none, .series_count = s > 0};
            if (kind == MOTE_CHART_CONFUSION)
                chart.label_count = 1, chart.counts = &zero;
            if (kind == MOTE_CHART_BARS && s == 2)
                chart.label_count = 1;
            render_svg(&chart, &svg);
            mote_text_free(&svg);
        }
}

static void single_point_is_a_dot(void **state)
{
    const double      one = 3.5;
    const mote_series point = {.y = &one, .count = 1};
    const mote_chart  chart = {.series = &point, .series_count = 1};
    mote_text         svg = {0};
    (void)state;
    render_svg(&chart, &svg);
    assert_int_equal(count_of(&svg, "h0\""), 1);
    mote_text_free(&svg);
}

static void point_between_gaps_is_a_dot(void **state)
{
    static const double y[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, NAN, 14, NAN, 16, 17};
    const mote_series   series_with_gaps = {.y = y, .count = COUNT(y)};
    const mote_chart    chart = {.series = &series_with_gaps, .series_count = 1};
    mote_text           svg = {0};
    (void)state;
    render_svg(&chart, &svg);
    assert_int_equal(count_of(&svg, "h0\""), 1);
    mote_text_free(&svg);
}

static void nan_leaves_a_gap(void **state)
{
    static const double y[] = {1, 2, 3, NAN, 5, 6};
    const mote_series   broken = {.y = y, .count = 6}, dashed = {.y = y, .count = 6, .style = MOTE_SERIES_DASHED};
    mote_chart          chart = {.series = &broken, .series_count = 1};
    mote_text           svg = {0};
    (void)state;
    render_svg(&chart, &svg);
    assert_int_equal(count_of(&svg, "#0072b2\" stroke-width=\"2\""), 2);
    mote_text_free(&svg);
    chart.series = &dashed;
    render_svg(&chart, &svg);
    assert_int_equal(count_of(&svg, "stroke-dasharray"), 2);
    mote_text_free(&svg);
}

static void huge_series_make_small_files(void **state)
{
    enum { MANY = 1000000 };
    double     *y = malloc(MANY * sizeof *y);
    mote_series many = {.y = y, .count = MANY};
    mote_chart  chart = {.series = &many, .series_count = 1};
    int         kind;
    size_t      i;
    (void)state;
    assert_non_null(y);
    for (i = 0; i < MANY; i++)
        y[i] = sin((double)i * 12.9898) * 43758.5453;
    for (kind = 0; kind < 4; kind++) {
        mote_text svg = {0};
        chart.kind = kind == 2 ? MOTE_CHART_BARS : kind == 3 ? MOTE_CHART_HISTOGRAM : MOTE_CHART_XY;
        many.style = kind == 1 ? MOTE_SERIES_DOTS : MOTE_SERIES_LINE;
        chart.label_count = MANY;
        render_svg(&chart, &svg);
        assert_in_range(svg.count, 1000, 4000000);
        mote_text_free(&svg);
    }
    free(y);
}

static void legend_and_captions_are_there(void **state)
{
    mote_text svg = {0};
    (void)state;
    render_svg(&full[0], &svg);
    assert_int_equal(count_of(&svg, ">rings</text>"), 1);
    assert_int_equal(count_of(&svg, ">&lt;script&gt;&amp;&quot;&#39;"), 5); /* titles and legend */
    mote_text_free(&svg);
    render_svg(&full[7], &svg);
    assert_int_equal(count_of(&svg, ">predicted b<"), 1);
    assert_int_equal(count_of(&svg, "<image"), 3);
    mote_text_free(&svg);
}

static void confusion_shades_the_diagonal(void **state)
{
    static const int64_t pure[] = {7, 0, 0, 9};
    const mote_chart     chart = {.kind = MOTE_CHART_CONFUSION, .label_count = 2, .counts = pure};
    mote_text            svg = {0};
    (void)state;
    render_svg(&chart, &svg);
    assert_int_equal(count_of(&svg, "fill=\"#08519c\"/>"), 2);
    assert_non_null(strstr(svg.bytes, ">predicted<"));
    assert_non_null(strstr(svg.bytes, ">true<"));
    mote_text_free(&svg);
}

static void same_data_same_bytes(void **state)
{
    int i;
    (void)state;
    for (i = 0; i < COUNT(full); i++) {
        mote_text a = {0}, b = {0};
        render_svg(&full[i], &a);
        render_svg(&full[i], &b);
        assert_int_equal(a.count, b.count);
        assert_memory_equal(a.bytes, b.bytes, a.count);
        mote_text_free(&a);
        mote_text_free(&b);
    }
}

static uint32_t word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void png_has_the_size_asked(void **state)
{
    int i;
    (void)state;
    for (i = 0; i < COUNT(full); i++) {
        mote_chart chart = full[i];
        mote_error err = {0};
        mote_file  file;
        chart.width = 321;
        chart.height = 123;
        chart.png_scale = i % 3; /* 0: the default, 2 */
        if (mote_chart_save(&chart, "build/tests/chart.png", &err) == MOTE_ERR_UNSUPPORTED) {
            assert_non_null(strstr(err.text, "libcairo2-dev"));
            tell_untested("cairo", err.text);
            skip();
        }
        assert_int_equal(err.code, MOTE_OK);
        assert_int_equal(mote_file_open(&file, "build/tests/chart.png", &err), MOTE_OK);
        assert_memory_equal(file.bytes, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
        assert_int_equal(word_at(file.bytes + 16), i % 3 == 1 ? 321 : 642);
        assert_int_equal(word_at(file.bytes + 20), i % 3 == 1 ? 123 : 246);
        mote_file_close(&file);
        unlink("build/tests/chart.png");
    }
}

static void panels_stand_in_a_grid(void **state)
{
    mote_chart charts[3] = {{.width = 320, .height = 200}, {.width = 200, .height = 250}, {.width = 300, .height = 150}};
    mote_error err = {0};
    mote_text  svg = {0};
    (void)state;
    assert_int_equal(mote_charts_render(charts, 3, 2, MOTE_CHART_SVG, &svg, &err), MOTE_OK);
    expect_well_formed(&svg);
    assert_non_null(strstr(svg.bytes, "width=\"520\" height=\"400\""));
    mote_text_free(&svg);
}

static void expect_refused(mote_chart chart, const char *path, mote_status status, const char *part)
{
    mote_error err = {0};

    assert_int_equal(mote_chart_save(&chart, path, &err), status);
    if (!strstr(err.text, part))
        fail_msg("\"%s\" is not in: %s", part, err.text);
    assert_false(mote_path_exists(path));
}

static void bad_requests_are_refused_and_leave_no_file(void **state)
{
    static const mote_series no_y = {.count = 3};
    static const mote_chart_image
        no_pixels = {.pixels = NULL, .width = 3, .height = 3, .channel_count = 1, .label = NULL, .predicted = NULL},
        four = {.pixels = pixels, .width = 1, .height = 1, .channel_count = 4, .label = NULL, .predicted = NULL};
    static const mote_chart_block backwards = {
        .name = "b", .first_step = 5, .last_step = 4, .offset = 0, .bytes = 1, .colour = 0};
    const char *path = "build/tests/refused.svg";
    (void)state;
    expect_refused(full[0], "build/tests/refused.gif", MOTE_ERR_USAGE,
                   "refused.gif: a chart's file name ends in .svg or .png");
    expect_refused((mote_chart){.kind = (mote_chart_kind)17}, path, MOTE_ERR_USAGE, "17");
    expect_refused((mote_chart){.width = -1}, path, MOTE_ERR_USAGE, "width");
    expect_refused((mote_chart){.width = 20000}, path, MOTE_ERR_LIMIT, "16384");
    expect_refused((mote_chart){.series_count = 1}, path, MOTE_ERR_USAGE, "series");
    expect_refused((mote_chart){.series = &no_y, .series_count = 1}, path, MOTE_ERR_USAGE, "series 0 has no y");
    expect_refused((mote_chart){.kind = MOTE_CHART_BARS, .series = series, .series_count = 1, .label_count = 3}, path,
                   MOTE_ERR_USAGE, "8 values for 3 labels");
    expect_refused((mote_chart){.kind = MOTE_CHART_CONFUSION, .label_count = 2}, path, MOTE_ERR_USAGE, "counts");
    expect_refused((mote_chart){.kind = MOTE_CHART_IMAGES, .samples = &no_pixels, .sample_count = 1}, path, MOTE_ERR_USAGE,
                   "sample 0");
    expect_refused((mote_chart){.kind = MOTE_CHART_IMAGES, .samples = &four, .sample_count = 1}, path, MOTE_ERR_USAGE,
                   "channels");
    expect_refused((mote_chart){.kind = MOTE_CHART_TIMELINE, .blocks = &backwards, .block_count = 1}, path, MOTE_ERR_USAGE,
                   "block 0");
    expect_refused((mote_chart){.kind = MOTE_CHART_NETWORK, .nodes = nodes + 1, .node_count = 2}, path, MOTE_ERR_USAGE,
                   "node 0: from must name nodes before it, not 0");
    expect_refused((mote_chart){.kind = MOTE_CHART_NETWORK, .node_count = 1}, path, MOTE_ERR_USAGE, "nodes not NULL");
    expect_refused(full[0], "build/tests/no/folder.svg", MOTE_ERR_IO, "build/tests/no/folder.svg");
}

/* RFC 4648, section 10. */
static void base64_matches_the_rfc(void **state)
{
    static const char *const expected[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    size_t                   i;
    (void)state;
    for (i = 0; i <= 6; i++) {
        mote_text text = {0};
        mote_text_puts(&text, "");
        mote_base64_encode(&text, "foobar", i);
        assert_string_equal(text.bytes, expected[i]);
        mote_text_free(&text);
    }
}

static int make_folder(void **state)
{
    mote_error err = {0};
    (void)state;
    return mote_make_dirs("build/tests", &err) == MOTE_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_well_formed),
        cmocka_unit_test(empty_charts_are_drawn),
        cmocka_unit_test(single_point_is_a_dot),
        cmocka_unit_test(point_between_gaps_is_a_dot),
        cmocka_unit_test(nan_leaves_a_gap),
        cmocka_unit_test(huge_series_make_small_files),
        cmocka_unit_test(legend_and_captions_are_there),
        cmocka_unit_test(confusion_shades_the_diagonal),
        cmocka_unit_test(same_data_same_bytes),
        cmocka_unit_test(png_has_the_size_asked),
        cmocka_unit_test(panels_stand_in_a_grid),
        cmocka_unit_test(bad_requests_are_refused_and_leave_no_file),
        cmocka_unit_test(base64_matches_the_rfc),
    };
    return cmocka_run_group_tests(tests, make_folder, NULL);
}
