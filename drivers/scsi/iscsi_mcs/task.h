/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_TASK_H
#define MCS_TASK_H

#include <linux/bvec.h>
#include <linux/list.h>
#include <linux/scatterlist.h>
#include <linux/types.h>
#include <scsi/iscsi_proto.h>

struct mcs_conn;
struct mcs_session;
struct scsi_cmnd;

/*
 * Initiator Task Tags. libiscsi tags its management PDUs with a small index
 * and an age in the top four bits; bits 12 and 13 are clear there, so they
 * tell whose tag it is. A SCSI tag is the block layer's tag plus a generation
 * that changes with every transmission, so that a late answer to an earlier
 * use never matches. Kind 3 does not exist: no tag is ever 0xffffffff.
 */
#define MCS_ITT_TAG_BITS	12
#define MCS_ITT_KIND_SHIFT	12
#define MCS_ITT_GEN_SHIFT	14
#define MCS_ITT_TAG_MASK	((1U << MCS_ITT_TAG_BITS) - 1)

enum mcs_itt_kind {
	MCS_ITT_LIBISCSI,
	MCS_ITT_SCSI,
	MCS_ITT_CTL,
};

static inline enum mcs_itt_kind mcs_itt_kind(u32 itt)
{
	return (itt >> MCS_ITT_KIND_SHIFT) & 3;
}

static inline u32 mcs_itt_make(enum mcs_itt_kind kind, u32 tag, u32 gen)
{
	return (tag & MCS_ITT_TAG_MASK) | kind << MCS_ITT_KIND_SHIFT |
	       gen << MCS_ITT_GEN_SHIFT;
}

/**
 * enum mcs_task_state - who holds a SCSI command
 * @MCS_TASK_FREE: nobody; the midlayer may use the slot
 * @MCS_TASK_QUEUED: waits on a connection, owns no CmdSN
 * @MCS_TASK_ACTIVE: its header went to a socket, the target may run it
 * @MCS_TASK_PARKED: held by the session until a connection takes it
 */
enum mcs_task_state {
	MCS_TASK_FREE,
	MCS_TASK_QUEUED,
	MCS_TASK_ACTIVE,
	MCS_TASK_PARKED,
};

/**
 * struct mcs_r2t - one Ready To Transfer being served
 * @ttt: Target Transfer Tag, as received
 * @offset: next byte to send
 * @left: bytes still to send
 * @datasn: DataSN of the next Data-Out
 */
struct mcs_r2t {
	__be32 ttt;
	u32 offset;
	u32 left;
	u32 datasn;
};

/**
 * struct mcs_task - a SCSI command between queuecommand and scsi_done
 * @sc: the command; NULL when free
 * @conn: connection of allegiance, NULL while parked
 * @node: place in the submit, send, active or parked list
 * @data_node: place in the connection's list of tasks with R2Ts to serve
 * @state: enum mcs_task_state
 * @finish_after_tx: completed by the target while one of its PDUs was half
 *	sent; finished when that PDU has gone out
 * @may_have_run: some transmission of it may have reached the target
 * @gen: generation part of the tag
 * @tag: block layer tag, index of this slot
 * @itt: tag on the wire
 * @cmdsn: CmdSN on the wire
 * @length: bytes to transfer
 * @cost: bytes it adds to its connection's load
 * @sent: of these, what the link has behind it once the socket is empty
 * @last_progress: jiffies of the last PDU for it
 * @last_timeout: jiffies of the last block layer timeout, 0 if none
 * @exp_datasn: next DataSN (reads) or R2TSN (writes) from the target
 * @rx_done: bytes of Data-In placed so far
 * @unsol_offset: next byte of unsolicited Data-Out
 * @unsol_left: bytes of unsolicited Data-Out still to send
 * @unsol_datasn: DataSN of the next unsolicited Data-Out
 * @r2t: ring of @r2t_max R2Ts
 * @r2t_head: the one being served
 * @r2t_count: how many wait or are being served
 * @r2t_max: MaxOutstandingR2T
 * @sg: scatterlist element the cursor is in
 * @sg_base: offset of that element in the whole transfer
 *
 * A task is owned by the io_work of @conn from submission to completion; no
 * lock protects it beyond that. While parked it is protected by the session
 * mutex.
 */
struct mcs_task {
	struct scsi_cmnd *sc;
	struct mcs_conn *conn;
	struct list_head node;
	struct list_head data_node;
	u8 state;
	bool finish_after_tx;
	bool may_have_run;
	u32 gen;
	u16 tag;
	u32 itt;
	u32 cmdsn;
	u32 length;
	u32 cost;
	u32 sent;
	unsigned long last_progress;
	unsigned long last_timeout;

	u32 exp_datasn;
	u32 rx_done;

	u32 unsol_offset;
	u32 unsol_left;
	u32 unsol_datasn;

	struct mcs_r2t *r2t;
	u16 r2t_head;
	u16 r2t_count;
	u16 r2t_max;

	struct scatterlist *sg;
	u32 sg_base;
};

/* A command costs a connection something even if it moves no data. */
#define MCS_TASK_OVERHEAD	512

/* One loss may follow the other before the target has got past a number. */
#define MCS_LOST_PER_TASK	4

int mcs_tasks_alloc(struct mcs_session *sess, u32 n);
void mcs_tasks_free(struct mcs_session *sess);
int mcs_tasks_set_max_r2t(struct mcs_session *sess, u32 max_r2t);

/* Acquire: pairs with mcs_task_release(), the slot's last use is over. */
static inline bool mcs_task_is_free(const struct mcs_task *task)
{
	/* see above */
	return smp_load_acquire(&task->state) == MCS_TASK_FREE;
}

struct mcs_task *mcs_task_of(struct mcs_session *sess, struct scsi_cmnd *sc);
struct mcs_task *mcs_task_by_itt(struct mcs_conn *conn, u32 itt);
void mcs_task_init(struct mcs_task *task, struct scsi_cmnd *sc);
void mcs_task_rewind(struct mcs_task *task);
u32 mcs_task_bvecs(struct mcs_task *task, u32 offset, u32 len,
		   struct bio_vec *bv, int max, int *nr);

bool mcs_task_is_of_eh(const struct mcs_task *task);
bool mcs_task_eh_owns(const struct mcs_task *task);
bool mcs_task_may_resend(const struct mcs_task *task);
void mcs_task_release(struct mcs_task *task);
void mcs_task_complete(struct mcs_task *task, u32 result);

#endif /* MCS_TASK_H */
