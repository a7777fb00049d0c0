// SPDX-License-Identifier: GPL-2.0
/*
 * Login state machine: PDU level. The keys are handled in login_keys.c.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/byteorder.h>

#include "login_keys.h"
#include "login_sm.h"

static bool mcs_login_name_ok(const char *name)
{
	size_t len = name ? strlen(name) : 0;

	return len && len <= MCS_LOGIN_NAME_MAX;
}

static bool mcs_login_params_ok(const struct mcs_login_params *p)
{
	/*
	 * TSIH 0 would make this a leading login, and the target would
	 * replace the running session by a new one.
	 */
	return p->tsih && p->itt != RESERVED_ITT &&
	       mcs_login_name_ok(p->initiator_name) &&
	       mcs_login_name_ok(p->target_name) &&
	       p->header_digest <= MCS_LOGIN_DIGEST_CRC32C &&
	       p->data_digest <= MCS_LOGIN_DIGEST_CRC32C &&
	       p->max_recv_dlength >= ISCSI_MIN_MAX_RECV_SEG_LEN &&
	       p->max_recv_dlength <= ISCSI_MAX_MAX_RECV_SEG_LEN;
}

/**
 * mcs_login_start - prepare the login of an added connection
 * @login: state, need not be initialised
 * @params: what to log in with; copied, the strings are not
 *
 * Return: 0, or -EINVAL if @params cannot be sent; the cause in the result
 * is MCS_LOGIN_AUTH_SETUP if that is because of names or secrets.
 */
int mcs_login_start(struct mcs_login *login,
		    const struct mcs_login_params *params)
{
	memset(login, 0, offsetof(struct mcs_login, tx_data));
	login->rx_len = 0;
	if (!mcs_login_params_ok(params)) {
		mcs_login_fail(login, MCS_LOGIN_PROTOCOL, 0);
		return -EINVAL;
	}
	if (params->auth && !mcs_chap_auth_ok(params->auth)) {
		mcs_login_fail(login, MCS_LOGIN_AUTH_SETUP, 0);
		return -EINVAL;
	}
	login->p = *params;
	login->result.max_xmit_dlength = ISCSI_DEF_MAX_RECV_SEG_LEN;
	login->result.exp_statsn = params->exp_statsn;
	login->csg = ISCSI_SECURITY_NEGOTIATION_STAGE;
	mcs_text_buf_init(&login->tx, login->tx_data, sizeof(login->tx_data));
	if (params->auth)
		mcs_chap_init(&login->chap, params->auth);
	mcs_login_put_first_keys(login);
	login->transit = mcs_login_may_transit(login);
	return 0;
}

static u8 mcs_login_next_stage(const struct mcs_login *login)
{
	if (login->csg == ISCSI_SECURITY_NEGOTIATION_STAGE)
		return ISCSI_OP_PARMS_NEGOTIATION_STAGE;
	return ISCSI_FULL_FEATURE_PHASE;
}

/**
 * mcs_login_build - fill in the next Login Request
 * @login: state
 * @cmdsn: the session's current CmdSN; a login does not consume it
 * @req: header to fill in
 * @text: where the address of the text segment goes; the text is padded
 *	with zeros to a multiple of four behind its end
 *
 * Return: length of the text without padding, also in the header.
 */
u32 mcs_login_build(struct mcs_login *login, u32 cmdsn,
		    struct iscsi_login_req *req, const void **text)
{
	const struct mcs_login_params *p = &login->p;
	size_t len = login->tx.len;

	memset(req, 0, sizeof(*req));
	req->opcode = ISCSI_OP_LOGIN | ISCSI_OP_IMMEDIATE;
	req->flags = login->csg << 2;
	if (login->transit)
		req->flags |= ISCSI_FLAG_LOGIN_TRANSIT |
			      mcs_login_next_stage(login);
	req->max_version = ISCSI_DRAFT20_VERSION;
	req->min_version = ISCSI_DRAFT20_VERSION;
	hton24(req->dlength, len);
	memcpy(req->isid, p->isid, sizeof(req->isid));
	req->tsih = cpu_to_be16(p->tsih);
	req->itt = p->itt;
	req->cid = cpu_to_be16(p->cid);
	req->cmdsn = cpu_to_be32(cmdsn);
	req->exp_statsn = cpu_to_be32(login->result.exp_statsn);

	for (; len % ISCSI_PAD_LEN; len++)
		login->tx_data[len] = 0;
	*text = login->tx_data;
	return login->tx.len;
}

/**
 * mcs_login_rx_space - where the data of the next response may be read to
 * @login: state
 * @room: bytes available there, padding included
 *
 * Reading to this place saves mcs_login_feed() a copy.
 *
 * Return: address to pass to mcs_login_feed().
 */
void *mcs_login_rx_space(struct mcs_login *login, size_t *room)
{
	*room = sizeof(login->rx_data) - login->rx_len;
	return login->rx_data + login->rx_len;
}

/**
 * mcs_login_fail - end a login
 * @login: state
 * @cause: why
 * @error: errno for the result, 0 if the cause says everything
 *
 * Return: MCS_LOGIN_FAILED, for tail calls.
 */
enum mcs_login_action mcs_login_fail(struct mcs_login *login,
				     enum mcs_login_cause cause, int error)
{
	login->ended = true;
	login->result.cause = cause;
	login->result.error = error;
	return MCS_LOGIN_FAILED;
}

/**
 * mcs_login_wipe - forget what passed between us and the target
 * @login: state; the result stays
 */
void mcs_login_wipe(struct mcs_login *login)
{
	login->ended = true;
	login->tx.len = 0;
	login->rx_len = 0;
	mcs_chap_wipe(&login->chap);
	memzero_explicit(login->tx_data, sizeof(login->tx_data));
	memzero_explicit(login->rx_data, sizeof(login->rx_data));
}

static bool mcs_login_header_ok(const struct mcs_login *login,
				const struct iscsi_login_rsp *rsp, size_t len)
{
	/* Before full feature phase nothing but a Login Response is legal */
	return (rsp->opcode & ISCSI_OPCODE_MASK) == ISCSI_OP_LOGIN_RSP &&
	       !rsp->hlength && ntoh24(rsp->dlength) == len &&
	       rsp->itt == login->p.itt;
}

static enum mcs_login_action
mcs_login_refused(struct mcs_login *login, const struct iscsi_login_rsp *rsp,
		  const void *data, size_t len)
{
	struct mcs_text_pair pair;
	enum mcs_login_cause cause;

	cause = mcs_login_cause_from_status(rsp->status_class,
					    rsp->status_detail);
	if (rsp->status_class == ISCSI_STATUS_CLS_REDIRECT &&
	    !mcs_text_find(data, len, "TargetAddress", &pair) &&
	    pair.value_len < sizeof(login->result.redirect)) {
		memcpy(login->result.redirect, pair.value, pair.value_len);
		login->result.redirect[pair.value_len] = '\0';
	}
	if (cause == MCS_LOGIN_AUTH_FAILED && !login->p.auth)
		cause = MCS_LOGIN_AUTH_NEEDED;
	return mcs_login_fail(login, cause, 0);
}

/* Flags and TSIH of a response with status class 0. */
static bool mcs_login_flags_ok(const struct mcs_login *login,
			       const struct iscsi_login_rsp *rsp)
{
	bool transit = rsp->flags & ISCSI_FLAG_LOGIN_TRANSIT;
	u16 tsih = be16_to_cpu(rsp->tsih);
	u8 next = mcs_login_next_stage(login);

	if (ISCSI_LOGIN_CURRENT_STAGE(rsp->flags) != login->csg)
		return false;
	if (!transit)
		return !tsih || tsih == login->p.tsih;
	/* Only what we asked for, and never in the middle of a text */
	if (!login->transit || (rsp->flags & ISCSI_FLAG_LOGIN_CONTINUE) ||
	    ISCSI_LOGIN_NEXT_STAGE(rsp->flags) != next)
		return false;
	/* Another TSIH in the final response is another session */
	if (next == ISCSI_FULL_FEATURE_PHASE)
		return tsih == login->p.tsih;
	return !tsih || tsih == login->p.tsih;
}

static void mcs_login_note_numbers(struct mcs_login_result *result,
				   const struct iscsi_login_rsp *rsp)
{
	result->exp_statsn = be32_to_cpu(rsp->statsn) + 1;
	result->exp_cmdsn = be32_to_cpu(rsp->exp_cmdsn);
	result->max_cmdsn = be32_to_cpu(rsp->max_cmdsn);
	result->has_window = true;
}

static bool mcs_login_collect(struct mcs_login *login, const void *data,
			      size_t len)
{
	char *to = login->rx_data + login->rx_len;

	if (len > sizeof(login->rx_data) - login->rx_len)
		return false;
	if (len && data != to)
		memcpy(to, data, len);
	login->rx_len += len;
	return true;
}

static enum mcs_login_action mcs_login_finish(struct mcs_login *login)
{
	enum mcs_login_cause cause = mcs_login_verdict(login);

	if (cause)
		return mcs_login_fail(login, cause, 0);
	login->ended = true;
	return MCS_LOGIN_DONE;
}

/* The text of a response is complete and understood: where to go now. */
static enum mcs_login_action mcs_login_advance(struct mcs_login *login,
					       bool transit)
{
	if (transit && login->csg == ISCSI_OP_PARMS_NEGOTIATION_STAGE)
		return mcs_login_finish(login);
	if (transit) {
		if (login->auth_step != MCS_LOGIN_AUTH_STEP_DONE)
			return mcs_login_fail(login, MCS_LOGIN_PROTOCOL, 0);
		login->csg = ISCSI_OP_PARMS_NEGOTIATION_STAGE;
		mcs_login_put_operational_keys(login);
	}
	login->transit = mcs_login_may_transit(login);
	if (login->tx.overflow)
		return mcs_login_fail(login, MCS_LOGIN_PROTOCOL, 0);
	return MCS_LOGIN_SEND;
}

static enum mcs_login_action
mcs_login_accept(struct mcs_login *login, const struct iscsi_login_rsp *rsp,
		 const void *data, size_t len)
{
	enum mcs_login_cause cause;

	if (!mcs_login_collect(login, data, len))
		return mcs_login_fail(login, MCS_LOGIN_BAD_TEXT, 0);
	mcs_text_buf_init(&login->tx, login->tx_data, sizeof(login->tx_data));
	if (rsp->flags & ISCSI_FLAG_LOGIN_CONTINUE) {
		/* an empty request asks for the rest */
		login->transit = false;
		return MCS_LOGIN_SEND;
	}

	cause = mcs_login_take_keys(login);
	if (!cause && login->csg == ISCSI_SECURITY_NEGOTIATION_STAGE)
		cause = mcs_login_take_security(login);
	login->rx_len = 0;
	if (cause)
		return mcs_login_fail(login, cause, 0);
	return mcs_login_advance(login, rsp->flags & ISCSI_FLAG_LOGIN_TRANSIT);
}

/**
 * mcs_login_feed - take a Login Response
 * @login: state
 * @rsp: header as received
 * @data: its data segment; may be the address from mcs_login_rx_space()
 * @len: length of the data segment without padding
 *
 * Return: what to do next. ExpCmdSN and MaxCmdSN in the result are valid
 * for the session's window after each call if has_window is set.
 */
enum mcs_login_action mcs_login_feed(struct mcs_login *login,
				     const struct iscsi_login_rsp *rsp,
				     const void *data, size_t len)
{
	struct mcs_login_result *result = &login->result;
	enum mcs_login_action action;

	if (login->ended)
		return MCS_LOGIN_FAILED;
	result->exchanges++;
	if (!mcs_login_header_ok(login, rsp, len))
		return mcs_login_fail(login, MCS_LOGIN_PROTOCOL, 0);

	result->status_class = rsp->status_class;
	result->status_detail = rsp->status_detail;
	if (rsp->status_class != ISCSI_STATUS_CLS_SUCCESS)
		return mcs_login_refused(login, rsp, data, len);
	if (rsp->active_version != ISCSI_DRAFT20_VERSION)
		return mcs_login_fail(login, MCS_LOGIN_VERSION, 0);
	if (!mcs_login_flags_ok(login, rsp))
		return mcs_login_fail(login, MCS_LOGIN_PROTOCOL, 0);

	mcs_login_note_numbers(result, rsp);
	action = mcs_login_accept(login, rsp, data, len);
	if (action == MCS_LOGIN_SEND &&
	    result->exchanges >= MCS_LOGIN_EXCHANGES)
		return mcs_login_fail(login, MCS_LOGIN_ENDLESS, 0);
	return action;
}
