/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_SESSION_H
#define MCS_SESSION_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <scsi/libiscsi.h>
#include <scsi/scsi_host.h>
#include <scsi/scsi_transport_iscsi.h>
#include <uapi/linux/iscsi_mcs.h>

#include "chap_shash.h"
#include "offer.h"
#include "stats.h"
#include "window.h"

struct mcs_conn;
struct mcs_task;

/*
 * Locks, outermost first:
 *
 *   rx_queue_mutex, cls_conn->ep_mutex   (transport class, above our ops)
 *     mcs_sessions_mutex                 list of all sessions; a leaf
 *       sess->mutex                      connections, parked commands, state
 *         sess->info_mutex               what netlink reads; a leaf
 *         lock_sock(sk)                  io_work; direct.c its spinlock
 *           sess->lead_mutex             PDUs to and from iscsid
 *           iscsi frwd_lock > back_lock  libiscsi
 *             conn->q_lock               submission queues of one connection
 *               sess->win_lock           CmdSN window
 *
 * q_lock and win_lock are taken with BH off. Nothing below sess->mutex sleeps
 * for the network except waits that sess->stopping ends at once.
 *
 * Lifetimes:
 *
 *   iscsi_cls_session -- dd_data --> iscsi_session -- dd_data --> mcs_session
 *                                                                   | list
 *   iscsi_cls_conn (CID 0) ------- dd_data --> mcs_conn (lead) <----+
 *                                              mcs_conn        <----+
 *
 * A mcs_session is freed when libiscsi's session is and the last netlink
 * request that found it has gone. A connection holds no reference on its
 * session; tearing the session down removes all of them first.
 */

/* Connections of one session, the leading one included */
#define MCS_MAX_CONNS		32

/**
 * struct mcs_session - one iSCSI session
 * @ref: references: libiscsi's session, and look-ups in progress
 * @node: place in the list of sessions
 * @cls: the transport class's session
 * @isess: libiscsi's session
 * @shost: SCSI host, one per session
 * @sid: open-iscsi's number of the session
 *
 * @mutex: protects what has no other protection
 * @info_mutex: names and addresses stay, and @closing is not set: for whoever only
 *	reads, and does not want to wait for a recovery under @mutex
 * @stopping: how many stops, starts or ends of the session want @mutex: whoever
 *	waits for the target under it gives up
 * @wake: waiters that look at @stopping
 * @state: enum iscsi_mcs_session_state
 * @closing: the session is being destroyed
 * @lead_mutex: a PDU for iscsid is over before its next one begins
 * @bound: iscsid has given the leading connection a socket in this epoch
 * @logging_out: iscsid has asked the target to close the session
 * @logout_answered: and the target has agreed
 * @logout: iscsid's Logout while the other connections are logged out first
 * @logout_work: does that
 * @epoch: number of the login; changes when the target's session changes
 * @error_raised: libiscsi has been told that this epoch is over
 * @conns: all connections in the order they were configured
 * @nconns: their number
 * @next_id: for the next connection
 * @next_cid: CID to try first for the next login
 * @lead: connection of iscsid; not in @conns while it is removed
 * @iconn: libiscsi's connection object of it
 * @next_cpu: where the next connection's io_work runs
 *
 * @win_lock: protects @win, @filling and @hushed
 * @win: CmdSN window
 * @filling: numbers that were lost are being filled
 * @hushed: how many connections want no command to be taken for now
 * @holding: how many want no command to be sent for now
 * @turn: commands distributed so far
 * @in_burst: since the session was idle none of its commands has been completed
 * @policy: enum iscsi_mcs_policy
 * @ctl_seq: source of tags for control PDUs
 *
 * @tasks: slots by block layer tag
 * @ntasks: their number
 * @r2ts: storage of the R2T rings
 * @max_r2t: MaxOutstandingR2T they are made for
 * @parked: commands that no connection holds
 * @fencing: the target is cleaning up a lost connection; LIO answers nothing on
 *	the survivor that asked until its disks are done with the old commands
 * @retiring: connections are being logged out for a stop: @stopping ends no wait
 * @lost: CmdSNs of lost connections that the target may wait for
 * @nlost: their number
 * @lost_more: there were more than there is room for
 *
 * @offer: what the leading login negotiated behind iscsid's back
 * @isid: ISID of the leading login
 * @tsih: TSIH the target gave
 * @max_conns: MaxConnections in force
 * @room_by: jiffies at which the target has done with connections that have left
 * @lead_hdgst: the leading login agreed on header digests
 * @lead_ddgst: and on data digests
 * @gone: what removed connections have done; @info_mutex
 * @lead_local: addresses of the leading connection's socket; @info_mutex
 * @lead_remote: the same
 * @max_recv: MaxRecvDataSegmentLength we declare on every connection
 * @hash: hash algorithms for CHAP
 * @chap_history: challenges sent lately, so that none comes back as the
 *	target's own
 * @last_login_status: class (high byte) and detail of the last answer to a
 *	login of an added connection
 * @net: network namespace of iscsid's socket
 * @target_class: enum iscsi_mcs_target_class
 * @nop_interval_ms: idle time before a ping, 0 for none for that cause
 * @nop_timeout_ms: time an answer may take
 * @login_timeout_ms: default for added connections
 * @silence_timeout_ms: time without an acknowledgment that makes a loss
 *
 * @stream_work: adapts the size of commands to the number of connections
 * @stream_split_kib: size of a request that all connections share, 0 for off
 * @stream_limit: largest command in sectors, 0 for no limit of ours; the work's
 *
 * @recovery_work: deals with lost connections
 * @raise_work: tells iscsid again that the session is lost
 * @raise_delay: jiffies until it does
 * @relogin_at: jiffies before which the target is left alone with the connections
 *	of the last login that were cut off
 * @recovery_since: jiffies when the session lost its connections
 * @recoveries: how often
 * @resent: commands sent again
 * @longest_pause_ms: longest time without a usable connection
 * @aborts: commands the error handler aborted
 */
struct mcs_session {
	struct kref ref;
	struct list_head node;
	struct iscsi_cls_session *cls;
	struct iscsi_session *isess;
	struct Scsi_Host *shost;
	u32 sid;

	/* state */
	struct mutex mutex;
	struct mutex info_mutex;	/* see above */
	atomic_t stopping;
	wait_queue_head_t wake;
	enum iscsi_mcs_session_state state;
	bool closing;
	struct mutex lead_mutex;	/* see above */
	bool bound;
	bool logging_out;
	bool logout_answered;
	struct mcs_ctl *logout;
	struct work_struct logout_work;
	u32 epoch;
	bool error_raised;
	struct list_head conns;
	u32 nconns;
	u32 next_id;
	u16 next_cid;
	struct mcs_conn *lead;
	struct iscsi_conn *iconn;
	u32 next_cpu;

	/* per command */
	spinlock_t win_lock ____cacheline_aligned_in_smp;
	struct mcs_window win;
	bool filling;
	u32 hushed;
	atomic_t holding;
	atomic_t turn;
	bool in_burst;
	enum iscsi_mcs_policy policy;
	atomic_t ctl_seq;

	/* commands */
	struct mcs_task *tasks;
	u32 ntasks;
	struct mcs_r2t *r2ts;
	u32 max_r2t;
	struct list_head parked;
	bool fencing;
	bool retiring;
	u32 *lost;
	u32 nlost;
	bool lost_more;

	/* negotiated */
	struct mcs_offer offer;
	u8 isid[6];
	u16 tsih;
	u32 max_conns;
	unsigned long room_by;
	bool lead_hdgst;
	bool lead_ddgst;
	struct mcs_conn_stats gone;
	struct sockaddr_storage lead_local;
	struct sockaddr_storage lead_remote;
	u32 max_recv;
	struct mcs_chap_shash hash;
	struct mcs_chap_history chap_history;
	u16 last_login_status;
	struct net *net;
	enum iscsi_mcs_target_class target_class;
	u32 nop_interval_ms;
	u32 nop_timeout_ms;
	u32 login_timeout_ms;
	u32 silence_timeout_ms;

	/* one stream over all links */
	struct work_struct stream_work;
	u32 stream_split_kib;
	u32 stream_limit;

	/* recovery */
	struct work_struct recovery_work;
	struct delayed_work raise_work;
	unsigned long raise_delay;
	unsigned long relogin_at;
	unsigned long recovery_since;
	u64 recoveries;
	u64 resent;
	u32 longest_pause_ms;
	u32 aborts;
};

struct mcs_session *mcs_session_alloc(struct iscsi_cls_session *cls);
void mcs_session_publish(struct mcs_session *sess);
void mcs_session_unpublish(struct mcs_session *sess);
struct mcs_session *mcs_session_find(u32 sid);
struct mcs_session *mcs_session_find_from(u32 sid);
struct mcs_session *mcs_session_find_host(const struct Scsi_Host *shost);
u32 mcs_session_lists_seq(void);
void mcs_session_put(struct mcs_session *sess);
void mcs_session_set_state(struct mcs_session *sess,
			   enum iscsi_mcs_session_state state);

int mcs_session_add_conn(struct mcs_session *sess, struct mcs_conn *conn);
bool mcs_session_lists(struct mcs_session *sess, struct mcs_conn *conn);
void mcs_session_remove_conn(struct mcs_session *sess, struct mcs_conn *conn);
void mcs_session_restore_lead(struct mcs_session *sess);
void mcs_session_forget_lead(struct mcs_session *sess);
u32 mcs_session_active_conns(struct mcs_session *sess);
struct mcs_conn *mcs_session_any_conn(struct mcs_session *sess,
				      struct mcs_conn *except);
bool mcs_session_dispatch(struct mcs_session *sess, struct mcs_task *task,
			  bool last);
void mcs_session_commit(struct mcs_session *sess);

void mcs_session_update_window(struct mcs_session *sess, u32 exp_cmdsn,
			       u32 max_cmdsn);
u32 mcs_session_exp_cmdsn(struct mcs_session *sess);
void mcs_session_set_filling(struct mcs_session *sess, bool filling);
bool mcs_session_take_cmdsn(struct mcs_session *sess, struct mcs_conn *conn,
			    bool reserved, u32 *cmdsn);
bool mcs_session_reserve(struct mcs_session *sess, bool force);
void mcs_session_unreserve(struct mcs_session *sess);

/* Has whoever waits for the target to give up? */
static inline bool mcs_session_is_stopping(struct mcs_session *sess)
{
	return atomic_read(&sess->stopping) && !READ_ONCE(sess->retiring);
}

/* Does the target let go of a lost connection and keep the session? */
static inline bool
mcs_session_outlives_conns(const struct mcs_session *sess)
{
	enum iscsi_mcs_target_class class = READ_ONCE(sess->target_class);

	return class == ISCSI_MCS_TARGET_CLASS_LOGOUT_FENCE ||
	       class == ISCSI_MCS_TARGET_CLASS_CLOSE_RETRY;
}

void mcs_session_lock_stop(struct mcs_session *sess);
void mcs_session_unlock_stop(struct mcs_session *sess);

static inline struct mcs_session *mcs_session_of_cls(struct iscsi_cls_session *c)
{
	struct iscsi_session *isess = c->dd_data;

	return *(struct mcs_session **)isess->dd_data;
}

static inline struct mcs_session *mcs_session_of_host(struct Scsi_Host *shost)
{
	return READ_ONCE(*(struct mcs_session **)iscsi_host_priv(shost));
}

#endif /* MCS_SESSION_H */
