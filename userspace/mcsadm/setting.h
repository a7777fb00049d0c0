/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copyright (C) The iscsi_mcs authors */
#ifndef MCSADM_SETTING_H
#define MCSADM_SETTING_H

#include <stddef.h>
#include <stdint.h>

#include <iscsidsc_linux.h>

/**
 * struct setting - a setting of a session
 * @what: as in the library
 * @key: its key in JSON output
 * @offset: of its value in struct iscsidsc_session
 * @min: smallest value
 * @max: largest value; with names those instead
 * @unit: of both
 * @names: names of its values, if it has any
 * @has_names: it has
 */
struct setting {
	enum iscsidsc_setting what;
	const char *key;
	size_t offset;
	uint32_t min;
	uint32_t max;
	const char *unit;
	enum iscsidsc_names names;
	int has_names;
};

const struct setting *setting_at(size_t i);
const struct setting *setting_find(const char *name, size_t len);
const char *setting_name(const struct setting *setting);
uint32_t setting_now(const struct setting *setting,
		     const struct iscsidsc_session *session);
const char *setting_value_name(const struct setting *setting, uint32_t value);
void setting_print(const struct setting *setting, uint32_t value);

#endif /* MCSADM_SETTING_H */
