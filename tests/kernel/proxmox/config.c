// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "report.h"

#define CONFIG_SIZE 65536

static void path_of(unsigned int vmid, char ret[PATH_SIZE]) {
	(void)snprintf(ret, PATH_SIZE, "/etc/pve/qemu-server/%u.conf", vmid);
}

bool config_exists(unsigned int vmid) {
	char path[PATH_SIZE];

	path_of(vmid, path);
	return access(path, F_OK) == 0;
}

bool config_has_digest(unsigned int vmid, const char *digest) {
	char path[PATH_SIZE];
	int lines[2], status;
	pid_t pid;

	path_of(vmid, path);
	if (pipe2(lines, O_CLOEXEC) < 0) {
		return false;
	}
	(void)dprintf(lines[1], "%s  %s\n", digest, path);
	(void)close(lines[1]);
	pid = fork();
	if (pid == 0) {
		(void)dup2(lines[0], STDIN_FILENO);
		execl("/usr/bin/sha1sum", "sha1sum", "--check", "--status", NULL);
		_exit(127);
	}
	(void)close(lines[0]);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static struct entry *find(const struct section *section, const char *key) {
	for (size_t i = 0; i < section->count; i++) {
		if (strcmp(section->entries[i].key, key) == 0) {
			return (struct entry *)&section->entries[i];
		}
	}
	return NULL;
}

const char *section_get(const struct section *section, const char *key) {
	const struct entry *entry = find(section, key);

	return entry ? entry->value : NULL;
}

bool section_set(struct section *section, const char *key, const char *value) {
	struct entry *entry = find(section, key);

	if (!value) {
		if (entry) {
			*entry = section->entries[--section->count];
		}
		return true;
	}
	if (!entry && section->count == ENTRIES_MAX) {
		return fail("too many keys");
	}
	if (strlen(key) >= KEY_SIZE || strlen(value) >= VALUE_SIZE) {
		return fail("%s: too long", key);
	}
	entry = entry ? entry : &section->entries[section->count++];
	strcpy(entry->key, key);
	strcpy(entry->value, value);
	return true;
}

static bool take_line(struct config *config, struct section *section, char *line) {
	char *colon = strchr(line, ':');

	if (!section) {
		size_t used = strlen(config->rest);

		if (used + strlen(line) + 2 > REST_SIZE) {
			return fail("too many snapshots");
		}
		(void)snprintf(config->rest + used, REST_SIZE - used, "%s\n", line);
		return true;
	}
	if (*line == '\0' || *line == '#') {
		return true;
	}
	if (!colon) {
		return fail("vm %u - unable to parse config: %s", config->vmid, line);
	}
	*colon++ = '\0';
	return section_set(section, line, colon + strspn(colon, " \t"));
}

bool config_read(unsigned int vmid, struct config *ret) {
	char path[PATH_SIZE], text[CONFIG_SIZE], *rest = text, *line;
	struct section *section = &ret->main;

	memset(ret, 0, sizeof(*ret));
	ret->vmid = vmid;
	path_of(vmid, path);
	if (!file_read(path, text, sizeof(text))) {
		return fail("Configuration file '%s' does not exist", path);
	}
	while ((line = strsep(&rest, "\n"))) {
		if (*line == '[') {
			section = strncasecmp(line, "[PENDING]", 9) == 0 ? &ret->pending : NULL;
		}
		if ((*line != '[' || !section) && !take_line(ret, section, line)) {
			return false;
		}
	}
	return true;
}

static void print(FILE *out, const struct section *section) {
	for (size_t i = 0; i < section->count; i++) {
		fprintf(out, "%s: %s\n", section->entries[i].key, section->entries[i].value);
	}
}

bool config_write(const struct config *config) {
	char path[PATH_SIZE], text[CONFIG_SIZE] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	if (!out) {
		return fail("out of memory");
	}
	print(out, &config->main);
	if (config->pending.count > 0) {
		fputs("\n[PENDING]\n", out);
		print(out, &config->pending);
	}
	fprintf(out, "%s", config->rest);
	if (fclose(out) != 0) {
		return fail("the configuration is too large");
	}
	path_of(config->vmid, path);
	return file_replace(path, text);
}

bool config_apply_pending(struct config *config) {
	const char *gone = section_get(&config->pending, "delete");
	char keys[VALUE_SIZE], *rest = keys, *key;

	if (config->pending.count == 0) {
		return true;
	}
	(void)snprintf(keys, sizeof(keys), "%s", gone ? gone : "");
	while ((key = strsep(&rest, ","))) {
		(void)section_set(&config->main, key, NULL);
	}
	(void)section_set(&config->pending, "delete", NULL);
	for (size_t i = 0; i < config->pending.count; i++) {
		const struct entry *entry = &config->pending.entries[i];

		if (!section_set(&config->main, entry->key, entry->value)) {
			return false;
		}
	}
	config->pending.count = 0;
	record(config->vmid, "pending changes applied");
	return config_write(config);
}
