/* Compiling a model to a folder.
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/embedded.h"
#include "base/file.h"
#include "emit/emit.h"
#include "emit/micro.h"
#include "formats/identity.h"
#include "formats/tflite/tflite.h"
#include "passes/passes.h"

enum { GENERATED_SAMPLES = 3, SAMPLES_MAX = 10000 };

typedef struct compilation {
    const mote_model           *model; /* as given: what the self-test's answers come from */
    mote_model                 *form;  /* what code is made of; NULL: target "c" is not asked for */
    const mote_compile_options *options;
    mote_compile_result         result;
    mote_arena                  arena;
    mote_emitter                emitter;
    size_t                      sample_count; /* that the self-test has */
    mote_error                  misfit;       /* why the first variant that does not fit its regions does not */
} compilation;

/* A given name must be right as it is; the model's own is made right. */
static mote_status choose_name(compilation *c, mote_error *err)
{
    if (!c->options->name) {
        mote_compile_name(c->result.name, c->model->name);
        return MOTE_OK;
    }
    MOTE_TRY(mote_compile_check_name(c->options->name, err));
    snprintf(c->result.name, sizeof c->result.name, "%s", c->options->name);
    return MOTE_OK;
}

static mote_status write_text(compilation *c, const char *folder, const char *name, mote_text *text, mote_error *err)
{
    char *path = mote_path_join(&c->arena, folder, name, err);

    if (path && err->code == MOTE_OK && mote_text_status(text, err) == MOTE_OK)
        mote_file_write(path, text->bytes, text->count, err);
    mote_text_free(text);
    return err->code;
}

/* BASE.h and BASE.c, or .cc. Frees both texts. */
static mote_status write_header_and_source(compilation *c, const char *folder, const char *base, const char *suffix,
                                           mote_text *header, mote_text *source, mote_error *err)
{
    char name[96];

    snprintf(name, sizeof name, "%s.h", base);
    write_text(c, folder, name, header, err);
    snprintf(name, sizeof name, "%s.%s", base, suffix);
    return write_text(c, folder, name, source, err);
}

static void begin_emitter(compilation *c, const mote_model *model)
{
    size_t i;

    c->emitter.model = model;
    c->emitter.name = c->result.name;
    c->emitter.optimize = c->options->optimize;
    for (i = 0; c->result.name[i] && i + 1 < sizeof c->emitter.upper; i++)
        c->emitter.upper[i] = (char)toupper((unsigned char)c->result.name[i]);
}

/* ---- target "array" ---- */

static mote_status write_planned(mote_text *out, const mote_model *model, const mote_micro_plan *plan, mote_error *err)
{
    return plan->offsets ? mote_tflite_write_planned(out, model, plan->offsets, plan->tensor_count, err)
                         : mote_tflite_write(out, model, err);
}

static mote_status write_array(compilation *c, const char *folder, mote_error *err)
{
    const bool             is_named = c->options->name != NULL;
    const mote_array_names names = {is_named ? c->result.name : "model", is_named ? c->result.name : "g",
                                    is_named ? c->emitter.upper : "MOTE_MODEL"};
    mote_micro_plan plan;
    mote_text       file = {0}, header = {0}, source = {0};

    begin_emitter(c, c->model);
    MOTE_TRY(mote_micro_make_plan(&plan, c->model, &c->arena, err));
    if (write_planned(&file, c->model, &plan, err) == MOTE_OK) {
        mote_emit_array_header(&names, c->model, &plan, &header);
        mote_emit_array_source(&names, &file, &source);
        write_header_and_source(c, folder, names.file, "cc", &header, &source, err);
    }
    mote_text_free(&file);
    mote_text_free(&header);
    mote_text_free(&source);
    return err->code;
}

/* ---- inputs and outputs ---- */

/* What C can hold: on an AVR a double has 32 bits. */
static mote_status check_end(const mote_tensor *tensor, const char *kind, int32_t index, mote_error *err)
{
    const char *shown = mote_dtype_name(tensor->dtype);

    if (!mote_dtype_c_name(tensor->dtype) || tensor->dtype == MOTE_F64)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED,
                         "%s %d (%s) is %s, which compiled code cannot give or take; compile with --target array", kind,
                         index, mote_show_string(tensor->name).text, shown);
    if (mote_tensor_count(tensor) == 0)
        return mote_fail(err, MOTE_ERR_UNSUPPORTED, "%s %d (%s) has the shape %s: no elements", kind, index,
                         mote_show_string(tensor->name).text, mote_shape_show(tensor).text);
    return MOTE_OK;
}

static mote_status check_ends(const mote_graph *graph, mote_error *err)
{
    int32_t i;

    for (i = 0; i < graph->input_count; i++)
        MOTE_TRY(check_end(&graph->tensors[graph->inputs[i]], "input", i, err));
    for (i = 0; i < graph->output_count; i++)
        MOTE_TRY(check_end(&graph->tensors[graph->outputs[i]], "output", i, err));
    return MOTE_OK;
}

/* ---- target "c" ---- */

/* Integers of 32 and 64 bits count rounds and name rows: they are small. */
static void make_small(const mote_tensor *tensor, uint8_t *at)
{
    const size_t width = (size_t)mote_dtype_bits(tensor->dtype) / 8;
    size_t       k;

    for (k = 0; k < mote_tensor_bytes(tensor); k++)
        at[k] = k % width == 0 ? at[k] & 15 : 0;
}

/* Inputs of every kind from a small generator: the constants of Numerical Recipes' "quick and dirty" one. */
static void fill_inputs(const mote_graph *graph, uint8_t *at)
{
    uint32_t x = 1;
    int32_t  s, i;
    size_t   k;

    for (s = 0; s < GENERATED_SAMPLES; s++)
        for (i = 0; i < graph->input_count; i++) {
            const mote_tensor *tensor = &graph->tensors[graph->inputs[i]];
            for (k = 0; k < mote_tensor_bytes(tensor); k++) {
                x = x * 1664525u + 1013904223u;
                at[k] = (uint8_t)(x >> 24);
            }
            for (k = 0; tensor->dtype == MOTE_F32 && k < mote_tensor_count(tensor); k++)
                ((float *)(void *)at)[k] = (float)(at[4 * k] / 128.0 - 1.0);
            if (tensor->dtype == MOTE_I32 || tensor->dtype == MOTE_I64)
                make_small(tensor, at);
            at += mote_tensor_bytes(tensor);
        }
}

/* The samples given, or golden ones alone, or generated ones; their names are known of those given. */
static mote_status choose_samples(compilation *c, mote_samples *out, mote_error *err)
{
    const mote_graph *graph = &c->model->graphs[0];
    int32_t           i;

    if (c->options->samples) {
        *out = *c->options->samples;
        return MOTE_OK;
    }
    *out = (mote_samples){.count = c->options->golden_count ? (size_t)c->options->golden_count : GENERATED_SAMPLES};
    for (i = 0; i < graph->input_count; i++)
        out->sample_bytes += mote_tensor_bytes(&graph->tensors[graph->inputs[i]]);
    out->bytes = mote_arena_alloc(&c->arena, mote_size_mul(out->sample_bytes, out->count), 1, err);
    if (out->bytes && c->options->golden_count)
        memcpy(out->bytes, c->options->golden, out->sample_bytes * out->count);
    else if (out->bytes)
        fill_inputs(graph, out->bytes);
    return err->code;
}

static mote_status write_selftest(compilation *c, const char *folder, mote_error *err)
{
    mote_text    text = {0}, header = {0};
    mote_samples samples;
    char         name[96];

    MOTE_TRY(choose_samples(c, &samples, err));
    c->sample_count = samples.count;
    mote_emit_selftest(&c->emitter, c->model, &samples, &text, c->options->samples ? &header : NULL, err);
    snprintf(name, sizeof name, "%s_samples.h", c->result.name);
    if (c->options->samples)
        write_text(c, folder, name, &header, err);
    mote_text_free(&header);
    snprintf(name, sizeof name, "%s_selftest.c", c->result.name);
    return write_text(c, folder, name, &text, err);
}

/* The identity is the same for every target: what the board says it is, is what the model was before any pass. */
static mote_status write_link(compilation *c, const char *folder, bool has_state, mote_error *err)
{
    static const char *const runtime[] = {"runtime/link/link.h"};
    mote_text                header = {0}, source = {0};
    uint32_t                 identity;
    char                     base[MOTE_COMPILE_NAME + 8];

    MOTE_TRY(mote_model_identity(&identity, c->model, err));
    mote_emit_link_header(&c->emitter, identity, &header);
    mote_emit_link_source(&c->emitter, has_state, &source);
    snprintf(base, sizeof base, "%s_link", c->result.name);
    MOTE_TRY(write_header_and_source(c, folder, base, "c", &header, &source, err));
    return mote_emit_runtime_files(runtime, 1, folder, NULL, err);
}

/* Of several variants one whose memory does not fit is planned as if the last region had room, and is no more than a line
 * that says so (mote_emit_region_sizes). */
static mote_status plan_variant(compilation *c, mote_variant *variant, mote_error *err)
{
    const mote_emitter *e = &c->emitter;
    size_t              bytes[MOTE_REGIONS_MAX];
    mote_error          refused = {0};
    int32_t             i;

    for (i = 0; i < e->region_count; i++)
        bytes[i] = e->region_bytes[i];
    if (mote_plan(variant->program, &(mote_plan_options){.region_bytes = bytes, .region_count = e->region_count},
                  &refused) == MOTE_OK)
        return MOTE_OK;
    if (refused.code != MOTE_ERR_LIMIT || e->region_count == 0 || bytes[e->region_count - 1] == SIZE_MAX) {
        *err = refused;
        return err->code;
    }
    if (c->misfit.code == MOTE_OK)
        c->misfit = refused;
    variant->exceeds_regions = true;
    bytes[e->region_count - 1] = SIZE_MAX;
    return mote_plan(variant->program, &(mote_plan_options){.region_bytes = bytes, .region_count = e->region_count}, err);
}

/* Memory that is too small for every kind of chip is an error. */
static mote_status check_memory(const compilation *c, mote_error *err)
{
    int32_t v = 0;

    while (v < c->emitter.variant_count && c->emitter.variants[v].exceeds_regions)
        v++;
    if (v < c->emitter.variant_count)
        return MOTE_OK;
    *err = c->misfit;
    return err->code;
}

static mote_status add_variant(compilation *c, const mote_target *target, mote_error *err)
{
    mote_variant *variant = &c->emitter.variants[c->emitter.variant_count];

    MOTE_TRY(mote_lower(&variant->program, c->emitter.model, target, err));
    c->emitter.variant_count++;
    MOTE_TRY(plan_variant(c, variant, err));
    return mote_choose_instances(variant, c->options->optimize, &c->arena, err);
}

/* One, or all that there are; the one for any chip comes last. */
static mote_status add_variants(compilation *c, mote_error *err)
{
    static const mote_target *const all[] = {&mote_target_arm_dsp, &mote_target_riscv, &mote_target_avr,
                                             &mote_target_portable};
    const char                     *wanted = c->options->kernels;
    const mote_target              *target = wanted ? mote_target_find(wanted) : NULL;
    size_t                          i;

    if (wanted && (!target || !target->is_packed))
        return mote_fail(err, MOTE_ERR_USAGE, "kernels \"%s\" do not exist", mote_show_string(wanted).text);
    if (wanted)
        return add_variant(c, target, err);
    for (i = 0; i < sizeof all / sizeof *all; i++)
        MOTE_TRY(add_variant(c, all[i], err));
    return MOTE_OK;
}

static void take_results(compilation *c)
{
    const mote_emitter *e = &c->emitter;
    int32_t             v, s, r;

    c->result.chip_count = e->variant_count;
    for (v = 0; v < e->variant_count; v++) {
        const mote_variant  *variant = &e->variants[v];
        mote_compiled_chips *of = &c->result.chips[v];
        of->name = variant->program->target->name;
        of->arena_bytes = mote_emitted_bytes(variant->program);
        for (r = 0; r < e->region_count; r++)
            of->region_bytes[r] = variant->program->regions[r].bytes;
        of->exceeds_regions = variant->exceeds_regions;
        of->arena_bound_bytes = variant->program->lower_bound;
        of->instance_count = variant->instance_count;
        of->shared_count = variant->shared_count;
        of->constant_bytes = mote_program_constant_bytes(variant->program);
        of->zero_bytes = mote_program_zero_bytes(variant->program);
    }
    for (s = 0; s < e->variants[0].program->step_count; s++)
        c->result.step_count += !e->variants[0].program->steps[s].kernel->is_view;
}

/* All that may be refused, before anything is written. */
static mote_status prepare_c(compilation *c, mote_error *err)
{
    const mote_code_form form = {c->options->keeps_operators, c->options->keeps_constant_channels};

    MOTE_TRY(check_ends(&c->model->graphs[0], err));
    MOTE_TRY(mote_model_for_code(&c->form, c->model, &form, &c->result.pruned, &c->result.left_out_count, err));
    begin_emitter(c, c->form);
    MOTE_TRY(mote_emit_take_regions(&c->emitter, c->options->regions, c->options->region_count, err));
    MOTE_TRY(add_variants(c, err));
    MOTE_TRY(check_memory(c, err));
    c->emitter.model = c->emitter.variants[0].program->model; /* whose steps and places they name */
    return MOTE_OK;
}

/* What inputs and outputs take of the runtime. */
static mote_status write_end_files(compilation *c, const char *folder, mote_error *err)
{
    const char *files[2];
    int32_t     count = 0;

    if (mote_emits_pictures(&c->emitter))
        files[count++] = "runtime/prepare/picture.h";
    if (mote_emits_probabilities(&c->emitter))
        files[count++] = "runtime/prepare/probability.h";
    return mote_emit_runtime_files(files, count, folder, NULL, err);
}

static mote_status write_c(compilation *c, const char *folder, mote_error *err)
{
    mote_text header = {0}, source = {0};

    MOTE_TRY(prepare_c(c, err));
    mote_emit_header(&c->emitter, &header);
    mote_emit_source(&c->emitter, &source);
    MOTE_TRY(write_header_and_source(c, folder, c->result.name, "c", &header, &source, err));
    MOTE_TRY(mote_emit_runtime(&c->emitter, folder, err));
    MOTE_TRY(write_end_files(c, folder, err));
    MOTE_TRY(write_selftest(c, folder, err));
    MOTE_TRY(write_link(c, folder, mote_program_has_state(c->emitter.variants[0].program), err));
    take_results(c);
    return MOTE_OK;
}

/* ---- target "interpreter" ---- */

static void take_interpreter_results(compilation *c, const mote_interpreted *in)
{
    int i;

    for (i = 0; i < MOTE_INTERPRETED_MACHINES; i++)
        if (mote_interpreted_machines[i].kernels)
            c->result.chips[c->result.chip_count++] = (mote_compiled_chips){.name = mote_interpreted_machines[i].kernels,
                                                                            .arena_bytes = in->arena_bytes[i],
                                                                            .arena_bound_bytes = in->arena_bound_bytes[i],
                                                                            .constant_bytes = in->file_bytes};
    c->result.step_count = in->step_count;
}

/* The file that goes onto the chip, and what it takes there; `file` holds it where it had to be written. */
static mote_status prepare_interpreter(compilation *c, mote_interpreted *in, mote_text *file, mote_error *err)
{
    *in = (mote_interpreted){.file = c->options->file, .file_bytes = c->options->file_bytes};
    begin_emitter(c, c->model);
    MOTE_TRY(check_ends(&c->model->graphs[0], err));
    if (!in->file || c->model->differs || !mote_interpreted_takes_file(in, c->model)) {
        MOTE_TRY(mote_tflite_write(file, c->model, err));
        in->file = (const uint8_t *)file->bytes;
        in->file_bytes = file->count;
    }
    return mote_interpreted_measure(in, c->model, err);
}

/* Whether an answer may depend on the samples before; what cannot be said may. */
static mote_status find_state(bool *keeps, const mote_model *model, mote_error *err)
{
    mote_program *program;
    mote_error    refused = {0};

    *keeps = true;
    if (mote_lower(&program, model, &mote_target_reference, &refused) != MOTE_OK)
        return mote_fail_if_memory(err, &refused);
    *keeps = mote_program_has_state(program);
    mote_program_destroy(program);
    return MOTE_OK;
}

static mote_status write_interpreter(compilation *c, const char *folder, mote_error *err)
{
    mote_text        file = {0}, header = {0}, source = {0};
    mote_interpreted in;
    bool             keeps;

    if (prepare_interpreter(c, &in, &file, err) == MOTE_OK) {
        mote_emit_interpreter_header(&c->emitter, &in, &header);
        if (mote_emit_interpreter_source(&c->emitter, &in, folder, &source, err) == MOTE_OK &&
            write_header_and_source(c, folder, c->result.name, "c", &header, &source, err) == MOTE_OK &&
            write_end_files(c, folder, err) == MOTE_OK && write_selftest(c, folder, err) == MOTE_OK &&
            find_state(&keeps, c->model, err) == MOTE_OK && write_link(c, folder, keeps, err) == MOTE_OK)
            take_interpreter_results(c, &in);
    }
    mote_text_free(&file);
    mote_text_free(&header);
    mote_text_free(&source);
    return err->code;
}

/* ---- projects ---- */

/* The model's sources in the project's folder of code, and what its templates make. */
static mote_status write_project(compilation *c, const mote_project *project, const char *folder, mote_error *err)
{
    char *code = mote_path_join(&c->arena, folder, c->result.code, err);

    if (!code)
        return err->code;
    MOTE_TRY(mote_make_dirs(code, err));
    MOTE_TRY(write_c(c, code, err));
    return mote_emit_project(&c->emitter, &c->result, project, c->sample_count, folder, err);
}

/* Made beside, then moved in among the user's files. */
static mote_status make_project(compilation *c, const mote_project *project, const char *folder, mote_error *err)
{
    char           *made = mote_temporary_dir(&c->arena, "mote-project", err);
    mote_kept_files kept;
    int             i;

    if (!made)
        return err->code;
    mote_project_path(c->result.code, sizeof c->result.code, project->code, c->result.name);
    if (write_project(c, project, made, err) == MOTE_OK &&
        mote_project_merge(&kept, made, folder, c->result.code, &c->arena, err) == MOTE_OK) {
        c->result.kept_count = kept.count;
        for (i = 0; i < kept.count && i < MOTE_COMPILE_KEPT_MAX; i++)
            snprintf(c->result.kept[i], sizeof c->result.kept[i], "%s", kept.path[i]);
    }
    mote_remove_tree(made, err);
    return err->code;
}

/* ---- all ---- */

typedef struct compile_target {
    const char *name;
    mote_status (*write)(compilation *c, const char *folder, mote_error *err);
} compile_target;

static const compile_target compile_targets[] = {
    {"c", write_c}, {"array", write_array}, {"interpreter", write_interpreter}, {NULL, NULL}};

enum { READ_BYTES = 4096 }; /* of a file's beginning, where the marks are */

/* What a file begins with, as a string; "" when it cannot be read, or is a link, a FIFO or a device. */
static void read_beginning(char *text, const char *path)
{
    struct stat info;
    mote_file   file = {0};
    mote_error  ignored = {0};

    text[0] = '\0';
    if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode) ||
        mote_file_open_start(&file, path, READ_BYTES, &ignored) != MOTE_OK)
        return;
    memcpy(text, file.bytes, file.count);
    text[file.count] = '\0';
    mote_file_close(&file);
}

/* NAME of NAME.h, NAME.c, NAME.cc, NAME_samples.h or NAME_selftest.c; its length, or 0. */
static size_t generated_stem(const char *name)
{
    static const char *const ends[] = {"_selftest.c", "_samples.h", ".c", ".cc", ".h"};
    const size_t             length = strlen(name);
    size_t                   i;

    for (i = 0; i < sizeof ends / sizeof *ends; i++)
        if (length > strlen(ends[i]) && strcmp(name + length - strlen(ends[i]), ends[i]) == 0)
            return length - strlen(ends[i]);
    return 0;
}

/* Where the first line of a generated file says who made it, or NULL. */
static char *find_mark(char *text)
{
    static const char mark[] = "Generated by mote ";
    char             *found;

    text[strcspn(text, "\n")] = '\0';
    found = strstr(text, mark);
    return found ? found + strlen(mark) : NULL;
}

/* Whether NAME.h and its kin are as this or an older mote begins them. A copy under another name is the user's. */
static bool is_begun_for(const char *text, const char *name)
{
    const size_t stem = generated_stem(name);

    if (strcmp(name, "model.cc") == 0 || strcmp(name, "model.h") == 0) /* older ones do not begin with the name */
        return true;
    return stem > 0 && strncmp(text, "/* ", 3) == 0 && strncmp(text + 3, name, stem) == 0 && text[3 + stem] == ':';
}

/* Which mote generated the file, by its name and by its first line, which stays in text; NULL where none did. */
static const char *generated_version(const char *path, char *text)
{
    const char *version;

    read_beginning(text, path);
    version = find_mark(text);
    return version && is_begun_for(text, mote_path_base(path)) ? version : NULL;
}

typedef struct folder_check {
    const char *folder;
    mote_arena *arena;
    bool        is_of_another_version; /* of mote, whose runtime may have files that this one has not */
} folder_check;

static bool is_runtime_name(const folder_check *check, const char *path)
{
    const char *below = strstr(path + strlen(check->folder), "mote_runtime/");
    char        name[256];

    if (check->is_of_another_version)
        return mote_path_has_suffix(path, ".h") || mote_path_has_suffix(path, ".c");
    snprintf(name, sizeof name, "%s", below + strlen("mote_"));
    return mote_embedded_find(name) != NULL;
}

/* By its name, and by what all of the runtime's files have. */
static bool is_runtime(const folder_check *check, const char *path)
{
    char text[READ_BYTES + 1];

    if (!is_runtime_name(check, path))
        return false;
    read_beginning(text, path);
    return strstr(text, "SPDX-License-Identifier: Apache-2.0") && (strstr(text, "mrt_") || strstr(text, "MRT_"));
}

/* ---- what a folder holds ---- */

typedef mote_status (*see_entry)(folder_check *check, const char *path, bool is_of_runtime, mote_error *err);

static mote_status for_entries(folder_check *check, const char *folder, see_entry see, bool is_of_runtime, mote_error *err)
{
    struct dirent **entries;
    int             count = scandir(folder, &entries, NULL, alphasort), i;

    if (count < 0)
        return mote_fail(err, MOTE_ERR_IO, "%s: %s", folder, strerror(errno));
    for (i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        char       *path = mote_path_join(check->arena, folder, name, err);
        if (path && err->code == MOTE_OK && strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            see(check, path, is_of_runtime, err);
        free(entries[i]);
    }
    free(entries);
    return err->code;
}

static mote_status see_version(folder_check *check, const char *path, bool is_of_runtime, mote_error *err)
{
    char        text[READ_BYTES + 1];
    const char *version = generated_version(path, text);

    (void)is_of_runtime;
    (void)err;
    if (version && strncmp(version, MOTE_VERSION, strlen(MOTE_VERSION)) != 0)
        check->is_of_another_version = true;
    return MOTE_OK;
}

/* One that is gone belongs to a folder that another process has just replaced. */
static mote_status check_entry(folder_check *check, const char *path, bool is_of_runtime, mote_error *err)
{
    struct stat info;
    char        text[READ_BYTES + 1];

    if (lstat(path, &info) != 0)
        return errno == ENOENT ? MOTE_OK : mote_fail(err, MOTE_ERR_IO, "%s: %s", path, strerror(errno));
    if (S_ISDIR(info.st_mode) && (is_of_runtime || strcmp(mote_path_base(path), "mote_runtime") == 0))
        return for_entries(check, path, check_entry, true, err);
    if (is_of_runtime ? is_runtime(check, path) : generated_version(path, text) != NULL)
        return MOTE_OK;
    return mote_fail(err, MOTE_ERR_USAGE,
                     "%s was not made by mote compile, which replaces the folder; name another, or move it", path);
}

/* A folder is replaced only when all in it is mote's: somebody's home, or a file of the user's own put among the generated
 * ones, must survive. */
static mote_status check_folder(compilation *c, const char *folder, mote_error *err)
{
    folder_check check = {.folder = folder, .arena = &c->arena};

    if (!mote_path_exists(folder))
        return MOTE_OK;
    mote_clear_stale_temporaries(folder);
    MOTE_TRY(for_entries(&check, folder, see_version, false, err));
    return for_entries(&check, folder, check_entry, false, err);
}

static mote_status fail_target(const char *wanted, mote_error *err)
{
    char   known[256];
    size_t used = 0;
    int    i;

    for (i = 0; mote_compile_target_at(i); i++)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", mote_compile_target_at(i));
    return mote_fail(err, MOTE_ERR_USAGE, "target \"%s\" is not one of: %s", mote_show_string(wanted).text, known);
}

static mote_status compile_to(compilation *c, const char *folder, mote_error *err)
{
    const char           *wanted = c->options->target ? c->options->target : "c";
    const compile_target *target = compile_targets;
    mote_output_dir       output;

    while (target->name && strcmp(target->name, wanted) != 0)
        target++;
    if (!target->name && !mote_project_find(wanted))
        return fail_target(wanted, err);
    MOTE_TRY(choose_name(c, err));
    if (!target->name)
        return make_project(c, mote_project_find(wanted), folder, err);
    MOTE_TRY(check_folder(c, folder, err));
    MOTE_TRY(mote_output_dir_begin(&output, folder, err));
    if (target->write(c, output.temporary, err) == MOTE_OK)
        return mote_output_dir_commit(&output, err);
    mote_output_dir_abandon(&output, err);
    return err->code;
}

const char *mote_compile_target_at(int index)
{
    const int           own = (int)(sizeof compile_targets / sizeof *compile_targets) - 1;
    const mote_project *project = mote_project_at(index - own);

    if (index >= 0 && index < own)
        return compile_targets[index].name;
    return project ? project->name : NULL;
}

bool mote_compile_is_project(const char *target)
{
    return target && mote_project_find(target);
}

static mote_status check_regions(const mote_compile_options *options, mote_error *err)
{
    const char *target = options->target ? options->target : "c";

    if (options->region_count == 0)
        return MOTE_OK;
    if (strcmp(target, "interpreter") == 0)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "memory of several regions goes with compiled code; the interpreter's arena is "
                         "one piece");
    if (strcmp(target, "array") == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "memory of several regions goes with compiled code; an array has none");
    if (strcmp(target, "micropython") == 0)
        return mote_fail(err, MOTE_ERR_USAGE,
                         "memory of several regions does not go with target micropython, whose heap is one region");
    return MOTE_OK;
}

static mote_status check_request(const mote_model *model, const char *folder, const mote_compile_options *options,
                                 mote_error *err)
{
    if (!model || !folder || !*folder)
        return mote_fail(err, MOTE_ERR_USAGE, "compiling takes a model and the name of a folder");
    if (model->stage == MOTE_STAGE_TRAIN)
        return mote_fail(err, MOTE_ERR_USAGE, "a model in training cannot be compiled; take its inference form");
    if (options->optimize != MOTE_OPTIMIZE_SPEED && options->optimize != MOTE_OPTIMIZE_SIZE)
        return mote_fail(err, MOTE_ERR_USAGE, "optimize is %d, which is neither speed nor size", (int)options->optimize);
    if (options->golden_count < 0 || (options->golden_count > 0 && !options->golden))
        return mote_fail(err, MOTE_ERR_USAGE, "%d golden samples, but %s", options->golden_count,
                         options->golden_count < 0 ? "there cannot be fewer than 0" : "no inputs");
    if (options->samples &&
        (options->golden_count > 0 || options->samples->count < 1 || options->samples->count > SAMPLES_MAX))
        return mote_fail(err, MOTE_ERR_USAGE, "%zu samples; there can be 1 to %d, or golden ones in their place",
                         options->samples->count, SAMPLES_MAX);
    if (options->samples && options->target && strcmp(options->target, "array") == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "samples go with the targets c and interpreter; an array has no code");
    if (options->file && options->file_bytes == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "the model's file has 0 bytes; leave it out to have one written");
    return check_regions(options, err);
}

static void end_compilation(compilation *c)
{
    int32_t i;

    for (i = 0; i < c->emitter.variant_count; i++)
        mote_program_destroy(c->emitter.variants[i].program);
    mote_model_destroy(c->form);
    mote_arena_destroy(&c->arena);
}

mote_status mote_compile(mote_compile_result *result, const mote_model *model, const char *folder,
                         const mote_compile_options *options, mote_error *err)
{
    static const mote_compile_options defaults = {0};
    compilation                       c = {.model = model, .options = options ? options : &defaults};

    if (check_request(model, folder, c.options, err) == MOTE_OK)
        compile_to(&c, folder, err);
    if (result)
        *result = c.result;
    end_compilation(&c);
    return err->code;
}

mote_status mote_compile_check(const mote_model *model, bool is_interpreted, const mote_compile_options *options,
                               mote_error *err)
{
    compilation      c = {.model = model, .options = options};
    mote_text        file = {0};
    mote_interpreted in;

    if (choose_name(&c, err) == MOTE_OK)
        is_interpreted ? prepare_interpreter(&c, &in, &file, err) : prepare_c(&c, err);
    mote_text_free(&file);
    end_compilation(&c);
    return err->code;
}

const mote_compiled_chips *mote_compiled_for(const mote_compile_result *result, const char *kernels)
{
    int i;

    if (!result)
        return NULL;
    for (i = 0; kernels && i < result->chip_count; i++)
        if (strcmp(result->chips[i].name, kernels) == 0)
            return &result->chips[i];
    return &result->chips[result->chip_count > 0 ? result->chip_count - 1 : 0];
}
