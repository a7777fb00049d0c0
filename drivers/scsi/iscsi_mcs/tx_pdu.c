// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/tcp.h>
#include <net/sock.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_device.h>

#include "conn.h"
#include "recovery.h"
#include "session.h"
#include "tx_pdu.h"

/*
 * Which PDU goes next on a connection, and its header. Control PDUs first,
 * then the unsolicited data of the command just sent, then commands and
 * solicited data in turn.
 */

/*
 * For a request. ExpStatSN is also in Data-Out and in the answer to a ping, but LIO does
 * not look at it there.
 */
static __be32 mcs_tx_acknowledge(struct mcs_conn *conn)
{
	WRITE_ONCE(conn->unacked_since, 0);
	return cpu_to_be32(conn->exp_statsn);
}

static void mcs_tx_ctl(struct mcs_conn *conn, struct mcs_ctl *ctl, u32 cmdsn)
{
	struct mcs_tx *tx = &conn->tx;
	struct iscsi_nopout *hdr = (struct iscsi_nopout *)tx->hdr;
	u8 op = ctl->hdr.opcode & ISCSI_OPCODE_MASK;

	memcpy(hdr, &ctl->hdr, sizeof(ctl->hdr));
	hdr->cmdsn = cpu_to_be32(cmdsn);
	/* iscsid keeps the leading login's StatSN by itself */
	if (op != ISCSI_OP_LOGIN)
		hdr->exp_statsn = ctl->has_answer ? mcs_tx_acknowledge(conn) :
				  cpu_to_be32(conn->exp_statsn);
	hton24(hdr->dlength, ctl->len);
	if (op == ISCSI_OP_SCSI_TMFUNC)
		conn->stats.tmfs++;

	tx->task = NULL;
	tx->r2t = false;
	tx->data_len = ctl->len;
	mcs_tx_start(conn, sizeof(*hdr), ctl->data);
}

/* The number for a control PDU; false when a numbered one has to wait */
static bool mcs_tx_ctl_cmdsn(struct mcs_conn *conn, struct mcs_ctl *ctl,
			     u32 *cmdsn)
{
	struct mcs_session *sess = conn->sess;

	if (ctl->has_cmdsn) {
		*cmdsn = be32_to_cpu(((struct iscsi_nopout *)&ctl->hdr)->cmdsn);
		return true;
	}
	if (ctl->numbered && !test_bit(MCS_CONN_LOGIN_PHASE, &conn->flags))
		return mcs_session_take_cmdsn(sess, conn, false, cmdsn);

	spin_lock(&sess->win_lock);
	*cmdsn = sess->win.cmdsn;
	spin_unlock(&sess->win_lock);
	return true;
}

/*
 * The login waits here and not in iscsid's request, as iscsid has others to care
 * for, and whoever asks the transport class for something stands behind it. The
 * timer that mcs_startup_bind() has set ends that.
 */
static bool mcs_tx_is_early(struct mcs_conn *conn, const struct mcs_ctl *ctl)
{
	return (ctl->hdr.opcode & ISCSI_OPCODE_MASK) == ISCSI_OP_LOGIN &&
	       mcs_recovery_login_waits(conn->sess);
}

static bool mcs_tx_next_ctl(struct mcs_conn *conn)
{
	struct mcs_ctl *ctl;
	bool started = false;
	u32 cmdsn;

	if (list_empty_careful(&conn->ctlq))
		return false;

	/* Under q_lock so that whoever waits for it can still cancel it. */
	spin_lock_bh(&conn->q_lock);
	ctl = list_first_entry_or_null(&conn->ctlq, struct mcs_ctl, node);
	if (!ctl || mcs_tx_is_early(conn, ctl))
		goto out;
	if (!mcs_tx_ctl_cmdsn(conn, ctl, &cmdsn))
		goto out;
	mcs_tx_ctl(conn, ctl, cmdsn);
	list_del_init(&ctl->node);
	if (ctl->has_answer)
		list_add_tail(&ctl->node, &conn->ctl_wait);
	else
		conn->tx.ctl = ctl;
	started = true;
out:
	spin_unlock_bh(&conn->q_lock);
	return started;
}

static u32 mcs_tx_ecdb_ahs(struct scsi_cmnd *sc, u8 *p)
{
	struct iscsi_ecdb_ahdr *ahs = (struct iscsi_ecdb_ahdr *)p;
	u32 rest = sc->cmd_len - ISCSI_CDB_SIZE;
	u32 pad = mcs_pdu_pad(rest);

	/* AHSLength counts the reserved byte, not the padding */
	ahs->ahslength = cpu_to_be16(rest + 1);
	ahs->ahstype = ISCSI_AHSTYPE_CDB;
	ahs->reserved = 0;
	memcpy(ahs->ecdb, sc->cmnd + ISCSI_CDB_SIZE, rest);
	memset(ahs->ecdb + rest, 0, pad);
	return 4 + rest + pad;
}

/* How much of a write goes without being asked for; sets flags and lengths */
static void mcs_tx_cmd_data(struct mcs_conn *conn, struct mcs_task *task,
			    struct iscsi_scsi_req *hdr)
{
	const struct iscsi_session *is = conn->sess->isess;
	u32 burst = min_t(u32, is->first_burst, task->length);
	u32 imm = 0;

	hdr->flags |= ISCSI_FLAG_CMD_WRITE;
	if (is->imm_data_en)
		imm = min(burst, conn->max_xmit);
	hton24(hdr->dlength, imm);
	conn->tx.data_offset = 0;
	conn->tx.data_len = imm;

	task->unsol_offset = imm;
	task->unsol_left = is->initial_r2t_en ? 0 : burst - imm;
	task->unsol_datasn = 0;
	if (!task->unsol_left)
		hdr->flags |= ISCSI_FLAG_CMD_FINAL;
}

static void mcs_tx_cmd(struct mcs_conn *conn, struct mcs_task *task)
{
	struct mcs_tx *tx = &conn->tx;
	struct iscsi_scsi_req *hdr = (struct iscsi_scsi_req *)tx->hdr;
	struct scsi_cmnd *sc = task->sc;
	u32 hdr_len = sizeof(*hdr);

	task->gen++;
	task->itt = mcs_itt_make(MCS_ITT_SCSI, task->tag, task->gen);
	task->last_progress = jiffies;

	memset(hdr, 0, sizeof(*hdr));
	hdr->opcode = ISCSI_OP_SCSI_CMD;
	hdr->flags = ISCSI_ATTR_SIMPLE;
	int_to_scsilun(sc->device->lun, &hdr->lun);
	hdr->itt = (__force itt_t)cpu_to_be32(task->itt);
	hdr->data_length = cpu_to_be32(task->length);
	hdr->cmdsn = cpu_to_be32(task->cmdsn);
	hdr->exp_statsn = mcs_tx_acknowledge(conn);
	memcpy(hdr->cdb, sc->cmnd, min_t(u32, sc->cmd_len, ISCSI_CDB_SIZE));
	if (sc->cmd_len > ISCSI_CDB_SIZE) {
		hdr_len += mcs_tx_ecdb_ahs(sc, tx->hdr + sizeof(*hdr));
		hdr->hlength = (hdr_len - sizeof(*hdr)) / 4;
	}

	tx->task = task;
	tx->r2t = false;
	tx->data_len = 0;
	if (sc->sc_data_direction == DMA_TO_DEVICE) {
		mcs_tx_cmd_data(conn, task, hdr);
	} else {
		hdr->flags |= ISCSI_FLAG_CMD_FINAL;
		if (sc->sc_data_direction == DMA_FROM_DEVICE)
			hdr->flags |= ISCSI_FLAG_CMD_READ;
	}
	mcs_tx_start(conn, hdr_len, NULL);
}

/* Bytes in the socket that wait for the link; not what waits for this command */
static u32 mcs_tx_unsent(const struct mcs_conn *conn)
{
	const struct tcp_sock *tp = tcp_sk(conn->sock->sk);
	u32 unsent = tp->write_seq - tp->snd_nxt;

	return conn->tx.corked && unsent < tp->mss_cache ? 0 : unsent;
}

/*
 * A number that waits in the socket for a slow link holds back every higher one
 * of other connections at the target. So a command gets its number when no more
 * is before it than the link takes in a millisecond, by what TCP knows.
 */
static bool mcs_tx_would_wait(struct mcs_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	if (READ_ONCE(conn->sess->nconns) == 1 ||
	    mcs_tx_unsent(conn) <= READ_ONCE(sk->sk_pacing_rate) >> 10)
		return false;
	/* The next ACK is the time to look again. */
	set_bit(SOCK_NOSPACE, &conn->sock->flags);
	return true;
}

static bool mcs_tx_next_cmd(struct mcs_conn *conn)
{
	struct mcs_task *task;
	u32 cmdsn;

	task = list_first_entry_or_null(&conn->sendq, struct mcs_task, node);
	if (!task || unlikely(atomic_read(&conn->sess->holding)) ||
	    mcs_tx_would_wait(conn))
		return false;
	if (!mcs_session_take_cmdsn(conn->sess, conn, true, &cmdsn))
		return false;

	task->cmdsn = cmdsn;
	task->may_have_run = true;
	WRITE_ONCE(task->state, MCS_TASK_ACTIVE);
	list_move_tail(&task->node, &conn->active);
	conn->stats.cmds++;
	mcs_tx_cmd(conn, task);
	if (task->unsol_left)
		conn->tx.unsol = task;
	return true;
}

static void mcs_tx_data_out(struct mcs_conn *conn, struct mcs_task *task,
			    __be32 ttt, u32 offset, u32 datasn, u32 left)
{
	struct mcs_tx *tx = &conn->tx;
	struct iscsi_data *hdr = (struct iscsi_data *)tx->hdr;
	u32 len = min(left, conn->max_xmit);

	memset(hdr, 0, sizeof(*hdr));
	hdr->opcode = ISCSI_OP_SCSI_DATA_OUT;
	hdr->flags = len == left ? ISCSI_FLAG_CMD_FINAL : 0;
	hton24(hdr->dlength, len);
	int_to_scsilun(task->sc->device->lun, &hdr->lun);
	hdr->itt = (__force itt_t)cpu_to_be32(task->itt);
	hdr->ttt = ttt;
	hdr->exp_statsn = cpu_to_be32(conn->exp_statsn);
	hdr->datasn = cpu_to_be32(datasn);
	hdr->offset = cpu_to_be32(offset);

	task->last_progress = jiffies;
	conn->stats.data_out++;
	tx->task = task;
	tx->data_offset = offset;
	tx->data_len = len;
	mcs_tx_start(conn, sizeof(*hdr), NULL);
}

static bool mcs_tx_next_unsol(struct mcs_conn *conn)
{
	struct mcs_task *task = conn->tx.unsol;
	u32 len;

	if (!task)
		return false;

	conn->tx.r2t = false;
	mcs_tx_data_out(conn, task, cpu_to_be32(ISCSI_RESERVED_TAG),
			task->unsol_offset, task->unsol_datasn,
			task->unsol_left);
	len = min(task->unsol_left, conn->max_xmit);
	task->unsol_datasn++;
	task->unsol_offset += len;
	task->unsol_left -= len;
	if (!task->unsol_left)
		conn->tx.unsol = NULL;
	return true;
}

static bool mcs_tx_next_data(struct mcs_conn *conn)
{
	struct mcs_task *task;
	struct mcs_r2t *r2t;
	u32 len;

	task = list_first_entry_or_null(&conn->dataq, struct mcs_task,
					data_node);
	if (!task)
		return false;

	r2t = &task->r2t[task->r2t_head];
	conn->tx.r2t = true;
	mcs_tx_data_out(conn, task, r2t->ttt, r2t->offset, r2t->datasn,
			r2t->left);
	len = min(r2t->left, conn->max_xmit);
	r2t->datasn++;
	r2t->offset += len;
	r2t->left -= len;
	return true;
}

/**
 * mcs_tx_next - choose and start the next PDU
 * @conn: connection with no PDU in progress
 *
 * Return: false when there is nothing that may be sent now.
 */
bool mcs_tx_next(struct mcs_conn *conn)
{
	return mcs_tx_next_ctl(conn) || mcs_tx_next_scsi(conn);
}

/**
 * mcs_tx_next_scsi - the same for PDUs that belong to SCSI commands
 * @conn: connection with no PDU in progress
 *
 * Return: false when there is nothing that may be sent now.
 */
bool mcs_tx_next_scsi(struct mcs_conn *conn)
{
	bool data_first = conn->tx.data_turn;

	/* Only Login PDUs before full feature phase */
	if (test_bit(MCS_CONN_LOGIN_PHASE, &conn->flags))
		return false;
	if (mcs_tx_next_unsol(conn))
		return true;

	conn->tx.data_turn = !data_first;
	if (data_first)
		return mcs_tx_next_data(conn) || mcs_tx_next_cmd(conn);
	return mcs_tx_next_cmd(conn) || mcs_tx_next_data(conn);
}

/*
 * One Data-Out of the first R2T is out: drop a served R2T, pass the turn on.
 * Served one after the other, the last R2T of a long queue on a slow link would
 * wait longer for its data than LIO does (three seconds), and the connection
 * would be closed for it.
 */
static void mcs_tx_r2t_sent(struct mcs_conn *conn, struct mcs_task *task)
{
	if (!task->r2t[task->r2t_head].left) {
		task->r2t_head = (task->r2t_head + 1) % task->r2t_max;
		task->r2t_count--;
	}
	if (task->r2t_count)
		list_move_tail(&task->data_node, &conn->dataq);
	else
		list_del_init(&task->data_node);
}

/**
 * mcs_tx_pdu_sent - the PDU in progress is whole on the socket
 * @conn: connection
 */
void mcs_tx_pdu_sent(struct mcs_conn *conn)
{
	struct mcs_tx *tx = &conn->tx;
	struct mcs_task *task = tx->task;
	struct mcs_ctl *ctl = tx->ctl;

	tx->busy = false;
	tx->task = NULL;
	tx->ctl = NULL;
	if (ctl)
		ctl->done(conn, ctl, NULL);
	if (!task)
		return;
	if (task->finish_after_tx)
		mcs_conn_finish_task(conn, task, task->sc->result);
	else if (tx->r2t)
		mcs_tx_r2t_sent(conn, task);
}
