// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Secrets that are set once for every login. */

#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define MIN_SECRET	12
#define MAX_SECRET	16

/**
 * SetIScsiInitiatorCHAPSharedSecret - set the secret targets have to know
 * @SharedSecretLength: length, 0 to forget the secret
 * @SharedSecret: secret
 *
 * Return: ERROR_SUCCESS, ISDSC_INVALID_INITIATOR_CHAP_SECRET,
 * ERROR_ACCESS_DENIED or another status.
 */
ISDSC_STATUS SetIScsiInitiatorCHAPSharedSecret(uint32_t SharedSecretLength,
					       uint8_t *SharedSecret)
{
	struct iscsidsc_config config;
	ISDSC_STATUS status;
	void *copy = NULL;
	int lock;

	if (SharedSecretLength && !SharedSecret)
		return ERROR_INVALID_PARAMETER;
	if (SharedSecretLength && (SharedSecretLength < MIN_SECRET ||
				   SharedSecretLength > MAX_SECRET))
		return ISDSC_INVALID_INITIATOR_CHAP_SECRET;
	if (SharedSecretLength) {
		copy = malloc(SharedSecretLength);
		if (!copy)
			return ERROR_NOT_ENOUGH_MEMORY;
		memcpy(copy, SharedSecret, SharedSecretLength);
	}
	status = iscsidsc_config_lock(&lock);
	if (status) {
		iscsidsc_key_free_blob(copy, SharedSecretLength);
		return status;
	}
	status = iscsidsc_config_read(&config);
	iscsidsc_key_free_blob(config.secret_in, config.secret_in_len);
	config.secret_in = copy;
	config.secret_in_len = SharedSecretLength;
	if (!status)
		status = iscsidsc_config_write(&config);
	iscsidsc_config_clear(&config);
	iscsidsc_config_unlock(lock);
	return status;
}

/**
 * SetIScsiInitiatorRADIUSSharedSecret - not supported
 * @SharedSecretLength: length
 * @SharedSecret: secret
 *
 * Return: ISDSC_REQUEST_NOT_SUPPORTED or ERROR_INVALID_PARAMETER.
 */
ISDSC_STATUS SetIScsiInitiatorRADIUSSharedSecret(uint32_t SharedSecretLength,
						 uint8_t *SharedSecret)
{
	if (SharedSecretLength && !SharedSecret)
		return ERROR_INVALID_PARAMETER;
	return ISDSC_REQUEST_NOT_SUPPORTED;
}
