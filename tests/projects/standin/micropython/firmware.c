/* MicroPython's part of the stand-in: imports the module that is linked to it, and calls its function, by name, without
 * arguments. SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "py/dynruntime.h"

extern const char *const names[];

static mp_obj_t         globals[16];
static const char       none, time_module, ticks_us;
static const mp_print_t out;

static mp_int_t from_object(mp_obj_t o, unsigned type)
{
    return type == 2 ? (mp_int_t)o >> 1 : 0;
}

static mp_obj_t to_object(mp_int_t n, unsigned type)
{
    (void)type;
    return MP_OBJ_NEW_SMALL_INT(n);
}

static mp_obj_t load_attribute(mp_obj_t o, unsigned name)
{
    return o == &time_module && strcmp(names[name], "ticks_us") == 0 ? (mp_obj_t)&ticks_us : NULL;
}

static void store(unsigned name, mp_obj_t o)
{
    globals[name] = o;
}

static mp_obj_t new_tuple(size_t count, const mp_obj_t *items)
{
    return count ? items[0] : NULL;
}

static mp_obj_t call(mp_obj_t function, size_t count, const mp_obj_t *arguments)
{
    static mp_int_t now;

    if (function != &ticks_us || count != 0 || arguments)
        exit(3);
    return MP_OBJ_NEW_SMALL_INT(++now);
}

static mp_obj_t import(unsigned name, mp_obj_t from, mp_obj_t level)
{
    return strcmp(names[name], "time") == 0 && from == &none && level == MP_OBJ_NEW_SMALL_INT(0) ? (mp_obj_t)&time_module
                                                                                                 : NULL;
}

static void *reallocate(void *p, size_t bytes, bool may_move)
{
    (void)may_move;
    if (bytes > 0)
        return realloc(p, bytes);
    free(p);
    return NULL;
}

static int print(const mp_print_t *to, const char *format, ...)
{
    va_list arguments;
    int     count;

    va_start(arguments, format);
    count = to == &out ? vprintf(format, arguments) : -1;
    va_end(arguments);
    return count;
}

static void raise_error(const char *text)
{
    fprintf(stderr, "ValueError: %s\n", text);
    exit(1);
}

static mp_obj_t new_bytes(const uint8_t *bytes, size_t count)
{
    (void)count;
    return (mp_obj_t)bytes;
}

static void get_buffer(mp_obj_t o, mp_buffer_info_t *buffer, unsigned how)
{
    (void)how;
    *buffer = *(mp_buffer_info_t *)o;
}

const mp_functions mp_fun_table = {(mp_obj_t)&none, from_object, to_object, load_attribute, store, new_tuple,   call,
                                   import,          memset,      memmove,   reallocate,     print, raise_error, new_bytes,
                                   get_buffer,      &out};

int main(int count, char **arguments)
{
    const mp_function *function;
    int                i;

    mpy_init(NULL, 0, 0, NULL);
    for (i = 0; count == 2 && names[i]; i++) {
        function = globals[i];
        if (function && strcmp(names[i], arguments[1]) == 0 && function->most == 0)
            return function->run.none() != MP_OBJ_NEW_SMALL_INT(0);
    }
    fprintf(stderr, "AttributeError: the module has no %s()\n", arguments[1]);
    return 1;
}
