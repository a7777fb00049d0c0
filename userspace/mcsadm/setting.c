// SPDX-License-Identifier: LGPL-2.1-or-later
// Copyright (C) The iscsi_mcs authors
/* The settings of a session: what each is called, holds, and may be. */

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "mcsadm.h"
#include "setting.h"

#define DAY_MS	86400000U

/* A 32 bit member of a session, under the same name in JSON output */
#define MEMBER(m)	offsetof(struct iscsidsc_session, m)
#define NUMBER(what, m, min, max, unit)	\
	{ ISCSIDSC_SET_##what, #m, MEMBER(m), min, max, unit, 0, 0 }
#define NAMED(what, m)	\
	{ ISCSIDSC_SET_##what, #m, MEMBER(m), 0, 0, "",	\
	  ISCSIDSC_NAMES_##what, 1 }

/* In the order in which people see them */
static const struct setting settings[] = {
	NAMED(POLICY, policy),
	NUMBER(SILENCE_TIMEOUT_MS, silence_timeout_ms, 500, DAY_MS, "ms"),
	NUMBER(NOP_INTERVAL_MS, nop_interval_ms, 0, DAY_MS, "ms"),
	NUMBER(NOP_TIMEOUT_MS, nop_timeout_ms, 0, DAY_MS, "ms"),
	NUMBER(LOGIN_TIMEOUT_MS, login_timeout_ms, 1, 600000, "ms"),
	NUMBER(STREAM_SPLIT_KIB, stream_split_kib, 0, 16384, "KiB"),
	NAMED(TARGET_CLASS, target_class),
};

/**
 * setting_at - one after the other
 * @i: which, from 0
 *
 * Return: the setting, or NULL behind the last one.
 */
const struct setting *setting_at(size_t i)
{
	return i < ARRAY_SIZE(settings) ? &settings[i] : NULL;
}

/**
 * setting_find - a setting by its name
 * @name: need not end behind it
 * @len: length of the name
 *
 * Return: the setting, or NULL if there is none.
 */
const struct setting *setting_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		const char *known = setting_name(&settings[i]);

		if (strlen(known) == len && !memcmp(known, name, len))
			return &settings[i];
	}
	return NULL;
}

/**
 * setting_name - what a setting is called on the command line
 * @setting: setting
 */
const char *setting_name(const struct setting *setting)
{
	return iscsidsc_name(ISCSIDSC_NAMES_SETTING, setting->what);
}

/**
 * setting_now - what a session has
 * @setting: setting
 * @session: session
 */
uint32_t setting_now(const struct setting *setting,
		     const struct iscsidsc_session *session)
{
	uint32_t value;

	memcpy(&value, (const char *)session + setting->offset, sizeof(value));
	return value;
}

/**
 * setting_value_name - what a setting's value is called
 * @setting: setting
 * @value: its value
 *
 * Return: text, NULL for a setting whose values are numbers.
 */
const char *setting_value_name(const struct setting *setting, uint32_t value)
{
	return setting->has_names ? iscsidsc_name(setting->names, value) : NULL;
}

/**
 * setting_print - print a setting as it is given to mcsadm tune
 * @setting: setting
 * @value: its value
 */
void setting_print(const struct setting *setting, uint32_t value)
{
	const char *name = setting_value_name(setting, value);

	printf("%s=", setting_name(setting));
	if (name)
		fputs(name, stdout);
	else
		printf("%" PRIu32, value);
}
