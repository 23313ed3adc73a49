/* Threads: a small pool that runs numbered tasks. Between jobs that follow each other closely workers stay awake; else they
 * sleep. What a task computes must depend on its number only, never on which thread ran it: that is how results stay the
 * same bytes for any number of threads.
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_BASE_THREAD_H
#define MOTE_BASE_THREAD_H

#include <mote/status.h>

typedef struct mote_pool mote_pool;

/* thread_count counts the caller too; 1 makes a pool that runs everything in the caller. 0: one per processor. Where the
 * system allows no more threads, there are fewer: results do not depend on their number. */
mote_status mote_pool_create(mote_pool **out, int thread_count, mote_error *err);
void        mote_pool_destroy(mote_pool *pool);            /* NULL is fine */
int         mote_pool_thread_count(const mote_pool *pool); /* NULL: 1 */

typedef void (*mote_task)(void *context, int task);
/* Runs task(context, 0..task_count-1), the caller taking part, and returns when all are done. pool may be NULL. */
void mote_pool_run(mote_pool *pool, mote_task task, void *context, int task_count);

#endif
