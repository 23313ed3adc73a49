/* Drawn cases (../cases.h) as .tflite files, for tests/golden/check_micro.py: is the reference right where no golden file
 * is?
 *
 *     write_files FOLDER COUNT OPERATOR ...     FOLDER/OPERATOR_17_per_channel.tflite, int8; OPERATOR: CONV_2D
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "../cases.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "formats/tflite/tflite.h"

static const char *const granularities[] = {[MOTE_PER_CHANNEL] = "per_channel", [MOTE_PER_TENSOR] = "per_tensor"};

static const mote_op_row *int8_row(mote_op_kind kind)
{
    const mote_op_row *row = mote_op_rows(kind);

    while (row && row->kernels && (row->in[0] != MOTE_I8 || row->out != MOTE_I8))
        row++;
    return row && row->kernels ? row : NULL;
}

static void write_file(const char *folder, mote_op_kind kind, uint32_t index, mote_granularity granularity)
{
    const mote_op_row *row = int8_row(kind);
    mote_case_build    build;
    mote_drawn_case    drawn;
    mote_case_model    built;
    mote_text          file = {0};
    mote_error         err = {0};
    char               path[500];

    if (!row || !mote_case_draw(&drawn, kind, index))
        return;
    build = mote_case_build_of(row, granularity);
    built = mote_case_create(kind, &drawn.c, &build);
    snprintf(path, sizeof path, "%s/%s_%u_%s.tflite", folder, mote_op_kind_name(kind), index, granularities[granularity]);
    if (mote_tflite_write(&file, built.model, &err) != MOTE_OK ||
        mote_file_write(path, file.bytes, file.count, &err) != MOTE_OK) {
        fprintf(stderr, "write_files: %s: %s\n", drawn.claim, err.text);
        exit(EXIT_FAILURE);
    }
    mote_text_free(&file);
    mote_case_destroy(&built);
}

int main(int argc, char **argv)
{
    uint32_t i;
    int      a, kind;

    if (argc < 4) {
        fprintf(stderr, "usage: write_files FOLDER COUNT OPERATOR ...\n");
        return 2;
    }
    for (a = 3; a < argc; a++)
        for (kind = 0; kind < MOTE_OP_COUNT; kind++)
            for (i = 0; strcmp(mote_op_kind_name((mote_op_kind)kind), argv[a]) == 0 && i < (uint32_t)atoi(argv[2]); i++) {
                write_file(argv[1], (mote_op_kind)kind, i, MOTE_PER_CHANNEL);
                write_file(argv[1], (mote_op_kind)kind, i, MOTE_PER_TENSOR);
            }
    return EXIT_SUCCESS;
}
