/* Which names a compiled model may have: NAME.h must be no header that another includes, and what begins with NAME nothing
 * that somebody else has.
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "emit/emit.h"

enum { NAME_MAX_CHARS = 50 };

static const char *const taken[] = {
    /* headers of C, and those that its headers or a firmware's include: -I DIR would find NAME.h in their place */
    "aio", "alloca", "argz", "arm_acle", "arm_cde", "arm_cmse", "arm_fp16", "arm_mve", "arm_neon", "assert", "byteswap",
    "complex", "cpio", "ctype", "dirent", "dlfcn", "elf", "endian", "envlock", "envz", "errno", "error", "fastmath", "fcntl",
    "features", "fenv", "fmtmsg", "fnmatch", "ftw", "getopt", "glob", "grp", "iconv", "ieeefp", "immintrin", "inttypes",
    "iso646", "langinfo", "libgen", "libintl", "limits", "locale", "malloc", "math", "memory", "mmintrin", "monetary",
    "mqueue", "ndbm", "netdb", "newlib", "nl_types", "paths", "poll", "pthread", "pwd", "reent", "regdef", "regex", "sched",
    "search", "semaphore", "setjmp", "signal", "spawn", "stab", "stdalign", "stdarg", "stdatomic", "stdbit", "stdbool",
    "stdckdint", "stddef", "stdfix", "stdint", "stdio", "stdio_ext", "stdlib", "stdnoreturn", "string", "strings", "stropts",
    "syscall", "sysexits", "syslimits", "syslog", "tar", "termios", "tgmath", "threads", "time", "trace", "uchar",
    "ucontext", "ulimit", "unctrl", "unistd", "unwind", "utime", "utmp", "utmpx", "values", "varargs", "wait", "wchar",
    "wctype", "wordexp", "xlocale",
    /* keywords of C and C++ */
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char",
    "char16_t", "char32_t", "char8_t", "class", "co_await", "co_return", "co_yield", "compl", "concept", "const",
    "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default", "delete", "do", "double",
    "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if",
    "inline", "int", "long", "mutable", "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or",
    "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires", "restrict", "return", "short",
    "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local",
    "throw", "true", "try", "typedef", "typeid", "typename", "typeof", "typeof_unqual", "union", "unsigned", "using",
    "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
    /* what C's headers and compilers define */
    "avr", "eof", "i386", "linux", "main", "noreturn", "null", "offsetof", "stderr", "stdin", "stdout", "unix"};

/* Some file systems do not tell Math.h from math.h; and NAME_H of _stdint is the guard of stdint.h. */
static bool is_taken(const char *name)
{
    size_t i;

    name += strspn(name, "_");
    for (i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcasecmp(taken[i], name) == 0)
            return true;
    return false;
}

/* Prefixes with an owner: the runtime and the library, whose names stand beside the model's, and C's own headers, whose
 * guards NAME_H could be. */
static bool is_reserved(const char *name)
{
    static const char *const prefixes[] = {"mote", "mrt", "_sys", "_bits", "_gcc"};
    size_t                   i;

    for (i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const size_t length = strlen(prefixes[i]);
        if (strncasecmp(name, prefixes[i], length) == 0 && (name[length] == '\0' || name[length] == '_'))
            return true;
    }
    return false;
}

static bool is_identifier_char(char c, bool is_first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!is_first && c >= '0' && c <= '9');
}

static bool is_identifier(const char *name)
{
    size_t i;

    for (i = 0; i == 0 || name[i]; i++)
        if (!is_identifier_char(name[i], i == 0))
            return false;
    return true;
}

mote_status mote_compile_check_name(const char *name, mote_error *err)
{
    char other[MOTE_COMPILE_NAME];

    if (!is_identifier(name))
        return mote_fail(err, MOTE_ERR_USAGE, "name \"%s\" is no C identifier", mote_show_string(name).text);
    if (strlen(name) > NAME_MAX_CHARS)
        return mote_fail(err, MOTE_ERR_USAGE, "name \"%s\" is longer than %d characters", mote_show_string(name).text,
                         NAME_MAX_CHARS);
    mote_compile_name(other, name);
    if (is_taken(name))
        return mote_fail(err, MOTE_ERR_USAGE, "name \"%s\" is a word of C or one of its headers; choose another, as \"%s\"",
                         name, other);
    if (is_reserved(name))
        return mote_fail(err, MOTE_ERR_USAGE, "name \"%s\" begins as names of %s do; choose another, as \"%s\"", name,
                         name[0] == '_' ? "C's own headers" : "mote's runtime and library", other);
    return MOTE_OK;
}

void mote_compile_name(char *name, const char *from)
{
    static const char first[] = "model_";
    size_t            i, count = 0;

    for (i = 0; from[i] && count < NAME_MAX_CHARS; i++)
        name[count++] = is_identifier_char(from[i], false) ? from[i] : '_';
    name[count] = '\0';
    if (count == 0)
        snprintf(name, MOTE_COMPILE_NAME, "model");
    else if (is_taken(name))
        snprintf(name + count, MOTE_COMPILE_NAME - count, "_model");
    else if (is_reserved(name) || (name[0] >= '0' && name[0] <= '9')) {
        const size_t room = NAME_MAX_CHARS - strlen(first);
        count = count < room ? count : room;
        memmove(name + strlen(first), name, count);
        memcpy(name, first, strlen(first));
        name[strlen(first) + count] = '\0';
    }
}

/* ---- inputs and outputs ---- */

static const char *end_name(const mote_emitter *e, bool is_input, int32_t index)
{
    return is_input ? mote_model_input(e->model, index).name : mote_model_output(e->model, index).name;
}

/* "left", "serving_default_left_0". false: it does not begin with a letter, is too long, or is NAME_input_at's. */
static bool make_identifier(char *out, size_t bytes, const char *from)
{
    size_t i;

    for (i = 0; from[i] && i + 1 < bytes; i++)
        out[i] = is_identifier_char(from[i], false) ? from[i] : '_';
    out[i] = '\0';
    return from[i] == '\0' && is_identifier_char(out[0], true) && out[0] != '_' && strcasecmp(out, "at") != 0;
}

/* Macros have capitals, so names differ by more than these. */
static bool find_identifier(char *out, size_t bytes, const mote_emitter *e, bool is_input, int32_t index)
{
    char    other[sizeof((mote_end_suffix *)0)->text];
    int32_t i;

    if (!make_identifier(out, bytes, end_name(e, is_input, index)))
        return false;
    for (i = 0; i < index; i++)
        if (make_identifier(other, bytes, end_name(e, is_input, i)) && strcasecmp(out, other) == 0)
            return false;
    return true;
}

static mote_end_suffix make_suffix(const mote_emitter *e, bool is_input, int32_t index)
{
    mote_end_suffix s = {.text = "_", .upper = "_", .index = index};
    size_t          i;

    s.is_number = !find_identifier(s.text + 1, sizeof s.text - 1, e, is_input, index);
    if (s.is_number)
        snprintf(s.text, sizeof s.text, "_%d", (int)index);
    for (i = 0; s.text[i]; i++)
        s.upper[i] = s.text[i] >= 'a' && s.text[i] <= 'z' ? (char)(s.text[i] - 'a' + 'A') : s.text[i];
    s.upper[i] = '\0';
    return s;
}

mote_end_suffixes mote_emit_suffixes(const mote_emitter *e, bool is_input, int32_t index)
{
    const mote_graph *graph = &e->model->graphs[0];
    mote_end_suffixes all = {.count = 0};

    if (index == 0)
        all.count++; /* the short name */
    if (graph->input_count > 1 || graph->output_count > 1)
        all.suffix[all.count++] = make_suffix(e, is_input, index);
    return all;
}
