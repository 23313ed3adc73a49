# Start-up of a 32-bit RISC-V under QEMU -bios none: stack, traps, the FPU where there is one, .data and .bss, main.
# What lies below RAM is made read-only, as flash is: a stack that overflows must not run over the code. The serial line and
# the board's finisher lie there, too, and stay writable.
# SPDX-License-Identifier: Apache-2.0
    .section .start, "ax"
    .globl start
start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, stack_top
    la t0, fault
    csrw mtvec, t0
    lui t0, %hi(UART)
    srli t0, t0, 2
    ori t0, t0, 0x1f            # 256 bytes
    csrw pmpaddr0, t0
    li t0, 0x100000 >> 2        # port_reset
    csrw pmpaddr1, t0
    csrw pmpaddr2, zero         # from here ...
    lui t0, %hi(RAM_ORIGIN)
    srli t0, t0, 2
    csrw pmpaddr3, t0           # ... up to there, read and execute, locked: M mode, too
    li t0, 0x8d00131b
    csrw pmpcfg0, t0
#ifdef __riscv_flen
    li t0, 0x2000
    csrs mstatus, t0
#endif
    call port_set_up_memory
    call main

    .globl port_set_up_memory
port_set_up_memory:
    .option push
    .option norelax             # its count is the memory's, not a matter of where things lie
    la t0, data_load
    la t1, data_start
    la t2, data_end
1:  bgeu t1, t2, 2f
    lw t3, 0(t0)
    sw t3, 0(t1)
    addi t0, t0, 4
    addi t1, t1, 4
    j 1b
2:  la t1, bss_start
    la t2, bss_end
3:  bgeu t1, t2, 4f
    sw zero, 0(t1)
    addi t1, t1, 4
    j 3b
4:  ret
    .option pop

    # The stack pointer may be what is broken: the report is made on a fresh stack.
    .balign 4
fault:
    mv a3, sp
    la sp, stack_top
    csrr a0, mepc
    mv a1, ra
    csrr a2, mcause
    call fault_report

    .globl port_empty
port_empty:
    ret
