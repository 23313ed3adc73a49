/* Layout of what is written:
 *
 *     superblock | global heap | array, array header ... group header, each behind what it links to ... root's header
 *
 * So every address is known when it is written, but for the root's and the file's end, which the superblock gets at last.
 * SPDX-License-Identifier: Apache-2.0 */
#include "formats/hdf5/write.h"

#include <string.h>

#include "formats/hdf5/bytes.h"

enum {
    GROUP_INFO = 10,
    FILL_VALUE = 5,
    SUPERBLOCK_BYTES = 96,
    ROOT_AT = 64, /* in the superblock: the root's header */
    END_AT = 40,  /* and the file's end */
    HEAP_AT = SUPERBLOCK_BYTES,
    HEAP_BYTES_MIN = 4096,
    HEAP_OBJECT_BYTES = 16, /* before an object's own, and before its objects in the heap */
    HEAP_OBJECTS_MAX = 65535,
    NAME_BYTES_MAX = 255,
    MESSAGES_MAX = 65535,
    LIST_BYTES_MAX = 64000 /* a message's length has 16 bits */
};

static const uint64_t nowhere = UINT64_MAX;

struct mote_hdf5_attribute {
    const char          *name;
    uint32_t             text; /* of the heap, counted from 1; 0: a list */
    size_t               text_bytes;
    const char          *list; /* [count][width] */
    size_t               width, count;
    mote_hdf5_attribute *next;
};

struct mote_hdf5_entry {
    const char          *name;
    bool                 is_array;
    mote_hdf5_numbers    numbers;
    mote_hdf5_attribute *attributes, **attributes_end;
    mote_hdf5_entry     *children, **children_end, *next;
    uint64_t             address; /* of its header, once it is written */
};

/* ---- the tree ---- */

static mote_hdf5_entry *make_entry(mote_hdf5_tree *tree, const char *name, size_t bytes)
{
    mote_hdf5_entry *entry = tree->err->code == MOTE_OK ? MOTE_NEW(&tree->arena, mote_hdf5_entry, 1, tree->err) : NULL;

    if (!entry || !(entry->name = mote_arena_strndup(&tree->arena, name, bytes, tree->err)))
        return NULL;
    entry->attributes_end = &entry->attributes;
    entry->children_end = &entry->children;
    return entry;
}

static mote_hdf5_entry *root_of(mote_hdf5_tree *tree)
{
    if (!tree->root)
        tree->root = make_entry(tree, "", 0);
    return tree->root;
}

static mote_hdf5_entry *add_child(mote_hdf5_tree *tree, mote_hdf5_entry *parent, const char *name, size_t bytes)
{
    mote_hdf5_entry *child;

    if (bytes == 0 || bytes > NAME_BYTES_MAX)
        mote_fail(tree->err, MOTE_ERR_LIMIT, "\"%s\" cannot be written to HDF5: names have 1 to %d bytes",
                  mote_show(name, bytes).text, NAME_BYTES_MAX);
    if (!(child = make_entry(tree, name, bytes)))
        return NULL;
    *parent->children_end = child;
    parent->children_end = &child->next;
    return child;
}

static mote_hdf5_entry *find_child(const mote_hdf5_entry *parent, const char *name, size_t bytes)
{
    mote_hdf5_entry *child;

    for (child = parent->children; child; child = child->next)
        if (strlen(child->name) == bytes && memcmp(child->name, name, bytes) == 0)
            return child;
    return NULL;
}

mote_hdf5_entry *mote_hdf5_add_group(mote_hdf5_tree *tree, mote_hdf5_entry *parent, const char *path)
{
    mote_hdf5_entry *at = parent ? parent : root_of(tree);

    while (at && *path) {
        const size_t     bytes = strcspn(path, "/");
        mote_hdf5_entry *child = find_child(at, path, bytes);
        at = child ? child : add_child(tree, at, path, bytes);
        path += bytes + (path[bytes] == '/');
    }
    return at;
}

void mote_hdf5_add_array(mote_hdf5_tree *tree, mote_hdf5_entry *parent, const char *path, const mote_hdf5_numbers *array)
{
    const char      *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    char            *folder = mote_arena_strndup(&tree->arena, path, slash ? (size_t)(slash - path) : 0, tree->err);
    mote_hdf5_entry *group = folder ? mote_hdf5_add_group(tree, parent, folder) : NULL;
    mote_hdf5_entry *entry = group ? add_child(tree, group, name, strlen(name)) : NULL;

    if (!entry)
        return;
    entry->is_array = true;
    entry->numbers = *array;
}

/* ---- attributes ---- */

static mote_hdf5_attribute *add_attribute(mote_hdf5_tree *tree, mote_hdf5_entry *entry, const char *name)
{
    mote_hdf5_entry     *to = entry ? entry : root_of(tree);
    mote_hdf5_attribute *attribute = to ? MOTE_NEW(&tree->arena, mote_hdf5_attribute, 1, tree->err) : NULL;

    if (!attribute || !(attribute->name = mote_arena_strdup(&tree->arena, name, tree->err)))
        return NULL;
    *to->attributes_end = attribute;
    to->attributes_end = &attribute->next;
    return attribute;
}

static void put_number(mote_text *out, uint64_t value, int bytes)
{
    char little[8];
    int  i;

    for (i = 0; i < bytes; i++)
        little[i] = (char)(value >> (8 * i));
    mote_text_add(out, little, (size_t)bytes);
}

/* Zeros up to the next multiple of eight of what was written since `from`. */
static void pad(mote_text *out, size_t from)
{
    static const char zeros[8];

    mote_text_add(out, zeros, (8 - (out->count - from) % 8) % 8);
}

void mote_hdf5_add_text(mote_hdf5_tree *tree, mote_hdf5_entry *entry, const char *name, const char *text)
{
    mote_hdf5_attribute *attribute = add_attribute(tree, entry, name);

    if (!attribute)
        return;
    attribute->text = ++tree->text_count;
    attribute->text_bytes = strlen(text);
    attribute->count = 1;
    put_number(&tree->texts, attribute->text, 2);
    put_number(&tree->texts, 0, 6); /* references, which are not counted for attributes; reserved */
    put_number(&tree->texts, attribute->text_bytes, 8);
    mote_text_puts(&tree->texts, text);
    pad(&tree->texts, 0);
}

void mote_hdf5_add_texts(mote_hdf5_tree *tree, mote_hdf5_entry *entry, const char *name, const char *const *texts,
                         int32_t count)
{
    mote_hdf5_attribute *attribute = add_attribute(tree, entry, name);
    size_t               width = 1;
    char                *list;
    int32_t              i;

    for (i = 0; i < count; i++)
        width = strlen(texts[i]) > width ? strlen(texts[i]) : width;
    if (mote_size_mul(width, (size_t)count) > LIST_BYTES_MAX)
        mote_fail(tree->err, MOTE_ERR_LIMIT, "an HDF5 attribute has no room for the %d texts of \"%s\"", (int)count, name);
    if (!attribute || tree->err->code != MOTE_OK ||
        !(list = mote_arena_alloc(&tree->arena, (size_t)count, width, tree->err)))
        return;
    for (i = 0; i < count; i++)
        memcpy(list + (size_t)i * width, texts[i], strlen(texts[i]));
    attribute->list = list;
    attribute->width = width;
    attribute->count = (size_t)count;
}

/* ---- messages ---- */

typedef struct header {
    mote_text *out;
    size_t     at, messages_at; /* of the header, of its first message */
    uint32_t   message_count;
    size_t     body_at; /* of the message that is being written */
} header;

static header begin_header(mote_text *out)
{
    header h = {.out = out, .at = out->count};

    put_number(out, 1, 2); /* version, reserved */
    put_number(out, 0, 2); /* messages: end_header */
    put_number(out, 1, 4); /* references: one link */
    put_number(out, 0, 8); /* bytes: end_header */
    h.messages_at = out->count;
    return h;
}

static void patch(mote_text *out, size_t at, uint64_t value, int bytes)
{
    int i;

    for (i = 0; !out->failed && i < bytes; i++)
        out->bytes[at + (size_t)i] = (char)(value >> (8 * i));
}

static void begin_message(header *h, int type)
{
    put_number(h->out, (uint64_t)type, 2);
    put_number(h->out, 0, 6); /* bytes: end_message; flags, reserved */
    h->body_at = h->out->count;
    h->message_count++;
}

static void end_message(header *h)
{
    pad(h->out, h->body_at);
    patch(h->out, h->body_at - 6, h->out->count - h->body_at, 2);
}

static void end_header(const header *h)
{
    patch(h->out, h->at + 2, h->message_count, 2);
    patch(h->out, h->at + 8, h->out->count - h->messages_at, 4);
}

/* A simple space of fixed size; of rank 0 a scalar. */
static void put_space(mote_text *out, int32_t rank, const size_t *dim)
{
    int32_t i;

    put_number(out, 1, 1);
    put_number(out, (uint64_t)rank, 7);
    for (i = 0; i < rank; i++)
        put_number(out, dim[i], 8);
}

static void put_f32_type(mote_text *out)
{
    put_number(out, 0x11, 1);     /* version 1, class float */
    put_number(out, 0x001f20, 3); /* little-endian, leading bit implied, sign in bit 31 */
    put_number(out, 4, 4);
    put_number(out, 32u << 16, 4);               /* from bit 0, 32 of them */
    put_number(out, 23 | 8 << 8 | 23u << 24, 4); /* exponent from bit 23, 8 bits; mantissa from 0, 23 bits */
    put_number(out, 127, 4);
}

static void put_i64_type(mote_text *out)
{
    put_number(out, 0x10, 1);
    put_number(out, 0x08, 3); /* little-endian, signed */
    put_number(out, 8, 4);
    put_number(out, 64u << 16, 4);
}

static void put_fixed_text_type(mote_text *out, size_t width)
{
    put_number(out, 0x13, 1);
    put_number(out, 0x11, 3); /* padded with zeros, UTF-8 */
    put_number(out, width, 4);
}

/* A sequence of bytes in the global heap. */
static void put_variable_text_type(mote_text *out)
{
    put_number(out, 0x19, 1);
    put_number(out, 0x0101, 3); /* text, UTF-8 */
    put_number(out, 16, 4);
    put_number(out, 0x10, 1); /* of unsigned bytes */
    put_number(out, 0, 3);
    put_number(out, 1, 4);
    put_number(out, 8u << 16, 4);
}

static void put_attribute(header *h, const mote_hdf5_attribute *attribute)
{
    const bool   is_list = attribute->text == 0;
    const size_t name_bytes = strlen(attribute->name) + 1;
    size_t       part;

    begin_message(h, MOTE_HDF5_ATTRIBUTE);
    put_number(h->out, 1, 2);
    put_number(h->out, name_bytes, 2);
    put_number(h->out, is_list ? 8 : 20, 2); /* of the type */
    put_number(h->out, is_list ? 16 : 8, 2); /* of the space */
    part = h->out->count;
    mote_text_add(h->out, attribute->name, name_bytes);
    pad(h->out, part);
    part = h->out->count;
    if (is_list)
        put_fixed_text_type(h->out, attribute->width);
    else
        put_variable_text_type(h->out);
    pad(h->out, part);
    put_space(h->out, is_list, &attribute->count);
    if (is_list) {
        mote_text_add(h->out, attribute->list, attribute->count * attribute->width);
    } else {
        put_number(h->out, attribute->text_bytes, 4);
        put_number(h->out, HEAP_AT, 8);
        put_number(h->out, attribute->text, 4);
    }
    end_message(h);
}

static void put_attributes(header *h, const mote_hdf5_entry *entry)
{
    const mote_hdf5_attribute *attribute;

    for (attribute = entry->attributes; attribute; attribute = attribute->next)
        put_attribute(h, attribute);
}

/* ---- arrays ---- */

static size_t count_of(const mote_hdf5_numbers *numbers)
{
    size_t  count = 1;
    int32_t i;

    for (i = 0; i < numbers->rank; i++)
        count = mote_size_mul(count, numbers->dim[i]);
    return count;
}

/* The file's order of bytes is little-endian, and so is the host's: floats are copied as they are. */
static uint64_t put_values(mote_text *out, const mote_hdf5_numbers *numbers)
{
    const uint64_t at = out->count;
    const size_t   count = count_of(numbers);

    if (numbers->integers)
        mote_text_add(out, (const char *)numbers->integers, mote_size_mul(count, sizeof(int64_t)));
    else if (numbers->floats)
        mote_text_add(out, (const char *)numbers->floats, mote_size_mul(count, sizeof(float)));
    else
        return nowhere;
    pad(out, 0);
    return at;
}

static void put_array(mote_text *out, mote_hdf5_entry *entry)
{
    const mote_hdf5_numbers *numbers = &entry->numbers;
    const uint64_t           values = put_values(out, numbers);
    header                   h;

    entry->address = out->count;
    h = begin_header(out);
    begin_message(&h, MOTE_HDF5_DATASPACE);
    put_space(out, numbers->rank, numbers->dim);
    end_message(&h);
    begin_message(&h, MOTE_HDF5_DATATYPE);
    if (numbers->integers)
        put_i64_type(out);
    else
        put_f32_type(out);
    end_message(&h);
    begin_message(&h, FILL_VALUE);
    put_number(out, 0x01020202, 4); /* version 2; space when it is written to; the standard value, zero, of 0 bytes */
    put_number(out, 0, 4);
    end_message(&h);
    begin_message(&h, MOTE_HDF5_LAYOUT);
    put_number(out, 3 | 1 << 8, 2); /* version 3, contiguous */
    put_number(out, values, 8);
    put_number(out, count_of(numbers) * (numbers->integers ? sizeof(int64_t) : sizeof(float)), 8);
    end_message(&h);
    put_attributes(&h, entry);
    end_header(&h);
}

/* ---- groups ---- */

static void put_link(header *h, const mote_hdf5_entry *child)
{
    enum { HAS_CHARACTER_SET = 0x10, UTF_8 = 1 };
    const size_t bytes = strlen(child->name);

    begin_message(h, MOTE_HDF5_LINK);
    put_number(h->out, 1 | HAS_CHARACTER_SET << 8 | UTF_8 << 16, 3);
    put_number(h->out, bytes, 1);
    mote_text_add(h->out, child->name, bytes);
    put_number(h->out, child->address, 8);
    end_message(h);
}

static void put_entry(mote_text *out, mote_hdf5_entry *entry, mote_error *err);

static void put_group(mote_text *out, mote_hdf5_entry *entry, mote_error *err)
{
    mote_hdf5_entry *child;
    header           h;

    for (child = entry->children; child; child = child->next)
        put_entry(out, child, err);
    entry->address = out->count;
    h = begin_header(out);
    begin_message(&h, MOTE_HDF5_LINK_INFO);
    put_number(out, 0, 2);
    put_number(out, nowhere, 8); /* neither heap nor tree: links are in this header */
    put_number(out, nowhere, 8);
    end_message(&h);
    begin_message(&h, GROUP_INFO);
    put_number(out, 0, 2);
    end_message(&h);
    for (child = entry->children; child; child = child->next)
        put_link(&h, child);
    put_attributes(&h, entry);
    end_header(&h);
    if (h.message_count > MESSAGES_MAX)
        mote_fail(err, MOTE_ERR_LIMIT, "an HDF5 group cannot hold more than %d members", MESSAGES_MAX);
}

static void put_entry(mote_text *out, mote_hdf5_entry *entry, mote_error *err)
{
    if (entry->is_array)
        put_array(out, entry);
    else
        put_group(out, entry, err);
}

/* ---- the file ---- */

static void put_superblock(mote_text *out)
{
    mote_text_add(out, "\x89HDF\r\n\x1a\n", 8);
    put_number(out, 0, 5);          /* versions: of this, of free space, of the root's entry; reserved; of shared headers */
    put_number(out, 8 | 8 << 8, 3); /* of an address, of a size; reserved */
    put_number(out, 4 | 16 << 16, 4); /* the K of trees, of which there are none */
    put_number(out, 0, 4);
    put_number(out, 0, 8); /* base */
    put_number(out, nowhere, 8);
    put_number(out, 0, 8); /* end: END_AT */
    put_number(out, nowhere, 8);
    put_number(out, 0, 8); /* the root's name */
    put_number(out, 0, 8); /* the root's header: ROOT_AT */
    put_number(out, 0, 8);
    put_number(out, 0, 8);
    put_number(out, 0, 8);
}

/* One collection; what is left of the least size is one free object, which counts its own beginning. */
static void put_heap(mote_text *out, const mote_hdf5_tree *tree)
{
    const size_t used = HEAP_OBJECT_BYTES + tree->texts.count;
    size_t       left = used < HEAP_BYTES_MIN ? HEAP_BYTES_MIN - used : 0;

    if (tree->text_count == 0)
        return;
    left = left < HEAP_OBJECT_BYTES ? HEAP_OBJECT_BYTES : left;
    mote_text_puts(out, "GCOL");
    put_number(out, 1, 4);
    put_number(out, used + left, 8);
    mote_text_add(out, tree->texts.bytes, tree->texts.count);
    put_number(out, 0, 8);
    put_number(out, left, 8);
    for (left -= HEAP_OBJECT_BYTES; left > 0; left -= 8)
        put_number(out, 0, 8);
}

mote_status mote_hdf5_encode(mote_text *out, mote_hdf5_tree *tree)
{
    mote_hdf5_entry *root = root_of(tree);

    MOTE_TRY(tree->err->code);
    MOTE_TRY(mote_text_status(&tree->texts, tree->err));
    if (tree->text_count > HEAP_OBJECTS_MAX)
        return mote_fail(tree->err, MOTE_ERR_LIMIT, "an HDF5 file is written with at most %d texts", HEAP_OBJECTS_MAX);
    put_superblock(out);
    put_heap(out, tree);
    put_group(out, root, tree->err);
    patch(out, ROOT_AT, root->address, 8);
    patch(out, END_AT, out->count, 8);
    MOTE_TRY(tree->err->code);
    return mote_text_status(out, tree->err);
}

void mote_hdf5_tree_free(mote_hdf5_tree *tree)
{
    mote_text_free(&tree->texts);
    mote_arena_destroy(&tree->arena);
}
