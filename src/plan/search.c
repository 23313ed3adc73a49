/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/search.h"

#include <string.h>

enum { QUESTIONS_MAX = 20000, CHANGES_A_BLOCK = 32 };

typedef enum answer { OPEN = 0, A_IS_LOWER, B_IS_LOWER } answer;

/* Which of two blocks that meet is the lower one? */
typedef struct question {
    int32_t a, b;
    int64_t gap[3]; /* by answer: how far the upper one lies above the lower one */
} question;

/* What was changed, to take it back: where a block's offset can be, or (bound NULL) the answer to a question. */
typedef struct change {
    int64_t *bound, old; /* an answer's old is its question */
} change;

typedef struct decision {
    int32_t question;
    answer  other; /* OPEN: both answers were tried */
    int32_t change_count;
} decision;

struct mote_search {
    int32_t   block_count, question_count, change_count, change_max, decision_count, queue_count;
    int64_t   align, *work;
    size_t   *bytes;
    question *questions;
    uint8_t  *answers;
    int32_t  *asked_from, *asked; /* block i is in the questions asked[asked_from[i] .. asked_from[i + 1] - 1] */
    int64_t  *low, *high;         /* where each block's offset can be */
    int32_t  *queue;              /* blocks whose low or high has changed */
    bool     *is_queued;
    change   *changes;
    decision *decisions;
    bool      gives_up;
};

/* ---- making one ---- */

/* The number of questions, or one more than the most. */
static int32_t count_questions(const mote_placing *placing)
{
    int32_t a, b, count = 0;

    for (a = 0; a < placing->count; a++)
        for (b = 0; b < a; b++)
            if (mote_blocks_meet(&placing->blocks[a], &placing->blocks[b]) && ++count > QUESTIONS_MAX)
                return count;
    return count;
}

static mote_status allocate(mote_search *s, mote_arena *arena, mote_error *err)
{
    s->change_max = CHANGES_A_BLOCK * (s->block_count + s->question_count);
    s->bytes = MOTE_NEW(arena, size_t, s->block_count, err);
    s->questions = MOTE_NEW(arena, question, s->question_count, err);
    s->answers = MOTE_NEW(arena, uint8_t, s->question_count, err);
    s->asked_from = MOTE_NEW(arena, int32_t, s->block_count + 2, err);
    s->asked = MOTE_NEW(arena, int32_t, 2 * s->question_count, err);
    s->low = MOTE_NEW(arena, int64_t, s->block_count, err);
    s->high = MOTE_NEW(arena, int64_t, s->block_count, err);
    s->queue = MOTE_NEW(arena, int32_t, s->block_count, err);
    s->is_queued = MOTE_NEW(arena, bool, s->block_count, err);
    s->changes = MOTE_NEW(arena, change, s->change_max, err);
    s->decisions = MOTE_NEW(arena, decision, s->question_count, err);
    return err->code;
}

static void list_questions(mote_search *s, const mote_placing *placing)
{
    int32_t a, b, q = 0;

    for (a = 0; a < s->block_count; a++)
        for (b = 0; b < a; b++)
            if (mote_blocks_meet(&placing->blocks[a], &placing->blocks[b]))
                s->questions[q++] =
                    (question){a, b, {0, (int64_t)mote_block_gap(placing, a, b), (int64_t)mote_block_gap(placing, b, a)}};
}

static void list_questions_by_block(mote_search *s)
{
    int32_t q, i;

    for (q = 0; q < s->question_count; q++) {
        s->asked_from[s->questions[q].a + 2]++;
        s->asked_from[s->questions[q].b + 2]++;
    }
    for (i = 0; i < s->block_count; i++)
        s->asked_from[i + 2] += s->asked_from[i + 1];
    for (q = 0; q < s->question_count; q++) { /* moves each begin up to its end, which is the next one's begin */
        s->asked[s->asked_from[s->questions[q].a + 1]++] = q;
        s->asked[s->asked_from[s->questions[q].b + 1]++] = q;
    }
}

mote_status mote_search_create(mote_search **out, const mote_placing *placing, mote_arena *arena, mote_error *err)
{
    int32_t      question_count = count_questions(placing), i;
    mote_search *s;

    *out = NULL;
    if (question_count > QUESTIONS_MAX)
        return MOTE_OK;
    if (!(s = MOTE_NEW(arena, mote_search, 1, err)))
        return err->code;
    s->block_count = placing->count;
    s->question_count = question_count;
    s->align = (int64_t)placing->align;
    MOTE_TRY(allocate(s, arena, err));
    for (i = 0; i < s->block_count; i++)
        s->bytes[i] = placing->blocks[i].bytes;
    list_questions(s, placing);
    list_questions_by_block(s);
    *out = s;
    return MOTE_OK;
}

/* ---- deducing ---- */

static bool remember(mote_search *s, int64_t *bound, int64_t old)
{
    if (s->change_count == s->change_max) {
        s->gives_up = true;
        return false;
    }
    s->changes[s->change_count++] = (change){bound, old};
    return true;
}

static void take_back(mote_search *s, int32_t change_count)
{
    while (s->change_count > change_count) {
        const change *last = &s->changes[--s->change_count];
        if (last->bound)
            *last->bound = last->old;
        else
            s->answers[last->old] = OPEN;
    }
}

/* False when the block has no offset left. */
static bool narrow(mote_search *s, int64_t *bound, int64_t value, int32_t block)
{
    if (!remember(s, bound, *bound))
        return false;
    *bound = value;
    if (!s->is_queued[block]) {
        s->is_queued[block] = true;
        s->queue[s->queue_count++] = block;
    }
    return s->low[block] <= s->high[block];
}

static bool keep_apart(mote_search *s, int32_t q, answer is)
{
    const question *asked = &s->questions[q];
    const int32_t   lower = is == A_IS_LOWER ? asked->a : asked->b, upper = is == A_IS_LOWER ? asked->b : asked->a;
    const int64_t   least = s->low[lower] + asked->gap[is], most = s->high[upper] - asked->gap[is];

    return (least <= s->low[upper] || narrow(s, &s->low[upper], least, upper)) &&
           (most >= s->high[lower] || narrow(s, &s->high[lower], most, lower));
}

/* How much room is left when the question is answered so; negative: none. */
static int64_t room(const mote_search *s, int32_t q, answer is)
{
    const question *asked = &s->questions[q];
    const int32_t   lower = is == A_IS_LOWER ? asked->a : asked->b, upper = is == A_IS_LOWER ? asked->b : asked->a;

    return s->high[upper] - s->low[lower] - asked->gap[is];
}

static bool decide(mote_search *s, int32_t q, answer is)
{
    if (!remember(s, NULL, q))
        return false;
    s->answers[q] = (uint8_t)is;
    return keep_apart(s, q, is);
}

static bool deduce(mote_search *s, int32_t q)
{
    if (s->answers[q] != OPEN)
        return keep_apart(s, q, (answer)s->answers[q]);
    if (room(s, q, A_IS_LOWER) < 0)
        return decide(s, q, B_IS_LOWER);
    return room(s, q, B_IS_LOWER) >= 0 || decide(s, q, A_IS_LOWER);
}

static void empty_queue(mote_search *s)
{
    while (s->queue_count > 0)
        s->is_queued[s->queue[--s->queue_count]] = false;
}

/* All that follows; false when it is a contradiction (or when there was too much of it). */
static bool deduce_all(mote_search *s)
{
    while (s->queue_count > 0) {
        const int32_t block = s->queue[--s->queue_count];
        int32_t       i;
        s->is_queued[block] = false;
        for (i = s->asked_from[block]; i < s->asked_from[block + 1]; i++)
            if (--*s->work < 0 || !deduce(s, s->asked[i])) {
                empty_queue(s);
                return false;
            }
    }
    return true;
}

/* ---- deciding ---- */

static bool is_contradicted(const mote_search *s, int32_t q)
{
    const question *asked = &s->questions[q];
    const int64_t   a = s->low[asked->a], b = s->low[asked->b];

    return s->answers[q] == OPEN && a + asked->gap[A_IS_LOWER] > b && b + asked->gap[B_IS_LOWER] > a;
}

/* Of the questions that the lowest offsets contradict the one with the least room; -1: none, they are a placing. */
static int32_t choose_question(const mote_search *s)
{
    int64_t least = 0;
    int32_t q, best = -1;

    for (q = 0; q < s->question_count; q++)
        if (is_contradicted(s, q)) {
            const int64_t left = room(s, q, A_IS_LOWER) + room(s, q, B_IS_LOWER);
            if (best < 0 || left < least) {
                best = q;
                least = left;
            }
        }
    *s->work -= s->question_count / 4;
    return best;
}

static bool begin(mote_search *s, size_t height)
{
    int32_t i;

    memset(s->answers, 0, (size_t)s->question_count);
    s->change_count = s->decision_count = s->queue_count = 0;
    s->gives_up = false;
    for (i = 0; i < s->block_count; i++)
        if (s->bytes[i] > height)
            return false;
    for (i = 0; i < s->block_count; i++) {
        s->low[i] = 0;
        s->high[i] = (int64_t)(height - s->bytes[i]) / s->align * s->align;
        s->queue[s->queue_count++] = i;
        s->is_queued[i] = true;
    }
    return deduce_all(s);
}

/* To the last decision that has another answer, and to that; false when there is none. */
static bool turn_back(mote_search *s)
{
    while (s->decision_count > 0) {
        decision    *last = &s->decisions[s->decision_count - 1];
        const answer other = last->other;
        take_back(s, last->change_count);
        if (other == OPEN) {
            s->decision_count--;
            continue;
        }
        last->other = OPEN;
        if (decide(s, last->question, other) && deduce_all(s))
            return true;
        empty_queue(s);
        if (s->gives_up || *s->work < 0)
            return false;
    }
    return false;
}

static bool go_on(mote_search *s, int32_t q)
{
    const answer first = room(s, q, A_IS_LOWER) >= room(s, q, B_IS_LOWER) ? A_IS_LOWER : B_IS_LOWER;

    s->decisions[s->decision_count++] = (decision){q, first == A_IS_LOWER ? B_IS_LOWER : A_IS_LOWER, s->change_count};
    if (decide(s, q, first) && deduce_all(s))
        return true;
    empty_queue(s);
    return !s->gives_up && *s->work >= 0 && turn_back(s);
}

mote_search_result mote_search_run(mote_search *s, size_t height, int64_t *work, size_t *offsets)
{
    int32_t q, i;
    bool    holds;

    s->work = work;
    holds = begin(s, height);
    while (holds && *work >= 0 && (q = choose_question(s)) >= 0)
        holds = go_on(s, q);
    if (s->gives_up || *work < 0)
        return MOTE_SEARCH_UNKNOWN;
    if (!holds)
        return MOTE_SEARCH_NONE;
    for (i = 0; i < s->block_count; i++)
        offsets[i] = (size_t)s->low[i];
    return MOTE_SEARCH_FOUND;
}
