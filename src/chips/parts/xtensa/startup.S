# Start-up of an Xtensa LX106 (no register windows, no MMU) on QEMU's lx60: vectors, stack, .data and .bss, main. Constants
# are in .data.
# SPDX-License-Identifier: Apache-2.0
    .section .vectors, "ax"
    .org 0x10                   # breakpoints
    j broken
    .org 0x20                   # NMI
    j fault
    .org 0x30                   # exceptions and interrupts of the kernel, which is all that runs
    wsr a0, excsave1
    rsr a0, exccause
    beqi a0, 4, count_wrap
    j fault
    .org 0x50                   # those of a user
    wsr a0, excsave1
    j fault
    .org 0x70                   # an exception in an exception
    wsr a0, excsave1
    j fault

    # The timer at 0. What it takes, with the three instructions above, is wrap_cost in src/chips/chips.c.
count_wrap:
    rsr a0, excsave3
    addi a0, a0, 1
    wsr a0, excsave3
    rsr a0, ccompare0
    wsr a0, ccompare0           # takes the request back
    rsr a0, excsave1
    rfe

    .literal_position
broken:
    wsr a0, excsave1
    rsr a0, epc2
    wsr a0, epc1
    movi a0, 7                  # which no exception has
    wsr a0, exccause

    # The stack pointer may be what is broken: the report is made on a fresh stack.
fault:
    mov a5, a1
    movi a1, stack_top
    rsr a2, epc1
    rsr a3, excsave1
    rsr a4, exccause
    movi a0, 0                  # interrupts stay off, exceptions are again single ones
    wsr a0, intenable
    wsr a0, ps
    rsync
    call0 fault_report

    .globl start
start:
    movi a0, 0
    wsr a0, intenable
    movi a2, vectors
    wsr a2, vecbase
    movi a1, stack_top
    wsr a0, ps
    rsync
    call0 port_set_up_memory
    call0 main

    .text
    .literal_position
    .align 4
    .globl port_set_up_memory
port_set_up_memory:
    movi a2, data_load
    movi a3, data_start
    movi a4, data_end
1:  bgeu a3, a4, 2f
    l32i a5, a2, 0
    s32i a5, a3, 0
    addi a2, a2, 4
    addi a3, a3, 4
    j 1b
2:  movi a5, 0
    movi a3, bss_start
    movi a4, bss_end
3:  bgeu a3, a4, 4f
    s32i a5, a3, 0
    addi a3, a3, 4
    j 3b
4:  ret

    .globl port_empty
port_empty:
    ret

    .section .data.first, "aw"  # makes .data writable where there are but constants
