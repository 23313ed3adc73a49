/* Emission: a planned program becomes C sources. Kernels are ordinary headers, copied as they are; what is printed here is
 * data and calls, never a loop.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_EMIT_EMIT_H
#define MOTE_EMIT_EMIT_H

#include <mote/compile.h>

#include "base/text.h"
#include "plan/plan.h"
#include "project/project.h"
#include "runtime/prepare/picture.h"

/* One emitted function. An own instance has all scalars of its parameters as constants, and serves steps that agree in them;
 * a shared one has only those that decide (op.h), and reads the others from a table in flash. */
typedef struct mote_instance {
    const mote_kernel *kernel;
    int32_t            first_step;
    int32_t            use_count;
    bool               is_shared;
} mote_instance;

/* The model as one kind of chip takes it. */
typedef struct mote_variant {
    mote_program  *program; /* the emitter's owner destroys it */
    mote_instance *instances;
    int32_t        instance_count, shared_count;
    int32_t       *instance_of; /* [step_count] */
} mote_variant;

enum { MOTE_VARIANTS_MAX = 4 };

/* All variants stand in one source, each under the condition of its target; the last one's is "else". */
typedef struct mote_emitter {
    const mote_model *model;
    const char       *name; /* prefix, lower case as given */
    char              upper[64];
    mote_optimize     optimize;
    mote_variant      variants[MOTE_VARIANTS_MAX];
    int32_t           variant_count;
} mote_emitter;

/* Decides which steps have instances of their own: all that save more than a small part of the work, as long as the code
 * stays within the target's budget; then the ones least worth it share. Optimized for size, all share. */
mote_status mote_choose_instances(mote_variant *variant, mote_optimize optimize, mote_arena *arena, mote_error *err);

void mote_emit_header(const mote_emitter *emitter, mote_text *out); /* NAME.h */
void mote_emit_source(const mote_emitter *emitter, mote_text *out); /* NAME.c */

/* What generated names of an input or output end in. Where there is one of each: nothing. Where there are several: its name,
 * as far as C can say it ("_left"), else its number ("_1"); and the first ones have their short names, too. */
typedef struct mote_end_suffix {
    char    text[48], upper[48];
    int32_t index;
    bool    is_number;
} mote_end_suffix;

/* All that one end has: count is 1 or 2. */
typedef struct mote_end_suffixes {
    mote_end_suffix suffix[2];
    int             count;
} mote_end_suffixes;
mote_end_suffixes mote_emit_suffixes(const mote_emitter *emitter, bool is_input, int32_t index);

/* NAME_input_left: another name of NAME_input_0; nothing where its only name is its number. */
void mote_emit_named_accessor(const mote_emitter *emitter, bool is_input, int32_t index, mote_text *out);

/* An output that is a constant has no place in the arena: its values are an array, one for all outputs that name it.
 * Returns which output the array is called after; -1 where the output is computed. */
int32_t mote_constant_output(const mote_emitter *emitter, int32_t index);
/* These arrays. They are plain constants, in RAM on an AVR, because what reads an output there does not read flash. */
void mote_emit_constant_outputs(const mote_emitter *emitter, mote_text *out);
/* Parts of both that every target has: constants of inputs, outputs and preparation; conversions; labels. */
void mote_emit_ends(const mote_emitter *emitter, mote_text *out);
void mote_emit_conversions(const mote_emitter *emitter, mote_text *out);
/* The first comment from "write inputs" on, the guard, and what stands before all declarations. */
void mote_emit_usage(const mote_emitter *emitter, mote_text *out);
/* NAME_prepare_input, where the recipe prepares an input that is real or has NAME_quantize_input. */
bool mote_emits_prepare(const mote_emitter *emitter, int32_t input);
void mote_emit_prepare(const mote_emitter *emitter, mote_text *out);
/* NAME_quantize_input, where the input stores integers of at most 16 bits with a scale. */
bool mote_emits_quantize(const mote_emitter *emitter, int32_t input);
/* NAME_take_FORMAT, where an input is a picture of which an element is real or quantized: [1, height, width, 1 or 3], and
 * [1, height, width] where training's samples were bytes. */
bool mote_emits_picture(const mote_emitter *emitter, int32_t input, mrt_picture *out);
void mote_emit_picture_declarations(const mote_emitter *emitter, int32_t input, mote_text *out);
void mote_emit_pictures(const mote_emitter *emitter, mote_text *out);
bool mote_emits_pictures(const mote_emitter *emitter);
/* NAME_probability, where an output makes probabilities or its recipe says that it gives logits of classes. Single: one
 * number that tells two classes apart: the second where it is above the threshold. */
bool  mote_emits_single(const mote_emitter *emitter, int32_t output);
float mote_single_threshold(const mote_emitter *emitter, int32_t output);
bool  mote_emits_probability(const mote_emitter *emitter, int32_t output);
bool  mote_emits_probabilities(const mote_emitter *emitter);
void  mote_emit_probability_declaration(const mote_emitter *emitter, const mote_end_suffix *suffix, mote_text *out);
void  mote_emit_probabilities(const mote_emitter *emitter, mote_text *out);
void  mote_emit_labels(const mote_emitter *emitter, mote_text *out);
void  mote_emit_argmax(const mote_emitter *emitter, mote_text *out);
void  mote_emit_label_table(const mote_emitter *emitter, mote_text *out);

/* Target "array": what the files and names are called, of a name that was given, or as TensorFlow Lite Micro's examples have
 * them. */
typedef struct mote_array_names {
    const char *file, *prefix, *guard;
} mote_array_names;

struct mote_micro_plan;
void mote_emit_array_header(const mote_array_names *names, const mote_model *model, const struct mote_micro_plan *plan,
                            mote_text *out);
void mote_emit_array_source(const mote_array_names *names, const mote_text *file, mote_text *out);

/* A .tflite that the interpreter runs on the chip. */
typedef struct mote_interpreted {
    const uint8_t *file;
    size_t         file_bytes;
    bool           uses[MOTE_OP_COUNT];                  /* operators, by kind */
    size_t         arena_bytes[4], arena_bound_bytes[4]; /* by mote_interpreted_machines */
    int32_t        step_count;
    int32_t        live_most, in_most, out_most; /* see mrt_sizes */
    uint32_t       variants[4];                  /* see mrt_sizes; by mote_interpreted_machines */
} mote_interpreted;

/* For which kinds of chip the arena is measured; the last one is "else". */
typedef struct mote_interpreted_machine {
    const char *kernels; /* mote_compile_options.kernels; NULL: a 64-bit host */
    const char *condition;
    int         pointer_bytes, arch;
} mote_interpreted_machine;

enum { MOTE_INTERPRETED_MACHINES = 4 };
extern const mote_interpreted_machine mote_interpreted_machines[MOTE_INTERPRETED_MACHINES];

/* Whether the file can go onto the chip as it is: it has the model's operators, one for one, and outputs that are constants
 * lie as their type must, since NAME_output_N points there. Else one has to be written. */
bool mote_interpreted_takes_file(const mote_interpreted *interpreted, const mote_model *model);

/* Finds the operators that the model uses and measures the arenas; file and file_bytes are given. Errors: UNSUPPORTED,
 * LIMIT, FORMAT. */
mote_status mote_interpreted_measure(mote_interpreted *interpreted, const mote_model *model, mote_error *err);
void        mote_emit_interpreter_header(const mote_emitter *emitter, const mote_interpreted *interpreted, mote_text *out);
/* NAME.c, and the sources that it includes below folder/mote_runtime. */
mote_status mote_emit_interpreter_source(const mote_emitter *emitter, const mote_interpreted *interpreted,
                                         const char *folder, mote_text *out, mote_error *err);

/* Whether mote_compile would take the model for target "c" or "interpreter"; nothing is written. Errors: as there. */
mote_status mote_compile_check(const mote_model *model, bool is_interpreted, const mote_compile_options *options,
                               mote_error *err);

/* NAME_selftest.c, with samples and the outputs that the host gives for them, running `model`: what the program was made of,
 * before any pass that must not change its answers. header: NAME_samples.h; NULL: nobody else
 * sees them. USAGE where the samples are another model's. */
mote_status mote_emit_selftest(const mote_emitter *emitter, const mote_model *model, const mote_samples *samples,
                               mote_text *out, mote_text *header, mote_error *err);

/* What a project has beside the model's own sources: examples, manifests, a page; folder is the project's. */
mote_status mote_emit_project(const mote_emitter *emitter, const mote_compile_result *result, const mote_project *project,
                              size_t sample_count, const char *folder, mote_error *err);

/* NAME_link.h and NAME_link.c, of any target that has NAME_invoke. They need runtime/link/link.h. */
void mote_emit_link_header(const mote_emitter *emitter, uint32_t identity, mote_text *out);
void mote_emit_link_source(const mote_emitter *emitter, bool has_state, mote_text *out);
/* In NAME.c: with MRT_LINK_LAYERS defined, each step tells NAME_link.c that it begins. */
void mote_emit_link_hook(const mote_emitter *emitter, mote_text *out);

/* A line "MRT_LAYER(index, step, ...)" for each operator, which is nothing in firmware: what fault reports and figures call
 * it. Its step is what MRT_STEP is given when it begins, its index; "none" for a view. */
void mote_emit_layers(const mote_emitter *emitter, mote_text *out);

/* Writes the runtime headers that the variants' kernels need, and those that they include, below folder/mote_runtime. */
mote_status mote_emit_runtime(const mote_emitter *emitter, const char *folder, mote_error *err);

/* Writes these files of the runtime ("runtime/..."), the headers that they include, and for a header of the interpreter the
 * source of the same name. includes (may be NULL) gets an #include for each source. */
mote_status mote_emit_runtime_files(const char *const *paths, int32_t count, const char *folder, mote_text *includes,
                                    mote_error *err);

/* "{1, 2, 3}" in lines of at most 120 characters; one element alone. float32, bool and the integers of 8 to 64 bits. */
void mote_emit_values(mote_text *out, const void *values, mote_dtype dtype, size_t count);
/* The value of a field that is no pointer; of an array "{1, 2}". */
void mote_emit_field(mote_text *out, const mote_field *field, const void *params);
/* Text made fit to stand inside a comment: what would end it, or begin another, is taken apart. */
void mote_emit_comment(mote_text *out, const char *text);
/* A C string literal. */
void mote_emit_string(mote_text *out, const char *string);
/* A float so that a C compiler reads the same one: "0.1f". */
void mote_emit_f32(mote_text *out, float value);

#endif
