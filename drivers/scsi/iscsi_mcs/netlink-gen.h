/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/iscsi_mcs.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_ISCSI_MCS_GEN_H
#define _LINUX_ISCSI_MCS_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/iscsi_mcs.h>

/* Common nested types */
extern const struct nla_policy
iscsi_mcs_addr_nl_policy[ISCSI_MCS_A_ADDR_SCOPE_ID + 1];

extern const struct nla_policy
iscsi_mcs_session_get_nl_policy[ISCSI_MCS_A_SESSION_SID + 1];

extern const struct nla_policy
iscsi_mcs_session_set_nl_policy[ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB + 1];

extern const struct nla_policy
iscsi_mcs_conn_get_nl_policy[ISCSI_MCS_A_CONN_ID + 1];

extern const struct nla_policy
iscsi_mcs_conn_add_nl_policy[ISCSI_MCS_A_CONN_CHAP_SECRET_IN + 1];

extern const struct nla_policy
iscsi_mcs_conn_del_nl_policy[ISCSI_MCS_A_CONN_ID + 1];

extern const struct nla_policy
iscsi_mcs_conn_set_nl_policy[ISCSI_MCS_A_CONN_WEIGHT + 1];

/* Ops table for iscsi_mcs */
extern const struct genl_ops iscsi_mcs_nl_ops[6];

int iscsi_mcs_nl_session_get_doit(struct sk_buff *skb, struct genl_info *info);
int iscsi_mcs_nl_session_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int iscsi_mcs_nl_session_set_doit(struct sk_buff *skb, struct genl_info *info);
int iscsi_mcs_nl_conn_get_doit(struct sk_buff *skb, struct genl_info *info);
int iscsi_mcs_nl_conn_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int iscsi_mcs_nl_conn_add_doit(struct sk_buff *skb, struct genl_info *info);
int iscsi_mcs_nl_conn_del_doit(struct sk_buff *skb, struct genl_info *info);
int iscsi_mcs_nl_conn_set_doit(struct sk_buff *skb, struct genl_info *info);

extern const struct genl_multicast_group iscsi_mcs_nl_mcgrps[1];

enum {
	ISCSI_MCS_NLGRP_EVENTS,
};

#endif /* _LINUX_ISCSI_MCS_GEN_H */
