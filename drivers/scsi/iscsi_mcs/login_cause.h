/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why the login of an added connection ended, and what follows from it.
 *
 * Copyright (C) The iscsi_mcs authors
 */
#ifndef MCS_LOGIN_CAUSE_H
#define MCS_LOGIN_CAUSE_H

#include <linux/types.h>

/**
 * enum mcs_login_cause - how a login ended
 * @MCS_LOGIN_OK: full feature phase reached, or still under way
 * @MCS_LOGIN_REDIRECT_TEMP: status 0101, the new address is in the result
 * @MCS_LOGIN_REDIRECT_PERM: status 0102, the new address is in the result
 * @MCS_LOGIN_INITIATOR_ERROR: status 0200 or an unknown one of class 2
 * @MCS_LOGIN_AUTH_FAILED: status 0201, the target refused our response
 * @MCS_LOGIN_FORBIDDEN: status 0202, initiator not allowed at this target
 * @MCS_LOGIN_NOT_FOUND: status 0203, no such target at this portal
 * @MCS_LOGIN_REMOVED: status 0204, target was removed
 * @MCS_LOGIN_VERSION: status 0205, or a version we do not speak
 * @MCS_LOGIN_TOO_MANY: status 0206, MaxConnections of the session reached
 * @MCS_LOGIN_MISSING: status 0207, target misses a parameter
 * @MCS_LOGIN_CANNOT_ADD: status 0208, portal cannot join the session
 * @MCS_LOGIN_SESSION_TYPE: status 0209, session type not supported
 * @MCS_LOGIN_NO_SESSION: status 020A, the target lost the session
 * @MCS_LOGIN_BAD_REQUEST: status 020B, target found our request invalid
 * @MCS_LOGIN_TARGET_ERROR: status 0300 or an unknown one of class 3
 * @MCS_LOGIN_UNAVAILABLE: status 0301, target or portal not in service
 * @MCS_LOGIN_NO_RESOURCES: status 0302, target out of resources
 * @MCS_LOGIN_WRONG_TPGT: portal belongs to another portal group
 * @MCS_LOGIN_NO_TPGT: target did not say which portal group it is
 * @MCS_LOGIN_PROTOCOL: answer breaks the login rules
 * @MCS_LOGIN_BAD_TEXT: answer's text is malformed or repeats a key
 * @MCS_LOGIN_ENDLESS: more exchanges than allowed
 * @MCS_LOGIN_NO_DIGEST: a required digest was not agreed to
 * @MCS_LOGIN_AUTH_NEEDED: target demands authentication, no secret here
 * @MCS_LOGIN_AUTH_METHOD: no authentication method or algorithm in common
 * @MCS_LOGIN_TARGET_AUTH: target could not prove its identity
 * @MCS_LOGIN_AUTH_SETUP: secrets unusable: length rules, equal secrets
 * @MCS_LOGIN_CLOSED: target closed the TCP connection
 * @MCS_LOGIN_TIMEOUT: deadline passed
 * @MCS_LOGIN_CANCELLED: given up by ourselves
 * @MCS_LOGIN_TRANSPORT: other socket error, errno is in the result
 * @MCS_LOGIN_CAUSES: number of causes
 */
enum mcs_login_cause {
	MCS_LOGIN_OK,
	MCS_LOGIN_REDIRECT_TEMP,
	MCS_LOGIN_REDIRECT_PERM,
	MCS_LOGIN_INITIATOR_ERROR,
	MCS_LOGIN_AUTH_FAILED,
	MCS_LOGIN_FORBIDDEN,
	MCS_LOGIN_NOT_FOUND,
	MCS_LOGIN_REMOVED,
	MCS_LOGIN_VERSION,
	MCS_LOGIN_TOO_MANY,
	MCS_LOGIN_MISSING,
	MCS_LOGIN_CANNOT_ADD,
	MCS_LOGIN_SESSION_TYPE,
	MCS_LOGIN_NO_SESSION,
	MCS_LOGIN_BAD_REQUEST,
	MCS_LOGIN_TARGET_ERROR,
	MCS_LOGIN_UNAVAILABLE,
	MCS_LOGIN_NO_RESOURCES,
	MCS_LOGIN_WRONG_TPGT,
	MCS_LOGIN_NO_TPGT,
	MCS_LOGIN_PROTOCOL,
	MCS_LOGIN_BAD_TEXT,
	MCS_LOGIN_ENDLESS,
	MCS_LOGIN_NO_DIGEST,
	MCS_LOGIN_AUTH_NEEDED,
	MCS_LOGIN_AUTH_METHOD,
	MCS_LOGIN_TARGET_AUTH,
	MCS_LOGIN_AUTH_SETUP,
	MCS_LOGIN_CLOSED,
	MCS_LOGIN_TIMEOUT,
	MCS_LOGIN_CANCELLED,
	MCS_LOGIN_TRANSPORT,
	MCS_LOGIN_CAUSES,
};

/**
 * enum mcs_login_advice - what to do after a login failed
 * @MCS_LOGIN_RETRY: may work later, try again with back-off
 * @MCS_LOGIN_STOP: will not work until somebody changes something
 * @MCS_LOGIN_SESSION_GONE: the target, or this portal of it, does not know the
 *	session. While a connection lives that may change, so it is tried again;
 *	when the last one is lost the session is recovered anyway
 */
enum mcs_login_advice {
	MCS_LOGIN_RETRY,
	MCS_LOGIN_STOP,
	MCS_LOGIN_SESSION_GONE,
};

enum mcs_login_cause mcs_login_cause_from_status(u8 status_class, u8 detail);
int mcs_login_cause_errno(enum mcs_login_cause cause);
enum mcs_login_advice mcs_login_cause_advice(enum mcs_login_cause cause);
const char *mcs_login_cause_text(enum mcs_login_cause cause);

#endif /* MCS_LOGIN_CAUSE_H */
