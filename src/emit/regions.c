/* A model's memory as generated code names it: one block, arena->bytes, or one for each region, arena->NAME->bytes.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "emit/emit.h"

/* ---- what may be asked for ---- */

/* Words that stand in a region's place in other generated names. */
static bool is_generated(const char *name)
{
    static const char *const words[] = {"all", "arena", "input", "output", "region"};
    size_t                   i;

    for (i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], name) == 0)
            return true;
    return false;
}

static mote_status take_name(mote_emitted_region *out, const char *name, mote_error *err)
{
    mote_error refused = {0};
    size_t     i;

    for (i = 0; name && name[i] && i + 1 < sizeof out->name; i++) {
        out->name[i] = (char)tolower((unsigned char)name[i]);
        out->upper[i] = (char)toupper((unsigned char)name[i]);
        if (!isalnum((unsigned char)name[i]) || !isascii((unsigned char)name[i]))
            break;
    }
    if (!name || i == 0 || name[i] || isdigit((unsigned char)name[0]))
        return mote_fail(err, MOTE_ERR_USAGE,
                         "memory: \"%s\" is no name of a region; it takes a letter, then letters and digits, at most %zu",
                         mote_show_string(name ? name : "").text, sizeof out->name - 1);
    if (is_generated(out->name) || mote_compile_check_name(out->name, &refused) != MOTE_OK)
        return mote_fail(err, MOTE_ERR_USAGE, "memory: a region cannot be called %s; choose another name, as %.10s1",
                         out->name, out->name);
    return MOTE_OK;
}

mote_status mote_emit_take_regions(mote_emitter *e, const mote_memory_region *regions, int32_t count, mote_error *err)
{
    int32_t i, k;

    if (count < 0 || count > MOTE_REGIONS_MAX || (count > 0 && !regions))
        return mote_fail(err, MOTE_ERR_USAGE, "memory of %d regions; 1 to %d can be named", count, MOTE_REGIONS_MAX);
    for (i = 0; i < count; i++) {
        MOTE_TRY(take_name(&e->regions[i], regions[i].name, err));
        for (k = 0; k < i; k++)
            if (strcmp(e->regions[k].name, e->regions[i].name) == 0)
                return mote_fail(err, MOTE_ERR_USAGE, "memory: two regions are called %s", e->regions[i].name);
        if (regions[i].bytes == 0 && i + 1 < count)
            return mote_fail(err, MOTE_ERR_USAGE,
                             "memory: %s has no bytes; only the last region may take all that is left, as %s=65536",
                             e->regions[i].name, e->regions[i].name);
        e->region_bytes[i] = regions[i].bytes ? regions[i].bytes : SIZE_MAX;
    }
    e->region_count = count;
    return MOTE_OK;
}

bool mote_emits_regions(const mote_emitter *e)
{
    return e->region_count > 1;
}

size_t mote_emitted_bytes(const mote_program *program)
{
    size_t  sum = 0;
    int32_t i;

    for (i = 0; i < program->region_count; i++)
        sum += program->regions[i].bytes;
    return sum;
}

/* ---- places ---- */

mote_emitted_place mote_emit_place(const mote_emitter *e, const mote_program *program, size_t offset)
{
    mote_emitted_place place = {.offset = offset, .at = "at", .bytes = "arena->bytes"};
    const int32_t      r = mote_plan_region(program, offset);

    if (!mote_emits_regions(e))
        return place;
    place.region = e->regions[r].name;
    place.offset = offset - program->regions[r].offset;
    snprintf(place.at, sizeof place.at, "at_%s", e->regions[r].name);
    snprintf(place.bytes, sizeof place.bytes, "arena->%s->bytes", e->regions[r].name);
    return place;
}

/* A region without bytes is not looked for. */
void mote_emit_bases(const mote_emitter *e, const mote_program *program, mote_text *out)
{
    int32_t r;

    if (!mote_emits_regions(e))
        mote_text_puts(out, "    uint8_t *const at = arena->bytes;\n");
    for (r = 0; mote_emits_regions(e) && r < program->region_count; r++)
        if (program->regions[r].bytes > 0)
            mote_text_printf(out, "    uint8_t *const at_%s = arena->%s->bytes;\n", e->regions[r].name, e->regions[r].name);
    mote_text_puts(out, "\n");
}

void mote_emit_bases_end(const mote_emitter *e, const mote_program *program, mote_text *out)
{
    int32_t r;

    if (!mote_emits_regions(e))
        mote_text_puts(out, "    (void)at;\n");
    for (r = 0; mote_emits_regions(e) && r < program->region_count; r++)
        if (program->regions[r].bytes > 0)
            mote_text_printf(out, "    (void)at_%s;\n", e->regions[r].name);
}

/* ---- the header ---- */

static bool is_last(const mote_emitter *e, int32_t r)
{
    return r + 1 == e->region_count;
}

void mote_emit_memory_usage(const mote_emitter *e, mote_text *out)
{
    int32_t r;

    if (!mote_emits_regions(e)) {
        mote_text_printf(out, " *     static %s_arena arena;                 // all the memory it uses\n", e->name);
        return;
    }
    for (r = 0; r < e->region_count; r++)
        mote_text_printf(out, " *     static %s_%s_memory %s;%s\n", e->name, e->regions[r].name, e->regions[r].name,
                         r == 0          ? " // each where such memory is: by __attribute__((section(...))),"
                         : is_last(e, r) ? " // or allocated at run time; the fast one first"
                                         : "");
    mote_text_printf(out, " *     static %s_arena arena = {", e->name);
    for (r = 0; r < e->region_count; r++)
        mote_text_printf(out, "%s&%s", r ? ", " : "", e->regions[r].name);
    mote_text_puts(out, "};\n");
}

static void emit_excess(const mote_emitter *e, const mote_variant *variant, mote_text *out)
{
    const int32_t last = e->region_count - 1;

    if (variant->exceeds_regions)
        mote_text_printf(out, "#error \"%s: its memory was to have at most %zu bytes of %s; these chips need %zu there\"\n",
                         e->name, e->region_bytes[last], e->regions[last].name, variant->program->regions[last].bytes);
}

void mote_emit_region_sizes(const mote_emitter *e, const mote_variant *variant, mote_text *out)
{
    int32_t r;

    emit_excess(e, variant, out);
    for (r = 0; mote_emits_regions(e) && r < e->region_count; r++) {
        const size_t bytes = variant->program->regions[r].bytes;
        mote_text_printf(out, "#define %s_%s_BYTES %zu%s\n", e->upper, e->regions[r].upper, bytes,
                         bytes == 0 ? " /* nothing lies there: NULL will do in the arena */" : "");
    }
}

static void emit_memory(const char *type, const char *size, size_t align, mote_text *out)
{
    mote_text_printf(out,
                     "typedef struct %s {\n    uint8_t bytes[%s]\n#if defined(__GNUC__)\n"
                     "        __attribute__((aligned(%zu)))\n#endif\n        ;\n} %s;\n\n",
                     type, size, align, type);
}

static void emit_region(const mote_emitter *e, int32_t r, size_t align, mote_text *out)
{
    const mote_emitted_region *region = &e->regions[r];
    char                       type[160], size[240];

    snprintf(type, sizeof type, "%s_%s_memory", e->name, region->name);
    snprintf(size, sizeof size, "%s_%s_BYTES > 0 ? %s_%s_BYTES : 1", e->upper, region->upper, e->upper, region->upper);
    mote_text_printf(out, "/* %s, ", region->name);
    if (e->region_bytes[r] != SIZE_MAX)
        mote_text_printf(out, "planned for at most %zu bytes: ", e->region_bytes[r]);
    mote_text_puts(out, r == 0          ? "the fastest memory, which has what the model touches most. */\n"
                        : is_last(e, r) ? "the slowest memory, which has what found no room in any faster. */\n"
                                        : "slower memory than the one before. */\n");
    emit_memory(type, size, align, out);
}

/* The arena, and all of its memory in one piece, as tests have it. */
static void emit_arena_of_regions(const mote_emitter *e, mote_text *out)
{
    int32_t r;

    mote_text_printf(out,
                     "/* Where its memory is; the pointers must stay as they are from one call to the next. */\n"
                     "typedef struct %s_arena {\n",
                     e->name);
    for (r = 0; r < e->region_count; r++)
        mote_text_printf(out, "    %s_%s_memory *%s;\n", e->name, e->regions[r].name, e->regions[r].name);
    mote_text_printf(out,
                     "} %s_arena;\n\n/* All regions in one piece, where it does not matter: in tests. */\n"
                     "typedef struct %s_all_memory {\n",
                     e->name, e->name);
    for (r = 0; r < e->region_count; r++)
        mote_text_printf(out, "    %s_%s_memory %s;\n", e->name, e->regions[r].name, e->regions[r].name);
    mote_text_printf(
        out, "} %s_all_memory;\nstatic inline %s_arena %s_arena_in(%s_all_memory *memory)\n{\n    %s_arena arena;\n\n",
        e->name, e->name, e->name, e->name, e->name);
    for (r = 0; r < e->region_count; r++)
        mote_text_printf(out, "    arena.%s = &memory->%s;\n", e->regions[r].name, e->regions[r].name);
    mote_text_puts(out, "    return arena;\n}\n\n");
}

void mote_emit_arena(const mote_emitter *e, size_t align, mote_text *out)
{
    char    type[80], size[80];
    int32_t r;

    if (mote_emits_regions(e)) {
        mote_text_printf(out, "#define %s_REGION_COUNT %d\n", e->upper, e->region_count);
        for (r = 0; r < e->region_count; r++)
            emit_region(e, r, align, out);
        emit_arena_of_regions(e, out);
        return;
    }
    snprintf(type, sizeof type, "%s_arena", e->name);
    snprintf(size, sizeof size, "%s_ARENA_BYTES", e->upper);
    emit_memory(type, size, align, out);
}

void mote_emit_static_memory(const mote_emitter *e, const char *indent, mote_text *out)
{
    if (mote_emits_regions(e))
        mote_text_printf(out, "%sstatic %s_all_memory memory;\n%s%s_arena arena = %s_arena_in(&memory);\n", indent, e->name,
                         indent, e->name, e->name);
    else
        mote_text_printf(out, "%sstatic %s_arena arena;\n", indent, e->name);
}

void mote_emit_memory_lines(const mote_emitter *e, mote_text *out)
{
    int32_t r;

    if (!mote_emits_regions(e)) {
        mote_text_printf(out, "static %s_arena arena;", e->name);
        return;
    }
    mote_text_puts(
        out,
        "/* From fast to slow. Give each its place: __attribute__((section(\"...\"))), as the linker script calls it. */\n");
    for (r = 0; r < e->region_count; r++)
        mote_text_printf(out, "static %s_%s_memory %s_%s;\n", e->name, e->regions[r].name, e->name, e->regions[r].name);
    mote_text_printf(out, "static %s_arena arena = {", e->name);
    for (r = 0; r < e->region_count; r++)
        mote_text_printf(out, "%s&%s_%s", r ? ", " : "", e->name, e->regions[r].name);
    mote_text_puts(out, "};");
}
