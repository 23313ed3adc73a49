/* An instruction as far as its time goes: what it does, what it reads and writes. Decoders of Thumb-2 and RV32IMAFC fill it,
 * cores.c gives it cycles. SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_TIMING_INSN_H
#define MOTE_CHIPS_TIMING_INSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum mote_insn_kind {
    MOTE_INSN_ALU, /* arithmetic, moves, shifts, and what else works on registers in one step */
    MOTE_INSN_MULTIPLY,
    MOTE_INSN_MULTIPLY_ADD,
    MOTE_INSN_MULTIPLY_LONG, /* to 64 bits; on RISC-V the upper half */
    MOTE_INSN_MULTIPLY_ADD_LONG,
    MOTE_INSN_DIVIDE,
    MOTE_INSN_LOAD,
    MOTE_INSN_LOAD_MANY, /* `registers` of them */
    MOTE_INSN_STORE,
    MOTE_INSN_STORE_INDEXED, /* at the sum of two registers */
    MOTE_INSN_STORE_MANY,
    MOTE_INSN_BRANCH,          /* conditional, to a place it names */
    MOTE_INSN_JUMP,            /* always, to a place it names */
    MOTE_INSN_CALL,            /* the same, leaving a return address */
    MOTE_INSN_BRANCH_REGISTER, /* to what a register or memory says */
    MOTE_INSN_FLOAT,           /* one addition, multiplication, comparison or conversion */
    MOTE_INSN_FLOAT_MULTIPLY_ADD,
    MOTE_INSN_FLOAT_DIVIDE, /* and square roots */
    MOTE_INSN_FLOAT_MOVE,
    MOTE_INSN_SYSTEM, /* barriers, special registers */
    MOTE_INSN_KINDS
} mote_insn_kind;

enum { MOTE_INSN_FLAGS = 32, MOTE_INSN_FLOATS = 33 }; /* bits of reads and writes behind those of 32 registers */

typedef struct mote_insn {
    mote_insn_kind kind;
    int32_t        bytes;             /* 2 or 4 */
    int32_t        registers;         /* moved from or to memory */
    uint64_t       reads, writes;     /* a bit a register; all floating-point registers are one */
    bool           jumps_from_memory; /* a load that writes the program counter */
} mote_insn;

/* code has at least 4 bytes, or 2 and room is 2; false: cut off. */
typedef bool     mote_insn_decode(mote_insn *out, const uint8_t *code, size_t room);
mote_insn_decode mote_thumb_decode, mote_riscv_decode;

#endif
