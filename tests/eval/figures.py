# SPDX-License-Identifier: Apache-2.0
"""The scorer of ../shared/eval, the intervals of its figures, and how they are shown."""
import collections
import importlib.util
import json
import math
import os
import random
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
SHARED = os.path.normpath(os.path.join(HERE, "..", "..", "..", "shared"))
SEED = "7"
SAMPLES = 200
SHOWN = (("alerts_per_household_year", "load", "%.2f"), ("median_hours", "median h", "%.1f"),
         ("within_12h", "12 h", "%.3f"), ("within_24h", "24 h", "%.3f"),
         ("within_48h", "48 h", "%.3f"), ("within_72h", "72 h", "%.3f"))


def scorer_module():
    """The scorer runs its command when it is loaded: one that does nothing."""
    path = os.path.join(SHARED, "eval", "anbu_eval.py")
    if not os.path.exists(path):
        raise SystemExit("eval: the data sets and the scorer must stand in ../shared, beside the "
                         "project")
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location("anbu_eval", path)
    module = importlib.util.module_from_spec(spec)
    kept, sys.argv = sys.argv, [path, "rule", "--cases", os.devnull, "--hours", "1", "--alerts",
                                os.devnull]
    try:
        spec.loader.exec_module(module)
    finally:
        sys.argv = kept
    return module


def read_raised(module, alerts, team=None, learnt=False):
    """household -> when alerts (of a team) were raised, or when that was learnt."""
    found = collections.defaultdict(list)
    with open(alerts) as lines:
        for event in map(json.loads, lines):
            if event["type"] == "anbu.alert.raised" and team in (None, event.get("data", {}).get(
                    "team")):
                at = event["data"]["learnt"] if learnt else event["time"]
                found[event["subject"]].append(module.when(at))
    return found


def figures_of(module, truth, raised):
    """The scorer's, and who is found within three days."""
    figures = module.figures(truth, raised)
    hits = [any(case["t0"] < t <= case["t0"] + 72 * 3600
                for t in raised.get(case["household"], ()))
            for case in truth["cases"] if case["kind"] == "collapse"]
    figures["within_72h"] = round(sum(hits) / len(hits), 3) if hits else 0.0
    return figures


def score(module, truth, raised):
    """The figures, and of each its 95 % interval: homes drawn with replacement."""
    homes = collections.defaultdict(list)
    for case in truth["cases"]:
        homes[case["of"]].append(case)
    names, rng, samples = sorted(homes), random.Random(SEED), []
    for _ in range(SAMPLES):
        cases = [case for name in rng.choices(names, k=len(names)) for case in homes[name]]
        samples.append(figures_of(module, {**truth, "cases": cases}, raised))
    intervals = {}
    for key, _, _ in SHOWN:
        values = sorted(math.inf if one[key] is None else one[key] for one in samples)
        intervals[key] = (values[SAMPLES // 40], values[SAMPLES - 1 - SAMPLES // 40])
    return figures_of(module, truth, raised), intervals


def replay(build, cases, alerts, options, config="config/anbu.yaml"):
    """anbuctl replay; what it says."""
    with open(alerts, "wb") as out:
        done = subprocess.run(
            [os.path.join(build, "anbuctl"), "replay", "--config", config,
             *(word for one in options for word in ("--set", one)), cases],
            check=True, stdout=out, stderr=subprocess.PIPE, text=True)
    return done.stderr.strip()


def show(label, figures, intervals):
    shown = SHOWN if figures["collapses"] else SHOWN[:1]
    cells = ["%s %s [%s, %s]" % (name, form % figures[key], form % intervals[key][0],
                                 form % intervals[key][1]) for key, name, form in shown]
    print("  %-20s %s" % (label + ":", "  ".join(cells)), flush=True)
