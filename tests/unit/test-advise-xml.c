// SPDX-License-Identifier: GPL-2.0-or-later
#include "advise/xml_edit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "<!-- <a> -->\n<domain type=\"kvm\"\n  id='7'>\n"

static int edit(
	struct text *document, enum xml_edit_kind kind, const char *path, const char *value) {
	struct xml_edit edit = {.kind = kind};
	struct error error = {0};
	int r;

	assert_int_equal(name_set(edit.path, sizeof(edit.path), path), 0);
	assert_int_equal(name_set(edit.value, sizeof(edit.value), value), 0);
	r = xml_edit(document, &edit, &error);
	assert_true(r >= 0 || error.text[0]);
	return r;
}

static void an_edit_changes_its_place_and_not_a_byte_more(void **state) {
	static const struct {
		const char *before;
		enum xml_edit_kind kind;
		const char *path, *value, *after;
	} rows[] = {
		{HEAD "</domain>", XML_SET, "./@type", "qemu",
			"<!-- <a> -->\n<domain type=\"qemu\"\n  id='7'>\n</domain>"},
		{HEAD "  <cpu mode = 'custom'  />\n</domain>\n", XML_SET, "./cpu/@mode", "a'<&\"",
			HEAD "  <cpu mode = 'a&apos;&lt;&amp;&quot;'  />\n</domain>\n"},
		{HEAD "  <cpu/>\n</domain>", XML_SET, "./cpu/@mode", "x",
			HEAD "  <cpu mode='x'/>\n</domain>"},
		{HEAD "  <cpu />\n</domain>", XML_SET, "./cpu/@mode", "x",
			HEAD "  <cpu mode='x' />\n</domain>"},
		{HEAD "  <vcpu>8</vcpu>\n</domain>", XML_SET, "./iothreads", "1",
			HEAD "  <vcpu>8</vcpu>\n  <iothreads>1</iothreads>\n</domain>"},
		{HEAD "  <os/>\n</domain>", XML_SET, "./cputune/vcpupin[@vcpu='3']/@cpuset", "9",
			HEAD
			"  <cputune>\n    <vcpupin vcpu='3' cpuset='9'/>\n  </cputune>\n  <os/>\n</domain>"},
		{HEAD "  <cputune/>\n</domain>", XML_SET, "./cputune/vcpupin[@vcpu='3']/@cpuset",
			"9",
			HEAD
			"  <cputune>\n    <vcpupin vcpu='3' cpuset='9'/>\n  </cputune>\n</domain>"},
		{HEAD "  <a/>\n</domain>", XML_CREATE, "./memoryBacking/hugepages", "",
			HEAD
			"  <memoryBacking>\n    <hugepages/>\n  </memoryBacking>\n  <a/>\n</domain>"},
		{HEAD "  <devices>\n    <video/>\n    <memballoon/>\n  </devices>\n</domain>",
			XML_SET, "./devices/hostdev[1]/@type", "pci",
			HEAD
			"  <devices>\n    <video/>\n    <hostdev type='pci'/>\n    <memballoon/>\n  </devices>\n</domain>"},
		{HEAD "  <a>\n    <b/>\n    <c/>\n  </a>\n</domain>", XML_DELETE, "./a/b", "",
			HEAD "  <a>\n    <c/>\n  </a>\n</domain>"},
		{HEAD "  <a x='1'>\n    <b/>\n  </a>\n</domain>", XML_DELETE, "./a/b", "",
			HEAD "  <a x='1'/>\n</domain>"},
		{HEAD "  <a x='1'  y='2'/>\n</domain>", XML_DELETE, "./a/@y", "",
			HEAD "  <a x='1'/>\n</domain>"},
		{HEAD "  <a x='>' y='/>'/>\n</domain>", XML_SET, "./a/@y", "z",
			HEAD "  <a x='>' y='z'/>\n</domain>"},
		{HEAD "  <d n='1'/><d n='2'/>\n</domain>", XML_SET, "./d[2]/@n", "3",
			HEAD "  <d n='1'/><d n='3'/>\n</domain>"},
		{HEAD "  <size unit='M'>16</size>\n</domain>", XML_SET, "./size", "32",
			HEAD "  <size unit='M'>32</size>\n</domain>"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text document = {0};

		assert_int_equal(text_add(&document, "%s", rows[i].before), 0);
		assert_int_equal(edit(&document, rows[i].kind, rows[i].path, rows[i].value), 1);
		assert_string_equal(document.data, rows[i].after);
	}
}

static void what_is_so_already_stays(void **state) {
	static const struct {
		enum xml_edit_kind kind;
		const char *path, *value;
	} rows[] = {
		{XML_SET, "./@type", "kvm"},
		{XML_SET, "./name", "x & y"},
		{XML_CREATE, "./name", ""},
		{XML_DELETE, "./nothing", ""},
		{XML_DELETE, "./name/@nothing", ""},
		{XML_DELETE, "./name/a/b/c", ""},
	};
	const char *text = "<domain type='kvm'><name> x &amp; y </name></domain>";

	for (size_t i = 0; i < COUNT(rows); i++) {
		AUTO_TEXT struct text document = {0};

		assert_int_equal(text_add(&document, "%s", text), 0);
		assert_int_equal(edit(&document, rows[i].kind, rows[i].path, rows[i].value), 0);
		assert_string_equal(document.data, text);
	}
}

static void a_path_that_is_none_is_told(void **state) {
	static const char *const paths[] = {
		"./a[", "./a[@b]", "./a[@b=c]", "./a[0]", "./a[x]", "./[1]", "./a[@b='c]"};

	for (size_t i = 0; i < COUNT(paths); i++) {
		AUTO_TEXT struct text document = {0};

		assert_int_equal(text_add(&document, "<a/>"), 0);
		assert_int_equal(edit(&document, XML_SET, paths[i], "x"), -EINVAL);
		assert_string_equal(document.data, "<a/>");
	}
	{
		AUTO_TEXT struct text document = {0};

		assert_int_equal(text_add(&document, "<a/>"), 0);
		assert_int_equal(edit(&document, XML_DELETE, ".", ""), -EINVAL);
	}
}

static void values_are_read_where_they_stand(void **state) {
	static const char text[] = "<d><disk a='1'/><disk a='2' b='&lt;&#65;'>in <x/>it</disk>"
				   "<m:o xmlns:m='y' id='z'/></d>";
	static const struct {
		const char *path, *value; /* NULL: there is none */
	} rows[] = {
		{"./disk[2]/@a", "2"},
		{"./disk[@a='2']/@b", "<?"},
		{"./disk[2]", "in"},
		{"./disk", ""},
		{"./m:o/@id", "z"},
		{"./disk[3]/@a", NULL},
		{"./disk/@nothing", NULL},
		{"./o/@id", NULL},
	};
	AUTO_XML struct xml xml = {0};

	assert_int_equal(xml_parse(text, strlen(text), &xml, NULL), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char value[XML_VALUE_SIZE];

		assert_int_equal(xml_value(&xml, rows[i].path, value), rows[i].value != NULL);
		assert_string_equal(value, rows[i].value ? rows[i].value : "");
	}
	assert_int_equal(xml_count(&xml, "./disk"), 2);
}

static void bad_documents_are_told(void **state) {
	static const char *const texts[] = {
		"", "<a>", "<a></b>", "<a x='1' x='2'/>", "x", "<a/><b/>"};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct error error = {0};
		struct xml xml = {0};

		assert_int_equal(xml_parse(texts[i], strlen(texts[i]), &xml, &error), -EINVAL);
		assert_non_null(strstr(error.text, "line 1"));
	}
}

static void too_many_elements_are_refused(void **state) {
	AUTO_TEXT struct text text = {0};
	struct error error = {0};
	struct xml xml;

	assert_int_equal(text_add(&text, "<a>"), 0);
	for (size_t i = 0; i < XML_ELEMENTS_MAX; i++) {
		assert_int_equal(text_add(&text, "<b/>"), 0);
	}
	assert_int_equal(text_add(&text, "</a>"), 0);
	assert_int_equal(xml_parse(text.data, text.length, &xml, &error), -E2BIG);
	assert_non_null(strstr(error.text, "more than 65536"));
}

int main(void) {
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edit_changes_its_place_and_not_a_byte_more),
		cmocka_unit_test(what_is_so_already_stays),
		cmocka_unit_test(a_path_that_is_none_is_told),
		cmocka_unit_test(values_are_read_where_they_stand),
		cmocka_unit_test(bad_documents_are_told),
		cmocka_unit_test(too_many_elements_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
