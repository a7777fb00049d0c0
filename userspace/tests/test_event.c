// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Events, one at a time however they arrive. */

#include "unit.h"

#include "fake_kernel.h"

static void in_order(void **state)
{
	struct iscsidsc_event event;
	struct iscsidsc *h;

	(void)state;
	fake_two_sessions();
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(iscsidsc_subscribe(h), 0);
	assert_int_equal(iscsidsc_event_next(h, 0, &event), ERROR_TIMEOUT);
	/* Two in one datagram, one behind */
	fake_event(ISCSI_MCS_CMD_CONN_DOWN_NTF, 1, 1,
		   ISCSI_MCS_REASON_NOP_TIMEOUT, "no answer in 5 s");
	fake_event(ISCSI_MCS_CMD_RECOVERY_STARTED_NTF, 1, 0,
		   ISCSI_MCS_REASON_TCP_ERROR, NULL);
	fake.split = 1;
	fake_event(ISCSI_MCS_CMD_CONN_UP_NTF, 1, 1, 0, NULL);
	assert_int_equal(iscsidsc_event_next(h, 0, &event), 0);
	assert_int_equal(event.type, ISCSI_MCS_CMD_CONN_DOWN_NTF);
	assert_int_equal(event.has_conn, 1);
	assert_int_equal(event.id, 1);
	assert_int_equal(event.reason, ISCSI_MCS_REASON_NOP_TIMEOUT);
	assert_string_equal(event.text, "no answer in 5 s");
	assert_int_equal(iscsidsc_event_next(h, 0, &event), 0);
	assert_int_equal(event.type, ISCSI_MCS_CMD_RECOVERY_STARTED_NTF);
	assert_int_equal(event.has_conn, 0);
	assert_string_equal(event.text, "");
	assert_int_equal(iscsidsc_event_next(h, 0, &event), 0);
	assert_int_equal(event.type, ISCSI_MCS_CMD_CONN_UP_NTF);
	assert_int_equal(iscsidsc_event_next(h, 0, &event), ERROR_TIMEOUT);
	iscsidsc_close(h);
}

static void lost(void **state)
{
	struct iscsidsc_event event;
	struct iscsidsc *h;

	(void)state;
	fake_two_sessions();
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(iscsidsc_subscribe(h), 0);
	fake_overrun();
	/* Waited to be read meanwhile, and is from before */
	fake_event(ISCSI_MCS_CMD_CONN_DOWN_NTF, 1, 1, 0, NULL);
	fake_overrun();
	fake_event(ISCSI_MCS_CMD_CONN_UP_NTF, 1, 1, 0, NULL);
	fake_lull();
	fake_event(ISCSI_MCS_CMD_SESSION_REMOVED_NTF, 1, 0, 0, NULL);
	assert_int_equal(iscsidsc_event_next(h, 0, &event), ERROR_MORE_DATA);
	assert_int_equal(iscsidsc_event_next(h, 0, &event), 0);
	assert_int_equal(event.type, ISCSI_MCS_CMD_SESSION_REMOVED_NTF);
	iscsidsc_close(h);
}

static void unloaded(void **state)
{
	struct iscsidsc_event event;
	struct iscsidsc *h;

	(void)state;
	fake_two_sessions();
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(iscsidsc_subscribe(h), 0);
	fake_unload(FAKE_FAMILY + 1);
	assert_int_equal(iscsidsc_event_next(h, 0, &event), ERROR_TIMEOUT);
	/* What came before is handed out first. */
	fake_event(ISCSI_MCS_CMD_SESSION_REMOVED_NTF, 1, 0, 0, NULL);
	fake_unload(FAKE_FAMILY);
	assert_int_equal(iscsidsc_event_next(h, 0, &event), 0);
	assert_int_equal(iscsidsc_event_next(h, 0, &event),
			 ISDSC_SERVICE_NOT_RUNNING);
	assert_int_equal(iscsidsc_event_next(h, -1, &event),
			 ISDSC_SERVICE_NOT_RUNNING);
	iscsidsc_close(h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(lost),
		cmocka_unit_test(unloaded),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
