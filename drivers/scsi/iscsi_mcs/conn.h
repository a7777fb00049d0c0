/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCS_CONN_H
#define MCS_CONN_H

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/net.h>
#include <linux/socket.h>
#include <linux/spinlock.h>
#include <linux/uio.h>
#include <linux/workqueue.h>
#include <scsi/iscsi_proto.h>
#include <uapi/linux/iscsi_mcs.h>

#include "ctl.h"
#include "drain.h"
#include "last.h"
#include "login_sock.h"
#include "pdu.h"
#include "stats.h"
#include "task.h"

struct mcs_attempt;
struct mcs_auth;
struct mcs_session;

/* Segments of one sendmsg: header, 256 KiB of single pages, trailer */
#define MCS_CONN_BVECS		68

/* Header, longest AHS we send (CDB of 260 bytes), header digest */
#define MCS_TX_HDR_MAX		(sizeof(struct iscsi_hdr) + 256 + 4)

/**
 * struct mcs_tx - the PDU being sent
 * @busy: a PDU is half way; nothing else may be sent before it is whole
 * @corked: TCP was told that more follows
 * @splice: the data of this PDU goes by reference, behind the header
 * @is_data: @iter holds nothing but data of such a PDU
 * @task: SCSI command it belongs to, or NULL
 * @r2t: it is a Data-Out for @task's first R2T
 * @unsol: command whose unsolicited Data-Out comes next, before any other
 *	command of this connection
 * @ctl: control PDU without answer to finish when it is out, or NULL
 * @data_turn: the next PDU is Data-Out if there is any, so that commands and
 *	data take turns
 * @data_offset: next byte of @task's data to describe in @bv
 * @data_left: bytes not yet described
 * @data_len: data segment of the whole PDU
 * @crc: running data digest
 * @iter: what is left of @bv
 * @trailer: padding and data digest
 * @trailer_len: bytes in @trailer, 0 once described
 * @hdr: header, AHS and header digest
 * @bv: segments of the current sendmsg
 */
struct mcs_tx {
	bool busy;
	bool corked;
	bool splice;
	bool is_data;
	bool r2t;
	bool data_turn;
	struct mcs_task *task;
	struct mcs_task *unsol;
	struct mcs_ctl *ctl;
	u32 data_offset;
	u32 data_left;
	u32 data_len;
	u32 crc;
	struct iov_iter iter;
	u8 trailer[8];
	u32 trailer_len;
	u8 hdr[MCS_TX_HDR_MAX] __aligned(8);
	struct bio_vec bv[MCS_CONN_BVECS];
};

enum mcs_rx_step {
	MCS_RX_BHS,
	MCS_RX_AHS,
	MCS_RX_HDGST,
	MCS_RX_DATA,
	MCS_RX_PAD,
	MCS_RX_DDGST,
};

/**
 * struct mcs_rx - the PDU being received
 * @step: part of the PDU that arrives now
 * @got: bytes of the part so far
 * @want: bytes of the part
 * @task: command whose buffer takes the data, NULL for @buf
 * @placed: bytes of the data segment received so far
 * @dlen: data segment length
 * @crc: running digest
 * @digest: digest as received
 * @pad: padding, kept only for the digest
 * @iter: where Data-In goes next
 * @hdr: header as received
 * @ahs: AHS, kept only for the digest
 * @buf: data of everything but Data-In
 * @bv: segments @iter walks over
 */
struct mcs_rx {
	enum mcs_rx_step step;
	u32 got;
	u32 want;
	struct mcs_task *task;
	u32 placed;
	u32 dlen;
	u32 crc;
	u8 digest[4];
	u8 pad[4];
	struct iov_iter iter;
	struct iscsi_hdr hdr;
	u8 ahs[MCS_PDU_AHS_MAX];
	u8 *buf;
	struct bio_vec bv[MCS_CONN_BVECS];
};

/* mcs_conn.flags */
enum mcs_conn_flag {
	MCS_CONN_LIVE,		/* io_work may touch the socket */
	MCS_CONN_ENGINE,	/* somebody works on it, see mcs_conn_try_engine() */
	MCS_CONN_DEFERRED,	/* commands wait for the last of their batch */
	MCS_CONN_BROKEN,	/* lost; waits for the session to notice */
	MCS_CONN_LOGIN_PHASE,	/* leading login by iscsid in progress */
	MCS_CONN_WIN_WAIT,	/* has commands but the window is closed */
	MCS_CONN_WANT_PING,	/* a command is late: ask the target now */
	MCS_CONN_NO_RETRY,	/* do not connect again by itself */
	MCS_CONN_LEAVING,	/* the target has asked for its logout */
	MCS_CONN_HUSHES,	/* one of those that count in sess->hushed */
	MCS_CONN_REPLIES,	/* @reply is under way */
	MCS_CONN_SOUGHT,	/* asked by carrier.c, and not heard from since */
};

/**
 * struct mcs_conn - a configured connection of a session
 * @ref: references; the session's list holds one
 * @sess: session, outlives the connection
 * @node: place in the session's list (RCU; written under the session mutex)
 * @rcu: for freeing after lock-free readers are gone
 * @id: number in the session, constant over reconnects and never reused
 * @cid: CID of the present or last login
 * @lead: made by iscsid
 * @state: enum iscsi_mcs_conn_state, changed by mcs_conn_set_state() only
 * @flags: enum mcs_conn_flag
 *
 * @remote: portal
 * @source: requested source address; family AF_UNSPEC if none
 * @local: source address in use
 * @ifindex: interface to bind to, 0 if none
 * @login_timeout_ms: bound on connecting and logging in
 * @want_hdgst: 0 none, 1 CRC32C, negative: as the leading connection
 * @want_ddgst: likewise
 * @role: enum iscsi_mcs_role
 * @weight: for weighted paths
 * @auth: names and secrets that came with the request, NULL if none
 * @auth_used: what the last login did, ISCSI_MCS_AUTH_SESSION if there was none
 * @symbolic_name: name the caller has for the portal, NULL for none
 * @initiator_port: initiator port the caller asked for, see @has_port
 * @has_port: it asked for one
 * @conn_flags: enum iscsi_mcs_conn_flags bits of the request
 *
 * @sock: socket, NULL while down
 * @ipsec_mode: what protected the connection when it was made
 * @ipsec_reqid: request ID of its security associations
 * @last_ifindex: interface it was last seen to go over, 0 if unknown
 * @sock_is_users: a file of iscsid's, not a socket of ours
 * @old_data_ready: callbacks the socket came with
 * @old_state_change: likewise
 * @old_write_space: likewise
 *
 * @io_work: sends, receives and changes tasks, where direct.c does not
 * @io_cpu: where it runs
 * @q_lock: protects what follows up to @ehq; BH off
 * @accepting: takes SCSI commands
 * @submitq: commands not seen by io_work yet
 * @ctlq: control PDUs to send
 * @ctl_wait: control PDUs that await their answer
 * @late_answers: how many were given up whose answer may still come
 * @ehq: requests of the error handler
 * @cmds: commands held
 * @bytes: their cost
 *
 * @sendq: commands without a CmdSN
 * @dataq: commands with R2Ts to serve
 * @active: commands the target may be running
 * @drain: how fast its commands complete
 * @sent_bytes: of @bytes, what has been handed to the socket
 * @exp_statsn: next StatSN from the target
 * @statsn_known: @exp_statsn is valid
 * @unacked_since: jiffies of the first answer to a command since the last request,
 *		   0 if there was none
 * @max_recv: MaxRecvDataSegmentLength we declared
 * @max_xmit: MaxRecvDataSegmentLength of the target
 * @hdgst: header digest in use
 * @ddgst: data digest in use
 *
 * @ping: NOP-Out that checks the connection
 * @text: empty Text Request, because the target wants to negotiate
 * @text_sent: it is under way
 * @reply: one of @replies for when there is no memory
 * @replies: PDUs under way that the target made us send
 * @ping_sent: jiffies when @ping was queued, 0 if none is under way
 * @ping_time: the same for measuring
 * @ping_rtt_us: last round trip
 * @last_rx: jiffies of the last bytes received
 * @acked: TCP's snd_una when it last changed
 * @acked_at: jiffies then, or when there was nothing to acknowledge
 * @nop_timer: looks at all these, wakes io_work; and ends the wait of a login
 *
 * @job: memory of the attempts, NULL for a connection that iscsid makes
 * @login_ctl: cancels the attempt in progress
 * @was_up: it has been in full feature phase before
 * @connect_work: connects and logs in
 * @connect_done: completed after every attempt
 * @down_since: jiffies of the last loss, 0 while up
 * @leave_by: jiffies until when it has to be drained, if MCS_CONN_LEAVING
 * @attempts: failed attempts in a row
 * @up_since: jiffies when it last began to carry commands
 * @flaps: losses in a row that came soon after that
 * @dear_flaps: those of them that cost a login of the session
 * @longest_pause_ms: longest time that dealing with a loss of it has taken
 * @last: of the last loss or attempt; @q_lock
 * @lost_at: jiffies of the last loss; valid while MCS_CONN_BROKEN
 * @status_class: Login status of the last refused login
 * @status_detail: likewise
 * @stats: counters
 * @tx: PDU being sent
 * @rx: PDU being received
 */
struct mcs_conn {
	struct kref ref;
	struct mcs_session *sess;
	struct list_head node;
	struct rcu_head rcu;
	u32 id;
	u16 cid;
	bool lead;
	enum iscsi_mcs_conn_state state;
	unsigned long flags;

	/* configuration, constant after creation but for the leading one */
	struct sockaddr_storage remote;
	struct sockaddr_storage source;
	struct sockaddr_storage local;
	int ifindex;
	u32 login_timeout_ms;
	s8 want_hdgst;
	s8 want_ddgst;
	enum iscsi_mcs_role role;
	u32 weight;
	struct mcs_auth *auth;
	enum iscsi_mcs_auth auth_used;
	char *symbolic_name;
	u32 initiator_port;
	bool has_port;
	u32 conn_flags;

	/* socket; session mutex */
	struct socket *sock;
	int last_ifindex;
	enum iscsi_mcs_ipsec_mode ipsec_mode;
	u32 ipsec_reqid;
	bool sock_is_users;
	void (*old_data_ready)(struct sock *sk);
	void (*old_state_change)(struct sock *sk);
	void (*old_write_space)(struct sock *sk);

	/* submission */
	struct work_struct io_work;
	int io_cpu;
	spinlock_t q_lock;	/* protects what follows up to ehq */
	bool accepting;
	struct list_head submitq;
	struct list_head ctlq;
	struct list_head ctl_wait;
	u32 late_answers;
	struct list_head ehq;
	atomic_t cmds;
	atomic_t bytes;

	/* owned by whoever holds MCS_CONN_ENGINE */
	struct list_head sendq;
	struct list_head dataq;
	struct list_head active;
	struct mcs_drain drain;
	u32 sent_bytes;
	u32 exp_statsn;
	bool statsn_known;
	unsigned long unacked_since;
	u32 max_recv;
	u32 max_xmit;
	bool hdgst;
	bool ddgst;

	/* liveness */
	struct mcs_ctl ping;
	struct mcs_ctl text;
	struct mcs_ctl reply;
	bool text_sent;
	atomic_t replies;
	unsigned long ping_sent;
	ktime_t ping_time;
	u32 ping_rtt_us;
	unsigned long last_rx;
	u32 acked;
	unsigned long acked_at;
	struct timer_list nop_timer;

	/* making the connection */
	struct mcs_attempt *job;
	struct mcs_login_ctl login_ctl;
	bool was_up;
	struct delayed_work connect_work;
	struct completion connect_done;
	unsigned long down_since;
	unsigned long leave_by;
	u32 attempts;
	unsigned long up_since;
	u32 flaps;
	u32 dear_flaps;
	u32 longest_pause_ms;
	struct mcs_last last;
	unsigned long lost_at;
	u8 status_class;
	u8 status_detail;

	struct mcs_conn_stats stats;
	struct mcs_tx tx;
	struct mcs_rx rx;
};

struct mcs_conn *mcs_conn_alloc(struct mcs_session *sess);
void mcs_conn_get(struct mcs_conn *conn);
bool mcs_conn_get_unless_gone(struct mcs_conn *conn);
void mcs_conn_put(struct mcs_conn *conn);
void mcs_conn_set_state(struct mcs_conn *conn, enum iscsi_mcs_conn_state state);

void mcs_conn_attach(struct mcs_conn *conn, struct socket *sock,
		     bool sock_is_users);
int mcs_conn_open(struct mcs_conn *conn);
void mcs_conn_quiesce(struct mcs_conn *conn);
void mcs_conn_detach(struct mcs_conn *conn);

bool mcs_conn_submit(struct mcs_conn *conn, struct mcs_task *task, bool last);
void mcs_conn_commit(struct mcs_conn *conn);
void mcs_conn_take_submitted(struct mcs_conn *conn);
void mcs_conn_flush(struct mcs_conn *conn);
void mcs_conn_kick(struct mcs_conn *conn);
void mcs_conn_fail(struct mcs_conn *conn, enum iscsi_mcs_reason reason,
		   int error, const char *text);
bool mcs_conn_may_ping(struct mcs_conn *conn);
u32 mcs_conn_load(struct mcs_conn *conn);
void mcs_conn_finish_task(struct mcs_conn *conn, struct mcs_task *task,
			  u32 result);
void mcs_conn_unlink_task(struct mcs_conn *conn, struct mcs_task *task);

static inline bool mcs_conn_is_live(const struct mcs_conn *conn)
{
	return test_bit(MCS_CONN_LIVE, &conn->flags);
}

/* An attempt goes on to its login without the mutex. */
static inline enum iscsi_mcs_conn_state
mcs_conn_state(const struct mcs_conn *conn)
{
	return READ_ONCE(conn->state);
}

/**
 * mcs_conn_try_engine - be the one who sends, receives and changes tasks
 * @conn: connection
 *
 * Whoever is refused queues io_work, so that nothing is left undone.
 *
 * Context: any but io_work with BH off until mcs_conn_leave_engine(), and
 *	    without waiting for anything: io_work waits for it.
 */
static inline bool mcs_conn_try_engine(struct mcs_conn *conn)
{
	return !test_and_set_bit_lock(MCS_CONN_ENGINE, &conn->flags);
}

static inline void mcs_conn_leave_engine(struct mcs_conn *conn)
{
	clear_bit_unlock(MCS_CONN_ENGINE, &conn->flags);
}

#endif /* MCS_CONN_H */
