# SPDX-License-Identifier: Apache-2.0
"""One evening of a small city, on whatever broker and Redis: readings and bills by kcat, alerts
worked with anbuctl, a reload in the middle, bad messages, and what the audit log has of it."""
import json
import os
import signal

import homes
import world as w

QUIET, BACK, DEBTOR, LATER = "H-quiet", "H-back", "H-debtor", "H-later"
FINE = ["H-fine-%d" % i for i in range(3)]
WEEKS = 42 * 24 * homes.HOUR
SILENT = 44 * homes.HOUR
SETTINGS = """
ingest: {settle: 1s, max_age: 7d, timezone: Asia/Seoul}
daemon: {flush_interval: 1s}
budget:
  acute_per_household_year: %s
%s"""


def of(alerts, household):
    return [alert for alert in alerts if alert["household"] == household]


def stream(world, daemon, kafka, now):
    """Six weeks of all homes, up to an hour before now."""
    everybody = [QUIET, BACK, DEBTOR, LATER] + FINE
    kafka.produce("anbu.household", homes.records(
        [homes.profile(name, now - WEEKS, "lives_alone") for name in everybody]))
    daemon.taken_in(len(everybody))
    readings = []
    for name in everybody:
        silent = now - SILENT if name in (QUIET, BACK) else None
        readings += homes.weeks(name, now - WEEKS, now - homes.HOUR, silent)
    kafka.produce("anbu.readings", homes.records(readings))
    bills = [homes.bill(DEBTOR, now - days * 24 * homes.HOUR) for days in (95, 64, 33)]
    kafka.produce("anbu.billing", homes.records(
        bills + [homes.arrears(DEBTOR, now - homes.HOUR, 3)]))
    daemon.taken_in(len(everybody) + len(readings) + 4)
    return readings


def raised(world, daemon):
    """The alerts that must come, and no other."""
    def all_there():
        alerts = daemon.alerts()
        return alerts if len(alerts) >= 3 else None
    alerts = world.poll(all_there, 60) or daemon.alerts()
    got = sorted((alert["household"], alert["team"], alert["state"]) for alert in alerts)
    world.equal(got, sorted([(QUIET, "police", "open"), (BACK, "police", "open"),
                             (DEBTOR, "welfare", "open")]),
                "the silent homes go to the police, the debtor to welfare, the others to nobody")
    if len(got) != 3:
        raise w.Failure("without these alerts there is nothing to work")
    quiet, back, debtor = (of(alerts, name)[0] for name in (QUIET, BACK, DEBTOR))
    world.check("since" in quiet["reasons"][0]["summary"], "the reason is a sentence with a time",
                quiet["reasons"])
    world.check("3" in debtor["reasons"][0]["summary"], "arrears tell the months",
                debtor["reasons"])
    return quiet["alert"], back["alert"], debtor["alert"]


def changed(answer):
    """The alert in the answer to a change."""
    return answer.json()["alert"] if answer.code == 0 else {}


def work(world, daemon, quiet, debtor):
    """Two officers and an alert."""
    listed = daemon.ctl("alerts", "list")
    world.check(listed.code == 0 and quiet[:8] in listed.out and QUIET in listed.out,
                "alerts list shows it in columns", listed)
    shown = daemon.ctl("alerts", "show", quiet[:8])
    world.check(shown.code == 0 and QUIET in shown.out and "since" in shown.out,
                "alerts show tells it by the first letters of its id", shown)
    acked = daemon.ctl("--as", "kim", "alerts", "ack", quiet, "--for", "2h", "--note", "calling",
                       "--json")
    taken = changed(acked)
    world.check(taken.get("state") == "acknowledged" and taken["owner"].startswith("kim"),
                "kim takes it", acked)
    world.check(acked.json()["delivered"], "and Kafka has it when she is told so", acked)
    refused = daemon.ctl("--as", "lee", "alerts", "ack", quiet)
    world.check(refused.code == 1 and "kim" in refused.err,
                "lee is refused and told who has it", refused)
    noted = daemon.ctl("--as", "lee", "alerts", "note", quiet, "neighbour has a key", "--json")
    world.check(noted.code == 0 and
                changed(noted)["steps"][-1]["note"] == "neighbour has a key",
                "a note by anybody is kept", noted)
    missing = daemon.ctl("alerts", "resolve", quiet)
    world.check(missing.code and "outcome is needed" in missing.err,
                "closing needs an outcome", missing)
    closed = daemon.ctl("--as", "kim", "alerts", "resolve", debtor, "--outcome", "referred_onward",
                        "--note", "debt advice", "--json")
    world.equal((changed(closed).get("state"), changed(closed).get("outcome")),
                ("resolved", "referred_onward"), "resolved with its outcome")
    advised = daemon.ctl("advise", "--json", "--why", "the week's review")
    rules = {rule["detector"]: rule for rule in advised.json()["rules"]} if not advised.code else {}
    world.check(rules and (rules["arrears"]["judged"], rules["arrears"]["worth_it"],
                           rules["arrears"]["advice"]) == (1, 1, "too_few") and
                rules["silence"]["judged"] == 0, "advise counts it for its rule", advised)
    budget = daemon.ctl("budget", "--json")
    world.check(budget.code == 0 and budget.json()["steered"] and budget.json()["homes"] >= 1,
                "budget tells what is counted", budget)
    again = daemon.ctl("--as", "lee", "alerts", "reopen", debtor, "--note", "not yet seen",
                       "--json")
    world.equal(changed(again).get("state"), "open", "and reopened")
    nobody = daemon.ctl("alerts", "show", "zzzzzzzz")
    world.check(nobody.code == 1 and nobody.err, "an id that is not there is said so", nobody)
    by_jq = world.run("jq", "-r", ".alerts[] | select(.owner != null) | .household",
                      input=daemon.ctl("alerts", "list", "--json").out)
    world.equal(by_jq.out.split(), [QUIET], "jq reads the list's JSON")


def past(world, daemon, config, quiet, debtor):
    """What was told of an alert, worked out anew from the household's messages. When a batch was
    settled hangs on the clock of a busy machine; a bill does not."""
    told = daemon.ctl("alerts", "show", debtor, "--json").json()["reasons"][0]
    again = daemon.ctl("explain", debtor[:8], "--at", "raised", "--config", config.path, "--json",
                       "--why", "how it was", seconds=60)
    world.need(again.code == 0, "explain --at raised reads the household's messages", again)
    page = again.json()
    shown = {one["detector"]: one for one in page["detectors"]}
    world.equal((page["household"], page["alert"], page["since"]), (DEBTOR, debtor, None),
                "it is the alert's household, and nothing is missing")
    world.check(page["prices"]["of"] in ("training", "counted"), "and it says at whose prices",
                page["prices"])
    world.equal((shown["arrears"]["on"], shown["arrears"]["evidence"]["terms"]),
                (True, told["evidence"]["terms"]),
                "and every number behind the alert is as it was told")
    silent = daemon.ctl("explain", quiet[:8], "--at", "2100-01-01T00:00:00Z", "--config",
                        config.path)
    world.check(silent.code == 0 and "silence: on" in silent.out and "longest" in
                silent.out.lower(), "a household is shown at a moment, by its alert", silent)
    early = daemon.ctl("explain", QUIET, "--at", "2020-01-01T00:00:00+09:00", "--config",
                       config.path)
    world.check(early.code == 1 and "the oldest that is there came at" in early.err,
                "before its first message it says since when there are some", early)
    with open(os.path.join(daemon.data, "audit.log")) as file:
        lines = [json.loads(line) for line in file]
    looked = [(line["subject"], line["why"]) for line in lines if " at " in line["subject"]]
    world.equal(looked, [(DEBTOR + " at raised", "how it was"),
                         (QUIET + " at 2100-01-01T00:00:00Z", ""),
                         (QUIET + " at 2020-01-01T00:00:00+09:00", "")],
                "the audit log has each look-up, with its moment")


def life(world, daemon, kafka, now, back):
    """A sign of life in the last hour clears the alert of a home that nobody had taken."""
    kafka.produce("anbu.readings", homes.records(
        homes.lived(BACK, now - homes.HOUR, True, 1)))
    state = lambda: of(daemon.alerts(), BACK)[0]  # noqa: E731
    world.poll(lambda: state()["state"] == "cleared", 60)
    world.equal((state()["alert"], state()["state"]), (back, "cleared"),
                "a sign of life clears the alert that nobody had taken")


def bad_messages(world, kafka, now):
    """Each bad message lies among the dead letters with its reason and its own bytes."""
    good = homes.reading(FINE[0], "water", now - homes.HOUR, 5)
    no_offset = dict(good, start="2026-01-15T13:00:00")
    bad = [
        (FINE[0], b"{not json", "bad_json"),
        (FINE[0], b"\xff\xfe\x00{}", "bad_json"),
        (FINE[0], json.dumps(no_offset).encode(), "no_offset"),
        (FINE[0], json.dumps(dict(good, unit="kWh")).encode(), "unknown_unit"),
        (FINE[0], json.dumps(dict(good, start=homes.when(now + 86400))).encode(), "in_future"),
        (FINE[1], json.dumps(good).encode(), "key_mismatch"),
        (FINE[0], json.dumps(dict(good, kind="guess")).encode(), "bad_value"),
        (FINE[0], json.dumps({"type": "reading", "household": FINE[0]}).encode(),
         "missing_field"),
    ]
    kafka.produce("anbu.readings", [(key, value) for key, value, _ in bad])
    world.poll(lambda: len(kafka.payloads("anbu.dead-letters")) >= len(bad), 60)
    letters = kafka.consume("anbu.dead-letters")
    world.equal(sorted(kafka.payloads("anbu.dead-letters")), sorted(value for _, value, _ in bad),
                "dead letters keep the original bytes")
    headers = [dict(zip(letter["headers"][::2], letter["headers"][1::2])) for letter in letters]
    world.equal(sorted(header["reason"] for header in headers),
                sorted(reason for _, _, reason in bad), "each dead letter tells its reason")
    world.check(all({"source", "partition", "offset", "help"} <= set(header)
                    for header in headers), "and where it stood", headers)
    # One key in every partition: right in one of them.
    for partition in range(8):
        kafka.produce("anbu.readings", [(FINE[0], json.dumps(good))], "-p", str(partition))
    total = len(bad) + 7
    world.poll(lambda: len(kafka.payloads("anbu.dead-letters")) >= total, 60)
    reasons = [dict(zip(letter["headers"][::2], letter["headers"][1::2]))["reason"]
               for letter in kafka.consume("anbu.dead-letters")]
    world.equal((len(reasons), reasons.count("wrong_partition")), (total, 7),
                "a key in the wrong partition is a dead letter, in its own it is not")


def household(world, daemon, now):
    name = FINE[2]
    text = daemon.ctl("household", "show", name, "--why", "trying it")
    world.check(text.code == 0 and name in text.out and "11140-sindang" in text.out and
                "lives alone" in text.out and "Asia/Seoul" in text.out,
                "household show prints a page", text)

    def last_hours():
        answer = daemon.ctl("household", "show", name, "--json")
        return answer.json() if answer.code == 0 else {}
    shown = last_hours()
    world.equal((shown.get("household"), shown.get("area"), shown.get("residents"),
                 shown.get("flags")), (name, "11140-sindang", 1, ["lives_alone"]),
                "its JSON has the profile")
    meters = {meter["utility"]: meter for meter in shown.get("meters", [])}
    world.equal(sorted(meters), ["electricity", "water"], "and both meters")
    sent = {start: homes.lived(name, start, homes.awake_at(name, start, 1), 1)[1]["value"]
            for start in range(now - 48 * homes.HOUR, now - homes.HOUR, homes.HOUR)}
    use = {hour["start"]: hour["use"] for hour in meters.get("water", {}).get("hours", [])}
    kept = [use.get(homes.when(start)) for start in sent]
    # The ring is log-quantised: near, not equal.
    near = all(value is not None and abs(value - want) <= 0.08 * want
               for value, want in zip(kept, sent.values()))
    world.check(near, "and the litres of the last two days, hour by hour",
                "%s\n%s" % (kept, list(sent.values())))
    nobody = daemon.ctl("household", "show", "H-nobody")
    world.check(nobody.code == 1 and "H-nobody" in nobody.err,
                "a household that is not known is said so", nobody)


class Config:
    """The configuration file, which is changed under way. more: sections that stay."""

    def __init__(self, world, more=""):
        self.world, self.more = world, more
        self.path = self.write(6)

    def write(self, budget):
        return self.world.write("anbu.yaml", SETTINGS % (budget, self.more))


def reload(world, daemon, config):
    def budget():
        rows = daemon.ctl("show-config", "--json").json()["options"]
        return [row["value"] for row in rows
                if row["name"] == "budget.acute_per_household_year"][0]
    world.equal(float(budget()), 6.0, "show-config tells the budget of the file")
    config.write(9)
    daemon.process.send(signal.SIGHUP)
    world.poll(lambda: float(budget()) == 9.0)
    world.equal(float(budget()), 9.0, "SIGHUP takes the changed file over")
    config.write(12)
    answer = daemon.ctl("reload")
    world.check(answer.code == 0, "anbuctl reload", answer)
    world.equal(float(budget()), 12.0, "takes it over too")
    config.write("plenty")
    answer = daemon.ctl("reload")
    world.check(answer.code == 1 and config.path + ":5:29" in answer.err,
                "a bad file is refused with line and column", answer)
    before = len(daemon.logged("configuration not reloaded, the old one stays in force"))
    daemon.process.send(signal.SIGHUP)
    world.poll(lambda: len(daemon.logged(
        "configuration not reloaded, the old one stays in force")) > before)
    world.check(float(budget()) == 12.0 and daemon.process.runs(), "and changes nothing")
    world.check(any(config.path + ":5:29" in line for line in daemon.logged("configuration error")),
                "and the log has each mistake", daemon.process.err())
    config.write(6)
    answer = daemon.ctl("reload")
    world.check(answer.code == 0 and float(budget()) == 6.0, "and a mended one is taken", answer)


def audit(world, daemon):
    path = os.path.join(daemon.data, "audit.log")
    verified = world.ctl("audit", "verify", path)
    world.check(verified.code == 0 and "whole" in verified.out, "the audit log's chain is whole",
                verified)
    with open(path) as file:
        lines = [json.loads(line) for line in file]
    looked = [line["why"] for line in lines
              if line["action"] == "households.show" and line["household"] == FINE[2]]
    world.check(looked and looked[0] == "trying it",
                "it has the look-up of a household, with its purpose", looked)
    who = [line["who"].split(" ")[0] for line in lines if line["action"] == "alerts.acknowledge"]
    world.equal(sorted(set(who)), ["kim", "lee"], "and who took an alert, or tried to")
    copy = world.path("audit.copy")
    with open(path) as file, open(copy, "w") as out:
        out.write(file.read().replace("trying it", "tried it", 1))
    forged = world.ctl("audit", "verify", copy)
    world.check(forged.code == 1, "an edited line breaks it", forged)


def spend(world, daemon, kafka, config, now):
    """The evening; returns the readings and the alerts that it leaves."""
    readings = stream(world, daemon, kafka, now)
    quiet, back, debtor = raised(world, daemon)
    past(world, daemon, config, quiet, debtor)
    work(world, daemon, quiet, debtor)
    reload(world, daemon, config)
    life(world, daemon, kafka, now, back)
    household(world, daemon, now)
    bad_messages(world, kafka, now)
    w.check_events(world, kafka.events())
    types = {}
    for versions in w.histories(kafka.events()).values():
        # A silence that grows is told again: how often before somebody took it, is not asked here.
        told = [(versions[v]["type"].rsplit(".", 1)[1], versions[v]["data"]["state"])
                for v in sorted(versions)]
        types[versions[1]["subject"]] = [kind for kind, state in told
                                         if (kind, state) != ("updated", "open")]
    world.equal(types, {QUIET: ["raised", "acknowledged", "updated"], BACK: ["raised", "cleared"],
                        DEBTOR: ["raised", "resolved", "reopened"]},
                "kcat reads each step on anbu.alerts")
    outcomes = [json.loads(record["payload"]) for record in kafka.consume("anbu.household")
                if record["key"] == DEBTOR]
    once = {message["id"]: (message["alert"], message["outcome"])  # delivery is at least once
            for message in outcomes if message["event"] == "outcome"}
    world.equal(list(once.values()), [(debtor, "referred_onward")],
                "an outcome goes back to the household's own record")
    audit(world, daemon)
    return readings, daemon.alerts()


def next_day(world, daemon, kafka, now, before, readings):
    """After a second start on the same data: nothing is forgotten, nothing raised again, and what
    is new comes. Returns who has an alert by then."""
    shape = lambda alerts: sorted((alert["alert"], alert["version"], alert["state"])  # noqa: E731
                                  for alert in alerts)
    world.equal(shape(daemon.alerts()), shape(before), "alerts outlive a restart")
    page = daemon.ctl("household", "show", QUIET, "--json")
    world.check(page.code == 0 and page.json()["area"] == "11140-sindang",
                "households outlive it", page)
    # A utility sends its last three days once more, and what is new.
    again = [message for message in readings
             if message["start"] >= homes.when(now - 72 * homes.HOUR)]
    kafka.produce("anbu.readings", homes.records(again))
    kafka.produce("anbu.billing", homes.records(
        [homes.arrears(DEBTOR, now - homes.HOUR, 3), homes.arrears(LATER, now, 4)]))
    daemon.taken_in(len(again) + 2)
    world.poll(lambda: of(daemon.alerts(), LATER), 60)
    later = of(daemon.alerts(), LATER)
    world.equal([(alert["team"], alert["state"]) for alert in later], [("welfare", "open")],
                "the restarted daemon takes new messages in")
    rest = [alert for alert in daemon.alerts() if alert["household"] != LATER]
    world.equal(sorted(alert["alert"] for alert in rest),
                sorted(alert["alert"] for alert in before), "and raises nothing a second time")

    def told():
        raised = {event["id"]: event["subject"] for _, event in kafka.events()
                  if event["type"] == "anbu.alert.raised"}
        return sorted(raised.values())  # delivery is at least once
    world.poll(lambda: LATER in told(), 30)
    return told()
