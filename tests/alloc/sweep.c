/* sweep [--most N] [--ignore TEXT] [--goes-on yes] PROGRAM ARGUMENT...: runs a command of mote again and again, each time
 * with another of its allocations failing (failing.c), and looks at what comes of it:
 *
 *     either  the status is not 0, stderr has exactly one line "mote: ...", TMPDIR is empty, and so is the folder, unless
 *             all was done but the last words: then it has what the undisturbed command leaves, to the byte,
 *     or      the status is 0, stderr is empty, and stdout and all files are those of the undisturbed command.
 *
 * The command runs in an empty folder with an empty TMPDIR; ARGUMENTs name inputs by absolute paths and outputs by relative
 * ones. Of more than N allocations every so manieth fails. Lines with TEXT (times) are not compared. Prints one line a
 * command, and one a finding; exit status 1 where there was one.
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { JOBS = 2, SECONDS_MAX = 60, PATH_BYTES = 1024, FINDINGS_SHOWN = 100 };

typedef struct sweep {
    char      **command;
    const char *ignored[8];
    int         ignored_count;
    bool        goes_on;
    long        most, count, stride;
    uint64_t    files, out; /* fingerprints of what the undisturbed command writes and prints */
} sweep;

static void stop(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("sweep: ", stderr);
    vfprintf(stderr, format, args);
    fputs("\n", stderr);
    va_end(args);
    exit(2);
}

/* ---- folders ---- */

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    return where->level > 0 ? remove(path) : 0;
}

static void empty_folder(const char *path)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        stop("%s: %s", path, strerror(errno));
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static uint64_t hash_bytes(uint64_t hash, const char *bytes, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3u;
    return hash;
}

static uint64_t hash_file(const sweep *s, const char *path)
{
    FILE    *file = fopen(path, "rb");
    char    *line = NULL;
    size_t   room = 0;
    ssize_t  length;
    uint64_t hash = 0xcbf29ce484222325u;

    while (file && (length = getline(&line, &room, file)) >= 0) {
        bool is_ignored = false;
        int  i;
        for (i = 0; i < s->ignored_count; i++)
            is_ignored = is_ignored || memmem(line, (size_t)length, s->ignored[i], strlen(s->ignored[i]));
        if (!is_ignored)
            hash = hash_bytes(hash, line, (size_t)length);
    }
    free(line);
    if (file)
        fclose(file);
    return hash;
}

enum { NAMES_MAX = 512 };
static struct {
    uint64_t hash[NAMES_MAX];
    int      count;
} names; /* of what the undisturbed command leaves */

static bool is_named(uint64_t hash)
{
    int i;

    for (i = 0; i < names.count; i++)
        if (names.hash[i] == hash)
            return true;
    return false;
}

static int add_name(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    if (names.count < NAMES_MAX)
        names.hash[names.count++] = hash_bytes(1, path, strlen(path));
    return 0;
}

static int find_other_name(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return !is_named(hash_bytes(1, path, strlen(path)));
}

static const sweep *hashing;
static uint64_t     tree_hash; /* a sum: the order of entries does not matter */

static int add_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
    (void)status;
    if (where->level == 0)
        return 0;
    tree_hash += hash_bytes(kind == FTW_F ? hash_file(hashing, path) : 1, path, strlen(path));
    return 0;
}

/* ---- one run ---- */

/* In the folder now: run/ is where the command works, tmp/ its TMPDIR. The status as wait tells it. */
static int run(const sweep *s, long failing)
{
    pid_t child = fork();
    int   status;

    if (child == 0) {
        char number[32], temporary[PATH_BYTES], here[PATH_BYTES - 8];
        snprintf(number, sizeof number, "%ld", failing);
        setenv("MOTE_FAIL_ALLOCATION", number, 1);
        snprintf(temporary, sizeof temporary, "%s/tmp", getcwd(here, sizeof here));
        setenv("TMPDIR", temporary, 1);
        if (failing == 0) {
            snprintf(temporary, sizeof temporary, "%s/count", here);
            setenv("MOTE_COUNT_ALLOCATIONS", temporary, 1);
        }
        if (!freopen("/dev/null", "r", stdin) || !freopen("out", "wb", stdout) || !freopen("err", "wb", stderr) ||
            chdir("run") != 0)
            _exit(126);
        alarm(SECONDS_MAX);
        execv(s->command[0], s->command);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        stop("the command cannot be started");
    return status;
}

/* 0: the folder is empty. */
static uint64_t hash_folder(const sweep *s, const char *path)
{
    hashing = s;
    tree_hash = 0;
    nftw(path, add_entry, 16, FTW_PHYS);
    return tree_hash;
}

static long read_message(char *text, size_t size)
{
    FILE *file = fopen("err", "rb");
    long  lines = 0;
    char  line[4096];

    text[0] = '\0';
    for (; file && fgets(line, sizeof line, file); lines++)
        if (lines == 0)
            snprintf(text, size, "%s", line);
    if (file)
        fclose(file);
    text[strcspn(text, "\n")] = '\0';
    return lines;
}

/* NULL: all is well. */
static const char *judge(const sweep *s, int status, char *message, size_t size)
{
    const long     lines = read_message(message, size);
    const uint64_t files = hash_folder(s, "run");

    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGALRM ? "it hangs" : "it crashes";
    if (hash_folder(s, "tmp") != 0)
        return "something is left in TMPDIR";
    if (WEXITSTATUS(status) == 0)
        return lines > 0                       ? "status 0 and a message"
               : files != s->files             ? "status 0 and other files"
               : hash_file(s, "out") != s->out ? "status 0 and other words"
                                               : NULL;
    if (lines != 1 || strncmp(message, "mote: ", 6) != 0)
        return "not one line on stderr";
    if (files == 0 || files == s->files)
        return NULL;
    if (!s->goes_on)
        return "a part of the output is left behind";
    if (nftw("run", find_other_name, 16, FTW_PHYS) != 0)
        return "a temporary is left behind";
    return run(s, -1) == 0 && hash_folder(s, "run") == s->files ? NULL : "the next run does not make it good";
}

static const char *try(const sweep *s, long failing, char *message, size_t size)
{
    empty_folder("run");
    empty_folder("tmp");
    return judge(s, run(s, failing), message, size);
}

/* ---- the sweep ---- */

static int sweep_part(const sweep *s, int job)
{
    char folder[32], message[512];
    int  findings = 0;
    long n;

    snprintf(folder, sizeof folder, "job%d", job);
    empty_folder(folder);
    if (chdir(folder) != 0)
        stop("%s: %s", folder, strerror(errno));
    for (n = 1 + job * s->stride; n <= s->count; n += JOBS * s->stride) {
        const char *finding = try(s, n, message, sizeof message);
        if (finding && ++findings <= FINDINGS_SHOWN)
            printf("    allocation %ld: %s%s%s\n", n, finding, message[0] ? ": " : "", message);
    }
    if (findings > FINDINGS_SHOWN)
        printf("    and %d more\n", findings - FINDINGS_SHOWN);
    fflush(stdout);
    return findings > 0;
}

static void take_reference(sweep *s)
{
    char  message[512];
    FILE *file;

    empty_folder("job0");
    if (chdir("job0") != 0)
        stop("job0: %s", strerror(errno));
    empty_folder("run");
    empty_folder("tmp");
    if (run(s, 0) != 0 || read_message(message, sizeof message) > 0)
        stop("undisturbed it fails: %s", message);
    s->files = hash_folder(s, "run");
    s->out = hash_file(s, "out");
    nftw("run", add_name, 16, FTW_PHYS);
    file = fopen("count", "rb");
    if (!file || fscanf(file, "%ld", &s->count) != 1 || s->count < 1)
        stop("the program does not count its allocations; it is not linked with failing.c");
    fclose(file);
    if (chdir("..") != 0)
        stop("..: %s", strerror(errno));
    s->stride = s->most > 0 && s->count > s->most ? (s->count + s->most - 1) / s->most : 1;
}

static void print_command(const sweep *s)
{
    int i;

    printf("mote");
    for (i = 1; s->command[i]; i++)
        printf(" %s", s->command[i]);
    printf(": %ld allocations, every %ld. fails\n", s->count, s->stride);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    sweep s = {0};
    int   i = 1, job, status, findings = 0;

    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2)
        if (strcmp(argv[i], "--most") == 0)
            s.most = atol(argv[i + 1]);
        else if (strcmp(argv[i], "--ignore") == 0 && s.ignored_count < 8)
            s.ignored[s.ignored_count++] = argv[i + 1];
        else if (strcmp(argv[i], "--goes-on") == 0)
            s.goes_on = true;
        else
            stop("%s is no option", argv[i]);
    if (i >= argc)
        stop("usage: sweep [--most N] [--ignore TEXT] PROGRAM ARGUMENT...");
    s.command = argv + i;
    setvbuf(stdout, NULL, _IOLBF, 0); /* children flush what is waiting when they open it anew */
    take_reference(&s);
    print_command(&s);
    for (job = 0; job < JOBS; job++) {
        pid_t child = fork();
        if (child == 0)
            _exit(sweep_part(&s, job));
        if (child < 0)
            stop("no process");
    }
    while (wait(&status) > 0)
        findings += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    return findings > 0;
}
