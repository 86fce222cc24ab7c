// SPDX-License-Identifier: GPL-2.0-or-later
#include "capture/keep.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#define SECTIONS "["

static int keep_all(const struct keeping *keeping, struct text *ret) {
	return text_append(ret, keeping->data, keeping->length);
}

/*
 * The first that matches; `*` stands for any part of a path, which is where a file is behind all
 * links: only the kernel's are always below the same directory. words: a line that begins with one,
 * with `|` between them. NULL: such a file is never opened.
 */
static const struct row {
	const char *pattern;
	int (*keep)(const struct keeping *keeping, struct text *ret);
	const char *words;
} rows[] = {
	{"/proc/[0-9]*/cmdline", keep_guest, NULL}, {"/proc/[0-9]*/stat", keep_stat, NULL},
	{"/proc/[0-9]*/comm", keep_all, NULL}, {"/proc/[0-9]*/cgroup", keep_all, NULL},
	{"/proc/[0-9]*/status", keep_starts, "Uid:"},
	{"/proc/[0-9]*/fdinfo/*", keep_starts, "exp_name:"}, {"/proc/[0-9]*/maps", keep_maps, NULL},
	{"/proc/[0-9]*/mountinfo", keep_mounts, NULL},
	{"/proc/[0-9]*/net/tcp*", keep_connections, NULL}, {"/proc/[0-9]*/net/*", keep_all, NULL},
	{"/proc/[0-9]*", NULL, NULL}, {"/proc/kmsg", NULL, NULL}, {"/proc/kcore", NULL, NULL},
	{"/proc/net/tcp*", keep_connections, NULL}, {"/proc/cpuinfo", keep_first_block, NULL},
	{"/proc/driver/nvidia/gpus/*/information", keep_starts, "Model:|Device Minor:|Video BIOS:"},
	{"/proc/cmdline", keep_words, NULL}, {"/proc/version", keep_builder, NULL},
	{"/proc/driver/*/version", keep_builder, NULL}, {"/proc/*", keep_all, NULL},
	{"/sys/*/config", keep_config, NULL}, {"/sys/*/dm/uuid", keep_kind, NULL},
	{"/sys/*/loop/backing_file", keep_node, NULL}, {"/sys/*/rom", NULL, NULL},
	{"/sys/*/vpd", NULL, NULL}, {"/sys/*/resource[0-9]", NULL, NULL},
	{"/sys/*/resource[0-9]_wc", NULL, NULL}, {"/sys/*", keep_all, NULL}, {"/dev/*", NULL, NULL},
	{"*/pci.ids", keep_ids, NULL}, {"*/lib/modules/*/modules.alias", keep_aliases, NULL},
	{"*/lib/modules/*/modules.builtin.modinfo", keep_builtin, NULL},
	{"*/lib/modules/*/modules.dep.bin", keep_dependencies, NULL},
	{"*/lib/modules/*.bin", NULL, NULL}, /* modules.alias says the same */
	{"*/passwd", keep_passwd, NULL}, {"*/fstab", keep_fstab, NULL},
	{"/etc/*shadow*", NULL, NULL}, {"*/shadow*", NULL, NULL}, {"*/gshadow*", NULL, NULL},
	{"*/NetworkManager/system-connections/*", keep_starts,
		SECTIONS "|id|uuid|type|permissions|interface-name|~-flags"},
	{"*/NetworkManager/devices/*", keep_starts, SECTIONS "|connection-uuid|managed"},
	{"*/udev/data/*", keep_starts,
		"I:|G:|Q:|V:|E:ID_FS_TYPE|E:ID_FS_LABEL|E:ID_SEAT|E:ID_FOR_SEAT|E:ID_VENDOR|"
		"E:ID_MODEL|E:ID_VENDOR_FROM*|E:ID_MODEL_FROM*|E:TAGS|E:CURRENT_TAGS"},
	{"*/systemd/sessions/*", keep_starts,
		"UID=|USER=|STATE=|CLASS=|SCOPE=|LEADER=|SEAT=|TYPE=|ACTIVE=|REMOTE=|VTNR=|SERVICE=|"
		"ONLINE="},
	{"*/systemd/users/*", keep_starts, "NAME=|STATE=|SESSIONS=|SEATS=|ONLINE_SESSIONS="},
	{"*/libvirt/qemu/*.xml", keep_domain, NULL}, {"*/libvirt/hooks/*", keep_script, ""},
	/* /etc/pve/qemu-server leads to /etc/pve/nodes/NAME/qemu-server */
	{"*/qemu-server/*", keep_options,
		"#|cipassword|ciuser|sshkeys|searchdomain|nameserver|ipconfig*|smbios1|description"},
	{"*/systemd/system/*", keep_script, ""}, {"*/udev/rules.d/*", keep_script, "GOTO|LABEL"},
	{"/etc/*", keep_words, NULL}, {"/run/*", keep_all, NULL},
	{"/var/lib/baton/*", keep_words, NULL}, {"*/modprobe.d/*", keep_words, NULL},
	{"*", keep_script, ""}, /* what a rule or a unit runs */
};

static const struct row *find(const char *path) {
	size_t i = 0;

	while (fnmatch(rows[i].pattern, path, 0) != 0) {
		i++;
	}
	return &rows[i];
}

bool keep_never(const char *path) {
	return !find(path)->keep;
}

static bool starts_with_one(const char *text, const char *const *starts, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (text_starts(text, starts[i])) {
			return true;
		}
	}
	return false;
}

/* What a process has open may be anything: devices are wanted, buffers, and what a person is here
 * through. */
bool keep_no_link(const char *path, const char *target) {
	static const char *const wanted[] = {
		"/dev/", "/dmabuf", "socket:", "mnt:", "anon_inode:[vfio"};
	static const char *const everybodys[] = {"/dev/null", "/dev/zero", "/dev/full",
		"/dev/random", "/dev/urandom", "/dev/pts/", "/dev/ptmx", "/dev/tty", "/dev/console",
		"/dev/shm/"};

	return fnmatch("/proc/[0-9]*", path, 0) == 0 &&
	       (!starts_with_one(target, wanted, COUNT(wanted)) ||
		       starts_with_one(target, everybodys, COUNT(everybodys)));
}

int keep(const struct keeper *keeper, const char *path, const char *data, size_t length,
	struct text *ret) {
	const struct row *row = find(path);
	const struct keeping keeping = {
		.keeper = keeper, .data = data, .length = length, .words = row->words};

	return row->keep ? row->keep(&keeping, ret) : 0;
}

int keeper_begin(const struct host *host, struct keeper *ret) {
	struct keeper keeper = {.host = host};
	int r = 0;

	for (size_t i = 0; i < host->device_count && r == 0; i++) {
		const char *modalias = host->devices[i].modalias;

		r = names_has(&keeper.modaliases, modalias)
			    ? 0
			    : names_add(&keeper.modaliases, modalias);
	}
	if (r < 0) {
		keeper_end(&keeper);
		return r;
	}
	*ret = keeper;
	return 0;
}

void keeper_end(struct keeper *keeper) {
	names_free(&keeper->modaliases);
}
