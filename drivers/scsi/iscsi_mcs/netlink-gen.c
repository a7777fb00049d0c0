// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/iscsi_mcs.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/iscsi_mcs.h>

/* Integer value ranges */
static struct netlink_range_validation
iscsi_mcs_a_session_nop_interval_ms_range = {
	.max	= 86400000ULL,
};

static struct netlink_range_validation
iscsi_mcs_a_session_nop_timeout_ms_range = {
	.max	= 86400000ULL,
};

static struct netlink_range_validation
iscsi_mcs_a_session_login_timeout_ms_range = {
	.min	= 1ULL,
	.max	= 600000ULL,
};

static struct netlink_range_validation
iscsi_mcs_a_session_silence_timeout_ms_range = {
	.min	= 500ULL,
	.max	= 86400000ULL,
};

static struct netlink_range_validation
iscsi_mcs_a_conn_ifindex_range = {
	.max	= 2147483647ULL,
};

static struct netlink_range_validation
iscsi_mcs_a_conn_login_timeout_ms_range = {
	.min	= 1ULL,
	.max	= 600000ULL,
};

/* Common nested types */
const struct nla_policy
iscsi_mcs_addr_nl_policy[ISCSI_MCS_A_ADDR_SCOPE_ID + 1] = {
	[ISCSI_MCS_A_ADDR_FAMILY] = { .type = NLA_U16, },
	[ISCSI_MCS_A_ADDR_ADDR] = { .type = NLA_BINARY, },
	[ISCSI_MCS_A_ADDR_PORT] = { .type = NLA_U16, },
	[ISCSI_MCS_A_ADDR_SCOPE_ID] = { .type = NLA_U32, },
};

/* ISCSI_MCS_CMD_SESSION_GET - do */
const struct nla_policy
iscsi_mcs_session_get_nl_policy[ISCSI_MCS_A_SESSION_SID + 1] = {
	[ISCSI_MCS_A_SESSION_SID] = { .type = NLA_U32, },
};

/* ISCSI_MCS_CMD_SESSION_SET - do */
const struct nla_policy
iscsi_mcs_session_set_nl_policy[ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB + 1] = {
	[ISCSI_MCS_A_SESSION_SID] = { .type = NLA_U32, },
	[ISCSI_MCS_A_SESSION_POLICY] = NLA_POLICY_RANGE(NLA_U32, 1, 5),
	[ISCSI_MCS_A_SESSION_TARGET_CLASS] = NLA_POLICY_MAX(NLA_U32, 3),
	[ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32,
				      &iscsi_mcs_a_session_nop_interval_ms_range),
	[ISCSI_MCS_A_SESSION_NOP_TIMEOUT_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32,
				      &iscsi_mcs_a_session_nop_timeout_ms_range),
	[ISCSI_MCS_A_SESSION_LOGIN_TIMEOUT_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32,
				      &iscsi_mcs_a_session_login_timeout_ms_range),
	[ISCSI_MCS_A_SESSION_SILENCE_TIMEOUT_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32,
				      &iscsi_mcs_a_session_silence_timeout_ms_range),
	[ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB] = NLA_POLICY_MAX(NLA_U32, 16384),
};

/* ISCSI_MCS_CMD_CONN_GET - do */
const struct nla_policy
iscsi_mcs_conn_get_nl_policy[ISCSI_MCS_A_CONN_ID + 1] = {
	[ISCSI_MCS_A_CONN_SID] = { .type = NLA_U32, },
	[ISCSI_MCS_A_CONN_CID] = { .type = NLA_U16, },
	[ISCSI_MCS_A_CONN_ID] = { .type = NLA_U32, },
};

/* ISCSI_MCS_CMD_CONN_ADD - do */
const struct nla_policy
iscsi_mcs_conn_add_nl_policy[ISCSI_MCS_A_CONN_CHAP_SECRET_IN + 1] = {
	[ISCSI_MCS_A_CONN_SID] = { .type = NLA_U32, },
	[ISCSI_MCS_A_CONN_REMOTE] = NLA_POLICY_NESTED(iscsi_mcs_addr_nl_policy),
	[ISCSI_MCS_A_CONN_SOURCE] = NLA_POLICY_NESTED(iscsi_mcs_addr_nl_policy),
	[ISCSI_MCS_A_CONN_IFINDEX] =
		NLA_POLICY_FULL_RANGE(NLA_U32,
				      &iscsi_mcs_a_conn_ifindex_range),
	[ISCSI_MCS_A_CONN_LOGIN_TIMEOUT_MS] =
		NLA_POLICY_FULL_RANGE(NLA_U32,
				      &iscsi_mcs_a_conn_login_timeout_ms_range),
	[ISCSI_MCS_A_CONN_HEADER_DIGEST] = NLA_POLICY_MAX(NLA_U8, 1),
	[ISCSI_MCS_A_CONN_DATA_DIGEST] = NLA_POLICY_MAX(NLA_U8, 1),
	[ISCSI_MCS_A_CONN_ROLE] = NLA_POLICY_MAX(NLA_U32, 1),
	[ISCSI_MCS_A_CONN_WEIGHT] = { .type = NLA_U32, },
	[ISCSI_MCS_A_CONN_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x3),
	[ISCSI_MCS_A_CONN_INITIATOR_PORT] = { .type = NLA_U32, },
	[ISCSI_MCS_A_CONN_SYMBOLIC_NAME] = { .type = NLA_NUL_STRING, .len = 255, },
	[ISCSI_MCS_A_CONN_AUTH] = NLA_POLICY_MAX(NLA_U32, 3),
	[ISCSI_MCS_A_CONN_CHAP_NAME] = { .type = NLA_BINARY, },
	[ISCSI_MCS_A_CONN_CHAP_SECRET] = { .type = NLA_BINARY, },
	[ISCSI_MCS_A_CONN_CHAP_NAME_IN] = { .type = NLA_BINARY, },
	[ISCSI_MCS_A_CONN_CHAP_SECRET_IN] = { .type = NLA_BINARY, },
};

/* ISCSI_MCS_CMD_CONN_DEL - do */
const struct nla_policy
iscsi_mcs_conn_del_nl_policy[ISCSI_MCS_A_CONN_ID + 1] = {
	[ISCSI_MCS_A_CONN_SID] = { .type = NLA_U32, },
	[ISCSI_MCS_A_CONN_CID] = { .type = NLA_U16, },
	[ISCSI_MCS_A_CONN_ID] = { .type = NLA_U32, },
};

/* ISCSI_MCS_CMD_CONN_SET - do */
const struct nla_policy
iscsi_mcs_conn_set_nl_policy[ISCSI_MCS_A_CONN_WEIGHT + 1] = {
	[ISCSI_MCS_A_CONN_SID] = { .type = NLA_U32, },
	[ISCSI_MCS_A_CONN_CID] = { .type = NLA_U16, },
	[ISCSI_MCS_A_CONN_ID] = { .type = NLA_U32, },
	[ISCSI_MCS_A_CONN_ROLE] = NLA_POLICY_MAX(NLA_U32, 1),
	[ISCSI_MCS_A_CONN_WEIGHT] = { .type = NLA_U32, },
};

/* Ops table for iscsi_mcs */
const struct genl_ops iscsi_mcs_nl_ops[6] = {
	{
		.cmd		= ISCSI_MCS_CMD_SESSION_GET,
		.doit		= iscsi_mcs_nl_session_get_doit,
		.dumpit		= iscsi_mcs_nl_session_get_dumpit,
		.policy		= iscsi_mcs_session_get_nl_policy,
		.maxattr	= ISCSI_MCS_A_SESSION_SID,
	},
	{
		.cmd		= ISCSI_MCS_CMD_SESSION_SET,
		.doit		= iscsi_mcs_nl_session_set_doit,
		.policy		= iscsi_mcs_session_set_nl_policy,
		.maxattr	= ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= ISCSI_MCS_CMD_CONN_GET,
		.doit		= iscsi_mcs_nl_conn_get_doit,
		.dumpit		= iscsi_mcs_nl_conn_get_dumpit,
		.policy		= iscsi_mcs_conn_get_nl_policy,
		.maxattr	= ISCSI_MCS_A_CONN_ID,
	},
	{
		.cmd		= ISCSI_MCS_CMD_CONN_ADD,
		.doit		= iscsi_mcs_nl_conn_add_doit,
		.policy		= iscsi_mcs_conn_add_nl_policy,
		.maxattr	= ISCSI_MCS_A_CONN_CHAP_SECRET_IN,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= ISCSI_MCS_CMD_CONN_DEL,
		.doit		= iscsi_mcs_nl_conn_del_doit,
		.policy		= iscsi_mcs_conn_del_nl_policy,
		.maxattr	= ISCSI_MCS_A_CONN_ID,
		.flags		= GENL_ADMIN_PERM,
	},
	{
		.cmd		= ISCSI_MCS_CMD_CONN_SET,
		.doit		= iscsi_mcs_nl_conn_set_doit,
		.policy		= iscsi_mcs_conn_set_nl_policy,
		.maxattr	= ISCSI_MCS_A_CONN_WEIGHT,
		.flags		= GENL_ADMIN_PERM,
	},
};

const struct genl_multicast_group iscsi_mcs_nl_mcgrps[1] = {
	[ISCSI_MCS_NLGRP_EVENTS] = { "events", },
};
