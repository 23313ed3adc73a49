/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/file.h"
#include "base/kind.h"
#include "formats/tflite/tflite.h"
#include "verify/verifier.h"

/* Steps that the walk may take: each table of a file that is not made to hurt is looked at some ten times. */
enum { STEPS_PER_FILE_BYTE = 64, STEPS_AT_LEAST = 1 << 16, OPERATOR_STEPS = 16 };

/* What the caller holds, and the memory behind it. */
typedef struct verification {
    mote_verification found; /* first: the caller's pointer */
    mote_arena        arena;
} verification;

static const char *const engine_names[MOTE_ENGINE_COUNT] = {"mote", "tflm", "litert", "interpreter", "c"};

const char *mote_engine_name(mote_engine engine)
{
    return (unsigned)engine < MOTE_ENGINE_COUNT ? engine_names[engine] : NULL;
}

const char *mote_severity_name(mote_severity severity)
{
    return severity == MOTE_SEVERITY_ERROR ? "error" : severity == MOTE_SEVERITY_WARNING ? "warning" : "note";
}

bool mote_engine_is_own(mote_engine engine)
{
    return engine != MOTE_ENGINE_TFLM && engine != MOTE_ENGINE_LITERT;
}

/* ---- subgraphs ---- */

static bool open_subgraph(mote_verifier *v, uint32_t index)
{
    mote_error err = {0};

    v->subgraph = (int32_t)index;
    v->tensors = v->operators = (mote_fb_vector){0};
    v->graph = mote_fb_element_table(&v->subgraphs, index, "SubGraph", &err);
    v->tensors = mote_fb_vector_at(&v->graph, subgraph_tensors, 4, &err);
    v->operators = mote_fb_vector_at(&v->graph, subgraph_operators, 4, &err);
    v->inputs = mote_fb_vector_at(&v->graph, subgraph_inputs, 4, &err);
    v->outputs = mote_fb_vector_at(&v->graph, subgraph_outputs, 4, &err);
    mote_fb_string_at(&v->graph, subgraph_name, &err);
    mote_tell_broken(v, mote_spot_subgraph(v, NULL), &err);
    if (v->tensors.count > INT32_MAX || v->operators.count > INT32_MAX ||
        !mote_may_spend(v, (uint64_t)v->tensors.count + v->operators.count))
        return false;
    v->seen = MOTE_NEW(&v->scratch, mote_seen_tensor, v->tensors.count, v->err);
    return v->seen != NULL;
}

static void check_operators(mote_verifier *v)
{
    mote_seen_operator op;
    uint32_t           i;

    for (i = 0; i < v->operators.count && mote_may_spend(v, OPERATOR_STEPS); i++) {
        if (!mote_verify_read_operator(v, i, true, &op))
            continue;
        mote_verify_operator_fields(v, &op);
        mote_verify_engine(v, &op);
        mote_verify_quirks(v, &op);
        mote_verify_calls(v, &op);
    }
}

static void check_subgraph(mote_verifier *v, uint32_t index)
{
    const mote_arena_mark mark = mote_arena_get_mark(&v->scratch);

    if (open_subgraph(v, index)) {
        mote_verify_tensors(v);
        check_operators(v);
        mote_verify_wiring(v);
        mote_verify_rules(v);
        v->out->tensor_count += (int32_t)v->tensors.count;
        v->out->operator_count += (int32_t)v->operators.count;
        v->out->subgraph_count++;
    }
    v->tensors = (mote_fb_vector){0}; /* findings that follow are about none of these */
    mote_arena_release(&v->scratch, mark);
}

/* ---- the file ---- */

static void check_file(mote_verifier *v)
{
    uint32_t i;

    if (mote_verify_container(v) && (v->is_code_used = MOTE_NEW(v->arena, bool, v->codes.count, v->err))) {
        for (i = 0; i < v->subgraphs.count && v->work_left > 0 && v->err->code == MOTE_OK; i++)
            check_subgraph(v, i);
        mote_verify_codes_used(v);
        mote_verify_subgraphs_called(v);
    }
    mote_verify_whole(v);
}

static mote_status check_request(const void *bytes, size_t count, mote_engine engine, mote_error *err)
{
    if (!bytes || !mote_engine_name(engine))
        return mote_fail(err, MOTE_ERR_USAGE, bytes ? "engine %d does not exist" : "no file to verify", (int)engine);
    if (!mote_is_tflite(bytes, count))
        return mote_file_kind_refuse(bytes, count, MOTE_WANTED_TFLITE, err);
    return MOTE_OK;
}

mote_status mote_verify_bytes(mote_verification **out, const void *bytes, size_t count, mote_engine engine, mote_error *err)
{
    mote_arena    arena = {0};
    verification *whole;
    mote_verifier v = {.engine = engine, .file = {bytes, count}, .err = err};

    *out = NULL;
    MOTE_TRY(check_request(bytes, count, engine, err));
    if (!(whole = MOTE_NEW(&arena, verification, 1, err)))
        return err->code;
    whole->arena = arena;
    whole->found.engine = engine;
    v.out = &whole->found;
    v.arena = &whole->arena;
    v.work_left = (uint64_t)count * STEPS_PER_FILE_BYTE + STEPS_AT_LEAST;
    check_file(&v);
    mote_arena_destroy(&v.scratch);
    *out = &whole->found;
    if (err->code != MOTE_OK) {
        mote_verification_destroy(*out);
        *out = NULL;
    }
    return err->code;
}

mote_status mote_verify(mote_verification **out, const char *path, mote_engine engine, mote_error *err)
{
    mote_file file = {0};

    *out = NULL;
    if (!path)
        return mote_fail(err, MOTE_ERR_USAGE, "no path to verify a model of");
    if (mote_path_is_dir(path))
        mote_folder_kind_refuse(path, MOTE_WANTED_TFLITE, err);
    else if (mote_file_open(&file, path, err) == MOTE_OK)
        mote_verify_bytes(out, file.bytes, file.count, engine, err);
    mote_file_close(&file);
    return err->code == MOTE_OK ? MOTE_OK : mote_context(err, "%s", path);
}

void mote_verification_destroy(mote_verification *verification_)
{
    mote_arena arena;

    if (!verification_)
        return;
    arena = ((verification *)verification_)->arena; /* which holds itself */
    mote_arena_destroy(&arena);
}
