/* Three runs of the compiler: what the model's header says (an object file that is only read), the model itself with -O2,
 * and the parts with -Os, linked with it. All names in the build folder are relative, so that nothing in the firmware
 * depends on where it was built.
 * SPDX-License-Identifier: Apache-2.0 */
#include "chips/firmware.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/file.h"
#include "base/text.h"
#include "chips/chips.h"
#include "chips/code_size.h"
#include "chips/elf.h"
#include "chips/process.h"

/* ---- files of the build folder ---- */

static mote_status write_text(const mote_firmware *f, const char *file, const mote_text *text, mote_error *err)
{
    const char *path = mote_path_join(f->arena, f->folder, file, err);

    if (!path || mote_text_status(text, err) != MOTE_OK)
        return err->code;
    return mote_file_write(path, text->bytes, text->count, err);
}

static mote_status write_part(const mote_firmware *f, const char *part, mote_error *err)
{
    const char               *name = mote_arena_printf(f->arena, err, "src/chips/parts/%s", part);
    const mote_embedded_file *file = name ? mote_embedded_find(name) : NULL;
    const char               *path = mote_path_join(f->arena, f->folder, mote_path_base(part), err);

    if (err->code != MOTE_OK)
        return err->code;
    if (!file)
        return mote_fail(err, MOTE_ERR_IO, "%s is not in this build of mote", name);
    return mote_file_write(path, file->text, file->count, err);
}

static mote_status write_parts(const mote_firmware *f, mote_error *err)
{
    int i;

    MOTE_TRY(write_part(f, "harness.h", err));
    MOTE_TRY(write_part(f, "harness.c", err));
    MOTE_TRY(write_part(f, "harness_layers.c", err));
    MOTE_TRY(write_part(f, "harness_start.c", err));
    MOTE_TRY(write_part(f, "hook.h", err));
    for (i = 0; i < MOTE_CHIP_PARTS && f->row->family->parts[i]; i++)
        MOTE_TRY(write_part(f, f->row->family->parts[i], err));
    if (f->row->uart)
        MOTE_TRY(write_part(f, f->row->uart, err));
    return MOTE_OK;
}

/* ---- the compiler ---- */

enum { COMMAND_WORDS = 64 };

typedef struct command {
    const char *words[COMMAND_WORDS + 1];
    int         count;
} command;

static void add_word(command *c, const char *word)
{
    if (c->count < COMMAND_WORDS)
        c->words[c->count++] = word;
}

static void add_words(command *c, const char *const *words)
{
    while (*words)
        add_word(c, *words++);
}

#define ADD_WORDS(c, ...) add_words((c), (const char *const[]){__VA_ARGS__, NULL})

static command begin_command(const mote_firmware *f)
{
    command c = {.count = 0};

    add_word(&c, f->row->chip.compiler);
    add_words(&c, f->row->compile_flags);
    add_words(&c, f->row->family->compile_flags);
    ADD_WORDS(&c, "-std=gnu99", "-w", "-ffp-contract=off", "-fno-math-errno", "-ffunction-sections", "-fdata-sections", "-I",
              f->model_folder, "-I", ".");
    return c;
}

/* The line of a compiler's or linker's messages that says most: the first that names an error or a missing symbol. gcc's own
 * "collect2: error: ld returned" comes last and says nothing. */
static const char *find_error_line(const char *text)
{
    const char *word = strstr(text, "undefined reference");

    if (!word)
        word = strstr(text, "error: ");
    if (!word || strncmp(word, "error: ld returned", 18) == 0)
        word = text;
    while (word > text && word[-1] != '\n')
        word--;
    return word;
}

/* A model of 100,000 operators takes a compiler more memory than most machines have. */
#define COMPILER_MEMORY ((size_t)4 << 30)

static mote_status fail_compile(const mote_firmware *f, const char *messages, mote_error *err)
{
    const char *line = messages ? find_error_line(messages) : "no message";
    char        text[sizeof err->text];

    snprintf(text, sizeof text, "%.*s", (int)strcspn(line, "\n"), line);
    if (strstr(text, "is too large") || strstr(text, "relocation truncated")) /* than 16 bits can address, on AVR */
        return mote_fail(err, MOTE_ERR_LIMIT, "does not fit %s: %s", f->row->chip.name, text);
    if (messages && strstr(messages, "out of memory"))
        return mote_fail(err, MOTE_ERR_LIMIT, "does not compile for %s: the compiler needs more than %zu GiB for this model",
                         f->row->chip.name, COMPILER_MEMORY >> 30);
    return mote_fail(err, MOTE_ERR_FORMAT, "does not compile for %s: %s", f->row->chip.name, text);
}

static mote_status run_compiler(const mote_firmware *f, const command *c, mote_error *err)
{
    mote_process        process = {.arguments = c->words,
                                   .folder = f->folder,
                                   .time_limit_seconds = f->time_limit_seconds,
                                   .output_limit = 16 << 20,
                                   .memory_limit = COMPILER_MEMORY};
    mote_process_result result;

    if (mote_process_run(&process, &result, err) == MOTE_OK && result.exit_status != 0)
        fail_compile(f, result.err.bytes, err);
    mote_process_result_free(&result);
    return err->code;
}

/* ---- what the header says ---- */

/* All memory of the model as one object: its arena, or all of the regions that its arena points to. */
static void add_memory_type(const mote_firmware *f, mote_text *text)
{
    mote_text_printf(text,
                     "#if defined(%s_REGION_COUNT)\ntypedef %s_all_memory mote_bound_arena;\n#else\n"
                     "typedef %s_arena mote_bound_arena;\n#endif\n",
                     f->upper_name, f->name, f->name);
}

static mote_status write_description(const mote_firmware *f, mote_error *err)
{
    mote_text text = {0};
    int       i;

    mote_text_printf(&text, "#include <stdint.h>\n#include <%s.h>\n", f->name);
    for (i = 0; i < MOTE_FIRMWARE_TENSORS; i++)
        mote_text_printf(&text,
                         "#ifndef %s_INPUT_%d_BYTES\n#define %s_INPUT_%d_BYTES 0\n#endif\n"
                         "#ifndef %s_OUTPUT_%d_BYTES\n#define %s_OUTPUT_%d_BYTES 0\n#endif\n",
                         f->upper_name, i, f->upper_name, i, f->upper_name, i, f->upper_name, i);
    add_memory_type(f, &text);
    mote_text_printf(&text,
                     "__attribute__((section(\".mote\"), used)) const uint32_t description[] = {\n"
                     "%s_INPUT_COUNT, %s_OUTPUT_COUNT, sizeof(mote_bound_arena), %s_HAS_STATE,\n",
                     f->upper_name, f->upper_name, f->upper_name);
    for (i = 0; i < MOTE_FIRMWARE_TENSORS; i++)
        mote_text_printf(&text, "%s_INPUT_%d_BYTES, ", f->upper_name, i);
    for (i = 0; i < MOTE_FIRMWARE_TENSORS; i++)
        mote_text_printf(&text, "%s_OUTPUT_%d_BYTES, ", f->upper_name, i);
    mote_text_puts(&text, "};\n");
    write_text(f, "description.c", &text, err);
    mote_text_free(&text);
    return err->code;
}

enum { DESCRIPTION_WORDS = 4 + 2 * MOTE_FIRMWARE_TENSORS };

static uint32_t word_at(const uint8_t *bytes, size_t index)
{
    const uint8_t *p = bytes + 4 * index;

    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The sum of count sizes, 0 if one of them is 0 or it passes 2 GiB. */
static uint32_t sum_sizes(const uint8_t *words, uint32_t count)
{
    uint64_t sum = 0;
    uint32_t i;

    for (i = 0; i < count; i++) {
        uint32_t bytes = word_at(words, i);
        if (bytes == 0)
            return 0;
        sum += bytes;
    }
    return sum <= INT32_MAX ? (uint32_t)sum : 0;
}

static mote_status decode_description(mote_firmware *f, const uint8_t *bytes, mote_error *err)
{
    mote_firmware_model *m = &f->model;

    m->input_count = word_at(bytes, 0);
    m->output_count = word_at(bytes, 1);
    m->arena_bytes = word_at(bytes, 2);
    m->has_state = word_at(bytes, 3);
    if (m->input_count < 1 || m->input_count > MOTE_FIRMWARE_TENSORS || m->output_count < 1 ||
        m->output_count > MOTE_FIRMWARE_TENSORS)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s.h: %u inputs and %u outputs; 1 to %d of each can be emulated", f->name,
                         m->input_count, m->output_count, MOTE_FIRMWARE_TENSORS);
    m->input_bytes = sum_sizes(bytes + 16, m->input_count);
    m->output_bytes = sum_sizes(bytes + 16 + 4 * MOTE_FIRMWARE_TENSORS, m->output_count);
    if (m->input_bytes == 0 || m->output_bytes == 0)
        return mote_fail(err, MOTE_ERR_FORMAT, "%s.h: %s_INPUT_n_BYTES or %s_OUTPUT_n_BYTES is missing, 0 or too large",
                         f->name, f->upper_name, f->upper_name);
    return MOTE_OK;
}

static mote_status read_description(mote_firmware *f, mote_error *err)
{
    const char      *path = mote_path_join(f->arena, f->folder, "description.o", err);
    mote_elf         elf;
    mote_elf_section section;

    if (!path)
        return err->code;
    MOTE_TRY(mote_elf_open(&elf, path, err));
    if (mote_elf_find_section(&elf, ".mote", &section) && section.has_content && section.bytes >= 4 * DESCRIPTION_WORDS)
        decode_description(f, elf.file.bytes + section.offset, err);
    else
        mote_fail(err, MOTE_ERR_FORMAT, "%s: not what was compiled", path);
    mote_elf_close(&elf);
    return err->code;
}

static mote_status describe_model(mote_firmware *f, mote_error *err)
{
    command c = begin_command(f);

    MOTE_TRY(write_description(f, err));
    ADD_WORDS(&c, "-c", "description.c", "-o", "description.o");
    MOTE_TRY(run_compiler(f, &c, err));
    return read_description(f, err);
}

/* Calls under names that the harness knows: of a model with one block as they are; of one with regions with an arena that
 * points to them. */
static void add_calls(const mote_firmware *f, mote_text *text)
{
    mote_text_printf(text,
                     "#if defined(%s_REGION_COUNT)\n#define mote_bound_of(memory) %s_arena arena = %s_arena_in(memory)\n"
                     "#define mote_bound_at(memory) &arena\n"
                     "static inline void mote_bound_invoke(mote_bound_arena *memory)\n{\n    mote_bound_of(memory);\n"
                     "    %s_invoke(&arena);\n}\n",
                     f->upper_name, f->name, f->name, f->name);
    mote_text_printf(text,
                     "#else\n#define mote_bound_of(memory) (void)0\n#define mote_bound_at(memory) memory\n"
                     "#define mote_bound_invoke %s_invoke\n#endif\n",
                     f->name);
    mote_text_printf(text,
                     "static inline void mote_bound_reset(mote_bound_arena *memory)\n{\n    mote_bound_of(memory);\n"
                     "#if %s_HAS_STATE\n    %s_reset(mote_bound_at(memory));\n#endif\n}\n",
                     f->upper_name, f->name);
}

/* mote_bound.h: the model's functions under names that the harness knows. The model's header goes in angle brackets, so that
 * one named like a file of the build folder is found where it is. */
static mote_status write_binding(const mote_firmware *f, mote_error *err)
{
    mote_text text = {0};
    uint32_t  i;

    mote_text_printf(&text, "#include <%s.h>\n", f->name);
    add_memory_type(f, &text);
    add_calls(f, &text);
    mote_text_puts(&text, "static inline int mote_bound_read(port_state *state, mote_bound_arena *memory)\n{\n"
                          "    mote_bound_of(memory);\n    return 1");
    for (i = 0; i < f->model.input_count; i++)
        mote_text_printf(&text,
                         "\n        && port_read(state, (void *)%s_input_%u(mote_bound_at(memory)), %s_INPUT_%u_BYTES)",
                         f->name, i, f->upper_name, i);
    mote_text_puts(&text, ";\n}\nstatic inline void mote_bound_write(port_state *state, mote_bound_arena *memory)\n{\n"
                          "    mote_bound_of(memory);\n");
    for (i = 0; i < f->model.output_count; i++)
        mote_text_printf(&text,
                         "    port_write(state, (const void *)%s_output_%u(mote_bound_at(memory)), %s_OUTPUT_%u_BYTES);\n",
                         f->name, i, f->upper_name, i);
    mote_text_puts(&text, "}\n");
    write_text(f, "mote_bound.h", &text, err);
    mote_text_free(&text);
    return err->code;
}

/* ---- compile, link ---- */

/* Tables for debuggers and C++ are no part of a model. */
#define ALONE_FLAGS "-fno-asynchronous-unwind-tables"

static mote_status compile_model(const mote_firmware *f, const char *object, const char *const *flags, mote_error *err)
{
    command     c = begin_command(f);
    const char *source = mote_arena_printf(f->arena, err, "%s/%s.c", f->model_folder, f->name);

    if (!source)
        return err->code;
    ADD_WORDS(&c, "-O2", "-c", source, "-o", object);
    add_words(&c, flags);
    return run_compiler(f, &c, err);
}

/* gcc's model.su: a line "FILE:LINE:COLUMN:FUNCTION <tab> BYTES <tab> static" a function. */
static const char *read_frames(const mote_firmware *f, mote_error *err)
{
    const char *path = mote_path_join(f->arena, f->folder, "model.su", err), *text;
    mote_file   file;

    if (!path || mote_file_open(&file, path, err) != MOTE_OK)
        return NULL;
    text = mote_arena_strndup(f->arena, (const char *)file.bytes, file.count, err);
    mote_file_close(&file);
    return text;
}

static mote_status measure_frames(mote_firmware *f, mote_error *err)
{
    const char *text = read_frames(f, err), *tab;
    char       *end;

    for (tab = text ? strchr(text, '\t') : NULL; tab; tab = strchr(end, '\t')) {
        const unsigned long bytes = strtoul(tab + 1, &end, 10);
        if (bytes > f->frame_bytes)
            f->frame_bytes = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
    }
    return err->code;
}

static mote_status add_memory_map(const mote_firmware *f, command *c, mote_error *err)
{
    const mote_chip_row *row = f->row;
    const char          *word = mote_arena_printf(
                 f->arena, err,
                 "-Wl,--defsym=CODE_ORIGIN=0x%x,--defsym=RAM_ORIGIN=0x%x,--defsym=RAM_BYTES=0x%x,--defsym=UART=0x%x,"
                          "--defsym=INPUTS=0x%x",
                 row->code_origin, row->ram_origin, row->chip.ram_bytes, row->uart_origin, row->inputs_origin);

    add_word(c, word);
    return err->code;
}

mote_status mote_firmware_link(mote_firmware *f, const char *flag, mote_error *err)
{
    const mote_chip_family *family = f->row->family;
    command                 c = begin_command(f);
    int                     i;

    ADD_WORDS(&c, "-Os", flag, "-Wl,--gc-sections", f->harness);
    for (i = 0; i < MOTE_CHIP_PARTS && family->parts[i]; i++) {
        const char *name = mote_path_base(family->parts[i]);
        if (mote_path_has_suffix(name, ".ld")) {
            ADD_WORDS(&c, "-T", name);
            MOTE_TRY(add_memory_map(f, &c, err));
        } else if (!mote_path_has_suffix(name, ".h")) {
            add_word(&c, name);
        }
    }
    if (f->row->uart)
        add_word(&c, mote_path_base(f->row->uart));
    ADD_WORDS(&c, f->object, "-o", mote_path_base(f->elf_path));
    add_words(&c, family->link_flags);
    return run_compiler(f, &c, err);
}

/* ---- measure ---- */

static void list_section(mote_firmware *f, const mote_elf_section *section)
{
    mote_firmware_section *out = &f->sections[f->section_count];

    if (section->bytes == 0 || f->section_count == MOTE_EMULATION_SECTIONS)
        return;
    snprintf(out->name, sizeof out->name, "%s", mote_show_string(section->name).text);
    out->bytes = section->bytes;
    out->is_in_flash = section->has_content;
    out->is_in_ram = section->is_writable;
    f->section_count++;
}

static void measure_sections(mote_firmware *f, const mote_elf *elf)
{
    uint32_t i;

    for (i = 0; i < elf->section_count; i++) {
        mote_elf_section section = mote_elf_section_at(elf, i);
        if (!section.is_loaded)
            continue;
        f->flash_bytes += section.has_content ? section.bytes : 0;
        f->ram_bytes += section.is_writable ? section.bytes : 0;
        list_section(f, &section);
    }
}

static bool is_of_model(const mote_firmware *f, const mote_elf_symbol *symbol, bool is_after_source)
{
    size_t length = strlen(f->name);

    if (symbol->is_local)
        return is_after_source;
    return strncmp(symbol->name, f->name, length) == 0 && symbol->name[length] == '_';
}

/* Local symbols follow the name of their source; global ones are known by the model's prefix. */
static void measure_symbols(mote_firmware *f, const mote_elf *elf)
{
    const char *source = mote_arena_printf(f->arena, &(mote_error){0}, "%s.c", f->name);
    bool        is_after_source = false;
    uint32_t    i;

    for (i = 0; source && i < elf->symbol_count; i++) {
        mote_elf_symbol symbol = mote_elf_symbol_at(elf, i);
        if (symbol.kind == MOTE_ELF_SOURCE)
            is_after_source = strcmp(mote_path_base(symbol.name), source) == 0;
        else if (symbol.section == 0 || !is_of_model(f, &symbol, is_after_source))
            continue;
        else if (symbol.kind == MOTE_ELF_FUNCTION)
            f->code_bytes += symbol.bytes;
        else if (symbol.kind == MOTE_ELF_OBJECT && mote_elf_section_at(elf, symbol.section).has_content)
            f->weight_bytes += symbol.bytes;
    }
}

static mote_status measure(mote_firmware *f, mote_error *err)
{
    mote_elf elf;

    MOTE_TRY(mote_elf_open(&elf, f->elf_path, err));
    f->flash_bytes = f->ram_bytes = f->code_bytes = f->weight_bytes = 0;
    measure_sections(f, &elf);
    measure_symbols(f, &elf);
    mote_elf_close(&elf);
    return MOTE_OK;
}

static mote_status link_variant(mote_firmware *f, const char *harness, const char *object, const char *elf, const char *flag,
                                mote_error *err)
{
    f->harness = harness;
    f->object = object;
    f->elf_path = mote_path_join(f->arena, f->folder, elf, err);
    return f->elf_path ? mote_firmware_link(f, flag, err) : err->code;
}

mote_status mote_firmware_build(mote_firmware *f, mote_error *err)
{
    MOTE_TRY(write_parts(f, err));
    MOTE_TRY(describe_model(f, err));
    MOTE_TRY(write_binding(f, err));
    MOTE_TRY(compile_model(f, "model.o", (const char *const[]){"-fstack-usage", NULL}, err));
    MOTE_TRY(measure_frames(f, err));
    MOTE_TRY(link_variant(f, "harness.c", "model.o", "firmware.elf", "-DSAMPLE_BYTES=0", err));
    MOTE_TRY(measure(f, err));
    f->linked_bytes = f->flash_bytes;
    return MOTE_OK;
}

/* ---- the model alone ---- */

static mote_status link_alone(mote_firmware *f, mote_error *err)
{
    command     c = begin_command(f);
    const char *entry = mote_arena_printf(f->arena, err, "-Wl,--gc-sections,-e,%s_invoke,-u,%s_reset", f->name, f->name);

    f->elf_path = mote_path_join(f->arena, f->folder, "alone.elf", err);
    if (!entry || !f->elf_path)
        return err->code;
    ADD_WORDS(&c, "-Os", ALONE_FLAGS, "-nostartfiles", entry, "model.o", "-o", "alone.elf");
    if (f->row->family->library)
        add_word(&c, mote_path_base(f->row->family->library));
    if (f->row->family->has_library_in_rom)
        add_word(&c, "-Wl,--unresolved-symbols=ignore-all");
    add_words(&c, f->row->family->link_flags);
    return run_compiler(f, &c, err);
}

static mote_status bound_stack(mote_firmware *f, mote_error *err)
{
    const char *path = mote_path_join(f->arena, f->folder, "model.o", err);
    const char *frames = path ? read_frames(f, err) : NULL;
    const char *entry = frames ? mote_arena_printf(f->arena, err, "%s_invoke", f->name) : NULL;
    mote_elf    object;

    if (!entry)
        return err->code;
    MOTE_TRY(mote_elf_open(&object, path, err));
    mote_stack_bound(&f->stack_bytes, &(mote_stack_question){&object, frames, entry, f->row->family->library_stack_bytes},
                     err);
    mote_elf_close(&object);
    return err->code;
}

mote_status mote_firmware_build_alone(mote_firmware *f, mote_error *err)
{
    MOTE_TRY(write_parts(f, err));
    MOTE_TRY(compile_model(f, "model.o", (const char *const[]){"-fstack-usage", ALONE_FLAGS, NULL}, err));
    MOTE_TRY(bound_stack(f, err));
    MOTE_TRY(link_alone(f, err));
    MOTE_TRY(measure(f, err));
    f->code_bytes = f->flash_bytes - f->weight_bytes;
    return MOTE_OK;
}

/* ---- the other two ---- */

static mote_status measure_linked(mote_firmware *f, mote_error *err)
{
    mote_elf elf;
    uint32_t i;

    MOTE_TRY(mote_elf_open(&elf, f->elf_path, err));
    f->linked_bytes = 0;
    for (i = 0; i < elf.section_count; i++) {
        mote_elf_section section = mote_elf_section_at(&elf, i);
        f->linked_bytes += section.is_loaded && section.has_content ? section.bytes : 0;
    }
    mote_elf_close(&elf);
    return MOTE_OK;
}

mote_status mote_firmware_hook(mote_firmware *f, mote_error *err)
{
    if (!f->layers) {
        MOTE_TRY(compile_model(f, "hooked.o", (const char *const[]){"-include", "hook.h", NULL}, err));
        MOTE_TRY(mote_firmware_read_layers(f, "hooked.o", err));
    }
    MOTE_TRY(link_variant(f, "harness_layers.c", "hooked.o", "hooked.elf", "-DSAMPLE_BYTES=0", err));
    return measure_linked(f, err);
}

mote_status mote_firmware_start(mote_firmware *f, mote_firmware_start_part part, mote_error *err)
{
    static const char *const flags[] = {[MOTE_START_MEMORY_ALONE] = "-DWITH_MODEL=0",
                                        [MOTE_START_MEMORY] = "-DWITH_MODEL=1",
                                        [MOTE_START_RESET] = "-DWITH_MODEL=2"};

    return link_variant(f, "harness_start.c", "model.o", "start.elf", flags[part], err);
}

mote_status mote_firmware_check_fit(const mote_firmware *f, mote_error *err)
{
    const mote_chip *chip = &f->row->chip;
    uint64_t         stack = (uint64_t)f->row->family->minimal_stack_bytes + f->frame_bytes;

    if (f->flash_bytes > chip->flash_bytes)
        return mote_fail(err, MOTE_ERR_LIMIT, "does not fit %s: needs %u bytes of flash, the chip has %u", chip->name,
                         f->flash_bytes, chip->flash_bytes);
    if (f->ram_bytes + stack > chip->ram_bytes)
        return mote_fail(err, MOTE_ERR_LIMIT,
                         "does not fit %s: needs %u bytes of RAM and at least %llu for the stack, the chip has %u",
                         chip->name, f->ram_bytes, (unsigned long long)stack, chip->ram_bytes);
    return MOTE_OK;
}

const char *mote_firmware_place(const mote_firmware *f, uint32_t address, mote_error *err)
{
    mote_elf        elf;
    mote_elf_symbol symbol;
    const char     *place = NULL;
    bool            is_known;

    if (mote_elf_open(&elf, f->elf_path, err) != MOTE_OK)
        return NULL;
    is_known = mote_elf_function_at(&elf, address, &symbol);
    place = mote_arena_printf(f->arena, err, "0x%08x%s%s", address, is_known ? " in " : "",
                              is_known ? mote_show_string(symbol.name).text : "");
    mote_elf_close(&elf);
    return place;
}
