/* libfyaml's events, made a tree. Its own document builder is not used: it resolves aliases and compares each key with
 * all others before limits could be checked.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

mote_status mote_yaml_fail(const mote_yaml_reader *reader, int line, const char *format, ...)
{
    char    text[MOTE_ERROR_TEXT];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return mote_fail(reader->err, MOTE_ERR_USAGE, "%s:%d: %s", reader->path, line, text);
}

/* ---- building ---- */

/* Where the next node goes: the open lists and maps, outermost first. */
typedef struct builder {
    const mote_yaml_reader *reader;
    mote_yaml              *open[MOTE_YAML_DEPTH_MAX], *last[MOTE_YAML_DEPTH_MAX]; /* last: its newest child */
    int                     depth, line, node_count, document_count;
    const char             *key; /* of the map's value that comes next */
    int                     key_line;
    mote_yaml              *root;
} builder;

/* What is not there (the value in `a:`) has no place: it gets that of what came before it. */
static int line_of(builder *b, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);

    if (mark)
        b->line = mark->line + 1;
    return b->line;
}

static mote_status check_plain(const builder *b, struct fy_event *event, int line)
{
    const struct fy_token *anchor = NULL, *tag = NULL;

    if (event->type == FYET_ALIAS)
        return mote_yaml_fail(b->reader, line, "aliases (*name) are not possible in a spec; write the value again");
    if (event->type == FYET_SCALAR) {
        anchor = event->scalar.anchor;
        tag = event->scalar.tag;
    } else if (event->type == FYET_MAPPING_START) {
        anchor = event->mapping_start.anchor;
        tag = event->mapping_start.tag;
    } else if (event->type == FYET_SEQUENCE_START) {
        anchor = event->sequence_start.anchor;
        tag = event->sequence_start.tag;
    }
    if (anchor || tag)
        return mote_yaml_fail(b->reader, line, "%s are not possible in a spec", anchor ? "anchors (&name)" : "tags (!name)");
    return MOTE_OK;
}

static bool takes_key(const builder *b)
{
    return b->depth > 0 && b->open[b->depth - 1]->kind == MOTE_YAML_MAP && !b->key;
}

static mote_status read_text(const builder *b, struct fy_event *event, const char **text, int line)
{
    size_t      length = 0;
    const char *bytes = event->scalar.value ? fy_token_get_text(event->scalar.value, &length) : "";

    if (!bytes || memchr(bytes, '\0', length))
        return mote_yaml_fail(b->reader, line, "the text is not readable");
    *text = mote_arena_strndup(b->reader->arena, bytes, length, b->reader->err);
    return *text ? MOTE_OK : b->reader->err->code;
}

static mote_status read_key(builder *b, struct fy_event *event, int line)
{
    const mote_yaml *map = b->open[b->depth - 1], *before;

    if (event->type != FYET_SCALAR)
        return mote_yaml_fail(b->reader, line, "a key must be a word");
    MOTE_TRY(read_text(b, event, &b->key, line));
    b->key_line = line;
    if (map->count == MOTE_YAML_KEYS_MAX)
        return mote_yaml_fail(b->reader, line, "more than %d keys", MOTE_YAML_KEYS_MAX);
    before = mote_yaml_find(map, b->key);
    if (before)
        return mote_yaml_fail(b->reader, line, "the key \"%s\" is here twice; the first is on line %d",
                              mote_show_string(b->key).text, before->key_line);
    return MOTE_OK;
}

static mote_status attach(builder *b, mote_yaml *node)
{
    if (b->depth == 0) {
        b->root = node;
        return MOTE_OK;
    }
    if (b->last[b->depth - 1])
        b->last[b->depth - 1]->next = node;
    else
        b->open[b->depth - 1]->first = node;
    b->last[b->depth - 1] = node;
    b->open[b->depth - 1]->count++;
    node->key = b->key;
    node->key_line = b->key_line;
    b->key = NULL;
    return MOTE_OK;
}

static mote_status add_node(builder *b, struct fy_event *event, int line)
{
    mote_yaml *node;

    if (++b->node_count > MOTE_YAML_NODES_MAX)
        return mote_yaml_fail(b->reader, line, "more than %d values", MOTE_YAML_NODES_MAX);
    node = MOTE_NEW(b->reader->arena, mote_yaml, 1, b->reader->err);
    if (!node)
        return b->reader->err->code;
    node->line = line;
    node->kind = event->type == FYET_SCALAR          ? MOTE_YAML_TEXT
                 : event->type == FYET_MAPPING_START ? MOTE_YAML_MAP
                                                     : MOTE_YAML_LIST;
    if (event->type == FYET_SCALAR) {
        node->is_quoted = event->scalar.value && fy_token_scalar_style(event->scalar.value) != FYSS_PLAIN;
        MOTE_TRY(read_text(b, event, &node->text, line));
        return attach(b, node);
    }
    if (b->depth == MOTE_YAML_DEPTH_MAX)
        return mote_yaml_fail(b->reader, line, "nested more than %d deep", MOTE_YAML_DEPTH_MAX);
    attach(b, node);
    b->open[b->depth] = node;
    b->last[b->depth] = NULL;
    b->depth++;
    return MOTE_OK;
}

static mote_status take_event(builder *b, struct fy_event *event)
{
    const int line = line_of(b, event);

    switch (event->type) {
    case FYET_DOCUMENT_START:
        if (b->document_count++ > 0)
            return mote_yaml_fail(b->reader, line, "a spec is one document; there is a second one");
        return MOTE_OK;
    case FYET_ALIAS:
    case FYET_SCALAR:
    case FYET_MAPPING_START:
    case FYET_SEQUENCE_START:
        MOTE_TRY(check_plain(b, event, line));
        return takes_key(b) ? read_key(b, event, line) : add_node(b, event, line);
    case FYET_MAPPING_END:
    case FYET_SEQUENCE_END:
        b->depth--;
        return MOTE_OK;
    default:
        return MOTE_OK;
    }
}

/* ---- what the parser may see ---- */

/* Bytes of the UTF-8 character at p, 0 when it is none, or one that no text needs: the byte order mark. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    uint32_t code = 0;
    size_t   length = mote_utf8_length((const char *)p, left, &code);

    return code == 0xfeff ? 0 : length;
}

static bool is_control(unsigned char c)
{
    return (c < 32 && c != '\t' && c != '\n' && c != '\r') || c == 127;
}

/* libfyaml 0.7.12 runs forever on some directives (`%  \xfe\xff`), which no spec needs. Neither does it need control
 * characters. */
static mote_status check_bytes(const mote_yaml_reader *reader, const char *bytes, size_t count)
{
    const unsigned char *p = (const unsigned char *)bytes;
    size_t               i = 0, length;
    int                  line = 1;
    bool                 begins_line = true;

    while (i < count) {
        if (begins_line && p[i] == '%')
            return mote_yaml_fail(reader, line, "directives (%%) are not possible in a spec");
        length = utf8_length(p + i, count - i);
        if (length == 0 || is_control(p[i]))
            return mote_yaml_fail(reader, line, "a byte 0x%02x, which is no text in UTF-8", p[i]);
        begins_line = p[i] == '\n' || p[i] == '\r';
        line += p[i] == '\n';
        i += length;
    }
    return MOTE_OK;
}

/* ---- the parser around it ---- */

static mote_status tell_syntax_error(const mote_yaml_reader *reader, struct fy_diag *diag)
{
    void                 *place = NULL;
    struct fy_diag_error *error = fy_diag_errors_iterate(diag, &place);

    if (error && error->msg)
        return mote_yaml_fail(reader, error->line > 0 ? error->line : 1, "not valid YAML: %s",
                              mote_show_string(error->msg).text);
    return mote_fail(reader->err, MOTE_ERR_USAGE, "%s: not valid YAML", reader->path);
}

static mote_status take_events(builder *b, struct fy_parser *parser)
{
    struct fy_event *event;

    while (b->reader->err->code == MOTE_OK && (event = fy_parser_parse(parser)) != NULL) {
        take_event(b, event);
        fy_parser_event_free(parser, event);
    }
    return b->reader->err->code;
}

static mote_status parse(builder *b, const char *bytes, size_t count)
{
    struct fy_diag_cfg  quiet = {0};
    struct fy_diag     *diag;
    struct fy_parse_cfg config = {.flags = FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE};
    struct fy_parser   *parser;

    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    quiet.colorize = false;
    quiet.level = FYET_ERROR;
    config.diag = diag = fy_diag_create(&quiet);
    if (!diag)
        return mote_fail(b->reader->err, MOTE_ERR_MEMORY, "out of memory");
    fy_diag_set_collect_errors(diag, true);
    parser = fy_parser_create(&config);
    if (!parser || fy_parser_set_string(parser, bytes, count) != 0)
        mote_fail(b->reader->err, MOTE_ERR_MEMORY, "out of memory");
    else if (take_events(b, parser) == MOTE_OK && fy_parser_get_stream_error(parser))
        tell_syntax_error(b->reader, diag);
    fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    return b->reader->err->code;
}

mote_status mote_yaml_read(mote_yaml **out, const mote_yaml_reader *reader, const char *bytes, size_t count)
{
    builder b = {.reader = reader, .line = 1};

    if (count > MOTE_YAML_BYTES_MAX)
        return mote_fail(reader->err, MOTE_ERR_LIMIT, "%s: %zu bytes; a spec has at most %d", reader->path, count,
                         MOTE_YAML_BYTES_MAX);
    if (count >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) { /* the byte order mark of some editors */
        bytes += 3;
        count -= 3;
    }
    MOTE_TRY(check_bytes(reader, bytes, count));
    MOTE_TRY(parse(&b, bytes, count));
    if (b.root && !mote_yaml_is_null(b.root)) {
        *out = b.root;
        return b.root->kind == MOTE_YAML_MAP
                   ? MOTE_OK
                   : mote_yaml_fail(reader, b.root->line, "a spec begins with keys, as in name: x");
    }
    *out = MOTE_NEW(reader->arena, mote_yaml, 1, reader->err);
    if (!*out)
        return reader->err->code;
    (*out)->kind = MOTE_YAML_MAP;
    (*out)->line = 1;
    return MOTE_OK;
}

/* ---- asking and writing ---- */

const mote_yaml *mote_yaml_find(const mote_yaml *map, const char *key)
{
    const mote_yaml *node;

    for (node = map->first; node; node = node->next)
        if (strcmp(node->key, key) == 0)
            return node;
    return NULL;
}

bool mote_yaml_is_null(const mote_yaml *node)
{
    return node->kind == MOTE_YAML_TEXT && !node->is_quoted &&
           (node->text[0] == '\0' || strcmp(node->text, "~") == 0 || strcmp(node->text, "null") == 0);
}

static void write_quoted(mote_text *text, const char *string)
{
    mote_text_puts(text, "\"");
    for (; *string; string++) {
        unsigned char c = (unsigned char)*string;
        if (c == '"' || c == '\\')
            mote_text_printf(text, "\\%c", c);
        else if (c < 32)
            mote_text_printf(text, "\\x%02x", c);
        else
            mote_text_add(text, string, 1);
    }
    mote_text_puts(text, "\"");
}

static void write_text(mote_text *text, const mote_yaml *node)
{
    static const char special[] = "\"'\\,:#[]{}&*!|>%@` \t\n\r";

    if (mote_yaml_is_null(node))
        mote_text_puts(text, "~");
    else if (node->is_quoted || strpbrk(node->text, special))
        write_quoted(text, node->text);
    else
        mote_text_puts(text, node->text);
}

static int by_key(const void *a, const void *b)
{
    return strcmp((*(const mote_yaml *const *)a)->key, (*(const mote_yaml *const *)b)->key);
}

static void write_map(mote_text *text, const mote_yaml *map)
{
    const mote_yaml *sorted[MOTE_YAML_KEYS_MAX], *node;
    size_t           count = 0, i;

    for (node = map->first; node; node = node->next)
        sorted[count++] = node;
    qsort(sorted, count, sizeof sorted[0], by_key);
    mote_text_puts(text, "{");
    for (i = 0; i < count; i++) {
        mote_text_puts(text, i ? ", " : "");
        write_quoted(text, sorted[i]->key);
        mote_text_puts(text, ": ");
        mote_yaml_write(text, sorted[i]);
    }
    mote_text_puts(text, "}");
}

void mote_yaml_write(mote_text *text, const mote_yaml *node)
{
    const mote_yaml *item;

    if (node->kind == MOTE_YAML_TEXT) {
        write_text(text, node);
    } else if (node->kind == MOTE_YAML_MAP) {
        write_map(text, node);
    } else {
        mote_text_puts(text, "[");
        for (item = node->first; item; item = item->next) {
            mote_text_puts(text, item == node->first ? "" : ", ");
            mote_yaml_write(text, item);
        }
        mote_text_puts(text, "]");
    }
}
