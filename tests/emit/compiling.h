/* Compiling models to folders below ROOT, which the test defines, and these with every compiler that there is.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_TESTS_EMIT_COMPILING_H
#define MOTE_TESTS_EMIT_COMPILING_H

#include "networks.h"

#include <mote/compile.h>

#define COMPILING_UNUSED __attribute__((unused)) static

/* ---- tools ---- */

COMPILING_UNUSED void run(const char *format, ...) MOTE_PRINTF(1, 2);

COMPILING_UNUSED void run(const char *format, ...)
{
    char    command[1500], log[2000] = "";
    va_list args;
    FILE   *pipe;
    size_t  count;

    va_start(args, format);
    vsnprintf(command, sizeof command - 10, format, args);
    va_end(args);
    strcat(command, " 2>&1");
    pipe = popen(command, "r");
    assert_non_null(pipe);
    count = fread(log, 1, sizeof log - 1, pipe);
    log[count] = '\0';
    if (pclose(pipe) != 0)
        fail_msg("%s\n%s", command, log);
}

#define STRICT "-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Werror"

/* Each compiles NAME.c and NAME_selftest.c to nowhere. */
static const struct {
    const char *tool, *flags;
} compilers[] = {
    {"gcc", "-std=c99 -O0 " STRICT},
    {"gcc", "-std=c99 -Og " STRICT},
    {"gcc", "-std=c99 -Os " STRICT},
    {"gcc", "-std=c99 -O3 " STRICT},
    {"gcc", "-std=c17 -O2 -ffreestanding " STRICT},
    {"clang-14", "-std=c99 -O0 " STRICT},
    {"clang-14", "-std=c99 -O2 " STRICT},
    {"arm-none-eabi-gcc", "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -std=c99 -O2 " STRICT},
    {"arm-none-eabi-gcc", "-mcpu=cortex-m0 -mthumb -std=gnu11 -Os " STRICT},
    {"riscv64-unknown-elf-gcc", "-march=rv32imc -mabi=ilp32 -ffreestanding -std=c99 -Os " STRICT},
    {"xtensa-lx106-elf-gcc", "-mlongcalls -ffreestanding -std=c99 -Os " STRICT},
    {"avr-gcc", "-mmcu=atmega328p -std=gnu99 -Os -Wall -Wextra -Wconversion -Werror"},
};

static bool is_installed[sizeof compilers / sizeof *compilers];

COMPILING_UNUSED int find_compilers(void **state)
{
    size_t     i;
    mote_error err = {0};

    (void)state;
    for (i = 0; i < sizeof compilers / sizeof *compilers; i++)
        is_installed[i] = i > 0 && strcmp(compilers[i].tool, compilers[i - 1].tool) == 0 ? is_installed[i - 1]
                                                                                         : has_tool(compilers[i].tool);
    mote_remove_tree(ROOT, &err);
    mote_make_dirs(ROOT, &err);
    return err.code != MOTE_OK;
}

/* ---- a folder ---- */

typedef struct compiled {
    char                folder[200];
    mote_compile_result result;
} compiled;

COMPILING_UNUSED compiled compile(const mote_model *model, const char *label, const mote_compile_options *options)
{
    compiled   c;
    mote_error err = {0};

    snprintf(c.folder, sizeof c.folder, ROOT "/%s", label);
    if (mote_compile(&c.result, model, c.folder, options, &err) != MOTE_OK)
        fail_msg("%s: %s", label, err.text);
    return c;
}

/* With every third compiler, by turns: three folders meet all of them. */
COMPILING_UNUSED void compiles_everywhere(const compiled *c)
{
    static size_t turn;
    size_t        i;

    for (i = turn++ % 3; i < sizeof compilers / sizeof *compilers; i += 3)
        if (is_installed[i])
            run("%s %s -c %s/%s.c -o %s/../object.o && %s %s -c %s/%s_selftest.c -o %s/../object.o", compilers[i].tool,
                compilers[i].flags, c->folder, c->result.name, c->folder, compilers[i].tool, compilers[i].flags, c->folder,
                c->result.name, c->folder);
    if (has_tool("g++"))
        run("printf '#include \"%s.h\"\\nint f(%s_arena *a); int f(%s_arena *a) { return (int)*%s_output(a); }\\n' | "
            "g++ -std=c++17 " STRICT " -I%s -x c++ -fsyntax-only -",
            c->result.name, c->result.name, c->result.name, c->result.name, c->folder);
}

COMPILING_UNUSED void selftest_passes(const compiled *c, const char *flags)
{
    run("gcc %s -DMOTE_SELFTEST_MAIN %s/%s.c %s/%s_selftest.c -o %s/../selftest && %s/../selftest", flags, c->folder,
        c->result.name, c->folder, c->result.name, c->folder, c->folder);
}

#endif
