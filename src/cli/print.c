/* Progress, JSON, and what several commands print or load alike.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

/* ---- progress ---- */

static int terminal_width(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

static double seconds(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* When the bar was drawn, or a line of the log was printed; 0: not yet. */
static double shown_at;

/* Where a stage began to be told of, from which its speed is known. */
static struct stage_begin {
    char    name[16];
    double  at;
    int64_t done;
} begun;

/* "42 s left  ", or nothing as long as a guess would be wild. */
typedef struct time_text {
    char text[32];
} time_text;

static time_text show_left(const mote_progress_event *event)
{
    time_text text = {""};
    double    passed, left;

    if (strncmp(begun.name, event->stage, sizeof begun.name - 1) != 0 || event->done < begun.done) {
        snprintf(begun.name, sizeof begun.name, "%s", event->stage);
        begun.at = seconds();
        begun.done = event->done;
    }
    passed = seconds() - begun.at;
    if (passed < 1 || event->done <= begun.done || event->done >= event->total)
        return text;
    left = passed * (double)(event->total - event->done) / (double)(event->done - begun.done);
    if (left < 99.5)
        snprintf(text.text, sizeof text.text, "%.0f s left  ", left);
    else if (left < 99.5 * 60)
        snprintf(text.text, sizeof text.text, "%.0f min left  ", left / 60);
    else if (left < 1e7)
        snprintf(text.text, sizeof text.text, "%.1f h left  ", left / 3600);
    return text;
}

/* As long as the line has room for it beside what is told. */
static int bar_length(int width, int text)
{
    enum { LEAST = 6, MOST = 24 };
    const int room = width - text;

    return room < LEAST ? LEAST : room > MOST ? MOST : room;
}

static bool show_bar(void *user, const mote_progress_event *event)
{
    char            line[320], told[240];
    const double    part = event->total > 0 ? (double)event->done / (double)event->total : 0;
    const double    share = part < 0 ? 0 : part > 1 ? 1 : part;
    const time_text left = show_left(event);
    int             used, length, i;

    (void)user;
    if (event->done < event->total && seconds() - shown_at < 0.05)
        return true;
    used = snprintf(line, sizeof line, "%-6s [", event->stage);
    snprintf(told, sizeof told, "] %3d %%  %s%s", (int)(100 * share), left.text, event->detail ? event->detail : "");
    length = bar_length(terminal_width() - 1, used + (int)strlen(told));
    for (i = 0; i < length; i++)
        line[used++] = i < (int)(share * length + 0.5) ? '=' : ' ';
    snprintf(line + used, sizeof line - (size_t)used, "%s", told);
    fprintf(stderr, "\r%.*s\033[K", terminal_width() - 1, line);
    fflush(stderr);
    shown_at = seconds();
    return true;
}

static void print_mark(const mote_progress_event *event)
{
    fprintf(stderr, "%s\n", event->detail);
    shown_at = seconds();
}

/* In a pipe or a log: a line an epoch, but none within a second of the last, so that short trainings stay quiet; of one that
 * is told of the end, too. */
static bool print_epoch(void *user, const mote_progress_event *event)
{
    static bool has_printed;
    const bool  is_end = has_printed && event->done == event->total;

    (void)user;
    if (event->is_mark && (is_end || seconds() - shown_at >= 1)) {
        print_mark(event);
        has_printed = true;
    }
    return true;
}

static bool print_every_epoch(void *user, const mote_progress_event *event)
{
    (void)user;
    if (event->is_mark)
        print_mark(event);
    return true;
}

/* A bar is redrawn by escape sequences: not where they are not understood (TERM=dumb), nor wanted (NO_COLOR). */
static bool takes_bar(void)
{
    const char *term = getenv("TERM"), *no_colour = getenv("NO_COLOR");

    return isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0) && !(no_colour && no_colour[0] != '\0');
}

typedef enum progress_kind { PROGRESS_USUAL = 0, PROGRESS_BAR, PROGRESS_LINES, PROGRESS_NONE } progress_kind;

static progress_kind shown_as;

mote_status cli_take_progress(const cli_args *args, mote_error *err)
{
    static const char *const words[] = {[PROGRESS_BAR] = "bar", [PROGRESS_LINES] = "lines", [PROGRESS_NONE] = "none"};
    const char              *word = cli_value(args, "progress");
    int                      i;

    for (i = PROGRESS_BAR; word && i <= PROGRESS_NONE; i++)
        if (strcmp(word, words[i]) == 0) {
            shown_as = (progress_kind)i;
            return MOTE_OK;
        }
    return word
               ? mote_fail(err, MOTE_ERR_USAGE, "--progress %s is not one of: bar, lines, none", mote_show_string(word).text)
               : MOTE_OK;
}

static bool has_bar(void)
{
    return shown_as == PROGRESS_BAR || (shown_as == PROGRESS_USUAL && takes_bar());
}

mote_progress cli_progress(void)
{
    shown_at = has_bar() ? 0 : seconds();
    if (shown_as == PROGRESS_NONE)
        return (mote_progress){0};
    return (mote_progress){has_bar() ? show_bar : shown_as == PROGRESS_LINES ? print_every_epoch : print_epoch, NULL};
}

void cli_progress_end(void)
{
    if (has_bar())
        fputs("\r\033[K", stderr);
}

/* ---- output ---- */

mote_status cli_print_json(json_t *object, mote_error *err)
{
    char *text = mote_json_print(object, JSON_INDENT(2), err);

    if (!text)
        return err->code;
    cli_progress_end();
    puts(text);
    free(text);
    return MOTE_OK;
}

mote_status cli_flush(mote_error *err)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        return mote_fail(err, MOTE_ERR_IO, "standard output cannot be written: %s", strerror(errno));
    return MOTE_OK;
}

/* ---- tables ---- */

/* COLUMNS is the user's word, also for what goes into a pipe; without it a pipe gets all, and a terminal is asked. */
int cli_width(void)
{
    enum { LEAST = 40, USUAL = 80, MOST = 1000 };
    const char    *columns = getenv("COLUMNS");
    long           told = columns ? strtol(columns, NULL, 10) : 0;
    struct winsize size;

    if (told > 0)
        return told < LEAST ? LEAST : told > MOST ? MOST : (int)told;
    if (!isatty(STDOUT_FILENO))
        return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= LEAST ? size.ws_col : USUAL;
}

void cli_cell(cli_table *table, const char *format, ...)
{
    mote_text text = {0};
    va_list   args;

    va_start(args, format);
    mote_text_vprintf(&text, format, args);
    va_end(args);
    if (table->cell_count == table->capacity) {
        size_t       wanted = table->capacity ? 2 * table->capacity : 64;
        const char **more = MOTE_NEW(&table->arena, const char *, wanted, &table->failure);
        if (more && table->cell_count > 0)
            memcpy(more, table->cells, table->cell_count * sizeof *more);
        table->cells = more;
        table->capacity = more ? wanted : 0;
    }
    if (table->failure.code == MOTE_OK && mote_text_status(&text, &table->failure) == MOTE_OK)
        table->cells[table->cell_count++] = mote_arena_strdup(&table->arena, text.bytes ? text.bytes : "", &table->failure);
    mote_text_free(&text);
}

mote_status cli_table_print(cli_table *table, mote_error *err)
{
    mote_table shown = {.headings = table->headings, .column_count = table->column_count, .width = cli_width()};
    mote_text  text = {0};

    if (table->failure.code != MOTE_OK) {
        mote_fail(err, table->failure.code, "%s", table->failure.text);
    } else {
        shown.cells = table->cells;
        shown.row_count = table->cell_count / (size_t)table->column_count;
        mote_table_put(&text, &shown);
        if (mote_text_status(&text, err) == MOTE_OK && text.bytes) {
            cli_progress_end();
            fputs(text.bytes, stdout);
        }
    }
    mote_text_free(&text);
    mote_arena_destroy(&table->arena);
    return err->code;
}

void cli_print_line(int indent, const char *format, ...)
{
    mote_text line = {0}, shown = {0}, wrapped = {0};
    va_list   args, again;

    va_start(args, format);
    va_copy(again, args);
    mote_text_vprintf(&line, format, args);
    va_end(args);
    if (line.bytes)
        mote_text_add_escaped(&shown, line.bytes, line.count); /* first: what is wrapped is what is seen */
    if (shown.bytes)
        mote_wrap_put(&wrapped, shown.bytes, (mote_wrap){.indent = indent, .width = cli_width()});
    if (line.failed || shown.failed || wrapped.failed || !wrapped.bytes) { /* no memory to wrap it: as it is */
        vprintf(format, again);
        putchar('\n');
    } else {
        puts(wrapped.bytes);
    }
    va_end(again);
    mote_text_free(&line);
    mote_text_free(&shown);
    mote_text_free(&wrapped);
}

/* ---- tensors ---- */

cli_shape cli_show_shape(const mote_tensor_info *tensor)
{
    return mote_info_shape(tensor);
}

json_t *cli_json_notes(const mote_model *model)
{
    json_t *list = json_array();
    int32_t i;

    for (i = 0; i < mote_model_note_count(model); i++)
        mote_json_append(&list, mote_json_text(mote_model_note(model, i)));
    return list;
}

json_t *cli_json_tensor(const mote_tensor_info *tensor)
{
    json_t *object = json_object(), *shape = json_array();
    int32_t i;

    for (i = 0; i < tensor->rank; i++)
        mote_json_append(&shape, json_integer(tensor->dim[i]));
    mote_json_set(&object, "name", mote_json_text(tensor->name));
    mote_json_set(&object, "dtype", json_string(mote_dtype_name(tensor->dtype)));
    mote_json_set(&object, "shape", shape);
    mote_json_set(&object, "batched", json_boolean(tensor->is_batched));
    if (tensor->is_quantized) {
        mote_json_set(&object, "scale", mote_json_number((double)tensor->scale));
        mote_json_set(&object, "zero_point", json_integer(tensor->zero_point));
    }
    return object;
}

/* ---- figures ---- */

void cli_json_metrics(json_t **object, const mote_evaluation *evaluation)
{
    int i;

    for (i = 0; i < evaluation->metric_count; i++)
        mote_json_set(object, evaluation->metric[i].name, mote_json_number(evaluation->metric[i].value));
}

json_t *cli_json_evaluation(const mote_evaluation *evaluation)
{
    json_t *object = json_pack("{sI}", "samples", (json_int_t)evaluation->count);

    cli_json_metrics(&object, evaluation);
    return object;
}

/* "instructions" or "cycles": the key says what was counted. */
json_t *cli_json_emulation(const mote_emulation *e)
{
    json_t *object =
        json_pack("{ss sI sI sI sI sI sI sI ss}", "chip", e->chip->name, "samples", (json_int_t)e->sample_count,
                  "flash_bytes", (json_int_t)e->flash_bytes, "code_bytes", (json_int_t)e->code_bytes, "weight_bytes",
                  (json_int_t)e->weight_bytes, "ram_bytes", (json_int_t)e->ram_bytes, "arena_bytes",
                  (json_int_t)e->arena_bytes, "stack_bytes", (json_int_t)e->stack_bytes, "count_unit", e->chip->count_unit);

    mote_json_set(&object, "instructions", json_null()); /* always there; what is counted replaces it */
    mote_json_set(&object, "cycles", e->has_cycles ? json_integer((json_int_t)e->cycles) : json_null());
    mote_json_set(&object, "cycles_basis", e->has_cycles ? json_string(e->cycles_basis) : json_null());
    mote_json_set(&object, e->chip->count_unit, json_integer((json_int_t)e->count));
    return object;
}

json_t *cli_json_pruned(const mote_prune_result *pruned)
{
    return json_pack("{si si si sI sI sI sI}", "channels", pruned->channels, "constant", pruned->constant_channels,
                     "dropped", pruned->dropped_channels, "macs", (json_int_t)pruned->macs, "macs_left",
                     (json_int_t)pruned->macs_left, "weight_bytes", (json_int_t)pruned->weight_bytes, "weight_bytes_left",
                     (json_int_t)pruned->weight_bytes_left);
}

void cli_print_counts(const mote_emulation *e)
{
    printf("%-14s %llu an inference\n", e->chip->count_unit, (unsigned long long)e->count);
    if (e->has_cycles && strcmp(e->chip->count_unit, "cycles") != 0)
        cli_print_line(15, "cycles         %llu modelled for a %s, flash that never waits: %s",
                       (unsigned long long)e->cycles, e->core, e->cycles_basis);
    else if (e->cycles_failure[0])
        cli_print_line(15, "cycles         not modelled: %s", e->cycles_failure);
}

void cli_print_emulation(const mote_emulation *e)
{
    cli_progress_end();
    cli_print_line(15, "chip           %s: %s", e->chip->name, e->chip->description);
    printf("samples        %zu\n", e->sample_count);
    cli_print_counts(e);
    cli_print_line(15, "flash          %u bytes: model code %u, constants %u, the rest start-up and measuring",
                   e->flash_bytes, e->code_bytes, e->weight_bytes);
    printf("RAM            %u bytes (.data + .bss), of it the arena %u\n", e->ram_bytes, e->arena_bytes);
    printf("stack          %u bytes\n", e->stack_bytes);
}

mote_status cli_blame(const char *path, mote_error *err)
{
    const bool is_model = err->code == MOTE_ERR_FORMAT || err->code == MOTE_ERR_LIMIT || err->code == MOTE_ERR_UNSUPPORTED;

    return is_model ? mote_context(err, "%s", path) : err->code;
}

/* ---- data ---- */

/* Without a name: the command's own wish, else what training did not see before what it saw. */
static mote_status find_split(mote_split_id *out, const mote_dataset *set, const cli_data_request *request, mote_error *err)
{
    static const mote_split_id order[] = {MOTE_SPLIT_VALIDATION, MOTE_SPLIT_TEST, MOTE_SPLIT_TRAIN};
    mote_split_id              id = request->split_name ? mote_split_find(request->split_name) : request->preferred;
    size_t                     i;

    if (id == MOTE_SPLIT_COUNT)
        return mote_fail(err, MOTE_ERR_USAGE, "--split %s is not one of: train, validation, test",
                         mote_show_string(request->split_name).text);
    if (request->split_name && set->split[id].count == 0)
        return mote_fail(err, MOTE_ERR_USAGE, "%s: has no %s samples",
                         request->value_count > 0 ? request->values[0] : request->path, mote_split_name(id));
    for (i = 0; set->split[id].count == 0 && i < sizeof order / sizeof *order; i++)
        id = order[i];
    *out = id;
    return MOTE_OK;
}

/* "left=a.npy", where no file is called that. */
static bool is_named_file(const char *value)
{
    return value[strcspn(value, "=/")] == '=' && !mote_path_exists(value);
}

static mote_status split_files(mote_dataset_request *out, const cli_data_request *request, mote_arena *arena,
                               mote_error *err)
{
    mote_dataset_file *files = MOTE_NEW(arena, mote_dataset_file, request->value_count, err);
    int                i;

    for (i = 0; files && i < request->value_count; i++) {
        const char  *value = request->values[i];
        const size_t length = strcspn(value, "=");
        if (!is_named_file(value))
            return mote_fail(err, MOTE_ERR_USAGE, "%s: a data set is one path, or NAME=FILE.npy of each input and output",
                             value);
        files[i] = (mote_dataset_file){mote_arena_strndup(arena, value, length, err), value + length + 1};
        MOTE_TRY(err->code);
        MOTE_TRY(cli_check_read(request->args, files[i].path, err));
    }
    out->files = files;
    out->file_count = request->value_count;
    return err->code;
}

/* Which path, pictures or files. */
static mote_status choose_source(mote_dataset_request *out, const cli_data_request *request, mote_arena *arena,
                                 mote_error *err)
{
    *out = (mote_dataset_request){.path = request->path,
                                  .pictures = request->pictures,
                                  .picture_count = request->picture_count,
                                  .model = request->model};
    if (request->value_count > 1 || (request->value_count == 1 && is_named_file(request->values[0])))
        return split_files(out, request, arena, err);
    if (request->value_count == 1)
        out->path = request->values[0];
    return out->path ? cli_check_read(request->args, out->path, err) : MOTE_OK;
}

mote_status cli_load_data(mote_dataset **out, const mote_dataset_split **split, const cli_data_request *request,
                          mote_error *err)
{
    mote_arena           arena = {0};
    mote_dataset_options options;
    mote_dataset_request source;
    mote_split_id        id = MOTE_SPLIT_TEST;

    *out = NULL;
    if (cli_read_data_options(&options, request->args, &arena, err) == MOTE_OK &&
        choose_source(&source, request, &arena, err) == MOTE_OK) {
        if (request->are_prepared) {
            options.scale = 1; /* which says something: that nothing is prepared */
            options.offset = 0;
            options.channels = 0;
        }
        source.options = &options;
        mote_dataset_open(out, &source, err);
    }
    mote_arena_destroy(&arena);
    if (err->code != MOTE_OK)
        return err->code;
    cli_print_notes(*out);
    MOTE_TRY(find_split(&id, *out, request, err));
    *split = &(*out)->split[id];
    return MOTE_OK;
}
