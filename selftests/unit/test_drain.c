// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: how fast a connection drains.
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

#include "drain.h"

/* 256 KiB every 50 ms are 5 MiB/s */
#define SIZE	(256 * 1024)
#define PACE	(50 * 1000000 / 256)

/* Complete a command every step_ms, n times; returns the time then */
static u32 run(struct mcs_drain *d, u32 now, u32 step_ms, int n, bool busy)
{
	while (n--) {
		now += step_ms;
		mcs_drain_done(d, SIZE, busy, now);
	}
	return now;
}

static void measures_a_steady_rate(void **state)
{
	static const u32 starts[] = { 0, 1000, U32_MAX - 70, U32_MAX - 1000 };
	struct mcs_drain d;
	size_t i;
	u32 now;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		memset(&d, 0, sizeof(d));
		now = run(&d, starts[i], 50, 20, true);
		assert_in_range(mcs_drain_pace(&d, now), PACE - 2, PACE + 2);
	}
}

static void knows_nothing_of_an_idle_link(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now;

	now = run(&d, 5000, 1000, 100, false);
	assert_int_equal(mcs_drain_pace(&d, now), 0);
	/* the gap before an idle connection's next command does not count */
	now = run(&d, now, 50, 10, true);
	now = run(&d, now, 10, 1, false);
	now = run(&d, now + 3000, 50, 10, true);
	assert_in_range(mcs_drain_pace(&d, now), PACE - 2, PACE + 2);
}

static void follows_a_change(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now;

	now = run(&d, 0, 50, 20, true);
	now = run(&d, now, 200, 40, true);
	assert_in_range(mcs_drain_pace(&d, now), 4 * PACE * 98 / 100,
			4 * PACE * 102 / 100);
}

static void forgets(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now = run(&d, U32_MAX - 600, 50, 20, true);

	assert_true(mcs_drain_pace(&d, now + MCS_DRAIN_FORGET_MS / 2) > 0);
	assert_int_equal(mcs_drain_pace(&d, now + MCS_DRAIN_FORGET_MS), 0);
}

static void survives_extremes(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now = 0;
	int i;

	/* nothing for hours, then one byte */
	mcs_drain_done(&d, 1, true, now);
	now += 100000000;
	mcs_drain_done(&d, 1, true, now);
	assert_in_range(mcs_drain_pace(&d, now), 1, 4000000000u);
	/* as much as a u32 of bytes in each command, all in one sample */
	for (i = 0; i < 1000; i++)
		mcs_drain_done(&d, U32_MAX, true, now);
	mcs_drain_done(&d, U32_MAX, true, now + MCS_DRAIN_SAMPLE_MS);
	assert_true(mcs_drain_pace(&d, now + MCS_DRAIN_SAMPLE_MS) >= 1);
	assert_int_equal(mcs_drain_sample(U32_MAX, 0), 1);
	assert_int_equal(mcs_drain_sample(0, U32_MAX), 4000000000u);
}

static void idle_times_leave_a_bound(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now = run(&d, 5000, 1000, 10, false);

	/* 256 KiB a second */
	assert_int_equal(mcs_drain_pace(&d, now), 0);
	assert_int_equal(mcs_drain_bound(&d, now), 1000000000 / 256);
	assert_int_equal(mcs_drain_bound(&d, now + MCS_DRAIN_RTT_MS), 0);
	now = run(&d, now, 50, 20, true);
	assert_in_range(mcs_drain_bound(&d, now), PACE - 2, PACE + 2);
}

/* n commands of 128 KiB to an idle connection, one ends every step_us */
static u32 burst(struct mcs_drain *d, u32 us, u32 step_us, int n)
{
	mcs_drain_begin(d, 128 * 1024, us);
	while (n--) {
		us += step_us;
		if (d->in_burst)
			mcs_drain_burst(d, 128 * 1024, n, us, us / 1000);
	}
	return us;
}

static void bursts_are_measured(void **state)
{
	struct mcs_drain d = { 0 };
	u32 us = U32_MAX - 50000;
	int i;

	/* 5 MB/s, and one is enough */
	us = burst(&d, us, 26000, 4);
	assert_int_equal(mcs_drain_burst_pace(&d, us / 1000), 203125);
	/* 1 GB/s, the time between them is no part of it */
	memset(&d, 0, sizeof(d));
	for (i = 0; i < 4; i++) {
		assert_int_equal(mcs_drain_burst_pace(&d, us / 1000), 0);
		us = burst(&d, us + 700000, 128, 8);
	}
	assert_int_equal(mcs_drain_burst_pace(&d, us / 1000), 1000);
}

/* One command that is held up is no reason to leave the link out of a load */
static void a_steady_load_does_not_ask_bursts(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now = run(&d, 0, 50, 20, true);

	mcs_drain_begin(&d, 65536, now * 1000);
	mcs_drain_burst(&d, 65536, false, (now + 900) * 1000, now + 900);
	assert_in_range(mcs_drain_pace(&d, now + 900), PACE - 2, PACE + 2);
	assert_in_range(mcs_drain_burst_pace(&d, now + 900), 10000000,
			20000000);
	/* and without one a burst asks the load */
	memset(&d, 0, sizeof(d));
	now = run(&d, 0, 50, 20, true);
	assert_in_range(mcs_drain_burst_pace(&d, now), PACE - 2, PACE + 2);
}

static void bursts_are_large_and_short(void **state)
{
	struct mcs_drain d = { 0 };

	mcs_drain_begin(&d, MCS_DRAIN_BURST_BYTES - 1, 1000);
	assert_false(d.in_burst);
	/* a small one to an idle connection ends what was left of another */
	mcs_drain_begin(&d, MCS_DRAIN_BURST_BYTES, 1000);
	assert_true(d.in_burst);
	mcs_drain_begin(&d, 4096, 2000);
	assert_false(d.in_burst);
	/* one that goes on is a steady load */
	burst(&d, 5000, 26000, 100);
	assert_false(d.in_burst);
	assert_int_equal(mcs_drain_burst_pace(&d, 5), 0);
	/* extremes */
	mcs_drain_begin(&d, U32_MAX, 0);
	mcs_drain_burst(&d, U32_MAX, false, U32_MAX, 0);
	assert_in_range(mcs_drain_burst_pace(&d, 0), 1, U32_MAX);
	mcs_drain_begin(&d, U32_MAX, 0);
	mcs_drain_burst(&d, 1, true, U32_MAX, 0);
	mcs_drain_begin(&d, MCS_DRAIN_BURST_BYTES, 0);
	d.bursts_us = MCS_DRAIN_BURSTS_US - 1;
	mcs_drain_burst(&d, 1, false, U32_MAX, 0);
	assert_in_range(mcs_drain_burst_pace(&d, 0), 1, U32_MAX);
}

static void a_pause_is_no_part_of_it(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now = run(&d, 0, 50, 2, true);

	mcs_drain_begin(&d, 128 * 1024, now * 1000);
	mcs_drain_pause(&d);
	assert_false(d.in_burst);
	/* an hour later */
	now = run(&d, now + 3600000, 50, 20, true);
	assert_in_range(mcs_drain_pace(&d, now), PACE - 2, PACE + 2);
}

static void an_old_figure_is_no_part_of_a_new_one(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now = run(&d, 0, 50, 20, true);

	now = run(&d, now, 50, 1, false) + MCS_DRAIN_FORGET_MS;
	now = run(&d, now, 200, 2, true);
	assert_in_range(mcs_drain_pace(&d, now), 4 * PACE - 4, 4 * PACE + 4);
}

static void round_trips_are_the_shortest_recent(void **state)
{
	struct mcs_drain d = { 0 };
	u32 now = U32_MAX - 100;

	assert_int_equal(mcs_drain_rtt_us(&d, now), 0);
	mcs_drain_rtt(&d, 500, now);
	mcs_drain_rtt(&d, 9000, now + 200);
	assert_int_equal(mcs_drain_rtt_us(&d, now + 200), 500);
	mcs_drain_rtt(&d, 400, now + 300);
	mcs_drain_rtt(&d, 9000, now + 300 + MCS_DRAIN_RTT_MS - 1);
	assert_int_equal(mcs_drain_rtt_us(&d, now + 2000), 400);
	mcs_drain_rtt(&d, 9000, now + 300 + MCS_DRAIN_RTT_MS);
	assert_int_equal(mcs_drain_rtt_us(&d, now + 2000), 9000);
	assert_int_equal(mcs_drain_rtt_us(&d, now + 1300 + MCS_DRAIN_FORGET_MS),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(measures_a_steady_rate),
		cmocka_unit_test(knows_nothing_of_an_idle_link),
		cmocka_unit_test(follows_a_change),
		cmocka_unit_test(forgets),
		cmocka_unit_test(survives_extremes),
		cmocka_unit_test(idle_times_leave_a_bound),
		cmocka_unit_test(bursts_are_measured),
		cmocka_unit_test(a_steady_load_does_not_ask_bursts),
		cmocka_unit_test(bursts_are_large_and_short),
		cmocka_unit_test(a_pause_is_no_part_of_it),
		cmocka_unit_test(an_old_figure_is_no_part_of_a_new_one),
		cmocka_unit_test(round_trips_are_the_shortest_recent),
	};

	return cmocka_run_group_tests_name("drain", tests, NULL, NULL);
}
