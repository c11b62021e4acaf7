# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: a world of real processes in a directory of its own. It counts
checks, waits for conditions with a deadline, ends every process by its pid whatever happens, and
shows what daemons said when something failed. Servers listen on loopback or unix sockets alone."""
import ctypes
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

TOOLS = ("kcat", "jq", "redis-server", "redis-cli", "gzip")
REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
           "runtime error:", "Assertion", "AddressSanitizer:DEADLYSIGNAL")
TAIL_LINES = 60
BUSY = 3  # times slower than a machine at rest
HUNG_SECONDS = 840  # a test, whatever it is built with; tests/run ends it a minute later
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


class Failure(Exception):
    """What makes going on senseless."""


def environment(more=None):
    """What a process under test is given: nothing that is meant for the tests themselves, which it
    would take for options."""
    ours = {name: value for name, value in os.environ.items()
            if not name.startswith(("ANBU_E2E_", "ANBU_TEST_", "ANBU_KEEP"))}
    return dict(ours, **(more or {}))


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A process of ours, with its output in files."""

    def __init__(self, world, name, argv, env=None, stdin=subprocess.DEVNULL):
        world.process_count += 1
        self.name = "%02d-%s" % (world.process_count, name)
        self.out_path = world.path(self.name + ".out")
        self.err_path = world.path(self.name + ".err")
        with open(self.out_path, "wb") as out, open(self.err_path, "wb") as err:
            self.popen = subprocess.Popen(argv, stdin=stdin, stdout=out, stderr=err,
                                          env=environment(env),
                                          preexec_fn=die_with_parent)
        self.pid = self.popen.pid
        self.in_order = True  # False: nothing is to be learnt from how it ends
        world.processes.append(self)

    def runs(self):
        return self.popen.poll() is None

    def out(self):
        with open(self.out_path, errors="replace") as file:
            return file.read()

    def err(self):
        with open(self.err_path, errors="replace") as file:
            return file.read()

    def send(self, number):
        self.popen.send_signal(number)

    def end(self, number=signal.SIGTERM, seconds=60 * BUSY):
        """Its exit status; negative: the signal that ended it; None: it had to be killed."""
        if self.runs():
            self.popen.send_signal(number)
        return self.wait(seconds)

    def wait(self, seconds):
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            return None

    def children(self):
        """Pids of its children, of whatever thread."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open("/proc/%s/stat" % pid) as file:
                    if int(file.read().rsplit(")", 1)[1].split()[1]) == self.pid:
                        found.append(int(pid))
            except OSError:
                pass
        return found


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class Result:
    def __init__(self, done):
        self.code = done.returncode
        self.bytes = done.stdout
        self.out = done.stdout.decode(errors="replace")
        self.err = done.stderr.decode(errors="replace")

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return "exit %d\n%s%s" % (self.code, self.out[-2000:], self.err[-2000:])


class World:
    def __init__(self, build):
        self.build = os.path.abspath(build)
        # A sanitizer build is slower by this much at most.
        self.slow = 4 if any(word in os.path.basename(self.build)
                             for word in ("address", "thread", "undefined")) else 1
        self.top = tempfile.mkdtemp(prefix="anbu-")
        self.processes = []
        self.process_count = 0
        self.clusters = {}  # of Apache Kafka, by kind: apache.py
        self.passed = self.failed = 0

    def path(self, *parts):
        return os.path.join(self.top, *parts)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)
        return self.path(name)

    # ---- checks ----

    def check(self, good, what, detail=""):
        if good:
            self.passed += 1
            print("ok   %s" % what, flush=True)
        else:
            self.failed += 1
            print("FAIL %s" % what, flush=True)
            for line in str(detail).split("\n")[:80] if detail != "" else ():
                print("     " + line[:2000])
        return bool(good)

    def equal(self, got, wanted, what):
        return self.check(got == wanted, what, "got    %r\nwanted %r" % (got, wanted))

    def need(self, good, what, detail=""):
        """A check without which the rest means nothing."""
        if not self.check(good, what, detail):
            raise Failure(what)

    def poll(self, condition, seconds=30):
        """The first true value of condition(), else its last one; asks until the deadline, which
        is for a machine at rest: on a busy one it is later. Only what fails waits so long."""
        return self.watch(condition, seconds * self.slow * BUSY)

    @staticmethod
    def watch(condition, seconds):
        """The same, for no longer than that: what shall not come true."""
        give_up = time.monotonic() + seconds
        while True:
            value = condition()
            if value or time.monotonic() > give_up:
                return value
            time.sleep(0.05)

    # ---- processes ----

    def program(self, name):
        return os.path.join(self.build, name)

    def start(self, name, *argv, **more):
        return Process(self, name, argv, **more)

    def run(self, *argv, input=None, env=None, seconds=120):
        if isinstance(input, str):
            input = input.encode()
        return Result(subprocess.run(argv, input=input, stdout=subprocess.PIPE,
                                     stderr=subprocess.PIPE, check=False,
                                     timeout=seconds * self.slow * BUSY,
                                     env=environment(env),
                                     stdin=None if input is not None else subprocess.DEVNULL,
                                     preexec_fn=die_with_parent))

    def ctl(self, *argv, **more):
        return self.run(self.program("anbuctl"), *argv, **more)

    def sanitizer_reports(self):
        return [(process, line) for process in self.processes
                for line in process.err().split("\n") if any(word in line for word in REPORTS)]

    def end(self):
        for process in reversed(self.processes):
            if process.runs():
                process.end(signal.SIGTERM if process.in_order else signal.SIGKILL,
                            15 * self.slow * BUSY)
        try:
            self.report()
        finally:
            if os.environ.get("ANBU_KEEP"):
                print("kept: " + self.top)
            else:
                shutil.rmtree(self.top, ignore_errors=True)

    def report(self):
        reports = self.sanitizer_reports()
        if self.processes:
            self.check(not reports, "no process reports a fault of memory, threads or arithmetic",
                       "\n".join("%s: %s" % (process.name, line) for process, line in reports))
        if self.failed:
            for process in self.processes:
                print("---- %s (%s)" % (process.name, process.popen.returncode))
                for line in process.err().split("\n")[-TAIL_LINES:]:
                    print("     " + line[:1000])
        # The last, where whoever shortens this looks.
        for process in dict(reports):
            text = process.err().split("\n")
            first = next(i for i, line in enumerate(text) if any(word in line for word in REPORTS))
            print("---- what %s reports" % process.name)
            for line in text[first:first + TAIL_LINES]:
                print("     " + line[:1000])


class Local(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=60)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Daemon:
    """anbud under test; may be ended and started again on the same data."""

    def __init__(self, world, data, *argv, env=None):
        self.world = world
        self.data = world.path(data)
        self.argv = [world.program("anbud"), "--data", self.data] + list(argv)
        # Several daemons on one machine: the kernel chooses each one's port.
        self.env = dict({"ANBU_DAEMON_METRICS_LISTEN": "127.0.0.1:0",
                         "ANBU_CONSOLE_LISTEN": "127.0.0.1:0"}, **(env or {}))
        self.process = None

    def start(self):
        self.launch()
        self.world.need(self.world.poll(self.ready, 60), "anbud has started", self.process.err())

    def launch(self):
        address = os.path.join(self.data, "kafka.address")
        if os.path.exists(address):
            os.unlink(address)
        self.process = self.world.start("anbud", *self.argv, env=self.env)

    def refused(self, *words):
        """It must not start, and say why in one line: its own, or the configuration's."""
        self.launch()
        status = self.process.wait(60 * self.world.slow * BUSY)
        said = [line for line in self.process.err().split("\n")
                if line.startswith("anbud: ") or ".yaml:" in line.split(" ")[0]]
        self.world.check(status == 1 and len(said) == 1 and all(word in said[0] for word in words),
                         "refused, and told why: " + ", ".join(words),
                         "exit %s\n%s" % (status, self.process.err()))

    def ready(self):
        # Its partitions come later: a test that must be in time for them waits for no more.
        return 'event="started"' in self.process.err() or not self.process.runs() and Failure

    def logged(self, what):
        return [line for line in self.process.err().split("\n") if 'event="%s"' % what in line]

    def ctl(self, *argv, **more):
        return self.world.ctl("--socket", os.path.join(self.data, "anbud.sock"), *argv, **more)

    def get(self, path):
        """What anbuctl would print with --json, without a process for each question; None: no."""
        link = Local(os.path.join(self.data, "anbud.sock"))
        try:
            link.request("GET", path)
            answer = link.getresponse()
            body = answer.read()
            return json.loads(body) if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            link.close()

    def status(self):
        return self.get("/api/v1/status") or {}

    def household(self, name):
        return self.get("/api/v1/households/" + name)

    def taken_in(self, messages):
        """Waits until so many messages have been processed in this run."""
        last = [{}]

        def enough():
            last[0] = self.status()
            return last[0].get("messages", 0) >= messages
        self.world.need(self.world.poll(enough, 90), "%d messages are taken in" % messages,
                        last[0])

    def alerts(self, limit=500):
        return (self.get("/api/v1/alerts?all=1&limit=%d" % limit) or {}).get("alerts", [])

    def places(self, kafka, redis):
        """Whatever outlives an answer, as bytes: its log, the topics, its files and Redis's."""
        found = {"the log": self.process.err().encode()}
        for topic in Broker.TOPICS:
            found["topic " + topic] = json.dumps(kafka.consume("anbu." + topic)).encode()
        for folder in (self.data, redis.directory):
            for parent, _, names in os.walk(folder):
                for path in (os.path.join(parent, name) for name in names):
                    if os.path.isfile(path):
                        with open(path, "rb") as file:
                            found[path] = file.read()
        return found

    def broker(self):
        with open(os.path.join(self.data, "kafka.address")) as file:
            return file.read().strip()


class Kafka:
    """kcat against a broker: an outside tool, as a utility or a consumer has it. Topics are named
    as they are by default; for a broker that is shared its prefix takes the place of `anbu`."""

    def __init__(self, world, broker):
        """broker: an address, or a Broker of whatever kind."""
        self.world = world
        self.prefix = getattr(broker, "prefix", "anbu")
        self.words = ["-b", getattr(broker, "address", broker)]
        for pair in getattr(broker, "properties", {}).items():
            self.words += ["-X", "%s=%s" % pair]

    def topic(self, name):
        return self.prefix + name[4:] if name.startswith("anbu.") else name

    def produce(self, topic, records, *more):
        """records: (key, payload), text or bytes without newlines and tabs."""
        lines = b"".join(as_bytes(key) + b"\t" + as_bytes(value) + b"\n"
                         for key, value in records)
        answer = self.world.run("kcat", "-P", "-q", *self.words, "-t", self.topic(topic), "-K",
                                "\t", "-X", "topic.partitioner=murmur2_random", "-X",
                                "max.in.flight=1", *more, input=lines)
        if answer.code:
            raise Failure("kcat -P: %s" % answer)

    def consume(self, topic, *more):
        """All that stands in a topic, as kcat's own JSON objects."""
        answer = self.world.run("kcat", "-C", "-q", "-e", *self.words, "-t", self.topic(topic),
                                "-o", "beginning", "-J", *more)
        if answer.code:
            raise Failure("kcat -C: %s" % answer)
        return [json.loads(line) for line in answer.out.split("\n") if line]

    def payloads(self, topic):
        """The bytes of each record, as they are."""
        raw = self.world.run("kcat", "-C", "-q", "-e", *self.words, "-t", self.topic(topic),
                             "-o", "beginning", "-f", "%R%s").bytes
        found, at = [], 0
        while at < len(raw):
            size = int.from_bytes(raw[at:at + 4], "big")
            found.append(raw[at + 4:at + 4 + size])
            at += 4 + size
        return found

    def events(self, topic="anbu.alerts"):
        """Alert events: (key, CloudEvent); incidents stand in the same topic."""
        both = [(record["key"], json.loads(record["payload"])) for record in self.consume(topic)]
        return [(key, event) for key, event in both if event["type"].startswith("anbu.alert.")]


class Redis:
    """A redis-server of the test's own: unix socket, password, append-only."""
    program = ("redis-server",)

    def __init__(self, world, name, *options):
        self.world = world
        self.directory = world.path(name)
        os.mkdir(self.directory, 0o700)
        self.socket = os.path.join(self.directory, "redis.sock")
        self.password = "well-kept"
        self.password_file = os.path.join(self.directory, "password")
        with open(self.password_file, "w") as file:
            file.write(self.password + "\n")
        self.options = options
        self.process = None

    def start(self):
        self.process = self.world.start(
            "redis", *self.program, "--port", "0", "--unixsocket", self.socket, "--dir",
            self.directory, "--requirepass", self.password, "--appendonly", "yes", "--appendfsync",
            "everysec", "--save", "", *self.options)
        self.world.need(self.world.poll(lambda: self.command("PING").out.strip() == "PONG"),
                        "redis-server answers", self.process.out())

    def command(self, *words):
        return self.world.run("redis-cli", "-s", self.socket, "--no-auth-warning", *words,
                              env={"REDISCLI_AUTH": self.password})

    def outbox(self):
        """Events whose delivery is not noted."""
        keys = self.command("KEYS", "*:outbox").out.split()
        return sum(int(self.command("XLEN", key).out) for key in keys)

    def yaml(self):
        return ("redis:\n  address: unix:%s\n  password: file:%s\n"
                % (self.socket, self.password_file))


class Broker:
    """A broker that outlives daemons: tests/e2e/tool_broker.c."""
    prefix, properties, daemon_properties = "anbu", {}, {}
    INPUT = ("readings", "billing", "household", "report", "weather")
    TOPICS = INPUT + ("alerts", "dead-letters", "audit")

    def __init__(self, world, partitions=16, topics=TOPICS):
        self.world = world
        self.process = world.start("broker", world.program("e2e/broker"), str(partitions),
                                   *["anbu." + topic for topic in topics], stdin=subprocess.PIPE)
        world.need(world.poll(lambda: self.process.out().endswith("\n"), 10),
                   "a broker listens", self.process.err())
        self.address = self.process.out().strip()

    def produce(self, lines):
        produce_lines(self.world, self, lines)

    def create(self, partitions, *topics):
        """The mock makes a topic that is written to, with as many partitions as it always does."""
        assert partitions == 4
        for topic in topics:
            Kafka(self.world, self).produce(topic, [("H-1", "{}")])

    def end(self):
        self.process.end()


def broker(world, partitions=16):
    """A broker of the kind that ANBU_E2E_BROKER names: mock, kafka, kafka-tls."""
    kind = os.environ.get("ANBU_E2E_BROKER", "mock")
    if kind == "mock":
        return Broker(world, partitions)
    if kind not in ("kafka", "kafka-tls"):
        raise Failure("ANBU_E2E_BROKER=%s: mock, kafka or kafka-tls" % kind)
    import apache  # pylint: disable=import-outside-toplevel
    return apache.shared(world, partitions, kind == "kafka-tls")


def produce_lines(world, to, lines):
    """Lines of a simulated town, each with `arrived` as its timestamp."""
    answer = world.run(world.program("e2e/produce"), to.address, to.prefix,
                       *["%s=%s" % pair for pair in to.properties.items()], input=b"".join(lines))
    if answer.code:
        raise Failure("produce: %s" % answer)


def kafka_yaml(to):
    """The section of a configuration for anbud; to: an address, or a Broker."""
    lines = ["kafka:", "  brokers: " + getattr(to, "address", to)]
    prefix = getattr(to, "prefix", "anbu")
    if prefix != "anbu":
        lines += ["  group: " + prefix, "  topics:"]
        lines += ["    %s: %s.%s" % (name.replace("-", "_"), prefix, name)
                  for name in Broker.TOPICS]
    properties = getattr(to, "daemon_properties", {})
    lines += ["  properties:"] * bool(properties)
    lines += ["    %s: %s" % pair for pair in properties.items()]
    return "\n".join(lines) + "\n"


def write_file(path, text):
    with open(path, "w") as file:
        file.write(text)



def as_bytes(value):
    return value if isinstance(value, bytes) else value.encode()


def of_alerts(events):
    """Without those of areas, whose key is no household."""
    return [(key, event) for key, event in events if event["type"].startswith("anbu.alert.")]


def histories(events):
    """alert id -> {version: event}, of a list of (key, event)."""
    found = {}
    for _, event in of_alerts(events):
        found.setdefault(event["data"]["alert"], {})[event["data"]["version"]] = event
    return found


def check_events(world, events):
    """What every stream of events must be, however it came about."""
    events = of_alerts(events)
    wrong_id = [event["id"] for _, event in events
                if event["id"] != "%s.%d" % (event["data"]["alert"], event["data"]["version"])]
    world.equal(wrong_id, [], "an event's id is alert and version")
    world.equal([event["id"] for key, event in events
                 if not key == event["subject"] == event["data"]["household"]], [],
                "key, subject and household of an event agree")
    gaps = {alert: sorted(versions) for alert, versions in histories(events).items()
            if sorted(versions) != list(range(1, len(versions) + 1))}
    world.equal(gaps, {}, "versions have no gap")
    differing = {}
    for _, event in events:
        differing.setdefault(event["id"], set()).add(json.dumps(event, sort_keys=True))
    world.equal([name for name, bodies in differing.items() if len(bodies) > 1], [],
                "the same event is the same at every delivery")


def main(test, hung_seconds=HUNG_SECONDS):
    """Runs test(world); the exit status says whether all went well."""
    if len(sys.argv) != 2:
        print("usage: %s BUILD_DIR" % sys.argv[0], file=sys.stderr)
        sys.exit(2)
    world = World(sys.argv[1])

    def stop(number, _frame):
        raise Failure("the time is over" if number == signal.SIGALRM else "told to end")
    signal.signal(signal.SIGALRM, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.alarm(hung_seconds)
    try:
        for tool in TOOLS:
            if not shutil.which(tool):
                raise Failure("%s is not installed: deploy/bootstrap installs it" % tool)
        test(world)
    except Failure as failure:
        world.check(False, "the test came to its end", failure)
    except Exception:  # pylint: disable=broad-except
        world.check(False, "the test came to its end", traceback.format_exc())
    finally:
        signal.alarm(0)
        world.end()
    print("%d passed, %d failed" % (world.passed, world.failed))
    sys.exit(1 if world.failed else 0)
