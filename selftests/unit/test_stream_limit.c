// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: how large commands are so that one stream uses all links.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include <linux/kernel.h>

#include "stream_limit.h"

static u32 limit_kib(u32 split_kib, u32 sharers)
{
	return mcs_stream_limit(split_kib, sharers) / 2;
}

static void divides_the_default(void **state)
{
	static const u32 kib[] = { 0, 0, 128, 64, 64, 64, 64, 64, 64 };
	size_t n;

	for (n = 0; n < ARRAY_SIZE(kib); n++)
		assert_int_equal(limit_kib(MCS_STREAM_SPLIT_KIB, n), kib[n]);
	assert_int_equal(limit_kib(MCS_STREAM_SPLIT_KIB, 32), 64);
}

static void rounds_down(void **state)
{
	assert_int_equal(limit_kib(1024, 2), 512);
	assert_int_equal(limit_kib(1024, 3), 256);
	assert_int_equal(limit_kib(1023, 2), 256);
	assert_int_equal(limit_kib(300, 2), 128);
	assert_int_equal(limit_kib(16384, 2), 8192);
}

static void never_below_the_least(void **state)
{
	u32 split, n;

	for (split = 1; split <= MCS_STREAM_MAX_KIB; split++) {
		for (n = 2; n <= 32; n++) {
			u32 kib = limit_kib(split, n);

			assert_true(kib >= MCS_STREAM_MIN_KIB);
			assert_int_equal(kib & (kib - 1), 0);
			assert_true(kib == MCS_STREAM_MIN_KIB ||
				    kib * n <= split);
			assert_true(kib * 2 > split / n);
		}
	}
	assert_int_equal(limit_kib(UINT32_MAX, 2), 1u << 30);
}

static void off_means_no_limit(void **state)
{
	u32 n;

	for (n = 0; n <= 32; n++)
		assert_int_equal(mcs_stream_limit(0, n), 0);
	for (n = 0; n <= 1; n++)
		assert_int_equal(mcs_stream_limit(UINT32_MAX, n), 0);
}

static void counts_who_shares(void **state)
{
	static const enum iscsi_mcs_policy shared[] = {
		ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH,
		ISCSI_MCS_POLICY_ROUND_ROBIN,
		ISCSI_MCS_POLICY_ROUND_ROBIN_WITH_SUBSET,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shared); i++) {
		assert_int_equal(mcs_stream_sharers(shared[i], 3, 1), 3);
		assert_int_equal(mcs_stream_sharers(shared[i], 1, 3), 1);
		assert_int_equal(mcs_stream_sharers(shared[i], 0, 3), 3);
	}
	assert_int_equal(mcs_stream_sharers(ISCSI_MCS_POLICY_FAIL_OVER_ONLY,
					    4, 4), 1);
	assert_int_equal(mcs_stream_sharers(ISCSI_MCS_POLICY_WEIGHTED_PATHS,
					    4, 4), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(divides_the_default),
		cmocka_unit_test(rounds_down),
		cmocka_unit_test(never_below_the_least),
		cmocka_unit_test(off_means_no_limit),
		cmocka_unit_test(counts_who_shares),
	};

	return cmocka_run_group_tests_name("stream_limit", tests, NULL, NULL);
}
