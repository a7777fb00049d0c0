// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Discovery is what iscsiadm does. */

#include "unit.h"

#include "fake_host.h"

static int setup(void **state)
{
	(void)state;
	memset(&fake_host, 0, sizeof(fake_host));
	return 0;
}

static void asks_portals(void **state)
{
	ISCSI_TARGET_PORTALW wide = { .Address = u"fd00::10",
				      .Socket = 3261 };
	ISCSI_TARGET_PORTALA narrow = { .Address = "10.0.1.10",
					.Socket = 3260 };
	char instance[] = "iscsi_mcs", other[] = "somebody else";

	(void)state;
	assert_int_equal(AddIScsiSendTargetPortalW(NULL, -1, NULL, 0, &wide),
			 0);
	assert_string_equal(fake_host.command,
			    "iscsiadm -m discovery -t sendtargets -p [fd00::10]:3261");
	assert_int_equal(RefreshIScsiSendTargetPortalA(instance, -1, &narrow),
			 0);
	assert_string_equal(fake_host.command,
			    "iscsiadm -m discovery -t sendtargets -p 10.0.1.10:3260");
	assert_int_equal(RemoveIScsiSendTargetPortalW(NULL, -1, &wide), 0);
	assert_string_equal(fake_host.command,
			    "iscsiadm -m discoverydb -t sendtargets -p [fd00::10]:3261 -o delete");
	assert_int_equal(fake_host.calls, 3);
	assert_int_equal(RefreshIScsiSendTargetPortalA(other, -1, &narrow),
			 ISDSC_INITIATOR_INSTANCE_NOT_FOUND);
	assert_int_equal(RefreshIScsiSendTargetPortalA(NULL, 0, &narrow),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	assert_int_equal(RefreshIScsiSendTargetPortalA(NULL, -1, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(RemoveIScsiSendTargetPortalA(NULL, -1, NULL),
			 ERROR_INVALID_PARAMETER);
	narrow.Address[0] = '\0';
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, NULL, 0, &narrow),
			 ISDSC_NO_PORTAL_SPECIFIED);
	memset(narrow.Address, 'a', sizeof(narrow.Address));
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, NULL, 0, &narrow),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(fake_host.calls, 3);
}

static void options_and_exits(void **state)
{
	ISCSI_TARGET_PORTALA portal = { .Address = "10.0.1.10",
					.Socket = 3260 };
	ISCSI_LOGIN_OPTIONS o = { .Version = 1 };

	(void)state;
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, &o, 0, &portal),
			 ERROR_INVALID_PARAMETER);
	o.Version = 0;
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, &o, 0, &portal),
			 0);
	o.InformationSpecified = ISCSI_LOGIN_OPTIONS_PASSWORD;
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, &o, 0, &portal),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	o.InformationSpecified = ISCSI_LOGIN_OPTIONS_AUTH_TYPE;
	o.AuthType = ISCSI_CHAP_AUTH_TYPE;
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, &o, 0, &portal),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	o.AuthType = ISCSI_NO_AUTH_TYPE;
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, &o, 0, &portal),
			 0);
	o.LoginFlags = ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE;
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, &o, 0, &portal),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	assert_int_equal(AddIScsiSendTargetPortalA(NULL, -1, NULL, 3, &portal),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	fake_host.exit_status = 8;
	assert_int_equal(RefreshIScsiSendTargetPortalA(NULL, -1, &portal),
			 ISDSC_CONNECTION_FAILED);
	fake_host.exit_status = 24;
	assert_int_equal(RefreshIScsiSendTargetPortalA(NULL, -1, &portal),
			 ISDSC_AUTHENTICATION_FAILURE);
	fake_host.exit_status = 21;
	assert_int_equal(RemoveIScsiSendTargetPortalA(NULL, -1, &portal),
			 ISDSC_PORTAL_NOT_FOUND);
}

static void lists_targets(void **state)
{
	/* Two names, one of them known by two portals */
	static const char names[] = "iqn.2024-01.example:a\0"
				    "iqn.2024-01.example:b\0";
	char16_t wide[64];
	char narrow[64];
	uint32_t size = 0, i;

	(void)state;
	assert_int_equal(ReportIScsiTargetsA(0, &size, NULL),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(size, 1);
	assert_int_equal(ReportIScsiTargetsA(0, &size, narrow), 0);
	assert_int_equal(narrow[0], 0);
	fake_host.output = "10.0.1.10:3260,1 iqn.2024-01.example:a\n"
			   "10.0.2.10:3260,1 iqn.2024-01.example:a\n"
			   "nonsense\n"
			   "[fd00::1]:3260,1 iqn.2024-01.example:b\n";
	assert_int_equal(ReportIScsiTargetsW(0, &size, NULL),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(size, sizeof(names));
	memset(wide, 0xff, sizeof(wide));
	assert_int_equal(ReportIScsiTargetsW(0, &size, wide), 0);
	for (i = 0; i < sizeof(names); i++)
		assert_int_equal(wide[i], names[i]);
	assert_int_equal(wide[size], 0xffff);
	assert_int_equal(ReportIScsiTargetsA(0, &size, narrow), 0);
	assert_memory_equal(narrow, names, sizeof(names));
	size--;
	assert_int_equal(ReportIScsiTargetsA(0, &size, narrow),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(ReportIScsiTargetsA(0, NULL, narrow),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(fake_host.calls, 0);
}

static void asks_all_again(void **state)
{
	uint32_t size = 0;

	(void)state;
	fake_host.output = "10.0.1.10:3260,1 iqn.2024-01.example:a\n";
	fake_host.portals = "10.0.1.10:3260 via sendtargets\n"
			    "10.0.9.9:3205 via isns\n"
			    "10.0.2.10:3260 via sendtargets\n";
	/* One that does not answer does not matter. */
	fake_host.exit_status = 8;
	assert_int_equal(ReportIScsiTargetsA(1, &size, NULL),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(fake_host.calls, 2);
	assert_string_equal(fake_host.command,
			    "iscsiadm -m discovery -t sendtargets -p 10.0.2.10:3260");
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup(fn, setup)
	static const struct CMUnitTest tests[] = {
		TEST(asks_portals),
		TEST(options_and_exits),
		TEST(lists_targets),
		TEST(asks_all_again),
	};

	return cmocka_run_group_tests_name("discover", tests, NULL, NULL);
}
