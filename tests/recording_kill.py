#!/usr/bin/env python3
"""Kills the server again and again while two encoders are recorded, one of them in three layers: every file, also that of the smaller layer,
decodes to within 2 s of the kill, and after each start the Recording goes on; at the end it becomes one film in two sizes.
KILLS=50 tests/recording_kill.py"""

import json
import os
import pathlib
import random
import re
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
# Of each encoder its sound and its picture, and of one a smaller picture.
OPEN = 5


def encoders(server, session, film, log, drawn=0):
    """Two. So many of them publish a drawn lesson in three layers, the others the film."""
    picture, sound = film
    token = server.token(session, "publish")
    command = [LOADTEST, "publish", "--whip", f"{server.url}/api/sessions/{session}/whip", "--ticket", token]
    what = [["--picture", picture, "--sound", sound, "--rate", RATE]] * (2 - drawn) + [[]] * drawn
    return [subprocess.Popen([*map(str, [*command, *one])], stdout=subprocess.DEVNULL, stderr=log) for one in what]


def manifest(folder):
    for line in lines(folder / "manifest.jsonl") if (folder / "manifest.jsonl").exists() else []:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def open_tracks(folder, starts):
    """All Segments of each Track that is open, the last one open too, and the Tracks that smaller ones are of, once the Recording has begun
    or gone on so often."""
    found, smalls = {}, {}
    for line in manifest(folder):
        if line["event"] in ("began", "went_on"):
            found, smalls, starts = {}, {}, starts - 1
        elif line["event"] == "track" and "small_of" in line:
            smalls[line["track"]] = line["small_of"]
        elif line["event"] == "segment":
            found.setdefault(line["track"], []).append(line)
        elif line["event"] == "track_ended":
            found.pop(line["track"], None)
    return ({}, {}) if starts else (found, {small: large for small, large in smalls.items() if small in found})


def everything(tracks, smalls, two_sizes):
    """Whether all that should be open is, if asked for with the smaller picture really smaller: publishers begin small."""
    height = lambda track: tracks[track][-1]["height"]
    return len(tracks) == OPEN and len(smalls) == 1 and (not two_sizes or all(height(small) < height(large) for small, large in smalls.items()))


def last_sample(path):
    """Decodes all of it, and gives when its last sample ends."""
    # The line of a new file comes before the file.
    if path.suffix == ".mp4" and not (path.exists() and b"mdat" in path.read_bytes()):
        return 0.0
    decoded = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-f", "null", "-"], capture_output=True, text=True)
    if decoded.returncode or decoded.stderr.strip():
        sys.exit(f"{path} does not decode: {decoded.stderr[:400]} {path.stat()}")
    command = ["ffprobe", "-v", "error", "-show_entries", "packet=pts_time,duration_time", "-of", "csv=p=0", path]
    packets = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    # The duration of a last sample is not always told.
    at, duration = packets[-1].split(",")[:2]
    return float(at) + (float(duration) if duration != "N/A" else 0)


def lost(folder, tracks, killed):
    """For each Track that was open when the server was killed: how much is missing at the end of its file, or of one before it."""
    missing = {}
    for track, segments in tracks.items():
        until = [*(segment["at"] / 1e6 for segment in segments[1:]), killed]
        missing[track] = max(end - segment["at"] / 1e6 - last_sample(folder / segment["file"]) for segment, end in zip(segments, until))
    return missing


def renditions(out):
    """Of each picture that HLS has: its size, and when its last sample ends."""
    found = re.findall(r"RESOLUTION=(\d+x\d+).*\n(.+)", (out / "hls/master.m3u8").read_text())
    return {size: round(last_sample(out / "hls" / playlist), 1) for size, playlist in found}


def main():
    chance = random.Random(SEED)
    worst, worst_small, files, small_files, media, running = 0.0, 0.0, 0, 0, 0.0, []
    with tempfile.TemporaryDirectory(prefix="lectern-kill-") as work, Server() as server:
        film = make(pathlib.Path(work), 30)
        session = server.go_live()
        try:
            for number in range(1, KILLS + 1):
                log = open(pathlib.Path(work, "encoders.log"), "w+")
                running = encoders(server, session, film, log, drawn=1)
                began, folder = time.monotonic(), None
                # Each second kill may come before the larger picture is taken.
                while folder is None or not everything(*open_tracks(folder, number), number % 2 == 1):
                    folder = next(pathlib.Path(server.folder.name, "recordings").glob("*"), None)
                    if time.monotonic() > began + PATIENCE:
                        sys.exit(f"round {number}: not everything is recorded: {folder and open_tracks(folder, number)}")
                    time.sleep(0.1)
                time.sleep(2 + chance.random() * 4)
                server.kill()
                killed = time.time()
                for encoder in running:
                    encoder.kill()
                    encoder.wait()
                tracks, smalls = open_tracks(folder, number)
                missing = lost(folder, tracks, killed)
                files += sum(map(len, tracks.values()))
                small_files += sum(len(tracks[small]) for small in smalls)
                media += max(killed - segments[0]["at"] / 1e6 for segments in tracks.values())
                worst = max([worst, *missing.values()])
                worst_small = max([worst_small, *(missing[small] for small in smalls)])
                layers = {track: [segment["layer"] for segment in tracks[track]] for pair in smalls.items() for track in pair}
                print(f"kill {number}: {len(missing)} open files, at most {max(missing.values()):.2f} s missing, layers {layers}", flush=True)
                if not everything(tracks, smalls, False) or worst > MOST_LOST:
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
        length, sizes = last_sample(out / "video.mp4"), renditions(out)
    told = {
        "kills": KILLS, "files": files, "most_missing_s": round(worst, 2), "small_files": small_files, "small_most_missing_s": round(worst_small, 2),
        "media_s": round(media, 1), "film_s": round(length, 1), "hls_s": sizes,
    }
    print(json.dumps(told))
    assert length >= media - MOST_LOST * KILLS, told
    # Two pictures at a time are composed, and the small ones with them.
    assert set(sizes) == {"1280x720", "640x360"} and all(abs(end - length) < 1 for end in sizes.values()), told


if __name__ == "__main__":
    main()
