# SPDX-License-Identifier: Apache-2.0
"""The same homes as other utilities would tell of them: one reading a day, or all of a day's
readings at once in the next morning."""
import json
import os
from datetime import datetime, timedelta

MORNING = 8         # o'clock, local, at which a day's readings come
COMPLETE = 0.95     # of a day's intervals, or its total is not known


def morning_after(at, of_day):
    """When what was read then arrives: of a day's readings, in the morning after that day."""
    day = (at - timedelta(seconds=1)).date() + timedelta(days=1)
    morning = datetime(day.year, day.month, day.day, MORNING, tzinfo=at.tzinfo)
    if not of_day and morning - at > timedelta(days=1):     # read a little after midnight
        morning -= timedelta(days=1)
    return morning


def end_of(message):
    if message["kind"] == "register":
        return datetime.fromisoformat(message["at"])
    return datetime.fromisoformat(message["start"]) + timedelta(minutes=message["minutes"])


def register_day(before, message):
    """The first read of each local day."""
    day = message["at"][:10]
    return (message, day) if day != before else (None, before)


class IntervalDay:
    """Sums a home's intervals by local day."""

    def __init__(self):
        self.first, self.total, self.count = None, 0.0, 0

    def take(self, message):
        """The total of the day that this interval ends by being of the next one, or None."""
        done = None
        if self.first and self.first["start"][:10] != message["start"][:10]:
            done = self.close()
            self.first = None
        if not self.first:
            self.first, self.total, self.count = message, 0.0, 0
        self.total += message["value"]
        self.count += 1
        return done

    def close(self):
        midnight = datetime.fromisoformat(self.first["start"][:10] + "T00:00:00" +
                                          self.first["start"][19:])
        if self.count * self.first["minutes"] < COMPLETE * 1440:
            return None
        return {**self.first, "start": midnight.isoformat(), "minutes": 1440,
                "value": round(self.total, 4)}


def daily(message, state):
    """The day's reading that this one completes, or None."""
    home = message["household"]
    if message["kind"] == "register":
        told, state[home] = register_day(state.get(home), message)
        return told
    return state.setdefault(home, IntervalDay()).take(message)


def rewrite(cases, once_a_day):
    """Rewrites a file of messages in the order in which they arrive."""
    state, lines = {}, []
    with open(cases) as file:
        for number, line in enumerate(file):
            message = json.loads(line)
            if message["type"] != "reading":
                lines.append((datetime.fromisoformat(message["at"]).timestamp(), number, line))
                continue
            told = daily(message, state) if once_a_day else message
            if not told:
                continue
            arrived = morning_after(end_of(told), not once_a_day)
            told = {**told, "arrived": arrived.isoformat()}
            lines.append((arrived.timestamp(), number, json.dumps(told) + "\n"))
    lines.sort()
    with open(cases + ".new", "w") as file:
        file.writelines(line for _, _, line in lines)
    os.replace(cases + ".new", cases)
