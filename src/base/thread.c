/* One job at a time: the caller publishes it under the lock, wakes the workers, takes part, and waits until the last task
 * is done. Tasks are handed out by an atomic counter.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

struct mote_pool {
    pthread_mutex_t lock;
    pthread_cond_t  wake, idle;
    pthread_t       threads[THREADS_MAX];
    int             thread_count; /* the caller not counted */
    mote_task       task;
    void           *context;
    int             task_count;
    atomic_int      next;
    int             busy; /* workers that have not yet finished the current job */
    unsigned        job;  /* counts jobs, so that a worker takes part in each once */
    bool            ends;
};

static void take_tasks(mote_pool *pool)
{
    int task;

    while ((task = atomic_fetch_add(&pool->next, 1)) < pool->task_count)
        pool->task(pool->context, task);
}

static void *work(void *argument)
{
    mote_pool *pool = argument;
    unsigned   seen = 0;

    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->ends && pool->job == seen)
            pthread_cond_wait(&pool->wake, &pool->lock);
        if (pool->ends)
            break;
        seen = pool->job;
        pthread_mutex_unlock(&pool->lock);
        take_tasks(pool);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->idle);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

mote_status mote_pool_create(mote_pool **out, int thread_count, mote_error *err)
{
    mote_pool *pool = calloc(1, sizeof *pool);
    long       processors = sysconf(_SC_NPROCESSORS_ONLN);

    *out = NULL;
    if (!pool)
        return mote_fail(err, MOTE_ERR_MEMORY, "out of memory");
    if (thread_count <= 0)
        thread_count = processors > 0 ? (int)processors : 1;
    if (thread_count > THREADS_MAX)
        thread_count = THREADS_MAX;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pthread_cond_init(&pool->idle, NULL);
    while (pool->thread_count < thread_count - 1) {
        int reason = pthread_create(&pool->threads[pool->thread_count], NULL, work, pool);
        if (reason != 0) {
            mote_pool_destroy(pool);
            return mote_fail(err, MOTE_ERR_IO, "cannot start a thread: %s", strerror(reason));
        }
        pool->thread_count++;
    }
    *out = pool;
    return MOTE_OK;
}

void mote_pool_destroy(mote_pool *pool)
{
    int i;

    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ends = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->idle);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

int mote_pool_thread_count(const mote_pool *pool)
{
    return pool ? pool->thread_count + 1 : 1;
}

void mote_pool_run(mote_pool *pool, mote_task task, void *context, int task_count)
{
    int i;

    if (!pool || pool->thread_count == 0 || task_count < 2) {
        for (i = 0; i < task_count; i++)
            task(context, i);
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->task = task;
    pool->context = context;
    pool->task_count = task_count;
    atomic_store(&pool->next, 0);
    pool->busy = pool->thread_count;
    pool->job++;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    take_tasks(pool);
    pthread_mutex_lock(&pool->lock);
    while (pool->busy > 0)
        pthread_cond_wait(&pool->idle, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}
