// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/blk-mq.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/net.h>
#include <net/sock.h>
#include <scsi/libiscsi.h>
#include <scsi/scsi_transport_iscsi.h>

#include "conn.h"
#include "event.h"
#include "lead.h"
#include "main.h"
#include "param.h"
#include "recovery.h"
#include "scsi.h"
#include "session.h"
#include "startup.h"
#include "stream.h"
#include "transport.h"

/*
 * What the transport class and, through it, iscsid ask for. For them a session
 * has one connection, CID 0; the others are none of their business. libiscsi
 * keeps its session and that one connection object, the engine is ours.
 */

static struct scsi_transport_template *mcs_transport_template;
static struct iscsi_transport mcs_transport;

/* libiscsi's own tasks only carry what iscsid sends; 15 of them are for that */
#define MCS_TRANSPORT_MGMT_TASKS	32

static struct mcs_session *mcs_transport_sess(struct iscsi_cls_conn *cls_conn)
{
	struct iscsi_conn *iconn = cls_conn->dd_data;

	return *(struct mcs_session **)iconn->session->dd_data;
}

static void mcs_transport_init_tasks(struct iscsi_session *isess)
{
	int i;

	for (i = 0; i < isess->cmds_max; i++) {
		struct mcs_lead_task *lt = isess->cmds[i]->dd_data;

		isess->cmds[i]->hdr = &lt->hdr;
		isess->cmds[i]->hdr_max = sizeof(lt->hdr);
		INIT_LIST_HEAD(&lt->ctl.node);
	}
}

static struct Scsi_Host *mcs_transport_host(u16 cmds_max, u16 qdepth)
{
	struct Scsi_Host *shost;
	int can_queue;

	shost = iscsi_host_alloc(&mcs_scsi_template,
				 sizeof(struct mcs_session *), false);
	if (!shost)
		return NULL;
	shost->transportt = mcs_transport_template;
	shost->cmd_per_lun = qdepth;
	shost->max_lun = ~0ULL;
	shost->max_id = 0;
	shost->max_channel = 0;
	shost->max_cmd_len = SCSI_MAX_VARLEN_CDB_SIZE;
	mcs_shost_allow_any_alignment(shost);

	can_queue = iscsi_host_get_max_scsi_cmds(shost, cmds_max);
	if (can_queue < 0)
		goto err_free;
	shost->can_queue = can_queue;
	if (iscsi_host_add(shost, NULL))
		goto err_free;
	/*
	 * A scheduler has every single command take a detour over a worker, to
	 * sort what the target sorts anyway. Who wants one can still choose it.
	 */
	shost->tag_set.flags |= BLK_MQ_F_NO_SCHED_BY_DEFAULT;
	return shost;

err_free:
	iscsi_host_free(shost);
	return NULL;
}

static struct iscsi_cls_session *
mcs_transport_create_session(struct iscsi_endpoint *ep, u16 cmds_max,
			     u16 qdepth, u32 initial_cmdsn)
{
	struct iscsi_cls_session *cls;
	struct iscsi_session *isess;
	struct mcs_session *sess;
	struct Scsi_Host *shost;
	int mgmt;

	if (ep)
		return NULL;
	shost = mcs_transport_host(cmds_max, qdepth);
	if (!shost)
		return NULL;

	/* Above can_queue it would be cut down, and refused below 16. */
	mgmt = min_t(int, MCS_TRANSPORT_MGMT_TASKS,
		     rounddown_pow_of_two(shost->can_queue +
					  ISCSI_MGMT_CMDS_MAX));
	cls = iscsi_session_setup(&mcs_transport, shost, mgmt, sizeof(sess),
				  sizeof(struct mcs_lead_task), initial_cmdsn,
				  0);
	if (!cls)
		goto err_host;
	isess = cls->dd_data;
	mcs_transport_init_tasks(isess);

	sess = mcs_session_alloc(cls);
	if (!sess)
		goto err_session;
	if (mcs_tasks_alloc(sess, shost->can_queue))
		goto err_put;
	*(struct mcs_session **)isess->dd_data = sess;
	/* sysfs has the host already */
	smp_store_release((struct mcs_session **)iscsi_host_priv(shost), sess);
	mcs_session_publish(sess);
	return cls;

err_put:
	mcs_tasks_free(sess);
	mcs_session_put(sess);
err_session:
	iscsi_session_remove(cls);
	iscsi_session_free(cls);
err_host:
	iscsi_host_remove(shost, false);
	iscsi_host_free(shost);
	return NULL;
}

static void mcs_transport_destroy_session(struct iscsi_cls_session *cls)
{
	struct Scsi_Host *shost = iscsi_session_to_shost(cls);
	struct mcs_session *sess = mcs_session_of_cls(cls);

	if (WARN_ON_ONCE(sess->isess->leadconn))
		return;

	mcs_session_unpublish(sess);
	mcs_startup_close(sess);
	mcs_event_session(sess, ISCSI_MCS_CMD_SESSION_REMOVED_NTF,
			  ISCSI_MCS_REASON_SESSION_CLOSED, 0);

	iscsi_session_remove(cls);
	mcs_stream_cancel(sess);
	/* Host attributes look at the session: they go first. */
	iscsi_host_remove(shost, false);
	mcs_tasks_free(sess);
	mcs_session_put(sess);
	iscsi_host_free(shost);
	/* Drops the reference on this module: nothing may follow. */
	iscsi_session_free(cls);
}

static struct iscsi_cls_conn *
mcs_transport_create_conn(struct iscsi_cls_session *cls, u32 cid)
{
	struct mcs_session *sess = mcs_session_of_cls(cls);
	struct iscsi_cls_conn *cls_conn;

	/* The class would treat a further connection as if it were CID 0. */
	if (cid || sess->lead)
		return NULL;

	cls_conn = iscsi_conn_setup(cls, 0, cid);
	if (!cls_conn)
		return NULL;
	if (mcs_startup_create(sess, cls_conn->dd_data)) {
		iscsi_conn_teardown(cls_conn);
		return NULL;
	}
	return cls_conn;
}

static void mcs_transport_destroy_conn(struct iscsi_cls_conn *cls_conn)
{
	mcs_startup_destroy(mcs_transport_sess(cls_conn));
	iscsi_conn_teardown(cls_conn);
}

static int mcs_transport_bind_conn(struct iscsi_cls_session *cls,
				   struct iscsi_cls_conn *cls_conn,
				   u64 transport_fd, int is_leading)
{
	struct mcs_session *sess = mcs_session_of_cls(cls);
	struct socket *sock;
	int err;

	sock = sockfd_lookup((int)transport_fd, &err);
	if (!sock)
		return -EEXIST;
	err = -EINVAL;
	if (!sk_is_tcp(sock->sk))
		goto err_put;
	err = iscsi_conn_bind(cls, cls_conn, is_leading);
	if (err)
		goto err_put;
	err = mcs_startup_bind(sess, sock);
	if (err)
		goto err_put;
	return 0;

err_put:
	sockfd_put(sock);
	return err;
}

static int mcs_transport_start_conn(struct iscsi_cls_conn *cls_conn)
{
	struct mcs_session *sess = mcs_transport_sess(cls_conn);
	int err;

	err = mcs_startup_may_start(sess);
	if (!err)
		err = iscsi_conn_start(cls_conn);
	/* Not under the mutex: it waits for what takes that, too. */
	if (!err)
		err = mcs_startup_start(sess);
	return err;
}

static void mcs_transport_stop_conn(struct iscsi_cls_conn *cls_conn, int flag)
{
	/* Comes twice after an error: from the class's work and from iscsid. */
	if (mcs_startup_stop(mcs_transport_sess(cls_conn),
			     flag == STOP_CONN_TERM))
		iscsi_conn_stop(cls_conn, flag);
}

static void mcs_transport_recovery_timedout(struct iscsi_cls_session *cls)
{
	struct mcs_session *sess = mcs_session_of_cls(cls);

	iscsi_session_recovery_timedout(cls);
	mutex_lock(&sess->mutex);
	if (sess->state == ISCSI_MCS_SESSION_STATE_RECOVERING) {
		mcs_session_set_state(sess, ISCSI_MCS_SESSION_STATE_FAILED);
		mcs_recovery_fail_parked(sess, DID_TRANSPORT_FAILFAST << 16);
	}
	mutex_unlock(&sess->mutex);
}

static struct iscsi_transport mcs_transport = {
	.owner			= THIS_MODULE,
	.name			= "tcp",
	.caps			= CAP_RECOVERY_L0 | CAP_MULTI_R2T |
				  CAP_HDRDGST | CAP_DATADGST,
	.create_session		= mcs_transport_create_session,
	.destroy_session	= mcs_transport_destroy_session,
	.create_conn		= mcs_transport_create_conn,
	.bind_conn		= mcs_transport_bind_conn,
	.destroy_conn		= mcs_transport_destroy_conn,
	.start_conn		= mcs_transport_start_conn,
	.stop_conn		= mcs_transport_stop_conn,
	.attr_is_visible	= mcs_param_is_visible,
	.set_param		= mcs_param_set,
	.get_conn_param		= mcs_param_get_conn,
	.get_session_param	= iscsi_session_get_param,
	.get_host_param		= mcs_param_get_host,
	.set_host_param		= iscsi_host_set_param,
	.send_pdu		= mcs_lead_send_pdu,
	.get_stats		= mcs_param_get_stats,
	.init_task		= mcs_lead_init_task,
	.xmit_task		= mcs_lead_xmit_task,
	.cleanup_task		= mcs_lead_cleanup_task,
	.session_recovery_timedout = mcs_transport_recovery_timedout,
};

/**
 * mcs_transport_register - become the transport "tcp"
 *
 * Return: 0 or -EBUSY, when another driver has the name.
 */
int mcs_transport_register(void)
{
	mcs_transport_template = iscsi_register_transport(&mcs_transport);
	return mcs_transport_template ? 0 : -EBUSY;
}

/**
 * mcs_transport_unregister - undo mcs_transport_register()
 */
void mcs_transport_unregister(void)
{
	iscsi_unregister_transport(&mcs_transport);
}
