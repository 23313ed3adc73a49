/* Reading what a cross compiler made: sections and symbols of a 32-bit little-endian ELF file, bounds-checked.
 * Source: Tool Interface Standard, "Executable and Linking Format", version 1.2.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CHIPS_ELF_H
#define MOTE_CHIPS_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/file.h"

typedef struct mote_elf {
    mote_file file;
    uint32_t  section_count, section_table; /* offsets are into the file */
    uint32_t  names, names_bytes;           /* of sections */
    uint32_t  symbol_count, symbol_table;
    uint32_t  strings, strings_bytes; /* of symbols */
} mote_elf;

typedef struct mote_elf_section {
    const char *name;
    uint32_t    address, offset, bytes;
    bool        is_loaded;   /* takes memory on the chip */
    bool        is_writable; /* ... RAM */
    bool        has_content; /* ... and is initialised from flash */
} mote_elf_section;

typedef enum mote_elf_symbol_kind {
    MOTE_ELF_OTHER,
    MOTE_ELF_OBJECT,
    MOTE_ELF_FUNCTION,
    MOTE_ELF_SOURCE /* name of the source that the local symbols after it come from */
} mote_elf_symbol_kind;

typedef struct mote_elf_symbol {
    const char          *name;
    uint32_t             address, bytes;
    uint32_t             section; /* index; 0: none */
    mote_elf_symbol_kind kind;
    bool                 is_local;
} mote_elf_symbol;

mote_status mote_elf_open(mote_elf *elf, const char *path, mote_error *err);
void        mote_elf_close(mote_elf *elf); /* a no-op on a zeroed one */

/* index < section_count, < symbol_count. What points outside the file reads as empty. */
mote_elf_section mote_elf_section_at(const mote_elf *elf, uint32_t index);
mote_elf_symbol  mote_elf_symbol_at(const mote_elf *elf, uint32_t index);

/* A place in an object file's section that the linker fills in with a symbol's address. */
typedef struct mote_elf_relocation {
    uint32_t section, offset; /* whose bytes, and where */
    uint32_t symbol;          /* index */
} mote_elf_relocation;

/* Fills out for the index-th entry of section table (any section); false behind its last, or when it is no such table. */
bool mote_elf_relocation_at(const mote_elf *elf, uint32_t table, uint32_t index, mote_elf_relocation *out);

bool mote_elf_find_section(const mote_elf *elf, const char *name, mote_elf_section *out);
bool mote_elf_find_symbol(const mote_elf *elf, const char *name, mote_elf_symbol *out);
/* The function that address lies in. */
bool mote_elf_function_at(const mote_elf *elf, uint32_t address, mote_elf_symbol *out);
/* The bytes of all segments whose place in flash (their load address) lies within room, at that place; what lies between
 * them stays. Returns the end of the last. */
uint32_t mote_elf_read_image(const mote_elf *elf, uint8_t *to, uint32_t room);

#endif
