/* SPDX-License-Identifier: Apache-2.0 */
#include "ops/sparse.h"

#include "runtime/arch/fully_connected_sparse.h"

enum { FARTHEST = 255, GROUPS_MAX = 65535 };

/* Where the pairs of a row go; out NULL: nowhere, they are counted only. */
typedef struct pair_list {
    int8_t *out;
    size_t  count;
} pair_list;

static void put_pair(pair_list *list, int32_t far, int8_t weight)
{
    if (list->out) {
        list->out[2 * list->count] = (int8_t)(uint8_t)far;
        list->out[2 * list->count + 1] = weight;
    }
    list->count++;
}

static void put_row(pair_list *list, const int8_t *w, int32_t columns)
{
    int32_t at = 0, i;

    for (i = 0; i < columns; i++) {
        if (w[i] == 0)
            continue;
        for (; i - at > FARTHEST; at += FARTHEST)
            put_pair(list, FARTHEST, 0);
        put_pair(list, i - at, w[i]);
        at = i;
    }
}

static size_t group_count(size_t pairs)
{
    return (pairs + MRT_SPARSE_GROUP - 1) / MRT_SPARSE_GROUP;
}

size_t mote_sparse_bytes(const int8_t *w, int32_t rows, int32_t columns)
{
    size_t  bytes = 0;
    int32_t r;

    for (r = 0; r < rows; r++) {
        pair_list list = {NULL, 0};
        put_row(&list, w + (size_t)r * (size_t)columns, columns);
        if (group_count(list.count) > GROUPS_MAX)
            return SIZE_MAX;
        bytes += MRT_SPARSE_HEAD_BYTES + group_count(list.count) * MRT_SPARSE_GROUP_BYTES;
    }
    return bytes;
}

void mote_sparse_pack(int8_t *out, const int8_t *w, int32_t rows, int32_t columns)
{
    int32_t r;

    for (r = 0; r < rows; r++) {
        pair_list list = {out + MRT_SPARSE_HEAD_BYTES, 0};
        size_t    groups;
        put_row(&list, w + (size_t)r * (size_t)columns, columns);
        groups = group_count(list.count);
        out[0] = (int8_t)(uint8_t)groups;
        out[1] = (int8_t)(uint8_t)(groups >> 8);
        while (list.count % MRT_SPARSE_GROUP != 0)
            put_pair(&list, 0, 0);
        out += MRT_SPARSE_HEAD_BYTES + groups * MRT_SPARSE_GROUP_BYTES;
    }
}
