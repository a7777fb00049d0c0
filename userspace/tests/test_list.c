// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* GetIScsiSessionList: contents, and the buffer protocol to the byte. */

#include "unit.h"

#include "fake_kernel.h"

static int setup(void **state)
{
	(void)state;
	fake_two_sessions();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(fake.opened, fake.closed);
	assert_int_equal(fake.bad_requests, 0);
	return 0;
}

static size_t wide_len(const char *text)
{
	return 2 * (strlen(text) + 1);
}

static void assert_wide(const char16_t *wide, const char *text)
{
	size_t i;

	for (i = 0; text[i]; i++)
		assert_int_equal(wide[i], text[i]);
	assert_int_equal(wide[i], 0);
}

/* The size that follows from the layout: arrays, then texts */
static size_t expected_texts(size_t (*len)(const char *))
{
	return 2 * len("iqn.2024-01.example:host") +
	       len("iqn.2024-01.example:disk1") +
	       len("iqn.2024-01.example:disk2") +
	       len("10.0.1.1") + len("10.0.1.10") +
	       len("10.0.2.1") + len("10.0.2.10") +
	       len("0.0.0.0") + len("2001:db8::10");
}

static size_t narrow_len(const char *text)
{
	return strlen(text) + 1;
}

static void size_is_exact(void **state)
{
	uint32_t size = 0, count = 77;
	unsigned char *buffer;
	size_t want = 2 * sizeof(ISCSI_SESSION_INFOW) +
		      3 * sizeof(ISCSI_CONNECTION_INFOW);

	(void)state;
	assert_int_equal(GetIScsiSessionListW(&size, &count, NULL),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(size, want + expected_texts(wide_len));
	buffer = malloc(size + 8);
	memset(buffer, 0xa5, size + 8);

	/* One byte less is too little, and nothing is written. */
	size--;
	assert_int_equal(GetIScsiSessionListW(&size, &count, (void *)buffer),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(buffer[0], 0xa5);
	assert_int_equal(GetIScsiSessionListW(&size, &count, (void *)buffer),
			 ERROR_SUCCESS);
	assert_int_equal(count, 2);
	assert_int_equal(size, want + expected_texts(wide_len));
	assert_int_equal(buffer[size], 0xa5);

	/* More room: the size used comes back. */
	size += 8;
	assert_int_equal(GetIScsiSessionListW(&size, &count, (void *)buffer),
			 ERROR_SUCCESS);
	assert_int_equal(size, want + expected_texts(wide_len));
	free(buffer);

	size = 0;
	assert_int_equal(GetIScsiSessionListA(&size, &count, NULL),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(size, want + expected_texts(narrow_len));
	size = 0;
	assert_int_equal(GetIScsiSessionListEx(&size, &count, NULL),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(size, 2 * sizeof(ISCSI_SESSION_INFO_EX) +
			 3 * sizeof(ISCSI_CONNECTION_INFO_EX));
}

static void inside(const void *p, const void *buffer, uint32_t size)
{
	assert_in_range((uintptr_t)p, (uintptr_t)buffer,
			(uintptr_t)buffer + size - 1);
}

static void contents_wide(void **state)
{
	uint32_t size = 8192, count = 0;
	ISCSI_SESSION_INFOW *s = malloc(size);
	ISCSI_CONNECTION_INFOW *c;

	(void)state;
	assert_int_equal(GetIScsiSessionListW(&size, &count, s), 0);
	assert_int_equal(count, 2);
	assert_wide(s[0].TargetName, "iqn.2024-01.example:disk1");
	assert_wide(s[0].TargetNodeName, "iqn.2024-01.example:disk1");
	assert_wide(s[1].InitiatorName, "iqn.2024-01.example:host");
	assert_int_equal(s[0].ISID[1], 0x02);
	assert_int_equal(s[0].ISID[5], 1);
	assert_int_equal(s[0].TSID[0], 0x34);
	assert_int_equal(s[0].TSID[1], 0x12);
	assert_int_equal(s[0].ConnectionCount, 2);
	c = s[0].Connections;
	assert_wide(c[0].InitiatorAddress, "10.0.1.1");
	assert_wide(c[1].TargetAddress, "10.0.2.10");
	assert_int_equal(c[1].TargetSocket, 3260);
	assert_int_equal(c[1].InitiatorSocket, 40001);
	assert_int_equal(c[1].CID[0], 1);
	assert_int_equal(c[1].CID[1], 0);
	c = s[1].Connections;
	assert_int_equal(s[1].ConnectionCount, 1);
	assert_wide(c[0].InitiatorAddress, "0.0.0.0");
	assert_wide(c[0].TargetAddress, "2001:db8::10");
	assert_int_equal(c[0].CID[0], 7);
	inside(s[1].Connections, s, size);
	inside(s[1].TargetName, s, size);
	inside(c[0].TargetAddress, s, size);
	/* A session and its connections share the first half of the ID. */
	assert_true(s[0].SessionId.AdapterUnique ==
		    s[0].Connections[1].ConnectionId.AdapterUnique);
	assert_true(s[0].SessionId.AdapterUnique !=
		    s[1].SessionId.AdapterUnique);
	free(s);
}

static void contents_narrow(void **state)
{
	uint32_t size = 8192, count = 0;
	ISCSI_SESSION_INFOA *s = malloc(size);

	(void)state;
	assert_int_equal(GetIScsiSessionListA(&size, &count, s), 0);
	assert_int_equal(count, 2);
	assert_string_equal(s[1].TargetName, "iqn.2024-01.example:disk2");
	assert_string_equal(s[1].Connections[0].TargetAddress, "2001:db8::10");
	free(s);
}

static void contents_ex(void **state)
{
	uint32_t size = 8192, count = 0;
	ISCSI_SESSION_INFO_EX *s = malloc(size);

	(void)state;
	fake.sessions[0].immediate_data = 1;
	fake.sessions[0].first_burst_length = 65536;
	fake.conns[0][0].header_digest = 1;
	assert_int_equal(GetIScsiSessionListEx(&size, &count, s), 0);
	assert_int_equal(s[0].ImmediateData, 1);
	assert_int_equal(s[0].InitialR2t, 0);
	assert_int_equal(s[0].Type, 2);
	assert_int_equal(s[0].FirstBurstLength, 65536);
	assert_int_equal(s[0].MaximumConnections, 4);
	assert_int_equal(s[0].Connections[0].State, 1);
	assert_int_equal(s[0].Connections[0].Protocol, 6);
	assert_int_equal(s[0].Connections[0].HeaderDigest, 1);
	assert_int_equal(s[1].Connections[0].State, 0);
	free(s);
}

static void no_sessions(void **state)
{
	uint32_t size = 0, count = 9;

	(void)state;
	fake_reset();
	assert_int_equal(GetIScsiSessionListW(&size, &count, NULL), 0);
	assert_int_equal(size, 0);
	assert_int_equal(count, 0);
}

static void wrong_calls(void **state)
{
	uint32_t size = 8192, count;
	char *buffer = malloc(size);

	(void)state;
	assert_int_equal(GetIScsiSessionListW(NULL, &count, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(GetIScsiSessionListW(&size, NULL, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(GetIScsiSessionListW(&size, &count,
					      (void *)(buffer + 2)),
			 ERROR_NOACCESS);
	free(buffer);
	fake.absent = 1;
	assert_int_equal(GetIScsiSessionListW(&size, &count, NULL),
			 ISDSC_SERVICE_NOT_RUNNING);
}

static void answers_in_any_shape(void **state)
{
	uint32_t size = 0, count, again = 0;

	(void)state;
	assert_int_equal(GetIScsiSessionListW(&size, &count, NULL), 122);
	fake.split = 1;
	fake.noise = 1;
	assert_int_equal(GetIScsiSessionListW(&again, &count, NULL), 122);
	assert_int_equal(again, size);
	/* A dump that changed while it was read is read again. */
	fake.interrupt = 3;
	again = 0;
	assert_int_equal(GetIScsiSessionListW(&again, &count, NULL), 122);
	assert_int_equal(again, size);
	assert_int_equal(count, 2);
	fake.interrupt = 1000;
	assert_int_equal(GetIScsiSessionListW(&again, &count, NULL),
			 ISDSC_SESSION_BUSY);
}

static void order_is_by_number(void **state)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;

	(void)state;
	fake_reset();
	fake_session(9, "iqn.b", 2);
	fake_conn(9, 4, 4, NULL, "10.0.0.2");
	fake_conn(9, 0, 0, NULL, "10.0.0.1");
	fake_session(2, "iqn.a", 2);
	fake_conn(2, 1, 1, NULL, "10.0.0.3");
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS,
					       &snap), 0);
	assert_int_equal(snap->session_count, 2);
	assert_int_equal(snap->sessions[0]->sid, 2);
	assert_int_equal(snap->sessions[0]->conn_count, 1);
	assert_int_equal(snap->sessions[1]->conn_count, 2);
	assert_int_equal(snap->sessions[1]->conns[1]->id, 4);
	iscsidsc_snapshot_free(snap);
	assert_int_equal(iscsidsc_snapshot_get(h, 9, &snap), 0);
	assert_int_equal(snap->session_count, 1);
	assert_int_equal(snap->sessions[0]->conn_count, 2);
	iscsidsc_snapshot_free(snap);
	assert_int_equal(iscsidsc_snapshot_get(h, 3, &snap),
			 ISDSC_INVALID_SESSION_ID);
	iscsidsc_close(h);
}

static void numbers_of_any_width(void **state)
{
	struct iscsidsc_snapshot *snap;
	struct iscsidsc *h;

	(void)state;
	fake.other_widths = 1;
	assert_int_equal(iscsidsc_open(&h), 0);
	assert_int_equal(iscsidsc_snapshot_get(h, 1, &snap), 0);
	assert_true(snap->sessions[0]->conns[0]->losses == UINT32_MAX);
	assert_true(snap->sessions[0]->conns[0]->tx_bytes == 7);
	assert_true(snap->sessions[0]->conns[0]->rx_bytes == 0);
	iscsidsc_snapshot_free(snap);
	iscsidsc_close(h);
}

static void version(void **state)
{
	ISCSI_VERSION_INFO info = { 9, 9, 9 };

	(void)state;
	assert_int_equal(GetIScsiVersionInformation(&info), 0);
	assert_int_equal(info.MajorVersion, ISCSIDSC_VERSION_MAJOR);
	assert_int_equal(info.MinorVersion, ISCSIDSC_VERSION_MINOR);
	assert_int_equal(GetIScsiVersionInformation(NULL),
			 ERROR_INVALID_PARAMETER);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(size_is_exact),
		TEST(contents_wide),
		TEST(contents_narrow),
		TEST(contents_ex),
		TEST(no_sessions),
		TEST(wrong_calls),
		TEST(answers_in_any_shape),
		TEST(order_is_by_number),
		TEST(numbers_of_any_width),
		TEST(version),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}
