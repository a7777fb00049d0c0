# SPDX-License-Identifier: GPL-2.0
# Copyright The iscsi_mcs authors
#
# Print the functions of a C file that are visible outside it and have no
# kernel-doc comment. Usage: awk -v file=NAME -f undocumented.awk FILE

# A comment " * name() - text" or " * name - text" opens the documentation.
/^ \* [A-Za-z_0-9]+(\(\))?:? / {
	name = $2
	sub(/\(\)/, "", name)
	sub(/:$/, "", name)
	documented[name] = 1
}

# A definition starts in the first column; its "{" follows in the first column.
/^[A-Za-z].*\(/ {
	candidate = ""
	if ($0 ~ /^(static|typedef|extern|struct [a-z_]+ [a-z_]+ =|EXPORT|module_|MODULE_|DEFINE_|MCS_|else|return)/)
		next
	# return type on the line before
	if ($0 ~ /^[A-Za-z_0-9]+\(/ && before ~ /^static/)
		next
	text = $0
	sub(/\(.*/, "", text)
	sub(/.*[ *]/, "", text)
	candidate = text
	at = NR
}

/^\{/ {
	if (candidate != "" && !(candidate in documented) && candidate != "main")
		printf "%s:%d: %s has no kernel-doc\n", file, at, candidate
	candidate = ""
}

/;$/ && !/^[ \t]/ { candidate = "" }

{ before = $0 }
