// SPDX-License-Identifier: GPL-2.0-or-later
#include "request/domain_xml.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

#define UUID "4dea22b3-1d52-d8f3-2516-782e98ab3fa0"
#define KEY  "libvirt:" UUID

/* A guest around what is looked at, which has the second line to itself. */
#define GUEST(inside)                                                                              \
	"<domain type='kvm' id='1'><name>win11</name><uuid>" UUID "</uuid>\n" inside "\n</domain>"
#define DEVICES(inside) GUEST("<devices>" inside "</devices>")
#define HOSTDEV(source) "<hostdev mode='subsystem' type='pci' managed='yes'>" source "</hostdev>"
#define CARD            "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>"
#define SOURCE          "<source>" CARD "</source>"

static int parse(const char *xml, struct request *ret, struct error *error) {
	return domain_xml_parse(xml, strlen(xml), ret, error);
}

/* The devices in a line: "0000:01:00.0 0000:02:00.0=xe-vfio-pci later". */
static void format(const struct request *request, struct text *ret) {
	assert_int_equal(text_add(ret, "%s", ""), 0);
	for (size_t i = 0; i < request->device_count; i++) {
		const struct request_device *device = &request->devices[i];
		char address[ADDRESS_SIZE];

		assert_int_equal(text_add(ret, "%s%s%s%s", i ? " " : "",
					 address_format(device->address, address),
					 device->driver[0] ? "=" : "", device->driver),
			0);
	}
	if (request->later) {
		assert_int_equal(text_add(ret, "%slater", ret->length ? " " : ""), 0);
	}
}

static const struct wanted {
	const char *xml;
	const char *devices;
} wanted[] = {
	/* Nothing. */
	{GUEST(""), ""},
	{GUEST("<devices/>"), ""},
	{DEVICES("<emulator>/usr/bin/qemu-system-x86_64</emulator>"), ""},

	/* Each element that hands a device over. */
	{DEVICES(HOSTDEV(SOURCE)), "0000:01:00.0"},
	{DEVICES("<hostdev mode='subsystem' type='pci' managed='no'>" SOURCE "</hostdev>"),
		"0000:01:00.0"},
	{DEVICES("<hostdev type='pci'>" SOURCE "</hostdev>"), "0000:01:00.0"},
	{DEVICES("<interface type='hostdev' managed='yes'><mac address='52:54:00:6d:90:02'/>"
		 "<source><address type='pci' domain='0x0000' bus='0x03' slot='0x10' "
		 "function='0x2'/></source></interface>"),
		"0000:03:10.2"},
	{DEVICES("<interface type='hostdev'>" SOURCE "</interface>"), "0000:01:00.0"},
	{DEVICES("<disk type='nvme' device='disk'><driver name='qemu' type='raw'/>"
		 "<source type='pci' managed='yes' namespace='1'>" CARD
		 "</source><target dev='vda' bus='virtio'/></disk>"),
		"0000:01:00.0"},
	{DEVICES("<disk type='file'><source file='/a.qcow2'/>"
		 "<backingStore type='nvme'><source type='pci' namespace='1'>" CARD
		 "</source></backingStore></disk>"),
		"0000:01:00.0"},
	{DEVICES("<disk type='file'><source file='/a'/><backingStore type='block'>"
		 "<backingStore type='nvme'><source><address bus='2'/></source>"
		 "<backingStore/></backingStore></backingStore></disk>"),
		"0000:02:00.0"},
	{DEVICES("<disk type='nvme'><source>" CARD "</source><backingStore type='nvme'>"
		 "<source><address bus='2'/></source></backingStore></disk>"),
		"0000:02:00.0 0000:01:00.0"},

	/* Several, in their order; one that is there twice is one. */
	{DEVICES(HOSTDEV("<source><address bus='1' function='1'/></source>") HOSTDEV(SOURCE)),
		"0000:01:00.1 0000:01:00.0"},
	{DEVICES(HOSTDEV(SOURCE) HOSTDEV(SOURCE)), "0000:01:00.0"},
	{GUEST("<devices>" HOSTDEV(SOURCE) "</devices><devices>" HOSTDEV(
		 "<source><address bus='2'/></source>") "</devices>"),
		"0000:01:00.0 0000:02:00.0"},

	/* The guest's address is not the host's, wherever it stands. */
	{DEVICES(HOSTDEV(SOURCE "<address type='pci' domain='0x0000' bus='0x05' slot='0x00' "
				"function='0x0'/>")),
		"0000:01:00.0"},
	{DEVICES(HOSTDEV("<address type='pci' bus='0x05'/>" SOURCE)), "0000:01:00.0"},
	{DEVICES(HOSTDEV(SOURCE "<address type='unassigned'/>")), "0000:01:00.0"},
	{DEVICES("<interface type='hostdev'><source><address type='pci' bus='3'/></source>"
		 "<address type='pci' bus='0x07'/></interface>"),
		"0000:03:00.0"},
	{DEVICES("<disk type='nvme'>" SOURCE "<address type='pci' bus='0x04'/></disk>"),
		"0000:01:00.0"},
	{DEVICES("<controller type='usb'><address type='pci' bus='0x02'/></controller>"), ""},

	/* Numbers as libvirt reads them. */
	{DEVICES(HOSTDEV("<source><address domain='0' bus='1' slot='0' function='0'/></source>")),
		"0000:01:00.0"},
	{DEVICES(HOSTDEV("<source><address domain='1' bus='16' slot='31' function='7'/></source>")),
		"0001:10:1f.7"},
	{DEVICES(HOSTDEV("<source><address bus='010' slot='017' function='07'/></source>")),
		"0000:08:0f.7"},
	{DEVICES(HOSTDEV("<source><address bus='0X1f' slot='0x1F' function='00'/></source>")),
		"0000:1f:1f.0"},
	{DEVICES(HOSTDEV("<source><address domain='0x10000' bus='0xe1'/></source>")),
		"10000:e1:00.0"},
	{DEVICES(HOSTDEV("<source><address domain='0xffffffff' bus='0xff'/></source>")),
		"ffffffff:ff:00.0"},
	{DEVICES(HOSTDEV("<source><address bus='1'/></source>")), "0000:01:00.0"},
	{DEVICES(HOSTDEV("<source><address slot='2'/></source>")), "0000:00:02.0"},
	{DEVICES(HOSTDEV("<source><address/></source>")), "0000:00:00.0"},
	{DEVICES(HOSTDEV("<source><address bus='1' multifunction='on'/></source>")),
		"0000:01:00.0"},
	{DEVICES(HOSTDEV("<source><address bus='&#x31;'/></source>")), "0000:01:00.0"},

	/* The driver that the definition asks for. */
	{DEVICES(HOSTDEV("<driver name='vfio'/>" SOURCE)), "0000:01:00.0"},
	{DEVICES(HOSTDEV("<driver name='vfio' model='xe-vfio-pci'/>" SOURCE)),
		"0000:01:00.0=xe-vfio-pci"},
	{DEVICES(HOSTDEV(SOURCE "<driver model='mlx5_vfio_pci' iommufd='yes'/>")),
		"0000:01:00.0=mlx5_vfio_pci"},
	{DEVICES("<interface type='hostdev'><driver name='vfio' model='mlx5_vfio_pci'/>" SOURCE
		 "</interface>"),
		"0000:01:00.0=mlx5_vfio_pci"},
	{DEVICES("<disk type='nvme'><driver name='qemu' model='no'/>" SOURCE "</disk>"),
		"0000:01:00.0"},

	/* A pool's virtual function is told only by its team. */
	{DEVICES("<interface type='network'><source network='default'/></interface>"), ""},
	{DEVICES("<interface type='network'><source network='pool'/>"
		 "<teaming type='transient' persistent='ua-backup0'/></interface>"),
		"later"},
	{DEVICES("<interface type='network'><teaming type='persistent'/></interface>"), ""},
	{DEVICES("<interface type='hostdev'>" SOURCE
		 "<teaming type='transient' persistent='ua-backup0'/></interface>"),
		"0000:01:00.0"},

	/* What looks like a device of the host and is none. */
	{DEVICES("<hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/>"
		 "<product id='0xbeef'/><address bus='3' device='5'/></source></hostdev>"),
		""},
	{DEVICES("<hostdev mode='subsystem' type='scsi'><source><adapter name='scsi_host0'/>"
		 "<address bus='0' target='0' unit='0'/></source></hostdev>"),
		""},
	{DEVICES("<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source>"
		 "<address uuid='c2177883-f1bb-47f0-914d-32a22e3a8804'/></source></hostdev>"),
		""},
	{DEVICES("<hostdev mode='capabilities' type='storage'><source><block>/dev/sdf1</block>"
		 "</source></hostdev>"),
		""},
	{DEVICES("<interface type='hostdev'><source><address type='usb' bus='1' device='2'/>"
		 "</source></interface>"),
		""},
	{DEVICES("<interface type='vdpa'><source dev='/dev/vhost-vdpa-0'/></interface>"), ""},
	{DEVICES("<disk type='file'><source file='/a'>" CARD "</source></disk>"), ""},
	{DEVICES("<disk type='file'><mirror type='nvme'>" SOURCE "</mirror></disk>"), ""},
	{GUEST("<metadata><x:a xmlns:x='urn:x'>" HOSTDEV(SOURCE) "</x:a></metadata>"), ""},
	{GUEST("<metadata><devices>" HOSTDEV(SOURCE) "</devices></metadata>"), ""},
	{GUEST(HOSTDEV(SOURCE)), ""},
	{DEVICES("<group>" HOSTDEV(SOURCE) "</group>"), ""},
	{DEVICES("<hostdev xmlns='urn:x' type='pci'>" SOURCE "</hostdev>"), ""},
	{DEVICES("<x:hostdev xmlns:x='urn:x' type='pci'>" SOURCE "</x:hostdev>"), ""},
	{DEVICES("<!-- " HOSTDEV(SOURCE) " -->"), ""},
	{DEVICES("<![CDATA[" HOSTDEV(SOURCE) "]]>"), ""},
	{GUEST("<description>&lt;hostdev type='pci'/&gt;</description>"), ""},
	{DEVICES(HOSTDEV("<rom file='/x.rom'><address bus='9'/></rom>" SOURCE)), "0000:01:00.0"},

	/* How a text may be written. */
	{"<?xml version='1.0' encoding='utf-8'?>" GUEST(""), ""},
	{"<?xml version='1.0' encoding='US-ASCII'?>\n<!-- made by hand -->\n" GUEST("") "\n", ""},
	{"\xef\xbb\xbf" GUEST(""), ""},
	{"<domain xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'><name>a</name>"
	 "<uuid>" UUID
	 "</uuid><qemu:commandline><qemu:arg value='-S'/></qemu:commandline></domain>",
		""},
};

static void every_device_that_a_start_detaches_is_wanted(void **state) {
	for (size_t i = 0; i < COUNT(wanted); i++) {
		struct error error = {{0}};
		struct request request;
		AUTO_TEXT struct text devices = {0};

		if (parse(wanted[i].xml, &request, &error) < 0) {
			fail_msg("%s\n%s", wanted[i].xml, error.text);
		}
		format(&request, &devices);
		if (strcmp(devices.data, wanted[i].devices) != 0) {
			fail_msg("%s\nwants \"%s\", not \"%s\"", wanted[i].xml, devices.data,
				wanted[i].devices);
		}
		assert_string_equal(request.guest, KEY);
	}
}

static const struct refused {
	const char *xml;
	const char *sentence;
} refused[] = {
	/* No XML. */
	{"", "domain XML, line 1, column 1: no element found"},
	{"\n\n win11", "domain XML, line 3, column 2: syntax error"},
	{"<domain>\n<name></domain>", "domain XML, line 2, column 9: mismatched tag"},
	{GUEST("") GUEST(""), "domain XML, line 3, column 10: junk after document element"},
	{"<domain><name>a&nbsp;b</name></domain>",
		"domain XML, line 1, column 16: undefined entity"},
	{"<domain><name a='1' a='2'/></domain>",
		"domain XML, line 1, column 21: duplicate attribute"},
	{"<domain><x:y/></domain>", "domain XML, line 1, column 9: unbound prefix"},

	/* No guest. */
	{"<network/>", "domain XML, line 1, column 1: this is not a <domain>"},
	{"<domstatus>" GUEST("") "</domstatus>",
		"domain XML, line 1, column 1: this is not a <domain>"},
	{"<domain xmlns='urn:x'/>", "domain XML, line 1, column 1: this is not a <domain>"},
	{"<domain><name>a</name></domain>", "domain XML: there is no <uuid>"},
	{"<domain><uuid>" UUID "</uuid></domain>", "domain XML: there is no <name>"},
	{"<domain><name/><uuid>" UUID "</uuid></domain>", "domain XML: there is no <name>"},
	{"<domain><name>a</name><metadata><uuid>" UUID "</uuid></metadata></domain>",
		"domain XML: there is no <uuid>"},
	{"<domain><name>a</name><uuid>../../etc/passwd</uuid></domain>",
		"domain XML: its <uuid> is not a UUID"},
	{"<domain><name>a</name><uuid>4dea22b31d52d8f32516782e98ab3fa0</uuid></domain>",
		"domain XML: its <uuid> is not a UUID"},
	{"<domain><name>a</name><uuid>4dea22b3-1d52-d8f3-2516-782e98ab3fa</uuid></domain>",
		"domain XML: its <uuid> is not a UUID"},
	{"<domain><name>a</name><uuid>" UUID "0</uuid></domain>",
		"domain XML, line 1, column 29: this is longer than 36 bytes"},
	{GUEST("<uuid>" UUID "</uuid>"), "domain XML, line 2, column 1: there is a second <uuid>"},
	{GUEST("<name>b</name>"), "domain XML, line 2, column 1: there is a second <name>"},

	/* Addresses. */
	{DEVICES(HOSTDEV("<source><address bus='08'/></source>")),
		"domain XML, line 2, column 69: bus='08' of an address is not a number from 0 to 0xff"},
	{DEVICES(HOSTDEV("<source><address slot='0x20'/></source>")),
		"domain XML, line 2, column 69: slot='0x20' of an address is not a number from 0 to 0x1f"},
	{DEVICES(HOSTDEV("<source><address function='8'/></source>")),
		"domain XML, line 2, column 69: function='8' of an address is not a number from 0 to 0x7"},
	{DEVICES(HOSTDEV("<source><address bus='256'/></source>")),
		"domain XML, line 2, column 69: bus='256' of an address is not a number from 0 to 0xff"},
	{DEVICES(HOSTDEV("<source><address domain='0x100000000'/></source>")),
		"domain XML, line 2, column 69: domain='0x100000000' of an address is not a number from 0 to 0xffffffff"},
	{DEVICES(HOSTDEV("<source><address domain='99999999999999999999999'/></source>")),
		"domain XML, line 2, column 69: domain='99999999999999999999999' of an address is not a number from 0 to 0xffffffff"},
	{DEVICES(HOSTDEV("<source><address bus='-1'/></source>")),
		"domain XML, line 2, column 69: bus='-1' of an address is not a number from 0 to 0xff"},
	{DEVICES(HOSTDEV("<source><address bus=''/></source>")),
		"domain XML, line 2, column 69: bus='' of an address is not a number from 0 to 0xff"},
	{DEVICES(HOSTDEV("<source><address bus='0x'/></source>")),
		"domain XML, line 2, column 69: bus='0x' of an address is not a number from 0 to 0xff"},
	{DEVICES(HOSTDEV("<source><address bus='1 '/></source>")),
		"domain XML, line 2, column 69: bus='1%20' of an address is not a number from 0 to 0xff"},
	{DEVICES(HOSTDEV("<source><address bus='1&#10;root: all is well'/></source>")),
		"domain XML, line 2, column 69: bus='1%0aroot:%20all%20is%20well' of an address is not a number from 0 to 0xff"},
	{DEVICES(HOSTDEV(SOURCE SOURCE)),
		"domain XML, line 2, column 150: a device has a second source address"},
	{DEVICES(HOSTDEV("")),
		"domain XML, line 2, column 61: the device that ends here has no source address"},
	{DEVICES(HOSTDEV("<source/><address type='pci' bus='5'/>")),
		"domain XML, line 2, column 99: the device that ends here has no source address"},
	{DEVICES("<interface type='hostdev'><address type='pci' bus='5'/></interface>"),
		"domain XML, line 2, column 65: the device that ends here has no source address"},
	{DEVICES("<disk type='nvme'/>"),
		"domain XML, line 2, column 29: the device that ends here has no source address"},

	/* Drivers. */
	{DEVICES(HOSTDEV("<driver model='../../x'/>" SOURCE)),
		"domain XML, line 2, column 61: the model of this <driver> is a name that no driver can have"},
	{DEVICES(HOSTDEV("<driver model=''/>" SOURCE)),
		"domain XML, line 2, column 61: the model of this <driver> is a name that no driver can have"},
	{DEVICES(HOSTDEV("<driver model='a'/>" SOURCE) HOSTDEV("<driver model='b'/>" SOURCE)),
		"domain XML, line 2, column 322: 0000:01:00.0 is wanted twice, with driver a and with driver b"},

	/* Hostile. */
	{"<!DOCTYPE domain SYSTEM 'file:///etc/passwd'>" GUEST(""),
		"domain XML, line 1, column 45: a guest's definition has no document type (<!DOCTYPE>)"},
	{"<!DOCTYPE domain [<!ENTITY x SYSTEM 'file:///etc/shadow'>]>\n"
	 "<domain><name>&x;</name></domain>",
		"domain XML, line 1, column 18: a guest's definition has no document type (<!DOCTYPE>)"},
	{"<!DOCTYPE domain [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>\n"
	 "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;'>]>\n"
	 "<domain><name>&d;</name></domain>",
		"domain XML, line 1, column 18: a guest's definition has no document type (<!DOCTYPE>)"},
	{"<!DOCTYPE domain [<!ENTITY % p SYSTEM 'http://host/x.dtd'> %p;]>" GUEST(""),
		"domain XML, line 1, column 18: a guest's definition has no document type (<!DOCTYPE>)"},
	{"<domain><name>a</name><uuid>&uuid;</uuid></domain>",
		"domain XML, line 1, column 29: undefined entity"},

	/* Encodings. */
	{"<?xml version='1.0' encoding='ISO-8859-1'?><domain><name>\xe9</name></domain>",
		"domain XML, line 1, column 1: the encoding is ISO-8859-1, and only UTF-8 is read"},
	{"<?xml version='1.0' encoding='UTF-16'?><domain/>",
		"domain XML, line 1, column 1: the encoding is UTF-16, and only UTF-8 is read"},
	{"<domain><name>caf\xe9</name></domain>",
		"domain XML, line 1, column 18: not well-formed (invalid token)"},
	{"<domain><name>\xed\xa0\x80</name></domain>",
		"domain XML, line 1, column 15: not well-formed (invalid token)"},
	{"<domain><name>\xc0\xaf</name></domain>",
		"domain XML, line 1, column 15: not well-formed (invalid token)"},
	{"\xff\xfe<", "the domain XML is UTF-16 or UTF-32, and only UTF-8 is read"},
};

static void what_is_wrong_is_told_by_line_and_column(void **state) {
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct error error = {{0}};
		struct request request, before;

		memset(&before, 0x5a, sizeof(before));
		memcpy(&request, &before, sizeof(before));
		assert_int_equal(parse(refused[i].xml, &request, &error), -EINVAL);
		if (strcmp(error.text, refused[i].sentence) != 0) {
			fail_msg("%s\nsays \"%s\"\nnot  \"%s\"", refused[i].xml, error.text,
				refused[i].sentence);
		}
		assert_memory_equal(&request, &before, sizeof(before));
	}
}

/* The name is for people and may be anything; the key comes from the UUID alone. */
static void a_name_never_reaches_the_key(void **state) {
	static const char *const names[][2] = {
		{"../../x y%", "../../x y%"},
		{"/etc/passwd", "/etc/passwd"},
		{"a &amp; b &lt;c&gt; &#x1F600;", "a & b <c> \xf0\x9f\x98\x80"},
		{"<![CDATA[<name>]]>", "<name>"},
		{"a<!-- b -->c", "ac"},
		{"$(reboot)`reboot`'\"", "$(reboot)`reboot`'\""},
		{"%s%n", "%s%n"},
	};

	for (size_t i = 0; i < COUNT(names); i++) {
		char xml[256], title[64];
		struct request request;

		snprintf(xml, sizeof(xml),
			"<domain><name>%s</name><uuid>4DEA22B3-1D52-D8F3-2516-782E98AB3FA0</uuid></domain>",
			names[i][0]);
		snprintf(title, sizeof(title), "libvirt:%s", names[i][1]);
		assert_int_equal(parse(xml, &request, NULL), 0);
		assert_string_equal(request.title, title);
		assert_string_equal(request.guest, KEY);
	}
}

static void a_name_is_at_most_as_long_as_a_file_s(void **state) {
	char name[257], xml[512];
	struct request request;
	struct error error;

	memset(name, 'n', sizeof(name));
	snprintf(xml, sizeof(xml), "<domain><name>%.255s</name><uuid>%s</uuid></domain>", name,
		UUID);
	assert_int_equal(parse(xml, &request, &error), 0);
	assert_int_equal(strlen(request.title), strlen("libvirt:") + 255);

	snprintf(xml, sizeof(xml), "<domain><name>%.256s</name><uuid>%s</uuid></domain>", name,
		UUID);
	assert_int_equal(parse(xml, &request, &error), -EINVAL);
	assert_string_equal(
		error.text, "domain XML, line 1, column 15: this is longer than 255 bytes");
}

static void losses_are_allowed_unless_configured(void **state) {
	struct request request;

	memset(&request, 0x5a, sizeof(request));
	assert_int_equal(parse(GUEST(""), &request, NULL), 0);
	assert_int_equal(request.policy.losses, CONSENT_ALLOW);
	assert_false(request.later);
}

static void two_bytes_a_character_are_refused(void **state) {
	static const char plain[] = GUEST("");
	char wide[2 + 2 * sizeof(plain)];

	for (int big = 0; big < 2; big++) {
		for (int mark = 0; mark < 2; mark++) {
			struct request request;
			struct error error;
			size_t length = 0;

			if (mark) {
				wide[length++] = (char)(big ? 0xfe : 0xff);
				wide[length++] = (char)(big ? 0xff : 0xfe);
			}
			for (const char *c = plain; *c; c++) {
				wide[length++] = big ? '\0' : *c;
				wide[length++] = big ? *c : '\0';
			}
			assert_int_equal(domain_xml_parse(wide, length, &request, &error), -EINVAL);
			assert_string_equal(error.text,
				"the domain XML is UTF-16 or UTF-32, and only UTF-8 is read");
		}
	}
}

static void nothing_larger_than_the_limit_is_read(void **state) {
	static const char head[] = GUEST("") "<!--", tail[] = "-->";
	size_t size = (size_t)10 << 20;
	AUTO_FREE char *xml = malloc(size);
	struct request request;
	struct error error;

	assert_non_null(xml);
	memset(xml, 'x', size);
	memcpy(xml, head, sizeof(head) - 1);
	assert_int_equal(domain_xml_parse(xml, size, &request, &error), -EFBIG);
	assert_string_equal(error.text, "the domain XML is larger than 8 MiB");
	assert_int_equal(domain_xml_parse(xml, DOMAIN_XML_MAX, &request, &error), -EINVAL);
	memcpy(xml + DOMAIN_XML_MAX - 3, tail, 3);
	assert_int_equal(domain_xml_parse(xml, DOMAIN_XML_MAX, &request, &error), 0);
}

/* A guest with elements nested count deep in all. */
static void nest(size_t count, struct text *ret) {
	assert_int_equal(text_add(ret, "<domain><name>a</name><uuid>%s</uuid>", UUID), 0);
	for (size_t i = 1; i < count; i++) {
		assert_int_equal(text_add(ret, "<a>"), 0);
	}
	for (size_t i = 1; i < count; i++) {
		assert_int_equal(text_add(ret, "</a>"), 0);
	}
	assert_int_equal(text_add(ret, "</domain>"), 0);
}

static void nothing_deeper_than_the_limit_is_read(void **state) {
	AUTO_TEXT struct text fits = {0}, too_deep = {0};
	struct request request;
	struct error error;

	nest(256, &fits);
	assert_int_equal(domain_xml_parse(fits.data, fits.length, &request, &error), 0);
	nest(257, &too_deep);
	assert_int_equal(
		domain_xml_parse(too_deep.data, too_deep.length, &request, &error), -EINVAL);
	assert_string_equal(error.text,
		"domain XML, line 1, column 837: elements are nested more than 256 deep");
}

static void at_most_64_devices_are_wanted(void **state) {
	for (unsigned int count = 64; count <= 65; count++) {
		AUTO_TEXT struct text xml = {0};
		struct request request;
		struct error error;

		assert_int_equal(
			text_add(&xml, "<domain><name>a</name><uuid>%s</uuid><devices>", UUID), 0);
		for (unsigned int i = 0; i < count; i++) {
			assert_int_equal(text_add(&xml,
						 "<hostdev type='pci'><source><address bus='%u'/>"
						 "</source></hostdev>",
						 i),
				0);
		}
		assert_int_equal(text_add(&xml, "</devices></domain>"), 0);
		assert_int_equal(domain_xml_parse(xml.data, xml.length, &request, &error),
			count == 64 ? 0 : -E2BIG);
	}
}

/* What libvirt 9.0 pipes into a hook's stdin at `prepare begin`, shortened. */
static const char live[] =
	"<domain type='kvm'>\n"
	"  <name>win11</name>\n"
	"  <uuid>" UUID "</uuid>\n"
	"  <metadata>\n"
	"    <libosinfo:libosinfo xmlns:libosinfo=\"http://libosinfo.org/xmlns/libvirt/domain/1.0\">\n"
	"      <libosinfo:os id=\"http://microsoft.com/win/11\"/>\n"
	"    </libosinfo:libosinfo>\n"
	"  </metadata>\n"
	"  <memory unit='KiB'>8388608</memory>\n"
	"  <devices>\n"
	"    <emulator>/usr/bin/qemu-system-x86_64</emulator>\n"
	"    <disk type='file' device='disk'>\n"
	"      <driver name='qemu' type='qcow2'/>\n"
	"      <source file='/var/lib/libvirt/images/win11.qcow2' index='1'/>\n"
	"      <backingStore/>\n"
	"      <target dev='sda' bus='sata'/>\n"
	"      <address type='drive' controller='0' bus='0' target='0' unit='0'/>\n"
	"    </disk>\n"
	"    <interface type='network'>\n"
	"      <mac address='52:54:00:aa:bb:cc'/>\n"
	"      <source network='default'/>\n"
	"      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>\n"
	"    </interface>\n"
	"    <hostdev mode='subsystem' type='pci' managed='yes'>\n"
	"      <driver name='vfio'/>\n"
	"      <source>\n"
	"        <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>\n"
	"      </source>\n"
	"      <alias name='hostdev0'/>\n"
	"      <rom file='/usr/share/vgabios/card.rom'/>\n"
	"      <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>\n"
	"    </hostdev>\n"
	"    <hostdev mode='subsystem' type='pci' managed='yes'>\n"
	"      <source>\n"
	"        <address domain='0x0000' bus='0x01' slot='0x00' function='0x1'/>\n"
	"      </source>\n"
	"      <address type='unassigned'/>\n"
	"    </hostdev>\n"
	"  </devices>\n"
	"</domain>\n";

static void a_text_that_ends_early_is_never_taken_for_a_guest(void **state) {
	struct request request;
	AUTO_TEXT struct text devices = {0};

	for (size_t length = 0; length < strlen(live) - 1; length++) {
		/* A copy of just that length, so that reading past it is noticed. */
		AUTO_FREE char *part = malloc(length ? length : 1);

		assert_non_null(part);
		memcpy(part, live, length);
		assert_int_equal(domain_xml_parse(part, length, &request, NULL), -EINVAL);
	}
	assert_int_equal(domain_xml_parse(live, strlen(live) - 1, &request, NULL), 0);
	format(&request, &devices);
	assert_string_equal(devices.data, "0000:01:00.0 0000:01:00.1");
	assert_string_equal(request.title, "libvirt:win11");
}

/* Whatever single byte is wrong: an error, or a guest with the same key and sound devices. */
static void a_wrong_byte_never_makes_another_key(void **state) {
	static const char bytes[] = {'\0', '<', '&', '\'', '0', (char)0xff};
	char xml[sizeof(live)];

	for (size_t at = 0; at < sizeof(live) - 1; at++) {
		bool in_uuid = at >= (size_t)(strstr(live, UUID) - live) &&
			       at < (size_t)(strstr(live, UUID) - live) + strlen(UUID);

		for (size_t i = 0; i < sizeof(bytes); i++) {
			struct request request;

			memcpy(xml, live, sizeof(live));
			xml[at] = bytes[i];
			if (domain_xml_parse(xml, sizeof(live) - 1, &request, NULL) < 0) {
				continue;
			}
			assert_true(in_uuid || strcmp(request.guest, KEY) == 0);
			assert_in_range(request.device_count, 0, 2);
		}
	}
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_device_that_a_start_detaches_is_wanted),
		cmocka_unit_test(what_is_wrong_is_told_by_line_and_column),
		cmocka_unit_test(a_name_never_reaches_the_key),
		cmocka_unit_test(a_name_is_at_most_as_long_as_a_file_s),
		cmocka_unit_test(losses_are_allowed_unless_configured),
		cmocka_unit_test(two_bytes_a_character_are_refused),
		cmocka_unit_test(nothing_larger_than_the_limit_is_read),
		cmocka_unit_test(nothing_deeper_than_the_limit_is_read),
		cmocka_unit_test(at_most_64_devices_are_wanted),
		cmocka_unit_test(a_text_that_ends_early_is_never_taken_for_a_guest),
		cmocka_unit_test(a_wrong_byte_never_makes_another_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
