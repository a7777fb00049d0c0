// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* AddIScsiConnection and RemoveIScsiConnection. */

#include <errno.h>
#include <sys/socket.h>

#include "unit.h"

#include "fake_kernel.h"

static ISCSI_UNIQUE_SESSION_ID first, second;

static int setup(void **state)
{
	uint32_t size = 8192, count;
	ISCSI_SESSION_INFOW *s = malloc(size);

	(void)state;
	fake_two_sessions();
	if (GetIScsiSessionListW(&size, &count, s))
		return -1;
	first = s[0].SessionId;
	second = s[1].SessionId;
	free(s);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	assert_int_equal(fake.opened, fake.closed);
	return 0;
}

static ISCSI_TARGET_PORTALW portal_w(const char16_t *address, uint16_t port)
{
	ISCSI_TARGET_PORTALW portal = { .Socket = port };
	size_t i;

	for (i = 0; address[i]; i++)
		portal.Address[i] = address[i];
	return portal;
}

static ISDSC_STATUS add_w(const char16_t *address, uint16_t port,
			  ISCSI_LOGIN_OPTIONS *options,
			  ISCSI_UNIQUE_CONNECTION_ID *id)
{
	ISCSI_TARGET_PORTALW portal = portal_w(address, port);

	return AddIScsiConnectionW(&first, NULL, ISCSI_ANY_INITIATOR_PORT,
				   &portal, 0, options, 0, NULL, id);
}

static int was_given(int attr)
{
	return fake.last >> attr & 1;
}

static void add_plain(void **state)
{
	ISCSI_UNIQUE_CONNECTION_ID id = { 0, 0 };
	static const uint8_t want[4] = { 10, 0, 3, 10 };

	(void)state;
	assert_int_equal(add_w(u"10.0.3.10", 3261, NULL, &id), 0);
	assert_int_equal(fake.last_add.sid, 1);
	assert_int_equal(fake.last_add.remote.family, AF_INET);
	assert_int_equal(fake.last_add.remote.port, 3261);
	assert_memory_equal(fake.last_add.remote.addr, want, 4);
	assert_true(id.AdapterUnique == first.AdapterUnique);
	assert_int_equal(id.AdapterSpecific, 2);
	assert_int_equal(fake.sessions[0].conn_count, 3);
	assert_false(was_given(ISCSI_MCS_A_CONN_SOURCE));
	assert_false(was_given(ISCSI_MCS_A_CONN_HEADER_DIGEST));
	assert_false(was_given(ISCSI_MCS_A_CONN_AUTH));
	assert_false(was_given(ISCSI_MCS_A_CONN_INITIATOR_PORT));
	/* The ID is the one the list shows, and it removes the connection. */
	assert_int_equal(RemoveIScsiConnection(&first, &id), 0);
	assert_int_equal(fake.sessions[0].conn_count, 2);
	assert_int_equal(fake.bad_requests, 0);
}

static void add_narrow(void **state)
{
	ISCSI_TARGET_PORTALA portal = { .SymbolicName = "left",
					.Address = "[2001:db8::7]",
					.Socket = 3260 };

	(void)state;
	assert_int_equal(AddIScsiConnectionA(&first, "ignored",
					     ISCSI_ANY_INITIATOR_PORT, &portal,
					     0, NULL, 0, NULL, NULL), 0);
	assert_int_equal(fake.last_add.remote.family, AF_INET6);
	assert_int_equal(fake.last_add.remote.addr[15], 7);
	assert_string_equal(fake.last_add.symbolic_name, "left");
	/* No terminator within the array */
	memset(portal.Address, 'a', sizeof(portal.Address));
	assert_int_equal(AddIScsiConnectionA(&first, NULL,
					     ISCSI_ANY_INITIATOR_PORT, &portal,
					     0, NULL, 0, NULL, NULL),
			 ERROR_INVALID_PARAMETER);
	strcpy(portal.Address, "\xff\xfe");
	assert_int_equal(AddIScsiConnectionA(&first, NULL,
					     ISCSI_ANY_INITIATOR_PORT, &portal,
					     0, NULL, 0, NULL, NULL),
			 ERROR_INVALID_PARAMETER);
}

static void add_names(void **state)
{
	(void)state;
	assert_int_equal(add_w(u"localhost", 3260, NULL, NULL), 0);
	assert_int_equal(add_w(u"no such name", 3260, NULL, NULL),
			 ISDSC_DNS_NAME_UNRESOLVED);
	assert_int_equal(add_w(u"", 3260, NULL, NULL),
			 ISDSC_NO_PORTAL_SPECIFIED);
	assert_int_equal(add_w(u"10.0.3.10", 0, NULL, NULL),
			 ERROR_INVALID_PARAMETER);
	/* Half a surrogate pair */
	assert_int_equal(add_w((const char16_t[]){ 0xd800, 'a', 0 }, 3260, NULL,
			       NULL), ERROR_INVALID_PARAMETER);
}

static void add_same_portal(void **state)
{
	ISDSC_STATUS status;

	(void)state;
	status = AddIScsiConnectionW(&first, NULL, ISCSI_ANY_INITIATOR_PORT,
				     NULL, 0, NULL, 0, NULL, NULL);
	assert_int_equal(status, 0);
	assert_memory_equal(&fake.last_add.remote, &fake.conns[0][0].remote,
			    sizeof(struct iscsidsc_addr));
	assert_true(fake.last_add.flags & ISCSI_MCS_CONN_FLAGS_ALLOW_DUPLICATE);
}

static void add_to_nothing(void **state)
{
	ISCSI_TARGET_PORTALW portal = portal_w(u"10.0.3.10", 3260);
	ISCSI_UNIQUE_SESSION_ID id = first;

	(void)state;
	id.AdapterSpecific++;
	assert_int_equal(AddIScsiConnectionW(&id, NULL, -1, &portal, 0, NULL,
					     0, NULL, NULL),
			 ISDSC_INVALID_SESSION_ID);
	/* Right number, another session by now */
	strcpy(fake.sessions[0].target_name, "iqn.2024-01.example:other");
	assert_int_equal(AddIScsiConnectionW(&first, NULL, -1, &portal, 0, NULL,
					     0, NULL, NULL),
			 ISDSC_INVALID_SESSION_ID);
	assert_int_equal(fake.adds, 0);
	assert_int_equal(AddIScsiConnectionW(NULL, NULL, -1, &portal, 0, NULL,
					     0, NULL, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(AddIScsiConnectionW(&second, NULL, -1, &portal, 0,
					     NULL, 4, NULL, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(AddIScsiConnectionW(&second, NULL, -1, &portal, 0,
					     NULL, 0, NULL, NULL),
			 ISDSC_TOO_MANY_CONNECTIONS);
}

static void add_options(void **state)
{
	ISCSI_LOGIN_OPTIONS o = { .HeaderDigest = ISCSI_DIGEST_TYPE_CRC32C,
				  .AuthType = ISCSI_CHAP_AUTH_TYPE,
				  .Password = (uint8_t *)"x",
				  .PasswordLength = 1 };

	(void)state;
	/* No bit set: no member counts. */
	assert_int_equal(add_w(u"10.0.3.10", 3260, &o, NULL), 0);
	assert_false(was_given(ISCSI_MCS_A_CONN_HEADER_DIGEST));
	assert_false(was_given(ISCSI_MCS_A_CONN_AUTH));
	assert_int_equal(fake.secret_len, 0);
	o.InformationSpecified = ISCSI_LOGIN_OPTIONS_HEADER_DIGEST |
				 ISCSI_LOGIN_OPTIONS_DATA_DIGEST |
				 ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS |
				 ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_WAIT |
				 ISCSI_LOGIN_OPTIONS_DEFAULT_TIME_2_RETAIN;
	o.MaximumConnections = 4;
	assert_int_equal(add_w(u"10.0.4.10", 3260, &o, NULL), 0);
	assert_true(was_given(ISCSI_MCS_A_CONN_DATA_DIGEST));
	assert_int_equal(fake.last_add.header_digest, 1);
	assert_int_equal(fake.last_add.data_digest, 0);
	o.MaximumConnections = 65536;
	assert_int_equal(add_w(u"10.0.4.10", 3260, &o, NULL),
			 ERROR_INVALID_PARAMETER);
	o.MaximumConnections = 1;
	o.HeaderDigest = (ISCSI_DIGEST_TYPES)2;
	assert_int_equal(add_w(u"10.0.4.10", 3260, &o, NULL),
			 ERROR_INVALID_PARAMETER);
	o.HeaderDigest = ISCSI_DIGEST_TYPE_NONE;
	o.Version = 1;
	assert_int_equal(add_w(u"10.0.4.10", 3260, &o, NULL),
			 ERROR_INVALID_PARAMETER);
	o.Version = 0;
	o.InformationSpecified |= 0x100;
	assert_int_equal(add_w(u"10.0.4.10", 3260, &o, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(fake.adds, 2);
}

static ISDSC_STATUS add_chap(const char *name, const char *secret, uint32_t len)
{
	ISCSI_LOGIN_OPTIONS o = {
		.InformationSpecified = ISCSI_LOGIN_OPTIONS_PASSWORD |
					ISCSI_LOGIN_OPTIONS_USERNAME |
					ISCSI_LOGIN_OPTIONS_AUTH_TYPE,
		.AuthType = ISCSI_CHAP_AUTH_TYPE,
		.Username = (uint8_t *)name,
		.UsernameLength = (uint32_t)strlen(name),
		.Password = (uint8_t *)secret,
		.PasswordLength = len,
	};

	fake.sessions[0].max_connections = 8;
	return add_w(u"10.0.3.10", 3260, &o, NULL);
}

static void add_chap_lengths(void **state)
{
	static const char secret[] = "0123456789abcdefg";

	(void)state;
	assert_int_equal(add_chap("joe", secret, 11),
			 ISDSC_INVALID_TARGET_CHAP_SECRET);
	assert_int_equal(add_chap("joe", secret, 17),
			 ISDSC_INVALID_TARGET_CHAP_SECRET);
	assert_int_equal(fake.adds, 0);
	assert_int_equal(add_chap("joe", secret, 12), 0);
	assert_int_equal(fake.secret_len, 12);
	assert_memory_equal(fake.secret, secret, 12);
	assert_int_equal(fake.chap_name_len, 3);
	assert_int_equal(fake.last_add.auth, ISCSI_MCS_AUTH_CHAP);
	assert_int_equal(add_chap("", secret, 16), 0);
	assert_int_equal(fake.secret_len, 16);
	/* Without a name it is the initiator's. */
	assert_int_equal(fake.chap_name_len,
			 strlen("iqn.2024-01.example:host"));
	assert_memory_equal(fake.chap_name, "iqn.2024-01.example:host",
			    fake.chap_name_len);
}

static void add_auth_types(void **state)
{
	ISCSI_LOGIN_OPTIONS o = {
		.InformationSpecified = ISCSI_LOGIN_OPTIONS_AUTH_TYPE,
		.AuthType = ISCSI_MUTUAL_CHAP_AUTH_TYPE,
	};

	(void)state;
	/* Names and secrets are those of the session. */
	assert_int_equal(add_w(u"10.0.3.10", 3260, &o, NULL), 0);
	assert_int_equal(fake.last_add.auth, ISCSI_MCS_AUTH_MUTUAL_CHAP);
	o.AuthType = ISCSI_NO_AUTH_TYPE;
	assert_int_equal(add_w(u"10.0.4.10", 3260, &o, NULL), 0);
	assert_int_equal(fake.last_add.auth, ISCSI_MCS_AUTH_NONE);
	o.AuthType = (ISCSI_AUTH_TYPES)3;
	assert_int_equal(add_w(u"10.0.4.10", 3260, &o, NULL),
			 ISDSC_INVALID_LOGON_AUTH_TYPE);
}

static ISDSC_STATUS add_secure(uint64_t flags, uint32_t login_flags)
{
	ISCSI_TARGET_PORTALW portal = portal_w(u"10.0.3.10", 3260);
	ISCSI_LOGIN_OPTIONS o = { .LoginFlags = login_flags };

	return AddIScsiConnectionW(&first, NULL, -1, &portal, flags, &o, 0,
				   NULL, NULL);
}

static void add_security(void **state)
{
	(void)state;
	assert_int_equal(add_secure(0x27, 0), ISDSC_IPSEC_NOT_SUPPORTED_ON_OS);
	assert_int_equal(add_secure(0, ISCSI_LOGIN_FLAG_REQUIRE_IPSEC),
			 ISDSC_IPSEC_NOT_SUPPORTED_ON_OS);
	assert_int_equal(add_secure(0x61, 0), ERROR_INVALID_PARAMETER);
	assert_int_equal(add_secure(0x0d, 0), ERROR_INVALID_PARAMETER);
	assert_int_equal(add_secure(0, ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	assert_int_equal(add_secure(0, 0x40), ERROR_INVALID_PARAMETER);
	assert_int_equal(fake.adds, 0);
	/* Not valid, or no IPsec asked for: nothing to refuse */
	assert_int_equal(add_secure(0x26, 0), 0);
	assert_int_equal(add_secure(0x25, ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED),
			 0);
}

static void add_from_port(void **state)
{
	ISCSI_TARGET_PORTALW portal = portal_w(u"127.0.0.9", 3260);
	struct iscsidsc_port *ports;
	size_t count, i, v4 = SIZE_MAX, v6 = SIZE_MAX;

	(void)state;
	assert_int_equal(iscsidsc_ports_get(&ports, &count), 0);
	for (i = 0; i < count; i++) {
		if (ports[i].addr.family == AF_INET)
			v4 = i;
		else
			v6 = i;
	}
	assert_int_not_equal(v4, SIZE_MAX);
	assert_int_equal(AddIScsiConnectionW(&first, NULL, (uint32_t)v4,
					     &portal, 0, NULL, 0, NULL, NULL),
			 0);
	assert_int_equal(fake.last_add.initiator_port, v4);
	assert_memory_equal(fake.last_add.source.addr, ports[v4].addr.addr, 4);
	assert_int_equal(AddIScsiConnectionW(&first, NULL, (uint32_t)count,
					     &portal, 0, NULL, 0, NULL, NULL),
			 ISDSC_INVALID_PORT_NUMBER);
	if (v6 != SIZE_MAX)
		assert_int_equal(AddIScsiConnectionW(&first, NULL, (uint32_t)v6,
						     &portal, 0, NULL, 0, NULL,
						     NULL),
				 ISDSC_ADDRESS_TYPE_NOT_SUPPORTED);
	free(ports);
}

static void remove_refused(void **state)
{
	ISCSI_UNIQUE_CONNECTION_ID id = { first.AdapterUnique, 0 };

	(void)state;
	assert_int_equal(RemoveIScsiConnection(&first, &id),
			 ISDSC_CANNOT_REMOVE_LEADING_CONNECTION);
	id.AdapterSpecific = 99;
	assert_int_equal(RemoveIScsiConnection(&first, &id),
			 ISDSC_INVALID_CONNECTION_ID);
	id.AdapterSpecific = 1;
	id.AdapterUnique++;
	assert_int_equal(RemoveIScsiConnection(&first, &id),
			 ISDSC_INVALID_CONNECTION_ID);
	/* The last one is the leading one here; the last counts. */
	id.AdapterUnique = second.AdapterUnique;
	id.AdapterSpecific = 5;
	assert_int_equal(RemoveIScsiConnection(&second, &id),
			 ISDSC_CANT_REMOVE_LAST_CONNECTION);
	assert_int_equal(RemoveIScsiConnection(NULL, &id),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(RemoveIScsiConnection(&first, NULL),
			 ERROR_INVALID_PARAMETER);
	id.AdapterUnique = first.AdapterUnique;
	id.AdapterSpecific = 1;
	fake_fail(ISCSI_MCS_CMD_CONN_DEL, EALREADY, NULL, 1);
	assert_int_equal(RemoveIScsiConnection(&first, &id),
			 ISDSC_REMOVE_CONNECTION_IN_PROGRESS);
}

static void broken_answers(void **state)
{
	(void)state;
	fake.silent_add = 1;
	assert_int_equal(add_w(u"10.0.3.10", 3260, NULL, NULL),
			 ISDSC_DRIVER_BUG);
	fake.absent = 1;
	assert_int_equal(add_w(u"10.0.3.10", 3260, NULL, NULL),
			 ISDSC_SERVICE_NOT_RUNNING);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(add_plain),
		TEST(add_narrow),
		TEST(add_names),
		TEST(add_same_portal),
		TEST(add_to_nothing),
		TEST(add_options),
		TEST(add_chap_lengths),
		TEST(add_auth_types),
		TEST(add_security),
		TEST(add_from_port),
		TEST(remove_refused),
		TEST(broken_answers),
	};

	return cmocka_run_group_tests_name("add", tests, NULL, NULL);
}
