# SPDX-License-Identifier: Apache-2.0
"""The checks of tests/lint/run. Each is a function over a Tree that yields what is wrong, one line
each, "file:line: what"; its name is the check's name, its docstring's first line the rule."""
import collections
import json
import os
import re
import subprocess
import sys

LINES_MAX = 800
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100
# Tables may be longer.
LONG_FILES = {"config/schema.c", "detectors/silence/score_table.c"}

CHECKS = collections.OrderedDict()


def check(function):
    CHECKS[function.__name__] = function
    return function


class Tree:
    """The files and their text, read once."""

    def __init__(self, files, build="build"):
        self.files = files
        self.build = build
        self.c = [name for name in files if name.endswith((".c", ".h"))]
        self._lines = {}
        self._code = {}

    def lines(self, name):
        if name not in self._lines:
            with open(name, encoding="utf-8", errors="replace") as file:
                self._lines[name] = file.read().split("\n")
        return self._lines[name]

    def code(self, name):
        """Lines of a C file without comments and without what stands in quotes."""
        if name not in self._code:
            self._code[name] = blank("\n".join(self.lines(name))).split("\n")
        return self._code[name]

    def is_script(self, name):
        return name.endswith((".py", ".sh")) or self.lines(name)[0].startswith("#!")

    def is_text(self, name):
        if name.endswith((".png", ".ico", ".gz", ".woff2", ".bin")):
            return False
        with open(name, "rb") as file:
            return b"\0" not in file.read(8192)


TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'
                   r"'(?:\\.|[^'\\\n])+'", re.S)


def blank(text):
    """Comments and the insides of literals become spaces; lines stay where they are."""
    def empty(match):
        token = match.group(0)
        inside = re.sub(r"[^\n]", " ", token[1:-1])
        return token[0] + inside + token[-1] if token[0] in "\"'" else " " + inside + " "
    return TOKEN.sub(empty, text)


# ---- includes -----------------------------------------------------------------------------------

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')

# Folder of daemon/ -> what it may include of others; "" is daemon/ itself. The picture of the data
# flow in docs/architecture.md: an arrow against it is a mistake or needs a row here.
MAY_INCLUDE = {
    "base": "",
    "http": "base",
    "oidc": "base http",
    "embedded": "base",
    "kafka": "base config",
    "ingest": "base config detectors kafka",
    "household": "base config detectors ingest",
    "store": "base detectors ingest",
    "alert": "base config detectors household ingest store",
    "delivery": "alert base config detectors http ingest kafka store",
    "console": "alert base config delivery detectors household ingest kafka oidc store",
    "town": "base detectors ingest kafka",
    "ctl": "alert app base config console delivery detectors household http ingest kafka store town"
           " worker",
    "worker": "alert base config delivery detectors household ingest kafka store",
    "app": "alert base config console delivery detectors embedded household ingest kafka store"
           " town",
    "config": "base detectors ingest",
}

# Library header -> folders whose files alone include it.
LIBRARIES = {
    "librdkafka/rdkafka.h": ["daemon/kafka/", "daemon/embedded/"],
    "librdkafka/rdkafka_mock.h": ["daemon/embedded/"],
    "hiredis": ["daemon/store/"],
    "yaml.h": ["config/"],
    "microhttpd.h": ["daemon/console/"],
    "curl/": ["daemon/http/"],
    "gnutls/": ["daemon/console/"],
    "cjose/": ["daemon/oidc/"],
    "systemd/": ["daemon/base/"],
}

PURE_HEADERS = {"assert.h", "limits.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "string.h"}
# Headers of an adapter or of one folder's insides.
PRIVATE = re.compile(r"(^|/)(internal|[a-z0-9_]+_parts|redis_[a-z]+|memory_[a-z]+|"
                     r"[a-z]+_(kafka|redis|memory|file|smtp|http))\.h$")
# main.c, app.c and worker.c know every stage; replay and tests build them by hand.
KNOWS_ALL = re.compile(r"^(daemon/[a-z_]+\.[ch]|daemon/ctl/.*|tests/.*)$")


def includes(tree, names):
    for name in names:
        for number, line in enumerate(tree.lines(name), 1):
            match = INCLUDE.match(line)
            if match:
                yield name, number, match.group(1) == '"', match.group(2)


def room_of(path):
    """The row of MAY_INCLUDE that a file or an included path belongs to."""
    parts = path.split("/")
    if parts[0] in ("config", "detectors"):
        return parts[0]
    if parts[0] == "daemon":
        parts = parts[1:]
    if len(parts) > 1:
        return parts[0]
    stem = parts[0].rsplit(".", 1)[0]
    return "app" if stem in ("app", "main", "measure") else "worker"


@check
def arrows(tree):
    """a stage includes only the stages that it stands on"""
    names = [n for n in tree.c if n.startswith(("daemon/", "config/"))]
    for name, number, own, path in includes(tree, names):
        room, target = room_of(name), room_of(path)
        if not own or "/" not in path and os.path.exists(
                os.path.join(os.path.dirname(name), path)):
            continue
        if room not in MAY_INCLUDE:
            yield "%s:%d: daemon/%s has no row in MAY_INCLUDE (tests/lint/rules.py)" % (
                name, number, room)
        elif target != room and target not in MAY_INCLUDE[room].split() and not (
                room in ("app", "worker") and target in ("app", "worker")):
            yield '%s:%d: %s does not stand on %s: #include "%s"' % (name, number, room, target,
                                                                      path)


@check
def ground(tree):
    """config/option.h includes nothing of ours; detectors only their own and option.h"""
    for name, number, own, path in includes(tree, ["config/option.h"]):
        if own:
            yield "%s:%d: includes %s" % (name, number, path)
    names = [n for n in tree.c if n.startswith("detectors/")]
    for name, number, own, path in includes(tree, names):
        if not own:
            if path not in PURE_HEADERS:
                yield "%s:%d: <%s> is not for a pure function" % (name, number, path)
            continue
        folder = os.path.dirname(path)
        fits = path == "config/option.h" or folder == "detectors" or folder == os.path.dirname(
            name) or (name == "detectors/registry.c" and folder.startswith("detectors/"))
        if not fits:
            yield "%s:%d: includes %s" % (name, number, path)


@check
def libraries(tree):
    """a library's header is included by the files of one folder alone"""
    for name, number, own, path in includes(tree, tree.c):
        if own or name.startswith("tests/"):
            continue
        for header, folders in LIBRARIES.items():
            if path.startswith(header) and not name.startswith(tuple(folders)):
                yield "%s:%d: <%s> belongs to %s" % (name, number, path, " ".join(folders))
        if path == "jansson.h" and name.startswith(("daemon/base/", "detectors/")):
            yield "%s:%d: <jansson.h> is for what lies above base" % (name, number)


@check
def adapters(tree):
    """a stage includes a sibling's header, never its adapter or its insides"""
    for name, number, own, path in includes(tree, tree.c):
        folder = os.path.dirname(name)
        if not own or not PRIVATE.search(path) or KNOWS_ALL.match(name):
            continue
        if os.path.dirname(path) not in ("", folder, folder.replace("daemon/", "", 1)):
            yield '%s:%d: #include "%s"' % (name, number, path)


@check
def guards(tree):
    """a header has a guard named after its path"""
    for name in tree.c:
        if not name.endswith(".h"):
            continue
        path = re.sub(r"^daemon/", "", name)
        short = re.sub(r"(\w+)/\1\.h$", r"\1.h", path)  # detectors/drop/drop.h
        wanted = {"ANBU_" + re.sub(r"[/.]", "_", one).upper()
                  for one in (path, short, path.replace("tests/unit/", "tests/"))}
        guard = [line.split()[1] for line in tree.lines(name) if line.startswith("#ifndef ")][:1]
        if not wanted.intersection(guard):
            yield "%s: guard %s, not %s" % (name, guard[0] if guard else "missing", min(wanted))


# ---- detectors ----------------------------------------------------------------------------------

# memory and text in place, snprintf for describe(), the compiler's own checks.
SYMBOLS = re.compile(
    r"^(mem(cpy|set|move|cmp)|str(len|cmp|ncmp|chr)|snprintf|__assert_fail|"
    r"__(snprintf|memcpy|memset|memmove)_chk|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_)$")


@check
def pure(tree):
    """nm of libdetectors.a shows no clock, I/O, allocation or log call"""
    archive = os.path.join(tree.build, "libdetectors.a")
    if not os.path.exists(archive):
        yield "%s is not there: make %s" % (archive, archive)
        return
    shown = subprocess.run(["nm", archive], stdout=subprocess.PIPE, check=False)
    if shown.returncode:
        yield "nm cannot read %s" % archive
        return
    wanted, defined, member = {}, set(), ""
    for line in shown.stdout.decode().split("\n"):
        words = line.split()
        if line.endswith(":"):
            member = line[:-1]
        elif len(words) == 2 and words[0] in "Uw":
            wanted.setdefault(words[1], member)
        elif len(words) == 3:
            defined.add(words[2])
    if not defined:
        yield "%s defines nothing" % archive
    for symbol, member in sorted(wanted.items()):
        if symbol not in defined and not SYMBOLS.match(symbol):
            yield "%s: calls %s" % (member, symbol)


FUNCTION = re.compile(r"^\{$")
NAME = re.compile(r"(\w+)\s*\(")


def functions(tree, name):
    """(name, first line, lines of the body) of each function: its brace stands in column 0."""
    code = tree.code(name)
    for start, line in enumerate(code):
        if not FUNCTION.match(line):
            continue
        end = next((i for i in range(start + 1, len(code)) if code[i].startswith("}")), start)
        head = start - 1
        while head > 0 and not re.match(r"[A-Za-z_]", code[head]):
            head -= 1
        named = NAME.search(code[head])
        yield named.group(1) if named else "?", head + 1, code[start + 1:end]


@check
def quiet(tree):
    """a detector formats text in describe() alone, never while it observes"""
    sources = {}
    for name in tree.c:
        if re.match(r"detectors/\w+/\w+\.c$", name):
            sources.setdefault(os.path.dirname(name), []).append(name)
    for name, files in sorted(sources.items()):
        bodies = {function: "\n".join(body)
                  for file in files for function, _, body in functions(tree, file)}
        reached, todo = set(), ["observe"]
        while todo:
            function = todo.pop()
            if function in reached or function not in bodies:
                continue
            reached.add(function)
            todo += re.findall(r"\b(\w+)\s*\(", bodies[function])
        if not reached:
            yield "%s: has no function observe" % name
        for function in sorted(reached):
            if re.search(r"\b\w*printf\s*\(", bodies[function]):
                yield "%s: %s() formats text and observe() reaches it" % (name, function)


@check
def folders(tree):
    """a detector's folder holds its code, its header, its page; its golden cases are there"""
    for folder in sorted({name.split("/")[1] for name in tree.files
                          if re.match(r"detectors/\w+/", name)}):
        for ending in ("c", "h"):
            path = "detectors/%s/%s.%s" % (folder, folder, ending)
            if path not in tree.files:
                yield "%s is missing" % path
        pages = [name for name in tree.files
                 if re.match(r"detectors/%s/\w+\.md$" % folder, name)]
        if len(pages) != 1:
            yield "detectors/%s/%s.md is missing" % (folder, folder)
        name = os.path.basename(pages[0])[:-3] if pages else folder  # the detector's
        golden = "tests/golden/detectors/%s/" % name
        if not any(name.startswith(golden) for name in tree.files):
            yield "%s: no golden case" % golden


# ---- words --------------------------------------------------------------------------------------

BANNED = {
    "strcpy": "text_copy or memcpy", "strcat": "struct buffer", "sprintf": "snprintf",
    "vsprintf": "vsnprintf", "atoi": "strtol with its end", "atol": "strtol with its end",
    "atoll": "strtoll with its end", "atof": "strtod with its end", "strtok": "strsep, strchr",
    "strtok_r": "strsep, strchr", "gets": "fgets", "alloca": "a bounded array",
    "localtime": "zone.h", "gmtime": "civil_of",
}


@check
def banned(tree):
    """no strcpy, sprintf, atoi, strtok and their kind; no sleep() in a test"""
    calls = re.compile(r"\b(%s)\s*\(" % "|".join(BANNED))
    for name in tree.c:
        for number, line in enumerate(tree.code(name), 1):
            for match in calls.finditer(line):
                yield "%s:%d: %s (use %s)" % (name, number, match.group(1),
                                              BANNED[match.group(1)])
            if name.startswith("tests/") and re.search(r"\bsleep\s*\(", line):
                yield "%s:%d: sleep: wait for a condition" % (name, number)
    for name in tree.files:
        if not name.startswith("tests/") or name.endswith((".c", ".h", ".md")):
            continue
        if not tree.is_text(name) or not tree.is_script(name):
            continue
        for number, line in enumerate(tree.lines(name), 1):
            if re.search(r"(^|[;&|]|\bdo|time\.)\s*\bsleep[ (]+[1-9]", line):
                yield "%s:%d: sleeps for seconds: wait for a condition" % (name, number)


CONVERSION = r"%(?:\.(?:\*|\d+))?(?:ll?|z)?[diuscg]"
TEMPLATE = re.compile(r"""(?:\w+=(?:"(?:[^"%%]|%s)*"|(?:[^ "%%=]|%s)+)(?: (?!$)|$))+$""" % (
    CONVERSION, CONVERSION))


def arguments(text, start):
    """The arguments of a call whose opening bracket stands before start."""
    found, depth, at = [""], 1, start
    while depth and at < len(text):
        token = TOKEN.match(text, at)
        if token:
            found[-1] += token.group(0)
            at = token.end()
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        if text[at] == "," and depth == 1:
            found.append("")
        elif depth:
            found[-1] += text[at]
        at += 1
    return [one.strip() for one in found]


@check
def logs(tree):
    """the fields of log_line are a template that it knows: name=value, %d %i %u %s %c %g"""
    for name in tree.c:
        text = "\n".join(tree.lines(name))
        if name.startswith(("daemon/base/log.", "tests/")):
            continue
        for call in re.finditer(r"\blog_line\(", text):
            fields = (arguments(text, call.end()) + ["", "", ""])[2]
            literal = "".join(
                "ld" if word.startswith("PRI") else re.sub(r"\\(.)", r"\1", word[1:-1])
                for word in re.findall(r'"(?:\\.|[^"\\])*"|PRI\w+', fields))
            if not TEMPLATE.match(literal):
                yield "%s:%d: %s" % (name, text.count("\n", 0, call.start()) + 1, fields)


@check
def licence(tree):
    """every source says its licence in its first line (scripts: after #!)"""
    spdx = "SPDX-License-Identifier: Apache-2.0"
    for name in tree.files:
        if name.endswith((".c", ".h")):
            if spdx not in tree.lines(name)[0]:
                yield "%s: no SPDX line" % name
        elif name.endswith((".js", ".mjs", ".css", ".html", ".lua", ".mk", ".service")) or (
                name == "Makefile" or tree.is_text(name) and tree.is_script(name)):
            if not any(spdx in line for line in tree.lines(name)[:3]):
                yield "%s: no SPDX line" % name


# Spelled in parts, so that this file is no find of its own.
LEFT_OVER = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
# Who builds this, and where, is nobody's business.
PLACES = re.compile(r"(?<![\w.])/(wo" r"rk|ho" r"me/\w+|ro" r"ot|Us" r"ers|tm" r"p/[wh])/")


@check
def leftovers(tree):
    """nothing is left for later in comments; no path of anybody's machine"""
    for name in tree.files:
        if not tree.is_text(name) or name == "LICENSE":
            continue
        for number, line in enumerate(tree.lines(name), 1):
            for pattern in (LEFT_OVER, PLACES):
                match = pattern.search(line)
                if match:
                    yield "%s:%d: %s" % (name, number, match.group(0))


# ---- sizes --------------------------------------------------------------------------------------

@check
def columns(tree):
    """at most 100 columns, no tab, no blank at a line's end"""
    for name in tree.files:
        if not name.endswith((".c", ".h", ".mjs")) and not (
                tree.is_text(name) and not name.startswith("tests/golden/")
                and tree.is_script(name)):
            continue
        for number, line in enumerate(tree.lines(name), 1):
            if len(line) > COLUMNS_MAX:
                yield "%s:%d: %d columns" % (name, number, len(line))
            if line != line.rstrip():
                yield "%s:%d: blank at the end" % (name, number)
            if "\t" in line and name.endswith((".c", ".h")):
                yield "%s:%d: tab" % (name, number)


@check
def sizes(tree):
    """functions of at most 70 lines, files of at most 800 (tables may be longer)"""
    for name in tree.c:
        length = len(tree.lines(name)) - 1
        if length > LINES_MAX and name not in LONG_FILES:
            yield "%s: %d lines" % (name, length)
        for function, number, body in functions(tree, name):
            if len(body) > FUNCTION_LINES_MAX:
                yield "%s:%d: %s() has %d lines" % (name, number, function, len(body))


@check
def tests(tree):
    """every unit test counts its failures, and its cases are all added"""
    for name in tree.c:
        if not re.match(r"tests/unit/test_\w+\.c$", name):
            continue
        text = "\n".join(tree.code(name))
        helpers = [os.path.join("tests/unit", path[:-2] + ending)
                   for _, _, own, path in includes(tree, [name]) if own for ending in (".c", ".h")]
        counts = [text] + ["\n".join(tree.code(path)) for path in helpers if path in tree.files]
        if not any("srunner_ntests_failed" in one for one in counts):
            yield "%s: does not end with srunner_ntests_failed" % name
        for case in re.findall(r"START_TEST\s*\((\w+)\)", text):
            if len(re.findall(r"\b%s\b" % case, text)) < 2:
                yield "%s: %s is written and never added" % (name, case)


# ---- the page -----------------------------------------------------------------------------------

PAGE = "daemon/console/page/"
LANGUAGES = ("en", "ko")
# Namespaces of XML and the page's own words; anything else is an address of somebody's.
ELSEWHERE = re.compile(r"\bhttps?://(?!www\.w3\.org/2000/svg['\"])|[\"'(]//\w")


def page_files(tree, *endings):
    return [name for name in tree.files if name.startswith(PAGE) and name.endswith(endings)]


@check
def page(tree):
    """the page asks nobody but its own daemon, has no inline script or style, 100 columns"""
    for name in page_files(tree, ".js", ".css", ".html", ".svg"):
        for number, line in enumerate(tree.lines(name), 1):
            if ELSEWHERE.search(line):
                yield "%s:%d: an address of elsewhere" % (name, number)
            if name.endswith(".html") and re.search(r"<style|\sstyle=|\son\w+=|<script(?!.*src=)",
                                                    line):
                yield "%s:%d: inline script or style" % (name, number)
            if re.search(r"\b(innerHTML|outerHTML|insertAdjacentHTML|eval|document\.write)\b",
                         line) and name.endswith(".js"):
                yield "%s:%d: text that would become markup or a program" % (name, number)
            if len(line) > COLUMNS_MAX or line != line.rstrip() or "\t" in line:
                yield "%s:%d: too long, a tab, or a blank at the end" % (name, number)
        if len(tree.lines(name)) - 1 > LINES_MAX:
            yield "%s: %d lines" % (name, len(tree.lines(name)) - 1)


@check
def assets(tree):
    """each file of the page is in the table of console/assets.c"""
    table = "daemon/console/assets.c"
    if table not in tree.files:
        return
    listed = set(re.findall(r'PAGE\s*,?\s*"([^"]+)"', "\n".join(tree.lines(table))))
    there = {name[len(PAGE):] for name in page_files(tree, "")}
    for name in sorted((listed - {PAGE}) ^ there):
        yield "%s: %s" % (name, "no such file" if name in listed else "not in " + table)


def placeholders(message):
    forms = message.values() if isinstance(message, dict) else [message]
    return set(re.findall(r"\{(\w+)\}", " ".join(forms)))


# Vocabulary of C -> prefix of the page's words for it.
PAGE_WORDS = [
    ("daemon/alert/lifecycle.h", "ALERT_STEPS", "step"),
    ("daemon/alert/on_call.h", "ON_CALL_FLAWS", "flaw"),
    ("daemon/alert/contact.h", "CONTACT_CHANNELS", "channel"),
    ("daemon/alert/contact.h", "CONTACT_WHOM", "whom"),
    ("daemon/alert/contact.h", "CONTACT_RESULTS", "result"),
    ("daemon/console/token.h", "TOKEN_STOPS", "token_stop"),
    ("detectors/vocabulary.h", "UTILITIES", "utility"),
    ("detectors/vocabulary.h", "OUTCOMES", "outcome"),
    ("detectors/vocabulary.h", "OUTCOMES", "outcome_help"),
]


def vocabulary(tree, name, macro):
    text = "\n".join(tree.lines(name))
    found = re.search(r"#define %s\(X\)((?:.*\\\n)*.*)" % macro, text)
    return re.findall(r'X\(\w+, "(\w+)"', found.group(1)) if found else []


@check
def words(tree):
    """the page has each of its words in each language, none too many, and all of Anbu's own"""
    files = [PAGE + language + ".json" for language in LANGUAGES]
    if not all(name in tree.files for name in files):
        return
    told = [json.loads("\n".join(tree.lines(name))) for name in files]
    for key in sorted(set(told[0]) ^ set(told[1])):
        yield "%s: not in both languages" % key
    for key in sorted(set(told[0]) & set(told[1])):
        if placeholders(told[0][key]) != placeholders(told[1][key]):
            yield "%s: other {names} in the other language" % key
    text = "\n".join("\n".join(tree.lines(name)) for name in page_files(tree, ".js"))
    exact = set(re.findall(r"'([a-z_]+\.[A-Za-z_0-9]+)'", text))
    families = set(re.findall(r"`([a-z_]+)\.\$\{", text)) | set(
        re.findall(r"\b(?:words?|choices|tapped)\('([a-z_]+)'", text))
    for key in sorted(told[0]):
        if key not in exact and key.split(".")[0] not in families:
            yield "%s: no module uses it" % key
    prefixes = {key.split(".")[0] for key in told[0]}
    for key in sorted(exact):
        if key not in told[0] and key.split(".")[0] in prefixes and not key.endswith(
                (".js", ".json", ".svg", ".draft", ".language", ".loud")):
            yield "%s: is used and not in %s" % (key, files[0])
    for name, macro, prefix in PAGE_WORDS:
        if name in tree.files:
            known = vocabulary(tree, name, macro)
            if not known:
                yield "%s: no vocabulary %s" % (name, macro)
            for one in known:
                if "%s.%s" % (prefix, one) not in told[0]:
                    yield "%s.%s: %s has it, the page does not" % (prefix, one, name)


# ---- documentation ------------------------------------------------------------------------------

@check
def runbook(tree):
    """each rule for Prometheus stands in operations.md: what to do when it fires"""
    rules, told = "deploy/prometheus-rules.yml", "docs/operations.md"
    if rules not in tree.files:
        return
    named = re.findall(r"^ *- alert: (\w+)", "\n".join(tree.lines(rules)), re.M)
    text = "\n".join(tree.lines(told)) if told in tree.files else ""
    for name in named:
        if not re.search(r"\b%s\b" % name, text):
            yield "%s: %s is not in %s" % (rules, name, told)
    if not named:
        yield "%s: no rule" % rules


# ---- made by tools ------------------------------------------------------------------------------

GENERATED = [
    ("config/anbu.yaml", ["sample-config"]),
    ("docs/man/anbu.yaml.5", ["sample-config", "--man"]),
    ("docs/man/anbuctl.1", ["help", "--man"]),
    ("docs/metrics.md", ["help", "--metrics"]),
    ("docs/roles.md", ["help", "--roles"]),
    ("docs/openapi.json", ["help", "--openapi"]),
]


@check
def itself(_):
    """each of these rules finds what it is there for (tests/lint/test_rules.py)"""
    done = subprocess.run([sys.executable, "-B", "tests/lint/test_rules.py"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        yield from done.stdout.decode().strip().split("\n")


@check
def generated(tree):
    """what is made from tables is as the tables are"""
    tool = os.path.join(tree.build, "anbuctl")
    if not os.path.exists(tool):
        yield "%s is not there: make" % tool
        return
    for path, words in GENERATED:
        made = subprocess.run([tool] + words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False)
        if made.returncode:
            yield "anbuctl %s failed: %s" % (" ".join(words), made.stderr.decode().strip())
        elif path not in tree.files:
            yield "%s is not there (make generated)" % path
        elif made.stdout.decode() != "\n".join(tree.lines(path)):
            yield "%s differs from anbuctl %s (make generated)" % (path, " ".join(words))
