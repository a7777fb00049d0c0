// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Which flags and keys are good, and what failures are called. */

#include "ipsec/ipsec.h"

#define ALL_FLAGS	0x7fu
#define MODES		(ISCSI_SECURITY_FLAG_TUNNEL_MODE_PREFERRED | \
			 ISCSI_SECURITY_FLAG_TRANSPORT_MODE_PREFERRED)
#define PHASES		(ISCSI_SECURITY_FLAG_MAIN_MODE_ENABLED | \
			 ISCSI_SECURITY_FLAG_AGGRESSIVE_MODE_ENABLED)

/* Both is never meant; none, only where nothing is to be done */
static int is_one(uint64_t flags, uint64_t pair)
{
	if (!(flags & ISCSI_SECURITY_FLAG_IKE_IPSEC_ENABLED))
		return (flags & pair) != pair;
	return (flags & pair) && (flags & pair) != pair;
}

/**
 * ipsec_check_flags - do the flags of a request make sense?
 * @flags: ISCSI_SECURITY_FLAGS
 * @text: set to the reason if not
 *
 * Return: 0 or ERROR_INVALID_PARAMETER.
 */
ISDSC_STATUS ipsec_check_flags(uint64_t flags, const char **text)
{
	if (!(flags & ISCSI_SECURITY_FLAG_VALID))
		return ERROR_SUCCESS;
	*text = NULL;
	if (flags & ~(uint64_t)ALL_FLAGS)
		*text = "security flags that do not exist";
	else if (!is_one(flags, MODES))
		*text = "IPsec needs one of tunnel and transport mode";
	else if (!is_one(flags, PHASES))
		*text = "IPsec needs one of main and aggressive mode";
	return *text ? ERROR_INVALID_PARAMETER : ERROR_SUCCESS;
}

/**
 * ipsec_check_key - can this be a key?
 * @key: pre-shared key or NULL
 * @len: its length
 * @text: set to the reason if not
 *
 * Return: 0 or ERROR_INVALID_PARAMETER.
 */
ISDSC_STATUS ipsec_check_key(const void *key, size_t len, const char **text)
{
	if (len && !key)
		*text = "a key size without a key";
	else if (len > IPSEC_MAX_KEY)
		*text = "the key has more than 1024 bytes";
	else
		return ERROR_SUCCESS;
	return ERROR_INVALID_PARAMETER;
}

static const struct {
	ISDSC_STATUS status;
	const char *text;
} errors[] = {
	[IPSEC_OK] = { ERROR_SUCCESS, "" },
	[IPSEC_NOT_RUNNING] = {
		ISDSC_IPSEC_NOT_SUPPORTED_ON_OS,
		"strongSwan's charon is not running",
	},
	[IPSEC_NOT_PERMITTED] = {
		ERROR_ACCESS_DENIED, "strongSwan's charon may not be asked",
	},
	[IPSEC_HANGS] = {
		ISDSC_SERVICE_DID_NOT_RESPOND,
		"strongSwan's charon does not answer",
	},
	[IPSEC_CANCELLED] = {
		ERROR_CANCELLED, "given up while IPsec was being set up",
	},
	[IPSEC_REFUSED] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"strongSwan's charon refuses the settings",
	},
	[IPSEC_PROTOCOL] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"strongSwan's charon answers something unexpected",
	},
	[IPSEC_NO_MEMORY] = { ERROR_NOT_ENOUGH_MEMORY, "out of memory" },
	[IPSEC_PEER_SILENT] = {
		ISDSC_CONNECTION_FAILED,
		"the portal does not answer IKE; is IPsec configured there?",
	},
	[IPSEC_WRONG_KEY] = {
		ISDSC_AUTHENTICATION_FAILURE,
		"the portal answers IKE but does not agree; is the key right?",
	},
	[IPSEC_NO_PROPOSAL] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"the portal accepts none of the IPsec proposals (algorithms, PFS)",
	},
	[IPSEC_SELECTORS] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"the portal does not agree to IPsec mode or addresses",
	},
	[IPSEC_FAILED] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC, "IPsec negotiation failed",
	},
	[IPSEC_NO_XFRM] = {
		ISDSC_IPSEC_NOT_SUPPORTED_ON_OS,
		"the kernel's IPsec policies cannot be read",
	},
	[IPSEC_BLOCKED] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"an IPsec policy of this host blocks the portal",
	},
	[IPSEC_EXEMPT] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"an IPsec policy of this host exempts the portal from IPsec",
	},
	[IPSEC_NOT_IN_EFFECT] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"IPsec was negotiated, but another policy of this host is in effect",
	},
	[IPSEC_NO_POLICY] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"IPsec is required, and neither given nor remembered for the portal",
	},
	[IPSEC_NO_KEY] = {
		ISDSC_NO_AUTH_INFO_AVAILABLE,
		"IPsec needs a key, and none was given",
	},
	[IPSEC_LINK_LOCAL] = {
		ISDSC_ADDRESS_TYPE_NOT_SUPPORTED,
		"IPsec does not work between link-local addresses",
	},
	[IPSEC_NO_SOURCE] = {
		ISDSC_CONNECTION_FAILED, "there is no route to the portal",
	},
	[IPSEC_TOO_MANY] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"too many ports of one portal address with IPsec",
	},
	[IPSEC_FILES] = {
		ISDSC_FAILED_TO_CONFIGURE_IPSEC,
		"settings for IPsec cannot be read or written",
	},
	[IPSEC_FILES_DENIED] = {
		ERROR_ACCESS_DENIED, "settings for IPsec may not be read",
	},
};

/**
 * ipsec_error_status - what to return for a failure
 * @error: failure
 *
 * Return: status.
 */
ISDSC_STATUS ipsec_error_status(enum ipsec_error error)
{
	return errors[error].status;
}

/**
 * ipsec_error_text - a failure in words
 * @error: failure
 *
 * Return: text.
 */
const char *ipsec_error_text(enum ipsec_error error)
{
	return errors[error].text;
}
