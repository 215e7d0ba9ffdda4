"""Reads a results folder with readers that are not ours, and compares what they find with report.json.

Called by scripts/check_results, which installs the readers.
"""

import csv
import json
import sys
import types
from pathlib import Path

import xmlschema
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from junitparser import Error, Failure, JUnitXml, Skipped

# hdr-plot reads percentile files into a data frame and then draws. Only its reading is wanted here.
stub = types.ModuleType("stub")
stub.DataFrame = lambda rows, columns: [dict(zip(columns, row)) for row in rows]
stub.ticker = stub.pyplot = stub
stub.require = lambda package: [types.SimpleNamespace(version="")]
for name in ("pkg_resources", "pandas", "matplotlib", "matplotlib.pyplot", "matplotlib.ticker"):
    sys.modules[name] = stub
from hdr_plot.hdr_plot import parse_metadata, parse_percentiles  # noqa: E402

# Three significant digits in the histogram, and then three decimals in the file.
NEAR = 0.002
found = []


def near(what, read, told):
    found.append(what)
    if abs(read - told) > NEAR * max(told, 1.0):
        sys.exit(f"scripts/check_results: {what}: {read} was read, report.json says {told}")


def percentile_files(run, report):
    for latency in report["latency"]:
        for kind in ("response", "service", "lag"):
            path = run / "percentiles" / f"{latency['step']}.{latency['outcome']}.{kind}.hgrm"
            lines, rest = parse_percentiles(str(path)), parse_metadata(str(path))
            told = latency[kind]
            near(f"{path} count", int(rest["Total count"]), latency["count"])
            near(f"{path} max", float(rest["Max"]), told["max_ms"])
            for share, key in ((0.5, "p50_ms"), (0.9, "p90_ms"), (0.99, "p99_ms"), (0.999, "p999_ms")):
                # A reader takes the first line at or after the percentile; that of fewer samples may be the last. A line at
                # a share that is a whole number of samples may stand one value further than the percentile itself.
                line = next((line for line in lines if line["Percentile"] >= share), None)
                before = [0.0] + [line["Latency"] for line in lines if line["Percentile"] < share]
                if line is None or told[key] is None:
                    continue
                found.append(f"{path} {key}")
                low, high = before[-1] * (1 - NEAR) - 0.001, line["Latency"] * (1 + NEAR) + 0.001
                if not low <= told[key] <= high:
                    sys.exit(f"scripts/check_results: {path}: {key} is {told[key]}, the lines around say {low} to {high}")


def interval_log(run, report):
    sums = {}
    reader = HistogramLogReader(str(run / "latency.hlog"), HdrHistogram(1, 3_600_000_000_000, 2))
    while (interval := reader.get_next_interval_histogram()) is not None:
        tag = interval.get_tag()
        sums.setdefault(tag, HdrHistogram(1, 3_600_000_000_000, 2)).add(interval)
    reader.close()
    for tag, outcomes in (("create", None), ("confirm", {"done"})):
        latencies = [l for l in report["latency"] if l["step"] == tag and (outcomes is None or l["outcome"] in outcomes)]
        count, slowest = sum(l["count"] for l in latencies), max((l["response"]["max_ms"] for l in latencies), default=0)
        total = sums.get(tag)
        near(f"{run} {tag}: samples in the interval log", total.get_total_count() if total else 0, count)
        read_ms = total.get_max_value() / 1e6 if total else 0
        # Two significant digits in the log.
        if abs(read_ms - slowest) > 0.02 * max(slowest, 1.0):
            sys.exit(f"scripts/check_results: {run} {tag}: the log's slowest is {read_ms} ms, report.json says {slowest}")


def series(run, report):
    rows = list(csv.DictReader((run / "series.csv").open(newline="", encoding="utf-8")))
    near(f"{run} arrivals in series.csv", sum(int(row["released"]) for row in rows), report["scenario"]["released"])
    creates = sum(l["count"] for l in report["latency"] if l["step"] == "create")
    near(f"{run} submits in series.csv", sum(int(row["submits"]) for row in rows), creates)


def junit(folder, reports):
    path = str(folder / "junit.xml")
    xmlschema.XMLSchema("tests/data/junit.xsd").validate(path)
    suites = list(JUnitXml.fromfile(path))
    near("suites in junit.xml", len(suites), len(reports))
    for suite, report in zip(suites, reports):
        cases = list(suite)
        results = [result for case in cases for result in case.result]
        for kind, told in ((Failure, suite.failures), (Error, suite.errors), (Skipped, suite.skipped)):
            near(f"{suite.name}: {kind.__name__}", sum(isinstance(result, kind) for result in results), told)
        marks = report["thresholds"] + report["expectations"]
        missed = sum(not mark["met"] for mark in marks)
        broken = sum(law["verdict"] == "broken" for law in (report["audit"] or {"laws": {}})["laws"].values())
        near(f"{suite.name}: failures", suite.failures, missed + broken)
        # The run, its validity, the marks, ten laws.
        near(f"{suite.name}: cases", len(cases), 2 + len(marks) + 10)


def main():
    folder = Path(sys.argv[1])
    runs = [folder / run for run in json.loads((folder / "runs.json").read_text())["runs"]]
    reports = [json.loads((run / "report.json").read_text()) for run in runs]
    if not runs:
        sys.exit(f"scripts/check_results: {folder} holds no run")
    for run, report in zip(runs, reports):
        percentile_files(run, report)
        interval_log(run, report)
        series(run, report)
    junit(folder, reports)
    print(f"scripts/check_results: {len(found)} figures of {len(runs)} runs read back as they were told")


main()
