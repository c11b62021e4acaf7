# SPDX-License-Identifier: Apache-2.0
"""The score: trees on features, trained on collapses written into homes; how it is measured, and
what level of it gives which load."""
import numpy
from sklearn.ensemble import HistGradientBoostingClassifier

WAIT_H = 12         # an alert is dear when waiting this long would have averted it
PLAIN = 0.1         # weight of ordinary hours whose excursion goes on
COLLAPSE_H = 48     # hours after a collapse that are learnt from
MISSED = 999.0

# Deeper trees and the week (detectors/silence/week.h) find more on electricity alone.
TREES = {"water": {"trees": 200, "depth": 2, "rate": 0.1, "least": 100, "smooth": 5.0,
                   "week": False, "thin": 1},
         "electricity": {"trees": 200, "depth": 3, "rate": 0.06, "least": 200, "smooth": 20.0,
                         "week": True, "thin": 3}}


# More of these never lowers (1) or never raises (-1) the score: whoever is missed for longer is not
# missed less, even where most of the training's long silences were absences.
MONOTONE = {"evidence": 1, "odd_hours": 1, "quiet_hours": 1, "missed": 1, "rate_evidence": -1,
            "rate_quiet": -1, "week_since_above": 1, "week_since_far": 1}


def dataset(seen, thin, seed):
    """Rows, labels, weights: each home's ordinary year and its collapses weigh the same. Of
    ordinary hours whose excursion goes on, one of `thin` is drawn to stand for all."""
    x, y, w, rng = [], [], [], numpy.random.default_rng(seed)
    for s in seen:
        soon = s.left <= WAIT_H
        keep = soon | (rng.random(len(soon)) * thin < 1.0)
        weight = numpy.where(soon, PLAIN + (1 - PLAIN) * 8 / WAIT_H, PLAIN * thin) / s.years
        x.append(s.x[keep])
        y.append(numpy.zeros(keep.sum()))
        w.append(weight[keep])
        for t0, odd, hours, rows, _ in s.cases:
            take = odd & (hours - t0 < COLLAPSE_H)
            x.append(rows[take])
            y.append(numpy.ones(take.sum()))
            w.append(numpy.full(take.sum(), 1.0 / len(s.cases)))
    x, y, w = numpy.concatenate(x), numpy.concatenate(y), numpy.concatenate(w)
    for label in (0, 1):
        w[y == label] /= w[y == label].sum()
    return x, y, w * len(w) / 2


def fit(seen, names, seed, trees, depth, rate, least, smooth, week, thin):
    x, y, w = dataset(seen, thin, seed)
    if not week:
        x[:, [name.startswith("week_") for name in names]] = 0.0
    model = HistGradientBoostingClassifier(
        max_iter=trees, max_depth=depth, max_leaf_nodes=2 ** depth, learning_rate=rate,
        min_samples_leaf=least, l2_regularization=smooth, max_bins=32, early_stopping=False,
        monotonic_cst=[MONOTONE.get(name, 0) for name in names], random_state=seed)
    return model.fit(x, y, w)


def tops(z, excursion):
    """The highest score of each excursion: what a level would have raised."""
    if not len(z):
        return numpy.zeros(0)
    starts = numpy.flatnonzero(numpy.r_[True, numpy.diff(excursion) > 0])
    return numpy.maximum.reduceat(z, starts)


class Scored:
    """Scores of one home: tops of its excursions, and for each collapse how the score went."""

    def __init__(self, seen, score):
        self.years = seen.years
        rows = numpy.concatenate([seen.x] + [case[3] for case in seen.cases])
        z, *after = numpy.split(score(rows) if len(rows) else numpy.zeros(0), numpy.cumsum(
            [len(seen.x)] + [len(case[3]) for case in seen.cases])[:-1])
        self.tops = tops(z, seen.excursion)
        self.cases = []
        for (t0, odd, hours, _, open_from), one in zip(seen.cases, after):
            before = z[(seen.hour >= open_from) & (seen.hour < t0)]
            self.cases.append((before.max(initial=-numpy.inf), odd, hours - t0 + 1,
                               numpy.where(odd, one, -numpy.inf)))

    def delays(self, level):
        out = []
        for before, odd, hours, z in self.cases:
            is_open, found = before >= level, MISSED
            for o, h, v in zip(odd, hours, z):
                if not o:
                    is_open = False
                elif v >= level and not is_open:
                    found = h
                    break
            out.append(found)
        return out


def level_for(scored, budget):
    """The level that so many tops a home-year reach."""
    z = numpy.sort(numpy.concatenate([s.tops for s in scored]))[::-1]
    years = sum(s.years for s in scored)
    return z[min(int(budget * years), len(z) - 1)] + 1e-9


def figures(scored, levels):
    years = sum(s.years for s in scored)
    load = sum((s.tops >= t).sum() for s, t in zip(scored, levels)) / years
    d = numpy.concatenate([s.delays(t) for s, t in zip(scored, levels)])
    return numpy.array([load, numpy.median(d)] + [(d <= h).mean() * 100 for h in (12, 24, 48)])


def folds_of(count, folds, seed):
    order = numpy.random.default_rng(seed).permutation(count)
    fold = numpy.empty(count, int)
    fold[order] = numpy.arange(count) % folds
    return fold


def cross_validate(seen, train, folds=5, seed=0):
    """Scores of each home by a model that has not seen it. -> [Scored], fold of each"""
    fold = folds_of(len(seen), folds, seed)
    scored = [None] * len(seen)
    for f in range(folds):
        score = train([s for s, k in zip(seen, fold) if k != f]).decision_function
        for i in numpy.flatnonzero(fold == f):
            scored[i] = Scored(seen[i], score)
    return scored, fold


def honest_levels(scored, fold, budget):
    """The level for each home from homes of other folds."""
    levels = numpy.zeros(len(scored))
    for f in set(fold):
        levels[fold == f] = level_for([s for s, k in zip(scored, fold) if k != f], budget)
    return levels
