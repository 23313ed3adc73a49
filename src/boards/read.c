/* boards/NAME.yaml, key by key, as strictly as a spec: what is not known is null, and a figure that contradicts another one
 * is refused. SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "boards/boards.h"
#include "layers/key_reader.h"

/* ---- cores ---- */

/* What stands for a core: an emulated chip's compiler, and the kernels that a compiler for the core itself would choose. A
 * core without a row is no core that mote knows. */
typedef struct core_row {
    const char *core, *fpu; /* fpu: of cores with this one alone; NULL: any. The first row that applies is taken */
    const char *chip, *kernels;
    bool        is_own; /* the chip's instructions are the core's */
} core_row;

static const core_row core_rows[] = {
    {"AVR8", NULL, "atmega328p", "avr", true},
    {"Cortex-M0+", NULL, "cortex-m0plus", "portable", true},
    {"Cortex-M3", NULL, "cortex-m3", "portable", true},
    {"Cortex-M4F", NULL, "cortex-m4", "arm-dsp", true},
    {"Cortex-M7", NULL, "cortex-m7", "arm-dsp", true},
    {"Cortex-M33", NULL, "cortex-m33", "arm-dsp", true},
    {"Cortex-M55", NULL, "cortex-m55", "arm-dsp", true},
    {"Cortex-M85", NULL, "cortex-m55", "arm-dsp", false},
    {"RV32EC", NULL, "rv32imc", "portable", false},
    {"RV32IMC", NULL, "rv32imc", "riscv", true},
    {"RV32IMAC", NULL, "rv32imc", "riscv", true},
    {"RV32IMAFC", NULL, "rv32imafc", "riscv", true},
    {"Xtensa L106", NULL, "xtensa", "portable", true},
    {"Xtensa LX6", NULL, "cortex-m4", "portable", false},
    {"Xtensa LX7", "none", "cortex-m3", "portable", false},
    {"Xtensa LX7", NULL, "cortex-m4", "portable", false},
};

enum { CORE_ROWS = sizeof core_rows / sizeof core_rows[0] };

static mote_status take_core(mote_board *board, const mote_yaml_reader *reader, int line)
{
    const char *names[CORE_ROWS];
    int         i;

    for (i = 0; i < CORE_ROWS; i++) {
        const core_row *row = &core_rows[i];
        names[i] = row->core;
        if (strcmp(row->core, board->core) != 0 || (row->fpu && (!board->fpu || strcmp(row->fpu, board->fpu) != 0)))
            continue;
        board->chip = mote_chip_find(row->chip);
        board->kernels = row->kernels;
        board->has_chip_compiler = row->is_own;
        return MOTE_OK;
    }
    return mote_yaml_fail_word(reader, line, "core: unknown", board->core, names, CORE_ROWS);
}

/* ---- regions ---- */

static const mote_word use_words[] = {{"static", MOTE_REGION_STATIC},
                                      {"section", MOTE_REGION_SECTION},
                                      {"heap", MOTE_REGION_HEAP},
                                      {"code", MOTE_REGION_CODE},
                                      {NULL, 0}};

const char *mote_region_use_name(mote_region_use use)
{
    return use_words[use].word;
}

typedef struct region_section {
    const char *name, *origin;
    uint64_t    bytes;
    int         use;
} region_section;

#define BYTES_MAX 4294967296.0

static const mote_key region_keys[] = {
    MOTE_KEY("name", region_section, name, .is_required = true),
    MOTE_KEY("origin", region_section, origin),
    MOTE_KEY("bytes", region_section, bytes, .min = 1, .max = BYTES_MAX, .is_required = true),
    MOTE_KEY("holds", region_section, use, .words = use_words, .is_required = true),
    {0},
};

static mote_status read_origin(size_t *out, const mote_yaml_reader *reader, const mote_yaml *region, const char *text)
{
    char *end = NULL;

    *out = MOTE_UNKNOWN;
    if (!text)
        return MOTE_OK;
    *out = strtoul(text, &end, 16);
    if (strncmp(text, "0x", 2) != 0 || strlen(text) != 10 || *end != '\0')
        return mote_yaml_fail(reader, region->line, "ram: origin is \"%s\"; an address as 0x20000000 expected",
                              mote_show_string(text).text);
    return MOTE_OK;
}

static mote_status read_regions(mote_board *board, const mote_yaml_reader *reader, const mote_yaml *list)
{
    const mote_yaml *item;

    if (!list || list->kind != MOTE_YAML_LIST || list->count < 1)
        return mote_yaml_fail(reader, list ? list->line : 1, "ram: a list of regions expected");
    board->regions = MOTE_NEW(reader->arena, mote_board_region, list->count, reader->err);
    for (item = list->first; board->regions && item; item = item->next) {
        mote_board_region *region = &board->regions[board->region_count++];
        region_section     section = {0};
        MOTE_TRY(mote_yaml_need_map(reader, item, "a region"));
        MOTE_TRY(mote_keys_read(reader, item, &(mote_keys_place){"ram", region_keys, NULL}, &section));
        *region = (mote_board_region){.name = section.name, .bytes = section.bytes, .use = (mote_region_use)section.use};
        MOTE_TRY(read_origin(&region->origin, reader, item, section.origin));
    }
    return reader->err->code;
}

/* ---- the rest ---- */

typedef struct sdk_section {
    uint64_t    flash_bytes, ram_bytes;
    const char *source;
} sdk_section;

static const mote_key sdk_keys[] = {
    MOTE_KEY("flash_bytes", sdk_section, flash_bytes, .max = BYTES_MAX),
    MOTE_KEY("ram_bytes", sdk_section, ram_bytes, .max = BYTES_MAX),
    MOTE_KEY("source", sdk_section, source),
    {0},
};

static mote_status read_sdk(mote_board *board, const mote_yaml_reader *reader, const mote_yaml *map)
{
    sdk_section section = {MOTE_UNKNOWN, MOTE_UNKNOWN, NULL};

    if (!map)
        return mote_yaml_fail(reader, 1, "sdk is missing; what is not known is null");
    MOTE_TRY(mote_yaml_need_map(reader, map, "sdk"));
    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"sdk", sdk_keys, NULL}, &section));
    if ((section.flash_bytes != MOTE_UNKNOWN || section.ram_bytes != MOTE_UNKNOWN) != (section.source != NULL))
        return mote_yaml_fail(reader, map->line, "sdk: a figure needs a source, and a source a figure");
    board->sdk_flash_bytes = section.flash_bytes;
    board->sdk_ram_bytes = section.ram_bytes;
    board->sdk_source = section.source;
    return MOTE_OK;
}

typedef struct cache_section {
    int         lines, line_bytes, ways;
    int         miss_cycles;
    const char *source;
} cache_section;

static const mote_key shape_keys[] = {
    MOTE_KEY("lines", cache_section, lines, .min = 1, .max = 4096, .is_required = true),
    MOTE_KEY("line_bytes", cache_section, line_bytes, .min = 1, .max = 1024, .is_required = true),
    MOTE_KEY("ways", cache_section, ways, .min = 1, .max = 4096, .is_required = true),
    {0},
};

static const mote_key cache_keys[] = {
    MOTE_KEY("miss_cycles", cache_section, miss_cycles, .min = 1, .max = 10000, .is_required = true),
    MOTE_KEY("source", cache_section, source, .is_required = true),
    {0},
};

static mote_status read_shape(mote_cache_shape *out, const mote_yaml_reader *reader, const mote_yaml *map, const char *what)
{
    cache_section shape = {0};

    MOTE_TRY(mote_yaml_need_map(reader, map, what));
    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){what, shape_keys, NULL}, &shape));
    if (shape.lines % shape.ways != 0)
        return mote_yaml_fail(reader, map->line, "%s: %d lines are not %d ways of equal size", what, shape.lines,
                              shape.ways);
    *out = (mote_cache_shape){shape.lines, shape.line_bytes, shape.ways};
    return MOTE_OK;
}

static mote_status read_flash_cache(mote_board *board, const mote_yaml_reader *reader, const mote_yaml *map)
{
    static const char *const others[] = {"instructions", "data", NULL};
    mote_flash_cache        *cache = &board->flash_cache;
    const mote_yaml         *instructions, *data;
    cache_section            section = {0};

    if (!map)
        return mote_yaml_fail(reader, 1, "flash_cache is missing; what is not known is null");
    if (mote_yaml_is_null(map))
        return MOTE_OK;
    MOTE_TRY(mote_yaml_need_map(reader, map, "flash_cache"));
    MOTE_TRY(mote_keys_read(reader, map, &(mote_keys_place){"flash_cache", cache_keys, others}, &section));
    instructions = mote_yaml_find(map, "instructions");
    data = mote_yaml_find(map, "data");
    if (!instructions || !data)
        return mote_yaml_fail(reader, map->line, "flash_cache: instructions and data expected; data may be \"shared\"");
    MOTE_TRY(read_shape(&cache->instructions, reader, instructions, "flash_cache: instructions"));
    cache->is_shared = data->kind == MOTE_YAML_TEXT && strcmp(data->text, "shared") == 0;
    if (!cache->is_shared)
        MOTE_TRY(read_shape(&cache->data, reader, data, "flash_cache: data"));
    cache->miss_cycles = section.miss_cycles;
    board->flash_cache_source = section.source;
    return MOTE_OK;
}

static mote_status read_aliases(mote_board *board, const mote_yaml_reader *reader, const mote_yaml *list)
{
    const mote_yaml *item;
    const char     **aliases;

    if (!list || list->kind != MOTE_YAML_LIST)
        return mote_yaml_fail(reader, list ? list->line : 1, "aliases: a list expected, [] for none");
    board->aliases = aliases = MOTE_NEW(reader->arena, const char *, list->count + 1, reader->err);
    for (item = list->first; aliases && item; item = item->next) {
        MOTE_TRY(mote_yaml_need_text(reader, item, "an alias"));
        aliases[board->alias_count++] = item->text;
    }
    return reader->err->code;
}

/* The sums are checked so that neither figure can be changed alone. */
static mote_status check_ram(const mote_board *board, const mote_yaml_reader *reader, const mote_yaml *ram)
{
    size_t  sum = 0;
    int32_t i;

    for (i = 0; i < board->region_count; i++)
        sum += board->regions[i].use == MOTE_REGION_STATIC ? board->regions[i].bytes : 0;
    if (sum == 0)
        return mote_yaml_fail(reader, ram->line, "ram: no region holds static data");
    if ((sum == board->ram_bytes) != (board->ram_differs == NULL))
        return mote_yaml_fail(reader, ram->line, "ram: static regions have %zu bytes, ram_bytes is %zu; %s", sum,
                              board->ram_bytes, board->ram_differs ? "leave ram_differs out" : "say why in ram_differs");
    return MOTE_OK;
}

typedef struct board_section {
    mote_board board;
    int        clock_mhz;
    uint64_t   flash_bytes, near_constant_bytes, ram_bytes;
} board_section;

static const mote_word fpu_words[] = {{"none", 0}, {"f32", 0}, {"f64", 0}, {NULL, 0}};

static const mote_key board_keys[] = {
    MOTE_KEY("id", board_section, board.id, .is_required = true),
    MOTE_KEY("name", board_section, board.name, .is_required = true),
    MOTE_KEY("core", board_section, board.core, .is_required = true),
    MOTE_KEY("cores", board_section, board.cores, .is_required = true),
    MOTE_KEY("fpu", board_section, board.fpu, .words = fpu_words),
    MOTE_KEY("clock_mhz", board_section, clock_mhz, .min = 1, .max = 10000, .is_required = true),
    MOTE_KEY("flash_bytes", board_section, flash_bytes, .min = 1, .max = BYTES_MAX),
    MOTE_KEY("near_constant_bytes", board_section, near_constant_bytes, .min = 1, .max = BYTES_MAX),
    MOTE_KEY("ram_bytes", board_section, ram_bytes, .min = 1, .max = BYTES_MAX, .is_required = true),
    MOTE_KEY("ram_differs", board_section, board.ram_differs),
    MOTE_KEY("notes", board_section, board.notes, .is_required = true),
    MOTE_KEY("source", board_section, board.source, .is_required = true),
    {0},
};

static mote_status read_board(mote_board *out, const mote_yaml_reader *reader, const mote_yaml *root)
{
    static const char *const others[] = {"aliases", "ram", "sdk", "flash_cache", NULL};
    const mote_yaml         *ram = mote_yaml_find(root, "ram");
    board_section            section = {.flash_bytes = MOTE_UNKNOWN, .near_constant_bytes = MOTE_UNKNOWN};

    MOTE_TRY(mote_keys_read(reader, root, &(mote_keys_place){"a board", board_keys, others}, &section));
    *out = section.board;
    out->clock_mhz = section.clock_mhz;
    out->flash_bytes = section.flash_bytes;
    out->near_constant_bytes = section.near_constant_bytes;
    out->ram_bytes = section.ram_bytes;
    MOTE_TRY(take_core(out, reader, mote_yaml_find(root, "core")->line));
    MOTE_TRY(read_aliases(out, reader, mote_yaml_find(root, "aliases")));
    MOTE_TRY(read_sdk(out, reader, mote_yaml_find(root, "sdk")));
    MOTE_TRY(read_flash_cache(out, reader, mote_yaml_find(root, "flash_cache")));
    MOTE_TRY(read_regions(out, reader, ram));
    return check_ram(out, reader, ram);
}

mote_status mote_board_read(mote_board *out, const char *path, const char *bytes, size_t count, mote_arena *arena,
                            mote_error *err)
{
    const mote_yaml_reader reader = {path, arena, err};
    mote_yaml             *root;

    MOTE_TRY(mote_yaml_read(&root, &reader, bytes, count));
    return read_board(out, &reader, root);
}
