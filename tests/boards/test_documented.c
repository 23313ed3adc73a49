/* The table of docs/BOARDS.md: its networks, on its boards. Where it is stale, the right one is printed.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <string.h>

#include <mote/boards.h>
#include <mote/file.h>
#include <mote/text.h>

#include "boards/fit.h"
#include "build/spec.h"

#define PAGE "docs/BOARDS.md"

static mote_error *err = &(mote_error){0};

static const char *const board_names[] = {"esp32dev", "esp32s3", "pico", "nano33ble", "uno"};
static const int         sides[] = {64, 96, 128};
static const struct {
    const char *parameters, *filters;
} networks[] = {{"300,000", "filters: 174"}, {"600,000", "filters: 432"}};

typedef enum numbers { AS_INT8, AS_INT16X8, AS_INT16, NUMBERS } numbers;
static const char *const number_names[NUMBERS] = {"int8", "int16x8", "int16"};

/* ---- the page ---- */

static char *read_page(void)
{
    mote_file file;
    char     *text;

    assert_int_equal(mote_file_open(&file, PAGE, err), MOTE_OK);
    text = calloc(1, file.count + 1);
    assert_non_null(text);
    memcpy(text, file.bytes, file.count);
    mote_file_close(&file);
    return text;
}

/* What stands between two texts. */
static char *between(const char *page, const char *from, const char *to)
{
    const char *begin = strstr(page, from), *end = begin ? strstr(begin + strlen(from), to) : NULL;

    if (!end)
        fail_msg(PAGE ": no %s ... %s", from, to);
    begin += strlen(from);
    return strndup(begin, (size_t)(end - begin));
}

static void replace(mote_text *out, const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);

    assert_non_null(at);
    mote_text_printf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* ---- the networks ---- */

static mote_model *build_network(const char *spec_text, int side, const char *filters)
{
    mote_text   sized = {0}, whole = {0};
    char        shape[32];
    mote_spec  *spec;
    mote_model *model = NULL;

    snprintf(shape, sizeof shape, "[%d, %d, 3]", side, side);
    replace(&sized, spec_text, "[96, 96, 3]", shape);
    replace(&whole, sized.bytes, "filters: 174", filters);
    if (mote_spec_parse(&spec, PAGE, whole.bytes, whole.count, err) != MOTE_OK ||
        mote_spec_build_model(&model, spec, NULL, err) != MOTE_OK)
        fail_msg("%s", err->text);
    mote_spec_destroy(spec);
    mote_text_free(&sized);
    mote_text_free(&whole);
    return model;
}

static mote_fit fit_as(const mote_model *model, const mote_board *board, numbers as)
{
    const mote_quantize_options int8 = {.io = MOTE_I8}, int16 = {.scheme = MOTE_SCHEME_INT16X8, .io = MOTE_I16};
    const mote_fit_options      options = {.inspect.quantize = as == AS_INT16X8 ? &int16 : &int8, .leaves_code = true};
    mote_fit                    fit;

    if (mote_board_fit(&fit, model, board, &options, err) != MOTE_OK)
        fail_msg("%s", err->text);
    if (as == AS_INT16) {
        fit.arena_bytes *= 2;
        fit.constant_bytes *= 2;
        mote_fit_place(&fit);
    }
    return fit;
}

/* ---- the table ---- */

static void put_bytes(mote_text *out, size_t bytes)
{
    if (bytes >= 1000000)
        mote_text_printf(out, "%zu,%03zu,%03zu", bytes / 1000000, bytes / 1000 % 1000, bytes % 1000);
    else if (bytes >= 1000)
        mote_text_printf(out, "%zu,%03zu", bytes / 1000, bytes % 1000);
    else
        mote_text_printf(out, "%zu", bytes);
}

static void put_cell(mote_text *out, const mote_fit *fit)
{
    const double ram = (double)fit->ram_bytes / (double)fit->region_bytes;
    const bool   is_ram = ram >= (double)fit->flash_bytes / (double)fit->board->flash_bytes;

    mote_text_printf(out, " %s: %s ",
                     fit->answer == MOTE_FIT_NO      ? "no"
                     : fit->answer == MOTE_FIT_SPLIT ? "split"
                                                     : "yes",
                     is_ram ? "RAM" : "flash");
    put_bytes(out, is_ram ? fit->ram_bytes : fit->flash_bytes);
    mote_text_puts(out, " of ");
    put_bytes(out, is_ram ? fit->region_bytes : fit->board->flash_bytes);
    mote_text_puts(out, " |");
}

static void put_table(mote_text *out, const mote_boards *boards, const char *spec_text)
{
    size_t  n, s, b;
    numbers as;

    mote_text_puts(out, "\n| parameters | input | numbers |");
    for (b = 0; b < 5; b++)
        mote_text_printf(out, " %s |", board_names[b]);
    mote_text_puts(out, "\n|---|---|---|---|---|---|---|---|\n");
    for (n = 0; n < 2; n++)
        for (s = 0; s < 3; s++) {
            mote_model *model = build_network(spec_text, sides[s], networks[n].filters);
            for (as = AS_INT8; as < NUMBERS; as++) {
                mote_text_printf(out, "| %s | %dx%dx3 | %s |", networks[n].parameters, sides[s], sides[s], number_names[as]);
                for (b = 0; b < 5; b++) {
                    const mote_fit fit = fit_as(model, mote_boards_find(boards, board_names[b], err), as);
                    put_cell(out, &fit);
                }
                mote_text_puts(out, "\n");
            }
            mote_model_destroy(model);
        }
}

static void the_table_is_what_mote_says(void **state)
{
    char        *page = read_page(), *spec_text, *table;
    mote_text    right = {0};
    mote_boards *boards;

    (void)state;
    spec_text = between(page, "```yaml net.yaml\n", "```");
    table = between(page, "<!-- table -->", "<!-- end -->");
    assert_int_equal(mote_boards_load(&boards, err), MOTE_OK);
    put_table(&right, boards, spec_text);
    if (strcmp(table, right.bytes) != 0) {
        printf("%s", right.bytes);
        fail_msg(PAGE ": its table is stale; the right one stands above");
    }
    mote_text_free(&right);
    mote_boards_destroy(boards);
    free(table);
    free(spec_text);
    free(page);
}

/* What the page calls them. */
static void the_networks_have_as_many_parameters(void **state)
{
    char           *page = read_page(), *spec_text = between(page, "```yaml net.yaml\n", "```");
    mote_inspection is;
    size_t          n;

    (void)state;
    for (n = 0; n < 2; n++) {
        mote_model *model = build_network(spec_text, 96, networks[n].filters);
        assert_int_equal(mote_inspect(&is, model, NULL, err), MOTE_OK);
        assert_in_range(is.parameters, n ? 599000 : 299000, n ? 601000 : 301000);
        mote_inspection_free(&is);
        mote_model_destroy(model);
    }
    free(spec_text);
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_networks_have_as_many_parameters),
        cmocka_unit_test(the_table_is_what_mote_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
