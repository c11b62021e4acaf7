# SPDX-License-Identifier: Apache-2.0
"""Homes of a data set, the collapses written into copies of them, and what the daemon's own code
sees of both (build/train/features)."""
import csv
import gzip
import json
import os
import random
import subprocess
import tempfile
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy

LEARN_H = 56 * 24   # hours before anything counts
WATCH_H = 120       # hours after a collapse
NIGHTS = 14         # days whose nights a collapsed home repeats
AWAKE_H = 6         # somebody was active in the last hours before
MILLI = {"kWh": 1e6, "Wh": 1e3, "L": 1e3, "m3": 1e6}
GRID = 16
ODD, EVEN, END = 1, 2, 3


class Home:
    """One meter's readings [(epoch seconds, value)], and how they are to be read."""

    def __init__(self, name, meta, rows):
        self.name, self.meta, self.rows = name, meta, rows
        self.zone = ZoneInfo(meta["timezone"])
        self.register = meta["kind"] == "register"
        self.from_s = (rows[0][0] // 3600 + LEARN_H) * 3600
        self.years = (rows[-1][0] - self.from_s) / (365.25 * 86400)
        self.floor = None

    def hourly(self):
        """{hour: use} for the hours that the readings vouch for."""
        use = {}
        if not self.register:
            for t, v in self.rows:
                use[t // 3600] = use.get(t // 3600, 0.0) + v
            return use
        for (t0, v0), (t1, v1) in zip(self.rows, self.rows[1:]):
            if v1 == v0:
                for h in range(t0 // 3600 + 1, t1 // 3600 + 1):
                    use.setdefault(h, 0.0)
            elif v1 > v0 and t1 - t0 <= 5760 and t1 // 3600 > t0 // 3600:
                use[t1 // 3600] = use.get(t1 // 3600, 0.0) + v1 - v0
        return use

    def collapses(self, copies, rng):
        """Moments (epoch seconds) at which somebody had been active shortly before."""
        use = self.hourly()
        values = sorted(use.values())
        active = self.meta.get("active_above", 1.3 * values[len(values) // 5])
        first, last = self.rows[0][0] // 3600, self.rows[-1][0] // 3600
        hours = sorted(h for h in use if first + LEARN_H < h < last - WATCH_H)
        found = []
        for _ in range(40 * copies):
            if len(found) == copies or not hours:
                break
            h = rng.choice(hours)
            if any(use.get(x, 0.0) > active for x in range(h - AWAKE_H + 1, h + 1)):
                found.append((h + 1) * 3600)
        return sorted(found)

    def nights(self, t0):
        """Use from 02:00 to 05:00 of the last days, a list a night; of a flow only drips."""
        blocks, last = {}, None
        for t, v in self.rows:
            if t >= t0:
                break
            use = v
            if self.register:
                use = max(0.0, v - last) if last is not None else 0.0
            last = v
            if t < t0 - NIGHTS * 86400:
                continue
            at = datetime.fromtimestamp(t, self.zone)
            if 2 <= at.hour < 5:
                blocks.setdefault(at.date(), []).append(use)
        blocks = list(blocks.values())
        if self.meta["utility"] != "electricity":
            flat = sorted(u for b in blocks for u in b)
            floor = max(1.0, 1.3 * flat[int(.3 * len(flat))]) if flat else 0.0
            blocks = [[u if u <= floor else 0.0 for u in b] for b in blocks]
        return blocks

    def collapsed(self, t0, rng):
        """Readings from t0 on when nobody acts any more."""
        out, blocks, queue, level = [], self.nights(t0), [], None
        for t, v in self.rows:
            if t > t0 + WATCH_H * 3600:
                break
            if t > t0 or (t == t0 and not self.register):
                if not queue:
                    queue = list(rng.choice(blocks)) if blocks else [0.0]
                use = queue.pop(0)
                if self.register:
                    level = level + use if level is not None else v
                    use = level
                out.append((t, use))
            else:
                level = v
        return out


def load(folder, most=None):
    with open(os.path.join(folder, "dataset.json"), encoding="utf-8") as file:
        meta = json.load(file)
    homes = []
    for name in sorted(f for f in os.listdir(folder) if f.endswith(".csv.gz"))[:most]:
        with gzip.open(os.path.join(folder, name), "rt") as file:
            rows = [(int(t), float(v)) for t, v in csv.reader(file)]
        if rows and rows[-1][0] - rows[0][0] > (LEARN_H + WATCH_H) * 3600:
            homes.append(Home(name[:-7], meta, rows))
    return homes


class Seen:
    """What the daemon sees of a home: features by hour, its excursions, its collapses."""

    def __init__(self, home, rows, starts):
        self.name, self.years = home.name, home.years
        clean = rows[rows["fork"] == 0]
        odd = clean["kind"] == ODD
        # Excursions are numbered; an even hour ends one.
        number = numpy.cumsum(clean["kind"] == EVEN)
        ends = dict(zip(number[~odd] - 1, clean["hour"][~odd]))
        self.x = clean["x"][odd]
        self.hour = clean["hour"][odd]
        self.excursion = number[odd]
        self.left = numpy.array([ends.get(n, 10 ** 7) for n in self.excursion]) - self.hour
        self.cases = []
        for fork, t0 in enumerate(starts, 1):
            of = rows[rows["fork"] == fork]
            before = numpy.flatnonzero(clean["hour"] < t0 // 3600)
            open_from = 10 ** 7     # hour since when the excursion goes on into the collapse
            if len(before) and clean["kind"][before[-1]] == ODD:
                k = number[before[-1]]
                open_from = self.hour[self.excursion == k][0]
            self.cases.append((t0 // 3600, of["kind"] == ODD, of["hour"], of["x"], open_from))


def read(stream, homes, starts):
    count = int(stream.readline())
    names = [stream.readline().decode().strip() for _ in range(count)]
    form = numpy.dtype([("kind", "<i4"), ("fork", "<i4"), ("hour", "<i4"), ("x", "<f4", (count,))])
    rows = numpy.frombuffer(stream.read(), dtype=form)
    ends = numpy.flatnonzero(rows["kind"] == END)
    seen, begin = [], 0
    for home, of, at in zip(homes, starts, ends):
        seen.append(Seen(home, rows[begin:at], of))
        begin = at + 1
    return names, seen


def show(tool, homes, priors, copies, seed):
    """Runs homes and their collapses through the daemon's code. -> names, [Seen], [record]"""
    starts = []
    with tempfile.TemporaryFile("w+") as lines, tempfile.TemporaryFile() as out, \
            tempfile.TemporaryFile() as records:
        for home, prior in zip(homes, priors):
            rng = random.Random(f"{seed} {home.name}")
            meta = home.meta
            milli = MILLI[meta["unit"]]
            lines.write(f"home {meta['utility']} {meta['kind']} {meta.get('minutes', 60)} "
                        f"{meta['timezone']} {home.from_s}\n")
            lines.write("prior " + " ".join(f"{p:.6g}" for p in prior) + "\n")
            starts.append(home.collapses(copies, rng))
            wanted = list(starts[-1])
            for t, v in home.rows:
                while wanted and (t > wanted[0] or (t == wanted[0] and not home.register)):
                    lines.write("fork\n")
                    for s, u in home.collapsed(wanted.pop(0), rng):
                        lines.write(f"r {s} {round(u * milli)}\n")
                    lines.write("back\n")
                lines.write(f"r {t} {round(v * milli)}\n")
            lines.write("end\n")
        lines.seek(0)
        subprocess.run([tool], stdin=lines, stdout=out, stderr=records, check=True)
        out.seek(0)
        records.seek(0)
        names, seen = read(out, homes, starts)
        return names, seen, numpy.loadtxt(records, ndmin=2)


def prior_of(records):
    """A year in other homes: excursions by evidence, silences by hours; shares of beginnings."""
    total = records.sum(axis=0)
    rates = total[1:1 + 2 * GRID] / total[0]
    began = total[1 + 2 * GRID:] + 1.0
    return numpy.concatenate([rates, began / began.sum()])


def see(tool, homes, copies, seed):
    """-> names, [Seen], prior of all homes. Each home is seen with the prior of the others."""
    plain = numpy.concatenate([numpy.zeros(2 * GRID), numpy.full(GRID, 1 / GRID)])
    _, _, records = show(tool, homes, [plain] * len(homes), 0, seed)
    others = [prior_of(numpy.delete(records, i, axis=0)) for i in range(len(homes))]
    names, seen, _ = show(tool, homes, others, copies, seed)
    return names, seen, prior_of(records)
