"""Measures `tpp dash`: its share of a core, its memory, its frames and its keys while flash_sale plays.

Starts a server, a flash sale in a hall of 100,000 seats against it, and a terminal of 200x60 (tmux) with the dashboard on the
map of these seats; ends all of them. Prints a JSON object.
"""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

TPP, SECONDS = os.path.abspath(sys.argv[1]), float(sys.argv[2])
TOKEN = "measured"
TICKS = os.sysconf("SC_CLK_TCK")
SCENARIO = pathlib.Path(__file__).parent.parent / "scenarios" / "flash_sale.toml"


def large_flash_sale():
    """The flash sale at its own rate for three times as long, in the same hall with rows of 250: 100,000 seats."""
    text = SCENARIO.read_text().split("[expect]")[0]
    for old, new in [("seats_per_row = 50 ", "seats_per_row = 250 "), ("buyers = 50000", "buyers = 150000"),
                     ("accounts = 50000", "accounts = 150000"), ('duration = "12s"', 'duration = "36s"')]:
        assert old in text, old
        text = text.replace(old, new)
    return text


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def wait_for(what, look, limit_s=60):
    until = time.monotonic() + limit_s
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise SystemExit(f"waited {limit_s} s for {what}")


class Tmux:
    def __init__(self, folder):
        self.socket = str(folder / "tmux")

    def __call__(self, *words):
        done = subprocess.run(["tmux", "-S", self.socket, "-f", "/dev/null", *words], check=True, capture_output=True)
        return done.stdout.decode().rstrip()

    def pane(self):
        return self("capture-pane", "-p", "-t", "0")


def key_ms(tmux):
    """From pressing a key to a pane that shows its answer, and what a look at the pane costs by itself."""
    took = []
    for key, words in [("?", True), ("Escape", False)] * 3:
        mark = "fg returns"
        started = time.monotonic()
        tmux("send-keys", "-t", "0", key)
        wait_for("an answer to a key", lambda: (mark in tmux.pane()) == words)
        took.append((time.monotonic() - started) * 1000)
    started = time.monotonic()
    tmux.pane()
    return took, (time.monotonic() - started) * 1000


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tpp-dash-"))
    tmux, started = Tmux(folder), []
    try:
        server = subprocess.Popen(
            [TPP, "serve", "--listen", "127.0.0.1:0", "--data", str(folder / "data"), "--admin-token", TOKEN, "--exit-with-stdin"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        started.append(server)
        url = server.stdout.readline().split()[-1]
        to = ["--url", url, "--admin-token", TOKEN]
        (folder / "large_flash_sale.toml").write_text(large_flash_sale())
        bench = subprocess.Popen(
            [TPP, "bench", str(folder / "large_flash_sale.toml"), "--version", "4", "--no-tui", "--no-ceiling", *to],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(folder / "bench.log", "w"))
        started.append(bench)

        def program():
            listed = subprocess.run([TPP, "admin", "program", "list", "--output", "json", *to], check=True, capture_output=True)
            return next((line["id"] for line in json.loads(listed.stdout) if line["total"] == 100_000), None)

        followed = wait_for("the program of the bench", program)
        pace, pid_file = folder / "pace.json", folder / "pid"
        dash = f"echo $$ > {pid_file}; exec {TPP} dash {' '.join(to)} --program {followed} --tab seats --pace {pace}"
        tmux("new-session", "-d", "-x", "200", "-y", "60", "sh", "-c", dash)
        pid = int(wait_for("the dashboard", lambda: pid_file.exists() and pid_file.read_text()))
        wait_for("LIVE", lambda: "LIVE" in tmux.pane())
        wait_for("buyers", lambda: "buyers came" in (folder / "bench.log").read_text())
        shares, memory, keys, look = [], [], [], []
        until, before, at = time.monotonic() + SECONDS, cpu_s(pid), time.monotonic()
        while time.monotonic() < until and bench.poll() is None:
            time.sleep(1)
            now, used = time.monotonic(), cpu_s(pid)
            shares.append((used - before) / (now - at))
            before, at = used, now
            memory.append(rss_kib(pid))
            took, cost = key_ms(tmux)
            keys.extend(took)
            look.append(cost)
        print((folder / "bench.log").read_text()[-400:], file=sys.stderr)
        tmux("send-keys", "-t", "0", "q")
        told = json.loads(wait_for("the pace of the dashboard", lambda: pace.exists() and pace.read_text()))
        print(json.dumps({
            "seconds": len(shares),
            "ofOneCore": {"mean": round(statistics.mean(shares), 3), "max": round(max(shares), 3)},
            "rssMiB": {"first": memory[0] // 1024, "last": memory[-1] // 1024, "max": max(memory) // 1024},
            "keyToPaneMs": {"p50": round(statistics.median(keys), 1), "max": round(max(keys), 1), "lookItself": round(statistics.median(look), 1)},
            "asTheDashboardSawIt": told,
        }, indent=2))
    finally:
        subprocess.run(["tmux", "-S", tmux.socket, "kill-server"], check=False, capture_output=True)
        for process in reversed(started):
            process.terminate()
            process.wait()


main()
