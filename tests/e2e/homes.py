# SPDX-License-Identifier: Apache-2.0
"""Homes for the tests that produce with kcat, whose records arrive now: their weeks end now."""
import datetime
import json
import random

SEOUL = datetime.timezone(datetime.timedelta(hours=9))
HOUR = 3600


def when(seconds):
    return datetime.datetime.fromtimestamp(seconds, SEOUL).isoformat()


def profile(household, at, *flags):
    return {"type": "household", "household": household, "event": "profile", "at": when(at),
            "area": "11140-sindang", "feeder": "F-201", "timezone": "Asia/Seoul", "residents": 1,
            "flags": list(flags)}


def reading(household, utility, start, value):
    meter, unit = (("E-", "kWh") if utility == "electricity" else ("W-", "L"))
    return {"type": "reading", "household": household, "meter": meter + household,
            "utility": utility, "kind": "interval", "start": when(start), "minutes": 60,
            "value": value, "unit": unit, "quality": "actual"}


def arrears(household, at, months, utility="gas"):
    return {"type": "billing", "household": household, "utility": utility, "event": "arrears",
            "at": when(at), "months": months, "amount": 43100 * months, "currency": "KRW"}


def bill(household, at, utility="gas"):
    day = datetime.datetime.fromtimestamp(at, SEOUL)
    return {"type": "billing", "household": household, "utility": utility, "event": "bill_issued",
            "at": when(at), "bill": day.strftime("%Y-%m"), "amount": 43100, "currency": "KRW",
            "due": (day + datetime.timedelta(days=20)).strftime("%Y-%m-%d")}


def lived(household, start, awake, seed):
    """One hour of a home's two meters."""
    chance = random.Random("%s %s %d" % (seed, household, start))
    power = 0.06 + 0.01 * chance.random() + (0.25 + 0.6 * chance.random() if awake else 0.0)
    water = chance.choice((4, 9, 12, 25, 40)) if awake else 0
    return [reading(household, "electricity", start, round(power, 3)),
            reading(household, "water", start, water)]


def awake_at(household, start, seed):
    """Up in the morning, at noon and in the evening, with some noise."""
    hour = datetime.datetime.fromtimestamp(start, SEOUL).hour
    chance = random.Random("%s %s awake %d" % (seed, household, start)).random()
    likely = 0.97 if hour in (7, 8, 12, 18, 19, 20, 21) else 0.5 if 7 <= hour < 23 else 0.02
    return chance < likely


def weeks(household, begin, end, silent_from=None, seed=1):
    """Readings of the hours from begin to end, the home empty of life from silent_from on."""
    found = []
    for start in range(begin, end, HOUR):
        awake = awake_at(household, start, seed) and not (silent_from and start >= silent_from)
        found += lived(household, start, awake, seed)
    return found


def records(messages):
    """(key, payload) as they go to Kafka, in the order of their times."""
    return [(message["household"], json.dumps(message, ensure_ascii=False))
            for message in sorted(messages, key=lambda m: m.get("start") or m.get("at"))]
