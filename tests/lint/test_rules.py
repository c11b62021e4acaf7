#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule finds what it is there for, and lets pass what it should: small trees in memory."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import rules  # noqa: E402

SPDX = "/* SPDX-License-Identifier: Apache-2.0 */\n"


class Small(rules.Tree):
    """A tree of texts by path."""

    def __init__(self, texts):
        super().__init__(sorted(texts))
        self.texts = texts

    def lines(self, name):
        return self.texts[name].split("\n")

    def is_text(self, name):
        return True


def finds(rule, name, text, *others):
    texts = {name: text}
    texts.update(others)
    return list(rules.CHECKS[rule](Small(texts)))


class Rules(unittest.TestCase):
    def refuses(self, rule, name, text):
        self.assertTrue(finds(rule, name, text), "%s lets pass in %s: %s" % (rule, name, text))

    def allows(self, rule, name, text):
        self.assertEqual([], finds(rule, name, text))

    def test_arrows_run_one_way(self):
        self.refuses("arrows", "daemon/base/a.c", '#include "store/store.h"')
        self.refuses("arrows", "daemon/household/a.c", '#include "alert/alert.h"')
        self.refuses("arrows", "daemon/store/a.c", '#include "worker.h"')
        self.refuses("arrows", "daemon/brandnew/a.c", '#include "base/err.h"')
        self.allows("arrows", "daemon/alert/a.c", '#include "household/finding.h"')
        self.allows("arrows", "daemon/app.c", '#include "worker.h"\n#include "console/api.h"')

    def test_log_lines_are_templates(self):
        def line(fields):
            return '    log_line(LOG_INFO, "a, (b)",\n  %s, g(1, 2));\n' % fields
        for fields in ('"a=%u b=%.*s c=\\"%s and %zu\\" d=x"', '"at=%" PRId64 " b=%lld"', '"a=%g"'):
            self.allows("logs", "daemon/a.c", line(fields))
        for fields in ('"a=%5d"', '"a=%x"', '"%s"', '"a %s"', '"a=%s "', '"a=%s  b=%s"', "fields",
                       '"a=\\"%s"', '"a=%f"', '""', '"a="'):
            self.refuses("logs", "daemon/a.c", line(fields))

    def test_the_ground_floor_stands_alone(self):
        option = ("config/option.h", "#include <stddef.h>")
        for text in ('#include "base/err.h"', '#include "detectors/drop/drop.h"',
                     "#include <time.h>", "#include <stdlib.h>"):
            self.assertTrue(finds("ground", "detectors/cold/cold.c", text, option), text)
        self.assertFalse(finds("ground", "detectors/cold/cold.c", '#include "detectors/say.h"\n'
                               '#include "config/option.h"\n#include <string.h>', option))
        self.refuses("ground", "config/option.h", '#include "base/err.h"')

    def test_libraries_stay_at_home(self):
        self.refuses("libraries", "daemon/alert/a.c", "#include <hiredis/hiredis.h>")
        self.refuses("libraries", "daemon/base/a.c", "#include <jansson.h>")
        self.refuses("libraries", "daemon/kafka/a.c", "#include <librdkafka/rdkafka_mock.h>")
        self.allows("libraries", "daemon/kafka/a.c", "#include <librdkafka/rdkafka.h>")
        self.allows("libraries", "daemon/alert/a.c", "#include <jansson.h>")

    def test_adapters_are_nobodys_sibling(self):
        self.refuses("adapters", "daemon/console/a.c", '#include "store/redis_link.h"')
        self.refuses("adapters", "daemon/console/a.c", '#include "delivery/publisher_kafka.h"')
        self.allows("adapters", "daemon/store/a.c", '#include "store/redis_link.h"')
        self.allows("adapters", "daemon/app.c", '#include "delivery/publisher_kafka.h"')

    def test_guards_are_named_after_the_path(self):
        self.refuses("guards", "daemon/base/a.h", "#ifndef ANBU_A_H")
        self.refuses("guards", "daemon/base/a.h", "int a;")
        self.allows("guards", "daemon/base/a.h", "#ifndef ANBU_BASE_A_H")
        self.allows("guards", "detectors/drop/drop.h", "#ifndef ANBU_DETECTORS_DROP_H")

    def test_observing_formats_no_text(self):
        code = ("static void help(void)\n{\n    %s;\n}\n"
                "static void observe(void)\n{\n    help();\n}\n")
        self.refuses("quiet", "detectors/a/a.c", code % "snprintf(out, 3, x)")
        self.refuses("quiet", "detectors/a/a.c", "int a;\n")
        self.allows("quiet", "detectors/a/a.c", code % 'f("snprintf(")')

    def test_a_detector_is_a_whole_folder(self):
        self.assertEqual(3, len(finds("folders", "detectors/a/a.c", "")))

    def test_banned_calls_are_found_in_code_alone(self):
        for call in ("strcpy(a, b)", "x = atoi (s)", "sprintf(a, b)", "strtok(a, b)", "gets(a)"):
            self.refuses("banned", "daemon/base/a.c", call)
        for text in ("snprintf(a, 3, b)", "/* strcpy(a, b) */", 'f("atoi(s)")', "my_strcpy(a)",
                     "char c = '\"'; // strcpy(a)"):
            self.allows("banned", "daemon/base/a.c", text)
        self.refuses("banned", "tests/unit/test_a.c", "sleep(1);")
        self.refuses("banned", "tests/e2e/a.sh", "#!/bin/sh\nsle" + "ep 3")
        self.refuses("banned", "tests/e2e/a.py", "time.sle" + "ep(2)")
        self.allows("banned", "tests/e2e/a.sh", "#!/bin/sh\nwhile ! f; do sle" + "ep 0.1; done")

    def test_licence_leads(self):
        self.refuses("licence", "daemon/base/a.c", "int a;")
        self.refuses("licence", "daemon/base/a.c", "\n" + SPDX)
        self.refuses("licence", "deploy/a", "#!/bin/sh\n")
        self.allows("licence", "daemon/base/a.c", SPDX)
        self.allows("licence", "deploy/a", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")

    def test_nothing_is_left_for_later(self):
        self.refuses("leftovers", "a.md", "TO" + "DO: all of it")
        self.refuses("leftovers", "a.c", "open(\"/ho" + "me/me/a\")")
        self.refuses("leftovers", "a.c", "cd /wo" + "rk/main")
        self.allows("leftovers", "a.c", 'mkdtemp("/tmp/anbu.XX' + 'XXXX")')
        self.allows("leftovers", "a.c", "share/wo" + "rk/x; /workers/")

    def test_sizes_and_columns(self):
        body = "int f(void)\n{\n%s}\n"
        self.refuses("sizes", "a.c", body % ("    g();\n" * 71))
        self.allows("sizes", "a.c", body % ("    g();\n" * 70))
        self.refuses("sizes", "a.c", "int a;\n" * 801)
        self.allows("sizes", "config/schema.c", "int a;\n" * 801)
        self.refuses("columns", "a.c", "x" * 101)
        self.refuses("columns", "a.c", "int a; ")
        self.refuses("columns", "a.c", "\tint a;")
        self.allows("columns", "a.c", "x" * 100)

    def test_tests_count_and_add(self):
        case = "START_TEST(works)\n{\n}\nEND_TEST\n"
        self.refuses("tests", "tests/unit/test_a.c", case + "srunner_ntests_failed(r);")
        self.refuses("tests", "tests/unit/test_a.c", case + "tcase_add_test(t, works);")
        self.allows("tests", "tests/unit/test_a.c",
                    case + "tcase_add_test(t, works); srunner_ntests_failed(r);")

    def test_the_page_asks_nobody_else(self):
        for text in ("fetch('https://x.example/a')", "import '//cdn/x.js'", "a.innerHTML = b",
                     "x" * 101):
            self.refuses("page", "daemon/console/page/a.js", text + "\n")
        for text in ("<script>go()</script>", "<p style='color:red'>", "<p onclick='x()'>"):
            self.refuses("page", "daemon/console/page/a.html", text + "\n")
        self.allows("page", "daemon/console/page/a.js", "// one comment\nget('/alerts')\n")
        self.allows("page", "daemon/console/page/a.svg",
                    '<svg xmlns="http://www.w3.org/2000/svg"/>\n')

    def test_a_file_of_the_page_is_embedded(self):
        table = ("daemon/console/assets.c", 'X(a_js, PAGE, "a.js", JS)')
        page = "daemon/console/page/"
        self.assertEqual([], finds("assets", page + "a.js", "", table))
        self.assertEqual(2, len(finds("assets", page + "b.js", "", table)))

    def test_words_are_there_in_each_language(self):
        page = "daemon/console/page/"

        def found(en, ko, js="t('a.b')"):
            return finds("words", page + "a.js", js, (page + "en.json", en), (page + "ko.json", ko))
        self.assertEqual([], found('{"a.b": "x {n}"}', '{"a.b": "{n} y"}'))
        self.assertTrue(found('{"a.b": "x"}', "{}"))
        self.assertTrue(found('{"a.b": "x {n}"}', '{"a.b": "y"}'))
        self.assertTrue(found('{"a.b": "x", "a.c": "x"}', '{"a.b": "x", "a.c": "x"}'))
        self.assertTrue(found('{"a.b": "x"}', '{"a.b": "x"}', "t('a.b') + t('a.d')"))
        self.assertEqual([], found('{"a.b": "x"}', '{"a.b": "x"}', "word('a', name)"))

    def test_a_rule_has_its_runbook(self):
        rules = ("deploy/prometheus-rules.yml", "groups:\n  - rules:\n      - alert: AnbuA\n")
        self.assertEqual([], finds("runbook", "docs/operations.md", "| `AnbuA` | call |", rules))
        self.assertTrue(finds("runbook", "docs/operations.md", "| `AnbuAll` | call |", rules))
        self.assertTrue(finds("runbook", *rules))


if __name__ == "__main__":
    unittest.main(verbosity=0)
