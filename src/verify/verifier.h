/* What the parts of verifying share. Each part walks over the file once and tells what it finds; none stops at a finding,
 * and none trusts what another one has found wrong: mote_seen_tensor says what is fit for use.
 *
 *     container.c        the root, operator codes, buffers, metadata, signatures
 *     tensor_fields.c    shapes, types, quantization, buffers' sizes
 *     operator_fields.c  operands, options, versions; what the engine has of it (engines.c, quirks.c)
 *     wiring.c           which operator makes what, and in which order
 *     called.c           subgraphs that operators call
 *     rules.c            each operator's own rules, by its description in runtime/ops
 *     whole.c            what the engine says to the whole file, where mote has that engine
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_VERIFY_VERIFIER_H
#define MOTE_VERIFY_VERIFIER_H

#include <mote/verify.h>

#include "base/text.h"
#include "formats/tflite/flatbuffer_reader.h"
#include "graph/graph.h"
#include "verify/engines.h"

/* ---- findings ---- */

typedef enum mote_finding_kind {
#define KIND(NAME, word, severity, advice) MOTE_FINDING_##NAME,
#include "verify/kinds.def"
    MOTE_FINDING_COUNT
} mote_finding_kind;

/* Where: -1 and NULL for what it is not about. */
typedef struct mote_spot {
    int32_t     subgraph, operator_index, tensor;
    const char *operator_name, *field;
} mote_spot;

/* ---- the file ---- */

/* A tensor as far as it could be read. */
typedef struct mote_seen_tensor {
    int8_t         type;
    bool           is_fit; /* shape, type and quantization are such that rules can be asked */
    bool           is_const, is_variable, is_used;
    bool           is_batched, is_open; /* dimension 0 is open, or another */
    int32_t        rank, dim[MOTE_RANK_MAX];
    const uint8_t *bytes; /* const: its values, at any address */
    uint32_t       byte_count;
    mote_fb_vector scale, zero_point; /* of fit numbers, where it is quantized */
    int32_t        axis;
    int32_t        maker; /* the operator that computes it; or one of these */
} mote_seen_tensor;
enum { MOTE_MAKER_NONE = -1, MOTE_MAKER_CALLER = -2 };

/* One operator, as far as it could be read. */
typedef struct mote_seen_operator {
    int32_t             index;
    mote_fb_table       table, options; /* options: of its own kind, else empty */
    mote_fb_vector      inputs, outputs, custom_options;
    int32_t             code, version;
    mote_fb_string      custom;
    const mote_builtin *builtin; /* NULL: nobody knows it */
    mote_shown          shown;   /* what it is called where it is not builtin */
    const char         *name;    /* one of the two: the struct must stay where it is */
    mote_op_kind        kind;    /* MOTE_OP_COUNT: mote has none of it */
    bool                is_fit;  /* its operands exist, its options are its own */
} mote_seen_operator;

/* Subgraph `from` has an operator that runs subgraph `to`. */
typedef struct mote_call_edge {
    uint32_t from, to;
} mote_call_edge;

typedef struct mote_verifier {
    mote_engine     engine;
    mote_fb         file;
    mote_fb_table   root;
    mote_fb_vector  buffers, codes, subgraphs;
    bool           *is_code_used;
    mote_call_edge *calls; /* subgraphs that call others */
    uint32_t        call_count, call_capacity;
    uint64_t        work_left;
    /* the subgraph that is looked at */
    int32_t           subgraph;
    mote_fb_table     graph;
    mote_fb_vector    tensors, operators, inputs, outputs;
    mote_seen_tensor *seen; /* [tensors.count] */
    mote_arena        scratch;
    uint32_t          askew_count; /* constants at no multiple of 16 */
    int32_t           first_askew;
    uint64_t          noted; /* bit i: note i of quirks.c was told: once is enough */
    /* what was found */
    mote_verification *out;
    mote_arena        *arena; /* of the texts */
    int32_t            capacity, told[MOTE_FINDING_COUNT];
    mote_error        *err; /* want of memory alone */
} mote_verifier;

/* Adds a finding with its kind's severity and advice. */
void mote_tell(mote_verifier *v, mote_finding_kind kind, mote_spot spot, const char *format, ...) MOTE_PRINTF(4, 5);
/* The same with others; advice NULL: the kind's. */
void mote_tell_as(mote_verifier *v, mote_finding_kind kind, mote_severity severity, const char *advice, mote_spot spot,
                  const char *format, ...) MOTE_PRINTF(6, 7);
/* What a getter of the file failed with: BROKEN, and err is empty again. False: it did not fail. */
bool mote_tell_broken(mote_verifier *v, mote_spot spot, mote_error *err);

mote_spot mote_spot_model(const char *field);
mote_spot mote_spot_subgraph(const mote_verifier *v, const char *field);
mote_spot mote_spot_tensor(const mote_verifier *v, int32_t tensor, const char *field);
mote_spot mote_spot_operator(const mote_verifier *v, const mote_seen_operator *op, const char *field);
/* The same, about operand or output i of the vector. */
mote_spot mote_spot_operand(const mote_verifier *v, const mote_seen_operator *op, const mote_fb_vector *list, uint32_t i);

/* Whether so many more steps may be taken: parts of a FlatBuffer may be shared, so that a small file can stand for endless
 * work. False is told once. */
bool mote_may_spend(mote_verifier *v, uint64_t steps);

/* ---- the parts ---- */

bool mote_verify_container(mote_verifier *v); /* false: there is nothing below to look at */
void mote_verify_codes_used(mote_verifier *v);
/* The bytes of a buffer that exists; false: it cannot be read (told where tell is set). */
bool mote_verify_read_buffer(mote_verifier *v, uint32_t index, mote_fb_vector *out, bool *is_outside, mote_error *err);

void mote_verify_tensors(mote_verifier *v);
/* Reads operator `index`; tells what is wrong where tell is set. False: nothing of it can be used. */
bool mote_verify_read_operator(mote_verifier *v, uint32_t index, bool tell, mote_seen_operator *out);
void mote_verify_operator_fields(mote_verifier *v, const mote_seen_operator *op);
void mote_verify_engine(mote_verifier *v, const mote_seen_operator *op);
/* Whether the engine, which is not mote's own, has the operator in these types. */
bool mote_verify_engine_has(const mote_verifier *v, const mote_seen_operator *op, mote_engine engine);
void mote_verify_quirks(mote_verifier *v, const mote_seen_operator *op);
void mote_verify_wiring(mote_verifier *v);
void mote_verify_calls(mote_verifier *v, const mote_seen_operator *op);
void mote_verify_subgraphs_called(mote_verifier *v); /* when all calls are known */
void mote_verify_rules(mote_verifier *v);
void mote_verify_whole(mote_verifier *v);

/* NULL where the operand is left out, does not exist or there are not so many. */
const mote_seen_tensor *mote_seen_operand(const mote_verifier *v, const mote_fb_vector *list, uint32_t i);
/* Its elements, as far as the shape is known. */
size_t mote_seen_count(const mote_seen_tensor *seen);

/* Engines that are mote's own: what they take is asked of themselves. */
bool mote_engine_is_own(mote_engine engine);

#endif
