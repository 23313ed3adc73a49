/* What stands around the subgraphs: the root, operator codes, buffers, metadata and signatures.
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "verify/verifier.h"

enum { ALIGNMENT = 16, TABLE_STEPS = 16 };

/* ---- operator codes ---- */

static void check_code(mote_verifier *v, uint32_t index)
{
    mote_error    err = {0};
    mote_fb_table table = mote_fb_element_table(&v->codes, index, "OperatorCode", &err);
    const int32_t old_code = mote_fb_i8(&table, operator_code_deprecated, 0, &err);
    const int32_t code = mote_fb_i32(&table, operator_code_builtin, 0, &err);
    const int32_t version = mote_fb_i32(&table, operator_code_version, 1, &err);

    mote_fb_string_at(&table, operator_code_custom, &err);
    if (mote_tell_broken(v, mote_spot_model("operator_codes"), &err))
        return;
    if (version < 1)
        mote_tell_as(v, MOTE_FINDING_VERSION_INVALID,
                     version < 0 && v->engine != MOTE_ENGINE_TFLM ? MOTE_SEVERITY_ERROR : MOTE_SEVERITY_WARNING, NULL,
                     mote_spot_model("operator_codes.version"), "operator code %u has version %d", index, version);
    if (code != 0 && old_code != 0 && old_code != (code < TFLITE_PLACEHOLDER ? code : TFLITE_PLACEHOLDER))
        mote_tell(v, MOTE_FINDING_CODE_DIFFERS, mote_spot_model("operator_codes.deprecated_builtin_code"),
                  "operator code %u is %d, and %d in the field of older readers", index, code, old_code);
}

static void check_codes(mote_verifier *v)
{
    uint32_t i;

    for (i = 0; i < v->codes.count && mote_may_spend(v, TABLE_STEPS); i++)
        check_code(v, i);
}

void mote_verify_codes_used(mote_verifier *v)
{
    uint32_t i;

    for (i = 0; i < v->codes.count; i++)
        if (!v->is_code_used[i])
            mote_tell(v, MOTE_FINDING_CODE_UNUSED, mote_spot_model("operator_codes"), "no operator has operator code %u", i);
}

/* ---- buffers ---- */

bool mote_verify_read_buffer(mote_verifier *v, uint32_t index, mote_fb_vector *out, bool *is_outside, mote_error *err)
{
    mote_fb_table table = mote_fb_element_table(&v->buffers, index, "Buffer", err);
    uint64_t      offset = mote_fb_u64(&table, buffer_offset, 0, err), size = mote_fb_u64(&table, buffer_size, 0, err);

    *is_outside = offset > 1;
    if (!*is_outside) {
        *out = mote_fb_vector_at(&table, buffer_data, 1, err);
        return err->code == MOTE_OK;
    }
    *out = (mote_fb_vector){0};
    if (offset > v->file.count || size > v->file.count - offset || size > UINT32_MAX)
        mote_fb_fail(&table, buffer_offset, err, "%llu bytes at byte %llu of a file of %zu", (unsigned long long)size,
                     (unsigned long long)offset, v->file.count);
    else
        *out = (mote_fb_vector){&v->file, (size_t)offset, (uint32_t)size, v->file.bytes + offset};
    return err->code == MOTE_OK;
}

static void check_buffer(mote_verifier *v, uint32_t index)
{
    mote_error     err = {0};
    mote_fb_vector data;
    bool           is_outside;

    if (!mote_verify_read_buffer(v, index, &data, &is_outside, &err)) {
        mote_tell_broken(v, mote_spot_model("buffers"), &err);
        return;
    }
    if (is_outside)
        mote_tell_as(v, MOTE_FINDING_BUFFER_OUTSIDE,
                     v->engine == MOTE_ENGINE_TFLM ? MOTE_SEVERITY_ERROR : MOTE_SEVERITY_NOTE, NULL,
                     mote_spot_model("buffers.offset"), "buffer %u lies behind the FlatBuffer, at byte %zu", index, data.at);
    if (index == 0 && data.count > 0)
        mote_tell(v, MOTE_FINDING_BUFFER_FIRST, mote_spot_model("buffers"), "buffer 0 holds %u bytes", data.count);
}

static void check_buffers(mote_verifier *v)
{
    uint32_t i;

    for (i = 0; i < v->buffers.count && mote_may_spend(v, TABLE_STEPS); i++)
        check_buffer(v, i);
}

/* ---- metadata ---- */

/* "1.14.0", padded with zero bytes. */
static bool is_version(const mote_fb_vector *bytes)
{
    uint32_t i;

    for (i = 0; i < bytes->count && bytes->elements[i] != 0; i++)
        if ((bytes->elements[i] < '0' || bytes->elements[i] > '9') && bytes->elements[i] != '.')
            return false;
    return i > 0;
}

static bool is_called(mote_fb_string name, const char *word)
{
    return name.count == strlen(word) && memcmp(name.text, word, name.count) == 0;
}

static void check_metadata_entry(mote_verifier *v, const mote_fb_vector *entries, uint32_t index)
{
    mote_error     err = {0};
    mote_fb_table  table = mote_fb_element_table(entries, index, "Metadata", &err);
    mote_fb_string name = mote_fb_string_at(&table, metadata_name, &err);
    const uint32_t buffer = mote_fb_u32(&table, metadata_buffer, 0, &err);
    mote_fb_vector bytes;
    bool           is_outside;

    if (mote_tell_broken(v, mote_spot_model("metadata"), &err))
        return;
    if (buffer >= v->buffers.count) {
        mote_tell(v, MOTE_FINDING_METADATA, mote_spot_model("metadata.buffer"), "%s is in buffer %u of %u",
                  mote_show(name.text, name.count).text, buffer, v->buffers.count);
        return;
    }
    if (!mote_verify_read_buffer(v, buffer, &bytes, &is_outside, &err))
        mote_error_clear(&err); /* told with the buffers */
    else if (is_called(name, "min_runtime_version") && !is_version(&bytes))
        mote_tell(v, MOTE_FINDING_METADATA, mote_spot_model("metadata.buffer"), "min_runtime_version is no version: %s",
                  mote_show((const char *)bytes.elements, bytes.count < 32 ? bytes.count : 32).text);
}

static void check_metadata(mote_verifier *v)
{
    mote_error     err = {0};
    mote_fb_vector entries = mote_fb_vector_at(&v->root, model_metadata, 4, &err);
    uint32_t       i;

    mote_tell_broken(v, mote_spot_model("metadata"), &err);
    for (i = 0; i < entries.count && mote_may_spend(v, TABLE_STEPS); i++)
        check_metadata_entry(v, &entries, i);
}

/* ---- signatures ---- */

/* Whoever runs a file by its signature needs it whole; TensorFlow Lite Micro has no such thing. */
static mote_severity signature_severity(const mote_verifier *v)
{
    return v->engine == MOTE_ENGINE_TFLM ? MOTE_SEVERITY_WARNING : MOTE_SEVERITY_ERROR;
}

/* A signature's input or output must be one of its subgraph's tensors. */
static void check_tensor_map(mote_verifier *v, const mote_fb_table *signature, mote_fb_field field, uint32_t tensor_count,
                             mote_fb_string key)
{
    mote_error     err = {0};
    mote_fb_vector maps = mote_fb_vector_at(signature, field, 4, &err);
    uint32_t       i, tensor;

    for (i = 0; i < maps.count && mote_may_spend(v, TABLE_STEPS); i++) {
        mote_fb_table  map = mote_fb_element_table(&maps, i, "TensorMap", &err);
        mote_fb_string name = mote_fb_string_at(&map, tensor_map_name, &err);
        tensor = mote_fb_u32(&map, tensor_map_index, 0, &err);
        if (mote_tell_broken(v, mote_spot_model("signature_defs"), &err))
            continue;
        if (tensor >= tensor_count)
            mote_tell_as(v, MOTE_FINDING_SIGNATURE, signature_severity(v), NULL,
                         mote_spot_model("signature_defs.tensor_index"), "%s of signature \"%s\" is tensor %u of %u",
                         mote_show(name.text, name.count).text, mote_show(key.text, key.count).text, tensor, tensor_count);
    }
    mote_tell_broken(v, mote_spot_model("signature_defs"), &err);
}

static void check_signature(mote_verifier *v, const mote_fb_vector *signatures, uint32_t index)
{
    mote_error     err = {0};
    mote_fb_table  table = mote_fb_element_table(signatures, index, "SignatureDef", &err), graph;
    mote_fb_string key = mote_fb_string_at(&table, signature_key, &err);
    const uint32_t subgraph = mote_fb_u32(&table, signature_subgraph, 0, &err);
    uint32_t       tensor_count;

    if (mote_tell_broken(v, mote_spot_model("signature_defs"), &err))
        return;
    if (subgraph >= v->subgraphs.count) {
        mote_tell_as(v, MOTE_FINDING_SIGNATURE, signature_severity(v), NULL,
                     mote_spot_model("signature_defs.subgraph_index"), "signature \"%s\" is subgraph %u of %u",
                     mote_show(key.text, key.count).text, subgraph, v->subgraphs.count);
        return;
    }
    graph = mote_fb_element_table(&v->subgraphs, subgraph, "SubGraph", &err);
    tensor_count = mote_fb_vector_at(&graph, subgraph_tensors, 4, &err).count;
    check_tensor_map(v, &table, signature_inputs, tensor_count, key);
    check_tensor_map(v, &table, signature_outputs, tensor_count, key);
}

static void check_signatures(mote_verifier *v)
{
    mote_error     err = {0};
    mote_fb_vector signatures = mote_fb_vector_at(&v->root, model_signatures, 4, &err);
    uint32_t       i;

    mote_tell_broken(v, mote_spot_model("signature_defs"), &err);
    for (i = 0; i < signatures.count && mote_may_spend(v, TABLE_STEPS); i++)
        check_signature(v, &signatures, i);
}

/* ---- all ---- */

bool mote_verify_container(mote_verifier *v)
{
    mote_error err = {0};
    uint32_t   version;

    v->root = mote_fb_root(&v->file, "Model", &err);
    if (mote_tell_broken(v, mote_spot_model(NULL), &err))
        return false;
    version = mote_fb_u32(&v->root, model_version, 0, &err);
    mote_tell_broken(v, mote_spot_model("version"), &err);
    v->buffers = mote_fb_vector_at(&v->root, model_buffers, 4, &err);
    mote_tell_broken(v, mote_spot_model("buffers"), &err);
    v->codes = mote_fb_vector_at(&v->root, model_operator_codes, 4, &err);
    mote_tell_broken(v, mote_spot_model("operator_codes"), &err);
    v->subgraphs = mote_fb_vector_at(&v->root, model_subgraphs, 4, &err);
    mote_tell_broken(v, mote_spot_model("subgraphs"), &err);
    if (version != TFLITE_SCHEMA_VERSION)
        mote_tell(v, MOTE_FINDING_SCHEMA_VERSION, mote_spot_model("version"), "schema version %u; engines read %u", version,
                  TFLITE_SCHEMA_VERSION);
    if (v->subgraphs.count == 0)
        mote_tell(v, MOTE_FINDING_NO_SUBGRAPH, mote_spot_model("subgraphs"), "there is no subgraph");
    check_codes(v);
    check_buffers(v);
    check_metadata(v);
    check_signatures(v);
    return v->subgraphs.count > 0;
}
