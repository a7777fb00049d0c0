// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>
#include <linux/unaligned.h>

#include "conn.h"
#include "rsp_scsi.h"
#include "session.h"

/*
 * PDUs that belong to a SCSI command. A command is found by its tag and only
 * on the connection it was sent on (RFC 7143, 4.2.5.1).
 */

static struct mcs_task *mcs_rsp_task(struct mcs_conn *conn, itt_t itt)
{
	return mcs_task_by_itt(conn, be32_to_cpu((__force __be32)itt));
}

static void mcs_rsp_fill_xfer(struct mcs_conn *conn, struct mcs_task *task,
			      struct mcs_pdu_xfer *x)
{
	enum dma_data_direction dir = task->sc->sc_data_direction;

	x->length = task->length;
	x->is_read = dir == DMA_FROM_DEVICE;
	x->is_write = dir == DMA_TO_DEVICE;
	x->max_burst = conn->sess->isess->max_burst;
	x->r2t_room = task->r2t_max - task->r2t_count;
	x->exp_datasn = task->exp_datasn;
	x->next_offset = task->rx_done;
}

/**
 * mcs_rsp_data_in_begin - a Data-In header has arrived
 * @conn: connection
 *
 * Return: NULL with rx.task set, or which rule was broken.
 */
const char *mcs_rsp_data_in_begin(struct mcs_conn *conn)
{
	const struct iscsi_data_rsp *hdr =
		(const struct iscsi_data_rsp *)&conn->rx.hdr;
	struct mcs_task *task = mcs_rsp_task(conn, hdr->itt);
	struct mcs_pdu_xfer x;
	const char *why;

	if (!task || task->finish_after_tx)
		return "Data-In for a command this connection does not have";
	mcs_rsp_fill_xfer(conn, task, &x);
	why = mcs_pdu_check_data_in(hdr, &x);
	if (why)
		return why;
	conn->rx.task = task;
	return NULL;
}

/*
 * Residual rules as every initiator applies them; what the target claims must
 * also agree with what it sent, or stale memory would pass for data.
 */
static u32 mcs_rsp_result(struct mcs_task *task, u8 flags, u8 status,
			  u32 residual)
{
	struct scsi_cmnd *sc = task->sc;
	u32 missing = 0;

	if (flags & (ISCSI_FLAG_CMD_UNDERFLOW | ISCSI_FLAG_CMD_OVERFLOW)) {
		if (!residual || (!(flags & ISCSI_FLAG_CMD_OVERFLOW) &&
				  residual > task->length))
			return DID_BAD_TARGET << 16 | status;
		scsi_set_resid(sc, residual);
		if (flags & ISCSI_FLAG_CMD_UNDERFLOW)
			missing = residual;
	}
	if (status == SAM_STAT_GOOD &&
	    sc->sc_data_direction == DMA_FROM_DEVICE &&
	    task->rx_done < task->length - missing)
		return DID_ERROR << 16;
	return DID_OK << 16 | status;
}

/**
 * mcs_rsp_data_in_end - a Data-In is complete
 * @conn: connection
 *
 * Return: NULL.
 */
const char *mcs_rsp_data_in_end(struct mcs_conn *conn)
{
	const struct iscsi_data_rsp *hdr =
		(const struct iscsi_data_rsp *)&conn->rx.hdr;
	struct mcs_task *task = conn->rx.task;

	conn->rx.task = NULL;
	conn->stats.data_in++;
	task->exp_datasn++;
	task->rx_done += conn->rx.dlen;
	task->last_progress = jiffies;
	if (hdr->flags & ISCSI_FLAG_DATA_STATUS)
		mcs_conn_finish_task(conn, task,
				     mcs_rsp_result(task, hdr->flags,
						    hdr->cmd_status,
						    be32_to_cpu(hdr->residual_count)));
	return NULL;
}

/* Return: false when the sense data does not fit its own length */
static bool mcs_rsp_sense(struct mcs_conn *conn, struct scsi_cmnd *sc)
{
	const u8 *data = conn->rx.buf;
	u32 len;

	if (conn->rx.dlen < 2)
		return false;
	len = get_unaligned_be16(data);
	if (conn->rx.dlen < len + 2)
		return false;
	memcpy(sc->sense_buffer, data + 2,
	       min_t(u32, len, SCSI_SENSE_BUFFERSIZE));
	return true;
}

/**
 * mcs_rsp_scsi - a SCSI Response is complete
 * @conn: connection
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_rsp_scsi(struct mcs_conn *conn)
{
	const struct iscsi_scsi_rsp *hdr =
		(const struct iscsi_scsi_rsp *)&conn->rx.hdr;
	struct mcs_task *task = mcs_rsp_task(conn, hdr->itt);
	u32 result;

	if (!task || task->finish_after_tx)
		return "response for a command this connection does not have";

	if (hdr->response != ISCSI_STATUS_CMD_COMPLETED) {
		result = DID_ERROR << 16;
	} else if (hdr->cmd_status == SAM_STAT_CHECK_CONDITION &&
		   !mcs_rsp_sense(conn, task->sc)) {
		result = DID_BAD_TARGET << 16;
	} else if (hdr->flags & (ISCSI_FLAG_CMD_BIDI_UNDERFLOW |
				 ISCSI_FLAG_CMD_BIDI_OVERFLOW)) {
		result = DID_BAD_TARGET << 16 | hdr->cmd_status;
	} else {
		result = mcs_rsp_result(task, hdr->flags, hdr->cmd_status,
					be32_to_cpu(hdr->residual_count));
	}
	mcs_conn_finish_task(conn, task, result);
	return NULL;
}

/**
 * mcs_rsp_r2t - the target asks for data
 * @conn: connection
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_rsp_r2t(struct mcs_conn *conn)
{
	const struct iscsi_r2t_rsp *hdr =
		(const struct iscsi_r2t_rsp *)&conn->rx.hdr;
	struct mcs_task *task = mcs_rsp_task(conn, hdr->itt);
	struct mcs_pdu_xfer x;
	struct scsi_lun lun;
	struct mcs_r2t *r2t;
	const char *why;

	if (!task || task->finish_after_tx)
		return "R2T for a command this connection does not have";
	mcs_rsp_fill_xfer(conn, task, &x);
	why = mcs_pdu_check_r2t(hdr, &x);
	if (why)
		return why;
	int_to_scsilun(task->sc->device->lun, &lun);
	if (memcmp(&lun, &hdr->lun, sizeof(lun)))
		return "R2T with another LUN than its command";

	r2t = &task->r2t[(task->r2t_head + task->r2t_count) % task->r2t_max];
	r2t->ttt = hdr->ttt;
	r2t->offset = be32_to_cpu(hdr->data_offset);
	r2t->left = be32_to_cpu(hdr->data_length);
	r2t->datasn = 0;
	task->r2t_count++;
	task->exp_datasn++;
	task->last_progress = jiffies;
	conn->stats.r2ts++;
	if (list_empty(&task->data_node))
		list_add_tail(&task->data_node, &conn->dataq);
	return NULL;
}

/*
 * Does the target still wait for this number? It does not count what it
 * rejects as received (RFC 7143, 7.3), and executes nothing behind it.
 */
static bool mcs_rsp_is_hole(struct mcs_session *sess, u32 cmdsn)
{
	return !mcs_sn_before(cmdsn, mcs_session_exp_cmdsn(sess));
}

/**
 * mcs_rsp_scsi_rejected - the target refused a SCSI Command
 * @conn: connection
 * @bad: the refused header, as the target returned it: untrusted
 *
 * Return: NULL, or which rule was broken.
 */
const char *mcs_rsp_scsi_rejected(struct mcs_conn *conn,
				  const struct iscsi_hdr *bad)
{
	struct mcs_task *task = mcs_rsp_task(conn, bad->itt);

	if (!task || task->finish_after_tx)
		return "Reject of a command this connection does not have";
	/* Not without its number: a lost connection's numbers are filled. */
	if (mcs_rsp_is_hole(conn->sess, task->cmdsn) &&
	    mcs_ctl_plug(conn, task->cmdsn))
		return "more Rejects than can be dealt with";
	mcs_conn_finish_task(conn, task, DID_ERROR << 16);
	return NULL;
}
