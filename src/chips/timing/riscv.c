/* RV32IMAFC. Source: The RISC-V Instruction Set Manual, volume I, chapters "RV32/64G Instruction Set Listings" and "C".
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/timing/insn.h"

#define BIT(n) ((uint64_t)1 << (n))
#define FLOATS BIT(MOTE_INSN_FLOATS)

static unsigned field(uint32_t word, int low, int bits)
{
    return (word >> low) & ((1u << bits) - 1);
}

/* x0 is nobody's. */
static uint64_t reg(unsigned index)
{
    return index ? BIT(index) : 0;
}

static mote_insn insn(mote_insn_kind kind, uint64_t reads, uint64_t writes)
{
    return (mote_insn){.kind = kind, .reads = reads, .writes = writes, .registers = 1};
}

/* ---- 32 bits ---- */

static mote_insn_kind multiply_kind(unsigned function)
{
    return function == 0 ? MOTE_INSN_MULTIPLY : function < 4 ? MOTE_INSN_MULTIPLY_LONG : MOTE_INSN_DIVIDE;
}

static mote_insn float_operation(uint32_t w)
{
    const unsigned function = field(w, 27, 5);

    if (function == 3 || function == 11)
        return insn(MOTE_INSN_FLOAT_DIVIDE, FLOATS, FLOATS);
    if (function == 20 || function == 24 || function == 28) /* comparisons, to integers, FMV.X.W and FCLASS */
        return insn(function == 28 ? MOTE_INSN_FLOAT_MOVE : MOTE_INSN_FLOAT, FLOATS, reg(field(w, 7, 5)));
    if (function == 26 || function == 30)
        return insn(function == 30 ? MOTE_INSN_FLOAT_MOVE : MOTE_INSN_FLOAT, reg(field(w, 15, 5)), FLOATS);
    return insn(MOTE_INSN_FLOAT, FLOATS, FLOATS);
}

static mote_insn decode_wide(uint32_t w)
{
    const uint64_t rd = reg(field(w, 7, 5)), rs1 = reg(field(w, 15, 5)), rs2 = reg(field(w, 20, 5));

    switch (field(w, 2, 5)) {
    case 0:
        return insn(MOTE_INSN_LOAD, rs1, rd);
    case 1:
        return insn(MOTE_INSN_LOAD, rs1, FLOATS);
    case 8:
        return insn(MOTE_INSN_STORE, rs1 | rs2, 0);
    case 9:
        return insn(MOTE_INSN_STORE, rs1 | FLOATS, 0);
    case 12:
        return insn(field(w, 25, 7) == 1 ? multiply_kind(field(w, 12, 3)) : MOTE_INSN_ALU, rs1 | rs2, rd);
    case 4:
        return insn(MOTE_INSN_ALU, rs1, rd);
    case 5:  /* AUIPC */
    case 13: /* LUI */
        return insn(MOTE_INSN_ALU, 0, rd);
    case 16:
    case 17:
    case 18:
    case 19:
        return insn(MOTE_INSN_FLOAT_MULTIPLY_ADD, FLOATS, FLOATS);
    case 20:
        return float_operation(w);
    case 24:
        return insn(MOTE_INSN_BRANCH, rs1 | rs2, 0);
    case 25:
        return insn(MOTE_INSN_BRANCH_REGISTER, rs1, rd);
    case 27:
        return insn(rd ? MOTE_INSN_CALL : MOTE_INSN_JUMP, 0, rd);
    default:
        return insn(MOTE_INSN_SYSTEM, rs1, rd);
    }
}

/* ---- 16 bits ---- */

/* Three bits name x8 to x15. */
static uint64_t short_reg(unsigned h, int low)
{
    return BIT(8 + field(h, low, 3));
}

static mote_insn decode_quadrant_0(unsigned h)
{
    const uint64_t rd = short_reg(h, 2), rs1 = short_reg(h, 7);

    switch (field(h, 13, 3)) {
    case 0:
        return insn(MOTE_INSN_ALU, BIT(2), rd);
    case 2:
        return insn(MOTE_INSN_LOAD, rs1, rd);
    case 6:
        return insn(MOTE_INSN_STORE, rs1 | rd, 0);
    case 5: /* with doubles */
    case 7:
        return insn(MOTE_INSN_STORE, rs1 | FLOATS, 0);
    default:
        return insn(MOTE_INSN_LOAD, rs1, FLOATS);
    }
}

static mote_insn decode_quadrant_1(unsigned h)
{
    const uint64_t rd = reg(field(h, 7, 5)), rs1 = short_reg(h, 7);

    switch (field(h, 13, 3)) {
    case 1:
        return insn(MOTE_INSN_CALL, 0, BIT(1));
    case 2:
        return insn(MOTE_INSN_ALU, 0, rd);
    case 4:
        return insn(MOTE_INSN_ALU, rs1 | (field(h, 10, 2) == 3 ? short_reg(h, 2) : 0), rs1);
    case 5:
        return insn(MOTE_INSN_JUMP, 0, 0);
    case 6:
    case 7:
        return insn(MOTE_INSN_BRANCH, rs1, 0);
    default:
        return insn(MOTE_INSN_ALU, rd, rd);
    }
}

static mote_insn decode_quadrant_2(unsigned h)
{
    const uint64_t rd = reg(field(h, 7, 5)), rs2 = reg(field(h, 2, 5));

    switch (field(h, 13, 3)) {
    case 0:
        return insn(MOTE_INSN_ALU, rd, rd);
    case 2:
        return insn(MOTE_INSN_LOAD, BIT(2), rd);
    case 4:
        if (!rs2)
            return rd ? insn(MOTE_INSN_BRANCH_REGISTER, rd, field(h, 12, 1) ? BIT(1) : 0) : insn(MOTE_INSN_SYSTEM, 0, 0);
        return insn(MOTE_INSN_ALU, rs2 | (field(h, 12, 1) ? rd : 0), rd);
    case 6:
        return insn(MOTE_INSN_STORE, BIT(2) | rs2, 0);
    case 5:
    case 7:
        return insn(MOTE_INSN_STORE, BIT(2) | FLOATS, 0);
    default:
        return insn(MOTE_INSN_LOAD, BIT(2), FLOATS);
    }
}

bool mote_riscv_decode(mote_insn *out, const uint8_t *code, size_t room)
{
    const unsigned first = room >= 2 ? (unsigned)code[0] | (unsigned)code[1] << 8 : 3;
    const bool     is_wide = (first & 3) == 3;

    if (room < (is_wide ? 4u : 2u))
        return false;
    if (is_wide)
        *out = decode_wide((uint32_t)first | (uint32_t)code[2] << 16 | (uint32_t)code[3] << 24);
    else
        *out = (first & 3) == 0   ? decode_quadrant_0(first)
               : (first & 3) == 1 ? decode_quadrant_1(first)
                                  : decode_quadrant_2(first);
    out->bytes = is_wide ? 4 : 2;
    return true;
}
