"""Measures a release server with its own load client on this machine; prints one JSON object per case and a table.

Clients and server share the cores, so read ratios and CPU time, not wall time. Figures belong in docs/benchmarks.md.
"""

import json
import os
import pathlib
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


def rss_kib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")))


def main():
    began = time.monotonic()
    with Server(demo=False) as server:
        print(json.dumps({"case": "idle", "start_s": round(time.monotonic() - began, 3), "rss_kib": rss_kib(server.process.pid)}), flush=True)
    for viewers in VIEWERS:
        with Server() as server:
            session = server.go_live()
            command = [
                LOADTEST, "broadcast", "--url", server.url, "--session", session, "--viewers", str(viewers), "--seconds", SECONDS,
                "--publish", "--bitrate", "1500k", "--publish-token", server.token(session, "publish"),
                "--watch-token", server.token(session, "watch"), "--server-pid", str(server.process.pid), "--json",
            ]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
            print(done.stdout.strip(), flush=True)
            if done.returncode:
                sys.exit(f"{viewers} viewers: the load client failed")


if __name__ == "__main__":
    main()
