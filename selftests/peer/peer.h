/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) The iscsi_mcs authors */
#ifndef PEER_H
#define PEER_H

#include <stddef.h>
#include <sys/queue.h>

#include "wire.h"

/*
 * A target for tests: one process, one RAM disk, any number of sessions and
 * connections. It keeps the rules, and complains when the initiator does not,
 * until a command on its control socket tells it to break one.
 */

#define MAX_DATA	65536		/* data segment we accept */
#define IN_MAX		(BHS_LEN + AHS_MAX + MAX_DATA + 16)
#define NAME_MAX_LEN	224

/**
 * enum peer_class - what a Logout and the loss of a connection do
 * @CLASS_FENCE: Logout names the connection by CID; a lost one stays until
 *	logged out, for the grace time, then the session ends
 * @CLASS_RETRY: a Logout closes the connection it came on, whatever it names;
 *	a lost one is forgotten at once
 * @CLASS_SESSION: the same, and the end of a connection makes the commands of
 *	all connections vanish
 */
enum peer_class {
	CLASS_FENCE,
	CLASS_RETRY,
	CLASS_SESSION,
};

/**
 * struct config - how the target behaves; set at the start and by commands
 */
struct config {
	enum peer_class class;
	u32 grace_ms;
	u32 window;
	u32 max_conns;
	u32 full;
	u32 mute;
	u32 max_burst;
	u32 first_burst;
	u32 max_r2t;
	u32 chunk;
	u32 r2t_len;
	u32 delay_ms;
	u32 linger_ms;
	bool initial_r2t;
	bool digests;
	bool hold;
	bool verbose;
	u32 first_statsn;
	bool first_statsn_set;
	char target[NAME_MAX_LEN];
};

struct conn;
struct session;

/**
 * enum task_state - life of a request
 * @TASK_WAITING: its CmdSN's turn has not come
 * @TASK_DATA: a write that awaits data
 * @TASK_READY: to be executed when due
 */
enum task_state {
	TASK_WAITING,
	TASK_DATA,
	TASK_READY,
};

/**
 * struct task - a request that was received and is not answered
 * @by_sess: place among the session's numbered ones that wait for their turn
 * @by_conn: place among the connection's
 * @conn: NULL when its connection is gone and only its number counts
 * @bhs: the request
 * @data: data segment of a request that is no SCSI command
 * @data_len: its length
 * @buf: data of a write
 * @length: expected length
 * @got: bytes received in sequence
 * @unsolicited: more unsolicited data comes
 * @asked: bytes asked for so far, unsolicited included
 * @ttt: of the current R2T
 * @r2t_end: where its data ends
 * @r2tsn: R2Ts sent
 * @datasn: next DataSN
 * @due: when to execute, in ms
 */
struct task {
	TAILQ_ENTRY(task) by_sess;
	TAILQ_ENTRY(task) by_conn;
	struct conn *conn;
	enum task_state state;
	u32 itt;
	u32 cmdsn;
	u8 bhs[BHS_LEN];
	u8 cdb[260];
	u8 *data;
	u32 data_len;
	u8 *buf;
	u32 length;
	u32 got;
	bool unsolicited;
	u32 asked;
	u32 ttt;
	u32 r2t_end;
	u32 r2tsn;
	u32 datasn;
	u64 due;
};

TAILQ_HEAD(task_list, task);

/**
 * struct session - a session
 * @exp_cmdsn: next number in sequence
 * @pending: received and waiting for their turn
 */
struct session {
	TAILQ_ENTRY(session) node;
	u8 isid[6];
	u16 tsih;
	char initiator[NAME_MAX_LEN];
	u32 exp_cmdsn;
	u32 initial_r2t;
	u32 immediate;
	u32 max_burst;
	u32 first_burst;
	u32 max_r2t;
	struct task_list pending;
	u32 n_conns;
};

enum conn_phase {
	PHASE_LOGIN,
	PHASE_FULL,
	PHASE_DEAD,		/* TCP is gone, the CID is not */
};

/**
 * struct conn - a connection
 * @local: address of ours
 * @serial: number that no other one ever has
 * @statsn: StatSN of the next numbered PDU
 * @answered: that of the PDU behind the last answer to a command
 * @acked: ExpStatSN of the last request with a tag, Data-Out left out
 * @seen_cmdsn: a numbered request came, and this was its number
 * @max_data: initiator's MaxRecvDataSegmentLength
 * @added: to a session that is there already
 * @silent: reads and says nothing
 * @deaf: does not even read
 * @drip: bytes per write, 0 for no limit
 * @closing: close when the output is out
 * @leaving: and it has logged out, so that is no loss
 * @close_at: not before, in ms
 * @last_one: close it behind the next PDU that is sent
 * @fence_due: another one was logged out by a request on it
 * @fence: the PDU that is being looked at is a NOP-Out behind that
 * @behind_logout: this or one before it was
 * @gone: nothing refers to it but the list of connections
 * @logout_by: Logout was asked for with Async 1; ms, 0 if not
 * @dead_since: when TCP was gone, in ms
 */
struct conn {
	TAILQ_ENTRY(conn) node;
	struct session *sess;
	enum conn_phase phase;
	int fd;
	u16 cid;
	char local[40];
	u32 serial;
	u32 statsn;
	u32 answered;
	u32 acked;
	bool has_seen;
	u32 seen_cmdsn;
	u32 max_data;
	bool hdgst;
	bool ddgst;
	bool added;
	bool want_hdgst;
	bool want_ddgst;
	bool silent;
	bool deaf;
	u32 drip;
	bool closing;
	bool leaving;
	u64 close_at;
	bool last_one;
	bool fence_due;
	bool fence;
	bool behind_logout;
	bool gone;
	u64 logout_by;
	u64 dead_since;
	u32 pings;
	u32 pongs;
	char initiator[NAME_MAX_LEN];
	struct task_list tasks;
	u8 in[IN_MAX];
	size_t in_len;
	u8 *out;
	size_t out_len;
	size_t out_at;
	size_t out_size;
};

TAILQ_HEAD(conn_list, conn);
TAILQ_HEAD(session_list, session);

/**
 * struct pdu - a PDU to send
 * @data: data segment
 * @len: its length
 * @ahs_len: bytes of AHS
 * @numbered: consumes a StatSN
 * @lies: the length field is left as it is
 * @bad_hdgst: spoil the header digest
 * @bad_ddgst: spoil the data digest
 * @cut: send only so many bytes, then close; 0 for all
 */
struct pdu {
	u8 bhs[BHS_LEN];
	u8 ahs[AHS_MAX];
	u8 data[MAX_DATA];
	u32 len;
	u32 ahs_len;
	bool numbered;
	bool lies;
	bool bad_hdgst;
	bool bad_ddgst;
	u32 cut;
};

/**
 * struct request - a PDU received, in place
 */
struct request {
	const u8 *bhs;
	const u8 *ahs;
	u32 ahs_len;
	const u8 *data;
	u32 len;
};

/**
 * struct counters - what happened
 * @complaints: rules the initiator broke
 * @late: Logouts that were asked for and did not come in time
 * @undrained: that came with commands outstanding
 * @loud: that came with commands of any connection outstanding, and commands
 *	that came before the connection was closed
 * @tmfs: task management requests
 * @reserves: PERSISTENT RESERVE OUT, received
 */
struct counters {
	u64 sent;
	u64 received;
	u64 logins;
	u64 lost;
	u64 sessions_ended;
	u64 mutated;
	u64 complaints;
	u64 late;
	u64 undrained;
	u64 drained;
	u64 loud;
	u64 logouts;
	u64 plugs;
	u64 texts;
	u64 tmfs;
	u64 reserves;
	char last_complaint[200];
};

extern struct config config;
extern struct counters counters;
extern struct conn_list conns;
extern struct session_list sessions;
extern u8 *disk;
extern u64 disk_sectors;

u64 now_ms(void);
void complain(struct conn *conn, const char *format, ...);
void say(const char *format, ...);

/* conn.c */
struct conn *conn_new(int fd);
void conn_free(struct conn *conn);
void conn_lost(struct conn *conn, const char *why);
void conn_abort(struct conn *conn);
void conn_close(struct conn *conn, bool abort);
void conn_put_out(struct conn *conn, const u8 *bytes, size_t len);
void conn_read(struct conn *conn);
bool conn_closes(const struct conn *conn);
void conn_flush(struct conn *conn);
struct conn *conn_find(struct session *sess, u16 cid);
u32 conn_outstanding(const struct conn *conn);

/* session.c */
struct session *session_new(const u8 *isid, const char *initiator);
struct session *session_find(const u8 *isid, const char *initiator);
void session_end(struct session *sess, const char *why);
void session_reap(void);
u32 session_live(const struct session *sess);
u32 session_outstanding(const struct session *sess);
bool session_has_leaver(const struct session *sess);

/* send.c */
u32 crc32c_of(u32 crc, const u8 *p, size_t len);
struct pdu *pdu_new(u8 opcode, u8 flags);
void pdu_send(struct conn *conn, struct pdu *pdu);
void pdu_emit(struct conn *conn, struct pdu *pdu);

/* login.c */
void login_request(struct conn *conn, const struct request *req);

/* request.c */
void request_received(struct conn *conn, const struct request *req);
void request_run(struct task *task);
void logout_answer_set(int answer);
void send_async(struct conn *conn, u8 event, u16 p1, u16 p2, u16 p3);
void send_ping(struct conn *conn, bool wants_answer);

/* task.c */
struct task *task_new(struct conn *conn, const struct request *req);
void task_free(struct task *task);
void task_forget(struct task *task);
struct task *task_find(struct conn *conn, u32 itt);
void task_arrived(struct task *task);
void task_data_out(struct conn *conn, const struct request *req);
void task_run_due(void);
void sequence_run(struct session *sess);

/* scsi.c */
void scsi_execute(struct task *task);

/* rules.c, trial.c, mutate.c, control.c */
struct rule;
bool rules_apply(struct conn *conn, struct pdu *pdu);
const struct rule *rule_find(const char *name);
int rules_arm(const char *name, int cid, u32 times);
u32 rules_armed(void);
void rules_list(int fd);
char rule_verdict(const struct rule *rule);
void trial_start(int fd, const char *rule, int cid);
void trial_applied(struct conn *conn);
void trial_poll(void);
void plans_see(struct conn *conn, u8 opcode);
bool trigger_hits(struct conn *conn, u8 opcode);
u32 trigger_left(void);
int trigger_set(const char *event, const char *how, int cid);
bool reject_hits(struct conn *conn, const struct request *req);
int reject_set(const char *event, u8 reason, bool consumes, u32 times);
u32 reject_left(void);
bool mutate(struct conn *conn, struct pdu *pdu);

enum mutate_what {
	MUTATE_ALL,		/* of connections in use */
	MUTATE_ADDED,		/* the same, but for the leading one */
	MUTATE_LOGINS,		/* Login Responses to added connections */
};

void mutate_set(u32 one_in, u32 seed, enum mutate_what of);
int control_listen(const char *path);
void control_accept(int listener);
int control_client(const char *path, int argc, char **argv);

/* What to answer; else the response to give, with nothing done */
#define LOGOUT_HONEST	(-1)
#define LOGOUT_NEVER	(-2)
#define LOGOUT_LATE	(-3)	/* once something else is to be answered */

/* The same */
extern int tmf_answer;
#define TMF_HONEST	(-1)
#define TMF_NEVER	(-2)
#define TMF_LATE	(-3)	/* the aborted command's status comes too */
#define TMF_OTHER_TAG	(-4)
#define TMF_ELSEWHERE	(-5)	/* on another connection */
#define TMF_PARTED	(-6)	/* no abort; a reset, and the other connection */
#define TMF_REJECTED	255

#endif /* PEER_H */
