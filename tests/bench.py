"""Measures a release server with its own load client on this machine; prints one JSON object per case.

Clients and server share the cores, so read ratios and CPU time, not wall time. Figures belong in docs/benchmarks.md.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("LECTERN_BINARY", str(ROOT / "target/release/lectern"))
sys.path.insert(0, str(ROOT / "tests/interop"))
from server import Server  # noqa: E402

LOADTEST = ROOT / "target/release/lectern-loadtest"
VIEWERS = [int(n) for n in os.environ.get("VIEWERS", "1,50,200").split(",")]
SECONDS = os.environ.get("SECONDS", "20")


def memory(pid):
    """Idle seconds after the start: what the start needed for a moment has been given back."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {key: int(re.search(rf"{name}:\s+(\d+)", status).group(1)) for key, name in (("rss_kib", "VmRSS"), ("peak_kib", "VmHWM"))}


def show(case, **figures):
    print(json.dumps({"case": case, **figures}), flush=True)


def idle(case, demo):
    began = time.monotonic()
    with Server(demo=demo) as server:
        start_s = round(time.monotonic() - began, 3)
        time.sleep(2)
        show(case, start_s=start_s, **memory(server.process.pid))


def load(case, viewers, seconds, *options):
    with Server() as server:
        session = server.go_live()
        command = [
            LOADTEST, "broadcast", "--url", server.url, "--session", session, "--viewers", str(viewers), "--seconds", seconds,
            "--publish-token", server.token(session, "publish"), "--watch-token", server.token(session, "watch"),
            "--server-pid", str(server.process.pid), "--json", *options,
        ]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        show(case, **{key: value for key, value in json.loads(done.stdout or "{}").items() if key != "case"})
        if done.returncode:
            sys.exit(f"{case}: the load client failed")


def main():
    idle("idle, empty database", demo=False)
    idle("idle, demo world", demo=True)
    most = max(VIEWERS)
    load(f"{most} connected by WHEP, no media", most, "1", "--idle")
    load(f"{most} connected by websocket, no media", most, "1", "--idle", "--via", "websocket")
    for viewers in VIEWERS:
        load(f"{viewers} viewers", viewers, SECONDS, "--publish", "--bitrate", "1500k")


if __name__ == "__main__":
    main()
