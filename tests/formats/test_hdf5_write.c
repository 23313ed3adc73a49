/* What hdf5/write.h writes, hdf5.h reads. That other libraries read it, too, is for tests/golden/check_keras_out.py.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "formats/hdf5/write.h"

static void encode(mote_text *out, mote_hdf5_tree *tree)
{
    if (mote_hdf5_encode(out, tree) != MOTE_OK)
        fail_msg("%s", tree->err->text);
    mote_hdf5_tree_free(tree);
}

static mote_hdf5_object find(const mote_hdf5 *file, const char *path)
{
    mote_error       err = {0};
    mote_hdf5_object object;
    bool             found;

    assert_int_equal(mote_hdf5_find(file, path, &object, &found, &err), MOTE_OK);
    if (!found)
        fail_msg("no %s", path);
    return object;
}

static mote_hdf5 open_file(const mote_text *text)
{
    mote_error err = {0};
    mote_hdf5  file;

    assert_true(mote_is_hdf5(text->bytes, text->count));
    assert_int_equal(mote_hdf5_open(&file, (const uint8_t *)text->bytes, text->count, &err), MOTE_OK);
    return file;
}

static void assert_numbers(const mote_hdf5 *file, const char *path, int rank, const size_t *dim, const float *values)
{
    mote_error      err = {0};
    mote_arena      arena = {0};
    mote_hdf5_array array;
    size_t          i;

    if (mote_hdf5_read(file, find(file, path), 1 << 20, &arena, &array, &err) != MOTE_OK)
        fail_msg("%s: %s", path, err.text);
    assert_int_equal(array.rank, rank);
    for (i = 0; i < (size_t)rank; i++)
        assert_int_equal(array.dim[i], dim[i]);
    for (i = 0; i < array.count; i++)
        assert_true(array.values[i] == (values ? values[i] : 0.0f));
    mote_arena_destroy(&arena);
}

static const float  values[] = {1.5f, -2.25f, 3e-30f, 4, 5, 6.125f};
static const size_t shape[] = {2, 3};

static void build_tree(mote_hdf5_tree *tree)
{
    static const int64_t     big = 1 << 24;
    static const char *const names[] = {"dense/kernel:0", "b"};
    mote_hdf5_entry         *group = mote_hdf5_add_group(tree, NULL, "layers/dense");
    const mote_hdf5_numbers  array = {.rank = 2, .dim = {2, 3}, .floats = values};
    const mote_hdf5_numbers  zeros = {.rank = 2, .dim = {300, 1000}};

    mote_hdf5_add_array(tree, group, "vars/0", &array);
    mote_hdf5_add_array(tree, NULL, "step", &(mote_hdf5_numbers){.integers = &big});
    mote_hdf5_add_array(tree, NULL, "scalar", &(mote_hdf5_numbers){.floats = values});
    mote_hdf5_add_array(tree, NULL, "zeros", &zeros);
    assert_ptr_equal(mote_hdf5_add_group(tree, NULL, "layers/dense"), group);
    mote_hdf5_add_text(tree, group, "name", "gr\xc3\xb6\xc3\x9f");
    mote_hdf5_add_texts(tree, group, "weight_names", names, 2);
    mote_hdf5_add_texts(tree, group, "none", NULL, 0);
}

static void arrays_are_read_back_bit_for_bit(void **state)
{
    mote_error     err = {0};
    mote_hdf5_tree tree = {.err = &err};
    mote_text      text = {0};
    mote_hdf5      file;

    (void)state;
    build_tree(&tree);
    encode(&text, &tree);
    file = open_file(&text);
    assert_numbers(&file, "layers/dense/vars/0", 2, shape, values);
    assert_numbers(&file, "step", 0, NULL, (const float[]){1 << 24});
    assert_numbers(&file, "scalar", 0, NULL, values);
    mote_text_free(&text);
}

static void zeros_take_no_room(void **state)
{
    mote_error      err = {0};
    mote_hdf5_tree  tree = {.err = &err};
    mote_text       text = {0};
    mote_hdf5       file;
    mote_arena      arena = {0};
    mote_hdf5_array array;
    size_t          i;

    (void)state;
    build_tree(&tree);
    encode(&text, &tree);
    assert_true(text.count < 8192);
    file = open_file(&text);
    assert_int_equal(mote_hdf5_read(&file, find(&file, "zeros"), 1 << 24, &arena, &array, &err), MOTE_OK);
    assert_int_equal(array.count, 300000);
    for (i = 0; i < array.count; i++)
        assert_true(array.values[i] == 0);
    mote_arena_destroy(&arena);
    mote_text_free(&text);
}

static void assert_texts(const mote_hdf5 *file, const char *path, const char *attribute, const char *const *wanted,
                         int count)
{
    mote_error   err = {0};
    mote_arena   arena = {0};
    const char **texts;
    int32_t      found, i;

    if (mote_hdf5_texts(file, find(file, path), attribute, &arena, &texts, &found, &err) != MOTE_OK)
        fail_msg("%s", err.text);
    assert_int_equal(found, count);
    for (i = 0; i < count; i++)
        assert_string_equal(texts[i], wanted[i]);
    mote_arena_destroy(&arena);
}

static void attributes_are_read_back(void **state)
{
    mote_error     err = {0};
    mote_hdf5_tree tree = {.err = &err};
    mote_text      text = {0};
    mote_hdf5      file;

    (void)state;
    build_tree(&tree);
    encode(&text, &tree);
    file = open_file(&text);
    assert_texts(&file, "layers/dense", "name", (const char *const[]){"gr\xc3\xb6\xc3\x9f"}, 1);
    assert_texts(&file, "layers/dense", "weight_names", (const char *const[]){"dense/kernel:0", "b"}, 2);
    assert_texts(&file, "layers/dense", "none", NULL, 0);
    mote_text_free(&text);
}

/* The collection behind the superblock is as long as it says, at least 4096 bytes, and an object's header follows. */
static void assert_heap_is_whole(const mote_text *text)
{
    const uint8_t *bytes = (const uint8_t *)text->bytes;
    size_t         size = 0;
    int            i;

    assert_memory_equal(bytes + 96, "GCOL", 4);
    for (i = 0; i < 8; i++)
        size |= (size_t)bytes[104 + i] << (8 * i);
    assert_true(size >= 4096 && size % 8 == 0 && 96 + size < text->count);
    assert_int_equal(bytes[96 + size], 1);
    assert_int_equal(bytes[96 + size + 4], 1); /* one reference to it */
}

/* Around the heap's least size, and beyond what an attribute of its own could hold. */
static void texts_of_any_length_are_read_back(void **state)
{
    static const size_t lengths[] = {0, 1, 7, 8, 4039, 4040, 4041, 4047, 4048, 4049, 4056, 4057, 65536, 200001};
    size_t              i;

    (void)state;
    for (i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        mote_error     err = {0};
        mote_hdf5_tree tree = {.err = &err};
        mote_text      text = {0};
        mote_hdf5      file;
        char          *longest = calloc(lengths[i] + 1, 1);
        assert_non_null(longest);
        memset(longest, 'x', lengths[i]);
        mote_hdf5_add_text(&tree, NULL, "model_config", longest);
        mote_hdf5_add_text(&tree, NULL, "second", "2");
        encode(&text, &tree);
        assert_heap_is_whole(&text);
        file = open_file(&text);
        assert_texts(&file, "", "model_config", (const char *const[]){longest}, 1);
        assert_texts(&file, "", "second", (const char *const[]){"2"}, 1);
        mote_text_free(&text);
        free(longest);
    }
}

static void the_same_tree_gives_the_same_bytes(void **state)
{
    mote_error     err = {0};
    mote_hdf5_tree a = {.err = &err}, b = {.err = &err};
    mote_text      one = {0}, other = {0};

    (void)state;
    build_tree(&a);
    build_tree(&b);
    encode(&one, &a);
    encode(&other, &b);
    assert_int_equal(one.count, other.count);
    assert_memory_equal(one.bytes, other.bytes, one.count);
    mote_text_free(&one);
    mote_text_free(&other);
}

static void assert_refused(mote_hdf5_tree *tree, const char *because)
{
    mote_text text = {0};

    assert_int_equal(mote_hdf5_encode(&text, tree), MOTE_ERR_LIMIT);
    if (!strstr(tree->err->text, because))
        fail_msg("%s", tree->err->text);
    mote_text_free(&text);
    mote_hdf5_tree_free(tree);
}

static void what_has_no_room_is_refused(void **state)
{
    mote_error     long_name = {0}, empty_name = {0}, long_list = {0};
    mote_hdf5_tree a = {.err = &long_name}, b = {.err = &empty_name}, c = {.err = &long_list};
    char           name[300];
    const char    *names[300];
    int            i;

    (void)state;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    mote_hdf5_add_group(&a, mote_hdf5_add_group(&a, NULL, name), "and what comes after does nothing");
    assert_refused(&a, "names have 1 to 255 bytes");
    mote_hdf5_add_group(&b, NULL, "a//b");
    assert_refused(&b, "names have 1 to 255 bytes");
    for (i = 0; i < 300; i++)
        names[i] = name;
    mote_hdf5_add_texts(&c, NULL, "layer_names", names, 300);
    assert_refused(&c, "no room for the 300 texts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_are_read_back_bit_for_bit),   cmocka_unit_test(zeros_take_no_room),
        cmocka_unit_test(attributes_are_read_back),           cmocka_unit_test(texts_of_any_length_are_read_back),
        cmocka_unit_test(the_same_tree_gives_the_same_bytes), cmocka_unit_test(what_has_no_room_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
