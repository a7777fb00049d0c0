// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/module.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_tcq.h>

#include "conn.h"
#include "eh.h"
#include "scsi.h"
#include "session.h"
#include "stream.h"

/* Commands from the midlayer. */

/*
 * What becomes of a command while libiscsi's session is not logged in, as
 * iscsi_queuecommand() decides it. The midlayer blocks the devices a little
 * later than the state changes.
 */
static u32 mcs_scsi_state_result(struct mcs_session *sess)
{
	switch (READ_ONCE(sess->isess->state)) {
	case ISCSI_STATE_LOGGED_IN:
		return 0;
	case ISCSI_STATE_FAILED:
		/* Nobody logs in again while the system goes down. */
		if (unlikely(system_state != SYSTEM_RUNNING))
			return DID_NO_CONNECT << 16;
		fallthrough;
	case ISCSI_STATE_IN_RECOVERY:
	case ISCSI_STATE_LOGGING_OUT:
		return DID_IMM_RETRY << 16;
	case ISCSI_STATE_RECOVERY_FAILED:
		return DID_TRANSPORT_FAILFAST << 16;
	default:
		return DID_NO_CONNECT << 16;
	}
}

static mcs_qc_status_t mcs_scsi_queue(struct mcs_session *sess,
				      struct scsi_cmnd *sc, bool last)
{
	struct mcs_task *task;

	sc->result = iscsi_session_chkready(sess->cls);
	if (!sc->result)
		sc->result = mcs_scsi_state_result(sess);
	if (unlikely(sc->result)) {
		scsi_set_resid(sc, scsi_bufflen(sc));
		scsi_done(sc);
		return 0;
	}

	mcs_stream_note(sc);
	task = mcs_task_of(sess, sc);
	if (WARN_ON_ONCE(!task || !mcs_task_is_free(task)))
		return SCSI_MLQUEUE_HOST_BUSY;

	if (!mcs_session_reserve(sess, false))
		return SCSI_MLQUEUE_TARGET_BUSY;

	mcs_task_init(task, sc);
	if (!mcs_session_dispatch(sess, task, last)) {
		mcs_session_unreserve(sess);
		mcs_task_release(task);
		return SCSI_MLQUEUE_TARGET_BUSY;
	}
	return 0;
}

static mcs_qc_status_t mcs_scsi_queuecommand(struct Scsi_Host *shost,
					     struct scsi_cmnd *sc)
{
	struct mcs_session *sess = mcs_session_of_host(shost);
	bool last = sc->flags & SCMD_LAST;
	mcs_qc_status_t status;

	status = mcs_scsi_queue(sess, sc, last);
	/* Others of the batch may wait on other connections. */
	if (last)
		mcs_session_commit(sess);
	return status;
}

/* The last one of a batch did not come. */
static void mcs_scsi_commit_rqs(struct Scsi_Host *shost, u16 hwq)
{
	mcs_session_commit(mcs_session_of_host(shost));
}

static int mcs_scsi_sdev_configure(struct scsi_device *sdev,
				   struct queue_limits *lim)
{
	struct mcs_session *sess = mcs_session_of_host(sdev->host);

	/*
	 * A page that changes between its digest and its transmission would
	 * look like damage. Any connection may have a data digest later.
	 */
	if (READ_ONCE(sess->lead_ddgst))
		mcs_sdev_set_stable_writes(sdev, lim);
	mcs_stream_configure(sdev, lim);
	return 0;
}

MCS_DEFINE_SDEV_CONFIGURE(mcs_scsi_sdev_configure);

/* iscsid and iscsiadm know the driver by proc_name: it has to be iscsi_tcp. */
struct scsi_host_template mcs_scsi_template = {
	.module			= THIS_MODULE,
	.name			= "iSCSI Initiator over TCP/IP, MC/S",
	.proc_name		= "iscsi_tcp",
	.queuecommand		= mcs_scsi_queuecommand,
	.commit_rqs		= mcs_scsi_commit_rqs,
	.change_queue_depth	= scsi_change_queue_depth,
	.can_queue		= ISCSI_TOTAL_CMDS_MAX,
	.sg_tablesize		= 4096,
	.max_sectors		= 0xFFFF,
	.cmd_per_lun		= ISCSI_DEF_CMD_PER_LUN,
	.this_id		= -1,
	.track_queue_depth	= 1,
	.sdev_configure		= MCS_SDEV_CONFIGURE(mcs_scsi_sdev_configure),
	.eh_timed_out		= mcs_eh_timed_out,
	.eh_abort_handler	= mcs_eh_abort,
	.eh_device_reset_handler = mcs_eh_device_reset,
	.eh_target_reset_handler = mcs_eh_target_reset,
	.eh_host_reset_handler	= mcs_eh_host_reset,
};
