/* mote inspect --board, --boards: what boards have, and whether a model fits them. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "cli/inspect.h"

/* ---- fitting ---- */

static mote_fit_options options_of(const cli_inspecting *in)
{
    mote_fit_options options = {.counts_time = true};

    if (!in->spec)
        return options;
    options.inspect = mote_spec_deployed(in->spec);
    options.optimize = in->spec->deploy.options.optimize;
    return options;
}

static mote_status fit_one(mote_fit *fit, const cli_inspecting *in, mote_error *err)
{
    const mote_fit_options options = options_of(in);
    const mote_status      status = in->spec ? mote_spec_fit(fit, in->spec, in->set, in->board, &options, err)
                                             : mote_board_fit(fit, in->model, in->board, &options, err);

    return status == MOTE_OK ? MOTE_OK : mote_context(err, "%s", in->path);
}

/* A fit a board, in their order: the caller frees it. */
static mote_fit *fit_all(const cli_inspecting *in, mote_error *err)
{
    const mote_fit_options options = options_of(in);
    mote_fit              *fits = calloc((size_t)mote_boards_count(in->boards), sizeof *fits);

    if (!fits) {
        mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    } else if (mote_boards_fit(fits, in->boards, in->model, &options, err) != MOTE_OK) {
        mote_context(err, "%s", in->path);
        free(fits);
        fits = NULL;
    }
    return fits;
}

/* ---- in words ---- */

static void bytes_cell(cli_table *table, size_t bytes)
{
    cli_cell(table, bytes == MOTE_UNKNOWN ? "?" : "%zu", bytes);
}

static void board_row(cli_table *table, const char *what, const char *text)
{
    cli_cell(table, "%s", what);
    cli_cell(table, "%s", text);
}

static mote_status print_board(const mote_board *board, mote_error *err)
{
    cli_table table = {.column_count = 2};
    int32_t   i;

    cli_cell(&table, "board");
    cli_cell(&table, "%s: %s", board->id, board->name);
    cli_cell(&table, "core");
    cli_cell(&table, "%s, %d MHz, FPU %s", board->cores, board->clock_mhz, board->fpu ? board->fpu : "?");
    cli_cell(&table, "flash");
    if (board->flash_bytes == MOTE_UNKNOWN)
        cli_cell(&table, "outside the chip");
    else
        cli_cell(&table, "%zu bytes", board->flash_bytes);
    for (i = 0; i < board->region_count; i++) {
        cli_cell(&table, i ? "" : "RAM");
        cli_cell(&table, "%zu bytes %s (%s)", board->regions[i].bytes, board->regions[i].name,
                 mote_region_use_name(board->regions[i].use));
    }
    board_row(&table, "notes", board->notes);
    if (board->ram_differs)
        board_row(&table, "", board->ram_differs);
    return cli_table_print(&table, err);
}

static mote_status print_needs(const mote_fit *fit, mote_error *err)
{
    static const char *const headings[] = {"", "flash", "RAM"};
    cli_table                table = {.headings = headings, .column_count = 3};

    cli_cell(&table, "constants, arena");
    bytes_cell(&table, fit->constant_bytes);
    bytes_cell(&table, fit->arena_bytes);
    cli_cell(&table, "code, stack");
    bytes_cell(&table, fit->code_bytes);
    bytes_cell(&table, fit->stack_bytes);
    cli_cell(&table, "the SDK's floor");
    bytes_cell(&table, fit->board->sdk_flash_bytes);
    bytes_cell(&table, fit->board->sdk_ram_bytes);
    cli_cell(&table, "needed");
    bytes_cell(&table, fit->flash_bytes);
    cli_cell(&table, "%zu in %s", fit->ram_bytes, fit->region);
    cli_cell(&table, "there is");
    bytes_cell(&table, fit->board->flash_bytes);
    cli_cell(&table, "%zu", fit->region_bytes);
    return cli_table_print(&table, err);
}

/* Whether an arena from the run's beginning reaches this region of it. */
static bool is_reached(const mote_fit *fit, int32_t index)
{
    size_t  before = 0;
    int32_t i;

    for (i = fit->region_first; i < index; i++)
        before += fit->board->regions[i].bytes;
    return index > fit->region_first && index < fit->region_first + fit->region_count && before < fit->ram_bytes;
}

/* Of an arena that is split. */
static const mote_fit_part *part_at(const mote_fit *fit, int32_t index)
{
    int32_t i;

    for (i = 0; fit->answer == MOTE_FIT_SPLIT && i < fit->part_count; i++)
        if (fit->parts[i].region_first == index)
            return &fit->parts[i];
    return NULL;
}

static void takes_part_cell(cli_table *table, const mote_fit *fit, int32_t index, bool is_first_static)
{
    const mote_fit_part *part = part_at(fit, index);
    const bool           has_stack = fit->stack_bytes != MOTE_UNKNOWN && is_first_static;

    if (part && has_stack)
        cli_cell(table, "arena %zu, stack %zu", part->bytes, fit->stack_bytes);
    else if (part)
        cli_cell(table, "arena %zu", part->bytes);
    else if (has_stack)
        cli_cell(table, "stack %zu", fit->stack_bytes);
    else
        cli_cell(table, "%s", "");
}

/* What a region takes of the model: the first one of the run that holds the arena, and where static data begin. */
static void takes_cell(cli_table *table, const mote_fit *fit, int32_t index, bool is_first_static)
{
    const bool has_arena = index == fit->region_first;
    const bool has_stack =
        fit->stack_bytes != MOTE_UNKNOWN && (fit->ram_bytes > fit->arena_bytes ? has_arena : is_first_static);

    if (has_arena && has_stack)
        cli_cell(table, "arena %zu, stack %zu", fit->arena_bytes, fit->stack_bytes);
    else if (has_arena)
        cli_cell(table, "arena %zu", fit->arena_bytes);
    else if (has_stack)
        cli_cell(table, "stack %zu", fit->stack_bytes);
    else
        cli_cell(table, "%s", is_reached(fit, index) ? "arena" : "");
}

/* Of a board with several. */
static mote_status print_regions(const mote_fit *fit, mote_error *err)
{
    static const char *const headings[] = {"region", "bytes", "holds", "takes"};
    cli_table                table = {.headings = headings, .column_count = 4};
    bool                     is_first_static = true;
    int32_t                  i;

    for (i = 0; i < fit->board->region_count; i++) {
        const mote_board_region *region = &fit->board->regions[i];
        cli_cell(&table, "%s", region->name);
        cli_cell(&table, "%zu", region->bytes);
        cli_cell(&table, "%s", mote_region_use_name(region->use));
        (fit->answer == MOTE_FIT_SPLIT ? takes_part_cell : takes_cell)(&table, fit, i,
                                                                       is_first_static && region->use == MOTE_REGION_STATIC);
        is_first_static &= region->use != MOTE_REGION_STATIC;
    }
    MOTE_TRY(cli_table_print(&table, err));
    puts("");
    return MOTE_OK;
}

static mote_status print_ways(const mote_fit *fit, mote_error *err)
{
    static const char *const headings[] = {"way out", "arena", "constants", ""};
    cli_table                table = {.headings = headings, .column_count = 4};
    int32_t                  i;

    for (i = 0; i < fit->way_count; i++) {
        const mote_fit_way *way = &fit->ways[i];
        const char         *about = way->is_estimate ? "about " : "";
        cli_cell(&table, "%s", way->what);
        cli_cell(&table, "%s%zu", about, way->arena_bytes);
        cli_cell(&table, "%s%zu", about, way->constant_bytes);
        cli_cell(&table, "%s", mote_fit_answer_name(way->answer));
    }
    return cli_table_print(&table, err);
}

mote_status cli_inspect_print_board(const cli_inspecting *in, mote_error *err)
{
    mote_fit fit;

    if (!in->model)
        return print_board(in->board, err);
    MOTE_TRY(fit_one(&fit, in, err));
    cli_progress_end();
    if (!fit.memory_failure[0]) {
        MOTE_TRY(print_needs(&fit, err));
        puts("");
        if (fit.board->region_count > 1 && fit.answer != MOTE_FIT_NO)
            MOTE_TRY(print_regions(&fit, err));
    }
    cli_print_line(0, "%s", fit.verdict);
    if (fit.time[0])
        cli_print_line(0, "%s", fit.time);
    if (fit.code_failure[0])
        cli_print_line(0, "code and stack: %s", fit.code_failure);
    if (fit.blame[0])
        cli_print_line(0, "%s", fit.blame);
    if (fit.way_count == 0)
        return MOTE_OK;
    puts("");
    return print_ways(&fit, err);
}

static void fit_cells(cli_table *table, const mote_fit *fit)
{
    cli_cell(table, "%s", mote_fit_answer_name(fit->answer));
    cli_cell(table, fit->memory_failure[0] ? "" : "%zu", fit->ram_bytes);
    cli_cell(table, fit->memory_failure[0] ? "" : "%zu", fit->region_bytes);
    cli_cell(table, fit->memory_failure[0] ? "" : "%zu", fit->flash_bytes);
}

mote_status cli_inspect_print_boards(const cli_inspecting *in, mote_error *err)
{
    static const char *const alone[] = {"board", "core", "MHz", "flash", "RAM", "name"};
    static const char *const fitted[] = {"board", "core", "answer", "needs RAM", "of", "needs flash", "of", "ms"};
    mote_fit                *fits = in->model ? fit_all(in, err) : NULL;
    cli_table                table = {.headings = fits ? fitted : alone, .column_count = fits ? 8 : 6};
    int32_t                  i;

    MOTE_TRY(err->code);
    cli_progress_end();
    for (i = 0; i < mote_boards_count(in->boards); i++) {
        const mote_board *board = mote_boards_at(in->boards, i);
        cli_cell(&table, "%s", board->id);
        cli_cell(&table, "%s", board->core);
        if (fits) {
            fit_cells(&table, &fits[i]);
            bytes_cell(&table, board->flash_bytes);
            cli_cell(&table, "%s", fits[i].milliseconds > 0 ? mote_number_rounded(fits[i].milliseconds).text : "");
            continue;
        }
        cli_cell(&table, "%d", board->clock_mhz);
        bytes_cell(&table, board->flash_bytes);
        bytes_cell(&table, board->ram_bytes);
        cli_cell(&table, "%s", board->name);
    }
    free(fits);
    return cli_table_print(&table, err);
}

/* ---- as JSON ---- */

static json_t *json_bytes(size_t bytes)
{
    return bytes == MOTE_UNKNOWN ? json_null() : json_integer((json_int_t)bytes);
}

static json_t *json_text_or_null(const char *text)
{
    return text && text[0] ? mote_json_text(text) : json_null();
}

static json_t *json_regions(const mote_board *board)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < board->region_count; i++) {
        const mote_board_region *region = &board->regions[i];
        mote_json_append(&list, json_pack("{ss so sI ss}", "name", region->name, "origin", json_bytes(region->origin),
                                          "bytes", (json_int_t)region->bytes, "holds", mote_region_use_name(region->use)));
    }
    return list;
}

static json_t *json_aliases(const mote_board *board)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < board->alias_count; i++)
        mote_json_append(&list, json_string(board->aliases[i]));
    return list;
}

static json_t *json_of_board(const mote_board *board)
{
    json_t *object = json_pack("{ss ss ss ss si}", "id", board->id, "name", board->name, "core", board->core, "cores",
                               board->cores, "clock_mhz", board->clock_mhz);

    mote_json_set(&object, "aliases", json_aliases(board));
    mote_json_set(&object, "fpu", json_text_or_null(board->fpu));
    mote_json_set(&object, "flash_bytes", json_bytes(board->flash_bytes));
    mote_json_set(&object, "ram_bytes", json_bytes(board->ram_bytes));
    mote_json_set(&object, "ram_differs", json_text_or_null(board->ram_differs));
    mote_json_set(&object, "ram", json_regions(board));
    mote_json_set(&object, "sdk_flash_bytes", json_bytes(board->sdk_flash_bytes));
    mote_json_set(&object, "sdk_ram_bytes", json_bytes(board->sdk_ram_bytes));
    mote_json_set(&object, "notes", json_string(board->notes));
    mote_json_set(&object, "source", json_string(board->source));
    return object;
}

static json_t *json_ways(const mote_fit *fit)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < fit->way_count; i++) {
        const mote_fit_way *way = &fit->ways[i];
        mote_json_append(&list,
                         json_pack("{ss ss sI sI sb}", "change", way->what, "answer", mote_fit_answer_name(way->answer),
                                   "arena_bytes", (json_int_t)way->arena_bytes, "constant_bytes",
                                   (json_int_t)way->constant_bytes, "is_estimate", way->is_estimate));
    }
    return list;
}

/* Empty where the arena is one block. */
static json_t *json_parts(const mote_fit *fit)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; fit->answer == MOTE_FIT_SPLIT && i < fit->part_count; i++) {
        const mote_fit_part *part = &fit->parts[i];
        mote_json_append(&list, json_pack("{ss so sI sI sI}", "name", part->name, "region",
                                          mote_json_text(fit->board->regions[part->region_first].name), "bytes",
                                          (json_int_t)part->bytes, "planned_for_bytes", (json_int_t)part->room_bytes,
                                          "region_bytes", (json_int_t)part->region_bytes));
    }
    return list;
}

static void add_fit(json_t **object, const mote_fit *fit)
{
    mote_json_set(object, "answer", json_string(mote_fit_answer_name(fit->answer)));
    mote_json_set(object, "verdict", mote_json_text(fit->verdict));
    mote_json_set(object, "memory_failure", json_text_or_null(fit->memory_failure));
    mote_json_set(object, "constant_bytes", json_bytes(fit->constant_bytes));
    mote_json_set(object, "code_bytes", json_bytes(fit->code_bytes));
    mote_json_set(object, "code_chip", fit->code_chip ? json_string(fit->code_chip->name) : json_null());
    mote_json_set(object, "code_failure", json_text_or_null(fit->code_failure));
    mote_json_set(object, "flash_needed_bytes", json_bytes(fit->flash_bytes));
    mote_json_set(object, "flash_over_bytes", json_bytes(fit->flash_over));
    mote_json_set(object, "arena_bytes", json_bytes(fit->arena_bytes));
    mote_json_set(object, "stack_bytes", json_bytes(fit->stack_bytes));
    mote_json_set(object, "milliseconds", fit->milliseconds > 0 ? mote_json_number(fit->milliseconds) : json_null());
    mote_json_set(object, "cycles", fit->milliseconds > 0 ? json_integer((json_int_t)fit->cycles) : json_null());
    mote_json_set(object, "wait_cycles", fit->milliseconds > 0 ? json_integer((json_int_t)fit->wait_cycles) : json_null());
    mote_json_set(object, "time", fit->time[0] ? json_string(fit->time) : json_null());
    mote_json_set(object, "region", json_text_or_null(fit->region));
    mote_json_set(object, "region_bytes", json_bytes(fit->region_bytes));
    mote_json_set(object, "split", json_parts(fit));
    mote_json_set(object, "ram_needed_bytes", json_bytes(fit->ram_bytes));
    mote_json_set(object, "ram_over_bytes", json_bytes(fit->ram_over));
    mote_json_set(object, "blame", json_text_or_null(fit->blame));
    mote_json_set(object, "ways", json_ways(fit));
}

json_t *cli_inspect_json_board(const cli_inspecting *in, mote_error *err)
{
    json_t  *object = json_of_board(in->board);
    mote_fit fit;

    if (in->model && fit_one(&fit, in, err) == MOTE_OK)
        add_fit(&object, &fit);
    return object;
}

json_t *cli_inspect_json_boards(const cli_inspecting *in, mote_error *err)
{
    mote_fit *fits = in->model ? fit_all(in, err) : NULL;
    json_t   *list = json_array();
    int32_t   i;

    for (i = 0; err->code == MOTE_OK && i < mote_boards_count(in->boards); i++) {
        json_t *object = json_of_board(mote_boards_at(in->boards, i));
        if (fits)
            add_fit(&object, &fits[i]);
        mote_json_append(&list, object);
    }
    free(fits);
    return list;
}
