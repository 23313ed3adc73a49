/* Where the arena goes, and what the answer says. SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "boards/fit.h"

/* ---- regions ---- */

static bool continues(const mote_board_region *before, const mote_board_region *region)
{
    return before->origin != MOTE_UNKNOWN && region->origin != MOTE_UNKNOWN && before->use == region->use &&
           before->origin + before->bytes == region->origin;
}

mote_region_run mote_region_run_at(const mote_board *board, int32_t first)
{
    mote_region_run run = {first, 1, board->regions[first].bytes};
    int32_t         i;

    for (i = first + 1; i < board->region_count && continues(&board->regions[i - 1], &board->regions[i]); i++) {
        run.count++;
        run.bytes += board->regions[i].bytes;
    }
    return run;
}

mote_region_run mote_region_run_largest(const mote_board *board, mote_region_use use)
{
    mote_region_run best = {0}, run;
    int32_t         i;

    for (i = 0; i < board->region_count; i += run.count) {
        run = mote_region_run_at(board, i);
        if (board->regions[i].use == use && run.bytes > best.bytes)
            best = run;
    }
    return best;
}

/* Behind `used` letters of fit->region; returns how many there are then. */
static size_t add_names(mote_fit *fit, size_t used, int32_t first, int32_t count)
{
    int32_t i;

    for (i = 0; i < count && used < sizeof fit->region; i++)
        used += (size_t)snprintf(fit->region + used, sizeof fit->region - used, "%s%s", i ? "+" : "",
                                 fit->board->regions[first + i].name);
    return used;
}

static void name_run(mote_fit *fit, mote_region_run r)
{
    fit->region[0] = '\0';
    fit->region_bytes = r.bytes;
    fit->region_first = r.first;
    fit->region_count = r.count;
    add_names(fit, 0, r.first, r.count);
}

/* Where static data go besides the arena, it is counted there. */
static void name_parts(mote_fit *fit)
{
    const mote_region_run largest = mote_region_run_largest(fit->board, MOTE_REGION_STATIC);
    size_t                used = 0;
    int32_t               i;

    fit->region_bytes = fit->ram_bytes = 0;
    fit->region_first = fit->parts[0].region_first;
    fit->region_count = fit->parts[0].region_count;
    for (i = 0; i < fit->part_count; i++) {
        const mote_fit_part *part = &fit->parts[i];
        if (i > 0 && used < sizeof fit->region)
            used += (size_t)snprintf(fit->region + used, sizeof fit->region - used, " + ");
        used = add_names(fit, used, part->region_first, part->region_count);
        fit->region_bytes += part->region_bytes;
        fit->ram_bytes += part->bytes + (part->region_first == largest.first ? mote_fit_other_bytes(fit) : 0);
    }
}

/* ---- the answer ---- */

static size_t known(size_t bytes)
{
    return bytes == MOTE_UNKNOWN ? 0 : bytes;
}

/* Constants that lie in RAM, too, since the chip's flash is not read byte by byte. */
static size_t constants_in_ram(const mote_fit *fit)
{
    return fit->board->chip && fit->board->chip->has_constants_in_ram ? fit->constant_bytes : 0;
}

size_t mote_fit_other_bytes(const mote_fit *fit)
{
    return constants_in_ram(fit) + known(fit->stack_bytes) + known(fit->board->sdk_ram_bytes);
}

static mote_fit_answer place_arena(mote_fit *fit)
{
    const mote_region_run largest = mote_region_run_largest(fit->board, MOTE_REGION_STATIC);
    const mote_region_run section = mote_region_run_largest(fit->board, MOTE_REGION_SECTION);
    const mote_region_run heap = mote_region_run_largest(fit->board, MOTE_REGION_HEAP);

    fit->ram_bytes = fit->arena_bytes + mote_fit_other_bytes(fit);
    fit->ram_over = fit->ram_bytes > largest.bytes ? fit->ram_bytes - largest.bytes : 0;
    name_run(fit, largest);
    if (fit->ram_over == 0)
        return MOTE_FIT_YES;
    if (fit->arena_bytes <= section.bytes) {
        name_run(fit, section);
        fit->ram_bytes = fit->arena_bytes;
        return MOTE_FIT_SECTION;
    }
    if (fit->part_count > 0) {
        name_parts(fit);
        return MOTE_FIT_SPLIT;
    }
    if (fit->arena_bytes > heap.bytes)
        return MOTE_FIT_NO;
    name_run(fit, heap);
    fit->ram_bytes = fit->arena_bytes;
    return MOTE_FIT_HEAP;
}

static bool has_long_array(const mote_fit *fit)
{
    return fit->array_limit > 0 && fit->array_bytes > fit->array_limit;
}

bool mote_fit_lacks_flash(const mote_fit *fit)
{
    const mote_board *board = fit->board;

    return fit->flash_over > 0 || has_long_array(fit) ||
           (board->near_constant_bytes != MOTE_UNKNOWN && fit->constant_bytes > board->near_constant_bytes);
}

void mote_fit_place(mote_fit *fit)
{
    const mote_board *board = fit->board;

    fit->flash_bytes = fit->constant_bytes + known(fit->code_bytes) + known(board->sdk_flash_bytes);
    fit->flash_over = 0;
    if (board->flash_bytes != MOTE_UNKNOWN && fit->flash_bytes > board->flash_bytes)
        fit->flash_over = fit->flash_bytes - board->flash_bytes;
    fit->answer = place_arena(fit);
    if (mote_fit_lacks_flash(fit))
        fit->answer = MOTE_FIT_NO;
}

bool mote_fit_is_static(mote_fit_answer answer)
{
    return answer == MOTE_FIT_YES || answer == MOTE_FIT_SECTION || answer == MOTE_FIT_SPLIT;
}

/* ---- in words ---- */

const char *mote_fit_answer_name(mote_fit_answer answer)
{
    static const char *const names[] = {[MOTE_FIT_YES] = "fits",
                                        [MOTE_FIT_SECTION] = "fits by a section",
                                        [MOTE_FIT_SPLIT] = "fits split",
                                        [MOTE_FIT_HEAP] = "fits on the heap only",
                                        [MOTE_FIT_NO] = "does not fit"};

    return names[answer];
}

/* What is not in the sums. */
static void tell_left_out(mote_text *text, const mote_fit *fit)
{
    const mote_board *board = fit->board;

    if (fit->code_bytes == MOTE_UNKNOWN)
        mote_text_puts(text, "; without code and stack");
    else if (!board->has_chip_compiler)
        mote_text_printf(text, "; code and stack as of %s", fit->code_chip->name);
    if (board->sdk_flash_bytes == MOTE_UNKNOWN || board->sdk_ram_bytes == MOTE_UNKNOWN)
        mote_text_printf(text, "; what the SDK takes%s is not known",
                         board->sdk_ram_bytes != MOTE_UNKNOWN     ? " of flash"
                         : board->sdk_flash_bytes != MOTE_UNKNOWN ? " of RAM"
                                                                  : "");
}

static void tell_flash(mote_text *text, const mote_fit *fit)
{
    const mote_board *board = fit->board;

    if (board->near_constant_bytes != MOTE_UNKNOWN && fit->constant_bytes > board->near_constant_bytes)
        mote_text_printf(text, "; constants %zu bytes, code reaches %zu", fit->constant_bytes, board->near_constant_bytes);
    if (board->flash_bytes == MOTE_UNKNOWN)
        mote_text_printf(text, "; flash %zu bytes, outside the chip", fit->flash_bytes);
    else
        mote_text_printf(text, "; flash %zu of %zu bytes", fit->flash_bytes, board->flash_bytes);
    if (fit->flash_over > 0)
        mote_text_printf(text, ", %zu too many", fit->flash_over);
}

static void tell_part(mote_text *text, const mote_fit *fit, int32_t index)
{
    const mote_fit_part *part = &fit->parts[index];
    int32_t              i;

    mote_text_printf(text, "%s%zu of %zu%s (", index ? ", " : "RAM ", part->bytes, part->region_bytes,
                     index ? "" : " bytes");
    for (i = 0; i < part->region_count; i++)
        mote_text_printf(text, "%s%s", i ? "+" : "", fit->board->regions[part->region_first + i].name);
    mote_text_puts(text, ")");
}

static void tell_ram(mote_text *text, const mote_fit *fit)
{
    int32_t i;

    if (fit->answer == MOTE_FIT_SPLIT)
        for (i = 0; i < fit->part_count; i++)
            tell_part(text, fit, i);
    else
        mote_text_printf(text, "RAM %zu of %zu bytes (%s)", fit->ram_bytes, fit->region_bytes, fit->region);
    if (constants_in_ram(fit) > 0)
        mote_text_printf(text, " with %zu of constants, which this chip copies there", fit->constant_bytes);
    if (fit->ram_over > 0 && fit->answer == MOTE_FIT_SPLIT)
        mote_text_printf(text, ", in one piece %zu too many", fit->ram_over);
    else if (fit->ram_over > 0 && (fit->answer == MOTE_FIT_SECTION || fit->answer == MOTE_FIT_HEAP))
        mote_text_printf(text, ", %zu too many for other static data", fit->ram_over);
    else if (fit->ram_over > 0)
        mote_text_printf(text, ", %zu too many", fit->ram_over);
    else
        mote_text_printf(text, ", %zu left", fit->region_bytes - fit->ram_bytes);
}

void mote_fit_tell(mote_fit *fit)
{
    mote_text text = {0};

    mote_text_printf(&text, "%s: %s", fit->board->id, mote_fit_answer_name(fit->answer));
    if (fit->answer == MOTE_FIT_SPLIT)
        mote_text_printf(&text, " over %s", fit->region);
    mote_text_puts(&text, ": ");
    if (fit->memory_failure[0]) {
        mote_text_printf(&text, "%s", fit->memory_failure);
    } else {
        tell_ram(&text, fit);
        tell_flash(&text, fit);
        if (has_long_array(fit))
            mote_text_printf(&text, "; an array of %zu bytes, compilers for it allow %zu", fit->array_bytes,
                             fit->array_limit);
        tell_left_out(&text, fit);
    }
    snprintf(fit->verdict, sizeof fit->verdict, "%s", text.bytes ? text.bytes : "");
    mote_text_free(&text);
}

/* ---- ways out ---- */

mote_fit_way *mote_fit_add_way(mote_fit *fit, const char *what, const mote_fit *changed)
{
    mote_fit_way *way = &fit->ways[fit->way_count < MOTE_FIT_WAYS ? fit->way_count++ : MOTE_FIT_WAYS - 1];

    *way = (mote_fit_way){
        .arena_bytes = changed->arena_bytes, .constant_bytes = changed->constant_bytes, .answer = changed->answer};
    snprintf(way->what, sizeof way->what, "%s", what);
    return way;
}
