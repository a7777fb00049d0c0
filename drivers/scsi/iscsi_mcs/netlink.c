// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "admin.h"
#include "conn.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "nl_attr.h"
#include "nl_auth.h"
#include "nl_defer.h"
#include "session.h"
#include "stream.h"

/*
 * The generic netlink family. The table of operations and the policies come
 * from Documentation/netlink/specs/iscsi_mcs.yaml; handlers look up, call
 * admin.c, and answer. What changes something may take long, see nl_defer.c.
 * iSCSI's own netlink exists in the initial network namespace only, and so does
 * this family.
 */

struct genl_family mcs_nl_family __ro_after_init = {
	.name		= ISCSI_MCS_FAMILY_NAME,
	.version	= ISCSI_MCS_FAMILY_VERSION,
	.module		= THIS_MODULE,
	/* A login that takes seconds must not keep others from looking. */
	.parallel_ops	= true,
	.ops		= iscsi_mcs_nl_ops,
	.n_ops		= ARRAY_SIZE(iscsi_mcs_nl_ops),
	.mcgrps		= iscsi_mcs_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(iscsi_mcs_nl_mcgrps),
};

/* The session a request names, with a reference */
static struct mcs_session *mcs_nl_session(struct genl_info *info, int attr)
{
	struct mcs_session *sess;

	if (!info->attrs[attr]) {
		NL_SET_ERR_MSG(info->extack, "session number is missing");
		return ERR_PTR(-EINVAL);
	}
	sess = mcs_session_find(nla_get_u32(info->attrs[attr]));
	if (!sess) {
		NL_SET_ERR_MSG_FMT(info->extack, "no session %u",
				   nla_get_u32(info->attrs[attr]));
		return ERR_PTR(-ENOENT);
	}
	return sess;
}

/* The connection a request names, with a reference */
static struct mcs_conn *mcs_nl_conn(struct mcs_session *sess,
				    struct genl_info *info)
{
	const struct nlattr *id = info->attrs[ISCSI_MCS_A_CONN_ID];
	const struct nlattr *cid = info->attrs[ISCSI_MCS_A_CONN_CID];
	struct mcs_conn *conn;

	if (!id && !cid) {
		NL_SET_ERR_MSG(info->extack, "connection number is missing");
		return ERR_PTR(-EINVAL);
	}
	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node) {
		if (id && conn->id != nla_get_u32(id))
			continue;
		if (cid && READ_ONCE(conn->cid) != nla_get_u16(cid))
			continue;
		if (!mcs_conn_get_unless_gone(conn))
			continue;
		rcu_read_unlock();
		return conn;
	}
	rcu_read_unlock();
	NL_SET_ERR_MSG(info->extack, "session has no such connection");
	return ERR_PTR(-ENXIO);
}

static int mcs_nl_fill(struct sk_buff *skb, struct genl_info *info, u8 cmd,
		       struct mcs_session *sess, struct mcs_conn *conn)
{
	void *hdr;
	int err;

	hdr = genlmsg_put_reply(skb, info, &mcs_nl_family, 0, cmd);
	if (!hdr)
		return -EMSGSIZE;
	err = conn ? mcs_nl_put_conn(skb, conn) : mcs_nl_put_session(skb, sess);
	if (!err)
		genlmsg_end(skb, hdr);
	return err;
}

/*
 * Nothing is allocated under the mutex: iscsid takes it when it logs in again,
 * and memory may be what waits for that.
 */
static int mcs_nl_answer(struct genl_info *info, u8 cmd,
			 struct mcs_session *sess, struct mcs_conn *conn)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err;

	if (!skb)
		return -ENOMEM;
	mutex_lock(&sess->info_mutex);
	err = sess->closing ? -ENOENT : mcs_nl_fill(skb, info, cmd, sess, conn);
	mutex_unlock(&sess->info_mutex);
	if (err == -ENOENT)
		NL_SET_ERR_MSG(info->extack, "session is closing");
	if (err) {
		nlmsg_free(skb);
		return err;
	}
	return genlmsg_reply(skb, info);
}

/**
 * iscsi_mcs_nl_session_get_doit - one session
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative errno.
 */
int iscsi_mcs_nl_session_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mcs_session *sess;
	int err;

	sess = mcs_nl_session(info, ISCSI_MCS_A_SESSION_SID);
	if (IS_ERR(sess))
		return PTR_ERR(sess);
	err = mcs_nl_answer(info, ISCSI_MCS_CMD_SESSION_GET, sess, NULL);
	mcs_session_put(sess);
	return err;
}

/* One message of a dump. Return: 0, or -EMSGSIZE when the skb is full */
static int mcs_nl_dump_one(struct sk_buff *skb, struct netlink_callback *cb,
			   u8 cmd, struct mcs_session *sess,
			   struct mcs_conn *conn)
{
	void *hdr;
	int err;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &mcs_nl_family, NLM_F_MULTI, cmd);
	if (!hdr)
		return -EMSGSIZE;
	/* Who reads on after a change may miss one. */
	genl_dump_check_consistent(cb, hdr);
	err = conn ? mcs_nl_put_conn(skb, conn) : mcs_nl_put_session(skb, sess);
	if (err) {
		genlmsg_cancel(skb, hdr);
		return err;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * iscsi_mcs_nl_session_get_dumpit - all sessions
 * @skb: answer
 * @cb: state of the dump: args[0] is the number to go on with
 *
 * Return: length of the answer.
 */
int iscsi_mcs_nl_session_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb)
{
	struct mcs_session *sess;
	int err = 0;

	cb->seq = mcs_session_lists_seq();
	while (!err && (sess = mcs_session_find_from(cb->args[0]))) {
		mutex_lock(&sess->info_mutex);
		if (!sess->closing)
			err = mcs_nl_dump_one(skb, cb,
					      ISCSI_MCS_CMD_SESSION_GET, sess,
					      NULL);
		mutex_unlock(&sess->info_mutex);
		if (!err)
			cb->args[0] = sess->sid + 1;
		mcs_session_put(sess);
	}
	return err && !skb->len ? err : skb->len;
}

static int mcs_nl_session_set(struct genl_info *info, const bool *given_up)
{
	struct nlattr **a = info->attrs;
	struct mcs_session *sess;

	sess = mcs_nl_session(info, ISCSI_MCS_A_SESSION_SID);
	if (IS_ERR(sess))
		return PTR_ERR(sess);

	mutex_lock(&sess->mutex);
	if (a[ISCSI_MCS_A_SESSION_POLICY])
		WRITE_ONCE(sess->policy,
			   nla_get_u32(a[ISCSI_MCS_A_SESSION_POLICY]));
	if (a[ISCSI_MCS_A_SESSION_TARGET_CLASS])
		sess->target_class =
			nla_get_u32(a[ISCSI_MCS_A_SESSION_TARGET_CLASS]);
	if (a[ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS])
		WRITE_ONCE(sess->nop_interval_ms,
			   nla_get_u32(a[ISCSI_MCS_A_SESSION_NOP_INTERVAL_MS]));
	if (a[ISCSI_MCS_A_SESSION_NOP_TIMEOUT_MS])
		WRITE_ONCE(sess->nop_timeout_ms,
			   nla_get_u32(a[ISCSI_MCS_A_SESSION_NOP_TIMEOUT_MS]));
	if (a[ISCSI_MCS_A_SESSION_LOGIN_TIMEOUT_MS])
		sess->login_timeout_ms =
			nla_get_u32(a[ISCSI_MCS_A_SESSION_LOGIN_TIMEOUT_MS]);
	if (a[ISCSI_MCS_A_SESSION_SILENCE_TIMEOUT_MS])
		WRITE_ONCE(sess->silence_timeout_ms,
			   nla_get_u32(a[ISCSI_MCS_A_SESSION_SILENCE_TIMEOUT_MS]));
	if (a[ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB])
		WRITE_ONCE(sess->stream_split_kib,
			   nla_get_u32(a[ISCSI_MCS_A_SESSION_STREAM_SPLIT_KIB]));
	/* The policy has a say in it, too. */
	mcs_stream_kick(sess);
	mutex_unlock(&sess->mutex);
	mcs_session_put(sess);
	return 0;
}

/**
 * iscsi_mcs_nl_session_set_doit - change a session's policy or timers
 * @skb: request
 * @info: request, parsed
 *
 * Return: as mcs_nl_defer().
 */
int iscsi_mcs_nl_session_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return mcs_nl_defer(skb, info, mcs_nl_session_set);
}

/**
 * iscsi_mcs_nl_conn_get_doit - one connection
 * @skb: request
 * @info: request, parsed
 *
 * Return: 0 or a negative errno.
 */
int iscsi_mcs_nl_conn_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct mcs_session *sess;
	struct mcs_conn *conn;
	int err;

	sess = mcs_nl_session(info, ISCSI_MCS_A_CONN_SID);
	if (IS_ERR(sess))
		return PTR_ERR(sess);
	conn = mcs_nl_conn(sess, info);
	if (IS_ERR(conn)) {
		err = PTR_ERR(conn);
	} else {
		err = mcs_nl_answer(info, ISCSI_MCS_CMD_CONN_GET, sess, conn);
		mcs_conn_put(conn);
	}
	mcs_session_put(sess);
	return err;
}

/* Connections of one session from the args[1]-th on */
static int mcs_nl_dump_conns(struct sk_buff *skb, struct netlink_callback *cb,
			     struct mcs_session *sess)
{
	struct mcs_conn *conn;
	long n = 0;
	int err = 0;

	mutex_lock(&sess->info_mutex);
	if (sess->closing) {
		mutex_unlock(&sess->info_mutex);
		return 0;
	}
	rcu_read_lock();
	list_for_each_entry_rcu(conn, &sess->conns, node) {
		if (n++ < cb->args[1])
			continue;
		err = mcs_nl_dump_one(skb, cb, ISCSI_MCS_CMD_CONN_GET, sess,
				      conn);
		if (err)
			break;
		cb->args[1] = n;
	}
	rcu_read_unlock();
	mutex_unlock(&sess->info_mutex);
	return err;
}

/**
 * iscsi_mcs_nl_conn_get_dumpit - all connections, or those of one session
 * @skb: answer
 * @cb: state of the dump: args[0] is the session to go on with, args[1] how
 *	many of its connections are done
 *
 * Return: length of the answer.
 */
int iscsi_mcs_nl_conn_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb)
{
	const struct nlattr *only = nlmsg_find_attr(cb->nlh, GENL_HDRLEN,
						    ISCSI_MCS_A_CONN_SID);
	struct mcs_session *sess;
	int err = 0;

	cb->seq = mcs_session_lists_seq();
	while (!err && (sess = mcs_session_find_from(cb->args[0]))) {
		/* The one to go on with may have gone meanwhile. */
		if (sess->sid != cb->args[0])
			cb->args[1] = 0;
		cb->args[0] = sess->sid;
		if (!only || nla_get_u32(only) == sess->sid)
			err = mcs_nl_dump_conns(skb, cb, sess);
		if (!err) {
			cb->args[0] = sess->sid + 1;
			cb->args[1] = 0;
		}
		mcs_session_put(sess);
	}
	return err && !skb->len ? err : skb->len;
}

static int mcs_nl_add_addresses(struct genl_info *info,
				struct mcs_admin_add *req)
{
	const struct nlattr *remote = info->attrs[ISCSI_MCS_A_CONN_REMOTE];
	const struct nlattr *source = info->attrs[ISCSI_MCS_A_CONN_SOURCE];
	int err;

	if (!remote) {
		NL_SET_ERR_MSG(info->extack, "portal is missing");
		return -EINVAL;
	}
	err = mcs_nl_get_addr(remote, &req->remote, true, info->extack);
	if (err || !source)
		return err;
	err = mcs_nl_get_addr(source, &req->source, false, info->extack);
	if (!err && req->source.ss_family != req->remote.ss_family) {
		NL_SET_ERR_MSG(info->extack,
			       "source and portal are of different address families");
		err = -EINVAL;
	}
	return err;
}

static int mcs_nl_add_request(struct genl_info *info, struct mcs_admin_add *req)
{
	struct nlattr **a = info->attrs;

	memset(req, 0, sizeof(*req));
	req->want_hdgst = -1;
	req->want_ddgst = -1;
	if (a[ISCSI_MCS_A_CONN_IFINDEX])
		req->ifindex = nla_get_u32(a[ISCSI_MCS_A_CONN_IFINDEX]);
	if (a[ISCSI_MCS_A_CONN_LOGIN_TIMEOUT_MS])
		req->login_timeout_ms =
			nla_get_u32(a[ISCSI_MCS_A_CONN_LOGIN_TIMEOUT_MS]);
	if (a[ISCSI_MCS_A_CONN_HEADER_DIGEST])
		req->want_hdgst = nla_get_u8(a[ISCSI_MCS_A_CONN_HEADER_DIGEST]);
	if (a[ISCSI_MCS_A_CONN_DATA_DIGEST])
		req->want_ddgst = nla_get_u8(a[ISCSI_MCS_A_CONN_DATA_DIGEST]);
	if (a[ISCSI_MCS_A_CONN_ROLE])
		req->role = nla_get_u32(a[ISCSI_MCS_A_CONN_ROLE]);
	if (a[ISCSI_MCS_A_CONN_WEIGHT])
		req->weight = nla_get_u32(a[ISCSI_MCS_A_CONN_WEIGHT]);
	if (a[ISCSI_MCS_A_CONN_SYMBOLIC_NAME])
		req->symbolic_name =
			nla_data(a[ISCSI_MCS_A_CONN_SYMBOLIC_NAME]);
	req->has_port = a[ISCSI_MCS_A_CONN_INITIATOR_PORT];
	if (req->has_port)
		req->initiator_port =
			nla_get_u32(a[ISCSI_MCS_A_CONN_INITIATOR_PORT]);
	if (a[ISCSI_MCS_A_CONN_FLAGS])
		req->flags = nla_get_u32(a[ISCSI_MCS_A_CONN_FLAGS]);
	return mcs_nl_add_addresses(info, req);
}

static int mcs_nl_conn_add(struct genl_info *info, const bool *given_up)
{
	struct mcs_admin_add req;
	struct mcs_session *sess;
	struct mcs_auth *auth;
	struct mcs_conn *conn;
	int err;

	/* First of all: it wipes the secrets, which an error would echo. */
	auth = mcs_nl_get_auth(info);
	if (IS_ERR(auth))
		return PTR_ERR(auth);
	err = mcs_nl_add_request(info, &req);
	if (err)
		goto out_auth;
	sess = mcs_nl_session(info, ISCSI_MCS_A_CONN_SID);
	if (IS_ERR(sess)) {
		err = PTR_ERR(sess);
		goto out_auth;
	}
	req.auth = auth;
	err = mcs_admin_add(sess, &req, given_up, &conn, info->extack);
	if (!err) {
		err = READ_ONCE(*given_up) ? -ECANCELED :
		      mcs_nl_answer(info, ISCSI_MCS_CMD_CONN_ADD, sess, conn);
		/* Who hears of an error does not expect it to be there. */
		if (err)
			mcs_admin_del(sess, conn, NULL);
		mcs_conn_put(conn);
	}
	/* The connection has taken it, or not. */
	auth = req.auth;
	mcs_session_put(sess);
out_auth:
	kfree_sensitive(auth);
	return err;
}

/**
 * iscsi_mcs_nl_conn_add_doit - add a connection
 * @skb: request
 * @info: request, parsed
 *
 * Return: as mcs_nl_defer().
 */
int iscsi_mcs_nl_conn_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = mcs_nl_defer(skb, info, mcs_nl_conn_add);

	/* An error echoes the request. */
	if (err != -EINTR)
		mcs_nl_wipe_auth(info);
	return err;
}

static int mcs_nl_conn_set(struct genl_info *info, const bool *given_up)
{
	const struct nlattr *r = info->attrs[ISCSI_MCS_A_CONN_ROLE];
	const struct nlattr *w = info->attrs[ISCSI_MCS_A_CONN_WEIGHT];
	enum iscsi_mcs_role role = r ? nla_get_u32(r) : 0;
	u32 weight = w ? nla_get_u32(w) : 0;
	struct mcs_session *sess;
	struct mcs_conn *conn;
	int err;

	sess = mcs_nl_session(info, ISCSI_MCS_A_CONN_SID);
	if (IS_ERR(sess))
		return PTR_ERR(sess);
	conn = mcs_nl_conn(sess, info);
	if (IS_ERR(conn)) {
		err = PTR_ERR(conn);
	} else {
		mutex_lock(&sess->mutex);
		err = mcs_admin_set(sess, conn, r ? &role : NULL,
				    w ? &weight : NULL, info->extack);
		mutex_unlock(&sess->mutex);
		mcs_conn_put(conn);
	}
	mcs_session_put(sess);
	return err;
}

/**
 * iscsi_mcs_nl_conn_set_doit - change what a connection is used for
 * @skb: request
 * @info: request, parsed
 *
 * Return: as mcs_nl_defer().
 */
int iscsi_mcs_nl_conn_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	return mcs_nl_defer(skb, info, mcs_nl_conn_set);
}

static int mcs_nl_conn_del(struct genl_info *info, const bool *given_up)
{
	struct mcs_session *sess;
	struct mcs_conn *conn;
	int err;

	sess = mcs_nl_session(info, ISCSI_MCS_A_CONN_SID);
	if (IS_ERR(sess))
		return PTR_ERR(sess);
	conn = mcs_nl_conn(sess, info);
	if (IS_ERR(conn)) {
		err = PTR_ERR(conn);
	} else {
		err = mcs_admin_del(sess, conn, info->extack);
		mcs_conn_put(conn);
	}
	mcs_session_put(sess);
	return err;
}

/**
 * iscsi_mcs_nl_conn_del_doit - remove a connection
 * @skb: request
 * @info: request, parsed
 *
 * Return: as mcs_nl_defer().
 */
int iscsi_mcs_nl_conn_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return mcs_nl_defer(skb, info, mcs_nl_conn_del);
}

/**
 * mcs_netlink_register - let user space in
 *
 * Return: 0 or a negative errno.
 */
int mcs_netlink_register(void)
{
	int err = mcs_nl_defer_init();

	if (err)
		return err;
	err = genl_register_family(&mcs_nl_family);
	if (err)
		mcs_nl_defer_exit();
	return err;
}

/**
 * mcs_netlink_unregister - undo mcs_netlink_register()
 */
void mcs_netlink_unregister(void)
{
	genl_unregister_family(&mcs_nl_family);
	mcs_nl_defer_exit();
}
