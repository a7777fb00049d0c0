// SPDX-License-Identifier: GPL-2.0
/*
 * MaxConnections in the leading login, between user space and target.
 *
 * Copyright (C) The iscsi_mcs authors
 *
 * User space offers MaxConnections=1 and fails the login for any other
 * answer. It is a minimum function and cannot be negotiated again, so this
 * is the only place to raise it. Everything else is passed on byte by byte,
 * well-formed or not: judging it is left to whoever it is meant for.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>

#include <asm/byteorder.h>

#include "offer.h"
#include "text.h"

static const char mcs_offer_key[] = "MaxConnections";

/**
 * mcs_offer_init - a leading login is about to start
 * @offer: state, need not be initialised
 * @max_connections: what to offer, 1 to leave the login alone
 */
void mcs_offer_init(struct mcs_offer *offer, u16 max_connections)
{
	memset(offer, 0, sizeof(*offer));
	offer->max_connections = max_connections;
	offer->granted = 1;
	offer->max_xmit_dlength = ISCSI_DEF_MAX_RECV_SEG_LEN;
}

/**
 * mcs_offer_granted - number of connections the session may have
 * @offer: state
 *
 * Return: the negotiated MaxConnections; 1 before the login is complete.
 */
u16 mcs_offer_granted(const struct mcs_offer *offer)
{
	return offer->full_feature ? offer->granted : 1;
}

/*
 * Cut the next item, with its NUL if it has one, from the front of a text.
 * @pair describes it; a missing '=' gives a key of length 0.
 */
static size_t mcs_offer_item(const char *text, size_t len,
			     struct mcs_text_pair *pair)
{
	const char *nul = memchr(text, '\0', len);
	size_t item = nul ? nul - text : len;
	const char *equal = memchr(text, '=', item);

	pair->key = text;
	pair->key_len = equal ? equal - text : 0;
	pair->value = equal ? equal + 1 : text + item;
	pair->value_len = text + item - pair->value;
	return nul ? item + 1 : item;
}

static void mcs_offer_copy(struct mcs_text_buf *out, const char *from,
			   size_t len)
{
	if (out->overflow || len > out->size - out->len) {
		out->overflow = true;
		return;
	}
	memcpy(out->data + out->len, from, len);
	out->len += len;
}

static int mcs_offer_pass(const void *data, size_t len, void *out,
			  size_t size)
{
	if (len > size)
		return -EMSGSIZE;
	if (len)
		memcpy(out, data, len);
	return len;
}

/* Bytes of the text behind its last NUL: a pair that is not complete. */
static size_t mcs_offer_tail(const char *text, size_t len)
{
	size_t tail = 0;

	while (tail < len && text[len - tail - 1])
		tail++;
	return tail;
}

static bool mcs_offer_is_discovery(const char *text, size_t len)
{
	struct mcs_text_pair pair;
	size_t item;

	for (; len; text += item, len -= item) {
		item = mcs_offer_item(text, len, &pair);
		if (mcs_text_key_is(&pair, "SessionType") &&
		    mcs_text_value_is(&pair, "Discovery"))
			return true;
	}
	return false;
}

/* Copy a request, with our offer in the place of the one it has, if any. */
static void mcs_offer_put(const struct mcs_offer *offer, const char *text,
			  size_t len, struct mcs_text_buf *out)
{
	bool put = offer->offered;
	struct mcs_text_pair pair;
	size_t item;

	for (; len; text += item, len -= item) {
		item = mcs_offer_item(text, len, &pair);
		if (!mcs_text_key_is(&pair, mcs_offer_key)) {
			mcs_offer_copy(out, text, item);
			continue;
		}
		/* once per login; a repetition is left out */
		if (!put)
			mcs_text_put_number(out, mcs_offer_key,
					    offer->max_connections);
		put = true;
	}
	if (!put)
		mcs_text_put_number(out, mcs_offer_key,
				    offer->max_connections);
}

/**
 * mcs_offer_request - pass a Login Request of user space on
 * @offer: state
 * @req: its header
 * @data: its data segment
 * @len: length of @data without padding
 * @out: where the data to be sent goes, must not overlap @data
 * @size: size of @out, MCS_OFFER_TEXT_MAX is enough for anything legal
 *
 * MaxConnections is set, or added, in the first request of the operational
 * stage of a normal session, unless a C bit or unterminated text was seen: a
 * key could then be spread over requests. A request that would become too long stays as it
 * is. The caller puts the new length into the header and pads the data.
 *
 * Return: length of the data in @out, or -EMSGSIZE if @size is too small.
 */
int mcs_offer_request(struct mcs_offer *offer,
		      const struct iscsi_login_req *req, const void *data,
		      size_t len, void *out, size_t size)
{
	size_t limit = min_t(size_t, size, MCS_OFFER_TEXT_MAX);
	struct mcs_text_buf buf;

	memcpy(offer->isid, req->isid, sizeof(offer->isid));
	if ((req->flags & ISCSI_FLAG_LOGIN_CONTINUE) ||
	    mcs_offer_tail(data, len) || mcs_offer_is_discovery(data, len))
		offer->blocked = true;
	if (offer->blocked || offer->max_connections <= 1 ||
	    ISCSI_LOGIN_CURRENT_STAGE(req->flags) !=
						ISCSI_OP_PARMS_NEGOTIATION_STAGE)
		return mcs_offer_pass(data, len, out, size);

	mcs_text_buf_init(&buf, out, limit);
	mcs_offer_put(offer, data, len, &buf);
	if (buf.overflow) {
		offer->blocked = true;
		return mcs_offer_pass(data, len, out, size);
	}
	offer->offered = true;
	return buf.len;
}

/* The target's answer to our offer: user space gets to see a plain 1. */
static int mcs_offer_answer(struct mcs_offer *offer,
			    const struct mcs_text_pair *pair,
			    struct mcs_text_buf *out)
{
	u32 granted = 1;

	if (offer->answered)
		return -EPROTO;
	if (!mcs_text_value_is_refusal(pair) &&
	    mcs_text_number(pair, 1, offer->max_connections, &granted))
		return -EPROTO;
	offer->answered = true;
	offer->granted = granted;
	mcs_text_put(out, mcs_offer_key, "1");
	return 0;
}

static void mcs_offer_learn(struct mcs_offer *offer,
			    const struct mcs_text_pair *pair)
{
	u32 number;

	if (mcs_text_key_is(pair, "HeaderDigest")) {
		offer->header_digest = mcs_text_value_is(pair, "CRC32C");
	} else if (mcs_text_key_is(pair, "DataDigest")) {
		offer->data_digest = mcs_text_value_is(pair, "CRC32C");
	} else if (mcs_text_key_is(pair, "AuthMethod")) {
		offer->chap = mcs_text_value_is(pair, "CHAP");
	} else if (mcs_text_key_is(pair, "CHAP_A") &&
		   !mcs_text_number(pair, 1, U8_MAX, &number)) {
		offer->chap_algorithm = number;
	} else if (mcs_text_key_is(pair, "MaxRecvDataSegmentLength") &&
		   !mcs_text_number(pair, ISCSI_MIN_MAX_RECV_SEG_LEN,
				    ISCSI_MAX_MAX_RECV_SEG_LEN, &number)) {
		offer->max_xmit_dlength = number;
	} else if (mcs_text_key_is(pair, "TargetPortalGroupTag") &&
		   !mcs_text_number(pair, 0, U16_MAX, &number)) {
		offer->tpgt = number;
		offer->has_tpgt = true;
	}
}

static int mcs_offer_hold(struct mcs_offer *offer, const char *text,
			  size_t len)
{
	if (len > sizeof(offer->held) - offer->held_len)
		return -EPROTO;
	memcpy(offer->held + offer->held_len, text, len);
	offer->held_len += len;
	return 0;
}

/* Read one complete item and copy it, or its replacement. */
static int mcs_offer_take(struct mcs_offer *offer, const char *text,
			  size_t item, const struct mcs_text_pair *pair,
			  struct mcs_text_buf *out)
{
	if (offer->offered && mcs_text_key_is(pair, mcs_offer_key))
		return mcs_offer_answer(offer, pair, out);
	mcs_offer_learn(offer, pair);
	mcs_offer_copy(out, text, item);
	return 0;
}

/* The item that an earlier C bit has cut: what is held, and its end. */
static int mcs_offer_take_held(struct mcs_offer *offer, const char *text,
			       size_t item, struct mcs_text_buf *out)
{
	struct mcs_text_pair pair;
	size_t whole;
	int ret;

	ret = mcs_offer_hold(offer, text, item);
	if (ret)
		return ret;
	whole = mcs_offer_item(offer->held, offer->held_len, &pair);
	ret = mcs_offer_take(offer, offer->held, whole, &pair, out);
	offer->held_len = 0;
	return ret;
}

static int mcs_offer_scan(struct mcs_offer *offer, const char *text,
			  size_t len, struct mcs_text_buf *out)
{
	struct mcs_text_pair pair;
	size_t item;
	int ret;

	for (; len; text += item, len -= item) {
		item = mcs_offer_item(text, len, &pair);
		if (offer->held_len)
			ret = mcs_offer_take_held(offer, text, item, out);
		else
			ret = mcs_offer_take(offer, text, item, &pair, out);
		if (ret)
			return ret;
	}
	return 0;
}

static void mcs_offer_note_final(struct mcs_offer *offer,
				 const struct iscsi_login_rsp *rsp)
{
	if (!(rsp->flags & ISCSI_FLAG_LOGIN_TRANSIT) ||
	    ISCSI_LOGIN_NEXT_STAGE(rsp->flags) != ISCSI_FULL_FEATURE_PHASE)
		return;
	offer->tsih = be16_to_cpu(rsp->tsih);
	offer->full_feature = true;
}

/**
 * mcs_offer_response - pass a Login Response on to user space
 * @offer: state
 * @rsp: its header
 * @data: its data segment
 * @len: length of @data without padding
 * @out: where the data for user space goes, must not overlap @data
 * @size: size of @out
 *
 * Whatever the target answers to MaxConnections becomes 1, which is never
 * longer. A pair cut by the C bit is held back and delivered, whole, with
 * the next response. The caller puts the new length into the header.
 *
 * Return: length of the data in @out; -EPROTO if the target's answer to
 * MaxConnections is outside the offer, no number, repeated, or unreasonably
 * cut: the login must fail; -EMSGSIZE if @size is too small.
 */
int mcs_offer_response(struct mcs_offer *offer,
		       const struct iscsi_login_rsp *rsp, const void *data,
		       size_t len, void *out, size_t size)
{
	bool more = rsp->flags & ISCSI_FLAG_LOGIN_CONTINUE;
	struct mcs_text_buf buf;
	const char *text = data;
	size_t tail;
	int ret;

	if (rsp->status_class != ISCSI_STATUS_CLS_SUCCESS)
		return mcs_offer_pass(data, len, out, size);

	tail = more ? mcs_offer_tail(text, len) : 0;
	mcs_text_buf_init(&buf, out, size);
	ret = mcs_offer_scan(offer, text, len - tail, &buf);
	if (!ret && tail)
		ret = mcs_offer_hold(offer, text + len - tail, tail);
	/* cut, but nothing followed: what there is was all */
	if (!ret && !more && offer->held_len)
		ret = mcs_offer_take_held(offer, "", 1, &buf);
	if (ret)
		return ret;
	if (buf.overflow)
		return -EMSGSIZE;
	mcs_offer_note_final(offer, rsp);
	return buf.len;
}
