/* SPDX-License-Identifier: Apache-2.0 */
#include "chips/elf.h"

#include <string.h>

enum {
    HEADER_BYTES = 52,
    SECTION_BYTES = 40,
    SEGMENT_BYTES = 32,
    SYMBOL_BYTES = 16,
    MACHINE_ARM = 40,
    SEGMENT_LOADED = 1,  /* p_type */
    SECTION_SYMBOLS = 2, /* sh_type */
    SECTION_RELA = 4,
    SECTION_NO_CONTENT = 8,
    SECTION_REL = 9,
    RELA_BYTES = 12,
    REL_BYTES = 8,
    FLAG_WRITE = 1, /* sh_flags */
    FLAG_LOADED = 2
};

static uint32_t u16_at(const mote_elf *elf, uint32_t offset)
{
    const uint8_t *p = elf->file.bytes + offset;

    return (uint32_t)(p[0] | p[1] << 8);
}

static uint32_t u32_at(const mote_elf *elf, uint32_t offset)
{
    return u16_at(elf, offset) | u16_at(elf, offset + 2) << 16;
}

static bool is_inside(const mote_elf *elf, uint64_t offset, uint64_t bytes)
{
    return offset <= elf->file.count && bytes <= elf->file.count - offset;
}

/* A string of a string table, or "" when it does not end inside. */
static const char *string_at(const mote_elf *elf, uint32_t table, uint32_t table_bytes, uint32_t index)
{
    const char *string = (const char *)elf->file.bytes + table + index;

    return index < table_bytes && memchr(string, '\0', table_bytes - index) ? string : "";
}

static uint32_t section_header(const mote_elf *elf, uint32_t index)
{
    return elf->section_table + index * SECTION_BYTES;
}

/* The table's place in the file; empty where it points outside. */
static void locate(const mote_elf *elf, uint32_t index, uint32_t *offset, uint32_t *bytes)
{
    uint32_t header = section_header(elf, index);

    *offset = u32_at(elf, header + 16);
    *bytes = u32_at(elf, header + 20);
    if (!is_inside(elf, *offset, *bytes))
        *offset = *bytes = 0;
}

static void locate_symbols(mote_elf *elf)
{
    uint32_t i, bytes;

    for (i = 0; i < elf->section_count; i++) {
        uint32_t header = section_header(elf, i), strings = u32_at(elf, header + 24);
        if (u32_at(elf, header + 4) != SECTION_SYMBOLS || strings >= elf->section_count)
            continue;
        locate(elf, i, &elf->symbol_table, &bytes);
        elf->symbol_count = bytes / SYMBOL_BYTES;
        locate(elf, strings, &elf->strings, &elf->strings_bytes);
        return;
    }
}

static mote_status read_tables(mote_elf *elf, mote_error *err)
{
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', 1, 1}; /* 32 bits, little-endian */
    uint32_t             names;

    if (elf->file.count < HEADER_BYTES || elf->file.count > INT32_MAX || memcmp(elf->file.bytes, magic, sizeof magic) != 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "not a 32-bit little-endian ELF file");
    elf->section_table = u32_at(elf, 32);
    elf->section_count = u16_at(elf, 48);
    names = u16_at(elf, 50);
    if (u16_at(elf, 46) != SECTION_BYTES || names >= elf->section_count ||
        !is_inside(elf, elf->section_table, (uint64_t)elf->section_count * SECTION_BYTES))
        return mote_fail(err, MOTE_ERR_FORMAT, "its section table is broken");
    locate(elf, names, &elf->names, &elf->names_bytes);
    locate_symbols(elf);
    return MOTE_OK;
}

mote_status mote_elf_open(mote_elf *elf, const char *path, mote_error *err)
{
    *elf = (mote_elf){0};
    if (mote_file_open(&elf->file, path, err) == MOTE_OK)
        read_tables(elf, err);
    if (err->code == MOTE_OK)
        return MOTE_OK;
    mote_elf_close(elf);
    return mote_context(err, "%s", path);
}

void mote_elf_close(mote_elf *elf)
{
    mote_file_close(&elf->file);
    *elf = (mote_elf){0};
}

mote_elf_section mote_elf_section_at(const mote_elf *elf, uint32_t index)
{
    uint32_t         header = section_header(elf, index), flags = u32_at(elf, header + 8);
    mote_elf_section section = {
        .name = string_at(elf, elf->names, elf->names_bytes, u32_at(elf, header)),
        .address = u32_at(elf, header + 12),
        .offset = u32_at(elf, header + 16),
        .bytes = u32_at(elf, header + 20),
        .is_loaded = (flags & FLAG_LOADED) != 0,
        .is_writable = (flags & FLAG_WRITE) != 0,
        .has_content = u32_at(elf, header + 4) != SECTION_NO_CONTENT,
    };

    if (section.has_content && !is_inside(elf, section.offset, section.bytes))
        section.bytes = 0;
    return section;
}

mote_elf_symbol mote_elf_symbol_at(const mote_elf *elf, uint32_t index)
{
    static const mote_elf_symbol_kind kinds[] = {MOTE_ELF_OTHER, MOTE_ELF_OBJECT, MOTE_ELF_FUNCTION, MOTE_ELF_OTHER,
                                                 MOTE_ELF_SOURCE};

    uint32_t        entry = elf->symbol_table + index * SYMBOL_BYTES, kind = elf->file.bytes[entry + 12] & 15u;
    mote_elf_symbol symbol = {
        .name = string_at(elf, elf->strings, elf->strings_bytes, u32_at(elf, entry)),
        .address = u32_at(elf, entry + 4),
        .bytes = u32_at(elf, entry + 8),
        .section = u16_at(elf, entry + 14),
        .kind = kind < sizeof kinds / sizeof kinds[0] ? kinds[kind] : MOTE_ELF_OTHER,
        .is_local = elf->file.bytes[entry + 12] >> 4 == 0,
    };

    if (symbol.section >= elf->section_count)
        symbol.section = 0;
    if (symbol.kind == MOTE_ELF_FUNCTION && u16_at(elf, 18) == MACHINE_ARM)
        symbol.address &= ~(uint32_t)1; /* the Thumb bit */
    return symbol;
}

bool mote_elf_relocation_at(const mote_elf *elf, uint32_t table, uint32_t index, mote_elf_relocation *out)
{
    const uint32_t header = section_header(elf, table), kind = u32_at(elf, header + 4), of = u32_at(elf, header + 28);
    const uint32_t entry_bytes = kind == SECTION_RELA ? RELA_BYTES : REL_BYTES;
    uint32_t       offset, bytes;

    if (kind != SECTION_RELA && kind != SECTION_REL)
        return false;
    locate(elf, table, &offset, &bytes);
    if (index >= bytes / entry_bytes || of >= elf->section_count)
        return false;
    *out = (mote_elf_relocation){of, u32_at(elf, offset + index * entry_bytes),
                                 u32_at(elf, offset + index * entry_bytes + 4) >> 8};
    return out->symbol < elf->symbol_count;
}

bool mote_elf_find_section(const mote_elf *elf, const char *name, mote_elf_section *out)
{
    uint32_t i;

    for (i = 0; i < elf->section_count; i++) {
        *out = mote_elf_section_at(elf, i);
        if (strcmp(out->name, name) == 0)
            return true;
    }
    return false;
}

bool mote_elf_find_symbol(const mote_elf *elf, const char *name, mote_elf_symbol *out)
{
    uint32_t i;

    for (i = 0; i < elf->symbol_count; i++) {
        *out = mote_elf_symbol_at(elf, i);
        if (out->section != 0 && strcmp(out->name, name) == 0)
            return true;
    }
    return false;
}

bool mote_elf_function_at(const mote_elf *elf, uint32_t address, mote_elf_symbol *out)
{
    uint32_t i;

    for (i = 0; i < elf->symbol_count; i++) {
        *out = mote_elf_symbol_at(elf, i);
        if (out->kind == MOTE_ELF_FUNCTION && address >= out->address && address - out->address < out->bytes)
            return true;
    }
    return false;
}

static bool has_segments(const mote_elf *elf)
{
    return u16_at(elf, 42) == SEGMENT_BYTES && is_inside(elf, u32_at(elf, 28), (uint64_t)u16_at(elf, 44) * SEGMENT_BYTES);
}

uint32_t mote_elf_read_image(const mote_elf *elf, uint8_t *to, uint32_t room)
{
    uint32_t i, count = has_segments(elf) ? u16_at(elf, 44) : 0, end = 0;

    for (i = 0; i < count; i++) {
        const uint32_t header = u32_at(elf, 28) + i * SEGMENT_BYTES;
        const uint32_t offset = u32_at(elf, header + 4), address = u32_at(elf, header + 12);
        const uint32_t bytes = u32_at(elf, header + 16);
        if (u32_at(elf, header) != SEGMENT_LOADED || address > room || bytes > room - address ||
            !is_inside(elf, offset, bytes))
            continue;
        memcpy(to + address, elf->file.bytes + offset, bytes);
        end = address + bytes > end ? address + bytes : end;
    }
    return end;
}
