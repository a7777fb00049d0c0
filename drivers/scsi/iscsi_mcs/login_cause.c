// SPDX-License-Identifier: GPL-2.0
/*
 * Login outcomes: one table from cause to errno, advice and words.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/types.h>

#include <scsi/iscsi_proto.h>

#include "login_cause.h"

struct mcs_login_cause_info {
	int error;
	enum mcs_login_advice advice;
	const char *text;
};

#define CAUSE(cause, errno_, advice_, text_) \
	[MCS_LOGIN_ ## cause] = { errno_, MCS_LOGIN_ ## advice_, text_ }

static const struct mcs_login_cause_info mcs_login_causes[] = {
	CAUSE(OK, 0, RETRY, "logged in"),
	CAUSE(REDIRECT_TEMP, -EREMCHG, RETRY,
	      "target moved temporarily to another portal"),
	CAUSE(REDIRECT_PERM, -EREMOTE, STOP,
	      "target moved to another portal, use its new address"),
	CAUSE(INITIATOR_ERROR, -EBADR, STOP,
	      "target refused the login as an initiator error"),
	CAUSE(AUTH_FAILED, -EKEYREJECTED, STOP,
	      "target refused our CHAP name or secret"),
	CAUSE(FORBIDDEN, -EACCES, STOP,
	      "initiator is not allowed at this target portal"),
	CAUSE(NOT_FOUND, -ESRCH, STOP,
	      "no such target at this portal"),
	CAUSE(REMOVED, -EIDRM, STOP,
	      "target was removed from this portal"),
	CAUSE(VERSION, -EPROTONOSUPPORT, STOP,
	      "target speaks no common iSCSI version"),
	CAUSE(TOO_MANY, -EUSERS, STOP,
	      "target accepts no more connections in this session"),
	CAUSE(MISSING, -ENODATA, STOP,
	      "target misses a parameter in our login"),
	CAUSE(CANNOT_ADD, -EBADE, STOP,
	      "portal cannot take part in this session"),
	CAUSE(SESSION_TYPE, -ESOCKTNOSUPPORT, STOP,
	      "target does not support this session type"),
	CAUSE(NO_SESSION, -ESTALE, SESSION_GONE,
	      "target does not know the session at this portal (other portal group, or lost)"),
	CAUSE(BAD_REQUEST, -EBADRQC, STOP,
	      "target found our login request invalid"),
	CAUSE(TARGET_ERROR, -EREMOTEIO, RETRY,
	      "target reported an error of its own"),
	CAUSE(UNAVAILABLE, -ENOLINK, RETRY,
	      "target or portal is not in service now"),
	CAUSE(NO_RESOURCES, -ENOSR, RETRY,
	      "target is out of resources"),
	CAUSE(WRONG_TPGT, -EXDEV, STOP,
	      "portal is in another target portal group than the session"),
	CAUSE(NO_TPGT, -EXDEV, STOP,
	      "target did not name the portal group of this portal"),
	CAUSE(PROTOCOL, -EPROTO, STOP,
	      "target broke the login protocol"),
	CAUSE(BAD_TEXT, -EBADMSG, STOP,
	      "target sent malformed login text"),
	CAUSE(ENDLESS, -ELOOP, STOP,
	      "target does not come to an end of the login"),
	CAUSE(NO_DIGEST, -EBADFD, STOP,
	      "target does not agree to the required digest"),
	CAUSE(AUTH_NEEDED, -ENOKEY, STOP,
	      "target demands authentication and no secret is set"),
	CAUSE(AUTH_METHOD, -ENOPKG, STOP,
	      "no CHAP algorithm or authentication method in common"),
	CAUSE(TARGET_AUTH, -EKEYREJECTED, STOP,
	      "target failed to prove its identity (mutual CHAP)"),
	CAUSE(AUTH_SETUP, -ENOTUNIQ, STOP,
	      "names or secrets for CHAP break the rules for them"),
	CAUSE(CLOSED, -ECONNRESET, RETRY,
	      "target closed the connection during login"),
	CAUSE(TIMEOUT, -ETIME, RETRY,
	      "target did not answer the login in time"),
	CAUSE(CANCELLED, -ECANCELED, STOP,
	      "login was cancelled"),
	CAUSE(TRANSPORT, -EIO, RETRY,
	      "connection to the target failed"),
};

#undef CAUSE

static enum mcs_login_cause mcs_login_cause_class2(u8 detail)
{
	switch (detail) {
	case ISCSI_LOGIN_STATUS_AUTH_FAILED:
		return MCS_LOGIN_AUTH_FAILED;
	case ISCSI_LOGIN_STATUS_TGT_FORBIDDEN:
		return MCS_LOGIN_FORBIDDEN;
	case ISCSI_LOGIN_STATUS_TGT_NOT_FOUND:
		return MCS_LOGIN_NOT_FOUND;
	case ISCSI_LOGIN_STATUS_TGT_REMOVED:
		return MCS_LOGIN_REMOVED;
	case ISCSI_LOGIN_STATUS_NO_VERSION:
		return MCS_LOGIN_VERSION;
	case ISCSI_LOGIN_STATUS_ISID_ERROR:	/* RFC 7143: too many conns */
		return MCS_LOGIN_TOO_MANY;
	case ISCSI_LOGIN_STATUS_MISSING_FIELDS:
		return MCS_LOGIN_MISSING;
	case ISCSI_LOGIN_STATUS_CONN_ADD_FAILED:
		return MCS_LOGIN_CANNOT_ADD;
	case ISCSI_LOGIN_STATUS_NO_SESSION_TYPE:
		return MCS_LOGIN_SESSION_TYPE;
	case ISCSI_LOGIN_STATUS_NO_SESSION:
		return MCS_LOGIN_NO_SESSION;
	case ISCSI_LOGIN_STATUS_INVALID_REQUEST:
		return MCS_LOGIN_BAD_REQUEST;
	default:
		return MCS_LOGIN_INITIATOR_ERROR;
	}
}

static enum mcs_login_cause mcs_login_cause_class3(u8 detail)
{
	switch (detail) {
	case ISCSI_LOGIN_STATUS_SVC_UNAVAILABLE:
		return MCS_LOGIN_UNAVAILABLE;
	case ISCSI_LOGIN_STATUS_NO_RESOURCES:
		return MCS_LOGIN_NO_RESOURCES;
	default:
		return MCS_LOGIN_TARGET_ERROR;
	}
}

/**
 * mcs_login_cause_from_status - translate the status of a Login Response
 * @status_class: Status-Class
 * @detail: Status-Detail
 *
 * Return: the cause; MCS_LOGIN_PROTOCOL for a class the RFC does not know.
 */
enum mcs_login_cause mcs_login_cause_from_status(u8 status_class, u8 detail)
{
	switch (status_class) {
	case ISCSI_STATUS_CLS_SUCCESS:
		return MCS_LOGIN_OK;
	case ISCSI_STATUS_CLS_REDIRECT:
		if (detail == ISCSI_LOGIN_STATUS_TGT_MOVED_TEMP)
			return MCS_LOGIN_REDIRECT_TEMP;
		if (detail == ISCSI_LOGIN_STATUS_TGT_MOVED_PERM)
			return MCS_LOGIN_REDIRECT_PERM;
		return MCS_LOGIN_PROTOCOL;
	case ISCSI_STATUS_CLS_INITIATOR_ERR:
		return mcs_login_cause_class2(detail);
	case ISCSI_STATUS_CLS_TARGET_ERR:
		return mcs_login_cause_class3(detail);
	default:
		return MCS_LOGIN_PROTOCOL;
	}
}

static const struct mcs_login_cause_info *
mcs_login_cause_info(enum mcs_login_cause cause)
{
	if ((unsigned int)cause >= ARRAY_SIZE(mcs_login_causes))
		cause = MCS_LOGIN_PROTOCOL;
	return &mcs_login_causes[cause];
}

/**
 * mcs_login_cause_errno - errno that stands for a cause
 * @cause: the cause
 *
 * Return: 0 for MCS_LOGIN_OK, otherwise a negative errno.
 */
int mcs_login_cause_errno(enum mcs_login_cause cause)
{
	return mcs_login_cause_info(cause)->error;
}

/**
 * mcs_login_cause_advice - what to do after a cause
 * @cause: the cause
 *
 * Return: whether to retry, to stop, or to recover the session.
 */
enum mcs_login_advice mcs_login_cause_advice(enum mcs_login_cause cause)
{
	return mcs_login_cause_info(cause)->advice;
}

/**
 * mcs_login_cause_text - a cause in the user's words
 * @cause: the cause
 *
 * Return: static string, lower case, no full stop, fit for an extack.
 */
const char *mcs_login_cause_text(enum mcs_login_cause cause)
{
	return mcs_login_cause_info(cause)->text;
}
