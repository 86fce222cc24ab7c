// SPDX-License-Identifier: GPL-2.0-or-later
#include "front/roster.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "request/domain_xml.h"
#include "request/proxmox/conf.h"

#define PROXMOX    "/etc/pve/qemu-server"
#define GUESTS_MAX 4096

static_assert(sizeof(((struct roster_guest *)0)->hookscript) ==
		      sizeof(((struct proxmox_conf *)0)->hookscript),
	"a hookscript fits");

static void free_guest(struct roster_guest *guest) {
	text_free(&guest->devices);
	text_free(&guest->problem);
}

#define AUTO_GUEST CLEANUP(free_guest)

void roster_free(struct roster *roster) {
	for (size_t i = 0; i < roster->count; i++) {
		free_guest(&roster->guests[i]);
	}
	free(roster->guests);
	*roster = (struct roster){0};
}

/* The guest's texts are the roster's then. */
static int add(struct roster *roster, struct roster_guest *guest) {
	struct roster_guest *larger;

	if (roster->count >= GUESTS_MAX) {
		return -E2BIG;
	}
	larger = reallocarray(roster->guests, roster->count + 1, sizeof(*larger));
	if (!larger) {
		return -ENOMEM;
	}
	roster->guests = larger;
	roster->guests[roster->count++] = *guest;
	guest->devices = guest->problem = (struct text){0};
	return 0;
}

static const char *space(const struct text *text) {
	return text->length ? " " : "";
}

static int add_device(struct text *devices, struct address address, bool whole_slot) {
	char name[ADDRESS_SIZE];

	address_format(address, name);
	if (whole_slot) {
		*strrchr(name, '.') = '\0';
	}
	return text_add(devices, "%s%s", space(devices), name);
}

static int fill_libvirt(const struct request *request, struct roster_guest *guest) {
	const char *colon = strchr(request->title, ':');
	int r = name_set(guest->title, sizeof(guest->title), request->title);

	r = r < 0 ? r : name_set(guest->key, sizeof(guest->key), request->guest);
	r = r < 0 ? r : name_set(guest->name, sizeof(guest->name), colon ? colon + 1 : "");
	for (size_t i = 0; r == 0 && i < request->device_count; i++) {
		r = add_device(&guest->devices, request->devices[i].address, false);
	}
	if (r == 0 && request->later) {
		r = text_add(&guest->devices, "%sfrom a pool", space(&guest->devices));
	}
	return r;
}

/* Whatever is wrong with it: what it says is kept with the guest, whose name is its file's then. */
static int fill_problem(
	struct roster_guest *guest, const char *title, const char *name, const char *why) {
	int r = name_set(guest->title, sizeof(guest->title), title);

	r = r < 0 ? r : name_set(guest->name, sizeof(guest->name), name);
	return r < 0 ? r : text_add(&guest->problem, "%s", why);
}

static int read_libvirt(int root, const char *name, const char *path, struct roster *roster) {
	AUTO_GUEST struct roster_guest guest = {0};
	AUTO_FREE char *data = NULL;
	struct request request = {0};
	struct error why;
	char title[TITLE_SIZE];
	size_t length;
	int r = file_read(root, path, DOMAIN_XML_MAX, &data, &length);

	if (r < 0) {
		error_set(&why, r, "cannot read %s: %s", path, strerror(-r));
	} else {
		r = domain_xml_parse(data, length, &request, &why);
		r = r < 0 ? error_add(&why, r, "%s", path) : r;
	}
	if (r < 0) {
		r = name_format(title, sizeof(title), "libvirt:%s", name);
		r = r < 0 ? r : fill_problem(&guest, title, name, why.text);
	} else {
		r = fill_libvirt(&request, &guest);
	}
	return r < 0 ? r : add(roster, &guest);
}

static int add_hostpci(const struct proxmox_hostpci *hostpci, struct text *devices) {
	int r = 0;

	if (hostpci->mapping[0]) {
		return text_add(devices, "%smapping=%s", space(devices), hostpci->mapping);
	}
	for (size_t i = 0; r == 0 && i < hostpci->set.count; i++) {
		r = add_device(devices, hostpci->set.selections[i].address,
			hostpci->set.selections[i].whole_slot);
	}
	return r;
}

static int fill_proxmox(const struct proxmox_conf *conf, struct roster_guest *guest) {
	int r = name_format(guest->title, sizeof(guest->title), "proxmox:%u%s%s%s", guest->vmid,
		conf->name[0] ? " (" : "", conf->name, conf->name[0] ? ")" : "");

	r = r < 0 ? r : name_set(guest->name, sizeof(guest->name), conf->name);
	memcpy(guest->hookscript, conf->hookscript, sizeof(guest->hookscript));
	for (size_t i = 0; r == 0 && i < PROXMOX_HOSTPCI_MAX; i++) {
		if (conf->hostpci[i].line && !conf->hostpci[i].mediated) {
			r = add_hostpci(&conf->hostpci[i], &guest->devices);
		}
	}
	return r;
}

static int read_conf(int root, const char *path, char **ret_data, struct proxmox_conf *ret,
	struct error *error) {
	size_t length;
	int r = file_read(root, path, PROXMOX_CONF_MAX, ret_data, &length);

	return r < 0 ? error_set(error, r, "cannot read %s: %s", path, strerror(-r))
		     : proxmox_conf_parse(path, *ret_data, length, ret, error);
}

static int read_proxmox(int root, const char *name, const char *path, struct roster *roster) {
	AUTO_GUEST struct roster_guest guest = {.proxmox = true};
	AUTO_FREE char *data = NULL;
	struct proxmox_conf conf;
	unsigned long long vmid;
	char title[TITLE_SIZE];
	struct error why;
	int r;

	if (number_parse(name, UINT_MAX, &vmid) < 0) {
		return 0;
	}
	guest.vmid = (unsigned int)vmid;
	snprintf(guest.key, sizeof(guest.key), "proxmox:%u", guest.vmid);
	r = read_conf(root, path, &data, &conf, &why);
	if (r == 0 && conf.template) {
		return 0;
	}
	if (r < 0) {
		r = name_format(title, sizeof(title), "proxmox:%u", guest.vmid);
		r = r < 0 ? r : fill_problem(&guest, title, "", why.text);
	} else {
		r = fill_proxmox(&conf, &guest);
	}
	return r < 0 ? r : add(roster, &guest);
}

/* Calls read for every file with that suffix; no directory is no guests. */
static int read_all(int root, const char *directory, const char *suffix,
	int (*read)(int root, const char *name, const char *path, struct roster *roster),
	struct roster *roster) {
	AUTO_NAMES struct names names = {0};
	int r = names_read(root, directory, &names);

	if (r == -ENOENT) {
		return 0;
	}
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		char *name = names.names[i];
		size_t length = strlen(name), end = strlen(suffix);
		char path[PATH_MAX];

		if (length <= end || strcmp(name + length - end, suffix) != 0) {
			continue;
		}
		r = name_format(path, sizeof(path), "%s/%s", directory, name);
		name[length - end] = '\0';
		r = r < 0 ? r : read(root, name, path, roster);
	}
	return r;
}

int roster_read(int root, struct roster *ret, struct error *error) {
	AUTO_ROSTER struct roster roster = {0};
	const char *directory = ROSTER_LIBVIRT;
	int r = read_all(root, directory, ".xml", read_libvirt, &roster);

	if (r == 0) {
		directory = PROXMOX;
		r = read_all(root, directory, ".conf", read_proxmox, &roster);
	}
	if (r < 0) {
		return error_set(
			error, r, "cannot read the guests in %s: %s", directory, strerror(-r));
	}
	*ret = roster;
	roster = (struct roster){0};
	return 0;
}

static bool is_called(const struct roster_guest *guest, const char *word) {
	const char *number = text_starts(word, "proxmox:") ? word + strlen("proxmox:") : word;
	unsigned long long vmid;

	return (guest->proxmox && number_parse(number, UINT_MAX, &vmid) == 0 &&
		       guest->vmid == vmid) ||
	       strcmp(guest->title, word) == 0 ||
	       (guest->name[0] && strcmp(guest->name, word) == 0);
}

/* "libvirt:win11", "proxmox:100": what means this guest and no other. */
static const char *tell(const struct roster_guest *guest, char ret[TITLE_SIZE]) {
	int r = guest->proxmox ? name_format(ret, TITLE_SIZE, "proxmox:%u", guest->vmid)
			       : name_set(ret, TITLE_SIZE, guest->title);

	assert(r == 0);
	return ret;
}

int roster_find(const struct roster *roster, const char *word, const struct roster_guest **ret,
	struct error *error) {
	const struct roster_guest *found = NULL;
	char one[TITLE_SIZE], other[TITLE_SIZE];

	for (size_t i = 0; i < roster->count; i++) {
		const struct roster_guest *guest = &roster->guests[i];

		if (!is_called(guest, word)) {
			continue;
		}
		if (found) {
			return error_set(error, -EINVAL,
				"more than one guest is called \"%s\": say %s or %s", word,
				tell(found, one), tell(guest, other));
		}
		found = guest;
	}
	if (!found) {
		return error_set(error, -ENOENT,
			"there is no guest \"%s\" here: `baton install --list` names them", word);
	}
	*ret = found;
	return 0;
}

int roster_hookscript(int root, unsigned int vmid, char ret[512], struct error *error) {
	AUTO_FREE char *data = NULL;
	struct proxmox_conf conf;
	char path[64];
	int r = name_format(path, sizeof(path), PROXMOX "/%u.conf", vmid);

	r = r < 0 ? r : read_conf(root, path, &data, &conf, error);
	if (r == 0) {
		memcpy(ret, conf.hookscript, sizeof(conf.hookscript));
	}
	return r;
}
