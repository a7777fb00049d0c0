// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: the CmdSN window.
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

#include "window.h"

/* Places to start counting: small, in the middle, around both wraps */
static const u32 starts[] = {
	0, 1, 1000, 0x7ffffff0, 0x7fffffff, 0x80000000, 0x80000010,
	0xfffffff0, 0xfffffffe, 0xffffffff,
};

static void window_at(struct mcs_window *w, u32 start)
{
	w->cmdsn = start;
	w->exp_cmdsn = 0x12345678;
	w->max_cmdsn = 0x87654321;
	w->reserved = 0;
	mcs_window_reset(w);
}

static void orders_serial_numbers(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		u32 n = starts[i];

		assert_false(mcs_sn_before(n, n));
		assert_true(mcs_sn_before(n, n + 1));
		assert_true(mcs_sn_after(n, n - 1));
		assert_true(mcs_sn_before(n, n + 0x7fffffff));
		assert_true(mcs_sn_after(n, n - 0x7fffffff));
		assert_false(mcs_sn_before(n, n - 1));
	}
}

static void starts_closed(void **state)
{
	struct mcs_window w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		window_at(&w, starts[i]);
		assert_false(mcs_window_is_open(&w));
		assert_false(mcs_window_reserve(&w));
		assert_int_equal(w.reserved, 0);
	}
}

static void gives_out_exactly_what_is_granted(void **state)
{
	struct mcs_window w;
	size_t i;
	u32 n;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		window_at(&w, starts[i]);
		assert_true(mcs_window_update(&w, starts[i], starts[i] + 31));
		for (n = 0; n < 32; n++)
			assert_true(mcs_window_reserve(&w));
		assert_false(mcs_window_reserve(&w));
		for (n = 0; n < 32; n++) {
			assert_true(mcs_window_is_open(&w));
			assert_int_equal(mcs_window_take(&w), starts[i] + n);
			w.reserved--;
		}
		assert_false(mcs_window_is_open(&w));
		assert_false(mcs_window_reserve(&w));
	}
}

static void ignores_older_values(void **state)
{
	struct mcs_window w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		u32 n = starts[i];

		window_at(&w, n);
		mcs_window_update(&w, n, n + 9);
		mcs_window_take(&w);
		mcs_window_take(&w);
		assert_true(mcs_window_update(&w, n + 2, n + 11));
		/* a PDU that left the target earlier on another connection */
		assert_false(mcs_window_update(&w, n + 1, n + 10));
		assert_int_equal(w.exp_cmdsn, n + 2);
		assert_int_equal(w.max_cmdsn, n + 11);
	}
}

static void ignores_void_pairs(void **state)
{
	struct mcs_window w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		u32 n = starts[i];

		window_at(&w, n);
		mcs_window_update(&w, n, n + 9);
		mcs_window_take(&w);
		/* MaxCmdSN < ExpCmdSN - 1 */
		assert_false(mcs_window_update(&w, n + 1, n - 1));
		assert_int_equal(w.exp_cmdsn, n);
		/* a closed window is legal: MaxCmdSN == ExpCmdSN - 1 */
		assert_false(mcs_window_update(&w, n + 1, n));
		assert_int_equal(w.exp_cmdsn, n + 1);
		assert_int_equal(w.max_cmdsn, n + 9);
	}
}

static void takes_no_receipt_for_what_was_not_sent(void **state)
{
	struct mcs_window w;

	window_at(&w, 100);
	mcs_window_update(&w, 100, 131);
	mcs_window_take(&w);
	mcs_window_update(&w, 102, 140);
	assert_int_equal(w.exp_cmdsn, 100);
	mcs_window_update(&w, 101, 140);
	assert_int_equal(w.exp_cmdsn, 101);
}

/*
 * A long random life, checked against 64-bit numbers that never wrap: PDUs
 * arrive out of order from several connections, over both wraps.
 */
static void agrees_with_wide_numbers(void **state)
{
	u64 cmdsn = 0x17fffff000ULL, exp = cmdsn, max = cmdsn - 1;
	u64 e, m;
	struct mcs_window w;
	int i;

	srand(1);
	window_at(&w, cmdsn);
	for (i = 0; i < 1000000; i++) {
		if (rand() % 2) {
			e = exp + rand() % (cmdsn - exp + 1);
			e -= rand() % 3 ? 0 : rand() % 100;
			m = e + rand() % 64 - 1;
			mcs_window_update(&w, e, m);
			exp = e > exp ? e : exp;
			max = m > max ? m : max;
		} else if (mcs_window_is_open(&w)) {
			assert_int_equal(mcs_window_take(&w), (u32)cmdsn);
			cmdsn += 1;
		}
		assert_int_equal(w.exp_cmdsn, (u32)exp);
		assert_int_equal(w.max_cmdsn, (u32)max);
		assert_int_equal(mcs_window_is_open(&w), cmdsn <= max);
	}
	/* it did get over the wrap */
	assert_true(cmdsn > 0x1800000000ULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_serial_numbers),
		cmocka_unit_test(starts_closed),
		cmocka_unit_test(gives_out_exactly_what_is_granted),
		cmocka_unit_test(ignores_older_values),
		cmocka_unit_test(ignores_void_pairs),
		cmocka_unit_test(takes_no_receipt_for_what_was_not_sent),
		cmocka_unit_test(agrees_with_wide_numbers),
	};

	return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
