"""Measures what readers of the live feed cost the sale: flash sales in turns with nobody and with ten readers.

Usage: python3 scripts/measure_feed.py TPP [PAIRS]. Starts a server for each run and ends it. Prints a JSON object: CPU of the server
a thousand requests, in each run, and the median of the pairs' ratios.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

TPP, PAIRS = os.path.abspath(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3
TOKEN, READERS = "measured", 10


def get(url, path):
    request = urllib.request.Request(url + path, headers={"authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def requests(url):
    lines = get(url, "/metrics").splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith("tpp_requests_total{route=\"/program/order/create"))


def run(readers):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tpp-feed-"))
    server = subprocess.Popen(
        [TPP, "serve", "--listen", "127.0.0.1:0", "--data", str(folder / "data"), "--admin-token", TOKEN, "--exit-with-stdin"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    curls = []
    try:
        url = server.stdout.readline().split()[-1]
        log = open(folder / "bench.log", "w")
        bench = subprocess.Popen(
            [TPP, "bench", "flash_sale", "--version", "4", "--no-tui", "--no-ceiling", "--url", url, "--admin-token", TOKEN],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while not (programs := json.loads(get(url, "/api/v1/admin/programs"))):
            time.sleep(0.02)
        for _ in range(readers):
            curls.append(subprocess.Popen(
                ["curl", "-sN", "-H", f"authorization: Bearer {TOKEN}", f"{url}/api/v1/stream?program={programs[0]['id']}"],
                stdout=subprocess.DEVNULL))
        while "buyers came" not in (folder / "bench.log").read_text():
            time.sleep(0.02)
        before = json.loads(get(url, "/api/v1/admin/environment"))["cpuS"], requests(url)
        while "buyers came" in (folder / "bench.log").read_text().splitlines()[-1] and bench.poll() is None:
            time.sleep(0.1)
        after = json.loads(get(url, "/api/v1/admin/environment"))["cpuS"], requests(url)
        bench.wait(timeout=120)
        return (after[0] - before[0]) / (after[1] - before[1]) * 1e6
    finally:
        for process in [*curls, server]:
            process.terminate()
            process.wait()


def main():
    nobody, ten = [], []
    for pair in range(PAIRS):
        for readers, told in [(0, nobody), (READERS, ten)] if pair % 2 == 0 else [(READERS, ten), (0, nobody)]:
            told.append(round(run(readers), 1))
            print(f"{readers} readers: {told[-1]} µs of CPU a submit", file=sys.stderr)
    ratios = [ten / nobody for ten, nobody in zip(ten, nobody)]
    print(json.dumps({"cpuUsPerSubmit": {"nobody": nobody, "tenReaders": ten},
                      "ratio": {"pairs": [round(r, 3) for r in ratios], "median": round(statistics.median(ratios), 3)}}, indent=2))


main()
