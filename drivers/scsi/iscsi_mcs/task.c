// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) The iscsi_mcs authors */
#include <linux/blk-mq.h>
#include <linux/error-injection.h>
#include <linux/slab.h>
#include <scsi/scsi_cmnd.h>
#include <scsi/scsi_tcq.h>

#include "conn.h"
#include "session.h"
#include "task.h"

/**
 * mcs_tasks_alloc - make the task slots of a session
 * @sess: session
 * @n: how many commands the host queues at most
 *
 * Return: 0 or -ENOMEM.
 */
int mcs_tasks_alloc(struct mcs_session *sess, u32 n)
{
	u32 i;

	if (WARN_ON_ONCE(n > MCS_ITT_TAG_MASK + 1))
		return -EINVAL;

	sess->tasks = kvcalloc(n, sizeof(*sess->tasks), GFP_KERNEL);
	if (!sess->tasks)
		return -ENOMEM;
	sess->lost = kvcalloc(MCS_LOST_PER_TASK * n, sizeof(*sess->lost),
			      GFP_KERNEL);
	if (!sess->lost)
		return -ENOMEM;
	sess->ntasks = n;
	for (i = 0; i < n; i++) {
		sess->tasks[i].tag = i;
		INIT_LIST_HEAD(&sess->tasks[i].node);
		INIT_LIST_HEAD(&sess->tasks[i].data_node);
	}
	return mcs_tasks_set_max_r2t(sess, 1);
}

ALLOW_ERROR_INJECTION(mcs_tasks_alloc, ERRNO);

/**
 * mcs_tasks_free - undo mcs_tasks_alloc()
 * @sess: session without commands
 */
void mcs_tasks_free(struct mcs_session *sess)
{
	mutex_lock(&sess->mutex);
	kvfree(sess->r2ts);
	kvfree(sess->lost);
	kvfree(sess->tasks);
	sess->r2ts = NULL;
	sess->lost = NULL;
	sess->tasks = NULL;
	/* A reset that was asked for by ioctl may look for some still. */
	sess->ntasks = 0;
	mutex_unlock(&sess->mutex);
}

/**
 * mcs_tasks_set_max_r2t - size the R2T rings
 * @sess: session that holds no command with R2Ts: before or between logins
 * @max_r2t: negotiated MaxOutstandingR2T
 *
 * Return: 0, -EINVAL (out of range), -EBUSY (commands active) or -ENOMEM.
 */
int mcs_tasks_set_max_r2t(struct mcs_session *sess, u32 max_r2t)
{
	struct mcs_r2t *r2ts;
	u32 i;

	if (!max_r2t || max_r2t > U16_MAX)
		return -EINVAL;
	if (sess->r2ts && max_r2t == sess->max_r2t)
		return 0;

	r2ts = kvcalloc(array_size(sess->ntasks, max_r2t), sizeof(*r2ts),
			GFP_KERNEL);
	if (!r2ts)
		return -ENOMEM;

	for (i = 0; i < sess->ntasks; i++) {
		struct mcs_task *task = &sess->tasks[i];

		if (task->state == MCS_TASK_ACTIVE) {
			WARN_ON_ONCE(1);
			kvfree(r2ts);
			return -EBUSY;
		}
	}
	for (i = 0; i < sess->ntasks; i++) {
		sess->tasks[i].r2t = r2ts + (size_t)i * max_r2t;
		sess->tasks[i].r2t_max = max_r2t;
	}
	kvfree(sess->r2ts);
	sess->r2ts = r2ts;
	sess->max_r2t = max_r2t;
	return 0;
}

/**
 * mcs_task_of - the slot of a command
 * @sess: session of the command's host
 * @sc: command with a block layer tag
 *
 * Return: the slot, whatever its state.
 */
struct mcs_task *mcs_task_of(struct mcs_session *sess, struct scsi_cmnd *sc)
{
	u32 tag = scsi_cmd_to_rq(sc)->tag;

	if (WARN_ON_ONCE(tag >= sess->ntasks))
		return NULL;
	return &sess->tasks[tag];
}

/**
 * mcs_task_by_itt - find the active command a received PDU names
 * @conn: connection the PDU came on
 * @itt: Initiator Task Tag from the wire
 *
 * Return: the task, or NULL when the tag is not one of this connection's.
 */
struct mcs_task *mcs_task_by_itt(struct mcs_conn *conn, u32 itt)
{
	struct mcs_session *sess = conn->sess;
	u32 tag = itt & MCS_ITT_TAG_MASK;
	struct mcs_task *task;

	if (mcs_itt_kind(itt) != MCS_ITT_SCSI || tag >= sess->ntasks)
		return NULL;

	/*
	 * Another connection's io_work may own the slot and be changing it.
	 * The owner's pointer is compared first; a match means us.
	 */
	task = &sess->tasks[tag];
	if (READ_ONCE(task->conn) != conn ||
	    READ_ONCE(task->state) != MCS_TASK_ACTIVE || task->itt != itt)
		return NULL;
	return task;
}

/**
 * mcs_task_init - take a slot for a new command
 * @task: free slot
 * @sc: the command
 */
void mcs_task_init(struct mcs_task *task, struct scsi_cmnd *sc)
{
	task->sc = sc;
	task->length = scsi_bufflen(sc);
	task->cost = task->length + MCS_TASK_OVERHEAD;
	task->may_have_run = false;
	task->last_progress = jiffies;
	task->last_timeout = 0;
	mcs_task_rewind(task);
}

/**
 * mcs_task_rewind - make a command ready to be sent from its beginning
 * @task: command that no connection holds
 */
void mcs_task_rewind(struct mcs_task *task)
{
	task->finish_after_tx = false;
	task->exp_datasn = 0;
	task->rx_done = 0;
	task->sent = 0;
	task->unsol_offset = 0;
	task->unsol_left = 0;
	task->unsol_datasn = 0;
	task->r2t_head = 0;
	task->r2t_count = 0;
	task->sg = scsi_sglist(task->sc);
	task->sg_base = 0;
}

static void mcs_task_next_sg(struct mcs_task *task)
{
	task->sg_base += task->sg->length;
	task->sg = sg_next(task->sg);
}

/**
 * mcs_task_bvecs - describe a part of the command's data
 * @task: command
 * @offset: first byte
 * @len: bytes; @offset + @len has been checked against the transfer length
 * @bv: array to fill
 * @max: room in @bv
 * @nr: set to the entries used
 *
 * Transfers run forward almost always, so the last position is kept.
 *
 * Return: bytes described; fewer than @len when @bv is full.
 */
u32 mcs_task_bvecs(struct mcs_task *task, u32 offset, u32 len,
		   struct bio_vec *bv, int max, int *nr)
{
	u32 done = 0;
	int n = 0;

	if (offset < task->sg_base) {
		task->sg = scsi_sglist(task->sc);
		task->sg_base = 0;
	}
	while (task->sg && offset - task->sg_base >= task->sg->length)
		mcs_task_next_sg(task);
	while (done < len && n < max && task->sg) {
		struct scatterlist *sg = task->sg;
		u32 skip = offset + done - task->sg_base;
		u32 part = min(len - done, sg->length - skip);

		bv[n].bv_page = sg_page(sg) + ((sg->offset + skip) >> PAGE_SHIFT);
		bv[n].bv_offset = offset_in_page(sg->offset + skip);
		bv[n].bv_len = part;
		n++;
		done += part;
		if (skip + part == sg->length)
			mcs_task_next_sg(task);
	}
	*nr = n;
	return done;
}

/**
 * mcs_task_eh_owns - has the SCSI error handler taken this command?
 * @task: command
 *
 * Once a command timed out, scsi_done() on it does nothing; the abort handler
 * will ask for it. Commands sent by the error handler itself end through
 * scsi_done() as usual.
 */
bool mcs_task_eh_owns(const struct mcs_task *task)
{
	const struct scsi_cmnd *sc = READ_ONCE(task->sc);

	return sc && sc->submitter == SUBMITTED_BY_BLOCK_LAYER &&
	       test_bit(SCMD_STATE_COMPLETE, &sc->state);
}

/**
 * mcs_task_is_of_eh - has the SCSI error handler sent this command itself?
 * @task: command
 *
 * It does not wait for it for ever, and may reset the device while it is out.
 */
bool mcs_task_is_of_eh(const struct mcs_task *task)
{
	const struct scsi_cmnd *sc = READ_ONCE(task->sc);

	return sc && sc->submitter == SUBMITTED_BY_SCSI_ERROR_HANDLER;
}

/**
 * mcs_task_may_resend - may a command whose fate is unknown be sent again?
 * @task: command that no connection holds
 *
 * Reads and writes of the block layer may be repeated: it has no overlapping
 * ones in flight. Commands that came from user space or from the error
 * handler may not, once the target may have run them.
 */
bool mcs_task_may_resend(const struct mcs_task *task)
{
	if (task->sc->submitter != SUBMITTED_BY_BLOCK_LAYER)
		return false;
	return !task->may_have_run ||
	       !blk_rq_is_passthrough(scsi_cmd_to_rq(task->sc));
}

/**
 * mcs_task_release - let go of a command without completing it
 * @task: command that no list and no PDU in progress refers to
 *
 * Afterwards the slot may be used again at any moment.
 */
void mcs_task_release(struct mcs_task *task)
{
	WRITE_ONCE(task->sc, NULL);
	WRITE_ONCE(task->conn, NULL);
	/* Pairs with mcs_task_is_free(): everything above is done. */
	smp_store_release(&task->state, MCS_TASK_FREE);
}

/**
 * mcs_task_complete - give a command back to the midlayer
 * @task: command that no list and no PDU in progress refers to
 * @result: SCSI result
 */
void mcs_task_complete(struct mcs_task *task, u32 result)
{
	struct scsi_cmnd *sc = task->sc;

	sc->result = result;
	mcs_task_release(task);
	scsi_done(sc);
}
