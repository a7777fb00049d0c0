// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* ISCSI_LOGIN_OPTIONS, as far as every call treats them alike. */

#include "internal.h"

#define KNOWN_OPTIONS	0x000000ffu
#define KNOWN_LOGIN_FLAGS	0x0000003fu
#define RADIUS_FLAGS	(ISCSI_LOGIN_FLAG_USE_RADIUS_RESPONSE | \
			 ISCSI_LOGIN_FLAG_USE_RADIUS_VERIFICATION)

/**
 * iscsidsc_options_has - is a member set?
 * @options: options of a caller, or NULL
 * @bits: ISCSI_LOGIN_OPTIONS_..., one or several
 *
 * Return: not 0 if one of them is.
 */
int iscsidsc_options_has(const ISCSI_LOGIN_OPTIONS *options, uint32_t bits)
{
	return options && options->InformationSpecified & bits;
}

/**
 * iscsidsc_options_check - refuse what no call understands
 * @o: options of a caller, or NULL
 *
 * Return: 0, ERROR_INVALID_PARAMETER, ISDSC_INVALID_LOGON_AUTH_TYPE, or
 * ISDSC_REQUEST_NOT_SUPPORTED for RADIUS.
 */
ISDSC_STATUS iscsidsc_options_check(const ISCSI_LOGIN_OPTIONS *o)
{
	if (!o)
		return ERROR_SUCCESS;
	if (o->Version != ISCSI_LOGIN_OPTIONS_VERSION ||
	    o->InformationSpecified & ~KNOWN_OPTIONS ||
	    o->LoginFlags & ~KNOWN_LOGIN_FLAGS)
		return ERROR_INVALID_PARAMETER;
	if (o->LoginFlags & RADIUS_FLAGS)
		return ISDSC_REQUEST_NOT_SUPPORTED;
	if ((iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_HEADER_DIGEST) &&
	     o->HeaderDigest > ISCSI_DIGEST_TYPE_CRC32C) ||
	    (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_DATA_DIGEST) &&
	     o->DataDigest > ISCSI_DIGEST_TYPE_CRC32C) ||
	    (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_MAXIMUM_CONNECTIONS) &&
	     o->MaximumConnections > UINT16_MAX))
		return ERROR_INVALID_PARAMETER;
	if (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_AUTH_TYPE) &&
	    o->AuthType > ISCSI_MUTUAL_CHAP_AUTH_TYPE)
		return ISDSC_INVALID_LOGON_AUTH_TYPE;
	return ERROR_SUCCESS;
}

/**
 * iscsidsc_options_chap - does a caller insist on CHAP, or bring what it needs?
 * @o: options of a caller, or NULL
 *
 * Return: not 0 if so.
 */
int iscsidsc_options_chap(const ISCSI_LOGIN_OPTIONS *o)
{
	return iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_USERNAME |
				       ISCSI_LOGIN_OPTIONS_PASSWORD) ||
	       (iscsidsc_options_has(o, ISCSI_LOGIN_OPTIONS_AUTH_TYPE) &&
		o->AuthType != ISCSI_NO_AUTH_TYPE);
}
