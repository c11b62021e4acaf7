# SPDX-License-Identifier: Apache-2.0
"""A round of crash equality. A Stage outlives rounds: Kafka with the town in it, read by every
round from the start. A Scene is one round: a Redis, topics for what comes out, and the daemons."""
import collections
import contextlib
import copy
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import threading
import time

import faults
import holds
import streams
import world as w

PARTITIONS = streams.PARTITIONS
SETTINGS = """
kafka:
  brokers: %s
  group: %s
  topics: {readings: %s.readings, billing: %s.billing, household: %s,
           report: %s.report, weather: %s.weather, alerts: %s, dead_letters: %s}
%s
daemon: {clock: arrival, batch: %d, flush_interval: 1s, workers: 1, takeover_grace: 0s}
budget: {acute_per_household_year: 12}
incidents: {homes_min: 6, hold_max: 18h}
ladders:
  - {name: day, hours: 08:00-20:00, steps: [{channel: message, whom: resident, wait: 20m},
      {channel: phone, whom: contact_person, wait: 2h}, {channel: visit, whom: officer}]}
  - {name: night, after: 1h, when_taken: go_on, steps: [
      {channel: message, whom: resident, wait: 3h}, {channel: visit, whom: officer, wait: 3h}]}
"""
END_SECONDS = 300


class Stage:
    """One node of Apache Kafka, behind a wire that can be cut and slowed, and the town in it."""

    def __init__(self, world, apache, town):
        self.world = world
        self.cluster = apache.Cluster(world)
        self.wire = faults.Wire(("127.0.0.1", self.cluster.ports[0]))
        self.cluster.advertised = self.wire.port
        self.cluster.start()
        self.direct = apache.Broker(world, PARTITIONS, self.cluster.describe(), True, "PLAIN")
        self.town = streams.Town(world, *town)
        self.town.lines = with_bad_ones(holds.with_blackouts(self.town.lines))
        self.medical = holds.medical(self.town.lines)
        self.direct.produce(self.town.lines)
        self.direct.produce(self.town.last_lines)
        self.ends = ends_of(self.town.lines + self.town.last_lines)
        print("     a town of %d messages" % len(self.town.lines), flush=True)

    def topics(self, tag, people):
        """Alerts, dead letters, household messages. Where officers are about, an outcome goes back
        as a household message of today: it must not stand in the next round's town."""
        made = [tag + ".alerts", tag + ".dead-letters"] + [tag + ".household"] * people
        self.direct.create(PARTITIONS, *made)
        if not people:
            return (*made, self.direct.prefix + ".household")
        own = copy.copy(self.direct)
        own.prefix = tag
        own.produce([line for line in self.town.lines + self.town.last_lines
                     if json.loads(line)["type"] == "household"])
        return tuple(made)


def ends_of(lines):
    """(partition, topic) -> the offset after its last message."""
    ends = collections.Counter()
    for message in map(json.loads, lines):
        if message["type"] != "weather":
            partition = streams.murmur2(message["household"].encode()) % PARTITIONS
            ends[partition, message["type"]] += 1
    return ends


def with_bad_ones(lines):
    """Behind every thousandth reading one that nobody can use: a dead letter, in each run the
    same."""
    out = []
    for number, line in enumerate(lines):
        out.append(line)
        if number % 1000 == 0 and b'"type":"reading"' in line:
            out.append(line.replace(b'"quality":"actual"', b'"quality":"guessed"'))
    return out


class Redis(w.Redis):
    """May lose its last second, or its room."""
    # What goes beyond a file's limit is an error, as on a full disk, and not the end.
    program = ("sh", "-c", 'trap "" XFSZ; exec redis-server "$@"', "redis-server")

    def __init__(self, world, name, fsync):
        super().__init__(world, name, "--appendfsync", fsync, "--aof-load-truncated", "yes")
        self.fsync = fsync
        self.files = os.path.join(self.directory, "appendonlydir")
        self.copied = os.path.join(self.directory, "a-second-ago")

    def keep(self):
        shutil.rmtree(self.copied, ignore_errors=True)
        shutil.copytree(self.files, self.copied)

    def go_back(self):
        shutil.rmtree(self.files)
        os.rename(self.copied, self.files)

    def limit_files(self, size):
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE,
                         (size, resource.RLIM_INFINITY))

    @contextlib.contextmanager
    def link(self):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(self.socket)
            file = link.makefile("rwb")
            ask(file, "AUTH", self.password)
            yield file

    def all_records(self, prefix="anbu:"):
        """Household -> its record's bytes; a partition's record of nobody by its key."""
        with self.link() as file:
            return {key.decode().split(":h:", 1)[1] or key.decode():
                    hashlib.sha256(ask(file, "GET", key)).hexdigest()
                    for key in ask(file, "KEYS", prefix + "{*}:h:*")}

    def heads(self, prefix="anbu:"):
        """(partition, topic) -> the offset from which an owner would read."""
        found = {}
        with self.link() as file:
            for partition in range(PARTITIONS):
                head = ask(file, "HGETALL", prefix + "{%d}:head" % partition)
                for name, value in zip(head[::2], head[1::2]):
                    if name.startswith(b"offset:"):
                        found[partition, name[7:].decode()] = int(value) % 2 ** 40
        return found


def ask(file, *words):
    """One command of the Redis protocol, and its answer."""
    parts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    file.write(b"*%d\r\n" % len(parts))
    for part in parts:
        file.write(b"$%d\r\n%s\r\n" % (len(part), part))
    file.flush()
    return answer(file)


def answer(file):
    line = file.readline()
    kind, rest = line[:1], line[1:-2]
    if kind == b"$":
        size = int(rest)
        return None if size < 0 else file.read(size + 2)[:-2]
    if kind == b"*":
        return [answer(file) for _ in range(int(rest))]
    if kind == b"-":
        raise w.Failure("redis: %s" % rest.decode())
    return rest


class Scene:
    def __init__(self, world, stage, seed):
        self.world, self.stage, self.seed = world, stage, seed
        self.chance = random.Random(seed)
        self.people = seed is not None and seed % 4 == 0
        tag = "quiet" if seed is None else "s%d-%d" % (seed, world.process_count)
        self.name = tag
        self.alerts_topic, self.letters_topic, household = stage.topics(tag, self.people)
        self.own_topics = [self.alerts_topic, self.letters_topic] + [household] * self.people
        self.redis = Redis(world, tag + "-redis",
                           "always" if self.chance.random() < 0.25 else "everysec")
        self.redis.start()
        broker = stage.direct
        self.batch = 200 if seed is None else self.chance.choice((2, 5, 20))
        p = broker.prefix
        self.config = world.write(tag + ".yaml", SETTINGS % (
            "127.0.0.1:%d" % stage.wire.port, tag, p, p, household, p, p, self.alerts_topic,
            self.letters_topic, self.redis.yaml(), self.batch))
        self.daemons = []
        self.done = []   # faults, in their order
        self.deeds = []  # (alert, who) that an officer was told is done
        self.kafka = w.Kafka(world, as_named(broker))

    # ---- daemons ----

    def join(self):
        """Another anbud in the group."""
        daemon = w.Daemon(self.world, "%s-%d" % (self.name, len(self.daemons)), "--config",
                          self.config, "--set", "daemon.metrics_listen=")
        daemon.told_to_go = False
        daemon.launch()
        self.daemons.append(daemon)
        return daemon

    def running(self):
        return [daemon for daemon in self.daemons if daemon.process.runs()]

    def is_up(self, daemon):
        return daemon.status().get("messages", 0) > 0

    # ---- the play ----

    def play(self):
        for _ in range(1 if self.seed is None else self.chance.randint(1, 3)):
            self.join()
        self.world.need(self.world.poll(lambda: any(map(self.is_up, self.running())), 60),
                        "anbud has begun", self.words())
        if self.people:  # who have nothing to do before there is an alert
            self.world.poll(lambda: self.through() or any(map(self.listed, self.running())),
                            END_SECONDS)
        if self.seed is not None:
            for fault in faults.chosen(self.chance):
                if self.through():
                    break
                if self.people:
                    self.act()
                self.done.append(fault.__name__.replace("_", " "))
                fault(self)
        self.revive()
        if not self.running():
            self.join()
        self.wait_for_end()

    def through(self):
        """The whole stream is in the store: nothing is left to be disturbed. A Redis that went back
        may have its last messages, and miss what was before them."""
        names = set(self.stage.town.last_ones)
        try:
            heads = self.redis.heads()
            return names <= set(self.redis.all_records()) and \
                all(heads.get(place, 0) >= end for place, end in self.stage.ends.items())
        except (OSError, w.Failure, IndexError, ValueError):
            return False

    def wait_for_end(self):
        """Everything is applied and flushed, and every event is told."""
        def settled():
            if not self.through():
                return False
            daemons = self.running()
            states = [daemon.status() for daemon in daemons]
            return all(states) and not sum(state["households_unflushed"] for state in states) and \
                self.outbox() == 0
        began = time.monotonic()
        while not self.world.poll(settled, 5):
            self.revive()
            self.world.need(time.monotonic() - began < END_SECONDS,
                            "seed %s: the stream comes to its end" % self.seed, self.words())

    def revive(self):
        """Who finds Redis or Kafka unusable at its start ends, and the service manager starts it
        again; nobody who has begun ends by himself."""
        for daemon in self.daemons:
            if daemon.process.runs() or daemon.told_to_go:
                continue
            daemon.told_to_go = True
            self.world.need(daemon.process.wait(1) == 1 and not daemon.logged("started"),
                            "seed %s: no anbud ends by itself" % self.seed,
                            daemon.process.err()[-3000:])
            self.done.append("anbud refused at its start")
            self.join()

    def outbox(self):
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(self.redis.socket)
            file = link.makefile("rwb")
            ask(file, "AUTH", self.redis.password)
            return sum(ask_number(file, "XLEN", key)
                       for key in ask(file, "KEYS", "anbu:{*}:outbox"))

    def words(self):
        return "faults: %s\n%s" % (", ".join(self.done), "\n".join(
            "%s: %s\n%s" % (daemon.data, daemon.process.popen.poll(),
                            daemon.process.err()[-1500:]) for daemon in self.daemons))

    # ---- people ----

    def listed(self, daemon):
        said = daemon.ctl("alerts", "list", "--all", "--limit", "50", "--json")
        return [] if said.code else said.json()["alerts"]

    def act(self):
        """An officer takes, notes, resolves or reopens; what is confirmed is remembered. Another
        reads the configuration again."""
        for daemon in self.running():
            who = "kim%d" % len(self.deeds)
            listed = self.listed(daemon)
            if not listed:
                continue
            alert = self.chance.choice(listed)
            step = self.chance.choice((("ack",), ("note", "tried"),
                                       ("resolve", "--outcome", "safe"),
                                       ("reopen", "--note", "not yet seen")))
            said = daemon.ctl("--as", who, "alerts", step[0], alert["alert"], *step[1:], "--json")
            if said.code == 0 and said.json().get("delivered"):
                self.deeds.append((alert["alert"], who))
            daemon.process.send(signal.SIGHUP)

    def check_people(self, left):
        """Nothing that was confirmed is gone, and no timer has fired twice."""
        lost = [(alert, who) for alert, who in self.deeds
                if not any(step["who"].startswith(who + " ")
                           for step in left["alerts"].get(alert, {}).get("steps", []))]
        good = self.world.equal(lost, [], "seed %d: what officers were told is done is there (%d)"
                                % (self.seed, len(self.deeds)))
        twice = []
        for alert in left["alerts"].values():
            times = [(step["what"], step["at"]) for step in alert["steps"]
                     if step["what"] in ("escalated", "ack_expired")]
            twice += [alert["alert"]] if len(times) != len(set(times)) else []
        return good & self.world.equal(twice, [], "seed %d: each timer fires once" % self.seed)

    # ---- what is left ----

    def events(self):
        """Of alerts; incidents are soft state, told once or not at all."""
        told = (json.loads(record["payload"]) for record in self.kafka.consume(self.alerts_topic))
        return [event for event in told if event["type"].startswith("anbu.alert.")]

    def left(self):
        alerts, held = {}, set()
        for event in self.events():
            data = event["data"]
            held |= {data["alert"]} if data["held_by"] else set()
            if data["version"] >= alerts.get(data["alert"], {"version": 0})["version"]:
                alerts[data["alert"]] = data
        letters = {}
        for record in self.kafka.consume(self.letters_topic):
            named = dict(zip(record["headers"][::2], record["headers"][1::2]))
            letters[(named["source"], named["partition"], named["offset"])] = record["payload"]
        return {"alerts": alerts, "records": self.redis.all_records(), "dead letters": letters,
                "held": held}

    def check_events(self):
        """No event id has two contents, versions have no gap, and holds are right."""
        bodies, versions, good = {}, {}, True
        events = self.events()
        for event in events:
            bodies.setdefault(event["id"], set()).add(json.dumps(event, sort_keys=True))
            versions.setdefault(event["data"]["alert"], set()).add(event["data"]["version"])
        differing = sorted(name for name, all_of in bodies.items() if len(all_of) > 1)
        gaps = sorted(alert for alert, all_of in versions.items()
                      if sorted(all_of) != list(range(1, max(all_of) + 1)))
        wrong = holds.wrong(events, self.stage.medical, self.stage.town.end)
        good &= self.world.equal(wrong, [], "seed %s: nobody is held who may not be, twice, or for "
                                 "good" % self.seed)
        good &= self.world.equal(differing, [], "seed %s: no event id has two contents (%d)"
                                 % (self.seed, len(bodies)))
        return good & self.world.equal(gaps, [], "seed %s: versions have no gap" % self.seed)

    def end(self):
        for daemon in self.running():
            daemon.process.send(signal.SIGCONT)
            daemon.process.end(signal.SIGKILL)
        if self.redis.process.runs():
            self.redis.process.end(signal.SIGKILL)
        self.stage.wire.calm()
        ours = [daemon.process for daemon in self.daemons] + [self.redis.process]
        self.world.processes = [one for one in self.world.processes if one not in ours]
        if not self.world.failed:
            shutil.rmtree(self.redis.directory, ignore_errors=True)
        self.stage.direct.delete(*self.own_topics)


def ask_number(file, *words):
    return int(ask(file, *words))


def as_named(broker):
    """For a consumer of topics by their full names."""
    plain = copy.copy(broker)
    plain.prefix = "anbu"
    return plain


def later(seconds, what):
    timer = threading.Timer(seconds, what)
    timer.daemon = True
    timer.start()
    return timer
