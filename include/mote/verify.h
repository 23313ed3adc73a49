/* Verifying a .tflite: everything that is wrong with it for one engine, at once.
 *
 *     mote_verification *found;
 *     if (mote_verify(&found, "model.tflite", MOTE_ENGINE_TFLM, &err) != MOTE_OK) ...      it could not be read, or is none
 *     for (i = 0; i < found->count; i++) puts(found->findings[i].reason);
 *     mote_verification_destroy(found);
 *
 * The file need not be one that mote can run: operators and types that mote has not, further subgraphs and damaged parts are
 * findings like any other. Time and memory are bounded by the file's size, findings by MOTE_FINDINGS_OF_A_KIND.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_VERIFY_H
#define MOTE_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include <mote/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is to run the file. */
typedef enum mote_engine {
    MOTE_ENGINE_MOTE = 0,    /* mote on this machine */
    MOTE_ENGINE_TFLM,        /* TensorFlow Lite Micro with its reference kernels */
    MOTE_ENGINE_LITERT,      /* LiteRT's builtin kernels, without delegates */
    MOTE_ENGINE_INTERPRETER, /* mote compile --target interpreter */
    MOTE_ENGINE_C,           /* mote compile --target c */
    MOTE_ENGINE_COUNT
} mote_engine;

/* "mote", "tflm", "litert", "interpreter", "c"; NULL for no engine. */
const char *mote_engine_name(mote_engine engine);

typedef enum mote_severity {
    MOTE_SEVERITY_NOTE = 0, /* worth knowing */
    MOTE_SEVERITY_WARNING,  /* it runs, but a field is passed over, or what comes out may not be what was meant */
    MOTE_SEVERITY_ERROR     /* the engine refuses it, fails while running it, or reads what is not there */
} mote_severity;

const char *mote_severity_name(mote_severity severity); /* "note", "warning", "error" */

/* All texts are one line of UTF-8 without control characters, and owned by the verification. */
typedef struct mote_finding {
    mote_severity severity;
    const char   *kind;                             /* a word that stays the same: "buffer-size" (docs/VERIFY.md) */
    int32_t       subgraph, operator_index, tensor; /* in the file's order; -1: it is not about one */
    const char   *operator_name, *tensor_name;      /* "" where there is none */
    const char   *field;   /* of the file's schema: "quantization.scale"; "" where none is to blame */
    const char   *reason;  /* what is wrong */
    const char   *advice;  /* what to do */
    uint64_t      room[8]; /* mote.h */
} mote_finding;

enum { MOTE_FINDINGS_OF_A_KIND = 64 }; /* more of one kind are only counted */

typedef struct mote_verification {
    mote_engine         engine;
    const mote_finding *findings; /* in the file's order */
    int32_t             count;
    int32_t             errors, warnings, notes;                      /* with those that are only counted */
    int32_t             left_out;                                     /* how many are only counted */
    int32_t             subgraph_count, operator_count, tensor_count; /* that were looked at */
    uint64_t            room[8];                                      /* mote.h */
} mote_verification;

/* The caller destroys *out. Errors: USAGE (no path, no such engine), IO, UNSUPPORTED (not a .tflite: the text says what it
 * is, and begins with the path), MEMORY. A file with errors is no error of this call: ask errors. */
mote_status mote_verify(mote_verification **out, const char *path, mote_engine engine, mote_error *err);

/* The same of bytes in memory, of which nothing is kept. */
mote_status mote_verify_bytes(mote_verification **out, const void *bytes, size_t count, mote_engine engine, mote_error *err);

void mote_verification_destroy(mote_verification *verification); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
