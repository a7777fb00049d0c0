// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: which connection a command goes to.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <linux/kernel.h>

#include "policy.h"

static const enum iscsi_mcs_policy policies[] = {
	ISCSI_MCS_POLICY_FAIL_OVER_ONLY,
	ISCSI_MCS_POLICY_ROUND_ROBIN,
	ISCSI_MCS_POLICY_ROUND_ROBIN_WITH_SUBSET,
	ISCSI_MCS_POLICY_WEIGHTED_PATHS,
	ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH,
};

#define MAX_CONNS	16

/* A set of connections that are all usable, active and idle */
static void make_set(struct mcs_policy_cand *set, int n)
{
	int i;

	memset(set, 0, n * sizeof(*set));
	for (i = 0; i < n; i++)
		set[i].usable = true;
}

static void finds_nothing_where_there_is_nothing(void **state)
{
	struct mcs_policy_cand set[4];
	size_t p;
	u32 turn;

	for (p = 0; p < ARRAY_SIZE(policies); p++) {
		assert_int_equal(mcs_policy_pick(policies[p], NULL, 0, 1), -1);
		memset(set, 0, sizeof(set));
		for (turn = 0; turn < 8; turn++)
			assert_int_equal(mcs_policy_pick(policies[p], set, 4,
							 turn), -1);
	}
}

/* What must hold for any policy and any state, tried at random. */
static void never_picks_an_unusable_one(void **state)
{
	struct mcs_policy_cand set[MAX_CONNS];
	bool usable, active;
	int i, n, round, pick;
	size_t p;

	srand(2);
	for (round = 0; round < 200000; round++) {
		n = 1 + rand() % MAX_CONNS;
		usable = false;
		active = false;
		for (i = 0; i < n; i++) {
			set[i].usable = rand() % 3;
			set[i].standby = !(rand() % 3);
			set[i].weight = rand() % 4;
			set[i].bytes = rand() % 4 * 65536;
			usable |= set[i].usable;
			active |= set[i].usable && !set[i].standby;
		}
		p = rand() % ARRAY_SIZE(policies);
		pick = mcs_policy_pick(policies[p], set, n, rand());
		if (!usable) {
			assert_int_equal(pick, -1);
			continue;
		}
		assert_true(pick >= 0 && pick < n);
		assert_true(set[pick].usable);
		if (policies[p] != ISCSI_MCS_POLICY_WEIGHTED_PATHS)
			assert_true(!set[pick].standby || !active);
	}
}

static void round_robin_is_fair(void **state)
{
	struct mcs_policy_cand set[MAX_CONNS];
	unsigned int count[MAX_CONNS];
	int i, n;
	u32 turn;

	for (n = 1; n <= MAX_CONNS; n++) {
		make_set(set, n);
		memset(count, 0, sizeof(count));
		for (turn = 0; turn < 100 * n; turn++)
			count[mcs_policy_pick(ISCSI_MCS_POLICY_ROUND_ROBIN,
					      set, n, turn)]++;
		for (i = 0; i < n; i++)
			assert_int_equal(count[i], 100);
	}
}

static void round_robin_ignores_load(void **state)
{
	struct mcs_policy_cand set[2];

	make_set(set, 2);
	set[1].bytes = 1 << 30;
	assert_int_equal(mcs_policy_pick(ISCSI_MCS_POLICY_ROUND_ROBIN, set, 2,
					 1), 1);
}

static void subset_uses_standby_only_in_need(void **state)
{
	const enum iscsi_mcs_policy policy =
		ISCSI_MCS_POLICY_ROUND_ROBIN_WITH_SUBSET;
	struct mcs_policy_cand set[4];
	unsigned int count[4] = { 0 };
	u32 turn;

	make_set(set, 4);
	set[2].standby = true;
	set[3].standby = true;
	for (turn = 0; turn < 400; turn++)
		count[mcs_policy_pick(policy, set, 4, turn)]++;
	assert_int_equal(count[2] + count[3], 0);
	assert_true(count[0] > 0 && count[1] > 0);

	set[0].usable = false;
	for (turn = 0; turn < 4; turn++)
		assert_int_equal(mcs_policy_pick(policy, set, 4, turn), 1);
	set[1].usable = false;
	for (turn = 0; turn < 4; turn++)
		assert_true(mcs_policy_pick(policy, set, 4, turn) >= 2);
}

static void fail_over_stays_with_the_first(void **state)
{
	const enum iscsi_mcs_policy policy = ISCSI_MCS_POLICY_FAIL_OVER_ONLY;
	struct mcs_policy_cand set[3];
	u32 turn;

	make_set(set, 3);
	set[0].bytes = 1 << 30;
	for (turn = 0; turn < 9; turn++)
		assert_int_equal(mcs_policy_pick(policy, set, 3, turn), 0);
	set[0].usable = false;
	for (turn = 0; turn < 9; turn++)
		assert_int_equal(mcs_policy_pick(policy, set, 3, turn), 1);
	/* an active one before an earlier standby one */
	set[1].standby = true;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 0), 2);
}

static void weights_decide(void **state)
{
	const enum iscsi_mcs_policy policy = ISCSI_MCS_POLICY_WEIGHTED_PATHS;
	struct mcs_policy_cand set[3];
	u32 turn;

	make_set(set, 3);
	set[0].weight = 7;
	set[1].weight = 3;
	set[2].weight = 3;
	for (turn = 0; turn < 9; turn++)
		assert_int_equal(mcs_policy_pick(policy, set, 3, turn), 1);
	set[1].usable = false;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 0), 2);
	set[2].usable = false;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 0), 0);
}

static void least_queue_depth_takes_the_idlest(void **state)
{
	const enum iscsi_mcs_policy policy = ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	struct mcs_policy_cand set[3];
	unsigned int count[3] = { 0 };
	u32 turn;

	make_set(set, 3);
	set[0].bytes = 8192;
	set[1].bytes = 4096;
	set[2].bytes = 4097;
	for (turn = 0; turn < 9; turn++)
		assert_int_equal(mcs_policy_pick(policy, set, 3, turn), 1);
	/* ties go round */
	make_set(set, 3);
	for (turn = 0; turn < 300; turn++)
		count[mcs_policy_pick(policy, set, 3, turn)]++;
	assert_int_equal(count[0], 100);
	assert_int_equal(count[1], 100);
	assert_int_equal(count[2], 100);
}

static void survives_the_wrap_of_the_turn(void **state)
{
	struct mcs_policy_cand set[3];
	int pick;
	u32 turn = U32_MAX - 5;
	int i;

	make_set(set, 3);
	for (i = 0; i < 12; i++, turn++) {
		pick = mcs_policy_pick(ISCSI_MCS_POLICY_ROUND_ROBIN, set, 3,
				       turn);
		assert_true(pick >= 0 && pick < 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_nothing_where_there_is_nothing),
		cmocka_unit_test(never_picks_an_unusable_one),
		cmocka_unit_test(round_robin_is_fair),
		cmocka_unit_test(round_robin_ignores_load),
		cmocka_unit_test(subset_uses_standby_only_in_need),
		cmocka_unit_test(fail_over_stays_with_the_first),
		cmocka_unit_test(weights_decide),
		cmocka_unit_test(least_queue_depth_takes_the_idlest),
		cmocka_unit_test(survives_the_wrap_of_the_turn),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
