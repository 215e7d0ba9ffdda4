"""Measures what readers of the live feed cost: the same steady sale, in turns with nobody and with ten readers.

Usage: python3 scripts/measure_feed.py TPP [PAIRS]. Starts a server for each run and ends it. Buyers come at a rate that leaves the
machine room, so that the CPU of the server in the run is the cost of the sale and of the feed. Prints a JSON object: CPU of the
server in each run as a share of one core, and the differences of the pairs.
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
TOKEN, READERS, SECONDS = "measured", 10, 12
SCENARIO = pathlib.Path(__file__).parent.parent / "scenarios" / "flash_sale.toml"


def steady():
    """The hall of the flash sale with rows of 250, 100,000 seats, and 1,000 buyers a second."""
    text = SCENARIO.read_text().split("[expect]")[0].replace("seats_per_row = 50 ", "seats_per_row = 250 ")
    head, tail = text.split("[[phases]]")
    return head + '[[phases]]\narrival = "constant"\nrate = 1000\nduration = "20s"\n' + tail[tail.index("[[buyers]]"):]


def get(url, path):
    request = urllib.request.Request(url + path, headers={"authorization": f"Bearer {TOKEN}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode()


def run(readers):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tpp-feed-"))
    server = subprocess.Popen(
        [TPP, "serve", "--listen", "127.0.0.1:0", "--data", str(folder / "data"), "--admin-token", TOKEN, "--exit-with-stdin"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    curls = []
    try:
        url = server.stdout.readline().split()[-1]
        (folder / "steady.toml").write_text(steady())
        log = open(folder / "bench.log", "w")
        bench = subprocess.Popen(
            [TPP, "bench", str(folder / "steady.toml"), "--version", "4", "--no-tui", "--no-ceiling", "--url", url, "--admin-token", TOKEN],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while not (programs := json.loads(get(url, "/api/v1/admin/programs"))):
            time.sleep(0.02)
        for _ in range(readers):
            curls.append(subprocess.Popen(
                ["curl", "-sN", "-H", f"authorization: Bearer {TOKEN}", f"{url}/api/v1/stream?program={programs[0]['id']}"],
                stdout=subprocess.DEVNULL))
        while "buyers came" not in (folder / "bench.log").read_text():
            time.sleep(0.02)
        time.sleep(2)
        before, at = json.loads(get(url, "/api/v1/admin/environment"))["cpuS"], time.monotonic()
        time.sleep(SECONDS)
        after, now = json.loads(get(url, "/api/v1/admin/environment"))["cpuS"], time.monotonic()
        bench.wait(timeout=120)
        return (after - before) / (now - at)
    finally:
        for process in [*curls, server]:
            process.terminate()
            process.wait()


def main():
    nobody, ten = [], []
    for pair in range(PAIRS):
        for readers, told in [(0, nobody), (READERS, ten)] if pair % 2 == 0 else [(READERS, ten), (0, nobody)]:
            told.append(round(run(readers), 4))
            print(f"{readers} readers: {told[-1]} of a core", file=sys.stderr)
    more = [round(ten - nobody, 4) for ten, nobody in zip(ten, nobody)]
    print(json.dumps({"ofOneCore": {"nobody": nobody, "tenReaders": ten},
                      "more": {"pairs": more, "median": round(statistics.median(more), 4)}}, indent=2))


main()
