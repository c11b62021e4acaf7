# SPDX-License-Identifier: Apache-2.0
"""The port of metrics of a daemon under test, read as strictly as Prometheus reads it."""
import collections
import http.client
import json
import os
import re
import urllib.error
import urllib.request

SERIES = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\]|\\.)*",?)+)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')


class Page:
    """A scrape, read as strictly as Prometheus reads it."""

    def __init__(self, text):
        self.values, self.types, self.faults = {}, {}, []
        family = None
        for line in text.split("\n"):
            if line.startswith("# HELP "):
                family = line.split(" ")[2]
                if family in self.types:
                    self.faults.append("twice: " + family)
            elif line.startswith("# TYPE "):
                self.types[family] = line.split(" ")[3]
            elif line:
                self.take(line, family)
        if not text.endswith("\n"):
            self.faults.append("no newline at the end")

    def take(self, line, family):
        match = SERIES.match(line)
        if not match:
            self.faults.append(line)
            return
        name, labels, value = match.groups()
        if re.sub("_(bucket|sum|count)$", "", name) != family and name != family:
            self.faults.append("outside its family: " + line)
        key = (name,) + tuple(sorted(LABEL.findall(labels or "")))
        if key in self.values:
            self.faults.append("twice: " + line)
        self.values[key] = float(value)

    def get(self, name, **labels):
        return self.values.get((name,) + tuple(sorted(labels.items())))

    def by(self, name, *labels):
        """(values of these labels) -> sum, of what is not 0."""
        found = collections.Counter()
        for key, value in self.values.items():
            if key[0] == name:
                found[tuple(dict(key[1:]).get(label) for label in labels)] += value
        return {key: value for key, value in found.items() if value}


def fetch(daemon, path):
    """Status and body; (0, reason) when nobody answers."""
    try:
        with open(os.path.join(daemon.data, "metrics.address")) as file:
            url = "http://%s%s" % (file.read().strip(), path)
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (OSError, http.client.HTTPException) as error:  # it may end in the middle
        return 0, str(error)


def scrape(daemon):
    return Page(fetch(daemon, "/metrics")[1])


def bad_conditions(daemon):
    status, body = fetch(daemon, "/readyz")
    if status not in (200, 503):
        return None
    page = json.loads(body)
    bad = sorted(name for name, one in page["conditions"].items() if not one["good"])
    return bad if (status == 200) == page["ready"] == (not bad) else ["status and page differ"]
