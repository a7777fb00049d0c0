// SPDX-License-Identifier: GPL-2.0
/*
 * Unit tests: table of login outcomes.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

#include <linux/kernel.h>

#include "login_cause.h"

static void translates_every_status(void **state)
{
	static const struct {
		u16 status;
		enum mcs_login_cause cause;
	} cases[] = {
		{ 0x0000, MCS_LOGIN_OK },
		{ 0x0101, MCS_LOGIN_REDIRECT_TEMP },
		{ 0x0102, MCS_LOGIN_REDIRECT_PERM },
		{ 0x0100, MCS_LOGIN_PROTOCOL },
		{ 0x0200, MCS_LOGIN_INITIATOR_ERROR },
		{ 0x0201, MCS_LOGIN_AUTH_FAILED },
		{ 0x0202, MCS_LOGIN_FORBIDDEN },
		{ 0x0203, MCS_LOGIN_NOT_FOUND },
		{ 0x0204, MCS_LOGIN_REMOVED },
		{ 0x0205, MCS_LOGIN_VERSION },
		{ 0x0206, MCS_LOGIN_TOO_MANY },
		{ 0x0207, MCS_LOGIN_MISSING },
		{ 0x0208, MCS_LOGIN_CANNOT_ADD },
		{ 0x0209, MCS_LOGIN_SESSION_TYPE },
		{ 0x020a, MCS_LOGIN_NO_SESSION },
		{ 0x020b, MCS_LOGIN_BAD_REQUEST },
		{ 0x02ff, MCS_LOGIN_INITIATOR_ERROR },
		{ 0x0300, MCS_LOGIN_TARGET_ERROR },
		{ 0x0301, MCS_LOGIN_UNAVAILABLE },
		{ 0x0302, MCS_LOGIN_NO_RESOURCES },
		{ 0x03ff, MCS_LOGIN_TARGET_ERROR },
		{ 0x0400, MCS_LOGIN_PROTOCOL },
		{ 0xffff, MCS_LOGIN_PROTOCOL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(mcs_login_cause_from_status(cases[i].status >> 8,
							     cases[i].status & 0xff),
				 cases[i].cause);
}

static void every_cause_is_described(void **state)
{
	const char *text;
	int cause;

	for (cause = MCS_LOGIN_OK; cause < MCS_LOGIN_CAUSES; cause++) {
		text = mcs_login_cause_text(cause);
		assert_non_null(text);
		assert_true(strlen(text) > 5);
		assert_false(isupper((unsigned char)text[0]));
		assert_true(text[strlen(text) - 1] != '.');
		assert_true((cause == MCS_LOGIN_OK) ==
			    (mcs_login_cause_errno(cause) == 0));
		assert_true(mcs_login_cause_errno(cause) <= 0);
	}
	/* no such cause: still an error with words */
	assert_int_equal(mcs_login_cause_errno(MCS_LOGIN_CAUSES), -EPROTO);
	assert_int_equal(mcs_login_cause_errno(-1), -EPROTO);
}

static void advice_follows_the_rfc(void **state)
{
	assert_int_equal(mcs_login_cause_advice(MCS_LOGIN_NO_SESSION),
			 MCS_LOGIN_SESSION_GONE);
	assert_int_equal(mcs_login_cause_advice(MCS_LOGIN_TOO_MANY),
			 MCS_LOGIN_STOP);
	assert_int_equal(mcs_login_cause_advice(MCS_LOGIN_AUTH_FAILED),
			 MCS_LOGIN_STOP);
	assert_int_equal(mcs_login_cause_advice(MCS_LOGIN_UNAVAILABLE),
			 MCS_LOGIN_RETRY);
	assert_int_equal(mcs_login_cause_advice(MCS_LOGIN_NO_RESOURCES),
			 MCS_LOGIN_RETRY);
	assert_int_equal(mcs_login_cause_advice(MCS_LOGIN_TIMEOUT),
			 MCS_LOGIN_RETRY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(translates_every_status),
		cmocka_unit_test(every_cause_is_described),
		cmocka_unit_test(advice_follows_the_rfc),
	};

	return cmocka_run_group_tests_name("login_cause", tests, NULL, NULL);
}
