/* What the host knows about an operator: one constant per operator, at the end of its file src/ops/NAME.c.
 *
 *   infer       checks operands and works out the shapes of the outputs
 *   rows        one for each combination of operand types that can be executed, with the kernels that do it
 *   quantize    which scale, type and axis each operand gets in full int8
 *   forward,    float training over a batch; what backward needs kept between the two is `saved`
 *   backward
 *   cost        multiply-accumulates: asked before anything is allocated, saturating
 *
 * A kernel is one way to compute a row. [0] is the reference kernel of runtime/kernels/: it reads TensorFlow Lite's layout
 * and serves host, interpreter and compiled code. The others are faster variants of runtime/arch/, or the host's own
 * (host.h), equal byte for byte, best last; lower/ takes the last one that applies to the node and the target.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_OPS_OP_H
#define MOTE_OPS_OP_H

#include "base/thread.h"
#include "graph/graph.h"
#include "math/math.h"
#include "ops/for_each.h"

/* ---- kernels ---- */

/* Instruction sets that a kernel is for. */
typedef enum mote_target_mask {
    MOTE_TARGET_HOST = 1,
    MOTE_TARGET_PORTABLE = 2, /* any C99 compiler: Cortex-M0/M3, Xtensa, AVR, other hosts */
    MOTE_TARGET_ARM_DSP = 4,  /* Cortex-M4, M7, M33 */
    MOTE_TARGET_AVR = 8,
    MOTE_TARGET_RISCV = 16,         /* RV32IM */
    MOTE_TARGET_REFERENCE = 1 << 8, /* the kernels that are for any target, and no others */
    MOTE_TARGET_HOST_AVX2 = 1 << 9, /* the host's further levels, see math.h */
    MOTE_TARGET_HOST_AVX512 = 1 << 10,
    MOTE_TARGET_ANY = 0xfff
} mote_target_mask;

/* One member of a parameter struct, so that the emitter can print it as an initializer. */
typedef struct mote_field {
    const char *name; /* as C designates it: "act_min", "a.mult" */
    size_t      offset;
    size_t      bytes; /* of one element */
    size_t      count; /* of elements: 1, but for an array */
    mote_dtype  dtype;
    bool        is_pointer;
    bool        decides; /* which way through the kernel is taken: a constant even where steps share an instance */
} mote_field;

#define MOTE_FIELD(T, member)          MOTE_FIELD_(T, member, false)
#define MOTE_DECIDING_FIELD(T, member) MOTE_FIELD_(T, member, true)
/* A member of a type that is not listed does not compile: nothing becomes a pointer unseen. An array is a pointer to what is
 * not constant here. */
/* clang-format off */
#define MOTE_FIELD_(T, member, decides)                                                                                     \
    {#member, offsetof(T, member), MOTE_FIELD_UNIT(((T *)0)->member),                                                       \
     sizeof(((T *)0)->member) / (MOTE_FIELD_UNIT(((T *)0)->member)), MOTE_FIELD_TYPE(((T *)0)->member),                     \
     MOTE_FIELD_IS_POINTER(((T *)0)->member), decides}
#define MOTE_FIELD_TYPE(member)                                                                                             \
    _Generic((member),                                                                                                      \
             float: MOTE_F32, double: MOTE_F64, int8_t: MOTE_I8, uint8_t: MOTE_U8, int16_t: MOTE_I16, uint16_t: MOTE_U16,   \
             int32_t: MOTE_I32, uint32_t: MOTE_U32, int64_t: MOTE_I64, uint64_t: MOTE_U64,                                  \
             float *: MOTE_F32, int8_t *: MOTE_I8, uint8_t *: MOTE_U8, int16_t *: MOTE_I16, int32_t *: MOTE_I32,            \
             const int8_t *: MOTE_I8, const uint8_t *: MOTE_U8, const int16_t *: MOTE_I16, const uint16_t *: MOTE_U16,      \
             const int32_t *: MOTE_I32, const uint32_t *: MOTE_U32, const int64_t *: MOTE_I64, const float *: MOTE_F32)
#define MOTE_FIELD_IS_POINTER(member)                                                                                       \
    _Generic((member), const int8_t *: true, const uint8_t *: true, const int16_t *: true, const uint16_t *: true,          \
             const int32_t *: true, const uint32_t *: true, const int64_t *: true, const float *: true, default: false)
#define MOTE_FIELD_UNIT(member)                                                                                             \
    _Generic((member), float *: sizeof(float), int8_t *: sizeof(int8_t), uint8_t *: sizeof(uint8_t),                        \
             int16_t *: sizeof(int16_t), int32_t *: sizeof(int32_t), default: sizeof(member))
/* clang-format on */

/* A constant array that parameters point to: the node's own constant, or one that prepare or pack made. */
typedef struct mote_const_array {
    const char *role; /* "weights", "bias", "mult" ...: part of its name in emitted code */
    const void *values;
    mote_dtype  dtype;
    size_t      count;
    bool        is_operand; /* kernels read it like activations: where flash is another address space, it is not there */
} mote_const_array;

size_t mote_const_array_bytes(const mote_const_array *array);

/* What prepare makes of a node: the kernel's parameter struct and the arrays it points to, all in arena (arrays may also
 * be the model's own, so the model must outlive it). */
typedef struct mote_prepared {
    mote_arena       *arena;
    void             *params;
    mote_const_array *arrays;
    int32_t           array_count, array_capacity;
    uint64_t          constants;   /* bit i: constant operand i is passed to the kernel, too */
    bool              by_number;   /* operands come at their own numbers (mrt_call) */
    size_t            state_bytes; /* that outlive an invoke (mrt_call) */
} mote_prepared;

/* A kernel that only the host has, with the vectors of math/isa/: it exists once for each level (math). Its callbacks stand
 * for those of the same name in mote_kernel, which are NULL then. */
typedef struct mote_host_kernel {
    bool (*applies)(const mote_math *math, const mote_graph *graph, const mote_node *node);
    size_t (*scratch)(const mote_math *math, const mote_graph *graph, const mote_node *node); /* NULL: none */
    mote_status (*prepare)(const mote_math *math, const mote_graph *graph, const mote_node *node, mote_prepared *prepared,
                           mote_error *err);
    void (*run)(const mote_math *math, const void *params, const mrt_io *io);
} mote_host_kernel;

typedef struct mote_kernel {
    const char      *symbol; /* the function in runtime/, e.g. "mrt_fully_connected_i8" */
    const char      *params; /* its parameter struct, e.g. "mrt_fully_connected_i8_params" */
    const char      *header; /* below runtime/, e.g. "kernels/fully_connected.h" */
    mote_target_mask targets;
    size_t           param_bytes;
    /* About what an instance takes with its dimensions as constants, and what one takes that several steps share; 0: 250. */
    int32_t           code_bytes, shared_code_bytes;
    int32_t           saved_per_output; /* instructions an output that constant dimensions save, about; 0: 4 */
    const mote_field *fields;           /* ends with a NULL name */
    /* NULL: always. Where that cannot be found out for lack of memory: false, and err. */
    bool (*applies)(const mote_graph *graph, const mote_node *node, mote_error *err);
    size_t (*scratch)(const mote_graph *graph, const mote_node *node); /* bytes; NULL: none */
    /* Bit k: out[0], where it takes no more bytes, may be the k-th computed operand; NULL: never. */
    uint32_t (*in_place)(const mote_graph *graph, const mote_node *node);
    /* How far out[0] may run over the first computed operand while it is computed: the least in[0].offset - out.offset, in
     * bytes, at which every input value is read before its place is written. Below 0 counts as 0. NULL, or PTRDIFF_MAX: they
     * must be apart. */
    ptrdiff_t (*overlap)(const mote_graph *graph, const mote_node *node);
    bool needs_registers;  /* with dimensions that are no constants, its assembler needs all: MRT_PLAIN_LOOPS */
    bool is_view;          /* out is in[0]'s bytes: nothing runs, the two share their place (prepare and run are NULL) */
    bool leaves_out_zeros; /* its array "weights" lacks operand 1's that are 0, and takes less than all of them */
    bool takes_io;         /* called as symbol(params, mrt_io *), else with typed operands, activations in their order */
    mote_status (*prepare)(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err);
    /* For compiled code, after prepare: folds zero points into the bias, re-lays weights. NULL: nothing to do. */
    mote_status (*pack)(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err);
    void (*run)(const void *params, const mrt_io *io); /* the same header, instantiated for the host */

    const mote_host_kernel *host; /* NULL: it is in runtime/ */
    const mote_math        *math; /* the host kernel's level */
} mote_kernel;

/* Any kernel's, the host's own too; the mote_kernel's callbacks say what they do. */
bool        mote_kernel_applies(const mote_kernel *kernel, const mote_graph *graph, const mote_node *node, mote_error *err);
size_t      mote_kernel_scratch(const mote_kernel *kernel, const mote_graph *graph, const mote_node *node);
mote_status mote_kernel_prepare(const mote_kernel *kernel, const mote_graph *graph, const mote_node *node,
                                mote_prepared *prepared, mote_error *err);
void        mote_kernel_run(const mote_kernel *kernel, const void *params, const mrt_io *io);

typedef mrt_row mote_op_row; /* kernels: the reference first, faster ones behind it, ended by one without symbol */

/* ---- described operators: runtime/op.h on the host ---- */

#define MRT_FIELDS(PARAMS, ...)                                                                                             \
    static MRT_UNUSED const mote_field PARAMS##_fields[] = {MOTE_FOR_EACH(MOTE_FIELD, PARAMS, __VA_ARGS__){0}}
/* A reference kernel, whose callbacks ask the operator's description. FUNCTION(params, io) runs it. */
#define MOTE_REFERENCE_KERNEL(NAME, PARAMS, HEADER, FUNCTION)                                                               \
    .symbol = #NAME, .params = #PARAMS, .header = HEADER, .targets = MOTE_TARGET_ANY, .param_bytes = sizeof(PARAMS),        \
    .fields = PARAMS##_fields, .in_place = mote_described_in_place, .overlap = mote_described_overlap,                      \
    .prepare = mote_described_prepare, .run = FUNCTION
#define MRT_KERNEL(NAME, PARAMS, HEADER)                                                                                    \
    static MRT_UNUSED void NAME##_run(const void *params, const mrt_io *io)                                                 \
    {                                                                                                                       \
        NAME((const PARAMS *)params, io);                                                                                   \
    }                                                                                                                       \
    static MRT_UNUSED const mote_kernel NAME##_kernels[] = {                                                                \
        {MOTE_REFERENCE_KERNEL(NAME, PARAMS, HEADER, NAME##_run), .scratch = mote_described_scratch, .takes_io = true},     \
        {0}}
#define MRT_KERNEL_1(NAME, PARAMS, HEADER, IN, OUT)                                                                         \
    static MRT_UNUSED void NAME##_run(const void *params, const mrt_io *io)                                                 \
    {                                                                                                                       \
        NAME((const PARAMS *)params, (const IN *)io->in[0], (OUT *)io->out[0]);                                             \
    }                                                                                                                       \
    static MRT_UNUSED const mote_kernel NAME##_kernels[] = {{MOTE_REFERENCE_KERNEL(NAME, PARAMS, HEADER, NAME##_run)}, {0}}
/* src/ops/NAME.c lists the reference and what is faster as NAME_kernels. */
#define MRT_KERNEL_WITH_FASTER(NAME, PARAMS, IN, OUT)                                                                       \
    static MRT_UNUSED void NAME##_run(const void *params, const mrt_io *io)                                                 \
    {                                                                                                                       \
        NAME((const PARAMS *)params, (const IN *)io->in[0], (OUT *)io->out[0]);                                             \
    }                                                                                                                       \
    extern const mote_kernel NAME##_kernels[]
#define MRT_KERNELS_OF(NAME, FUNCTION, PARAMS)                                                                              \
    static MRT_UNUSED void NAME##_run(const void *params, const mrt_io *io)                                                 \
    {                                                                                                                       \
        FUNCTION((const PARAMS *)params, io);                                                                               \
    }                                                                                                                       \
    extern const mote_kernel NAME##_kernels[]
#define MRT_LIST(LIST)          extern const mote_kernel LIST##_kernels[]
#define MRT_RUN(NAME)           NAME##_kernels
#define MRT_VIEW                mote_view_kernels
#define MRT_FASTER(fast, plain) plain

extern const mote_kernel mote_view_kernels[];

size_t    mote_described_scratch(const mote_graph *graph, const mote_node *node);
uint32_t  mote_described_in_place(const mote_graph *graph, const mote_node *node);
ptrdiff_t mote_described_overlap(const mote_graph *graph, const mote_node *node);
/* The reference kernel's parameters. */
mote_status mote_described_prepare(const mote_graph *graph, const mote_node *node, mote_prepared *prepared, mote_error *err);

/* ---- training ---- */

/* One call of forward or backward. batch multiplies dim[0] of batched tensors, whose dim[0] is 1. */
typedef struct mote_call {
    const mote_graph   *graph;
    const mote_node    *node;
    int32_t             batch;
    bool                is_training; /* batch statistics, dropout */
    const mote_math    *math;
    mote_pool          *pool;
    mote_random_key     key;      /* this node's own, in this step */
    const float *const *in;       /* an entry an operand, NULL where absent */
    float *const       *out;      /* forward writes these; backward may read them */
    const float *const *grad_out; /* backward only */
    float *const       *grad_in; /* backward only; NULL: not wanted. Activations are WRITTEN, trainable constants ADDED to */
    void               *saved;   /* from forward to backward, saved(...) bytes */
    void               *scratch; /* scratch(...) bytes */
} mote_call;

/* How many values operand 0 has, of all samples. */
size_t mote_call_count(const mote_call *call);

/* ---- quantization ---- */

typedef enum mote_granularity { MOTE_PER_CHANNEL = 0, MOTE_PER_TENSOR } mote_granularity;

/* What an operand must become. */
typedef enum mote_quant_rule {
    MOTE_QUANT_RANGE = 0, /* an activation, from the observed range, zero included */
    MOTE_QUANT_SAME,      /* an output: type and scale of operand `of` (moves or selects values) */
    MOTE_QUANT_JOINED,    /* an operand: the scale of output 0, which holds its values among others */
    MOTE_QUANT_FIXED,     /* an activation of a known range, low to high (one step below it): softmax, sigmoid, tanh */
    MOTE_QUANT_WEIGHTS,   /* symmetric, per channel along axis (or per tensor) */
    MOTE_QUANT_BIAS,      /* scale in[input] * in[weights] */
    MOTE_QUANT_REAL,      /* stays a real number, between operators of integers, too */
    MOTE_QUANT_STATE,     /* a state, in the type and scale of output 0 */
    MOTE_QUANT_CELL,      /* a state of int16 around 0, in steps of a power of two */
    MOTE_QUANT_KEEP       /* not a number to quantize: shapes, axes */
} mote_quant_rule;

typedef struct mote_quant_want {
    mote_quant_rule rule;
    int32_t         axis;           /* WEIGHTS */
    int32_t         of;             /* SAME */
    int32_t         input, weights; /* BIAS: the operands whose products it is added to */
    float           low, high;      /* FIXED */
} mote_quant_want;

/* What a step has just computed with. */
typedef struct mote_trace {
    const void *const *in, *const *out;
    void (*see)(void *watcher, mote_id id, const float *values, size_t count);
    void *watcher;
} mote_trace;

/* ---- the operator ---- */

typedef struct mote_op {
    const mrt_operator
           *description;    /* operands, attributes, shapes, rows. NULL: legal at stage TRAIN only, with one output */
    int32_t in_min, in_max; /* where there is no description */
    /* Where there is no description: fills type and shape of the outputs that the node already names. */
    mote_status (*infer)(mote_graph *graph, mote_node *node, mote_error *err);
    /* want has an entry an operand, then one an output. NULL: the operator has no integer form of its own. */
    void (*quantize)(const mote_graph *graph, const mote_node *node, mote_quant_want *want);
    void (*forward)(const mote_call *call);
    void (*backward)(const mote_call *call);
    size_t (*saved)(const mote_graph *graph, const mote_node *node, int32_t batch);                          /* NULL: none */
    size_t (*scratch)(const mote_math *math, const mote_graph *graph, const mote_node *node, int32_t batch); /* NULL: none */
    size_t (*macs)(const mote_graph *graph, const mote_node *node);                                          /* NULL: 0 */
    /* Shows what a state went through in the float32 step that just ran, for its range. NULL: its last value tells. */
    void (*trace)(const mote_graph *graph, const mote_node *node, const mote_trace *trace);
} mote_op;

#define OP(KIND, name, attributes, header) extern const mote_op mote_op_##name;
#include "runtime/operators.def"
#undef OP

extern const mote_op *const mote_ops[MOTE_OP_COUNT];

/* The row for the node's operand types, or NULL with one line that names operator and types. */
const mote_op_row *mote_op_find_row(const mote_graph *graph, const mote_node *node, mote_error *err);

/* An operator's rows, ended by one without operands. */
const mote_op_row *mote_op_rows(mote_op_kind kind);
/* Whether output 0 is operand 0's bytes. */
bool mote_op_is_view(mote_op_kind kind);
/* How many operands and outputs there may be. */
typedef struct mote_op_counts {
    int32_t in_min, in_max, out_min, out_max;
} mote_op_counts;
mote_op_counts mote_op_count_operands(mote_op_kind kind);
/* node->activation may be other than none. */
bool mote_op_fuses_activation(mote_op_kind kind);

/* "(float32, int8) to float32": the node's operand types. */
typedef struct mote_types_text {
    char text[160];
} mote_types_text;
mote_types_text mote_op_show_types(const mote_graph *graph, const mote_node *node);

/* The last kernel that is for one of the targets and applies to the node; [0], the reference, is for every target. NULL and
 * err where that cannot be found out. */
const mote_kernel *mote_op_choose_kernel(const mote_op_row *row, mote_target_mask targets, const mote_graph *graph,
                                         const mote_node *node, mote_error *err);

/* Multiply-accumulates of one sample. */
size_t mote_op_macs(const mote_graph *graph, const mote_node *node);

/* infer for one node, with the checks that all operators share (operand counts, fused activation, stage). */
mote_status mote_op_infer(mote_model *model, mote_graph *graph, mote_node *node, mote_error *err);

/* infer, and that the outputs' types and shapes are those that were stored. */
mote_status mote_op_verify_node(mote_model *model, mote_graph *graph, mote_node *node, mote_error *err);

/* Every operand that the node has is a constant. */
bool mote_op_reads_constants_only(const mote_graph *graph, const mote_node *node);
/* Such a node's output becomes a constant, computed by the reference kernel; the node is then needed no more. work: how many
 * operations it may take, about; what is left of them afterwards. */
mote_status mote_op_evaluate(mote_model *model, mote_graph *graph, mote_node *node, size_t *work, mote_error *err);

/* The whole model: mote_graph_verify, then every operator's own rules; tells each output's shape from the one stored. */
mote_status mote_model_verify(mote_model *model, mote_error *err);

/* ---- helpers for operators' files ---- */

/* A zeroed parameter struct; adding an array that it points to. */
void       *mote_prepared_params(mote_prepared *prepared, size_t bytes, mote_error *err);
mote_status mote_prepared_add(mote_prepared *prepared, const char *role, const void *values, mote_dtype dtype, size_t count,
                              mote_error *err);
/* A constant operand that comes in io->in[place]. */
mote_status mote_prepared_add_operand(mote_prepared *prepared, int32_t place, const mote_tensor *tensor, mote_error *err);
/* The array that a pointer field points to; NULL for a NULL pointer, and where it is not listed. */
const mote_const_array *mote_prepared_array(const mote_prepared *prepared, const mote_field *field);
/* What the kernel is called with, in its order: computed operands, and constants that it asked for; MOTE_NONE for what does
 * not come, where operands come at their own numbers. ids has room for the node's operands; returns how many there are. */
int32_t mote_op_list_operands(const mote_graph *graph, const mote_node *node, const mote_prepared *prepared, mote_id *ids);
/* Replaces an array (pack does). */
void mote_prepared_replace(mote_prepared *prepared, const char *role, const void *values, mote_dtype dtype, size_t count);

/* Quantization of an operand, per tensor. */
float   mote_scale_of(const mote_tensor *tensor);
int32_t mote_zero_of(const mote_tensor *tensor);

mote_math_activation mote_math_activation_of(mrt_activation activation);

/* "operator 3 (CONV_2D): " in front of the text. */
mote_status mote_op_fail(const mote_graph *graph, const mote_node *node, mote_status code, mote_error *err,
                         const char *format, ...) MOTE_PRINTF(5, 6);

/* Output i of node becomes the given type and shape. */
void mote_set_output(mote_graph *graph, const mote_node *node, int32_t index, mote_dtype dtype, int32_t rank,
                     const int32_t *dim);

/* infer where output 0 has operand 0's type and shape. */
mote_status mote_op_infer_same(mote_graph *graph, mote_node *node, mote_error *err);

#endif
