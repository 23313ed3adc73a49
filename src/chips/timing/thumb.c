/* Thumb and Thumb-2, with the DSP and floating-point extensions. Source: Armv7-M and Armv8-M Architecture Reference Manuals,
 * chapter "The Thumb Instruction Set Encoding". SPDX-License-Identifier: Apache-2.0 */
#include "chips/timing/insn.h"

enum { SP = 13, LR = 14, PC = 15 };

#define BIT(n) ((uint64_t)1 << (n))
#define FLAGS  BIT(MOTE_INSN_FLAGS)
#define FLOATS BIT(MOTE_INSN_FLOATS)

static unsigned field(unsigned word, int low, int bits)
{
    return (word >> low) & ((1u << bits) - 1);
}

static int32_t count_bits(unsigned word)
{
    int32_t count = 0;

    for (; word; word &= word - 1)
        count++;
    return count;
}

static mote_insn insn(mote_insn_kind kind, uint64_t reads, uint64_t writes)
{
    return (mote_insn){.kind = kind, .reads = reads, .writes = writes};
}

static mote_insn move_many(bool is_load, unsigned base, unsigned list)
{
    mote_insn out = is_load ? insn(MOTE_INSN_LOAD_MANY, BIT(base), list | BIT(base))
                            : insn(MOTE_INSN_STORE_MANY, BIT(base) | list, BIT(base));

    out.registers = count_bits(list);
    out.jumps_from_memory = is_load && (list & BIT(PC));
    return out;
}

/* ---- 16 bits ---- */

static mote_insn narrow_shift_or_add(unsigned h)
{
    const unsigned rd = field(h, 0, 3), rn = field(h, 3, 3), rm = field(h, 6, 3);
    const bool     has_rm = field(h, 10, 4) == 6; /* ADD, SUB of three registers */

    if (field(h, 13, 1)) /* MOV, CMP, ADD, SUB with 8 bits */
        return insn(MOTE_INSN_ALU, field(h, 11, 2) ? BIT(field(h, 8, 3)) : 0,
                    FLAGS | (field(h, 11, 2) == 1 ? 0 : BIT(field(h, 8, 3))));
    return insn(MOTE_INSN_ALU, BIT(rn) | (has_rm ? BIT(rm) : 0), BIT(rd) | FLAGS);
}

static mote_insn narrow_data(unsigned h)
{
    enum { TST = 8, CMP = 10, CMN = 11, MUL = 13 };
    const unsigned op = field(h, 6, 4), rd = field(h, 0, 3);
    const bool     compares = op == TST || op == CMP || op == CMN;

    return insn(op == MUL ? MOTE_INSN_MULTIPLY : MOTE_INSN_ALU, BIT(rd) | BIT(field(h, 3, 3)),
                FLAGS | (compares ? 0 : BIT(rd)));
}

static mote_insn narrow_special(unsigned h)
{
    const unsigned op = field(h, 8, 2), rm = field(h, 3, 4), rd = field(h, 0, 3) | field(h, 7, 1) << 3;

    if (op == 3)
        return insn(MOTE_INSN_BRANCH_REGISTER, BIT(rm), field(h, 7, 1) ? BIT(LR) : 0);
    if (op == 1)
        return insn(MOTE_INSN_ALU, BIT(rd) | BIT(rm), FLAGS);
    return insn(rd == PC ? MOTE_INSN_BRANCH_REGISTER : MOTE_INSN_ALU, BIT(rm) | (op == 0 ? BIT(rd) : 0), BIT(rd));
}

static mote_insn narrow_memory(bool is_load, unsigned base, unsigned rt, uint64_t index)
{
    mote_insn out = is_load ? insn(MOTE_INSN_LOAD, BIT(base) | index, BIT(rt))
                            : insn(index ? MOTE_INSN_STORE_INDEXED : MOTE_INSN_STORE, BIT(base) | BIT(rt) | index, 0);

    out.registers = 1;
    return out;
}

static mote_insn narrow_misc(unsigned h)
{
    if ((h & 0xf500) == 0xb100) /* CBZ, CBNZ */
        return insn(MOTE_INSN_BRANCH, BIT(field(h, 0, 3)), 0);
    if ((h & 0xfe00) == 0xb400)
        return move_many(false, SP, field(h, 0, 8) | field(h, 8, 1) << LR);
    if ((h & 0xfe00) == 0xbc00)
        return move_many(true, SP, field(h, 0, 8) | field(h, 8, 1) << PC);
    if ((h & 0xff00) == 0xb000)
        return insn(MOTE_INSN_ALU, BIT(SP), BIT(SP));
    if ((h & 0xff00) == 0xbf00) /* IT, NOP and other hints */
        return insn(MOTE_INSN_ALU, 0, 0);
    if ((h & 0xffe0) == 0xb660) /* CPS */
        return insn(MOTE_INSN_SYSTEM, 0, 0);
    return insn(MOTE_INSN_ALU, BIT(field(h, 3, 3)), BIT(field(h, 0, 3))); /* extensions, REV */
}

static mote_insn decode_narrow(unsigned h)
{
    const unsigned rd = field(h, 0, 3), rn = field(h, 3, 3);

    switch (field(h, 12, 4)) {
    case 0:
    case 1:
    case 2:
    case 3:
        return narrow_shift_or_add(h);
    case 4:
        if (field(h, 11, 1))
            return narrow_memory(true, PC, field(h, 8, 3), 0);
        return field(h, 10, 1) ? narrow_special(h) : narrow_data(h);
    case 5:
        return narrow_memory(field(h, 9, 3) >= 3, rn, rd, BIT(field(h, 6, 3)));
    case 6:
    case 7:
    case 8:
        return narrow_memory(field(h, 11, 1), rn, rd, 0);
    case 9:
        return narrow_memory(field(h, 11, 1), SP, field(h, 8, 3), 0);
    case 10:
        return insn(MOTE_INSN_ALU, field(h, 11, 1) ? BIT(SP) : 0, BIT(field(h, 8, 3)));
    case 11:
        return narrow_misc(h);
    case 12:
        return move_many(field(h, 11, 1), field(h, 8, 3), field(h, 0, 8));
    case 13:
        return insn(field(h, 8, 4) >= 14 ? MOTE_INSN_SYSTEM : MOTE_INSN_BRANCH, FLAGS, 0);
    default:
        return insn(MOTE_INSN_JUMP, 0, 0);
    }
}

/* ---- 32 bits ---- */

/* Two registers at once, exclusive accesses, and jumps through a table. */
static mote_insn wide_dual(unsigned a, unsigned b)
{
    const unsigned base = field(a, 0, 4), rt = field(b, 12, 4), rt2 = field(b, 8, 4);
    const bool     is_load = field(a, 4, 1);
    mote_insn      out;

    if ((a & 0xfff0) == 0xe8d0 && (b & 0xf0e0) == 0xf000) { /* TBB, TBH */
        out = insn(MOTE_INSN_LOAD, BIT(base) | BIT(field(b, 0, 4)), 0);
        out.registers = 1;
        out.jumps_from_memory = true;
        return out;
    }
    if ((a & 0xff60) == 0xe840 && !field(a, 8, 1)) { /* LDREX, STREX and their like */
        out = insn(is_load ? MOTE_INSN_LOAD : MOTE_INSN_STORE, BIT(base) | (is_load ? 0 : BIT(rt)), BIT(is_load ? rt : rt2));
        out.registers = 1;
        return out;
    }
    out = is_load ? insn(MOTE_INSN_LOAD_MANY, BIT(base), BIT(rt) | BIT(rt2))
                  : insn(MOTE_INSN_STORE_MANY, BIT(base) | BIT(rt) | BIT(rt2), 0);
    out.writes |= field(a, 5, 1) ? BIT(base) : 0;
    out.registers = 2;
    return out;
}

static mote_insn wide_float_memory(unsigned a, unsigned b)
{
    const bool is_load = field(a, 4, 1), is_double = field(b, 8, 1), is_many = field(a, 8, 1) == 0 || field(a, 5, 1);
    mote_insn  out = is_load ? insn(is_many ? MOTE_INSN_LOAD_MANY : MOTE_INSN_LOAD, BIT(field(a, 0, 4)), FLOATS)
                             : insn(is_many ? MOTE_INSN_STORE_MANY : MOTE_INSN_STORE, BIT(field(a, 0, 4)) | FLOATS, 0);

    out.registers = is_many ? (int32_t)field(b, 0, 8) : is_double ? 2 : 1;
    if (!is_many && is_double)
        out.kind = is_load ? MOTE_INSN_LOAD_MANY : MOTE_INSN_STORE_MANY;
    if (field(a, 5, 1))
        out.writes |= BIT(field(a, 0, 4));
    return out;
}

/* VMLA and its negations, VFMA and its negations; VDIV; VSQRT. The rest is one step. */
static mote_insn_kind float_kind(unsigned a, unsigned b)
{
    const unsigned op = field(a, 7, 1) << 3 | field(a, 4, 2) << 1 | field(b, 6, 1); /* without bit 6 of a: a register's */

    if (op <= 3)
        return MOTE_INSN_FLOAT_MULTIPLY_ADD;
    if ((op & 0xe) == 8)
        return MOTE_INSN_FLOAT_DIVIDE;
    if ((op & 0xe) == 10 || (op & 0xe) == 12)
        return MOTE_INSN_FLOAT_MULTIPLY_ADD;
    if ((op & 0xe) == 14 && field(a, 0, 4) == 1 && field(b, 6, 2) == 3) /* VSQRT */
        return MOTE_INSN_FLOAT_DIVIDE;
    return MOTE_INSN_FLOAT;
}

static mote_insn wide_float(unsigned a, unsigned b)
{
    if ((a & 0xfe00) == 0xec00 && (a & 0xffe0) != 0xec40)
        return wide_float_memory(a, b);
    if ((a & 0xff00) == 0xee00 && field(b, 4, 1)) /* VMOV with core registers, VMRS */
        return field(a, 4, 1) ? insn(MOTE_INSN_FLOAT_MOVE, FLOATS, field(b, 12, 4) == PC ? FLAGS : BIT(field(b, 12, 4)))
                              : insn(MOTE_INSN_FLOAT_MOVE, BIT(field(b, 12, 4)), FLOATS);
    if ((a & 0xffe0) == 0xec40) /* VMOV of two core registers */
        return insn(MOTE_INSN_FLOAT_MOVE, FLOATS | BIT(field(b, 12, 4)), FLOATS | BIT(field(b, 12, 4)));
    return insn(float_kind(a, b), FLOATS, FLOATS);
}

static mote_insn wide_branch(unsigned a, unsigned b)
{
    const unsigned op = b & 0x5000;

    if (op == 0x5000 || op == 0x4000)
        return insn(MOTE_INSN_CALL, 0, BIT(LR));
    if (op == 0x1000)
        return insn(MOTE_INSN_JUMP, 0, 0);
    if (field(a, 7, 3) == 7) /* MSR, MRS, barriers, hints */
        return (a & 0xfff0) == 0xf3a0 ? insn(MOTE_INSN_ALU, 0, 0) : insn(MOTE_INSN_SYSTEM, 0, 0);
    return insn(MOTE_INSN_BRANCH, FLAGS, 0);
}

static uint64_t result_and_flags(unsigned rd, bool sets_flags)
{
    return (rd == PC ? 0 : BIT(rd)) | (sets_flags ? FLAGS : 0);
}

static uint64_t operand(unsigned rn)
{
    return rn == PC ? 0 : BIT(rn);
}

static mote_insn wide_memory(unsigned a, unsigned b)
{
    const bool     is_load = field(a, 4, 1), is_indexed = !field(a, 7, 1) && !field(b, 11, 1) && field(a, 0, 4) != PC;
    const unsigned base = field(a, 0, 4), rt = field(b, 12, 4);
    mote_insn      out = narrow_memory(is_load, base, rt, is_indexed ? BIT(field(b, 0, 4)) : 0);

    if (!field(a, 7, 1) && field(b, 11, 1) && field(b, 8, 1) && base != PC) /* writes the address back */
        out.writes |= BIT(base);
    out.jumps_from_memory = is_load && rt == PC;
    return out;
}

static mote_insn wide_multiply(unsigned a, unsigned b)
{
    const unsigned rn = field(a, 0, 4), ra = field(b, 12, 4), rd = field(b, 8, 4), rm = field(b, 0, 4);

    if (field(a, 7, 1) == 0)
        return insn(ra == PC ? MOTE_INSN_MULTIPLY : MOTE_INSN_MULTIPLY_ADD, BIT(rn) | BIT(rm) | operand(ra), BIT(rd));
    if (field(a, 4, 3) == 1 || field(a, 4, 3) == 3)
        return insn(MOTE_INSN_DIVIDE, BIT(rn) | BIT(rm), BIT(rd));
    if (field(a, 4, 3) < 4)
        return insn(MOTE_INSN_MULTIPLY_LONG, BIT(rn) | BIT(rm), BIT(rd) | BIT(ra));
    return insn(MOTE_INSN_MULTIPLY_ADD_LONG, BIT(rn) | BIT(rm) | BIT(rd) | BIT(ra), BIT(rd) | BIT(ra));
}

static mote_insn decode_wide(unsigned a, unsigned b)
{
    const uint64_t rn = operand(field(a, 0, 4)), rm = operand(field(b, 0, 4));
    const unsigned rd = field(b, 8, 4);

    if ((a & 0xfc00) == 0xec00 || (a & 0xfc00) == 0xfc00)
        return wide_float(a, b);
    if ((a & 0xfe40) == 0xe800)
        return move_many(field(a, 4, 1), field(a, 0, 4), b & 0xdfff);
    if ((a & 0xfe40) == 0xe840)
        return wide_dual(a, b);
    if ((a & 0xfe00) == 0xea00) /* arithmetic on a shifted register */
        return insn(MOTE_INSN_ALU, rn | rm, result_and_flags(rd, field(a, 4, 1)));
    if ((a & 0xf800) == 0xf000)
        return field(b, 15, 1) ? wide_branch(a, b)
                               : insn(MOTE_INSN_ALU, rn, result_and_flags(rd, !field(a, 9, 1) && field(a, 4, 1)));
    if ((a & 0xfe00) == 0xf800)
        return wide_memory(a, b);
    if ((a & 0xff00) == 0xfa00) /* shifts, extensions, parallel arithmetic */
        return insn(MOTE_INSN_ALU, rn | rm, BIT(rd));
    return wide_multiply(a, b);
}

bool mote_thumb_decode(mote_insn *out, const uint8_t *code, size_t room)
{
    const unsigned first = room >= 2 ? (unsigned)code[0] | (unsigned)code[1] << 8 : 0;
    const bool     is_wide = first >= 0xe800;

    if (room < (is_wide ? 4u : 2u))
        return false;
    *out = is_wide ? decode_wide(first, (unsigned)code[2] | (unsigned)code[3] << 8) : decode_narrow(first);
    out->bytes = is_wide ? 4 : 2;
    return true;
}
