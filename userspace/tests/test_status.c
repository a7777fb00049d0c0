// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Every cause has its status, every status its words. */

#include <errno.h>

#include "unit.h"

#include "fake_kernel.h"

/* What the specification promises for conn-add, written down a second time */
static const struct {
	int error;
	ISDSC_STATUS status;
} add_causes[] = {
	{ ENOENT, 0xEFFF001C },
	{ EAGAIN, 0xEFFF001F },
	{ ESHUTDOWN, 0xEFFF001C },
	{ ENOTCONN, 0xEFFF0060 },
	{ ENOSPC, 0xEFFF000E },
	{ EEXIST, 0xEFFF0015 },
	{ EAFNOSUPPORT, 0xEFFF0021 },
	{ EADDRNOTAVAIL, 0xEFFF002D },
	{ ENODEV, 0xEFFF002D },
	{ EOPNOTSUPP, 0xEFFF0037 },
	{ ECONNREFUSED, 0xEFFF0003 },
	{ ENETUNREACH, 0xEFFF0003 },
	{ EHOSTUNREACH, 0xEFFF0003 },
	{ ETIMEDOUT, 0xEFFF0003 },
	{ ECONNRESET, 0xEFFF0024 },
	{ EPIPE, 0xEFFF0023 },
	{ ETIME, 0xEFFF0024 },
	{ EPROTO, 0xEFFF0002 },
	{ EBADMSG, 0xEFFF0002 },
	{ ELOOP, 0xEFFF0002 },
	{ EBADFD, 0xEFFF0002 },
	{ ENOPKG, 0xEFFF0009 },
	{ ENOTUNIQ, 0xEFFF004A },
	{ EXDEV, 0xEFFF0010 },
	{ ENOKEY, 0xEFFF0028 },
	{ ECANCELED, 0xEFFF0002 },
	{ EKEYREVOKED, 0xEFFF0053 },
	{ EREMCHG, 0xEFFF0006 },
	{ EREMOTE, 0xEFFF0007 },
	{ EBADR, 0xEFFF0008 },
	{ EKEYREJECTED, 0xEFFF0009 },
	{ EACCES, 0xEFFF000A },
	{ ESRCH, 0xEFFF000B },
	{ EIDRM, 0xEFFF000C },
	{ EPROTONOSUPPORT, 0xEFFF000D },
	{ EUSERS, 0xEFFF000E },
	{ ENODATA, 0xEFFF000F },
	{ EBADE, 0xEFFF0010 },
	{ ESOCKTNOSUPPORT, 0xEFFF0011 },
	{ ESTALE, 0xEFFF001C },
	{ EBADRQC, 0xEFFF0008 },
	{ EREMOTEIO, 0xEFFF0012 },
	{ ENOLINK, 0xEFFF0013 },
	{ ENOSR, 0xEFFF0014 },
	{ ECONNABORTED, 0xEFFF0002 },
	{ EPERM, 5 },
	{ ENOMEM, 8 },
	{ EINVAL, 87 },
	{ ENOBUFS, 1450 },
	{ 4095, 0xEFFF0001 },
};

static void every_cause_of_add(void **state)
{
	struct iscsidsc_add add;
	struct iscsidsc *h;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(add_causes); i++) {
		fake_two_sessions();
		fake_fail(ISCSI_MCS_CMD_CONN_ADD, add_causes[i].error,
			  "words of the kernel", 1);
		assert_int_equal(iscsidsc_open(&h), 0);
		iscsidsc_add_init(&add);
		add.sid = 1;
		add.address = "10.0.3.10";
		add.port = 3260;
		assert_int_equal(iscsidsc_conn_add(h, &add, NULL),
				 add_causes[i].status);
		assert_string_equal(iscsidsc_detail(h), "words of the kernel");
		assert_int_equal(fake.adds, 1);
		/* The next call starts afresh. */
		assert_int_equal(iscsidsc_conn_add(h, &add, NULL), 0);
		assert_string_equal(iscsidsc_detail(h), "");
		iscsidsc_close(h);
	}
}

static void next_address_of_a_name(void **state)
{
	static const struct iscsidsc_addr none = { 0 };
	struct iscsidsc_add add;
	struct iscsidsc *h;

	(void)state;
	fake_two_sessions();
	fake_fail(ISCSI_MCS_CMD_CONN_ADD, EKEYREJECTED, NULL, -1);
	assert_int_equal(iscsidsc_open(&h), 0);
	iscsidsc_add_init(&add);
	add.sid = 1;
	add.address = "localhost";
	add.port = 3260;
	/* A refusal by the target ends it, whatever else the name stands for. */
	assert_int_equal(iscsidsc_conn_add(h, &add, NULL),
			 ISDSC_AUTHENTICATION_FAILURE);
	assert_int_equal(fake.adds, 1);
	assert_memory_equal(&fake.last_add.source, &none, sizeof(none));
	iscsidsc_close(h);
}

static void causes_of_others(void **state)
{
	(void)state;
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_CONN_DEL, ENOENT),
			 ISDSC_INVALID_SESSION_ID);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_CONN_DEL, ENXIO),
			 ISDSC_INVALID_CONNECTION_ID);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_CONN_DEL, EBUSY),
			 ISDSC_CANT_REMOVE_LAST_CONNECTION);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_CONN_DEL, EALREADY),
			 ISDSC_REMOVE_CONNECTION_IN_PROGRESS);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_CONN_DEL, EAGAIN),
			 ISDSC_SESSION_BUSY);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_CONN_DEL, ETIMEDOUT),
			 ISDSC_SESSION_BUSY);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_CONN_DEL, ESHUTDOWN),
			 ISDSC_INVALID_SESSION_ID);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_SESSION_SET, EBUSY),
			 ISDSC_SESSION_BUSY);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_SESSION_SET, EACCES),
			 ERROR_ACCESS_DENIED);
	assert_int_equal(iscsidsc_status(0, ENOSYS),
			 ISDSC_SERVICE_NOT_RUNNING);
	assert_int_equal(iscsidsc_status(ISCSI_MCS_CMD_CONN_ADD, 0), 0);
}

static void every_status_has_words(void **state)
{
	static const ISDSC_STATUS win32[] = { 0, 5, 8, 14, 50, 87, 122, 234,
					      998, 1062, 1450, 1460 };
	ISDSC_STATUS status;
	const char *text;
	uint32_t n;
	size_t i;

	(void)state;
	for (n = 1; n <= 0x68; n++) {
		status = 0xefff0000u | n;
		if (n == 0x2e || n == 0x3b || n == 0x48)
			status = 0xafff0000u | n;
		text = iscsidsc_strerror(status);
		assert_string_not_equal(text, "unknown status");
		assert_true(strlen(text) > 3);
		assert_null(strchr(text, '.'));
		assert_int_equal(strncmp(iscsidsc_status_name(status), "ISDSC_",
					 6), 0);
		assert_non_null(iscsidsc_advice(status));
	}
	for (i = 0; i < ARRAY_SIZE(win32); i++) {
		assert_string_not_equal(iscsidsc_strerror(win32[i]),
					"unknown status");
		assert_int_equal(strncmp(iscsidsc_status_name(win32[i]),
					 "ERROR_", 6), 0);
	}
	assert_string_equal(iscsidsc_strerror(0xefff0069), "unknown status");
	assert_string_equal(iscsidsc_status_name(4711), "unknown");
	assert_string_equal(iscsidsc_advice(4711), "");
	assert_string_equal(iscsidsc_status_name(ISDSC_TOO_MANY_CONNECTIONS),
			    "ISDSC_TOO_MANY_CONNECTIONS");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_cause_of_add),
		cmocka_unit_test(next_address_of_a_name),
		cmocka_unit_test(causes_of_others),
		cmocka_unit_test(every_status_has_words),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
