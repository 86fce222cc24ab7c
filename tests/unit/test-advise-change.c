// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/libvirt.h"
#include "advise/proposal.h"
#include "advise/proxmox.h"
#include "advise/qemu.h"

#include <string.h>

#include "snapshot.h"

/* Definitions before and after advice, where more than the advice could be lost or left over. */

static void a_card_takes_no_other_devices_place(void **state) {
	static const struct {
		const char *before, *after;
	} rows[] = {
		{"hostpci0: 0000:01:00.0\n", "hostpci0: 0000:01:00\n"},
		{"hostpci0: 0000:01:00.0;0000:02:00.0,pcie=1\n",
			"hostpci0: 0000:01:00;0000:02:00.0,pcie=1\n"},
		{"hostpci0: host=02:00.0;01:00.0;01:00.1\n", "hostpci0: 02:00.0;0000:01:00\n"},
		{"hostpci0: 0000:01:00.0\nhostpci1: 0000:01:00.1\n", "hostpci0: 0000:01:00\n"},
		{"hostpci0: 0000:01:00.0\nhostpci1: 01:00.1;02:00,x-vga=1\n",
			"hostpci0: 0000:01:00\nhostpci1: 02:00,x-vga=1\n"},
		{"hostpci0: 0000:02:00.0\n", "hostpci0: 0000:02:00.0\nhostpci1: 0000:01:00\n"},
	};
	const struct change change = {.setting = SETTING_CARD, .address = {.bus = 1}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text document = {0};
		struct error error = {0};

		assert_int_equal(text_add(&document, "%s", rows[i].before), 0);
		assert_int_equal(proxmox_change(&change, &document, &error), 0);
		assert_string_equal(document.data, rows[i].after);
	}
}

/* With that inside <domain>, and that inside <devices>. */
static void read_guest(
	const char *part, const char *device, struct text *ret_document, struct model *ret_model) {
	struct error error = {0};

	assert_int_equal(
		text_add(ret_document,
			"<domain type='kvm'>\n  <name>g</name>\n"
			"  <uuid>6f1d4a52-0000-4000-8000-000000000009</uuid>\n"
			"  <memory unit='MiB'>8192</memory>\n  <vcpu>4</vcpu>\n%s"
			"  <os>\n    <type arch='x86_64' machine='q35'>hvm</type>\n  </os>\n"
			"  <devices>\n%s"
			"    <hostdev mode='subsystem' type='pci' managed='yes'>\n"
			"      <source>\n        <address domain='0x0000' bus='0x03' "
			"slot='0x00' function='0x0'/>\n      </source>\n"
			"    </hostdev>\n  </devices>\n</domain>\n",
			part, device),
		0);
	assert_int_equal(libvirt_read(ret_document, ret_model, &error), 0);
}

static void without_opengl_nothing_is_drawn_in_3d(void **state) {
	static const char *const displays[] = {
		"type='spice'><gl enable='yes'/></graphics>",
		"type='egl-headless'/>",
	};

	for (size_t i = 0; i < COUNT(displays); i++) {
		AUTO_TEXT struct text document = {0};
		AUTO_XML_EDITS struct xml_edits edits = {0};
		const struct change change = {.setting = SETTING_DISPLAY};
		const struct ground ground = {0};
		struct error error = {0};

		assert_int_equal(
			text_add(&document,
				"<domain><devices><graphics %s<video><model type='virtio'>"
				"<acceleration accel3d='yes'/></model></video></devices></domain>",
				displays[i]),
			0);
		assert_int_equal(libvirt_change(&ground, &change, &document, &edits, &error), 0);
		assert_null(strstr(document.data, "<gl"));
		assert_null(strstr(document.data, "egl-headless"));
		assert_non_null(strstr(document.data, "<acceleration accel3d='no'/>"));
		assert_int_equal(edits.count, 2);
	}
}

static void without_opengl_a_command_line_draws_nothing_in_3d(void **state) {
	const struct change change = {.setting = SETTING_DISPLAY};
	const struct ground ground = {0};
	AUTO_TEXT struct text document = {0};
	struct error error = {0};

	assert_int_equal(text_add(&document, "qemu-system-x86_64\n-display gtk,gl=on\n"
					     "-device virtio-vga-gl,id=v\n"
					     "-device virtio-gpu-gl-pci\n-device virtio-gpu-pci\n"),
		0);
	assert_int_equal(qemu_change(&ground, &change, &document, &error), 0);
	assert_string_equal(document.data,
		"qemu-system-x86_64\n-display none\n-device virtio-vga,id=v\n"
		"-device virtio-gpu-pci\n-device virtio-gpu-pci\n");
}

/* libvirt refuses an iothreadpin of a thread that is not there. */
static void only_a_thread_that_is_there_is_pinned(void **state) {
	AUTO_SNAPSHOT struct snapshot snapshot = snapshot_take("amd-desktop");
	static const struct {
		const char *part, *only;
		bool pinned;
	} rows[] = {
		{"", "pinning", false},
		{"", "pinning,iothread", true},
		{"", NULL, true},
		{"  <iothreads>2</iothreads>\n", "pinning", true},
		{"  <iothreads>1</iothreads>\n  <iothreadids><iothread id='4'/></iothreadids>\n",
			NULL, false},
		{"  <iothreadids><iothread id='1'/></iothreadids>\n", "pinning", true},
	};
	struct ground ground;

	assert_int_equal(ground_read(snapshot.machine.root, &snapshot.host, &ground), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_FREE struct model *model = calloc(1, sizeof(*model));
		AUTO_TEXT struct text document = {0};
		AUTO_PROPOSAL struct proposal proposal = {0};
		const struct draft draft = {&document, "g.xml"};
		const struct wishes wishes = {.only = rows[i].only};
		struct error error = {0};
		assert_non_null(model);
		read_guest(rows[i].part,
			"    <disk type='file' device='disk'>\n      <driver name='qemu'/>\n"
			"      <target dev='vda' bus='virtio'/>\n    </disk>\n",
			&document, model);
		assert_int_equal(propose(&ground, model, &wishes, &draft, &proposal, &error), 0);
		assert_non_null(strstr(proposal.after.data, "<vcpupin"));
		assert_int_equal(
			strstr(proposal.after.data, "<iothreadpin") != NULL, rows[i].pinned);
	}
	ground_free(&ground);
}

static void the_pages_that_a_domain_asks_for_are_known(void **state) {
	static const struct {
		const char *part;
		bool uses;
		uint64_t page_kib;
		int node;
		bool strict;
	} rows[] = {
		{"", false, 0, NODE_ANY, false},
		{"<memoryBacking><hugepages/></memoryBacking>", true, 0, NODE_ANY, false},
		{"<memoryBacking><hugepages><page size='1' unit='GiB'/></hugepages></memoryBacking>",
			true, 1 << 20, NODE_ANY, false},
		{"<memoryBacking><hugepages><page size='2048'/></hugepages></memoryBacking>", true,
			2048, NODE_ANY, false},
		{"<memoryBacking><hugepages><page size='1' unit='G' nodeset='0'/></hugepages></memoryBacking>",
			true, HUGEPAGE_UNKNOWN, NODE_ANY, false},
		{"<numatune><memory mode='strict' nodeset='1'/></numatune>", false, 0, 1, true},
		{"<numatune><memory nodeset='1'/></numatune>", false, 0, 1, true},
		{"<numatune><memory mode='preferred' nodeset='1'/></numatune>", false, 0, 1, false},
		{"<numatune><memory mode='interleave' nodeset='0-1'/></numatune>", false, 0,
			NODE_SEVERAL, false},
		{"<numatune><memory placement='auto'/></numatune>", false, 0, NODE_SEVERAL, true},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_FREE struct model *model = calloc(1, sizeof(*model));
		AUTO_TEXT struct text document = {0};

		assert_non_null(model);
		read_guest(rows[i].part, "", &document, model);
		assert_int_equal(model->hugepages, rows[i].uses);
		assert_int_equal(model->hugepage_kib, rows[i].page_kib);
		assert_int_equal(model->node, rows[i].node);
		assert_int_equal(model->node_strict, rows[i].strict);
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_takes_no_other_devices_place),
		cmocka_unit_test(without_opengl_nothing_is_drawn_in_3d),
		cmocka_unit_test(without_opengl_a_command_line_draws_nothing_in_3d),
		cmocka_unit_test(only_a_thread_that_is_there_is_pinned),
		cmocka_unit_test(the_pages_that_a_domain_asks_for_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
