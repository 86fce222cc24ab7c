// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "advise/libvirt.h"
#include "advise/proxmox.h"
#include "advise/qemu.h"
#include "advise/unit.h"
#include "front/advise.h"
#include "front/roster.h"
#include "request/domain_xml.h"

static int read_file(struct advise_session *advise, size_t limit, struct error *error) {
	AUTO_FREE char *data = NULL;
	size_t length = 0;
	int r = file_read(advise->session.root, advise->path, limit, &data, &length);

	r = r < 0 ? r : text_append(&advise->definition, data, length);
	return r < 0 ? error_set(error, r, "cannot read %s: %s", advise->path, strerror(-r)) : 0;
}

/* libvirt keeps a running guest's state there. */
static bool may_run(const struct advise_session *advise) {
	char path[PATH_MAX];

	return name_format(path, sizeof(path), "/run/libvirt/qemu/%s.xml", advise->guest.name) <
		       0 ||
	       file_exists(advise->session.root, path);
}

static int read_libvirt(struct advise_session *advise, struct error *error) {
	int r = name_format(
		advise->path, sizeof(advise->path), ROSTER_LIBVIRT "/%s.xml", advise->guest.name);

	r = r < 0 ? r : read_file(advise, DOMAIN_XML_MAX, error);
	if (r < 0) {
		return r;
	}
	r = libvirt_read(&advise->definition, advise->model, error);
	if (r == 0) {
		advise->model->may_run = may_run(advise);
	}
	return r < 0 ? error_add(error, r, "%s", advise->path) : 0;
}

static int read_proxmox(struct advise_session *advise, struct error *error) {
	AUTO_FREE struct proxmox_guest *guest = calloc(1, sizeof(*guest));
	int root = advise->session.root;
	int r = guest ? proxmox_read(root, advise->guest.vmid, NULL, time(NULL), guest, error)
		      : error_set(error, -ENOMEM, "out of memory");

	if (r < 0) {
		return r;
	}
	r = name_format(advise->path, sizeof(advise->path), "/etc/pve/qemu-server/%u.conf",
		advise->guest.vmid);
	r = r < 0 ? r : read_file(advise, PROXMOX_CONF_MAX, error);
	return r < 0 ? r
		     : proxmox_model(
			       &advise->host, guest, &advise->definition, advise->model, error);
}

/* The unit's file: of an instance ("vm@win11.service") its template's, and what %i is then. */
static int find_unit(struct advise_session *advise, char instance[], size_t size) {
	static const char *const places[] = {"/etc/systemd/system", "/run/systemd/system",
		"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};
	const char *unit = advise->guest.unit, *at = strchr(unit, '@');
	const char *dot = strrchr(unit, '.');

	instance[0] = '\0';
	for (size_t i = 0; i < COUNT(places); i++) {
		int r = name_format(advise->path, sizeof(advise->path), "%s/%s", places[i], unit);

		if (r == 0 && file_exists(advise->session.root, advise->path)) {
			return 0;
		}
		if (!at || !dot || dot < at) {
			continue;
		}
		r = name_format(advise->path, sizeof(advise->path), "%s/%.*s@%s", places[i],
			(int)(at - unit), unit, dot);
		if (r == 0 && file_exists(advise->session.root, advise->path)) {
			return name_format(instance, size, "%.*s", (int)(dot - at - 1), at + 1);
		}
	}
	return -ENOENT;
}

static int read_unit(struct advise_session *advise, struct error *error) {
	AUTO_FREE char *data = NULL;
	AUTO_NAMES struct names words = {0};
	char instance[CONFIGURATION_UNIT_SIZE];
	size_t length = 0;
	int r = find_unit(advise, instance, sizeof(instance));

	if (r < 0) {
		return error_set(error, r,
			"there is no file of the unit %s, which guests/%s.conf names",
			advise->guest.unit, advise->guest.name);
	}
	r = file_read(advise->session.root, advise->path, UNIT_FILE_MAX, &data, &length);
	if (r < 0) {
		return error_set(error, r, "cannot read %s: %s", advise->path, strerror(-r));
	}
	r = unit_qemu(data, length, instance, &words, error);
	if (r == 0) {
		r = unit_format(&words, &advise->definition);
		error_set(error, r, "a word of QEMU's has a line break in it");
	}
	r = r < 0 ? r : qemu_model(advise->guest.name, &advise->definition, advise->model, error);
	return r < 0 ? error_add(error, r, "%s", advise->path) : 0;
}

int advise_read_definition(struct advise_session *advise, struct error *error) {
	switch (advise->guest.hypervisor) {
	case HYPERVISOR_LIBVIRT:
		return read_libvirt(advise, error);
	case HYPERVISOR_PROXMOX:
		return read_proxmox(advise, error);
	case HYPERVISOR_UNIT:
		return read_unit(advise, error);
	}
	return -EINVAL;
}

enum result advise_read(struct advise_session *advise) {
	struct error error = {0};
	int r;

	advise->model = calloc(1, sizeof(*advise->model));
	if (!advise->model) {
		r = error_set(&error, -ENOMEM, "out of memory");
	} else {
		r = advise_read_definition(advise, &error);
	}
	return r < 0 ? command_fail(RESULT_USAGE, &error) : RESULT_DONE;
}
