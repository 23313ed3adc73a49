/* One job at a time. A ticket counts the tasks that nobody has taken yet; whoever takes one, worker or caller, does it, and
 * the last one that is done ends the job. So nobody waits for a worker that is late: one that the system has not run lately
 * finds the tickets gone.
 *
 * Between two jobs workers look for the next one for some microseconds before they sleep, as the caller does before it
 * sleeps for the last task: a step of training is dozens of jobs, and waking a sleeper takes longer than many of them.
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/thread.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_MAX = 64, LOOKS = 2000 };

struct mote_pool {
    pthread_mutex_t lock;
    pthread_cond_t  wake, idle;
    pthread_t       threads[THREADS_MAX];
    int             thread_count; /* the caller not counted */
    mote_task       task;         /* these three: written while no ticket is left */
    void           *context;
    int             task_count;
    atomic_int      tickets; /* tasks that are left to take */
    atomic_int      undone;  /* tasks that are not done */
    atomic_int      sleeping;
    atomic_bool     caller_sleeps, ends;
};

static void pause_a_moment(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* A task that is now the caller's, or -1. Until it is done, its job is. */
static int take_task(mote_pool *pool)
{
    int left = atomic_load(&pool->tickets);

    while (left > 0)
        if (atomic_compare_exchange_weak(&pool->tickets, &left, left - 1))
            return pool->task_count - left;
    return -1;
}

static void take_tasks(mote_pool *pool)
{
    int task;

    while ((task = take_task(pool)) >= 0) {
        pool->task(pool->context, task);
        if (atomic_fetch_sub(&pool->undone, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
            pthread_mutex_lock(&pool->lock);
            pthread_cond_signal(&pool->idle);
            pthread_mutex_unlock(&pool->lock);
        }
    }
}

/* A worker counts itself among the sleeping before it looks a last time; mote_pool_run hands out tickets before it counts
 * the sleeping. One of the two sees the other. */
static void sleep_until_needed(mote_pool *pool)
{
    int looks = 0;

    while (atomic_load(&pool->tickets) == 0 && !atomic_load(&pool->ends) && ++looks < LOOKS)
        pause_a_moment();
    if (looks < LOOKS)
        return;
    pthread_mutex_lock(&pool->lock);
    atomic_fetch_add(&pool->sleeping, 1);
    while (atomic_load(&pool->tickets) == 0 && !atomic_load(&pool->ends))
        pthread_cond_wait(&pool->wake, &pool->lock);
    atomic_fetch_sub(&pool->sleeping, 1);
    pthread_mutex_unlock(&pool->lock);
}

static void wait_until_done(mote_pool *pool)
{
    int looks = 0;

    while (atomic_load(&pool->undone) > 0 && ++looks < LOOKS)
        pause_a_moment();
    if (looks < LOOKS)
        return;
    pthread_mutex_lock(&pool->lock);
    atomic_store(&pool->caller_sleeps, true);
    while (atomic_load(&pool->undone) > 0)
        pthread_cond_wait(&pool->idle, &pool->lock);
    atomic_store(&pool->caller_sleeps, false);
    pthread_mutex_unlock(&pool->lock);
}

static void *work(void *argument)
{
    mote_pool *pool = argument;

    while (!atomic_load(&pool->ends)) {
        take_tasks(pool);
        sleep_until_needed(pool);
    }
    return NULL;
}

static void wake_workers(mote_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
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
    while (pool->thread_count < thread_count - 1 &&
           pthread_create(&pool->threads[pool->thread_count], NULL, work, pool) == 0)
        pool->thread_count++;
    *out = pool;
    return MOTE_OK;
}

void mote_pool_destroy(mote_pool *pool)
{
    int i;

    if (!pool)
        return;
    atomic_store(&pool->ends, true);
    wake_workers(pool);
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
    pool->task = task;
    pool->context = context;
    pool->task_count = task_count;
    atomic_store(&pool->undone, task_count);
    atomic_store(&pool->tickets, task_count);
    if (atomic_load(&pool->sleeping) > 0)
        wake_workers(pool);
    take_tasks(pool);
    wait_until_done(pool);
}
