// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The classes of the management interface. */

#include <errno.h>

#include "unit.h"

#include <iscsidsc_wmi.h>

#include "fake_host.h"
#include "fake_kernel.h"

#define DISK	"sys/class/iscsi_session/session1/device/target2:0:0/2:0:0:3"
#define CALL(method)	MSIscsiInitiator_SessionClass_##method

static MSIscsiInitiator_SessionClass *list;
static uint32_t count;

static int setup(void **state)
{
	(void)state;
	fake_two_sessions();
	memset(&fake_host, 0, sizeof(fake_host));
	fake_host_file(DISK "/block/sdc/dev", "8:32\n");
	return CALL(Enumerate)(&list, &count) ? -1 : 0;
}

static int teardown(void **state)
{
	(void)state;
	CALL(Free)(list, count);
	return fake.opened == fake.closed ? 0 : -1;
}

static void properties(void **state)
{
	const MSIscsiInitiator_ConnectionInformation *c;

	(void)state;
	assert_int_equal(count, 2);
	assert_string_equal(list[0].TargetName, "iqn.2024-01.example:disk1");
	assert_string_equal(list[0].InitiatorName, "iqn.2024-01.example:host");
	assert_int_equal(list[0].ISID[5], 1);
	assert_int_equal(list[0].ConnectionCount, 2);
	c = list[0].ConnectionInformation;
	assert_string_equal(c[1].TargetAddress, "10.0.2.10");
	assert_int_equal(c[1].TargetPort, 3260);
	assert_int_equal(c[1].CID[0], 1);
	/* As on Windows: two numbers, the first that of the session */
	assert_memory_equal(c[1].ConnectionID, list[0].SessionId,
			    strchr(list[0].SessionId, '-') -
			    list[0].SessionId + 1);
	assert_string_equal(strchr(c[1].ConnectionID, '-'), "-1");
	assert_int_equal(list[0].DeviceCount, 1);
	assert_string_equal(list[0].Devices[0].LegacyName, "/dev/sdc");
	assert_int_equal(list[0].Devices[0].ScsiLun, 3);
	assert_string_equal(list[0].Devices[0].DeviceInterfaceGuid,
			    "{53f56307-b6bf-11d0-94f2-00a0c91efb8b}");
	assert_int_equal(list[1].DeviceCount, 0);
}

static void methods(void **state)
{
	MSIscsiInitiator_Portal portal = { .SymbolicName = "left",
					   .Address = "10.0.3.10",
					   .Port = 3260 };
	MSIscsiInitiator_TargetLoginOptions o = {
		.InformationSpecified = ISCSI_LOGIN_OPTIONS_DATA_DIGEST |
					ISCSI_LOGIN_OPTIONS_PASSWORD,
		.DataDigest = 1,
		.Password = (const uint8_t *)"open sesame 12",
		.PasswordCount = 14,
	};
	char *id = NULL, longer[300];

	(void)state;
	assert_int_equal(CALL(AddConnection)(&list[0], -1, &portal, 0, &o, NULL,
					     0, &id), 0);
	assert_string_equal(strchr(id, '-'), "-2");
	assert_int_equal(fake.last_add.data_digest, 1);
	assert_int_equal(fake.secret_len, 14);
	assert_string_equal(fake.last_add.symbolic_name, "left");
	assert_int_equal(CALL(RemoveConnection)(&list[0], id), 0);
	assert_int_equal(CALL(RemoveConnection)(&list[0], id),
			 ISDSC_INVALID_CONNECTION_ID);
	assert_int_equal(CALL(RemoveConnection)(&list[0], "none"),
			 ISDSC_INVALID_CONNECTION_ID);
	free(id);
	assert_int_equal(CALL(AddConnection)(&list[0], -1, NULL, 0, NULL, NULL,
					     0, NULL), 0);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	portal.Address = longer;
	assert_int_equal(CALL(AddConnection)(&list[0], -1, &portal, 0, NULL,
					     NULL, 0, NULL),
			 ERROR_INVALID_PARAMETER);
	assert_int_equal(CALL(Logout)(&list[1]), 0);
	assert_string_equal(fake_host.command, "iscsiadm -m session -r 12 -u");
}

static void query_policies(void **state)
{
	ISCSI_Supported_LB_Policies **policies;
	uint32_t n;

	(void)state;
	fake.conns[0][1].weight = 5;
	fake.conns[0][1].role = ISCSI_MCS_ROLE_STANDBY;
	assert_int_equal(MSiSCSI_QueryLBPolicy(&policies, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(policies[0]->LoadBalancePolicy,
			 MSiSCSI_LB_DYN_LEAST_QUEUE_DEPTH);
	assert_int_equal(policies[0]->iSCSI_PathCount, 2);
	assert_int_equal(policies[0]->iSCSI_Paths[0].PrimaryPath, 1);
	assert_int_equal(policies[0]->iSCSI_Paths[1].PrimaryPath, 0);
	assert_int_equal(policies[0]->iSCSI_Paths[1].PathWeight, 5);
	assert_int_equal(policies[0]->iSCSI_Paths[1].ConnectionStatus, 1);
	assert_int_equal(policies[1]->iSCSI_Paths[0].ConnectionStatus, 3);
	free(policies);
}

static uint32_t set(ISCSI_Supported_LB_Policies *p)
{
	uint32_t status = 4711, ret;

	ret = MSiSCSI_LB_Operations_SetLoadBalancePolicy(p, &status);
	assert_int_equal(ret, status);
	return ret;
}

static void set_policies(void **state)
{
	ISCSI_Supported_LB_Policies **all, *p;
	uint32_t n;

	(void)state;
	fake.conns[0][1].role = ISCSI_MCS_ROLE_STANDBY;
	assert_int_equal(MSiSCSI_QueryLBPolicy(&all, &n), 0);
	p = all[0];
	p->LoadBalancePolicy = MSiSCSI_LB_FAILOVER;
	assert_int_equal(set(p), 0);
	assert_int_equal(fake.sessions[0].policy, MSiSCSI_LB_FAILOVER);
	p->iSCSI_Paths[1].PrimaryPath = 1;
	assert_int_equal(set(p), ISDSC_MULTIPLE_PRIMARY_PATHS_SPECIFIED);
	p->iSCSI_Paths[0].PrimaryPath = 0;
	/* The two change their parts. */
	assert_int_equal(set(p), 0);
	assert_int_equal(fake.conns[0][0].role, ISCSI_MCS_ROLE_STANDBY);
	assert_int_equal(fake.conns[0][1].role, ISCSI_MCS_ROLE_ACTIVE);
	p->LoadBalancePolicy = MSiSCSI_LB_WEIGHTED_PATHS;
	p->iSCSI_Paths[1].PathWeight = 7;
	assert_int_equal(set(p), 0);
	assert_int_equal(fake.conns[0][1].weight, 7);
	p->iSCSI_Paths[0].PathWeight = 3;
	fake_fail(ISCSI_MCS_CMD_CONN_SET, EALREADY, NULL, 1);
	assert_int_equal(set(p), ISDSC_REMOVE_CONNECTION_IN_PROGRESS);
	p->iSCSI_Paths[1].PathWeight = 8;
	fake_fail(ISCSI_MCS_CMD_CONN_SET, EALREADY, NULL, 1);
	fake.fail_skip = 1;
	assert_int_equal(set(p), ISDSC_OPERATION_NOT_ALL_SUCCESS);
	assert_int_equal(fake.conns[0][0].weight, 3);
	/* The paths are changed, the policy is not. */
	fake_fail(ISCSI_MCS_CMD_SESSION_SET, EAGAIN, NULL, 2);
	assert_int_equal(set(p), ISDSC_OPERATION_NOT_ALL_SUCCESS);
	assert_int_equal(fake.conns[0][1].weight, 8);
	assert_int_equal(set(p), ISDSC_SESSION_BUSY);
	p->LoadBalancePolicy = MSiSCSI_LB_FAILOVER;
	p->iSCSI_Paths[1].PrimaryPath = 0;
	assert_int_equal(set(p), ISDSC_NO_PRIMARY_PATH_SPECIFIED);
	/* Without a use for primary paths they do not count. */
	p->LoadBalancePolicy = MSiSCSI_LB_ROUND_ROBIN;
	assert_int_equal(set(p), 0);
	p->iSCSI_Paths[0].UniqueConnectionId = 9;
	assert_int_equal(set(p), ISDSC_INVALID_PATH_ID);
	p->iSCSI_Paths[0].UniqueConnectionId = 1;
	assert_int_equal(set(p), ISDSC_DUPLICATE_PATH_SPECIFIED);
	p->iSCSI_PathCount = 1;
	assert_int_equal(set(p), ISDSC_PATH_COUNT_MISMATCH);
	p->iSCSI_PathCount = 0;
	p->LoadBalancePolicy = MSiSCSI_LB_WEIGHTED_PATHS;
	assert_int_equal(set(p), 0);
	assert_int_equal(fake.sessions[0].policy, MSiSCSI_LB_WEIGHTED_PATHS);
	p->LoadBalancePolicy = MSiSCSI_LB_VENDOR_SPECIFIC;
	assert_int_equal(set(p), ISDSC_LB_POLICY_NOT_SUPPORTED);
	p->LoadBalancePolicy = 7;
	assert_int_equal(set(p), ISDSC_INVALID_LOAD_BALANCE_POLICY);
	p->LoadBalancePolicy = 1;
	p->UniqueSessionId ^= 1ull << 40;
	assert_int_equal(set(p), ISDSC_INVALID_SESSION_ID);
	assert_int_equal(set(NULL), ERROR_INVALID_PARAMETER);
	free(all);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	static const struct CMUnitTest tests[] = {
		TEST(properties),
		TEST(methods),
		TEST(query_policies),
		TEST(set_policies),
	};

	return cmocka_run_group_tests_name("wmi", tests, NULL, NULL);
}
