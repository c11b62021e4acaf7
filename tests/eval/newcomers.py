# SPDX-License-Identifier: Apache-2.0
"""Homes that have just been enrolled: each home of a data set in pieces of four weeks, every piece
a home of its own of which nothing is known, and copies of them in which the resident collapses."""
import heapq
import json
import random

PIECE_S = 28 * 86400    # for as long other homes stand in
FIRST_H = 48            # in which nothing is judged
FIRST_S, LAST_S = 3 * 86400, 27 * 86400     # collapses


def pieces(rows):
    """A home's readings in pieces, their ends left out."""
    start, cut = rows[0][0], {}
    for row in rows:
        cut.setdefault((row[0] - start) // PIECE_S, []).append(row)
    for at, piece in sorted(cut.items()):
        if piece[-1][0] - piece[0][0] > PIECE_S - 86400:
            yield at, piece, [row for row in rows if piece[0][0] <= row[0]]


def moments(module, meta, piece, copies, rng):
    """When somebody collapses: within six hours of activity."""
    use, first = module.hourly(meta, piece), piece[0][0]
    floor = module.threshold(meta, use)
    hours = sorted(h for h in use if FIRST_S <= h * 3600 - first < LAST_S)
    found = []
    for _ in range(40 * copies):
        if len(found) == copies or not hours:
            break
        hour = rng.choice(hours)
        if any(use.get(h, 0.0) > floor for h in range(hour - 5, hour + 1)):
            found.append((hour + 1) * 3600)
    return found


def build(module, dataset, only, out, truth_path, seed, copies):
    """Writes the cases and their truth; says how many they are."""
    rng = random.Random(seed)
    truth = {"watch_hours": module.WATCH_H, "learn_hours": FIRST_H, "cases": []}
    streams = []

    def stream(meta, name, rows):
        yield rows[0][0], name, module.profile(meta, name, rows[0][0])
        for t, v in rows:
            yield t, name, module.message(meta, name, t, v)

    for home, meta, rows in module.traces(dataset, only):
        for at, piece, onward in pieces(rows):
            name = f"{home}.{at}"
            streams.append(stream(meta, name, piece))
            truth["cases"].append({"household": name, "of": home, "kind": "clean",
                                   "first": piece[0][0], "last": piece[-1][0]})
            for n, t0 in enumerate(moments(module, meta, piece, copies, rng), 1):
                streams.append(stream(meta, f"{name}~{n}", module.collapse(meta, onward, t0, rng)))
                truth["cases"].append({"household": f"{name}~{n}", "of": home, "kind": "collapse",
                                       "first": piece[0][0], "t0": t0})
    with open(out, "w") as file:
        for _, _, line in heapq.merge(*streams, key=lambda x: (x[0], x[1])):
            file.write(line + "\n")
    with open(truth_path, "w") as file:
        json.dump(truth, file)
    kinds = [case["kind"] for case in truth["cases"]]
    return f"{kinds.count('clean')} first months, {kinds.count('collapse')} collapses in them"
