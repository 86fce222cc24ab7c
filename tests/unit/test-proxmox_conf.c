// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/proxmox/conf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/text.h"

static int parse(const char *data, struct proxmox_conf *ret, struct error *error) {
	return proxmox_conf_parse("100.conf", data, strlen(data), ret, error);
}

static void add_hostpci(const struct proxmox_conf *conf, struct text *ret) {
	for (unsigned int i = 0; i < PROXMOX_HOSTPCI_MAX; i++) {
		const struct proxmox_hostpci *hostpci = &conf->hostpci[i];

		if (!hostpci->line) {
			continue;
		}
		assert_int_equal(
			text_add(ret, "hostpci%u@%u=%s", i, hostpci->line, hostpci->mapping), 0);
		for (size_t j = 0; j < hostpci->set.count; j++) {
			char address[ADDRESS_SIZE];

			address_format(hostpci->set.selections[j].address, address);
			if (hostpci->set.selections[j].whole_slot) {
				strcpy(strrchr(address, '.'), ".*");
			}
			assert_int_equal(text_add(ret, "%s%s", j ? ";" : "", address), 0);
		}
		assert_int_equal(text_add(ret, "%s%s ", hostpci->mediated ? ",mdev" : "",
					 hostpci->keep ? ",keep" : ""),
			0);
	}
}

/* All that was read, in a line: "hostpci0@1=0000:01:00.*,keep usb1@2=spice name=x ". */
static void format(const struct proxmox_conf *conf, struct text *ret) {
	static const char *const kinds[] = {
		[PROXMOX_USB_ID] = "id",
		[PROXMOX_USB_PORT] = "port",
		[PROXMOX_USB_SPICE] = "spice",
		[PROXMOX_USB_MAPPING] = "mapping",
	};
	const char *const words[][2] = {
		{"name", conf->name}, {"lock", conf->lock}, {"hookscript", conf->hookscript}};

	assert_int_equal(text_add(ret, "%s", ""), 0);
	add_hostpci(conf, ret);
	for (unsigned int i = 0; i < PROXMOX_USB_MAX; i++) {
		const struct proxmox_usb *usb = &conf->usb[i];

		if (usb->line) {
			assert_int_equal(text_add(ret, "usb%u@%u=%s %s ", i, usb->line,
						 kinds[usb->kind], usb->value),
				0);
		}
	}
	for (size_t i = 0; i < COUNT(words); i++) {
		if (words[i][1][0]) {
			assert_int_equal(text_add(ret, "%s=%s ", words[i][0], words[i][1]), 0);
		}
	}
	assert_int_equal(text_add(ret, "%s", conf->template ? "template " : ""), 0);
	if (conf->args) {
		assert_int_equal(text_add(ret, "args@%u=%.*s", conf->args_line,
					 (int)conf->args_length, conf->args),
			0);
	}
}

static const char *const wanted[][2] = {
	{"", ""},
	{"\n \n\t\n", ""},
	{"cores: 4\nnet0: virtio=BC:24:11:00:00:01,bridge=vmbr0\nscsi0: local-lvm:vm-100-disk-0\n",
		""},

	/* Each key, and how a line may be written. */
	{"hostpci0: 01:00\n", "hostpci0@1=0000:01:00.* "},
	{"hostpci0: 01:00", "hostpci0@1=0000:01:00.* "},
	{"hostpci0:01:00\r\n", "hostpci0@1=0000:01:00.* "},
	{"\n\nhostpci15:   01:00.0,pcie=1,x-vga=1 \t\n", "hostpci15@3=0000:01:00.0 "},
	{"hostpci1: pcie=1,host=0000:01:00.0;0000:01:00.1,romfile=a.rom\n",
		"hostpci1@1=0000:01:00.0;0000:01:00.1 "},
	{"hostpci1: mapping=gpu0,pcie=1\n", "hostpci1@1=gpu0 "},
	{"hostpci1: driver=keep,host=01:00\n", "hostpci1@1=0000:01:00.*,keep "},
	{"hostpci1: 01:00,driver=vfio\n", "hostpci1@1=0000:01:00.* "},
	{"hostpci1: 01:00.4,mdev=nvidia-37\n", "hostpci1@1=0000:01:00.4,mdev "},
	{"hostpci1: 01:00,newer-key=1\n", "hostpci1@1=0000:01:00.* "},
	{"usb0: host=046d:c52b,usb3=1\n", "usb0@1=id 046d:c52b "},
	{"usb0: 0x046D:0xC52B\nusb1: 0x046d:c52b\n", "usb0@1=id 046d:c52b usb1@2=id 046d:c52b "},
	{"usb13: 3-1.4.2\nusb2: 1-11\n", "usb2@2=port 1-11 usb13@1=port 3-1.4.2 "},
	{"usb0: spice\nusb1: host=SPICE,usb3=yes\n", "usb0@1=spice  usb1@2=spice  "},
	{"usb0: mapping=stick\n", "usb0@1=mapping stick "},
	{"name: win11.example\nlock: snapshot-delete\nhookscript: local:snippets/b\303\244ton\n",
		"name=win11.example lock=snapshot-delete hookscript=local:snippets/b\303\244ton "},
	{"template: 1\n", "template "},
	{"template: 0\n", ""},
	{"template: Yes\n", "template "},
	{"args:  -device 'vfio-pci,host=01:00.0'  \n", "args@1=-device 'vfio-pci,host=01:00.0'"},
	{"args: \303\244", "args@1=\303\244"},

	/* The last of two counts, whole. */
	{"hostpci0: 01:00,driver=keep\nhostpci0: mapping=gpu0\n", "hostpci0@2=gpu0 "},
	{"name: a\nname: b\ntemplate: 1\ntemplate: 0\nargs: a\nargs: b\n", "name=b args@6=b"},
	{"usb0: 1-1\nusb0: spice\n", "usb0@2=spice  "},

	/* Descriptions may have any bytes and look like anything. */
	{"#hostpci0: 01:00\n# [x]\n#\377\376\001\ndescription: hostpci0: 01:00\nname: a\n",
		"name=a "},

	/* Only the main section. */
	{"name: a\n\n[PENDING]\nhostpci0: 02:00\ndelete: name\n", "name=a "},
	{"hostpci0: 01:00\n[before]\nhostpci0: 02:00\nsnaptime: 1\n", "hostpci0@1=0000:01:00.* "},
	{"[special:cloudinit]\nname: x\n", ""},
	{"[something newer: 1]\r\nzzz\n", ""},
	{"[]\nzzz\n", ""},
	{"snapstate: delete\nparent: before\n", ""},

	/* Keys that only look like ours. */
	{"name1: \001\nlock-x: 1\nhost: 1\nhostpcix: 1\nna: \001\nnames: \001\n", ""},
	{"a-very-long-key-of-more-than-sixty-three-letters-that-none-of-ours-has: 1\n", ""},
};

static void what_stands_in_the_main_section_is_read(void **state) {
	for (size_t i = 0; i < COUNT(wanted); i++) {
		AUTO_TEXT struct text text = {0};
		struct proxmox_conf conf;
		struct error error = {{0}};

		if (parse(wanted[i][0], &conf, &error) < 0) {
			fail_msg("%s\n%s", wanted[i][0], error.text);
		}
		format(&conf, &text);
		assert_string_equal(text.data, wanted[i][1]);
	}
}

#define NO_KEY                                                                                     \
	"this is neither KEY: VALUE nor a [heading], and Proxmox passes it over: correct it or delete it"
#define NO_PCI(key) "there is no " key ": they go from hostpci0 to hostpci15"

static const char *const refused[][2] = {
	/* No line. */
	{"name: a\nhostpci0 01:00\n", "100.conf:2: " NO_KEY},
	{" hostpci0: 01:00\n", "100.conf:1: " NO_KEY},
	{"HOSTPCI0: 01:00\n", "100.conf:1: " NO_KEY},
	{"hostpci0 : 01:00\n", "100.conf:1: " NO_KEY},
	{"-x: 1\n", "100.conf:1: " NO_KEY},
	{"a0b: 1\n", "100.conf:1: " NO_KEY},
	{"[snapshot\n", "100.conf:1: " NO_KEY},
	{"[a]b]\n", "100.conf:1: " NO_KEY},
	{"[a] b\n", "100.conf:1: " NO_KEY},
	{"\377\376\n", "100.conf:1: " NO_KEY},
	{"\nhostpci0:\n", "100.conf:2: \"hostpci0\" has no value"},
	{"cores: \t\n", "100.conf:1: \"cores\" has no value"},
	{"delete: hostpci0\n", "100.conf:1: \"delete\" stands only below [PENDING]"},

	/* No number. */
	{"hostpci: 01:00\n", "100.conf:1: " NO_PCI("hostpci")},
	{"hostpci16: 01:00\n", "100.conf:1: " NO_PCI("hostpci16")},
	{"hostpci00: 01:00\n", "100.conf:1: " NO_PCI("hostpci00")},
	{"hostpci99999999999999999999: 1\n", "100.conf:1: " NO_PCI("hostpci99999999999999999999")},
	{"usb14: spice\n", "100.conf:1: there is no usb14: they go from usb0 to usb13"},

	/* No device. */
	{"hostpci0: 0A:00\n",
		"100.conf:1: hostpci0: Proxmox takes small letters only: write 0a:00, not 0A:00"},
	{"hostpci0: pcie=1\n", "100.conf:1: hostpci0: neither host= nor mapping= is given"},
	{"hostpci0: ,\n", "100.conf:1: hostpci0: neither host= nor mapping= is given"},
	{"hostpci0: 01:00,mapping=gpu0\n",
		"100.conf:1: hostpci0: host= and mapping= exclude each other"},
	{"hostpci0: 01:00,02:00\n", "100.conf:1: hostpci0: host= is given twice"},
	{"hostpci0: 01:00,host=02:00\n", "100.conf:1: hostpci0: host= is given twice"},
	{"hostpci0: mapping=a0,mapping=b0\n", "100.conf:1: hostpci0: mapping= is given twice"},
	{"hostpci0: 01:00,mdev=a,mdev=b\n", "100.conf:1: hostpci0: mdev= is given twice"},
	{"hostpci0: 01:00,driver=keep,driver=vfio\n",
		"100.conf:1: hostpci0: driver= is given twice"},
	{"hostpci0: 01:00,driver=nvidia\n",
		"100.conf:1: hostpci0: driver=nvidia is neither driver=vfio nor driver=keep"},
	{"hostpci0: mapping=x\n", "100.conf:1: hostpci0: \"x\" is a name that no mapping can have"},
	{"hostpci0: mapping=0gpu\n",
		"100.conf:1: hostpci0: \"0gpu\" is a name that no mapping can have"},
	{"hostpci0: mapping=../gpu\n",
		"100.conf:1: hostpci0: \"../gpu\" is a name that no mapping can have"},
	{"hostpci0: 01:00,mdev=\n", "100.conf:1: hostpci0: \"mdev=\" is not KEY=VALUE"},
	{"hostpci0: 01:00, pcie=1\n",
		"100.conf:1: hostpci0: \" pcie\" is no key: there are no blanks in keys"},
	{"hostpci0: 01:00\377\n", "100.conf:1: hostpci0: this is not plain text"},
	{"hostpci0: 01:00\001\n", "100.conf:1: hostpci0: this is not plain text"},
	{"usb0: usb3=1\n", "100.conf:1: usb0: neither host= nor mapping= is given"},
	{"usb0: 3-\n",
		"100.conf:1: usb0: \"3-\" is no USB device such as 046d:c52b, 3-1.4 or spice"},
	{"usb0: 3-1.\n",
		"100.conf:1: usb0: \"3-1.\" is no USB device such as 046d:c52b, 3-1.4 or spice"},
	{"usb0: 046d:c52bb\n",
		"100.conf:1: usb0: \"046d:c52bb\" is no USB device such as 046d:c52b, 3-1.4 or spice"},
	{"usb0: spice,mapping=stick\n", "100.conf:1: usb0: host= and mapping= exclude each other"},

	/* No value. */
	{"name: a b\n",
		"100.conf:1: name: \"a b\" is no name: at most 239 letters, digits, '-' and '.'"},
	{"name: b\303\244ton\n", "100.conf:1: name: this is not plain text"},
	{"lock: Backup\n", "100.conf:1: lock: \"Backup\" is no lock"},
	{"template: 2\n", "100.conf:1: template: \"2\" is neither 0 nor 1"},
};

static void what_proxmox_does_not_take_is_told_by_line(void **state) {
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct proxmox_conf conf = {.args_line = 99};
		struct error error = {{0}};

		assert_int_equal(parse(refused[i][0], &conf, &error), -EINVAL);
		assert_string_equal(error.text, refused[i][1]);
		assert_int_equal(conf.args_line, 99);
	}
}

static void a_zero_byte_is_no_end(void **state) {
	static const char text[] = "name: a\0b\n";
	struct proxmox_conf conf;
	struct error error;

	assert_int_equal(
		proxmox_conf_parse("100.conf", text, sizeof(text) - 1, &conf, &error), -EINVAL);
	assert_string_equal(error.text, "100.conf:1: there is a zero byte in this line");
}

static void values_have_a_limit(void **state) {
	AUTO_TEXT struct text text = {0};
	struct proxmox_conf conf;
	struct error error;

	assert_int_equal(text_add(&text, "hostpci0: 01:00,romfile=%04072d\n", 1), 0);
	assert_int_equal(parse(text.data, &conf, &error), 0);
	text_free(&text);
	assert_int_equal(text_add(&text, "hostpci0: 01:00,romfile=%04082d\n", 1), 0);
	assert_int_equal(parse(text.data, &conf, &error), -EINVAL);
	assert_string_equal(error.text, "100.conf:1: hostpci0: this is longer than 4095 bytes");
}

static void files_have_a_limit(void **state) {
	AUTO_TEXT struct text text = {0};
	struct proxmox_conf conf;
	struct error error;
	static char line[1 << 20];

	memset(line, '#', sizeof(line));
	for (int i = 0; i < 4; i++) {
		assert_int_equal(text_append(&text, line, sizeof(line)), 0);
	}
	assert_int_equal(parse(text.data, &conf, &error), 0);
	assert_int_equal(text_append(&text, "\n", 1), 0);
	assert_int_equal(parse(text.data, &conf, &error), -EFBIG);
	assert_string_equal(error.text, "100.conf is larger than 4 MiB");
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_stands_in_the_main_section_is_read),
		cmocka_unit_test(what_proxmox_does_not_take_is_told_by_line),
		cmocka_unit_test(a_zero_byte_is_no_end),
		cmocka_unit_test(values_have_a_limit),
		cmocka_unit_test(files_have_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
