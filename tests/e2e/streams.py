# SPDX-License-Identifier: Apache-2.0
"""Streams of a simulated town through a broker and a Redis that outlive the daemons, and what such
a stream leaves behind: to be compared between a quiet run and a disturbed one."""
import collections
import json
import os
from datetime import datetime, timedelta

import world as w

PARTITIONS = 16
# Small batches, so that there is a middle to be disturbed in. No timer fires within a test.
SETTINGS = """
%s
%s
daemon: {batch: %d, flush_interval: 1s, workers: %d, log_level: info}
alerts: {escalate_critical: 24h, escalate: 7d}
incidents: {enabled: false}
retention: {alerts: 36500d, notes: 36500d, evidence: 36500d} # the streams are of months ago
"""


def murmur2(key):
    """As Java producers have it."""
    mask, m = 0xffffffff, 0x5bd1e995
    h = 0x9747b28c ^ len(key)
    for i in range(0, len(key) - len(key) % 4, 4):
        k = int.from_bytes(key[i:i + 4], "little") * m & mask
        h = h * m & mask ^ (k ^ k >> 24) * m & mask
    tail = key[len(key) - len(key) % 4:]
    if tail:
        h = (h ^ int.from_bytes(tail, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return (h ^ h >> 15) & 0x7fffffff


def one_in_each_partition(prefix):
    """A household id for each partition."""
    found = {}
    number = 0
    while len(found) < PARTITIONS:
        name = "%s-%d" % (prefix, number)
        found.setdefault(murmur2(name.encode()) % PARTITIONS, name)
        number += 1
    return [found[partition] for partition in range(PARTITIONS)]


class Town:
    """A simulated town as lines, in the order of their arrival, and one household in each partition
    that is heard of after all others, and after the last batch has settled: when the store has
    them, it has everything before them."""

    def __init__(self, world, *options):
        self.path = world.path("town.ndjson")
        answer = world.ctl("simulate", "--out", self.path, *options)
        world.need(answer.code == 0, "a town is simulated", answer)
        with open(self.path, "rb") as file:
            self.lines = file.readlines()
        self.sent, self.after_opt_out = self.read()
        self.homes = sorted({json.loads(line)["household"] for line in self.lines[:2000]
                             if b'"profile"' in line})
        end = json.loads(self.lines[-1])["arrived"]
        self.end = datetime.fromisoformat(end) + timedelta(minutes=30)
        end = self.end.isoformat()
        self.last_ones = one_in_each_partition("last")
        self.last_lines = [json.dumps({"type": "household", "household": name, "event": "profile",
                                       "at": end, "arrived": end}).encode() + b"\n"
                           for name in self.last_ones]

    def read(self):
        """What the lines come to: messages by household, and those of who had opted out before."""
        sent, out, after = collections.Counter(), set(), 0
        for line in map(json.loads, self.lines):
            home = line.get("household")
            after += home in out
            sent.update([home] if home else [])
            if line.get("event") == "opted_out":
                out.add(home)
        return sent, after

    def count(self, partitions):
        """Messages of the town in these partitions."""
        return sum(number for home, number in self.sent.items()
                   if murmur2(home.encode()) % PARTITIONS in partitions)

    def wait_for_last(self, world, daemon, seconds=90):
        left = list(self.last_ones)

        def came():
            while left and daemon.household(left[-1]):
                left.pop()
            return not left
        world.need(world.poll(came, seconds), "the stream has come to its end",
                   "not yet: %s\n%s" % (left, daemon.status()))


# Incidents follow a worker's turns, and so how the input comes (decision 0012); prices follow what
# the homes of a partition come to, and a replay has one where the daemon has many (0013).
FROZEN = {"ANBU_INCIDENTS_ENABLED": "false", "ANBU_BUDGET_STEER": "false"}


def replayed_town(world):
    """A town, and the file of all its lines: of which daemon and replay tell the same."""
    os.environ.update(FROZEN)
    town = Town(world, "--households", "60", "--days", "45", "--quiet", "30", "--seed", "7")
    path = world.path("stream.ndjson")
    with open(path, "wb") as file:
        file.writelines(town.lines + town.last_lines)
    return town, path


def daemon_of(world, name, broker, redis, workers=2, batch=3):
    """broker: an address, or a Broker of whatever kind."""
    config = world.write(name + ".yaml", SETTINGS % (w.kafka_yaml(broker), redis.yaml(), batch,
                                                     workers))
    return w.Daemon(world, name, "--config", config)


def in_the_middle(world, daemon, most, least=2000):
    """Waits until some of the messages of this run are taken in, but not all."""
    taken = world.poll(lambda: daemon.status().get("messages", 0) >= least and
                       daemon.status()["messages"], 60)
    world.check(taken and taken < most,
                "caught in the middle of the stream (%s of %d)" % (taken, most))
    return taken or 0


def quiet(world, town):
    """What an undisturbed run leaves."""
    redis = w.Redis(world, "quiet-redis")
    redis.start()
    broker = w.broker(world, PARTITIONS)
    broker.produce(town.lines)
    broker.produce(town.last_lines)
    daemon = daemon_of(world, "quiet", broker, redis)
    daemon.start()
    town.wait_for_last(world, daemon)
    kafka = w.Kafka(world, broker)
    left = outcome(world, daemon, kafka, town)
    w.check_events(world, kafka.events())
    world.check(len(left[0]) >= 10, "the town gives alerts enough to compare (%d)" % len(left[0]))
    world.equal(kafka.payloads("anbu.dead-letters"), [], "and no dead letter")
    status = daemon.status()
    weather = sum(line.startswith(b'{"type":"weather"') for line in town.lines)
    all_lines = len(town.lines) + len(town.last_lines) + weather * (status["workers"] - 1)
    world.equal((status["messages"], status["rejected"]), (all_lines, 0),
                "a quiet run takes every message once, each worker all weather")
    world.equal(status["skipped"], town.after_opt_out,
                "and none twice: skipped is what came of those who had opted out")
    world.equal(daemon.process.end(), 0, "and ends in order")
    redis.process.end()
    broker.end()
    return left


def outcome(world, daemon, kafka, town):
    """What a run leaves: alerts, households and the story that anbu.alerts tells."""
    alerts = {alert["alert"]: alert for alert in daemon.alerts()}

    def told():
        have = {(event["data"]["alert"], event["data"]["version"])
                for _, event in kafka.events()}
        return all((alert["alert"], alert["version"]) in have for alert in alerts.values())
    world.check(world.poll(told, 60), "every alert's last version is on anbu.alerts")
    story = {event["id"]: (event["type"], event["time"], event["data"]["state"])
             for _, event in kafka.events()}
    for alert in alerts.values():
        for name in ("learnt", "waits_since", "suggests"):  # the wall's clock; the API alone has it
            del alert[name]
    homes = {}
    for home in town.homes:
        page = daemon.household(home)
        del page["alerts"]
        homes[home] = page
    odd = {home: (page["messages_applied"], town.sent[home]) for home, page in homes.items()
           if page["messages_applied"] != town.sent[home]}
    world.check(not odd, "each household has taken in each of its messages, once",
                "%s\n%s" % (odd, "\n".join(line for line in daemon.process.err().split("\n")
                                           if "level=info" not in line)))
    return alerts, story, homes


def check_same(world, got, wanted):
    """Two runs over the same stream: the same in everything but the clock of the wall."""
    for what, one, other in zip(("alerts", "story on anbu.alerts", "households"), got, wanted):
        differing = sorted(key for key in set(one) | set(other) if one.get(key) != other.get(key))
        world.check(not differing, "the same %s as in a quiet run (%d)" % (what, len(other)),
                    "\n".join("%s\n  got    %s\n  wanted %s" % (
                        key, difference(one.get(key), other.get(key)),
                        difference(other.get(key), one.get(key))) for key in differing[:8]))


def difference(one, other):
    """What of one is not as in the other."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: difference(value, other.get(key)) for key, value in one.items()
                if value != other.get(key)}
    if isinstance(one, list) and isinstance(other, list):
        return {place: difference(value, other[place] if place < len(other) else None)
                for place, value in enumerate(one) if other[place:place + 1] != [value]}
    return one
