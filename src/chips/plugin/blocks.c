/* A plugin of QEMU's, loaded into the emulator beside the firmware: how often each block of instructions ran between the
 * call of the counted function and its return, how often it was left by a jump, and how often caches of a stated size would
 * have missed. The host makes cycles of it (chips/timing/). Its report goes to stderr, which a firmware cannot reach.
 *
 * What QEMU exports to plugins is declared here, as its documentation says ("TCG Plugins", API version 1), since not every
 * system that has the emulator has its header. SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- QEMU's side ---- */

typedef uint64_t              qemu_plugin_id_t;
typedef struct qemu_plugin_tb qemu_plugin_tb;
typedef struct qemu_insn      qemu_insn;

enum { CB_NO_REGS = 0, MEM_READ_AND_WRITE = 3 };

#define EXPORT __attribute__((visibility("default")))
EXPORT extern int qemu_plugin_version;
EXPORT int        qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, void (*take)(qemu_plugin_id_t, qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(qemu_plugin_tb *tb, void (*take)(unsigned, void *), int flags, void *user);
void qemu_plugin_register_vcpu_mem_cb(qemu_insn *insn, void (*take)(unsigned, uint32_t, uint64_t, void *), int flags, int rw,
                                      void *user);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, void (*take)(qemu_plugin_id_t, void *), void *user);
size_t     qemu_plugin_tb_n_insns(const qemu_plugin_tb *tb);
uint64_t   qemu_plugin_tb_vaddr(const qemu_plugin_tb *tb);
qemu_insn *qemu_plugin_tb_get_insn(const qemu_plugin_tb *tb, size_t index);
size_t     qemu_plugin_insn_size(const qemu_insn *insn);
bool       qemu_plugin_mem_is_store(uint32_t info);

int qemu_plugin_version = 1;

/* ---- what is given: addresses, and caches ---- */

enum { SKIPPED_MAX = 8, LINES_MAX = 4096 };

typedef struct range {
    uint64_t from, end;
} range;

/* Least recently used of each set is replaced. No lines: everything misses. */
typedef struct cache {
    unsigned line_bytes, lines, ways;
    uint64_t tag[LINES_MAX], used[LINES_MAX];
    uint64_t clock, accesses, misses;
} cache;

static range caller, after, flash, skipped[SKIPPED_MAX];
static int   skipped_count;
static cache instructions, data;
static bool  is_shared; /* instructions' cache holds data, too */

static bool is_in(const range *r, uint64_t address)
{
    return address >= r->from && address < r->end;
}

/* ---- caches ---- */

static void look_up(cache *c, uint64_t line)
{
    const unsigned sets = c->lines / c->ways, first = (unsigned)(line % sets) * c->ways;
    unsigned       oldest = first, i;

    c->accesses++;
    c->clock++;
    for (i = first; i < first + c->ways; i++) {
        if (c->used[i] && c->tag[i] == line) {
            c->used[i] = c->clock;
            return;
        }
        if (c->used[i] < c->used[oldest])
            oldest = i;
    }
    c->misses++;
    c->tag[oldest] = line;
    c->used[oldest] = c->clock;
}

static void look_up_all(cache *c, uint64_t from, uint64_t bytes)
{
    uint64_t line;

    if (c->line_bytes && c->lines)
        for (line = from / c->line_bytes; line <= (from + bytes - 1) / c->line_bytes; line++)
            look_up(c, line);
}

/* ---- blocks ---- */

typedef struct block {
    uint64_t      address, bytes, instructions, runs, jumps;
    struct block *next;
} block;

static block *blocks; /* all, the newest first */
static block *before; /* that ran last; NULL: none that counts */
static enum { WAITING, COUNTING, DONE } state;

static bool is_skipped(uint64_t address)
{
    int i;

    for (i = 0; i < skipped_count; i++)
        if (is_in(&skipped[i], address))
            return true;
    return false;
}

static void run_block(unsigned cpu, void *user)
{
    block *b = user;

    (void)cpu;
    if (state == DONE || is_skipped(b->address))
        return;
    if (is_in(&caller, b->address)) {
        if (before)
            before->jumps++; /* the return */
        state = COUNTING;
        before = NULL;
    } else if (state == COUNTING && is_in(&after, b->address)) {
        state = DONE;
    } else if (state == COUNTING) {
        b->runs++;
        if (before && before->address + before->bytes != b->address)
            before->jumps++;
        before = b;
        if (is_in(&flash, b->address))
            look_up_all(&instructions, b->address, b->bytes);
    }
}

/* While nothing of the counted function has run yet, before is NULL: what the caller itself loads is not counted. */
static void take_access(unsigned cpu, uint32_t info, uint64_t address, void *user)
{
    (void)cpu;
    (void)user;
    if (state == COUNTING && before && !qemu_plugin_mem_is_store(info) && is_in(&flash, address))
        look_up_all(is_shared ? &instructions : &data, address, 1);
}

static void translate(qemu_plugin_id_t id, qemu_plugin_tb *tb)
{
    block *b = calloc(1, sizeof *b);
    size_t i;

    (void)id;
    if (!b)
        return; /* the host finds that instructions are missing */
    b->address = qemu_plugin_tb_vaddr(tb);
    b->instructions = qemu_plugin_tb_n_insns(tb);
    b->next = blocks;
    blocks = b;
    qemu_plugin_register_vcpu_tb_exec_cb(tb, run_block, CB_NO_REGS, b);
    for (i = 0; i < b->instructions; i++) {
        qemu_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        b->bytes += qemu_plugin_insn_size(insn);
        if (data.lines || is_shared)
            qemu_plugin_register_vcpu_mem_cb(insn, take_access, CB_NO_REGS, MEM_READ_AND_WRITE, NULL);
    }
}

static void report(qemu_plugin_id_t id, void *user)
{
    const block *b;

    (void)id;
    (void)user;
    for (b = blocks; b; b = b->next)
        if (b->runs)
            fprintf(stderr, "block %" PRIx64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", b->address, b->instructions, b->runs,
                    b->jumps);
    fprintf(stderr, "misses %" PRIu64 " %" PRIu64 "\n", instructions.misses, data.misses);
}

/* ---- arguments ---- */

static bool read_range(range *r, const char *text)
{
    return sscanf(text, "%" SCNx64 "-%" SCNx64, &r->from, &r->end) == 2 && r->from < r->end;
}

static bool read_cache(cache *c, const char *text)
{
    return sscanf(text, "%ux%u/%u", &c->lines, &c->line_bytes, &c->ways) == 3 && c->lines <= LINES_MAX && c->ways > 0 &&
           c->line_bytes > 0 && c->lines > 0 && c->lines % c->ways == 0;
}

static bool read_named(const char *name, const char *value)
{
    if (strcmp(name, "caller") == 0)
        return read_range(&caller, value);
    if (strcmp(name, "after") == 0)
        return read_range(&after, value);
    if (strcmp(name, "flash") == 0)
        return read_range(&flash, value);
    if (strcmp(name, "skip") == 0)
        return skipped_count < SKIPPED_MAX && read_range(&skipped[skipped_count++], value);
    if (strcmp(name, "instructions") == 0)
        return read_cache(&instructions, value);
    if (strcmp(name, "data") == 0)
        return read_cache(&data, value);
    is_shared = strcmp(name, "shared") == 0;
    return is_shared;
}

static bool read_argument(char *argument)
{
    char *value = strchr(argument, '=');

    if (!value)
        return false;
    *value = '\0';
    return read_named(argument, value + 1);
}

int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
    int i;

    (void)info;
    for (i = 0; i < argc; i++)
        if (!read_argument(argv[i])) {
            fprintf(stderr, "mote's plugin does not understand %s\n", argv[i]);
            return 1;
        }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    qemu_plugin_register_atexit_cb(id, report, NULL);
    return 0;
}
