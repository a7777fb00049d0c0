/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_ADMIN_H
#define MCS_ADMIN_H

#include <linux/socket.h>
#include <linux/types.h>
#include <uapi/linux/iscsi_mcs.h>

struct mcs_auth;
struct mcs_conn;
struct mcs_session;
struct netlink_ext_ack;

/**
 * struct mcs_admin_add - what connection to add
 * @remote: portal
 * @source: source address, family AF_UNSPEC for the route's choice
 * @ifindex: interface to bind to, 0 for none
 * @login_timeout_ms: bound on the attempt, 0 for the session's
 * @want_hdgst: 0 none, 1 CRC32C, -1 as the session
 * @want_ddgst: likewise
 * @role: enum iscsi_mcs_role
 * @weight: for weighted paths
 * @flags: enum iscsi_mcs_conn_flags
 * @has_port: @initiator_port is given
 * @initiator_port: what the caller calls the source, kept and returned
 * @symbolic_name: what the caller calls the portal, kept and returned, or NULL
 * @auth: names and secrets, NULL for the session's; the connection takes it
 */
struct mcs_admin_add {
	struct sockaddr_storage remote;
	struct sockaddr_storage source;
	int ifindex;
	u32 login_timeout_ms;
	s8 want_hdgst;
	s8 want_ddgst;
	enum iscsi_mcs_role role;
	u32 weight;
	u32 flags;
	bool has_port;
	u32 initiator_port;
	const char *symbolic_name;
	struct mcs_auth *auth;
};

int mcs_admin_add(struct mcs_session *sess, struct mcs_admin_add *req,
		  const bool *given_up, struct mcs_conn **connp, struct netlink_ext_ack *extack);
int mcs_admin_set(struct mcs_session *sess, struct mcs_conn *conn,
		  const enum iscsi_mcs_role *role, const u32 *weight,
		  struct netlink_ext_ack *extack);
int mcs_admin_del(struct mcs_session *sess, struct mcs_conn *conn,
		  struct netlink_ext_ack *extack);

#endif /* MCS_ADMIN_H */
