# SPDX-License-Identifier: Apache-2.0
"""Area incidents in a round of crash equality. They are soft state (docs/decisions/0012): which
alerts they hold, and from when to when, may differ from run to run. What is found may not; and who
is held is told of in the end."""
import json
from datetime import datetime, timedelta

DAYS = (33, 35, 37, 39)  # of the town, long enough before its end that every hold is over by then
HOURS = range(2, 20)
# Steps; an escalation and a ladder wait for the hold's end.
OF_HOLDS = ("held", "hold_ended", "escalated", "step_due")
# What may end one besides: somebody has it, it is over, or its evidence is no longer of that kind.
ENDS = ("hold_ended", "cleared", "acknowledged", "resolved", "updated")


def with_blackouts(lines):
    """Nothing is used anywhere on some days, as far as meters tell hours."""
    first = datetime.fromisoformat(json.loads(lines[0])["arrived"]).date()
    dark = {str(first + timedelta(days=day)) for day in DAYS}
    return [without_use(line, dark) if b'"kind":"interval"' in line else line for line in lines]


def without_use(line, dark):
    message = json.loads(line)
    day, hour = message["start"][:10], int(message["start"][11:13])
    if day not in dark or hour not in HOURS:
        return line
    message["value"] = 0
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def medical(lines):
    """Households that are flagged so at some time."""
    return {message["household"] for message in map(json.loads, filter(is_profile, lines))
            if "medical" in message.get("flags", ())}


def is_profile(line):
    return b'"event":"profile"' in line


def found(alert):
    """An alert without what a hold changes in it."""
    bare = {name: value for name, value in alert.items()
            if name not in ("held_by", "held_until", "version", "escalations", "ladder",
                            "ladder_begins")}
    bare["steps"] = [step for step in alert["steps"] if step["what"] not in OF_HOLDS]
    return bare


def comparable(one, other):
    """Both runs' alerts; of one that either has held, what was found alone."""
    ever = one["held"] | other["held"]
    return [{name: found(alert) if name in ever else alert
             for name, alert in run["alerts"].items()} for run in (one, other)]


def wrong(events, medical_homes, end):
    """What breaks a promise of area incidents, in words."""
    told = {}
    for event in events:
        told.setdefault(event["data"]["alert"], {})[event["data"]["version"]] = event["data"]
    return [words for versions in told.values()
            for words in wrong_of([versions[number] for number in sorted(versions)],
                                  medical_homes, end)]


def wrong_of(versions, medical_homes, end):
    holds, before = 0, None
    for data in versions:
        step, name = data["steps"][-1]["what"], "%(alert)s.%(version)d" % data
        holds = 0 if step == "raised_again" else holds
        if data["held_by"]:
            holds += not before
            if data["severity"] == "critical" or data["household"] in medical_homes:
                yield name + ": critical or medical, and held"
            if data["state"] != "open" or step in ("escalated", "step_due"):
                yield name + ": %s, %s while held" % (data["state"], step)
            if holds > 1:
                yield name + ": held twice"
        elif before and step not in ENDS:
            yield name + ": let go by a step " + step
        elif not before and step == "hold_ended":
            yield name + ": let go, and was not held"
        before = data["held_by"]
    if before and datetime.fromisoformat(versions[-1]["held_until"]) < end:
        yield name + ": held for good"
