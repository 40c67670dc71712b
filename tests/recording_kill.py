#!/usr/bin/env python3
"""Kills the server again and again while two encoders are recorded: every file decodes to within 2 s of the kill, and after each start
the Recording goes on; at the end it becomes one film. KILLS=50 tests/recording_kill.py"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests/interop"), str(ROOT / "tests")]
from recording_long import LOADTEST, RATE, finished, lines, make  # noqa: E402
from server import Server  # noqa: E402

KILLS = int(os.environ.get("KILLS", "5"))
SEED = int(os.environ.get("SEED", "1"))
MOST_LOST = 2.0
PATIENCE = 60


def encoders(server, session, film, log):
    picture, sound = film
    token = server.token(session, "publish")
    command = [LOADTEST, "publish", "--whip", f"{server.url}/api/sessions/{session}/whip", "--ticket", token, "--picture", picture, "--sound", sound]
    return [subprocess.Popen([*map(str, command), "--rate", str(RATE)], stdout=subprocess.DEVNULL, stderr=log) for _ in "12"]


def manifest(folder):
    for line in lines(folder / "manifest.jsonl") if (folder / "manifest.jsonl").exists() else []:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def open_segments(folder, starts):
    """Of each Track that is open, the last one, once the Recording has begun or gone on so often."""
    found = {}
    for line in manifest(folder):
        if line["event"] in ("began", "went_on"):
            found, starts = {}, starts - 1
        elif line["event"] == "segment":
            found[line["track"]] = line
        elif line["event"] == "track_ended":
            found.pop(line["track"], None)
    return {} if starts else found


def last_sample(path):
    """Decodes all of it, and gives when its last sample ends."""
    if b"mdat" not in path.read_bytes():
        return 0.0
    decoded = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True, text=True)
    if decoded.returncode or decoded.stderr.strip():
        sys.exit(f"{path} does not decode: {decoded.stderr[:400]} {path.stat()}")
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", path]
    packets = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    # The duration of a last sample is not always told.
    at, duration = packets[-1].split(",")[:2]
    return float(at) + (float(duration) if duration != "N/A" else 0)


def lost(folder, opened, killed):
    """For each file that was open when the server was killed: how much of its end is missing."""
    return {track: killed - (segment["at"] / 1e6 + last_sample(folder / segment["file"])) for track, segment in opened.items()}


def main():
    chance = random.Random(SEED)
    worst, files, media, running = 0.0, 0, 0.0, []
    with tempfile.TemporaryDirectory(prefix="lectern-kill-") as work, Server() as server:
        film = make(pathlib.Path(work), 30)
        session = server.go_live()
        try:
            for number in range(1, KILLS + 1):
                log = open(pathlib.Path(work, "encoders.log"), "w+")
                running = encoders(server, session, film, log)
                began, folder = time.monotonic(), None
                while folder is None or len(open_segments(folder, number)) < 4:
                    folder = next(pathlib.Path(server.folder.name, "recordings").glob("*"), None)
                    if time.monotonic() > began + PATIENCE:
                        sys.exit(f"round {number}: not everything is recorded: {folder and open_segments(folder, number)}")
                    time.sleep(0.1)
                time.sleep(2 + chance.random() * 4)
                server.kill()
                killed = time.time()
                for encoder in running:
                    encoder.kill()
                    encoder.wait()
                opened = open_segments(folder, number)
                missing = lost(folder, opened, killed)
                files += len(missing)
                media += max(killed - segment["at"] / 1e6 for segment in opened.values())
                worst = max([worst, *missing.values()])
                print(f"kill {number}: {len(missing)} files, at most {max(missing.values()):.2f} s missing", flush=True)
                if len(missing) < 4 or worst > MOST_LOST:
                    log.seek(0)
                    told = "\n".join(map(json.dumps, list(manifest(folder))[-30:]))
                    sys.exit(f"kill {number}, at {killed}: {missing}\n{told}\n{log.read()}")
                log.close()
                server.start()
        finally:
            for encoder in running:
                encoder.kill()
                encoder.wait()
        _, _, out = finished(server, session)
        length = last_sample(out / "video.mp4")
    told = {"kills": KILLS, "files": files, "most_missing_s": round(worst, 2), "media_s": round(media, 1), "film_s": round(length, 1)}
    print(json.dumps(told))
    assert length >= media - MOST_LOST * KILLS, told


if __name__ == "__main__":
    main()
