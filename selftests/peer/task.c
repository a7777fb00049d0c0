// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <stdlib.h>
#include <string.h>

#include "peer.h"

/* Requests between arrival and answer: order, and the data of writes. */

static void copy_cdb(struct task *task, const struct request *req)
{
	u32 more;

	memcpy(task->cdb, req->bhs + AT_CDB, 16);
	/* extended CDB */
	if (req->ahs_len < 4 || req->ahs[2] != 1)
		return;
	more = get16(req->ahs) - 1;
	if (more <= req->ahs_len - 4 && more <= sizeof(task->cdb) - 16)
		memcpy(task->cdb + 16, req->ahs + 4, more);
}

static bool is_write(const struct task *task)
{
	return (task->bhs[0] & OP_MASK) == OP_CMD &&
	       (task->bhs[AT_FLAGS] & FLAG_WRITE);
}

/* What comes along with the command and what follows it unasked */
static void take_first_data(struct task *task, const struct request *req)
{
	struct session *sess = task->conn->sess;
	u32 limit = sess->first_burst;

	if (task->length > (64 << 20)) {
		complain(task->conn, "write of %u bytes", task->length);
		task->length = 0;
	}
	task->buf = calloc(1, task->length + 1);
	if (!task->buf)
		abort();
	if (req->len > task->length || req->len > limit ||
	    (req->len && !sess->immediate)) {
		complain(task->conn, "%u bytes of immediate data", req->len);
		return;
	}
	memcpy(task->buf, req->data, req->len);
	task->got = req->len;
	task->unsolicited = !(task->bhs[AT_FLAGS] & FLAG_FINAL);
	if (task->unsolicited && sess->initial_r2t)
		complain(task->conn, "unsolicited data with InitialR2T");
	task->asked = task->got;
}

/**
 * task_new - keep a request
 * @conn: connection it came on
 * @req: the request
 *
 * Return: the task, in the connection's list.
 */
struct task *task_new(struct conn *conn, const struct request *req)
{
	struct task *task = calloc(1, sizeof(*task));

	if (!task)
		abort();
	task->conn = conn;
	memcpy(task->bhs, req->bhs, BHS_LEN);
	task->itt = get32(req->bhs + AT_ITT);
	task->cmdsn = get32(req->bhs + AT_CMDSN);
	TAILQ_INSERT_TAIL(&conn->tasks, task, by_conn);
	if ((req->bhs[0] & OP_MASK) == OP_CMD) {
		task->length = get32(req->bhs + AT_EDTL);
		copy_cdb(task, req);
		if (is_write(task))
			take_first_data(task, req);
	} else if (req->len) {
		task->data = malloc(req->len);
		if (!task->data)
			abort();
		memcpy(task->data, req->data, req->len);
		task->data_len = req->len;
	}
	return task;
}

/**
 * task_free - a request is answered or given up
 * @task: task that waits for no turn
 */
void task_free(struct task *task)
{
	if (task->conn)
		TAILQ_REMOVE(&task->conn->tasks, task, by_conn);
	free(task->data);
	free(task->buf);
	free(task);
}

/**
 * task_forget - a request will not be answered
 * @task: task in any state
 *
 * Its number goes on counting: it was received.
 */
void task_forget(struct task *task)
{
	if (task->state != TASK_WAITING || (task->bhs[0] & OP_IMMEDIATE)) {
		task_free(task);
		return;
	}
	TAILQ_REMOVE(&task->conn->tasks, task, by_conn);
	task->conn = NULL;
}

/**
 * task_find - a request by its tag
 * @conn: connection
 * @itt: Initiator Task Tag
 */
struct task *task_find(struct conn *conn, u32 itt)
{
	struct task *task;

	TAILQ_FOREACH(task, &conn->tasks, by_conn) {
		if (task->itt == itt)
			return task;
	}
	return NULL;
}

static void send_r2t(struct task *task)
{
	static u32 ttt;
	struct conn *conn = task->conn;
	u32 len = task->length - task->asked;
	struct pdu *pdu;

	if (len > config.r2t_len)
		len = config.r2t_len;
	if (len > conn->sess->max_burst)
		len = conn->sess->max_burst;
	if (++ttt == RESERVED_TAG)
		ttt = 1;
	task->ttt = ttt;
	pdu = pdu_new(OP_R2T, FLAG_FINAL);
	memcpy(pdu->bhs + AT_LUN, task->bhs + AT_LUN, 8);
	put32(pdu->bhs + AT_ITT, task->itt);
	put32(pdu->bhs + AT_TTT, ttt);
	put32(pdu->bhs + AT_DATASN, task->r2tsn++);
	put32(pdu->bhs + AT_OFFSET, task->asked);
	put32(pdu->bhs + AT_R2T_LEN, len);
	task->asked += len;
	task->r2t_end = task->asked;
	task->datasn = 0;
	pdu_send(conn, pdu);
}

/* All data that was sent unasked or asked for is in: ask for more, or run */
static void task_advance(struct task *task)
{
	if (task->state == TASK_WAITING || task->unsolicited ||
	    task->got < task->asked)
		return;
	if (is_write(task) && task->got < task->length) {
		task->state = TASK_DATA;
		send_r2t(task);
		return;
	}
	task->state = TASK_READY;
	task->due = now_ms() + config.delay_ms;
}

/* Its turn has come */
static void task_start(struct task *task)
{
	if ((task->bhs[0] & OP_MASK) != OP_CMD) {
		request_run(task);
		return;
	}
	task->state = TASK_DATA;
	task_advance(task);
}

/**
 * sequence_run - start what follows in sequence
 * @sess: session
 */
void sequence_run(struct session *sess)
{
	struct task *task;

again:
	TAILQ_FOREACH(task, &sess->pending, by_sess) {
		if (task->cmdsn != sess->exp_cmdsn)
			continue;
		sess->exp_cmdsn++;
		TAILQ_REMOVE(&sess->pending, task, by_sess);
		task->state = TASK_READY;
		if (!task->conn) {
			task_free(task);
		} else {
			/* not READY yet for anyone else: it is started now */
			task_start(task);
		}
		goto again;
	}
}

/**
 * task_arrived - a new request: start it, or have it wait for its turn
 * @task: the request
 */
void task_arrived(struct task *task)
{
	struct conn *conn = task->conn;
	struct session *sess = conn->sess;
	struct task *other;

	if (task->bhs[0] & OP_IMMEDIATE) {
		task_start(task);
		return;
	}
	/* a NOP-Out may fill a hole that another connection has left */
	if ((task->bhs[0] & OP_MASK) == OP_CMD) {
		if (conn->has_seen &&
		    !sn_before(conn->seen_cmdsn, task->cmdsn))
			complain(conn, "CmdSN %u after %u", task->cmdsn,
				 conn->seen_cmdsn);
		conn->has_seen = true;
		conn->seen_cmdsn = task->cmdsn;
	}
	TAILQ_FOREACH(other, &sess->pending, by_sess) {
		if (other->cmdsn == task->cmdsn)
			break;
	}
	if (other || sn_before(task->cmdsn, sess->exp_cmdsn)) {
		/* a duplicate is dropped without a word */
		task_free(task);
		return;
	}
	task->state = TASK_WAITING;
	TAILQ_INSERT_TAIL(&sess->pending, task, by_sess);
	sequence_run(sess);
}

static const char *data_out_fault(const struct task *task,
				  const struct request *req)
{
	u32 ttt = get32(req->bhs + AT_TTT);

	if (get32(req->bhs + AT_OFFSET) != task->got)
		return "Data-Out at a wrong offset";
	if (get32(req->bhs + AT_DATASN) != task->datasn)
		return "Data-Out with a wrong DataSN";
	if (memcmp(req->bhs + AT_LUN, task->bhs + AT_LUN, 8))
		return "Data-Out with another LUN";
	if (task->unsolicited) {
		if (ttt != RESERVED_TAG)
			return "unsolicited Data-Out with a tag";
		if (task->got + req->len > task->length ||
		    task->got + req->len > task->conn->sess->first_burst)
			return "unsolicited Data-Out beyond FirstBurstLength";
		return NULL;
	}
	if (ttt != task->ttt)
		return "Data-Out with an unknown Target Transfer Tag";
	if (task->got + req->len > task->r2t_end)
		return "Data-Out beyond what was asked for";
	if (!(req->bhs[AT_FLAGS] & FLAG_FINAL) ==
	    (task->got + req->len == task->r2t_end))
		return "Data-Out with a wrong final bit";
	return NULL;
}

/**
 * task_data_out - data of a write
 * @conn: connection
 * @req: Data-Out
 */
void task_data_out(struct conn *conn, const struct request *req)
{
	struct task *task = task_find(conn, get32(req->bhs + AT_ITT));
	const char *why;

	if (!task || !is_write(task)) {
		/* of a command that was rejected, aborted or answered early */
		return;
	}
	why = data_out_fault(task, req);
	if (why) {
		complain(conn, "%s", why);
		return;
	}
	memcpy(task->buf + task->got, req->data, req->len);
	task->got += req->len;
	task->datasn++;
	if (task->unsolicited) {
		task->asked = task->got;
		task->unsolicited = !(req->bhs[AT_FLAGS] & FLAG_FINAL);
	}
	task_advance(task);
}

/**
 * task_run_due - execute the commands whose time has come
 */
void task_run_due(void)
{
	struct task *task, *next;
	struct conn *conn;
	u64 now = now_ms();

	if (config.hold)
		return;
	TAILQ_FOREACH(conn, &conns, node) {
		for (task = TAILQ_FIRST(&conn->tasks); task; task = next) {
			next = TAILQ_NEXT(task, by_conn);
			if (task->state != TASK_READY || now < task->due ||
			    (task->bhs[0] & OP_MASK) != OP_CMD)
				continue;
			if (conn->phase == PHASE_FULL)
				scsi_execute(task);
			/* a rule may have ended the connection */
			if (conn->gone)
				break;
		}
	}
}
