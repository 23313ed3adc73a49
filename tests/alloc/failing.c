/* Linked into a mote of its own, whose arenas take each allocation from malloc (MOTE_EXACT_ARENAS): makes one allocation
 * fail, the MOTE_FAIL_ALLOCATIONth, and tells in the file MOTE_COUNT_ALLOCATIONS how many there were.
 *
 * The program's definitions of malloc and its sisters are what its libraries use, too. Counted are the calls of mote and of
 * the libraries whose failures are mote's to tell; libfyaml and those that draw (cairo, fontconfig,
 * FreeType and what they stand on) are not: they crash, or go on with what they have and say nothing. What the C library
 * takes it takes for whoever called it. MOTE_SHOW_ALLOCATION=1 prints who asked for the one that fails.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

typedef enum object_kind { LEFT_OUT, C_LIBRARY, COUNTED } object_kind;

enum { RANGES_MAX = 64, FRAMES = 40 };
static struct {
    uintptr_t   from, to;
    object_kind kind;
} ranges[RANGES_MAX];
static int         range_count;
static long        fails_at = -1;
static bool        shows;
static const char *count_path;
static atomic_long seen;

static object_kind kind_of(const char *name)
{
    static const char *const left_out[] = {"cairo", "fyaml", "fontconfig", "freetype", "expat",  "pixman",
                                           "libX",  "xcb",   "glib",       "uuid",     "brotli", "ld-linux"};
    size_t                   i;

    for (i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strstr(name, left_out[i]))
            return LEFT_OUT;
    return strstr(name, "/libc.so") ? C_LIBRARY : COUNTED;
}

static int add_ranges(struct dl_phdr_info *object, size_t size, void *unused)
{
    size_t i;

    (void)size;
    (void)unused;
    for (i = 0; i < object->dlpi_phnum && range_count < RANGES_MAX; i++)
        if (object->dlpi_phdr[i].p_type == PT_LOAD && object->dlpi_phdr[i].p_flags & PF_X) {
            ranges[range_count].from = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
            ranges[range_count].to = ranges[range_count].from + object->dlpi_phdr[i].p_memsz;
            ranges[range_count++].kind = kind_of(object->dlpi_name);
        }
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *wanted = getenv("MOTE_FAIL_ALLOCATION");
    void       *frame;

    count_path = getenv("MOTE_COUNT_ALLOCATIONS");
    shows = getenv("MOTE_SHOW_ALLOCATION") != NULL;
    dl_iterate_phdr(add_ranges, NULL);
    backtrace(&frame, 1); /* its first call allocates */
    fails_at = wanted ? atol(wanted) : 0;
}

__attribute__((destructor)) static void end(void)
{
    FILE *file = count_path ? fopen(count_path, "w") : NULL;

    if (file) {
        fprintf(file, "%ld\n", (long)seen);
        fclose(file);
    }
}

static object_kind kind_at(const void *address)
{
    int i;

    for (i = 0; i < range_count; i++)
        if ((uintptr_t)address >= ranges[i].from && (uintptr_t)address < ranges[i].to)
            return ranges[i].kind;
    return LEFT_OUT;
}

static object_kind kind_behind_c_library(void)
{
    void       *frames[FRAMES];
    object_kind kind = C_LIBRARY;
    int         count = backtrace(frames, FRAMES), i;

    for (i = 3; i < count && kind == C_LIBRARY; i++) /* after this function, fails and malloc */
        kind = kind_at(frames[i]);
    return kind;
}

static bool fails(const void *caller)
{
    object_kind kind = fails_at < 0 ? LEFT_OUT : kind_at(caller);
    void       *frames[FRAMES];

    if (kind == C_LIBRARY)
        kind = kind_behind_c_library();
    if (kind != COUNTED || atomic_fetch_add(&seen, 1) + 1 != fails_at)
        return false;
    if (shows)
        backtrace_symbols_fd(frames, backtrace(frames, FRAMES), STDERR_FILENO);
    errno = ENOMEM;
    return true;
}

void *malloc(size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t count, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, bytes);
}

void *realloc(void *old, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);
}

int posix_memalign(void **out, size_t alignment, size_t bytes)
{
    void *memory = fails(__builtin_return_address(0)) ? NULL : __libc_memalign(alignment, bytes);

    if (!memory)
        return ENOMEM;
    *out = memory;
    return 0;
}
