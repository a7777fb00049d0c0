/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_NL_ATTR_H
#define MCS_NL_ATTR_H

#include <linux/socket.h>
#include <net/netlink.h>

struct mcs_conn;
struct mcs_session;
struct netlink_ext_ack;

int mcs_nl_put_addr(struct sk_buff *skb, int attr,
		    const struct sockaddr_storage *ss);
int mcs_nl_get_addr(const struct nlattr *nla, struct sockaddr_storage *ss,
		    bool with_port, struct netlink_ext_ack *extack);
int mcs_nl_put_session(struct sk_buff *skb, struct mcs_session *sess);
int mcs_nl_put_conn(struct sk_buff *skb, struct mcs_conn *conn);

#endif /* MCS_NL_ATTR_H */
