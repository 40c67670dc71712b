"""Measures Lectern, the floor and Janus in one run with one client; prints tables and writes JSON to target/bench.

Clients and server share the cores, so the machine must have nothing else to do. QUICK=1 measures the goals' cases only.
Fails when something could not be run, not when a goal is missed. docs/benchmarks.md says how to read it.
"""

import datetime
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
os.environ.setdefault("LECTERN_BINARY", str(ROOT / "target/release/lectern"))
sys.path[:0] = [str(ROOT / "tests/interop"), str(ROOT / "tests/bench")]
import janus  # noqa: E402
import table  # noqa: E402
from place import Place  # noqa: E402
from server import Server  # noqa: E402

LOADTEST = ROOT / "target/release/lectern-loadtest"
RESULTS = ROOT / "target/bench"
QUICK = os.environ.get("QUICK") == "1"
# Janus as it is packaged starts a thread for each peer; `loops` is the same Janus with one event loop per core.
SERVERS = os.environ.get("SERVERS", "lectern,janus,loops").split(",")
SIZES = [int(n) for n in os.environ.get("VIEWERS", "1,50,200" if QUICK else "1,50,100,200,400").split(",")]
SECONDS = int(os.environ.get("SECONDS", "5" if QUICK else "8"))
MOST = int(os.environ.get("MOST", "2000"))
CORES = os.cpu_count()


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    def __init__(self, place):
        self.place = place
        self.found = {"entries": {}, "floor": None, "floor_with_sound": None, "sizes": SIZES, "most": {}, "at_70": {}, "shards": [], "starts": []}
        self.failed = []

    def lectern(self, sessions=1, shards=None):
        options = ["--places-per-session", "5000", "--webrtc-places-per-session", "5000"]
        if shards:
            # Spread from the first receiver on, so that every thread has its share.
            options += ["--media-shards", str(shards), "--media-spread-above", "0"]
        return Lectern(Server(host=self.place.host, prefix=self.place.prefix, options=options), sessions)

    def janus(self, sessions=1):
        return JanusRooms(janus.Janus(self.place, RESULTS / "janus"), sessions)

    def loops(self, sessions=1):
        return JanusRooms(janus.Janus(self.place, RESULTS / "janus", f"event_loops = {CORES}"), sessions)

    def load(self, kind, case, viewers, *options, sessions=1, seconds=SECONDS, keep=True, **more):
        """One fresh server, one run of the client; None when that failed."""
        began = time.monotonic()
        try:
            with getattr(self, kind)(sessions, **more) as rooms:
                command = [LOADTEST, "broadcast", "--json", "--publish", *rooms.options, "--viewers", str(viewers),
                           "--seconds", str(seconds), "--server-pid", str(rooms.pid), *options]
                done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=240)
            report = json.loads(done.stdout)
        except (RuntimeError, SystemExit, ValueError, subprocess.SubprocessError) as error:
            why = str(error) if not isinstance(error, ValueError) else done.stderr[-500:]
            say(f"{kind}, {case}: {why}")
            self.failed.append(f"{kind}, {case}")
            return None
        entry = {"server": kind, "case": case, "report": report}
        if keep:
            self.found["entries"][(kind, case)] = entry
        if "--idle" in options:
            join, use = report["join_ms"], report["server"]
            say(f"{kind:8} {case:14} connected after {join['all_connected']:.0f} ms, {use['setup_cpu_ms_per_viewer']:.2f} ms CPU and "
                f"{use['rss_connected_kib_per_viewer']:.1f} KiB each, {time.monotonic() - began:.0f} s")
            return report
        shown = table.row(entry)
        say(f"{kind:8} {case:14} loss {shown['loss']} %, {shown['cost']} µs, latency {shown['latency']}, first packet {shown['packet']}, "
            f"{shown['memory']} KiB, cpu {shown['server_cpu']} + {shown['client_cpu']} %, {time.monotonic() - began:.0f} s")
        return report

    def floor(self, *options):
        command = [LOADTEST, "floor", "--receivers", "200", "--seconds", str(SECONDS), "--address", self.place.own, *options]
        if self.place.apart:
            command += ["--prefix", " ".join(self.place.prefix)]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=60)
        if done.returncode:
            say(f"the floor: {done.stderr[-500:]}")
            self.failed.append("the floor")
            return None
        floor = json.loads(done.stdout)
        say(f"floor {' '.join(options)}: {floor['cpu_us_per_packet']:.2f} µs a packet, {floor['received']} of {floor['packets']} received")
        return floor

    def sizes(self, kind):
        for viewers in SIZES[1 if kind == "loops" else 0:]:
            report = self.load(kind, f"1:{viewers}", viewers, "--join-rate", "25")
            if report and table.whole(report):
                self.found["most"][kind] = viewers

    def climb(self, kind, steps, **more):
        """The highest number of viewers without loss among the steps, and the report of it."""
        best, last = self.found["most"].get(kind, 0), None
        for viewers in steps:
            rate = "100" if kind == "lectern" else "25"
            report = self.load(kind, f"1:{viewers}", viewers, "--join-rate", rate, **more)
            if not report or not table.whole(report):
                break
            best, last = viewers, report
        return best, last

    def start(self, demo):
        """An idle server: how long until it is ready, and its memory two seconds later."""
        began = time.monotonic()
        with Server(demo=demo, host=self.place.host, prefix=self.place.prefix, options=[]) as server:
            seconds = time.monotonic() - began
            time.sleep(2)
            status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
        kib = int(re.search(r"VmRSS:\s+(\d+)", status).group(1))
        self.found["starts"].append({"demo": demo, "seconds": round(seconds, 2), "resident_kib": kib})

    def run(self):
        plain = [kind for kind in SERVERS if kind != "loops"]
        self.found["floor"] = self.floor()
        self.found["floor_with_sound"] = self.floor("--sound")
        if "lectern" in SERVERS:
            self.start(False)
            self.start(True)
        for kind in SERVERS:
            self.sizes(kind)
        if not QUICK:
            for kind in plain:
                self.load(kind, "20 × 1:10", 10, "--join-rate", "25", sessions=20)
                self.load(kind, "12 × 12", 12, "--publishers", "12", "--join-rate", "12")
        for kind in plain:
            self.load(kind, "200 at once", 200, "--idle", "--join-rate", "10000", seconds=1)
        if "lectern" in SERVERS:
            if not QUICK:
                self.load("lectern", "200 by websocket", 200, "--idle", "--via", "websocket", "--join-rate", "100", seconds=1)
            self.lecterns_limits()
        if not QUICK:
            for kind in [kind for kind in SERVERS if kind != "lectern"]:
                good = self.found["most"].get(kind, 0)
                above = min((n for n in SIZES if n > good), default=good + 200)
                self.found["most"][kind], _ = self.climb(kind, range(good + (above - good) // 5, above, max((above - good) // 5, 1)))

    def lecterns_limits(self):
        best = self.found["most"].get("lectern", 0)
        if best >= max(SIZES):
            steps = [500, 800] if QUICK else [n for n in (500, 600, 700, 800, 1000, 1200, 1400, 1600, 1800, 2000) if n <= MOST]
            best, _ = self.climb("lectern", steps)
            self.found["most"]["lectern"] = best
        reports = [entry["report"] for (kind, case), entry in self.found["entries"].items() if kind == "lectern" and case.startswith("1:")]
        largest = max(filter(table.whole, reports), key=lambda r: r["viewers"]["with_media"], default=None)
        if largest:
            # What one viewer costs the machine, from the largest run; a crowd that takes 70 % of all cores.
            each = (largest["server"]["cpu_percent"] + largest["client_cpu_percent"]) / max(largest["viewers"]["with_media"], 1)
            viewers = max(1, min(int(0.7 * CORES * 100 / each), MOST))
            self.found["at_70"]["one"] = self.load("lectern", f"1:{viewers} (70 %)", viewers, "--join-rate", "100")
            # One publisher's picture is due to everybody at one moment; of many publishers each has a moment of its own.
            rooms = 20
            self.found["at_70"]["many"] = self.load("lectern", f"{rooms} × 1:{viewers // rooms} (70 %)", viewers // rooms, "--join-rate", "100",
                                                    sessions=rooms)
        if not QUICK:
            for shards in (1, 2):
                report = self.load("lectern", f"1:400, {shards} shard{'s' * (shards > 1)}", 400, "--join-rate", "100", shards=shards)
                if report:
                    self.found["shards"].append({"shards": shards, "busiest_thread_percent": report["server"]["busiest_thread_percent"],
                                                 "cpu_us_per_packet": report["server"]["cpu_us_per_packet"]})

    def write(self):
        goals = table.goals_of(self.found)
        entries = list(self.found["entries"].values())
        RESULTS.mkdir(parents=True, exist_ok=True)
        now = datetime.datetime.now()
        commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
        path = RESULTS / f"bench-{now:%Y%m%d-%H%M%S}.json"
        machine = {"cores": CORES, "processor": processor(), "kernel": platform.release(), "way": "veth" if self.place.apart else "loopback",
                   "load_before": LOAD_BEFORE}
        path.write_text(json.dumps({
            "at": now.isoformat(timespec="seconds"), "commit": commit, "machine": machine, "janus": janus.version(),
            "floor": self.found["floor"], "floor_with_sound": self.found["floor_with_sound"], "most_viewers": self.found["most"],
            "shards": self.found["shards"], "starts": self.found["starts"], "goals": goals.lines, "cases": entries,
        }, indent=1, ensure_ascii=False) + "\n")
        print(f"\n{CORES} cores of {machine['processor']}, {machine['kernel']}, {machine['way']}, commit {commit}\n")
        print(table.cases(entries))
        for name, floor in (("floor", self.found["floor"]), ("floor, with sound", self.found["floor_with_sound"])):
            if floor:
                print(f"\n{name}: {floor['cpu_us_per_packet']:.2f} µs a packet ({floor['user_us_per_packet']:.2f} + {floor['system_us_per_packet']:.2f}), 200 receivers")
        print("\nmost viewers with loss < 0.1 %: " + ", ".join(f"{kind} {most}" for kind, most in self.found["most"].items()))
        for start in self.found["starts"]:
            print(f"ready after {start['seconds']} s, {start['resident_kib'] / 1024:.1f} MiB idle, {'demo world' if start['demo'] else 'empty database'}")
        for line in self.found["shards"]:
            print(f"{line['shards']} media thread(s), 400 viewers: busiest thread {line['busiest_thread_percent']:.0f} % of a core, {line['cpu_us_per_packet']:.2f} µs a packet")
        print(f"\n{goals.table()}\n\n{path.relative_to(ROOT)}")


class Lectern:
    """A server with Sessions that are live, as options of the client."""

    def __init__(self, server, sessions):
        self.server, self.sessions = server, sessions

    def __enter__(self):
        server = self.server.__enter__()
        try:
            self.options = ["--url", server.url]
            for _ in range(self.sessions):
                session = server.go_live()
                watch, publish = server.token(session, "watch"), server.token(session, "publish")
                self.options += ["--session", session, "--watch-token", watch, "--publish-token", publish]
        except BaseException:
            self.__exit__()
            raise
        self.pid = server.process.pid
        return self

    def __exit__(self, *_):
        self.server.__exit__(None, None, None)


class JanusRooms:
    def __init__(self, janus_server, sessions):
        self.janus, self.sessions = janus_server, sessions

    def __enter__(self):
        self.janus.__enter__()
        self.options = ["--janus", self.janus.url, "--rooms", str(self.sessions)]
        self.pid = self.janus.process.pid
        return self

    def __exit__(self, *_):
        self.janus.__exit__()


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


LOAD_BEFORE = os.getloadavg()[0]


def main():
    if LOAD_BEFORE > 0.5:
        say(f"The machine is busy (load {LOAD_BEFORE:.1f}): read processor time per packet, not times.")
    with Place() as place:
        if place.why_not:
            say(f"No network namespace ({place.why_not}): on loopback, without Janus.")
        elif not janus.version():
            say("No Janus here: the rest is measured.")
        if not place.apart or not janus.version():
            SERVERS[:] = [kind for kind in SERVERS if kind == "lectern"]
        bench = Bench(place)
        try:
            bench.run()
        finally:
            bench.write()
    if bench.failed:
        sys.exit("could not be run: " + "; ".join(bench.failed))


if __name__ == "__main__":
    main()
