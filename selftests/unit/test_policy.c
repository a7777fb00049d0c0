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
			set[i].pace = (u32)rand() % 3 * (u32)rand();
			set[i].in_burst = rand() % 2;
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

/* Links that carry speed[i] a tick, depth commands in flight all the time */
static void run_links(struct mcs_policy_cand *set, const u32 *speed, int n,
		      int depth, unsigned int *done)
{
	const u32 size = 256 * 1024;
	u32 sent[MAX_CONNS] = { 0 };
	u32 turn = 0;
	int pick, tick, i;

	memset(done, 0, n * sizeof(*done));
	for (i = 0; i < depth; i++) {
		pick = mcs_policy_pick(ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH, set,
				       n, turn++);
		set[pick].bytes += size;
	}
	for (tick = 0; tick < 20000; tick++) {
		for (i = 0; i < n; i++) {
			assert_true(depth < n || set[i].bytes > 0);
			if (!set[i].bytes)
				continue;
			sent[i] += speed[i];
			if (sent[i] < size)
				continue;
			sent[i] -= size;
			set[i].bytes -= size;
			done[i]++;
			pick = mcs_policy_pick(ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH,
					       set, n, turn++);
			set[pick].bytes += size;
		}
	}
}

static void fills_unequal_links_in_proportion(void **state)
{
	static const u32 speed[] = { 20000, 6000, 1500 };
	struct mcs_policy_cand set[3];
	unsigned int done[3];
	int depth, i;

	for (depth = 3; depth <= 64; depth *= 2) {
		make_set(set, 3);
		for (i = 0; i < 3; i++)
			set[i].pace = 1000000000 / speed[i];
		run_links(set, speed, 3, depth, done);
		for (i = 0; i < 3; i++)
			assert_in_range(done[i], 20000ul * speed[i] / 262144 - 2,
					20000ul * speed[i] / 262144 + 2);
		/* so full queues take about as long on each, give or take one */
		if (depth < 32)
			continue;
		for (i = 0; i < 3; i++)
			assert_in_range(set[i].bytes / 262144,
					depth * speed[i] / 27500 - 1,
					depth * speed[i] / 27500 + 2);
	}
}

static void an_unknown_pace_is_the_best_one(void **state)
{
	const enum iscsi_mcs_policy policy = ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	struct mcs_policy_cand set[3];

	make_set(set, 3);
	set[0].pace = 100;
	set[0].bytes = 5000;
	set[1].pace = 200;
	set[1].bytes = 3000;
	set[2].bytes = 4000;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 0), 2);
	set[2].bytes = 5001;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 0), 0);
	/* an unusable one's pace says nothing */
	set[2].usable = false;
	set[2].pace = 1;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 0), 0);
}

static void a_stalled_link_is_not_given_up(void **state)
{
	const enum iscsi_mcs_policy policy = ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	struct mcs_policy_cand set[2];

	make_set(set, 2);
	set[0].pace = 1;
	set[0].bytes = 65 * 4096;
	set[1].pace = U32_MAX;
	set[1].bytes = 4096;
	assert_int_equal(mcs_policy_pick(policy, set, 2, 0), 1);
	/* and an idle one always gets work */
	set[0].bytes = 1;
	set[1].bytes = 0;
	assert_int_equal(mcs_policy_pick(policy, set, 2, 0), 1);
}

static void a_slow_link_is_not_a_short_cut(void **state)
{
	const enum iscsi_mcs_policy policy = ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	struct mcs_policy_cand set[2];
	u32 turn;
	int i;

	/* a tenth of the rate, and the fast one is never busy for long */
	make_set(set, 2);
	for (i = 0; i < 2; i++)
		set[i].cost = 4096;
	set[0].bound = 1000;
	set[1].pace = 10000;
	for (turn = 0; turn < 4; turn++) {
		set[0].bytes = 8 * 4096;
		assert_int_equal(mcs_policy_pick(policy, set, 2, turn), 0);
		set[0].bytes = 10 * 4096;
		assert_int_equal(mcs_policy_pick(policy, set, 2, turn), 1);
	}
	/* a third of it is no reason to leave it idle */
	set[0].bytes = 1;
	set[1].pace = 3000;
	assert_int_equal(mcs_policy_pick(policy, set, 2, 0), 1);
}

/* Give n commands of that size to idle connections at once; the last one's end */
static u64 deal(struct mcs_policy_cand *set, int n, u32 bytes, int commands)
{
	u64 end = 0;
	int i, pick;

	for (i = 0; i < n; i++) {
		set[i].bytes = 0;
		set[i].cost = bytes;
		set[i].in_burst = true;
	}
	while (commands--) {
		pick = mcs_policy_pick(ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH, set,
				       n, commands);
		set[pick].bytes += bytes;
	}
	for (i = 0; i < n; i++)
		end = max(end, (u64)set[i].bytes * set[i].pace);
	return end;
}

static void a_burst_ends_early(void **state)
{
	struct mcs_policy_cand set[2];

	/* 40 and 12 Mbit/s */
	make_set(set, 2);
	set[0].pace = 204800;
	set[1].pace = 682667;
	/* 1 MiB: six and two pieces */
	assert_int_equal(deal(set, 2, 131072, 8), 2 * 131072 * 682667ull);
	assert_int_equal(set[0].bytes, 6 * 131072);
	/* of 256 KiB nothing is left to the slow one */
	assert_int_equal(deal(set, 2, 131072, 2), 2 * 131072 * 204800ull);
	/* and what is left in the middle of other work is */
	set[1].in_burst = false;
	set[0].in_burst = false;
	assert_int_equal(mcs_policy_pick(ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH,
					 set, 2, 0), 1);
}

static void links_alike_share_a_burst(void **state)
{
	const enum iscsi_mcs_policy policy = ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	struct mcs_policy_cand set[4];
	int i;

	make_set(set, 4);
	for (i = 0; i < 4; i++)
		set[i].pace = 100 + 10 * i;
	for (i = 1; i < 100; i++) {
		deal(set, 4, 65536, 4);
		assert_int_equal(set[i % 4].bytes, 65536);
	}
	/* or where it does not matter who is slower */
	set[3].pace = 300;
	for (i = 1; i < 100; i++) {
		deal(set, 4, 65536, 4);
		assert_int_equal(set[i % 4].bytes, 65536);
	}
	/* single commands go to each in turn */
	for (i = 0; i < 4; i++) {
		set[i].bytes = 0;
		set[i].cost = 65536;
	}
	for (i = 0; i < 8; i++)
		assert_int_equal(mcs_policy_pick(policy, set, 4, i), i % 4);
}

static void a_far_link_waits_for_full_queues(void **state)
{
	const enum iscsi_mcs_policy policy = ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH;
	struct mcs_policy_cand set[3];
	u32 turn;

	/* 100 us a KiB, and 20 ms more: 200 KiB */
	make_set(set, 2);
	set[0].pace = 100000;
	set[0].rtt_us = 500;
	set[1].rtt_us = 20500;
	for (turn = 0; turn < 4; turn++) {
		set[0].bytes = 200 * 1024 - 1;
		assert_int_equal(mcs_policy_pick(policy, set, 2, turn), 0);
		set[0].bytes = 200 * 1024 + 1;
		assert_int_equal(mcs_policy_pick(policy, set, 2, turn), 1);
	}
	/* then both queues grow alike */
	set[1].pace = 100000;
	set[1].bytes = 250 * 1024;
	assert_int_equal(mcs_policy_pick(policy, set, 2, 1), 0);
	set[0].bytes = 251 * 1024;
	assert_int_equal(mcs_policy_pick(policy, set, 2, 0), 1);
	/* what differs little, or is not known, is not far */
	make_set(set, 3);
	set[0].rtt_us = 500;
	set[1].rtt_us = 5000;
	set[0].bytes = 1;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 1), 1);
	set[1].bytes = 1;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 0), 2);
	/* and one that cannot be used does not make others far */
	set[0].usable = false;
	set[1].rtt_us = U32_MAX;
	set[1].bytes = 0;
	set[2].bytes = 1;
	assert_int_equal(mcs_policy_pick(policy, set, 3, 0), 1);
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
		cmocka_unit_test(fills_unequal_links_in_proportion),
		cmocka_unit_test(an_unknown_pace_is_the_best_one),
		cmocka_unit_test(a_stalled_link_is_not_given_up),
		cmocka_unit_test(a_slow_link_is_not_a_short_cut),
		cmocka_unit_test(a_burst_ends_early),
		cmocka_unit_test(links_alike_share_a_burst),
		cmocka_unit_test(a_far_link_waits_for_full_queues),
		cmocka_unit_test(survives_the_wrap_of_the_turn),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
