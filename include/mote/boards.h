/* The boards people own, and whether a model fits one: before it is trained, and before anything is flashed.
 *
 *     mote_boards *boards;
 *     mote_fit     fit;
 *     if (mote_boards_load(&boards, &err) == MOTE_OK &&
 *         mote_board_fit(&fit, model, mote_boards_find(boards, "esp32dev", &err), NULL, &err) == MOTE_OK)
 *         puts(fit.verdict);
 *     mote_boards_destroy(boards);
 *
 * docs/BOARDS.md says what the figures mean and where they come from. They are made from boards' published files: what those
 * do not tell is MOTE_UNKNOWN, here and in all that is worked out from it, and never a guess.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BOARDS_H
#define MOTE_BOARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mote/compile.h>
#include <mote/emulate.h>
#include <mote/inspect.h>
#include <mote/model.h>
#include <mote/spec.h>
#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MOTE_UNKNOWN SIZE_MAX /* bytes that no source tells */

/* ---- boards ---- */

/* What a program may put into a region, from what needs nothing to what needs most. */
typedef enum mote_region_use {
    MOTE_REGION_STATIC,  /* static data, as the board's usual linker script places them */
    MOTE_REGION_SECTION, /* static data that a section attribute or a linker script of one's own places there */
    MOTE_REGION_HEAP,    /* only what is allocated at run time */
    MOTE_REGION_CODE     /* nothing of a model: memory for instructions */
} mote_region_use;
const char *mote_region_use_name(mote_region_use use); /* "static", "section", "heap", "code" */

typedef struct mote_board_region {
    const char     *name;
    size_t          origin, bytes; /* origin: its address, or MOTE_UNKNOWN */
    mote_region_use use;
    uint64_t        room[8]; /* mote.h */
} mote_board_region;

typedef struct mote_board {
    const char        *id, *name; /* id: PlatformIO's */
    const char *const *aliases;   /* [alias_count]: by which it is found, too */
    int32_t            alias_count;
    const char        *core;  /* that runs the model: "Cortex-M4F" */
    const char        *cores; /* all of them, as the source has it */
    const char        *fpu;   /* "none", "f32", "f64"; NULL: not known */
    int32_t            clock_mhz;
    size_t             flash_bytes;         /* that a program may use; MOTE_UNKNOWN: it is no part of the chip */
    size_t             near_constant_bytes; /* most constants that code reaches; MOTE_UNKNOWN: all of flash */
    size_t             ram_bytes;           /* of all that is static, as PlatformIO counts */
    const char        *ram_differs;         /* why the static regions are not ram_bytes together; NULL: they are */
    mote_board_region *regions;             /* [region_count], the fast ones first, what is outside the chip last */
    int32_t            region_count;
    size_t             sdk_flash_bytes, sdk_ram_bytes; /* that a program takes which does nothing */
    const char        *sdk_source;                     /* of these two; NULL: neither is known */
    mote_flash_cache   flash_cache;                    /* what code and constants wait for */
    const char        *flash_cache_source;             /* of it; NULL: it is not known, and no waits are counted */
    const char        *notes, *source;
    const mote_chip   *chip;              /* the emulated one whose compiler and kernels stand for the core's */
    const char        *kernels;           /* mote_compile_options.kernels: what a compiler for the core would choose */
    bool               has_chip_compiler; /* chip's code is the core's own; else that of the nearest core */
    uint64_t           room[8];           /* mote.h */
} mote_board;

typedef struct mote_boards mote_boards;

mote_status mote_boards_load(mote_boards **out, mote_error *err);
void        mote_boards_destroy(mote_boards *boards); /* NULL is fine */

int32_t           mote_boards_count(const mote_boards *boards);
const mote_board *mote_boards_at(const mote_boards *boards, int32_t index); /* by id */
/* By id or alias, in letters of any case; NULL and USAGE, with the nearest name, where there is none. */
const mote_board *mote_boards_find(const mote_boards *boards, const char *name, mote_error *err);

/* ---- whether a model fits ---- */

typedef enum mote_fit_answer {
    MOTE_FIT_YES = 0, /* as far as is known: see mote_fit.verdict */
    MOTE_FIT_SECTION, /* where the arena is placed by a section attribute */
    MOTE_FIT_SPLIT,   /* where the arena is split over several regions: mote_fit.parts */
    MOTE_FIT_HEAP,    /* where the arena is allocated at run time: static data have no room for it */
    MOTE_FIT_NO
} mote_fit_answer;
const char *mote_fit_answer_name(mote_fit_answer answer); /* "fits", "fits by a section", "fits split", ... */

/* A way to make it smaller. Unless it is an estimate, the changed network was planned for the board. */
typedef struct mote_fit_way {
    char            what[96]; /* "io: int8, input 48x48" */
    size_t          arena_bytes, constant_bytes;
    mote_fit_answer answer;
    bool            is_estimate;
    uint64_t        room[8]; /* mote.h */
} mote_fit_way;

enum { MOTE_FIT_WAYS = 4, MOTE_FIT_PARTS = MOTE_COMPILE_REGIONS_MAX };

/* What lies in one region, or in several that are adjacent, of an arena that is split. */
typedef struct mote_fit_part {
    char     name[24];                   /* in generated names: "dtcm" */
    int32_t  region_first, region_count; /* of the board's regions */
    size_t   bytes;                      /* of the arena, there */
    size_t   room_bytes;                 /* it was planned for at most so many: without what else must be there */
    size_t   region_bytes;               /* what the region has */
    uint64_t room[8];                    /* mote.h */
} mote_fit_part;

typedef struct mote_fit {
    const mote_board *board; /* the caller's */
    mote_fit_answer   answer;
    char              verdict[400]; /* the answer in one line, with the numbers that decide and what they leave out */

    size_t           constant_bytes;          /* of the model, in flash */
    size_t           code_bytes, stack_bytes; /* of the model and what it calls; MOTE_UNKNOWN: not measured */
    const mote_chip *code_chip;               /* whose compiler told them; NULL: not measured */
    char             code_failure[160];       /* why not; "": nobody asked, or the model does not fit anyway */
    size_t           flash_bytes;             /* needed: code, constants, the SDK's floor, as far as they are known */
    size_t           flash_over;              /* by which that is too much */

    size_t  arena_bytes;
    char    region[96];   /* where the arena goes, or the largest that holds static data; adjacent regions are one, "A+B" */
    size_t  region_bytes; /* what it has */
    int32_t region_first, region_count; /* of the board's regions */
    size_t  ram_bytes; /* needed there: the arena; in static data also the stack and the SDK's floor, where known */
    size_t  ram_over;  /* by which static data have too little room, in the usual linker script */
    /* [part_count], from fast to slow, where the arena is split: in place of region_first and region_count; region_bytes and
     * ram_bytes are sums, and region has all names, "DTCM + SRAM". Else part_count is 0. */
    mote_fit_part parts[MOTE_FIT_PARTS];
    int32_t       part_count;
    size_t        array_bytes, array_limit; /* the largest array of weights; what compilers for it allow (AVR), 0: any */
    char          blame[240];               /* what to look at where it does not fit as static data; "": it does */

    /* How long an inference takes, where counts_time asked for it and the model fits. */
    double   milliseconds;        /* cycles at the board's clock; 0: not known */
    uint64_t cycles, wait_cycles; /* modelled; of them those of waiting for flash */
    char     time[400];           /* the figure with its basis and its error, or why there is none; "": nobody asked */

    mote_fit_way ways[MOTE_FIT_WAYS]; /* cheapest first */
    int32_t      way_count;
    char         memory_failure[240]; /* why there is no plan, and the answer is NO; "": there is one */
    uint64_t     room[8];             /* mote.h */
} mote_fit;

/* Zeroed works. */
typedef struct mote_fit_options {
    mote_inspect_options inspect;            /* the form that is deployed; kernels are the board's */
    bool                 leaves_code;        /* no compiler is run: code and stack are not counted */
    bool                 leaves_ways;        /* no ways out are looked for */
    bool                 counts_time;        /* an emulator runs one inference, unless the model does not fit */
    mote_optimize        optimize;           /* as mote_compile_options has it */
    int32_t              time_limit_seconds; /* of a compiler; 0: 60 */
    uint64_t             room[8];            /* mote.h */
} mote_fit_options;

/* That a model does not fit is no error. A compiler that is not installed is none, either: code and stack are not counted
 * then, and the verdict says so. options may be NULL. Errors: those of mote_inspect; USAGE (no model, no board); what err
 * holds already, as of a board that was not found. */
mote_status mote_board_fit(mote_fit *out, const mote_model *model, const mote_board *board, const mote_fit_options *options,
                           mote_error *err);

/* What mote_compile_options.regions takes of an arena that is split: fills regions and returns part_count. Names are the
 * fit's. 0: the arena is one block. */
int32_t mote_fit_regions(const mote_fit *fit, mote_memory_region regions[MOTE_FIT_PARTS]);

/* fits: [mote_boards_count], in the boards' order. Each compiler runs once, and no ways out are looked for. */
mote_status mote_boards_fit(mote_fit *fits, const mote_boards *boards, const mote_model *model,
                            const mote_fit_options *options, mote_error *err);

/* The network of a spec in the form that it deploys; set may be NULL where mote_spec_gives_shapes. Ways out are no
 * estimates. options->inspect and optimize are the spec's. Errors: those of mote_spec_build_model, too. */
mote_status mote_spec_fit(mote_fit *out, const mote_spec *spec, const mote_dataset *set, const mote_board *board,
                          const mote_fit_options *options, mote_error *err);

#ifdef __cplusplus
}
#endif
#endif
