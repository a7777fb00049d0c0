// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The load balance classes of the management interface. */

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <iscsidsc_wmi.h>

#include "internal.h"

/* The kernel counts policies as Windows does. */
static_assert(MSiSCSI_LB_FAILOVER == (int)ISCSI_MCS_POLICY_FAIL_OVER_ONLY &&
	      MSiSCSI_LB_ROUND_ROBIN == (int)ISCSI_MCS_POLICY_ROUND_ROBIN &&
	      MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET ==
		(int)ISCSI_MCS_POLICY_ROUND_ROBIN_WITH_SUBSET &&
	      MSiSCSI_LB_DYN_LEAST_QUEUE_DEPTH ==
		(int)ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH &&
	      MSiSCSI_LB_WEIGHTED_PATHS == (int)ISCSI_MCS_POLICY_WEIGHTED_PATHS,
	      "numbers of policies");

static uint32_t status_of(const struct iscsidsc_conn *conn)
{
	switch (conn->state) {
	case ISCSI_MCS_CONN_STATE_UP:
	case ISCSI_MCS_CONN_STATE_DRAINING:
		return 1;
	case ISCSI_MCS_CONN_STATE_LOGOUT:
	case ISCSI_MCS_CONN_STATE_REMOVING:
		return 2;
	default:
		return 3;
	}
}

static size_t policy_size(const struct iscsidsc_session *session)
{
	size_t paths = session->conn_count ? session->conn_count : 1;

	return offsetof(ISCSI_Supported_LB_Policies, iSCSI_Paths) +
	       paths * sizeof(ISCSI_Path);
}

static void put_policy(const struct iscsidsc_session *session,
		       ISCSI_Supported_LB_Policies *policy)
{
	ISCSI_Path *path = policy->iSCSI_Paths;
	size_t i;

	policy->UniqueSessionId = session->unique_id.AdapterSpecific;
	policy->LoadBalancePolicy = session->policy;
	policy->iSCSI_PathCount = (uint32_t)session->conn_count;
	for (i = 0; i < session->conn_count; i++, path++) {
		const struct iscsidsc_conn *conn = session->conns[i];

		path->UniqueConnectionId = conn->unique_id.AdapterSpecific;
		path->PathWeight = conn->weight;
		path->PrimaryPath = conn->role == ISCSI_MCS_ROLE_ACTIVE;
		path->ConnectionStatus = status_of(conn);
	}
}

static ISDSC_STATUS read_all(struct iscsidsc_snapshot **snap)
{
	struct iscsidsc *h;
	ISDSC_STATUS status = iscsidsc_open(&h);

	if (status)
		return status;
	status = iscsidsc_snapshot_get(h, ISCSIDSC_ALL_SESSIONS, snap);
	iscsidsc_close(h);
	return status;
}

/**
 * MSiSCSI_QueryLBPolicy - policies of all sessions
 * @Policies: set to an array of pointers, one block to be freed with free(3)
 * @Count: set to its length
 *
 * Return: ERROR_SUCCESS or a status.
 */
uint32_t MSiSCSI_QueryLBPolicy(ISCSI_Supported_LB_Policies ***Policies,
			       uint32_t *Count)
{
	ISCSI_Supported_LB_Policies **list;
	struct iscsidsc_snapshot *snap;
	ISDSC_STATUS status;
	size_t size, s;
	char *at;

	if (!Policies || !Count)
		return ERROR_INVALID_PARAMETER;
	status = read_all(&snap);
	if (status)
		return status;
	size = (snap->session_count + 1) * sizeof(*list);
	for (s = 0; s < snap->session_count; s++)
		size += policy_size(snap->sessions[s]);
	list = calloc(1, size);
	if (list) {
		at = (char *)(list + snap->session_count + 1);
		for (s = 0; s < snap->session_count; s++) {
			list[s] = (ISCSI_Supported_LB_Policies *)at;
			put_policy(snap->sessions[s], list[s]);
			at += policy_size(snap->sessions[s]);
		}
		*Policies = list;
		*Count = (uint32_t)snap->session_count;
	}
	iscsidsc_snapshot_free(snap);
	return list ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

static const struct iscsidsc_conn *
find_path(const struct iscsidsc_session *session, uint64_t id)
{
	size_t i;

	for (i = 0; i < session->conn_count; i++)
		if (session->conns[i]->unique_id.AdapterSpecific == id)
			return session->conns[i];
	return NULL;
}

/* What the errors about paths are for, in the order of their numbers */
static ISDSC_STATUS check_paths(const ISCSI_Supported_LB_Policies *policy,
				const struct iscsidsc_session *session)
{
	const ISCSI_Path *path = policy->iSCSI_Paths;
	uint32_t i, k, primaries = 0;

	for (i = 0; i < policy->iSCSI_PathCount; i++)
		for (k = 0; k < i; k++)
			if (path[i].UniqueConnectionId ==
			    path[k].UniqueConnectionId)
				return ISDSC_DUPLICATE_PATH_SPECIFIED;
	if (policy->iSCSI_PathCount != session->conn_count)
		return ISDSC_PATH_COUNT_MISMATCH;
	for (i = 0; i < policy->iSCSI_PathCount; i++) {
		if (!find_path(session, path[i].UniqueConnectionId))
			return ISDSC_INVALID_PATH_ID;
		primaries += path[i].PrimaryPath != 0;
	}
	if (policy->LoadBalancePolicy == MSiSCSI_LB_FAILOVER && primaries > 1)
		return ISDSC_MULTIPLE_PRIMARY_PATHS_SPECIFIED;
	if ((policy->LoadBalancePolicy == MSiSCSI_LB_FAILOVER ||
	     policy->LoadBalancePolicy ==
		     MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET) && !primaries)
		return ISDSC_NO_PRIMARY_PATH_SPECIFIED;
	return ERROR_SUCCESS;
}

/* What a policy has no use for is not touched. */
static ISDSC_STATUS set_path(struct iscsidsc *h, uint32_t policy,
			     const ISCSI_Path *path,
			     const struct iscsidsc_conn *conn, int *changes)
{
	ISDSC_STATUS status = ERROR_SUCCESS;
	uint32_t role = path->PrimaryPath ? ISCSI_MCS_ROLE_ACTIVE :
					    ISCSI_MCS_ROLE_STANDBY;

	switch (policy) {
	case MSiSCSI_LB_FAILOVER:
	case MSiSCSI_LB_ROUND_ROBIN_WITH_SUBSET:
		if (conn->role == role)
			return ERROR_SUCCESS;
		status = iscsidsc_conn_set(h, conn->sid, conn->id,
					   ISCSIDSC_SET_ROLE, role);
		break;
	case MSiSCSI_LB_WEIGHTED_PATHS:
		if (conn->weight == path->PathWeight)
			return ERROR_SUCCESS;
		status = iscsidsc_conn_set(h, conn->sid, conn->id,
					   ISCSIDSC_SET_WEIGHT,
					   path->PathWeight);
		break;
	default:
		return ERROR_SUCCESS;
	}
	*changes += !status;
	return status;
}

static ISDSC_STATUS set_paths(struct iscsidsc *h,
			      const ISCSI_Supported_LB_Policies *policy,
			      const struct iscsidsc_session *session,
			      int *changes)
{
	const ISCSI_Path *path = policy->iSCSI_Paths;
	ISDSC_STATUS status = ERROR_SUCCESS;
	uint32_t i;

	for (i = 0; i < policy->iSCSI_PathCount && !status; i++)
		status = set_path(h, policy->LoadBalancePolicy, &path[i],
				  find_path(session,
					    path[i].UniqueConnectionId),
				  changes);
	return status;
}

static ISDSC_STATUS set_policy(struct iscsidsc *h,
			       const ISCSI_Supported_LB_Policies *policy)
{
	uint32_t sid = (uint32_t)policy->UniqueSessionId;
	const struct iscsidsc_session *session;
	struct iscsidsc_snapshot *snap;
	ISDSC_STATUS status;
	int changes = 0;

	if (sid == ISCSIDSC_ALL_SESSIONS)
		return ISDSC_INVALID_SESSION_ID;
	status = iscsidsc_snapshot_get(h, sid, &snap);
	if (status)
		return status;
	session = snap->sessions[0];
	if (session->unique_id.AdapterSpecific != policy->UniqueSessionId)
		status = ISDSC_INVALID_SESSION_ID;
	else if (policy->iSCSI_PathCount)
		status = check_paths(policy, session);
	if (!status)
		status = set_paths(h, policy, session, &changes);
	if (!status)
		status = iscsidsc_session_set(h, sid, ISCSIDSC_SET_POLICY,
					      policy->LoadBalancePolicy);
	iscsidsc_snapshot_free(snap);
	return status && changes ? ISDSC_OPERATION_NOT_ALL_SUCCESS : status;
}

/**
 * MSiSCSI_LB_Operations_SetLoadBalancePolicy - set the policy of a session
 * @LoadBalancePolicies: session, policy, and its connections or none
 * @Status: set to what is returned too, or NULL
 *
 * Return: ERROR_SUCCESS, ISDSC_INVALID_LOAD_BALANCE_POLICY,
 * ISDSC_LB_POLICY_NOT_SUPPORTED, one of the errors about paths,
 * ISDSC_OPERATION_NOT_ALL_SUCCESS if some connections were changed, or another
 * status.
 */
uint32_t
MSiSCSI_LB_Operations_SetLoadBalancePolicy(const ISCSI_Supported_LB_Policies *LoadBalancePolicies,
					   uint32_t *Status)
{
	const ISCSI_Supported_LB_Policies *policy = LoadBalancePolicies;
	struct iscsidsc *h;
	ISDSC_STATUS status;

	if (!policy)
		status = ERROR_INVALID_PARAMETER;
	else if (policy->LoadBalancePolicy == MSiSCSI_LB_VENDOR_SPECIFIC)
		status = ISDSC_LB_POLICY_NOT_SUPPORTED;
	else if (!policy->LoadBalancePolicy ||
		 policy->LoadBalancePolicy > MSiSCSI_LB_VENDOR_SPECIFIC)
		status = ISDSC_INVALID_LOAD_BALANCE_POLICY;
	else
		status = iscsidsc_open(&h);
	if (!status) {
		status = set_policy(h, policy);
		iscsidsc_close(h);
	}
	if (Status)
		*Status = status;
	return status;
}
