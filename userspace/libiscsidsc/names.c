// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The names of enumerations, as in the netlink specification. */

#include <string.h>

#include "internal.h"

struct name {
	uint32_t value;
	const char *text;
};

static const struct name session_states[] = {
	{ ISCSI_MCS_SESSION_STATE_LOGGING_IN, "logging-in" },
	{ ISCSI_MCS_SESSION_STATE_LOGGED_IN, "logged-in" },
	{ ISCSI_MCS_SESSION_STATE_RECOVERING, "recovering" },
	{ ISCSI_MCS_SESSION_STATE_FAILED, "failed" },
	{ ISCSI_MCS_SESSION_STATE_CLOSING, "closing" },
	{ 0, NULL },
};

static const struct name policies[] = {
	{ ISCSI_MCS_POLICY_FAIL_OVER_ONLY, "fail-over-only" },
	{ ISCSI_MCS_POLICY_ROUND_ROBIN, "round-robin" },
	{ ISCSI_MCS_POLICY_ROUND_ROBIN_WITH_SUBSET, "round-robin-with-subset" },
	{ ISCSI_MCS_POLICY_LEAST_QUEUE_DEPTH, "least-queue-depth" },
	{ ISCSI_MCS_POLICY_WEIGHTED_PATHS, "weighted-paths" },
	{ 0, NULL },
};

static const struct name target_classes[] = {
	{ ISCSI_MCS_TARGET_CLASS_UNKNOWN, "unknown" },
	{ ISCSI_MCS_TARGET_CLASS_LOGOUT_FENCE, "logout-fence" },
	{ ISCSI_MCS_TARGET_CLASS_CLOSE_RETRY, "close-retry" },
	{ ISCSI_MCS_TARGET_CLASS_SESSION, "session" },
	{ 0, NULL },
};

static const struct name conn_states[] = {
	{ ISCSI_MCS_CONN_STATE_NEW, "new" },
	{ ISCSI_MCS_CONN_STATE_CONNECTING, "connecting" },
	{ ISCSI_MCS_CONN_STATE_LOGIN, "login" },
	{ ISCSI_MCS_CONN_STATE_UP, "up" },
	{ ISCSI_MCS_CONN_STATE_DRAINING, "draining" },
	{ ISCSI_MCS_CONN_STATE_LOGOUT, "logout" },
	{ ISCSI_MCS_CONN_STATE_FAILED, "failed" },
	{ ISCSI_MCS_CONN_STATE_CLEANUP, "cleanup" },
	{ ISCSI_MCS_CONN_STATE_WAITING, "waiting" },
	{ ISCSI_MCS_CONN_STATE_REMOVING, "removing" },
	{ 0, NULL },
};

static const struct name roles[] = {
	{ ISCSI_MCS_ROLE_ACTIVE, "active" },
	{ ISCSI_MCS_ROLE_STANDBY, "standby" },
	{ 0, NULL },
};

static const struct name digests[] = {
	{ ISCSI_MCS_DIGEST_NONE, "none" },
	{ ISCSI_MCS_DIGEST_CRC32C, "crc32c" },
	{ 0, NULL },
};

static const struct name auths[] = {
	{ ISCSI_MCS_AUTH_SESSION, "session" },
	{ ISCSI_MCS_AUTH_NONE, "none" },
	{ ISCSI_MCS_AUTH_CHAP, "chap" },
	{ ISCSI_MCS_AUTH_MUTUAL_CHAP, "mutual-chap" },
	{ 0, NULL },
};

static const struct name ipsec_modes[] = {
	{ ISCSI_MCS_IPSEC_MODE_NONE, "none" },
	{ ISCSI_MCS_IPSEC_MODE_TRANSPORT, "transport" },
	{ ISCSI_MCS_IPSEC_MODE_TUNNEL, "tunnel" },
	{ 0, NULL },
};

static const struct name reasons[] = {
	{ ISCSI_MCS_REASON_NONE, "none" },
	{ ISCSI_MCS_REASON_REQUEST, "request" },
	{ ISCSI_MCS_REASON_TCP_ERROR, "tcp-error" },
	{ ISCSI_MCS_REASON_NOP_TIMEOUT, "nop-timeout" },
	{ ISCSI_MCS_REASON_LINK, "link" },
	{ ISCSI_MCS_REASON_DIGEST, "digest" },
	{ ISCSI_MCS_REASON_PROTOCOL, "protocol" },
	{ ISCSI_MCS_REASON_TARGET_LOGOUT, "target-logout" },
	{ ISCSI_MCS_REASON_TARGET_DROP, "target-drop" },
	{ ISCSI_MCS_REASON_LOGIN_FAILED, "login-failed" },
	{ ISCSI_MCS_REASON_SESSION_RECOVERY, "session-recovery" },
	{ ISCSI_MCS_REASON_SESSION_CLOSED, "session-closed" },
	{ 0, NULL },
};

static const struct name events[] = {
	{ ISCSI_MCS_CMD_SESSION_ADDED_NTF, "session-added" },
	{ ISCSI_MCS_CMD_SESSION_REMOVED_NTF, "session-removed" },
	{ ISCSI_MCS_CMD_CONN_ADDED_NTF, "conn-added" },
	{ ISCSI_MCS_CMD_CONN_UP_NTF, "conn-up" },
	{ ISCSI_MCS_CMD_CONN_DOWN_NTF, "conn-down" },
	{ ISCSI_MCS_CMD_CONN_REMOVED_NTF, "conn-removed" },
	{ ISCSI_MCS_CMD_RECOVERY_STARTED_NTF, "recovery-started" },
	{ ISCSI_MCS_CMD_RECOVERY_ENDED_NTF, "recovery-ended" },
	{ 0, NULL },
};

static const struct name settings[] = {
	{ ISCSIDSC_SET_POLICY, "policy" },
	{ ISCSIDSC_SET_TARGET_CLASS, "target-class" },
	{ ISCSIDSC_SET_NOP_INTERVAL_MS, "nop-interval" },
	{ ISCSIDSC_SET_NOP_TIMEOUT_MS, "nop-timeout" },
	{ ISCSIDSC_SET_LOGIN_TIMEOUT_MS, "login-timeout" },
	{ ISCSIDSC_SET_SILENCE_TIMEOUT_MS, "silence-timeout" },
	{ ISCSIDSC_SET_STREAM_SPLIT_KIB, "stream-split" },
	{ 0, NULL },
};

static const struct name *names_of(enum iscsidsc_names names)
{
	static const struct name none[] = { { 0, NULL } };

	switch (names) {
	case ISCSIDSC_NAMES_SESSION_STATE:
		return session_states;
	case ISCSIDSC_NAMES_POLICY:
		return policies;
	case ISCSIDSC_NAMES_TARGET_CLASS:
		return target_classes;
	case ISCSIDSC_NAMES_CONN_STATE:
		return conn_states;
	case ISCSIDSC_NAMES_ROLE:
		return roles;
	case ISCSIDSC_NAMES_DIGEST:
		return digests;
	case ISCSIDSC_NAMES_REASON:
		return reasons;
	case ISCSIDSC_NAMES_EVENT:
		return events;
	case ISCSIDSC_NAMES_AUTH:
		return auths;
	case ISCSIDSC_NAMES_IPSEC_MODE:
		return ipsec_modes;
	case ISCSIDSC_NAMES_SETTING:
		return settings;
	}
	return none;
}

/**
 * iscsidsc_name - name of a value
 * @names: which enumeration
 * @value: value
 *
 * Return: the name, or "unknown" for a value of a newer kernel; never NULL.
 */
const char *iscsidsc_name(enum iscsidsc_names names, uint32_t value)
{
	const struct name *n;

	for (n = names_of(names); n->text; n++)
		if (n->value == value)
			return n->text;
	return "unknown";
}

/**
 * iscsidsc_name_value - value of a name
 * @names: which enumeration
 * @name: name
 * @value: set to the value
 *
 * Return: 0, or -1 if there is no such name.
 */
int iscsidsc_name_value(enum iscsidsc_names names, const char *name,
			uint32_t *value)
{
	const struct name *n;

	for (n = names_of(names); n->text; n++) {
		if (strcmp(n->text, name))
			continue;
		*value = n->value;
		return 0;
	}
	return -1;
}
