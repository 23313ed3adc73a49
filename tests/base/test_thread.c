/* The pool: each task of each job runs once, whoever is late, whoever sleeps.
 * SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include <stdatomic.h>
#include <time.h>

#include "base/thread.h"

enum { TASKS = 37 };

typedef struct counting {
    atomic_int runs[TASKS];
    int        job, seen[TASKS];
    bool       is_slow;
} counting;

static void count_run(void *context, int task)
{
    static const struct timespec moment = {0, 100000};
    counting                    *c = context;

    if (c->is_slow && task % 5 == 0)
        nanosleep(&moment, NULL);
    atomic_fetch_add(&c->runs[task], 1);
    c->seen[task] = c->job;
}

static void run_job(mote_pool *pool, int job, int tasks, bool is_slow)
{
    counting c = {.job = job, .is_slow = is_slow};
    int      i;

    mote_pool_run(pool, count_run, &c, tasks);
    for (i = 0; i < TASKS; i++) {
        assert_int_equal(atomic_load(&c.runs[i]), i < tasks ? 1 : 0);
        assert_int_equal(c.seen[i], i < tasks ? job : 0);
    }
}

static void each_task_runs_once(void **state)
{
    static const int threads[] = {1, 2, 3, 8};
    mote_pool       *pool;
    mote_error       err = {0};
    size_t           t;
    int              job;
    (void)state;

    for (t = 0; t < sizeof threads / sizeof *threads; t++) {
        assert_int_equal(mote_pool_create(&pool, threads[t], &err), MOTE_OK);
        assert_int_equal(mote_pool_thread_count(pool), threads[t]);
        for (job = 1; job <= 5000; job++)
            run_job(pool, job, job % (TASKS + 1), false);
        for (job = 1; job <= 20; job++)
            run_job(pool, job, TASKS, true);
        mote_pool_destroy(pool);
    }
    run_job(NULL, 1, TASKS, false);
}

/* Workers are asleep by then. */
static void a_pause_between_jobs_does_no_harm(void **state)
{
    static const struct timespec pause = {0, 3000000};
    mote_pool                   *pool;
    mote_error                   err = {0};
    int                          job;
    (void)state;

    assert_int_equal(mote_pool_create(&pool, 4, &err), MOTE_OK);
    for (job = 1; job <= 50; job++) {
        nanosleep(&pause, NULL);
        run_job(pool, job, TASKS, job % 2 == 0);
    }
    mote_pool_destroy(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_task_runs_once),
        cmocka_unit_test(a_pause_between_jobs_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
