// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Every status in words: its name, what happened, what to do about it. */

#include "internal.h"

#define T(name, text, advice)	{ name, #name, text, advice }

static const struct {
	ISDSC_STATUS status;
	const char *name;
	const char *text;
	const char *advice;
} texts[] = {
	T(ERROR_SUCCESS, "done", ""),
	T(ERROR_ACCESS_DENIED, "not permitted", "run it as root, or with CAP_NET_ADMIN"),
	T(ERROR_NOT_ENOUGH_MEMORY, "not enough memory", ""),
	T(ERROR_OUTOFMEMORY, "not enough memory", ""),
	T(ERROR_NOT_SUPPORTED, "not supported", ""),
	T(ERROR_INVALID_PARAMETER, "parameter is not valid", ""),
	T(ERROR_INSUFFICIENT_BUFFER,
	  "buffer is too small", "call again with the size returned"),
	T(ERROR_MORE_DATA, "some events were lost", "read the state again"),
	T(ERROR_NOACCESS, "address of a buffer is not valid", ""),
	T(ERROR_SERVICE_NOT_ACTIVE,
	  "iscsid does not run, or iscsiadm is not there",
	  "install open-iscsi, then systemctl start iscsid"),
	T(ERROR_NO_SYSTEM_RESOURCES,
	  "system is out of resources", "try again later"),
	T(ERROR_TIMEOUT, "timed out", ""),
	T(ERROR_CANCELLED, "cancelled", ""),
	T(ISDSC_NON_SPECIFIC_ERROR, "failed for an unknown reason", ""),
	T(ISDSC_LOGIN_FAILED, "login failed", "see the target's log"),
	T(ISDSC_CONNECTION_FAILED,
	  "no TCP connection to the portal",
	  "check address and port, and that the target listens there and is reachable from here"),
	T(ISDSC_INITIATOR_NODE_ALREADY_EXISTS,
	  "initiator node exists already", ""),
	T(ISDSC_INITIATOR_NODE_NOT_FOUND, "initiator node is not known", ""),
	T(ISDSC_TARGET_MOVED_TEMPORARILY,
	  "target has moved for a while", "use the portal the target names"),
	T(ISDSC_TARGET_MOVED_PERMANENTLY,
	  "target has moved for good", "use the portal the target names"),
	T(ISDSC_INITIATOR_ERROR,
	  "target sees a fault of the initiator", "see the target's log"),
	T(ISDSC_AUTHENTICATION_FAILURE,
	  "authentication failed",
	  "check name and secret of CHAP, or the key of IPsec, on both sides"),
	T(ISDSC_AUTHORIZATION_FAILURE,
	  "target does not permit this initiator",
	  "add the initiator name to the target's access list"),
	T(ISDSC_NOT_FOUND,
	  "no such target at this portal",
	  "check that this portal serves the target of the session"),
	T(ISDSC_TARGET_REMOVED, "target has been removed", ""),
	T(ISDSC_UNSUPPORTED_VERSION,
	  "target does not support this version of iSCSI", ""),
	T(ISDSC_TOO_MANY_CONNECTIONS,
	  "session has all the connections it may have",
	  "raise MaxConnections on the target, or remove a connection"),
	T(ISDSC_MISSING_PARAMETER,
	  "target misses a parameter in the login", "see the target's log"),
	T(ISDSC_CANT_INCLUDE_IN_SESSION,
	  "target does not let the connection into the session",
	  "choose a portal of the same target portal group"),
	T(ISDSC_SESSION_TYPE_NOT_SUPPORTED,
	  "target does not support this type of session", ""),
	T(ISDSC_TARGET_ERROR, "target has a fault", "see the target's log"),
	T(ISDSC_SERVICE_UNAVAILABLE,
	  "target is not available now", "try again later"),
	T(ISDSC_OUT_OF_RESOURCES,
	  "target is out of resources", "try again later"),
	T(ISDSC_CONNECTION_ALREADY_EXISTS,
	  "connection exists already", "nothing to do"),
	T(ISDSC_SESSION_ALREADY_EXISTS, "session exists already", ""),
	T(ISDSC_INITIATOR_INSTANCE_NOT_FOUND,
	  "initiator instance is not known", ""),
	T(ISDSC_TARGET_ALREADY_EXISTS, "target exists already", ""),
	T(ISDSC_DRIVER_BUG, "module answered what cannot be", ""),
	T(ISDSC_INVALID_TEXT_KEY, "text key is not valid", ""),
	T(ISDSC_INVALID_SENDTARGETS_TEXT,
	  "answer to SendTargets is not valid", ""),
	T(ISDSC_INVALID_SESSION_ID,
	  "no such session", "list the sessions with mcsadm list"),
	T(ISDSC_SCSI_REQUEST_FAILED, "SCSI command failed", ""),
	T(ISDSC_TOO_MANY_SESSIONS,
	  "initiator has all the sessions it may have", ""),
	T(ISDSC_SESSION_BUSY,
	  "another request or a recovery runs on the session",
	  "try again in a moment"),
	T(ISDSC_TARGET_MAPPING_UNAVAILABLE,
	  "target mapping is not available", ""),
	T(ISDSC_ADDRESS_TYPE_NOT_SUPPORTED,
	  "address family is not supported",
	  "use an IPv4 or IPv6 address of the same family on both ends"),
	T(ISDSC_LOGON_FAILED, "logon failed", ""),
	T(ISDSC_SEND_FAILED,
	  "sending failed during login",
	  "check the link, and the target's log"),
	T(ISDSC_TRANSPORT_ERROR,
	  "TCP connection broke or fell silent during login",
	  "check the link, and the target's log"),
	T(ISDSC_VERSION_MISMATCH, "versions of iSCSI do not match", ""),
	T(ISDSC_TARGET_MAPPING_OUT_OF_RANGE,
	  "target mapping is out of range", ""),
	T(ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE,
	  "no pre-shared key for this target", ""),
	T(ISDSC_TARGET_AUTHINFO_UNAVAILABLE,
	  "target wants CHAP and there are no credentials for it",
	  "give CHAP name and secret"),
	T(ISDSC_TARGET_NOT_FOUND, "target is not known", ""),
	T(ISDSC_LOGIN_USER_INFO_BAD, "login parameter is not valid", ""),
	T(ISDSC_TARGET_MAPPING_EXISTS, "target mapping exists already", ""),
	T(ISDSC_HBA_SECURITY_CACHE_FULL, "security cache is full", ""),
	T(ISDSC_INVALID_PORT_NUMBER,
	  "initiator port or local address is not there",
	  "list the local addresses with mcsadm ports"),
	T(ISDSC_OPERATION_NOT_ALL_SUCCESS, "only part of it was done", ""),
	T(ISDSC_HBA_SECURITY_CACHE_NOT_SUPPORTED,
	  "there is no security cache", ""),
	T(ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED,
	  "type of IKE identity is not supported", ""),
	T(ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE,
	  "size of IKE identity is wrong", ""),
	T(ISDSC_TARGET_PORTAL_ALREADY_EXISTS,
	  "target portal exists already", ""),
	T(ISDSC_TARGET_ADDRESS_ALREADY_EXISTS,
	  "target address exists already", ""),
	T(ISDSC_NO_AUTH_INFO_AVAILABLE, "no IKE credentials", ""),
	T(ISDSC_NO_TUNNEL_OUTER_MODE_ADDRESS,
	  "tunnel mode without outer address", ""),
	T(ISDSC_CACHE_CORRUPTED,
	  "file of saved connections has a line that is not understood",
	  "correct /etc/iscsi_mcs.conf"),
	T(ISDSC_REQUEST_NOT_SUPPORTED, "not supported", ""),
	T(ISDSC_TARGET_OUT_OF_RESORCES,
	  "target cannot take the request now", ""),
	T(ISDSC_SERVICE_DID_NOT_RESPOND, "service did not answer", ""),
	T(ISDSC_ISNS_SERVER_NOT_FOUND, "iSNS server is not there", ""),
	T(ISDSC_OPERATION_REQUIRES_REBOOT,
	  "done, takes effect after the module is loaded again", ""),
	T(ISDSC_NO_PORTAL_SPECIFIED,
	  "no target portal given", "give the address of a target portal"),
	T(ISDSC_CANT_REMOVE_LAST_CONNECTION,
	  "last connection of a session stays",
	  "log out of the session instead"),
	T(ISDSC_SERVICE_NOT_RUNNING,
	  "module iscsi_mcs is not loaded", "load it with modprobe iscsi_mcs"),
	T(ISDSC_TARGET_ALREADY_LOGGED_IN, "target is logged in to already", ""),
	T(ISDSC_DEVICE_BUSY_ON_SESSION, "device of the session is in use", ""),
	T(ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA,
	  "could not save for the next start", ""),
	T(ISDSC_COULD_NOT_REMOVE_PERSISTENT_LOGIN_DATA,
	  "could not remove what was saved", ""),
	T(ISDSC_PORTAL_NOT_FOUND, "portal is not known", ""),
	T(ISDSC_INITIATOR_NOT_FOUND, "initiator name is not known", ""),
	T(ISDSC_DISCOVERY_MECHANISM_NOT_FOUND,
	  "way of discovery is not known", ""),
	T(ISDSC_IPSEC_NOT_SUPPORTED_ON_OS,
	  "IPsec is not available", "start strongSwan, or leave IPsec out"),
	T(ISDSC_PERSISTENT_LOGIN_TIMEOUT, "saved logins took too long", ""),
	T(ISDSC_SHORT_CHAP_SECRET, "CHAP secret is shorter than 96 bits", ""),
	T(ISDSC_EVALUATION_PEROID_EXPIRED, "evaluation period is over", ""),
	T(ISDSC_INVALID_CHAP_SECRET, "CHAP secret is not valid", ""),
	T(ISDSC_INVALID_TARGET_CHAP_SECRET,
	  "CHAP secret for the target has a wrong length",
	  "use 12 to 16 bytes"),
	T(ISDSC_INVALID_INITIATOR_CHAP_SECRET,
	  "CHAP secret of the initiator has a wrong length",
	  "use 12 to 16 bytes"),
	T(ISDSC_INVALID_CHAP_USER_NAME,
	  "CHAP name is not valid", "use 1 to 255 bytes"),
	T(ISDSC_INVALID_LOGON_AUTH_TYPE,
	  "type of authentication is not valid",
	  "use 0 (none), 1 (CHAP) or 2 (mutual CHAP)"),
	T(ISDSC_INVALID_TARGET_MAPPING, "target mapping is not valid", ""),
	T(ISDSC_INVALID_TARGET_ID,
	  "target number of the mapping is not valid", ""),
	T(ISDSC_INVALID_ISCSI_NAME, "iSCSI name is not valid", ""),
	T(ISDSC_INCOMPATIBLE_ISNS_VERSION,
	  "iSNS server has another version", ""),
	T(ISDSC_FAILED_TO_CONFIGURE_IPSEC,
	  "IPsec for the connection could not be set up", ""),
	T(ISDSC_BUFFER_TOO_SMALL, "buffer of the request is too small", ""),
	T(ISDSC_INVALID_LOAD_BALANCE_POLICY,
	  "policy is not known", "use a policy from mcsadm policy --help"),
	T(ISDSC_INVALID_PARAMETER, "parameter is not valid", ""),
	T(ISDSC_DUPLICATE_PATH_SPECIFIED, "connection is named twice", ""),
	T(ISDSC_PATH_COUNT_MISMATCH, "number of connections differs", ""),
	T(ISDSC_INVALID_PATH_ID, "connection number is not valid", ""),
	T(ISDSC_MULTIPLE_PRIMARY_PATHS_SPECIFIED,
	  "more than one active connection named", ""),
	T(ISDSC_NO_PRIMARY_PATH_SPECIFIED, "no active connection named", ""),
	T(ISDSC_DEVICE_ALREADY_PERSISTENTLY_BOUND,
	  "device is bound already", ""),
	T(ISDSC_DEVICE_NOT_FOUND, "no such device", ""),
	T(ISDSC_DEVICE_NOT_ISCSI_OR_PERSISTENT,
	  "device is not iSCSI, or its login is not saved", ""),
	T(ISDSC_DNS_NAME_UNRESOLVED,
	  "host name could not be resolved",
	  "check the name, or give an address"),
	T(ISDSC_NO_CONNECTION_AVAILABLE,
	  "session has no connection that works",
	  "wait until the session is recovered"),
	T(ISDSC_LB_POLICY_NOT_SUPPORTED, "policy is not supported", ""),
	T(ISDSC_REMOVE_CONNECTION_IN_PROGRESS,
	  "connection is being removed already", "wait for it"),
	T(ISDSC_INVALID_CONNECTION_ID,
	  "session has no such connection",
	  "list the connections with mcsadm list"),
	T(ISDSC_CANNOT_REMOVE_LEADING_CONNECTION,
	  "leading connection stays with this call",
	  "use mcsadm remove, or log out of the session"),
	T(ISDSC_RESTRICTED_BY_GROUP_POLICY, "forbidden on this machine", ""),
	T(ISDSC_ISNS_FIREWALL_BLOCKED, "firewall blocks iSNS", ""),
	T(ISDSC_FAILURE_TO_PERSIST_LB_POLICY, "policy could not be saved", ""),
	T(ISDSC_INVALID_HOST,
	  "host name has no address", "check the name, or give an address"),
};

static size_t find(ISDSC_STATUS status)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].status == status)
			break;
	return i;
}

/**
 * iscsidsc_strerror - what a status means
 * @status: of any call
 *
 * Return: a text without capital and full stop; never NULL.
 */
const char *iscsidsc_strerror(ISDSC_STATUS status)
{
	size_t i = find(status);

	return i < ARRAY_SIZE(texts) ? texts[i].text : "unknown status";
}

/**
 * iscsidsc_advice - what to do about a status
 * @status: of any call
 *
 * Return: a text, empty if there is nothing to advise; never NULL.
 */
const char *iscsidsc_advice(ISDSC_STATUS status)
{
	size_t i = find(status);

	return i < ARRAY_SIZE(texts) ? texts[i].advice : "";
}

/**
 * iscsidsc_status_name - the name of a status
 * @status: of any call
 *
 * Return: the name of the constant, or "unknown"; never NULL.
 */
const char *iscsidsc_status_name(ISDSC_STATUS status)
{
	size_t i = find(status);

	return i < ARRAY_SIZE(texts) ? texts[i].name : "unknown";
}
