#!/usr/bin/env python3
"""Thousands of viewers over HLS on one server that makes the stream: what they miss, and what they cost it.

    tests/hls_load.py                     # 1000 viewers of 1.2 Mbit/s for 60 s
    VIEWERS=5000 DURATION=60 RENDITION=high BITRATE=1200k THREADS=1 MEMBERS=200 tests/hls_load.py

LECTERN_BINARY and LOADTEST_BINARY name release builds; lectern-finish must lie beside the server, or VOICES=made says that none is there.
JSON goes to OUT (target/bench).
Exit code: that of `lectern-loadtest hls`."""

import json
import os
import pathlib
import subprocess
import sys
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parent.parent
os.environ.setdefault("LECTERN_BINARY", str(ROOT / "target/release/lectern"))
sys.path[:0] = [str(ROOT / "tests/interop")]
from server import BINARY, Server  # noqa: E402

LOADTEST = os.environ.get("LOADTEST_BINARY", str(ROOT / "target/release/lectern-loadtest"))
OUT = pathlib.Path(os.environ.get("OUT", ROOT / "target/bench"))


def option(name, default):
    return os.environ.get(name, default)


def main():
    options = ["--media-shards", option("SHARDS", "1"), "--webrtc-places-per-session", "0"]
    if option("VOICES", "") == "made":
        options += ["--finish-program", str(ROOT / "tests/made_voices.py")]
    with Server(options=options) as server:
        session = server.go_live()
        token = [BINARY, "token", "--session", session, "--hls", "--data-dir", server.folder.name]
        link = subprocess.run(token, check=True, capture_output=True, text=True).stdout.strip()
        command = [LOADTEST, "hls", "--json", "--url", server.url, "--link", link, "--session", session,
                   "--publish-token", server.token(session, "publish"), "--bitrate", option("BITRATE", "1200k"),
                   "--viewers", option("VIEWERS", "1000"), "--seconds", option("DURATION", "60"),
                   "--rendition", option("RENDITION", "high"), "--threads", option("THREADS", "1"),
                   "--join-rate", option("JOIN_RATE", "250"), "--members", option("MEMBERS", "0"), "--server-pid", str(server.process.pid)]
        done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True)
        if not done.stdout.strip():
            raise SystemExit("there is no report")
        report = json.loads(done.stdout)
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"hls-{time.strftime('%Y%m%d-%H%M%S')}.json"
    path.write_text(json.dumps({"cores": os.cpu_count(), "report": report}, indent=1) + "\n")
    print(json.dumps(report, indent=1))
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
