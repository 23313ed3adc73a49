/* How every mote function reports: a status code for the caller to branch on, a sentence for a person to read.
 *
 *     mote_error err = {0};
 *     if (mote_model_load(&model, "kws.tflite", NULL, &err) != MOTE_OK)
 *         fprintf(stderr, "mote: %s\n", err.text);
 *
 * The caller owns the error; it is always the last argument and never NULL. The first failure is kept; mote_context puts
 * "where: " in front of it on the way up. The library never prints and never exits.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_STATUS_H
#define MOTE_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum mote_status {
    MOTE_OK = 0,
    MOTE_ERR_IO,          /* the system refused: missing file, full disk, a program that is not installed */
    MOTE_ERR_FORMAT,      /* the input breaks its own format */
    MOTE_ERR_UNSUPPORTED, /* valid, but mote does not implement it */
    MOTE_ERR_LIMIT,       /* valid, but does not fit: a limit of mote, a chip, an integer's range */
    MOTE_ERR_USAGE,       /* the request contradicts itself or names what does not exist */
    MOTE_ERR_NUMERIC,     /* the numbers left the reals: a loss that is not finite, NaN in data */
    MOTE_ERR_MEMORY       /* the system gives no memory: nothing is known about the input */
} mote_status;

enum { MOTE_ERROR_TEXT = 512 };

typedef struct mote_error {
    mote_status code;
    char        text[MOTE_ERROR_TEXT]; /* one line of UTF-8, no control characters: what was not fit is \xNN */
} mote_error;

#if defined(__GNUC__)
#define MOTE_PRINTF(format_index, first) __attribute__((format(printf, format_index, first)))
#else
#define MOTE_PRINTF(format_index, first)
#endif

/* Sets code and text, unless err already holds a failure (the first one wins). Returns the code that err now holds. */
mote_status mote_fail(mote_error *err, mote_status code, const char *format, ...) MOTE_PRINTF(3, 4);

/* Puts "FORMAT: " in front of the text of a failed err. Returns err->code. */
mote_status mote_context(mote_error *err, const char *format, ...) MOTE_PRINTF(2, 3);

/* Where a failure is an answer like any other (this cannot be quantized, that cannot be lowered), want of memory is none:
 * then err fails, too. Returns err->code. */
mote_status mote_fail_if_memory(mote_error *err, const mote_error *failure);

/* Makes err usable again after a failure was dealt with. */
void mote_error_clear(mote_error *err);

#define MOTE_TRY(call)                                                                                                      \
    do {                                                                                                                    \
        mote_status try_status_ = (call);                                                                                   \
        if (try_status_ != MOTE_OK)                                                                                         \
            return try_status_;                                                                                             \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
