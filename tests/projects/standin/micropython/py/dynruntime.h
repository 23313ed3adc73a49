/* So much of MicroPython's header for native modules as the module needs: all goes through the table of functions, as there.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef STANDIN_DYNRUNTIME_H
#define STANDIN_DYNRUNTIME_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef MP_CONFIGFILE
#include MP_CONFIGFILE
#endif

typedef void    *mp_obj_t;
typedef intptr_t mp_int_t;
typedef struct {
    void  *buf;
    size_t len;
    int    typecode;
} mp_buffer_info_t;
typedef struct {
    int unused;
} mp_obj_fun_bc_t;
typedef struct {
    size_t least, most;
    union {
        mp_obj_t (*none)(void);
        mp_obj_t (*some)(size_t, const mp_obj_t *);
    } run;
} mp_function;
typedef struct {
    int unused;
} mp_print_t;

typedef struct {
    mp_obj_t const_none;
    mp_int_t (*native_from_obj)(mp_obj_t, unsigned type);
    mp_obj_t (*native_to_obj)(mp_int_t, unsigned type);
    mp_obj_t (*load_attr)(mp_obj_t, unsigned name);
    void (*store_global)(unsigned name, mp_obj_t);
    mp_obj_t (*new_tuple)(size_t, const mp_obj_t *);
    mp_obj_t (*call_function_n_kw)(mp_obj_t, size_t, const mp_obj_t *);
    mp_obj_t (*import_name)(unsigned name, mp_obj_t, mp_obj_t);
    void *(*memset_)(void *, int, size_t);
    void *(*memmove_)(void *, const void *, size_t);
    void *(*realloc_)(void *, size_t, bool);
    int (*printf_)(const mp_print_t *, const char *, ...);
    void (*raise_value_error)(const char *);
    mp_obj_t (*obj_new_bytes)(const uint8_t *, size_t);
    void (*get_buffer_raise)(mp_obj_t, mp_buffer_info_t *, unsigned);
    const mp_print_t *plat_print;
} mp_functions;
extern const mp_functions mp_fun_table;
extern const uint16_t     mp_native_qstr_val_table[];

enum { MP_BUFFER_READ = 1 };
#define MP_DEFINE_CONST_FUN_OBJ_0(name, function) const mp_function name = {0, 0, {.none = function}}
#define MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(name, low, high, function)                                                      \
    const mp_function name = {low, high, {.some = function}}
#define MP_OBJ_FROM_PTR(p)                ((mp_obj_t)(uintptr_t)(p))
#define MP_OBJ_NEW_SMALL_INT(n)           ((mp_obj_t)((uintptr_t)(n) << 1 | 1))
#define MP_DYNRUNTIME_INIT_ENTRY          (void)self, (void)n_args, (void)n_kw, (void)args;
#define MP_DYNRUNTIME_INIT_EXIT           return mp_const_none;
#define mp_const_none                     (mp_fun_table.const_none)
#define mp_plat_print                     (*mp_fun_table.plat_print)
#define mp_printf(to, ...)                (mp_fun_table.printf_((to), __VA_ARGS__))
#define mp_get_buffer_raise(o, to, how)   (mp_fun_table.get_buffer_raise((o), (to), (how)))
#define mp_raise_ValueError(text)         (mp_fun_table.raise_value_error(text))
#define mp_obj_new_bytes(bytes, count)    (mp_fun_table.obj_new_bytes((bytes), (count)))
#define mp_obj_new_tuple(count, items)    (mp_fun_table.new_tuple((count), (items)))
#define mp_obj_new_int(n)                 (mp_fun_table.native_to_obj((n), 2))
#define mp_obj_get_int(o)                 (mp_fun_table.native_from_obj((o), 2))
#define mp_store_global(name, o)          (mp_fun_table.store_global((name), (o)))
#define mp_call_function_n_kw(f, n, k, a) (mp_fun_table.call_function_n_kw((f), (n) | (k) << 8, (a)))
#define m_malloc(bytes)                   (mp_fun_table.realloc_(NULL, (bytes), false))
#define m_free(p)                         ((void)mp_fun_table.realloc_((p), 0, false))
mp_obj_t mpy_init(mp_obj_fun_bc_t *, size_t, size_t, mp_obj_t *);
#endif
