// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/limits.h>
#include <linux/minmax.h>

#include "policy.h"

/* A connection that has stalled is not slower than this, in multiples */
#define MCS_POLICY_SLOWEST	64

/* What an idle link that much slower would take for a command counts as well */
#define MCS_POLICY_SLOW		4

/* Round trips that differ by less are equal, as are those up to twice as long */
#define MCS_POLICY_NEAR_US	4000
#define MCS_POLICY_NEAR		(MCS_POLICY_NEAR_US * 1000ull * 1024)

/* The best known figures among usable candidates */
struct mcs_policy_best {
	u32 pace;
	u32 rtt_us;
};

/*
 * By how much a connection's round trip is longer than the best one, in the
 * unit of mcs_policy_wait(). Unknown ones are not.
 */
static u64 mcs_policy_detour(const struct mcs_policy_cand *cand, u32 best_us)
{
	if (cand->rtt_us <= 2ull * best_us + MCS_POLICY_NEAR_US)
		return 0;
	return (cand->rtt_us - best_us) * 1000ull * 1024;
}

/*
 * Is a link so slow that what it would take for the command counts? In a burst that
 * is soon so: whoever waits for it waits for its last command, and no other comes
 * meanwhile that an idle link could be used for. But what makes no difference to
 * speak of may be chance.
 */
static bool mcs_policy_is_slow(const struct mcs_policy_cand *cand, u64 pace,
			       u64 best)
{
	if (pace > best * MCS_POLICY_SLOW)
		return true;
	return cand->in_burst && pace > best + best / 2 &&
	       cand->cost * (pace - best) > MCS_POLICY_NEAR;
}

/*
 * How long the bytes in flight will take, in nanoseconds times 1024. The shorter
 * queue wins, so all links have something to do and each holds what it can
 * carry; and an idle one is used. Unknown paces count as the best known one.
 *
 * A link that is far away is used when the others' queues take as long as its
 * detour, and a very slow one when they take as long as it would for the command
 * alone. Before that it would only delay, and not just its own commands: the
 * target runs none before those with lower numbers have come.
 */
static u64 mcs_policy_wait(const struct mcs_policy_cand *cand,
			   const struct mcs_policy_best *best)
{
	u64 pace = min_t(u64, cand->pace ?: best->pace,
			 (u64)best->pace * MCS_POLICY_SLOWEST);
	u64 wait = cand->bytes * pace;

	if (mcs_policy_is_slow(cand, pace, best->pace))
		wait += cand->cost * (pace - best->pace);
	return max(wait, mcs_policy_detour(cand, best->rtt_us));
}

static void mcs_policy_find_best(const struct mcs_policy_cand *cand, int n,
				 struct mcs_policy_best *best)
{
	int i;

	best->pace = U32_MAX;
	best->rtt_us = U32_MAX;
	for (i = 0; i < n; i++) {
		if (!cand[i].usable)
			continue;
		if (cand[i].pace && cand[i].pace < best->pace)
			best->pace = cand[i].pace;
		if (cand[i].bound && cand[i].bound < best->pace)
			best->pace = cand[i].bound;
		if (cand[i].rtt_us && cand[i].rtt_us < best->rtt_us)
			best->rtt_us = cand[i].rtt_us;
	}
	/* known for none */
	if (best->pace == U32_MAX)
		best->pace = 1;
}

/* Is a better than b under this policy? Equal ones keep the turn's order. */
static bool mcs_policy_is_better(enum iscsi_mcs_policy policy,
				 const struct mcs_policy_best *best,
				 const struct mcs_policy_cand *a,
				 const struct mcs_policy_cand *b)
{
	if (policy != ISCSI_MCS_POLICY_WEIGHTED_PATHS && a->standby != b->standby)
		return !a->standby;

	switch (policy) {
	case ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH:
		return mcs_policy_wait(a, best) < mcs_policy_wait(b, best);
	case ISCSI_MCS_POLICY_WEIGHTED_PATHS:
		return a->weight < b->weight;
	default:
		return false;
	}
}

/* Policies that name one connection look from the first, not from the turn */
static bool mcs_policy_takes_turns(enum iscsi_mcs_policy policy)
{
	return policy != ISCSI_MCS_POLICY_FAIL_OVER_ONLY &&
	       policy != ISCSI_MCS_POLICY_WEIGHTED_PATHS;
}

/**
 * mcs_policy_pick - choose the connection for a command
 * @policy: policy of the session
 * @cand: connections in the order they were configured
 * @n: how many
 * @turn: a counter that grows with every command
 *
 * Return: index into @cand of a usable connection, -1 when there is none.
 */
int mcs_policy_pick(enum iscsi_mcs_policy policy,
		    const struct mcs_policy_cand *cand, int n, u32 turn)
{
	struct mcs_policy_best figures = { };
	int best = -1;
	int i, k;

	if (n <= 0)
		return -1;

	if (policy == ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH)
		mcs_policy_find_best(cand, n, &figures);
	k = mcs_policy_takes_turns(policy) ? turn % n : 0;
	for (i = 0; i < n; i++, k = k + 1 == n ? 0 : k + 1) {
		if (!cand[k].usable)
			continue;
		if (best < 0 ||
		    mcs_policy_is_better(policy, &figures, &cand[k],
					 &cand[best]))
			best = k;
	}
	return best;
}
