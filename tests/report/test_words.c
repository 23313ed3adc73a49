/* report/: numbers, letters and tables as text.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <math.h>
#include <string.h>

#include <mote/table.h>
#include <mote/text.h>

#include "report/font.h"
#include "report/number.h"

#define MINUS    "\xe2\x88\x92"
#define REPLACED "\xef\xbf\xbd"

static void shortest_numbers_read_back(void **state)
{
    (void)state;
    assert_string_equal(mote_number_shortest(0.1).text, "0.1");
    assert_string_equal(mote_number_shortest(10).text, "10");
    assert_string_equal(mote_number_shortest(-2500).text, "-2500");
    assert_string_equal(mote_number_shortest(1.0 / 3).text, "0.3333333333333333");
    assert_string_equal(mote_number_shortest((double)0.1f).text, "0.10000000149011612");
    assert_string_equal(mote_number_shortest(1e300).text, "1e+300");
    assert_string_equal(mote_number_shortest(5e-324).text, "5e-324");
    assert_string_equal(mote_number_shortest(-NAN).text, "nan");
    assert_string_equal(mote_number_shortest(-INFINITY).text, "-inf");
}

static void numbers_for_people(void **state)
{
    (void)state;
    assert_string_equal(mote_number_grouped(1234567.891, 2).text, "1,234,567.89");
    assert_string_equal(mote_number_grouped(-999, 0).text, MINUS "999");
    assert_string_equal(mote_number_grouped(-0.0001, 2).text, "0.00");
    assert_string_equal(mote_number_grouped(-1e15, 0).text, MINUS "1e15");
    assert_string_equal(mote_number_rounded(0.92149).text, "0.921");
    assert_string_equal(mote_number_rounded(0.0000123).text, "1.23e" MINUS "5");
    assert_string_equal(mote_number_rounded(48210).text, "48,210");
    assert_string_equal(mote_number_bytes(512).text, "512 B");
    assert_string_equal(mote_number_bytes(65536).text, "64 KiB");
    assert_string_equal(mote_number_bytes(23040).text, "22.5 KiB");
}

static void metrics_have_one_style(void **state)
{
    (void)state;
    assert_string_equal(mote_number_metric("accuracy", 0.907).text, "90.70 %");
    assert_string_equal(mote_number_metric("accuracy", 1).text, "100.00 %");
    assert_string_equal(mote_number_metric("loss", 0.30491).text, "0.3049");
    assert_string_equal(mote_number_metric("mae", 0).text, "0.0000");
    assert_string_equal(mote_number_metric("mse", 0.0000321).text, "3.21e-05");
    assert_string_equal(mote_number_metric("mse", 1234567.8).text, "1.23457e+06");
    assert_string_equal(mote_number_percent(0.005).text, "0.50 %");
}

static void coordinates_are_short(void **state)
{
    static const double      values[] = {0, -0.001, 1.5, 12.345, -7.25, 100, NAN, 1e30};
    static const char *const texts[] = {"0", "0", "1.5", "12.35", "-7.25", "100", "0", "10000000"};
    size_t                   i;
    (void)state;
    for (i = 0; i < sizeof values / sizeof values[0]; i++) {
        mote_text text = {0};
        mote_put_coordinate(&text, i == 3 ? 12.3451 : values[i]);
        assert_string_equal(text.bytes, texts[i]);
        mote_text_free(&text);
    }
}

static void expect_clean(const char *dirty, bool for_xml, const char *clean)
{
    mote_text text = {0};

    mote_text_puts(&text, "");
    mote_utf8_add_clean(&text, dirty, for_xml);
    assert_string_equal(text.bytes, clean);
    mote_text_free(&text);
}

static void letters_are_valid_utf8_and_escaped(void **state)
{
    (void)state;
    expect_clean("<a href=\"x\">&'</a>", true, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;");
    expect_clean("<&>", false, "<&>");
    expect_clean("gr\xc3\xbc\xc3\x9f \xe6\xbc\xa2 \xf0\x9f\x98\x80", true,
                 "gr\xc3\xbc\xc3\x9f \xe6\xbc\xa2 \xf0\x9f\x98\x80");
    expect_clean("\xff|\x01|\n|\x7f", true, REPLACED "|" REPLACED "|" REPLACED "|" REPLACED);
    expect_clean("\xc0\xaf", true, REPLACED);                 /* a long form of '/' */
    expect_clean("\xed\xa0\x80", true, REPLACED);             /* half a surrogate pair */
    expect_clean("\xf4\x90\x80\x80", true, REPLACED);         /* above U+10FFFF */
    expect_clean("\xef\xbf\xbf", true, REPLACED);             /* not a letter in XML */
    expect_clean("ab\xe2\x82", true, "ab" REPLACED REPLACED); /* cut off at the end */
}

static void long_words_are_cut_with_an_ellipsis(void **state)
{
    double width = mote_text_width("depthwise", 10, false);
    (void)state;
    assert_string_equal(mote_text_fit("conv", 10, false, width).text, "conv");
    assert_string_equal(mote_text_fit("depthwise", 10, false, width).text, "depthwise");
    assert_string_equal(mote_text_fit("depthwise_conv2d", 10, false, width).text, "depthwi\xe2\x80\xa6");
    assert_string_equal(mote_text_fit("depthwise_conv2d", 10, false, 12).text, "");
    assert_true(mote_text_width("abc", 10, true) > mote_text_width("abc", 10, false));
}

static void expect_table(const mote_table *table, const char *expected)
{
    mote_text text = {0};

    mote_table_put(&text, table);
    assert_string_equal(text.bytes ? text.bytes : "", expected);
    mote_text_free(&text);
}

static void tables_are_aligned(void **state)
{
    static const char *const headings[] = {"layer", "output", "params", "share"};
    static const char *const cells[] = {
        "conv2d", "28 x 28 x 8", "80", "1 %", "gr\xc3\xbc\xc3\x9f", NULL, "1,234", "99.0 %", NULL, NULL, NULL, NULL, "total",
        "",       "1,314",       NULL};
    const mote_table table = {headings, cells, 4, 4, 0};
    (void)state;
    expect_table(&table, "layer   output       params   share\n"
                         "------  -----------  ------  ------\n"
                         "conv2d  28 x 28 x 8      80     1 %\n"
                         "gr\xc3\xbc\xc3\x9f                  1,234  99.0 %\n"
                         "------  -----------  ------  ------\n"
                         "total                 1,314\n");
}

static void tables_hold_hostile_cells(void **state)
{
    char              longest[700];
    const char *const cells[] = {"a\nb\x1b[31m", longest, "\xff", "x"};
    const mote_table  table = {NULL, cells, 2, 2, 0}, empty = {NULL, NULL, 0, 0, 0};
    char              expected[900];
    (void)state;
    memset(longest, 'y', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    snprintf(expected, sizeof expected, "a%sb%s[31m  %.600s\n%s         x\n", REPLACED, REPLACED, longest, REPLACED);
    expect_table(&table, expected);
    expect_table(&empty, "");
}

static void tables_fit_a_terminal(void **state)
{
    static const char *const headings[] = {"#", "operator", "output", "parameters", "layer"};
    static const char *const cells[] = {"0", "DEPTHWISE_CONV_2D", "[?,25,5,64]", "640", "functional_1/activation_1/Relu"};
    mote_table               table = {headings, cells, 5, 1, 0};
    (void)state;
    table.width = 80;
    expect_table(&table, "#  operator           output       parameters  layer\n"
                         "-  -----------------  -----------  ----------  ------------------------------\n"
                         "0  DEPTHWISE_CONV_2D  [?,25,5,64]         640  functional_1/activation_1/Relu\n");
    table.width = 70; /* words lose their middle */
    expect_table(&table, "#  operator           output       parameters  layer\n"
                         "-  -----------------  -----------  ----------  -----------------------\n"
                         "0  DEPTHWISE_CONV_2D  [?,25,5,64]         640  functional..tion_1/Relu\n");
    table.width = 50; /* columns go on below */
    expect_table(&table, "#  operator           output       parameters\n"
                         "-  -----------------  -----------  ----------\n"
                         "0  DEPTHWISE_CONV_2D  [?,25,5,64]         640\n"
                         "\n"
                         "#  layer\n"
                         "-  ------------------------------\n"
                         "0  functional_1/activation_1/Relu\n");
}

static void prose_goes_on_in_the_next_line(void **state)
{
    static const char *const cells[] = {"arena", "128 bytes", "as int8",
                                        "operator 3 has no int8 form; convert without --quantize or leave it out"};
    const mote_table         table = {NULL, cells, 2, 2, 40};
    (void)state;
    expect_table(&table, "arena    128 bytes\n"
                         "as int8  operator 3 has no int8 form;\n"
                         "         convert without --quantize or\n"
                         "         leave it out\n");
}

static int widest_line(const char *text)
{
    int widest = 0, length;

    for (; *text; text += length + (text[length] == '\n')) {
        length = (int)strcspn(text, "\n");
        widest = length > widest ? length : widest;
    }
    return widest;
}

/* Whatever is in it: only a column of numbers, or two, can be wider than all terminals. */
static void tables_of_any_shape_fit(void **state)
{
    static const char *const words[] = {
        "", "a", "word", "a_word_that_is_longer_than_most", "12", "1234567", "one two three four"};
    const char *cells[12 * 4];
    uint32_t    x = 1;
    int         columns, width, i;
    (void)state;
    for (columns = 1; columns <= 12; columns++)
        for (width = 40; width <= 100; width += 7) {
            mote_table table = {columns % 2 ? cells : NULL, cells + columns, columns, 3, width};
            mote_text  text = {0};
            for (i = 0; i < 4 * columns; i++) {
                x = x * 1664525u + 1013904223u; /* Numerical Recipes' "quick and dirty" generator */
                cells[i] = words[(x >> 16) % 7];
            }
            mote_table_put(&text, &table);
            if (widest_line(text.bytes) > width)
                fail_msg("%d letters instead of %d:\n%s", widest_line(text.bytes), width, text.bytes);
            mote_text_free(&text);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shortest_numbers_read_back),
        cmocka_unit_test(numbers_for_people),
        cmocka_unit_test(metrics_have_one_style),
        cmocka_unit_test(coordinates_are_short),
        cmocka_unit_test(letters_are_valid_utf8_and_escaped),
        cmocka_unit_test(long_words_are_cut_with_an_ellipsis),
        cmocka_unit_test(tables_are_aligned),
        cmocka_unit_test(tables_hold_hostile_cells),
        cmocka_unit_test(tables_fit_a_terminal),
        cmocka_unit_test(prose_goes_on_in_the_next_line),
        cmocka_unit_test(tables_of_any_shape_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
