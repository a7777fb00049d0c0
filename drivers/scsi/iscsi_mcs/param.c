// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/string.h>
#include <scsi/libiscsi.h>

#include "conn.h"
#include "param.h"
#include "session.h"

/* Parameters and statistics as iscsid and iscsiadm read and write them. */

static struct mcs_session *mcs_param_sess(struct iscsi_cls_conn *cls_conn)
{
	struct iscsi_conn *iconn = cls_conn->dd_data;

	return *(struct mcs_session **)iconn->session->dd_data;
}

static umode_t mcs_param_host_is_visible(int param)
{
	switch (param) {
	case ISCSI_HOST_PARAM_NETDEV_NAME:
	case ISCSI_HOST_PARAM_HWADDRESS:
	case ISCSI_HOST_PARAM_IPADDRESS:
	case ISCSI_HOST_PARAM_INITIATOR_NAME:
		return 0444;
	}
	return 0;
}

/**
 * mcs_param_is_visible - which attributes exist in sysfs
 * @param_type: ISCSI_PARAM or ISCSI_HOST_PARAM
 * @param: the parameter
 *
 * The same as with iscsi_tcp. iscsid takes ping_tmo as the sign that NOPs are
 * the kernel's business.
 *
 * Return: file mode, 0 for none.
 */
umode_t mcs_param_is_visible(int param_type, int param)
{
	if (param_type == ISCSI_HOST_PARAM)
		return mcs_param_host_is_visible(param);
	if (param_type != ISCSI_PARAM)
		return 0;

	switch (param) {
	case ISCSI_PARAM_MAX_RECV_DLENGTH:
	case ISCSI_PARAM_MAX_XMIT_DLENGTH:
	case ISCSI_PARAM_HDRDGST_EN:
	case ISCSI_PARAM_DATADGST_EN:
	case ISCSI_PARAM_CONN_ADDRESS:
	case ISCSI_PARAM_CONN_PORT:
	case ISCSI_PARAM_LOCAL_PORT:
	case ISCSI_PARAM_EXP_STATSN:
	case ISCSI_PARAM_PERSISTENT_ADDRESS:
	case ISCSI_PARAM_PERSISTENT_PORT:
	case ISCSI_PARAM_PING_TMO:
	case ISCSI_PARAM_RECV_TMO:
	case ISCSI_PARAM_INITIAL_R2T_EN:
	case ISCSI_PARAM_MAX_R2T:
	case ISCSI_PARAM_IMM_DATA_EN:
	case ISCSI_PARAM_FIRST_BURST:
	case ISCSI_PARAM_MAX_BURST:
	case ISCSI_PARAM_PDU_INORDER_EN:
	case ISCSI_PARAM_DATASEQ_INORDER_EN:
	case ISCSI_PARAM_ERL:
	case ISCSI_PARAM_TARGET_NAME:
	case ISCSI_PARAM_TPGT:
	case ISCSI_PARAM_USERNAME:
	case ISCSI_PARAM_PASSWORD:
	case ISCSI_PARAM_USERNAME_IN:
	case ISCSI_PARAM_PASSWORD_IN:
	case ISCSI_PARAM_FAST_ABORT:
	case ISCSI_PARAM_ABORT_TMO:
	case ISCSI_PARAM_LU_RESET_TMO:
	case ISCSI_PARAM_TGT_RESET_TMO:
	case ISCSI_PARAM_IFACE_NAME:
	case ISCSI_PARAM_INITIATOR_NAME:
		return 0444;
	}
	return 0;
}

static int mcs_param_seconds(const char *buf, u32 *ms)
{
	u32 s;

	if (kstrtou32(buf, 10, &s) || s > 86400)
		return -EINVAL;
	WRITE_ONCE(*ms, s * 1000);
	return 0;
}

/**
 * mcs_param_set - iscsid sets a parameter
 * @cls_conn: leading connection
 * @param: the parameter
 * @buf: its value as text
 * @buflen: length of @buf
 *
 * Pings are the engine's business, for each connection: libiscsi's timer would
 * fail the session when CID 0 is down although others live.
 *
 * Return: 0 or a negative errno.
 */
int mcs_param_set(struct iscsi_cls_conn *cls_conn, enum iscsi_param param,
		  char *buf, int buflen)
{
	struct mcs_session *sess = mcs_param_sess(cls_conn);
	u32 max_r2t;
	int err;

	/* Logins copy names under the mutex. */
	mutex_lock(&sess->mutex);
	switch (param) {
	case ISCSI_PARAM_RECV_TMO:
		err = mcs_param_seconds(buf, &sess->nop_interval_ms);
		break;
	case ISCSI_PARAM_PING_TMO:
		err = mcs_param_seconds(buf, &sess->nop_timeout_ms);
		break;
	case ISCSI_PARAM_MAX_R2T:
		err = kstrtou32(buf, 10, &max_r2t);
		if (!err)
			err = mcs_tasks_set_max_r2t(sess, max_r2t);
		if (!err)
			sess->isess->max_r2t = max_r2t;
		break;
	default:
		mutex_lock(&sess->info_mutex);
		err = iscsi_set_param(cls_conn, param, buf, buflen);
		mutex_unlock(&sess->info_mutex);
		break;
	}
	mutex_unlock(&sess->mutex);
	return err;
}

/**
 * mcs_param_note_addresses - what sysfs shows of the leading connection
 * @conn: leading connection with a new socket
 */
void mcs_param_note_addresses(struct mcs_conn *conn)
{
	struct mcs_session *sess = conn->sess;

	lockdep_assert_held(&sess->mutex);
	mutex_lock(&sess->info_mutex);
	sess->lead_local = conn->local;
	sess->lead_remote = conn->remote;
	mutex_unlock(&sess->info_mutex);
}

/*
 * Who reads may hold the class's ep_mutex, which iscsid needs to have a recovery
 * given up: none is waited for here.
 */
static int mcs_param_address(struct mcs_session *sess, bool local,
			     enum iscsi_param param, char *buf)
{
	struct sockaddr_storage addr;

	mutex_lock(&sess->info_mutex);
	addr = local ? sess->lead_local : sess->lead_remote;
	mutex_unlock(&sess->info_mutex);
	if (addr.ss_family == AF_UNSPEC)
		return -ENOTCONN;
	return iscsi_conn_get_addr_param(&addr, param, buf);
}

/**
 * mcs_param_get_conn - read a parameter of the leading connection
 * @cls_conn: leading connection
 * @param: the parameter
 * @buf: page for its value as text
 *
 * Addresses are those of the present or last socket.
 *
 * Return: length of the text or a negative errno.
 */
int mcs_param_get_conn(struct iscsi_cls_conn *cls_conn, enum iscsi_param param,
		       char *buf)
{
	struct mcs_session *sess = mcs_param_sess(cls_conn);

	switch (param) {
	case ISCSI_PARAM_RECV_TMO:
		return sysfs_emit(buf, "%u\n",
				  READ_ONCE(sess->nop_interval_ms) / 1000);
	case ISCSI_PARAM_PING_TMO:
		return sysfs_emit(buf, "%u\n",
				  READ_ONCE(sess->nop_timeout_ms) / 1000);
	case ISCSI_PARAM_CONN_PORT:
	case ISCSI_PARAM_CONN_ADDRESS:
	case ISCSI_PARAM_LOCAL_PORT:
		return mcs_param_address(sess, param == ISCSI_PARAM_LOCAL_PORT,
					 param, buf);
	default:
		return iscsi_conn_get_param(cls_conn, param, buf);
	}
}

/**
 * mcs_param_get_host - read a parameter of the host
 * @shost: host
 * @param: the parameter
 * @buf: page for its value as text
 *
 * Return: length of the text or a negative errno.
 */
int mcs_param_get_host(struct Scsi_Host *shost, enum iscsi_host_param param,
		       char *buf)
{
	struct mcs_session *sess = mcs_session_of_host(shost);

	if (param != ISCSI_HOST_PARAM_IPADDRESS)
		return iscsi_host_get_param(shost, param, buf);
	if (!sess)
		return -ENOTCONN;
	return mcs_param_address(sess, true, (enum iscsi_param)param, buf);
}

/* Whoever sends and receives counts meanwhile. */
static void __no_kcsan mcs_param_add_stats(struct iscsi_stats *stats,
					   const struct mcs_conn_stats *s)
{
	stats->txdata_octets += s->tx_bytes;
	stats->rxdata_octets += s->rx_bytes;
	stats->scsicmd_pdus += s->cmds;
	stats->scsirsp_pdus += s->rsps;
	stats->dataout_pdus += s->data_out;
	stats->datain_pdus += s->data_in;
	stats->r2t_pdus += s->r2ts;
	stats->tmfcmd_pdus += s->tmfs;
	stats->tmfrsp_pdus += s->tmf_rsps;
	stats->digest_err += s->digest_errors;
	stats->timeout_err += s->timeouts;
}

static void mcs_param_add_custom(struct iscsi_stats *stats, const char *desc,
				 u64 value)
{
	struct iscsi_stats_custom *c = &stats->custom[stats->custom_length++];

	strscpy(c->desc, desc, sizeof(c->desc));
	c->value = value;
}

/**
 * mcs_param_get_stats - statistics for iscsiadm
 * @cls_conn: leading connection
 * @stats: filled with the sums over all connections the session has and had
 */
void mcs_param_get_stats(struct iscsi_cls_conn *cls_conn,
			 struct iscsi_stats *stats)
{
	struct mcs_session *sess = mcs_param_sess(cls_conn);
	struct mcs_conn *conn, *lead;
	u32 n = 0;

	stats->custom_length = 0;
	mutex_lock(&sess->info_mutex);
	mcs_param_add_stats(stats, &sess->gone);
	rcu_read_lock();
	/* Removed, it may come back. */
	lead = READ_ONCE(sess->lead);
	list_for_each_entry_rcu(conn, &sess->conns, node) {
		mcs_param_add_stats(stats, &conn->stats);
		if (conn == lead)
			lead = NULL;
		n++;
	}
	if (lead)
		mcs_param_add_stats(stats, &lead->stats);
	rcu_read_unlock();
	mutex_unlock(&sess->info_mutex);

	/* The first three as iscsi_tcp has them; two cannot happen here. */
	mcs_param_add_custom(stats, "tx_sendpage_failures", 0);
	mcs_param_add_custom(stats, "rx_discontiguous_hdr", 0);
	mcs_param_add_custom(stats, "eh_abort_cnt", sess->aborts);
	mcs_param_add_custom(stats, "mcs_connections", n);
	mcs_param_add_custom(stats, "mcs_resent_cmds", sess->resent);
}
