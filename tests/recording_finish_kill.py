#!/usr/bin/env python3
"""Kills the server again and again while a Recording is finished and taken into the archive: there is no Resource until all of it is there,
and in the end there is one. KILLS=8 tests/recording_finish_kill.py"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/interop"), str(ROOT / "tests")]
from recording_kill import encoders, last_sample  # noqa: E402
from recording_long import make  # noqa: E402
from server import Server  # noqa: E402

KILLS = int(os.environ.get("KILLS", "8"))
SEED = int(os.environ.get("SEED", "1"))
SECONDS = 20


def served(server, resource):
    """All of a Resource that its links name, or an error: how many files, and its film."""
    replay = server.call("GET", f"/api/resources/{resource}/replay")
    fetch = lambda link: urllib.request.urlopen(server.url + link, timeout=30).read()
    folder, count = replay["hls_url"].rsplit("/", 1)[0], 3
    film, _, cues = fetch(replay["mp4_url"]), fetch(replay["hls_url"]), fetch(replay["sprites_url"])
    assert b"WEBVTT" in cues
    for rendition in ("video", "audio"):
        for line in fetch(f"{folder}/{rendition}/index.m3u8").decode().splitlines():
            name = line.split('"')[1] if line.startswith("#EXT-X-MAP") else line
            if name and not name.startswith("#"):
                assert fetch(f"{folder}/{rendition}/{name}")
                count += 1
    return count, film, replay["duration_ms"] / 1000


def main():
    chance, states, early = random.Random(SEED), [], 0
    with tempfile.TemporaryDirectory(prefix="lectern-finish-kill-") as work, Server() as server:
        session = server.go_live()
        with open(pathlib.Path(work, "encoders.log"), "w") as log:
            running = encoders(server, session, make(pathlib.Path(work), 30), log)
            time.sleep(SECONDS)
            for encoder in running:
                encoder.terminate()
                encoder.wait()
        server.call("POST", f"/api/sessions/{session}/end")
        activity = server.call("GET", f"/api/sessions/{session}")["activity"]["id"]
        row = lambda: server.call("GET", f"/api/recordings?activity={activity}")["rows"][0]
        until = time.monotonic() + 300
        while (now := row())["state"] not in ("finished", "failed", "empty"):
            assert time.monotonic() < until, now
            time.sleep(0.2)
            if len(states) < KILLS and now["state"] == "finishing":
                time.sleep(chance.random() * 3)
                server.kill()
                server.start()
                then = row()
                states.append(f"{then['step']} {then['permille']}" if then["state"] != "finished" else "finished")
                if then["resource"]:
                    served(server, then["resource"])
                    early += 1
        assert now["state"] == "finished" and now["resource"], now
        count, film, seconds = served(server, now["resource"])
        objects = list(pathlib.Path(server.folder.name, "objects/resources").iterdir())
        whole = pathlib.Path(work, "video.mp4")
        whole.write_bytes(film)
        length = last_sample(whole)
    print(json.dumps({"kills": len(states), "killed_at": states, "files": count, "film_s": round(length, 2), "told_s": seconds}))
    assert len(objects) == 1 and abs(length - seconds) < 0.2 and early <= 1


if __name__ == "__main__":
    main()
