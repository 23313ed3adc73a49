/* The port's files where the emulator serves semihosting calls: inputs, outputs and the report are files in the folder in
 * which it runs. Source: Arm, "Semihosting for AArch32 and AArch64"; RISC-V uses the same calls.
 * SPDX-License-Identifier: Apache-2.0 */
#include "harness.h"

enum {
    SYS_OPEN = 0x01,
    SYS_WRITE = 0x05,
    SYS_READ = 0x06,
    SYS_SEEK = 0x0a,
    SYS_EXIT = 0x18,
    OPEN_READ_BINARY = 1,
    OPEN_WRITE_BINARY = 5,
    STOPPED_APPLICATION_EXIT = 0x20026
};

static uintptr_t call(uintptr_t operation, uintptr_t a, uintptr_t b, uintptr_t c)
{
    uintptr_t block[3];

    block[0] = a;
    block[1] = b;
    block[2] = c;
    return semihosting_call(operation, block);
}

static uintptr_t open_file(const char *name, uintptr_t name_length, uintptr_t mode)
{
    return call(SYS_OPEN, (uintptr_t)name, mode, name_length);
}

void port_open(port_state *state)
{
    state->in = open_file("inputs", 6, OPEN_READ_BINARY);
    state->out = open_file("outputs", 7, OPEN_WRITE_BINARY);
}

int port_read(port_state *state, void *to, size_t bytes)
{
    return call(SYS_READ, state->in, (uintptr_t)to, bytes) == 0; /* SYS_READ returns how many bytes are missing */
}

void port_rewind(port_state *state)
{
    call(SYS_SEEK, state->in, 0, 0);
}

void port_write(port_state *state, const void *from, size_t bytes)
{
    call(SYS_WRITE, state->out, (uintptr_t)from, bytes);
}

void port_mark(const harness_mark_record *record)
{
    static uintptr_t marks;

    if (!marks)
        marks = open_file("marks", 5, OPEN_WRITE_BINARY);
    call(SYS_WRITE, marks, (uintptr_t)record, sizeof *record);
}

void port_finish(const harness_report *report)
{
    call(SYS_WRITE, open_file("report", 6, OPEN_WRITE_BINARY), (uintptr_t)report, sizeof *report);
    for (;;)
        semihosting_exit(SYS_EXIT, STOPPED_APPLICATION_EXIT);
}
