// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/minmax.h>

#include "policy.h"

/* A connection that has stalled is not slower than this, in multiples */
#define MCS_POLICY_SLOWEST	64

/*
 * How long the bytes in flight will take. The shorter queue wins, so all links
 * have something to do and each holds what it can carry; and an idle one is
 * used, however slow. Unknown paces count as the best known one.
 */
static u64 mcs_policy_wait(const struct mcs_policy_cand *cand, u32 best_pace)
{
	u32 pace = cand->pace ?: best_pace;

	return (u64)cand->bytes *
	       min_t(u64, pace, (u64)best_pace * MCS_POLICY_SLOWEST);
}

/* Return: the best known pace among usable candidates, 1 if there is none */
static u32 mcs_policy_best_pace(const struct mcs_policy_cand *cand, int n)
{
	u32 best = 0;
	int i;

	for (i = 0; i < n; i++) {
		if (cand[i].usable && cand[i].pace &&
		    (!best || cand[i].pace < best))
			best = cand[i].pace;
	}
	return best ?: 1;
}

/* Is a better than b under this policy? Equal ones keep the turn's order. */
static bool mcs_policy_is_better(enum iscsi_mcs_policy policy, u32 best_pace,
				 const struct mcs_policy_cand *a,
				 const struct mcs_policy_cand *b)
{
	if (policy != ISCSI_MCS_POLICY_WEIGHTED_PATHS && a->standby != b->standby)
		return !a->standby;

	switch (policy) {
	case ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH:
		return mcs_policy_wait(a, best_pace) <
		       mcs_policy_wait(b, best_pace);
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
	int best = -1;
	u32 best_pace = 1;
	int i, k;

	if (n <= 0)
		return -1;

	if (policy == ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH)
		best_pace = mcs_policy_best_pace(cand, n);
	k = mcs_policy_takes_turns(policy) ? turn % n : 0;
	for (i = 0; i < n; i++, k = k + 1 == n ? 0 : k + 1) {
		if (!cand[k].usable)
			continue;
		if (best < 0 ||
		    mcs_policy_is_better(policy, best_pace, &cand[k],
					 &cand[best]))
			best = k;
	}
	return best;
}
