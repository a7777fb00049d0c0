// SPDX-License-Identifier: GPL-2.0
/*
 * Login state machine: what is said and what is understood, key by key.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include "login_keys.h"

/* Unknown keys answered with NotUnderstood before the patience ends */
#define MCS_LOGIN_UNKNOWN_KEYS	16

static const char mcs_login_crc32c[] = "CRC32C";
static const char mcs_login_none[] = "None";

static const char * const mcs_login_digest_offers[] = {
	[MCS_LOGIN_DIGEST_NONE] = "None",
	[MCS_LOGIN_DIGEST_NONE_CRC32C] = "None,CRC32C",
	[MCS_LOGIN_DIGEST_CRC32C_NONE] = "CRC32C,None",
	[MCS_LOGIN_DIGEST_CRC32C] = "CRC32C",
};

/* May the target choose to let us in without authentication? */
static bool mcs_login_none_will_do(const struct mcs_login *login)
{
	const struct mcs_chap_auth *auth = login->p.auth;

	return !auth || (!auth->required && !mcs_chap_is_mutual(auth));
}

static const char *mcs_login_auth_offer(const struct mcs_login *login)
{
	if (!login->p.auth)
		return mcs_login_none;
	return mcs_login_none_will_do(login) ? "CHAP,None" : "CHAP";
}

/**
 * mcs_login_put_first_keys - text of the first request
 * @login: state
 */
void mcs_login_put_first_keys(struct mcs_login *login)
{
	struct mcs_text_buf *tx = &login->tx;

	mcs_text_put(tx, "InitiatorName", login->p.initiator_name);
	mcs_text_put(tx, "TargetName", login->p.target_name);
	mcs_text_put(tx, "AuthMethod", mcs_login_auth_offer(login));
}

/**
 * mcs_login_may_transit - may the next request ask for the next stage?
 * @login: state
 *
 * Return: false as long as this side has something left to say in this one.
 */
bool mcs_login_may_transit(const struct mcs_login *login)
{
	if (login->csg != ISCSI_SECURITY_NEGOTIATION_STAGE || !login->p.auth)
		return true;
	return login->auth_step >= MCS_LOGIN_AUTH_STEP_RESULT;
}

/**
 * mcs_login_put_operational_keys - text of the first operational request
 * @login: state
 *
 * Connection-wide keys only: a leading-only key here would be refused by
 * some targets and would renegotiate the running session at others.
 */
void mcs_login_put_operational_keys(struct mcs_login *login)
{
	struct mcs_text_buf *tx = &login->tx;

	mcs_text_put(tx, "HeaderDigest",
		     mcs_login_digest_offers[login->p.header_digest]);
	mcs_text_put(tx, "DataDigest",
		     mcs_login_digest_offers[login->p.data_digest]);
	mcs_text_put_number(tx, "MaxRecvDataSegmentLength",
			    login->p.max_recv_dlength);
	login->offered_keys = true;
}

static enum mcs_login_cause
mcs_login_key_ignore(struct mcs_login *login, const struct mcs_text_pair *pair)
{
	return MCS_LOGIN_OK;
}

/* Keys that are no business of the target on an added connection. */
static enum mcs_login_cause
mcs_login_key_reject(struct mcs_login *login, const struct mcs_text_pair *pair)
{
	mcs_text_put_len(&login->tx, pair->key, pair->key_len, "Reject",
			 strlen("Reject"));
	return MCS_LOGIN_OK;
}

static enum mcs_login_cause
mcs_login_key_unknown(struct mcs_login *login,
		      const struct mcs_text_pair *pair)
{
	static const char answer[] = "NotUnderstood";

	if (++login->unknown_keys > MCS_LOGIN_UNKNOWN_KEYS)
		return MCS_LOGIN_PROTOCOL;
	if (!mcs_text_value_is_refusal(pair))
		mcs_text_put_len(&login->tx, pair->key, pair->key_len, answer,
				 strlen(answer));
	return MCS_LOGIN_OK;
}

static enum mcs_login_cause
mcs_login_key_tpgt(struct mcs_login *login, const struct mcs_text_pair *pair)
{
	u32 tpgt;

	if (mcs_text_number(pair, 0, U16_MAX, &tpgt))
		return MCS_LOGIN_PROTOCOL;
	login->result.tpgt = tpgt;
	login->result.has_tpgt = true;
	/* another portal group is another SCSI port: never join it */
	return tpgt == login->p.tpgt ? MCS_LOGIN_OK : MCS_LOGIN_WRONG_TPGT;
}

static enum mcs_login_cause
mcs_login_key_auth_method(struct mcs_login *login,
			  const struct mcs_text_pair *pair)
{
	if (login->csg != ISCSI_SECURITY_NEGOTIATION_STAGE)
		return MCS_LOGIN_PROTOCOL;
	if (mcs_text_value_is(pair, mcs_login_none))
		return mcs_login_none_will_do(login) ? MCS_LOGIN_OK :
						       MCS_LOGIN_AUTH_METHOD;
	login->chap_chosen = mcs_text_value_is(pair, "CHAP");
	/* Later nobody would carry it out. */
	if (login->chap_chosen &&
	    login->auth_step != MCS_LOGIN_AUTH_STEP_METHOD)
		return MCS_LOGIN_PROTOCOL;
	if (login->chap_chosen && login->p.auth)
		return MCS_LOGIN_OK;
	/*
	 * Without secrets None was all we offered. Targets that insist on
	 * CHAP say Reject, or name it although it was not on the list.
	 */
	if (!login->chap_chosen && !mcs_text_value_is_refusal(pair))
		return MCS_LOGIN_PROTOCOL;
	return login->p.auth ? MCS_LOGIN_AUTH_METHOD : MCS_LOGIN_AUTH_NEEDED;
}

static enum mcs_login_cause
mcs_login_key_chap(struct mcs_login *login, const struct mcs_text_pair *pair)
{
	struct mcs_chap_keys *keys = &login->chap_keys;

	if (!login->chap_chosen ||
	    login->csg != ISCSI_SECURITY_NEGOTIATION_STAGE)
		return MCS_LOGIN_PROTOCOL;
	switch (pair->key[pair->key_len - 1]) {
	case 'A':
		keys->a = *pair;
		break;
	case 'I':
		keys->i = *pair;
		break;
	case 'C':
		keys->c = *pair;
		break;
	case 'N':
		keys->n = *pair;
		break;
	default:
		keys->r = *pair;
		break;
	}
	return MCS_LOGIN_OK;
}

static enum mcs_login_cause
mcs_login_take_digest(const struct mcs_login *login,
		      const struct mcs_text_pair *pair,
		      enum mcs_login_digest wish, bool *digest)
{
	const char *offer = mcs_login_digest_offers[wish];
	const char *choice = mcs_login_none;

	if (!login->offered_keys)
		return MCS_LOGIN_PROTOCOL;
	if (mcs_text_value_is(pair, mcs_login_crc32c))
		choice = mcs_login_crc32c;
	else if (mcs_text_value_is_refusal(pair))
		return MCS_LOGIN_OK;	/* no digest: the default */
	else if (!mcs_text_value_is(pair, mcs_login_none))
		return MCS_LOGIN_PROTOCOL;

	if (!mcs_text_list_has(offer, strlen(offer), choice))
		return MCS_LOGIN_PROTOCOL;
	*digest = choice == mcs_login_crc32c;
	return MCS_LOGIN_OK;
}

static enum mcs_login_cause
mcs_login_key_header_digest(struct mcs_login *login,
			    const struct mcs_text_pair *pair)
{
	return mcs_login_take_digest(login, pair, login->p.header_digest,
				     &login->result.header_digest);
}

static enum mcs_login_cause
mcs_login_key_data_digest(struct mcs_login *login,
			  const struct mcs_text_pair *pair)
{
	return mcs_login_take_digest(login, pair, login->p.data_digest,
				     &login->result.data_digest);
}

/* Declarative: the target's own limit, no answer to ours. */
static enum mcs_login_cause
mcs_login_key_max_recv(struct mcs_login *login,
		       const struct mcs_text_pair *pair)
{
	u32 limit;

	if (mcs_text_value_is_refusal(pair))
		return MCS_LOGIN_OK;
	if (mcs_text_number(pair, ISCSI_MIN_MAX_RECV_SEG_LEN,
			    ISCSI_MAX_MAX_RECV_SEG_LEN, &limit))
		return MCS_LOGIN_PROTOCOL;
	login->result.max_xmit_dlength = limit;
	return MCS_LOGIN_OK;
}

struct mcs_login_key {
	const char *name;
	enum mcs_login_cause (*take)(struct mcs_login *login,
				     const struct mcs_text_pair *pair);
};

static const struct mcs_login_key mcs_login_keys[] = {
	{ "TargetPortalGroupTag", mcs_login_key_tpgt },
	{ "AuthMethod", mcs_login_key_auth_method },
	{ "CHAP_A", mcs_login_key_chap },
	{ "CHAP_I", mcs_login_key_chap },
	{ "CHAP_C", mcs_login_key_chap },
	{ "CHAP_N", mcs_login_key_chap },
	{ "CHAP_R", mcs_login_key_chap },
	{ "HeaderDigest", mcs_login_key_header_digest },
	{ "DataDigest", mcs_login_key_data_digest },
	{ "MaxRecvDataSegmentLength", mcs_login_key_max_recv },
	{ "TargetAlias", mcs_login_key_ignore },
	{ "TargetAddress", mcs_login_key_ignore },
	/* leading only, or the initiator's to send, or obsolete */
	{ "MaxConnections", mcs_login_key_reject },
	{ "ErrorRecoveryLevel", mcs_login_key_reject },
	{ "InitialR2T", mcs_login_key_reject },
	{ "ImmediateData", mcs_login_key_reject },
	{ "MaxBurstLength", mcs_login_key_reject },
	{ "FirstBurstLength", mcs_login_key_reject },
	{ "DefaultTime2Wait", mcs_login_key_reject },
	{ "DefaultTime2Retain", mcs_login_key_reject },
	{ "MaxOutstandingR2T", mcs_login_key_reject },
	{ "DataPDUInOrder", mcs_login_key_reject },
	{ "DataSequenceInOrder", mcs_login_key_reject },
	{ "TaskReporting", mcs_login_key_reject },
	{ "iSCSIProtocolLevel", mcs_login_key_reject },
	{ "SessionType", mcs_login_key_reject },
	{ "InitiatorName", mcs_login_key_reject },
	{ "InitiatorAlias", mcs_login_key_reject },
	{ "TargetName", mcs_login_key_reject },
	{ "SendTargets", mcs_login_key_reject },
	{ "IFMarker", mcs_login_key_reject },
	{ "OFMarker", mcs_login_key_reject },
	{ "IFMarkInt", mcs_login_key_reject },
	{ "OFMarkInt", mcs_login_key_reject },
};

/* one bit of mcs_login.seen for each */
static_assert(ARRAY_SIZE(mcs_login_keys) <= 64);

static enum mcs_login_cause
mcs_login_take_key(struct mcs_login *login, const struct mcs_text_pair *pair)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mcs_login_keys); i++) {
		if (!mcs_text_key_is(pair, mcs_login_keys[i].name))
			continue;
		/*
		 * Never answer an answer. tgt proposes MaxConnections and,
		 * when that is rejected, says Reject itself.
		 */
		if (mcs_login_keys[i].take == mcs_login_key_reject &&
		    mcs_text_value_is_refusal(pair))
			return MCS_LOGIN_OK;
		/* once per login, also over several responses */
		if (login->seen & (1ULL << i))
			return MCS_LOGIN_BAD_TEXT;
		login->seen |= 1ULL << i;
		return mcs_login_keys[i].take(login, pair);
	}
	return mcs_login_key_unknown(login, pair);
}

/**
 * mcs_login_take_keys - understand the collected text of a response
 * @login: state; answers to the target's own proposals go to its tx text
 *
 * Return: MCS_LOGIN_OK or why the login cannot go on.
 */
enum mcs_login_cause mcs_login_take_keys(struct mcs_login *login)
{
	enum mcs_login_cause cause = MCS_LOGIN_OK;
	struct mcs_text_pair pair;
	struct mcs_text_iter it;

	memset(&login->chap_keys, 0, sizeof(login->chap_keys));
	if (mcs_text_check(login->rx_data, login->rx_len) < 0)
		return MCS_LOGIN_BAD_TEXT;
	mcs_text_iter_init(&it, login->rx_data, login->rx_len);
	while (!cause && mcs_text_next(&it, &pair) > 0)
		cause = mcs_login_take_key(login, &pair);
	return cause;
}

static bool mcs_login_has_chap_keys(const struct mcs_chap_keys *keys)
{
	return keys->a.key || keys->i.key || keys->c.key || keys->n.key ||
	       keys->r.key;
}

static enum mcs_login_cause mcs_login_take_method(struct mcs_login *login)
{
	if (mcs_login_has_chap_keys(&login->chap_keys))
		return MCS_LOGIN_PROTOCOL;
	if (login->chap_chosen) {
		login->auth_step = MCS_LOGIN_AUTH_STEP_CHALLENGE;
		return mcs_chap_offer(&login->chap, &login->tx);
	}
	/* a target that says nothing wants nothing */
	if (!mcs_login_none_will_do(login))
		return MCS_LOGIN_AUTH_METHOD;
	login->auth_step = MCS_LOGIN_AUTH_STEP_DONE;
	return MCS_LOGIN_OK;
}

static enum mcs_login_cause mcs_login_take_result(struct mcs_login *login)
{
	login->auth_step = MCS_LOGIN_AUTH_STEP_DONE;
	if (mcs_chap_is_mutual(login->p.auth))
		return mcs_chap_verify(&login->chap, &login->chap_keys);
	return mcs_login_has_chap_keys(&login->chap_keys) ?
		MCS_LOGIN_PROTOCOL : MCS_LOGIN_OK;
}

/**
 * mcs_login_take_security - go on in the security stage
 * @login: state, keys of the response already taken
 *
 * Return: MCS_LOGIN_OK or why the login cannot go on.
 */
enum mcs_login_cause mcs_login_take_security(struct mcs_login *login)
{
	switch (login->auth_step) {
	case MCS_LOGIN_AUTH_STEP_METHOD:
		return mcs_login_take_method(login);
	case MCS_LOGIN_AUTH_STEP_CHALLENGE:
		login->auth_step = MCS_LOGIN_AUTH_STEP_RESULT;
		return mcs_chap_respond(&login->chap, &login->chap_keys,
					login->p.initiator_name, &login->tx);
	case MCS_LOGIN_AUTH_STEP_RESULT:
		return mcs_login_take_result(login);
	default:
		return mcs_login_has_chap_keys(&login->chap_keys) ?
			MCS_LOGIN_PROTOCOL : MCS_LOGIN_OK;
	}
}

/**
 * mcs_login_verdict - is the result of a finished login acceptable?
 * @login: state
 *
 * Return: MCS_LOGIN_OK or why the connection must not be used.
 */
enum mcs_login_cause mcs_login_verdict(const struct mcs_login *login)
{
	const struct mcs_login_result *result = &login->result;

	if (!result->has_tpgt)
		return MCS_LOGIN_NO_TPGT;
	if (login->p.header_digest == MCS_LOGIN_DIGEST_CRC32C &&
	    !result->header_digest)
		return MCS_LOGIN_NO_DIGEST;
	if (login->p.data_digest == MCS_LOGIN_DIGEST_CRC32C &&
	    !result->data_digest)
		return MCS_LOGIN_NO_DIGEST;
	return MCS_LOGIN_OK;
}
