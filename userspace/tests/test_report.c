// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Login, logout, and the calls that report. */

#include <errno.h>

#include "unit.h"

#include "fake_host.h"
#include "fake_kernel.h"

#define DISK	"sys/class/iscsi_session/session1/device/target2:0:0/2:0:0:"

static ISCSI_UNIQUE_SESSION_ID first;

static int setup(void **state)
{
	uint32_t size = 8192, count;
	ISCSI_SESSION_INFOA *s = malloc(size);

	(void)state;
	fake_two_sessions();
	memset(&fake_host, 0, sizeof(fake_host));
	if (GetIScsiSessionListA(&size, &count, s))
		return -1;
	first = s[0].SessionId;
	free(s);
	return 0;
}

static void initiators(void **state)
{
	char16_t wide[64];
	char narrow[64];
	uint32_t size = 0;

	(void)state;
	assert_int_equal(ReportIScsiInitiatorListW(&size, NULL),
			 ERROR_INSUFFICIENT_BUFFER);
	/* Characters, with both terminators */
	assert_int_equal(size, strlen("iscsi_mcs") + 2);
	memset(wide, 0xff, sizeof(wide));
	assert_int_equal(ReportIScsiInitiatorListW(&size, wide), 0);
	assert_int_equal(wide[0], 'i');
	assert_int_equal(wide[9], 0);
	assert_int_equal(wide[10], 0);
	assert_int_equal(wide[11], 0xffff);
	size--;
	assert_int_equal(ReportIScsiInitiatorListA(&size, narrow),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(ReportIScsiInitiatorListA(&size, narrow), 0);
	assert_string_equal(narrow, "iscsi_mcs");
	assert_int_equal(ReportIScsiInitiatorListA(NULL, narrow),
			 ERROR_INVALID_PARAMETER);
	fake.absent = 1;
	assert_int_equal(ReportIScsiInitiatorListA(&size, narrow),
			 ISDSC_SERVICE_NOT_RUNNING);
}

static void portals(void **state)
{
	char target[] = "iqn.2024-01.example:disk1";
	ISCSI_TARGET_PORTALA narrow[4];
	ISCSI_TARGET_PORTALW wide[4];
	uint32_t count = 0;
	uint16_t tag = 2;

	(void)state;
	assert_int_equal(ReportIScsiTargetPortalsA(NULL, target, NULL, &count,
						   NULL),
			 ISDSC_TARGET_NOT_FOUND);
	fake_host.output = "10.0.1.10:3260,1 iqn.2024-01.example:disk1\n"
			   "10.0.1.10:3260,1 iqn.2024-01.example:disk10\n"
			   "[2001:db8::1]:860,2 iqn.2024-01.example:disk1\n"
			   "nonsense\n";
	assert_int_equal(ReportIScsiTargetPortalsA(NULL, target, NULL, &count,
						   NULL),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(count, 2);
	assert_int_equal(ReportIScsiTargetPortalsA(NULL, target, NULL, &count,
						   narrow), 0);
	assert_string_equal(narrow[0].Address, "10.0.1.10");
	assert_int_equal(narrow[0].Socket, 3260);
	assert_string_equal(narrow[1].Address, "2001:db8::1");
	assert_int_equal(narrow[1].Socket, 860);
	count = 4;
	assert_int_equal(ReportIScsiTargetPortalsW(NULL,
						   u"iqn.2024-01.example:disk1",
						   &tag, &count, wide), 0);
	assert_int_equal(count, 1);
	assert_int_equal(wide[0].Address[0], '2');
	assert_int_equal(ReportIScsiTargetPortalsA("other", target, NULL,
						   &count, narrow),
			 ISDSC_INITIATOR_NOT_FOUND);
}

static void devices(void **state)
{
	ISCSI_DEVICE_ON_SESSIONW wide[4];
	ISCSI_DEVICE_ON_SESSIONA narrow[4];
	uint32_t count = 4;

	(void)state;
	assert_int_equal(GetDevicesForIScsiSessionA(&first, &count, narrow),
			 ISDSC_INVALID_SESSION_ID);
	fake_host_file(DISK "1/type", "0\n");
	fake_host_file(DISK "1/block/sdb/dev", "8:16\n");
	fake_host_file(DISK "0/type", "1\n");
	fake_host_file("sys/class/iscsi_session/session1/device/power/x", "");
	count = 1;
	assert_int_equal(GetDevicesForIScsiSessionA(&first, &count, narrow),
			 ERROR_INSUFFICIENT_BUFFER);
	assert_int_equal(count, 2);
	assert_int_equal(GetDevicesForIScsiSessionA(&first, &count, narrow), 0);
	assert_string_equal(narrow[0].LegacyName, "");
	assert_int_equal(narrow[0].StorageDeviceNumber.DeviceType, 0x1f);
	assert_int_equal(narrow[0].StorageDeviceNumber.PartitionNumber,
			 UINT32_MAX);
	assert_string_equal(narrow[1].LegacyName, "/dev/sdb");
	assert_string_equal(narrow[1].TargetName, "iqn.2024-01.example:disk1");
	assert_int_equal(narrow[1].ScsiAddress.Length, 8);
	assert_int_equal(narrow[1].ScsiAddress.PortNumber, 2);
	assert_int_equal(narrow[1].ScsiAddress.Lun, 1);
	assert_int_equal(narrow[1].StorageDeviceNumber.DeviceType, 7);
	assert_int_equal(narrow[1].StorageDeviceNumber.DeviceNumber, 16);
	assert_int_equal(narrow[1].DeviceInterfaceType.Data1, 0x53f56307);
	assert_int_equal(GetDevicesForIScsiSessionW(&first, &count, wide), 0);
	assert_int_equal(wide[1].LegacyName[7], 'b');
	assert_int_equal(wide[1].LegacyName[8], 0);
	first.AdapterUnique++;
	assert_int_equal(GetDevicesForIScsiSessionW(&first, &count, wide),
			 ISDSC_INVALID_SESSION_ID);
	assert_int_equal(GetDevicesForIScsiSessionW(NULL, &count, wide),
			 ERROR_INVALID_PARAMETER);
}

static void third_session(void)
{
	fake_session(13, "iqn.2024-01.example:disk3", 4);
	fake_conn(13, 0, 0, "10.0.1.1", "10.0.1.10");
}

static ISDSC_STATUS login(char16_t *target, ISCSI_TARGET_PORTALW *portal,
			  ISCSI_LOGIN_OPTIONS *o, int persistent,
			  ISCSI_UNIQUE_SESSION_ID *id)
{
	return LoginIScsiTargetW(target, 0, NULL, ISCSI_ANY_INITIATOR_PORT,
				 portal, 0, NULL, o, 0, NULL,
				 (uint8_t)persistent, id, NULL);
}

static void logs_in(void **state)
{
	ISCSI_TARGET_PORTALW portal = { .Address = u"10.0.1.10",
					.Socket = 3260 };
	ISCSI_UNIQUE_SESSION_ID id;
	char16_t *disk3 = u"iqn.2024-01.example:disk3";

	(void)state;
	fake_host.on_login = third_session;
	assert_int_equal(login(disk3, &portal, NULL, 0, &id), 0);
	assert_string_equal(fake_host.command,
			    "iscsiadm -m node -T iqn.2024-01.example:disk3 -p 10.0.1.10:3260 --login");
	assert_int_equal((uint32_t)id.AdapterSpecific, 13);
	assert_int_equal(login(disk3, &portal, NULL, 0, &id),
			 ISDSC_TARGET_ALREADY_LOGGED_IN);
	/* Who is logged in already still gets the next start. */
	assert_int_equal(login(disk3, &portal, NULL, 1, &id),
			 ISDSC_TARGET_ALREADY_LOGGED_IN);
	assert_string_equal(fake_host.command,
			    "iscsiadm -m node -T iqn.2024-01.example:disk3 -p 10.0.1.10:3260 -o update -n node.startup -v automatic");
	assert_int_equal(LogoutIScsiTarget(&id), 0);
	assert_string_equal(fake_host.command, "iscsiadm -m session -r 13 -u");
	fake_host.exit_status = 21;
	assert_int_equal(LogoutIScsiTarget(&id), ISDSC_INVALID_SESSION_ID);
	fake_host.exit_status = 28;
	assert_int_equal(LogoutIScsiTarget(&id), ISDSC_DEVICE_BUSY_ON_SESSION);
	id.AdapterUnique++;
	assert_int_equal(LogoutIScsiTarget(&id), ISDSC_INVALID_SESSION_ID);
}

static void logs_in_by_known_portal(void **state)
{
	ISCSI_LOGIN_OPTIONS o = {
		.LoginFlags = ISCSI_LOGIN_FLAG_MULTIPATH_ENABLED,
	};
	char16_t *disk3 = u"iqn.2024-01.example:disk3";

	(void)state;
	assert_int_equal(login(disk3, NULL, NULL, 0, NULL),
			 ISDSC_TARGET_NOT_FOUND);
	fake_host.output = "10.0.7.10:3260,1 iqn.2024-01.example:disk3\n";
	fake_host.on_login = third_session;
	assert_int_equal(login(disk3, NULL, NULL, 1, NULL), 0);
	assert_int_equal(fake_host.calls, 2);
	assert_non_null(strstr(fake_host.command, "10.0.7.10:3260 --login"));
	/* Another session to it, and iscsid has it already */
	fake_host.exit_status = 15;
	assert_int_equal(login(disk3, NULL, &o, 0, NULL),
			 ISDSC_TARGET_ALREADY_LOGGED_IN);
	/* Login succeeds, but the session is not ours */
	fake_host.exit_status = 0;
	fake_host.on_login = NULL;
	assert_int_equal(login(disk3, NULL, &o, 0, NULL),
			 ISDSC_NO_CONNECTION_AVAILABLE);
}

static void login_refused(void **state)
{
	static const struct {
		int exit_status;
		ISDSC_STATUS status;
	} exits[] = {
		{ 4, ISDSC_CONNECTION_FAILED },
		{ 5, ISDSC_LOGIN_FAILED },
		{ 8, ISDSC_CONNECTION_FAILED },
		{ 12, ISDSC_SERVICE_NOT_RUNNING },
		{ 20, ERROR_SERVICE_NOT_ACTIVE },
		{ -ENOENT, ERROR_SERVICE_NOT_ACTIVE },
		{ 24, ISDSC_AUTHENTICATION_FAILURE },
		{ 99, ISDSC_NON_SPECIFIC_ERROR },
	};
	ISCSI_TARGET_PORTALW portal = { .Address = u"10.0.1.10",
					.Socket = 3260 };
	ISCSI_LOGIN_OPTIONS o = {
		.InformationSpecified = ISCSI_LOGIN_OPTIONS_PASSWORD,
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(exits); i++) {
		fake_host.exit_status = exits[i].exit_status;
		assert_int_equal(login(u"iqn.x", &portal, NULL, 0, NULL),
				 exits[i].status);
	}
	/* What iscsiadm says when it is to be saved */
	fake_host.exit_status = 21;
	assert_int_equal(login(u"iqn.x", &portal, NULL, 1, NULL),
			 ISDSC_TARGET_NOT_FOUND);
	fake_host.exit_status = 6;
	assert_int_equal(login(u"iqn.x", &portal, NULL, 1, NULL),
			 ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA);
	fake_host.exit_status = 99;
	i = (size_t)fake_host.calls;
	assert_int_equal(login(u"iqn.x", &portal, &o, 0, NULL),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	/* Not whatever iscsid's record happens to say */
	o.InformationSpecified = ISCSI_LOGIN_OPTIONS_AUTH_TYPE;
	o.AuthType = ISCSI_MUTUAL_CHAP_AUTH_TYPE;
	assert_int_equal(login(u"iqn.x", &portal, &o, 0, NULL),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	o.AuthType = (ISCSI_AUTH_TYPES)3;
	assert_int_equal(login(u"iqn.x", &portal, &o, 0, NULL),
			 ISDSC_INVALID_LOGON_AUTH_TYPE);
	o.AuthType = ISCSI_NO_AUTH_TYPE;
	o.LoginFlags = ISCSI_LOGIN_FLAG_USE_RADIUS_VERIFICATION;
	assert_int_equal(login(u"iqn.x", &portal, &o, 0, NULL),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	o.LoginFlags = 0x40;
	assert_int_equal(login(u"iqn.x", &portal, &o, 0, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(login(u"", &portal, NULL, 0, NULL),
			 ISDSC_INVALID_ISCSI_NAME);
	assert_int_equal(LoginIScsiTargetW(u"iqn.x", 1, NULL, -1, &portal, 0,
					   NULL, NULL, 0, NULL, 0, NULL, NULL),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	assert_int_equal(LoginIScsiTargetW(u"iqn.x", 0, u"other", -1, &portal,
					   0, NULL, NULL, 0, NULL, 0, NULL,
					   NULL),
			 ISDSC_INITIATOR_INSTANCE_NOT_FOUND);
	assert_int_equal(LoginIScsiTargetW(u"iqn.x", 0, NULL, -1, &portal, 3,
					   NULL, NULL, 0, NULL, 0, NULL, NULL),
			 ISDSC_IPSEC_NOT_SUPPORTED_ON_OS);
	assert_int_equal(LoginIScsiTargetA("iqn.x", 0, NULL, 5, NULL, 0, NULL,
					   NULL, 0, NULL, 0, NULL, NULL),
			 ISDSC_REQUEST_NOT_SUPPORTED);
	assert_int_equal(fake_host.calls, i);
	/* None is nothing to insist on. */
	o.LoginFlags = 0;
	assert_int_equal(login(u"iqn.x", &portal, &o, 0, NULL),
			 ISDSC_NON_SPECIFIC_ERROR);
	assert_int_equal(fake_host.calls, i + 1);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup(fn, setup)
	static const struct CMUnitTest tests[] = {
		TEST(initiators),
		TEST(portals),
		TEST(devices),
		TEST(logs_in),
		TEST(logs_in_by_known_portal),
		TEST(login_refused),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
