/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Login of an added (non-leading) connection as a pure state machine.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 *   mcs_login_start() -> mcs_login_build() -> request on the wire
 *                             ^                      |
 *                             |                 response read
 *                        MCS_LOGIN_SEND              v
 *                             +---------------- mcs_login_feed()
 *                                                    |
 *                               MCS_LOGIN_DONE, MCS_LOGIN_FAILED
 *
 * The machine starts in the security stage, because only there the target
 * can say that it wants authentication, goes on to the operational stage and
 * from there to the full feature phase. It sends no leading-only key.
 */
#ifndef MCS_LOGIN_SM_H
#define MCS_LOGIN_SM_H

#include <linux/types.h>

#include <scsi/iscsi_proto.h>

#include "chap.h"
#include "login_cause.h"
#include "text.h"

/* Requests sent at most; honest logins need two to five */
#define MCS_LOGIN_EXCHANGES	16
/* Text of one request, and text of one response over all its PDUs */
#define MCS_LOGIN_TX_MAX	4096
#define MCS_LOGIN_RX_MAX	ISCSI_DEF_MAX_RECV_SEG_LEN
/* Longest iSCSI name */
#define MCS_LOGIN_NAME_MAX	223

/**
 * enum mcs_login_digest - what to offer for a digest
 * @MCS_LOGIN_DIGEST_NONE: "None"
 * @MCS_LOGIN_DIGEST_NONE_CRC32C: "None,CRC32C", the target chooses
 * @MCS_LOGIN_DIGEST_CRC32C_NONE: "CRC32C,None", the target chooses
 * @MCS_LOGIN_DIGEST_CRC32C: "CRC32C", login fails without it
 */
enum mcs_login_digest {
	MCS_LOGIN_DIGEST_NONE,
	MCS_LOGIN_DIGEST_NONE_CRC32C,
	MCS_LOGIN_DIGEST_CRC32C_NONE,
	MCS_LOGIN_DIGEST_CRC32C,
};

/**
 * struct mcs_login_params - what to log in with
 * @initiator_name: InitiatorName of the session
 * @target_name: TargetName of the session
 * @isid: ISID of the leading login
 * @tsih: TSIH of the leading login's final response, never 0
 * @cid: CID of the new connection
 * @tpgt: portal group of the session; any other is refused
 * @itt: tag for the whole login, unused elsewhere in the session
 * @exp_statsn: 0, except for connection reinstatement
 * @header_digest: offer for HeaderDigest
 * @data_digest: offer for DataDigest
 * @max_recv_dlength: our MaxRecvDataSegmentLength
 * @auth: names and secrets for CHAP, NULL to log in without
 *
 * The strings, names and secrets must stay valid until the login has ended.
 */
struct mcs_login_params {
	const char *initiator_name;
	const char *target_name;
	u8 isid[6];
	u16 tsih;
	u16 cid;
	u16 tpgt;
	itt_t itt;
	u32 exp_statsn;
	enum mcs_login_digest header_digest;
	enum mcs_login_digest data_digest;
	u32 max_recv_dlength;
	const struct mcs_chap_auth *auth;
};

/**
 * struct mcs_login_result - what came out
 * @cause: MCS_LOGIN_OK or why it failed
 * @status_class: Status-Class of the last response
 * @status_detail: Status-Detail of the last response
 * @error: errno from the socket for MCS_LOGIN_TRANSPORT, else 0
 * @header_digest: CRC32C over headers from the first PDU after the login
 * @data_digest: CRC32C over data from the first PDU after the login
 * @has_tpgt: the target named its portal group
 * @has_window: @exp_cmdsn and @max_cmdsn come from a response
 * @tpgt: portal group the target named
 * @max_xmit_dlength: target's MaxRecvDataSegmentLength
 * @exp_statsn: ExpStatSN of the new connection
 * @exp_cmdsn: ExpCmdSN of the last response
 * @max_cmdsn: MaxCmdSN of the last response
 * @exchanges: requests answered
 * @redirect: TargetAddress of a redirection, terminated; may be empty
 */
struct mcs_login_result {
	enum mcs_login_cause cause;
	u8 status_class;
	u8 status_detail;
	int error;
	bool header_digest;
	bool data_digest;
	bool has_tpgt;
	bool has_window;
	u16 tpgt;
	u32 max_xmit_dlength;
	u32 exp_statsn;
	u32 exp_cmdsn;
	u32 max_cmdsn;
	unsigned int exchanges;
	char redirect[MCS_TEXT_VALUE_MAX + 1];
};

/**
 * enum mcs_login_action - what the caller does next
 * @MCS_LOGIN_SEND: build and send another request
 * @MCS_LOGIN_DONE: full feature phase; the socket is the engine's now
 * @MCS_LOGIN_FAILED: close the connection, the cause is in the result
 */
enum mcs_login_action {
	MCS_LOGIN_SEND,
	MCS_LOGIN_DONE,
	MCS_LOGIN_FAILED,
};

/**
 * enum mcs_login_auth_step - what the security stage waits for
 * @MCS_LOGIN_AUTH_STEP_METHOD: the target's choice of AuthMethod
 * @MCS_LOGIN_AUTH_STEP_CHALLENGE: the target's challenge
 * @MCS_LOGIN_AUTH_STEP_RESULT: how the target takes our response, and its
 *	answer to our challenge with mutual CHAP
 * @MCS_LOGIN_AUTH_STEP_DONE: nothing but the transit to the next stage
 */
enum mcs_login_auth_step {
	MCS_LOGIN_AUTH_STEP_METHOD,
	MCS_LOGIN_AUTH_STEP_CHALLENGE,
	MCS_LOGIN_AUTH_STEP_RESULT,
	MCS_LOGIN_AUTH_STEP_DONE,
};

/**
 * struct mcs_login - one login
 * @p: parameters
 * @result: outcome so far
 * @ended: done or failed, nothing more is accepted
 * @csg: current stage
 * @transit: the next request asks for the next stage
 * @offered_keys: operational keys of this side were sent
 * @chap_chosen: the target's choice of AuthMethod is CHAP
 * @auth_step: progress of the security stage
 * @chap_keys: CHAP keys of the response being read
 * @chap: authentication under way
 * @seen: keys the target has sent, one bit per known key
 * @unknown_keys: number of unknown keys the target has sent
 * @tx: text of the next request
 * @tx_data: memory of @tx
 * @rx_len: bytes in @rx_data
 * @rx_data: text of the response, collected over PDUs with the C bit
 */
struct mcs_login {
	struct mcs_login_params p;
	struct mcs_login_result result;
	bool ended;
	u8 csg;
	bool transit;
	bool offered_keys;
	bool chap_chosen;
	enum mcs_login_auth_step auth_step;
	struct mcs_chap_keys chap_keys;
	struct mcs_chap chap;
	u64 seen;
	unsigned int unknown_keys;
	struct mcs_text_buf tx;
	char tx_data[MCS_LOGIN_TX_MAX];
	size_t rx_len;
	char rx_data[MCS_LOGIN_RX_MAX];
};

int mcs_login_start(struct mcs_login *login,
		    const struct mcs_login_params *params);
u32 mcs_login_build(struct mcs_login *login, u32 cmdsn,
		    struct iscsi_login_req *req, const void **text);
void *mcs_login_rx_space(struct mcs_login *login, size_t *room);
enum mcs_login_action mcs_login_feed(struct mcs_login *login,
				     const struct iscsi_login_rsp *rsp,
				     const void *data, size_t len);
enum mcs_login_action mcs_login_fail(struct mcs_login *login,
				     enum mcs_login_cause cause, int error);
void mcs_login_wipe(struct mcs_login *login);

#endif /* MCS_LOGIN_SM_H */
