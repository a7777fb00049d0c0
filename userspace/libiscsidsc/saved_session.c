// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* Saved settings: those a target's sessions have again after a new login. */

#include <string.h>

#include "internal.h"

static ISDSC_STATUS set(struct iscsidsc_config *config, const char *target,
			enum iscsidsc_setting what, uint32_t value)
{
	size_t i = iscsidsc_config_session_find(config, target);
	struct iscsidsc_saved_session *session;

	session = i < config->list.session_count ?
			  config->list.sessions[i] :
			  iscsidsc_config_session_new(config, target);
	if (!session)
		return ERROR_NOT_ENOUGH_MEMORY;
	session->mask |= 1U << what;
	session->values[what] = value;
	return ERROR_SUCCESS;
}

static void unset(struct iscsidsc_config *config, const char *target,
		  enum iscsidsc_setting what)
{
	size_t i = iscsidsc_config_session_find(config, target);

	if (i == config->list.session_count)
		return;
	config->list.sessions[i]->mask &= ~(1U << what);
	if (!config->list.sessions[i]->mask)
		iscsidsc_config_session_drop(config, i);
}

static int is_name(enum iscsidsc_names names, uint32_t value)
{
	uint32_t same;

	return !iscsidsc_name_value(names, iscsidsc_name(names, value), &same) &&
	       same == value;
}

/* Can it be written, and read again? */
static int is_setting(enum iscsidsc_setting what, const uint32_t *value)
{
	if (!is_name(ISCSIDSC_NAMES_SETTING, what))
		return 0;
	if (value && what == ISCSIDSC_SET_POLICY)
		return is_name(ISCSIDSC_NAMES_POLICY, *value);
	if (value && what == ISCSIDSC_SET_TARGET_CLASS)
		return is_name(ISCSIDSC_NAMES_TARGET_CLASS, *value);
	return 1;
}

/* @value is NULL for none */
static ISDSC_STATUS change(const char *target, enum iscsidsc_setting what,
			   const uint32_t *value)
{
	struct iscsidsc_config config;
	ISDSC_STATUS status;
	int lock;

	if (!iscsidsc_is_target(target) || !is_setting(what, value))
		return ERROR_INVALID_PARAMETER;
	status = iscsidsc_config_lock(&lock);
	if (status)
		return status;
	status = iscsidsc_config_read(&config);
	if (!status) {
		if (value)
			status = set(&config, target, what, *value);
		else
			unset(&config, target, what);
		if (!status)
			status = iscsidsc_config_write(&config);
		iscsidsc_config_clear(&config);
	}
	iscsidsc_config_unlock(lock);
	return status;
}

/**
 * iscsidsc_saved_set - save a setting of a target's sessions
 * @target: iSCSI name of the target
 * @what: which setting
 * @value: its value
 *
 * A session that is there is not changed, see iscsidsc_session_set(); the kernel
 * says whether the value is one it takes.
 *
 * Return: 0, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED,
 * ISDSC_COULD_NOT_SAVE_PERSISTENT_LOGIN_DATA or another status.
 */
ISDSC_STATUS iscsidsc_saved_set(const char *target, enum iscsidsc_setting what,
				uint32_t value)
{
	return change(target, what, &value);
}

/**
 * iscsidsc_saved_unset - save a setting of a target's sessions no more
 * @target: iSCSI name of the target
 * @what: which setting; that it is not saved is no error
 *
 * Return: as iscsidsc_saved_set().
 */
ISDSC_STATUS iscsidsc_saved_unset(const char *target,
				  enum iscsidsc_setting what)
{
	return change(target, what, NULL);
}
