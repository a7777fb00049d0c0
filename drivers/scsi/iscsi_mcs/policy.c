// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include "policy.h"

/* Is a better than b under this policy? Equal ones keep the turn's order. */
static bool mcs_policy_is_better(enum iscsi_mcs_policy policy,
				 const struct mcs_policy_cand *a,
				 const struct mcs_policy_cand *b)
{
	if (policy != ISCSI_MCS_POLICY_WEIGHTED_PATHS && a->standby != b->standby)
		return !a->standby;

	switch (policy) {
	case ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH:
		return a->bytes < b->bytes;
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
	int i, k;

	if (n <= 0)
		return -1;

	k = mcs_policy_takes_turns(policy) ? turn % n : 0;
	for (i = 0; i < n; i++, k = k + 1 == n ? 0 : k + 1) {
		if (!cand[k].usable)
			continue;
		if (best < 0 ||
		    mcs_policy_is_better(policy, &cand[k], &cand[best]))
			best = k;
	}
	return best;
}
