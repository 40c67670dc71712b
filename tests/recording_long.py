#!/usr/bin/env python3
"""Half an hour of a film with a running clock, a flash and a beep at the same instant each three seconds, published in real time over
WHIP and recorded; then what finishing made of it is decoded: how far flash and beep are apart all along, how long it is, whether the
picture is still the publisher's own bits, and what it cost. Prints one JSON object. tests/recording_long.py --minutes 30"""

import argparse
import array
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests/interop"))
from server import BINARY, Server  # noqa: E402

LOADTEST = os.environ.get("LOADTEST_BINARY", BINARY.parent / "lectern-loadtest")
PERIOD, FLASH, RATE = 3, 0.12, 25
MOST_SKEW, MOST_WRONG = 0.080, 0.1
TICKS = os.sysconf("SC_CLK_TCK")
# Samples a second at which sound is looked at.
FINE = 8000


def ffmpeg(*arguments):
    return subprocess.run(["ffmpeg", "-v", "error", "-nostdin", *map(str, arguments)], check=True, capture_output=True).stdout


def make(folder, seconds):
    """H.264 as browsers send it, Opus in packets of 20 ms."""
    picture, sound = folder / "film.h264", folder / "film.ogg"
    now = f"lt(mod(t,{PERIOD}),{FLASH})"
    # Grain, so that no two pictures are the same bits.
    flash = f"drawbox=w=iw:h=ih:color=white:t=fill:enable='{now}',noise=alls=4:allf=t"
    codec = "-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -pix_fmt yuv420p -g 50 -b:v 700k -threads 1"
    ffmpeg("-f", "lavfi", "-i", f"testsrc=size=640x360:rate={RATE}:duration={seconds}", "-vf", flash, *codec.split(),
           "-x264-params", "repeat-headers=1:keyint=50:scenecut=0", "-f", "h264", picture)
    tone = f"aevalsrc='0.5*sin(2*PI*1000*t)*{now}':s=48000:d={seconds + 1}"
    ffmpeg("-f", "lavfi", "-i", tone, "-c:a", "libopus", "-b:a", "48k", "-frame_duration", "20", sound)
    return picture, sound


def seconds_of(pid, names=None):
    """CPU seconds of a process, or of its threads of these names (proc(5): fields 14 and 15)."""
    used = 0.0
    for stat in pathlib.Path("/proc", str(pid)).glob("task/*/stat"):
        name, fields = stat.read_text().split("(", 1)[1].rsplit(")", 1)
        if names is None or name in names:
            used += sum(map(int, fields.split()[11:13])) / TICKS
    return used


def seconds_of_children(pid):
    """Of those that ended (fields 16 and 17)."""
    return sum(map(int, pathlib.Path("/proc", str(pid), "stat").read_text().rsplit(")", 1)[1].split()[13:15])) / TICKS


def finished(server, session):
    """Ends the Session, whose Recording is finished by itself: its id, how long it is said to be, and
    where its files are served from."""
    server.call("POST", f"/api/sessions/{session}/end")
    activity = server.call("GET", f"/api/sessions/{session}")["activity"]["id"]
    while True:
        [row] = server.call("GET", f"/api/recordings?activity={activity}")["rows"]
        if row["state"] in ("finished", "failed", "empty"):
            break
        time.sleep(1)
    assert row["state"] == "finished" and row["resource"], row
    replay = server.call("GET", f"/api/resources/{row['resource']}/replay")
    return row["id"], replay["duration_ms"] / 1000, pathlib.Path(server.folder.name, "objects/resources", row["resource"])


def record(server, folder, seconds):
    picture, sound = make(folder, seconds)
    session = server.go_live()
    token = server.token(session, "publish")
    command = [LOADTEST, "publish", "--whip", f"{server.url}/api/sessions/{session}/whip", "--ticket", token, "--seconds", seconds]
    threads = {name: seconds_of(server.process.pid, {name}) for name in ("tap", "recorder-disk")}
    whole = seconds_of(server.process.pid)
    film = ["--picture", picture, "--sound", sound, "--rate", RATE]
    subprocess.run(list(map(str, [*command, *film])), check=True, stderr=subprocess.DEVNULL)
    used = {name: seconds_of(server.process.pid, {name}) - before for name, before in threads.items()}
    used["server"] = seconds_of(server.process.pid) - whole
    before = seconds_of_children(server.process.pid)
    recording, told, out = finished(server, session)
    used["finish"] = seconds_of_children(server.process.pid) - before
    return pathlib.Path(server.folder.name, "recordings", recording), out, told, picture, used


def flashes(path):
    """Seconds at which the picture becomes white, and when the last one is shown."""
    look = "scale=2:2:flags=area,signalstats,metadata=mode=print:key=lavfi.signalstats.YAVG:file=-"
    told = ffmpeg("-copyts", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-vf", look, "-f", "null", "-").decode()
    found, white, at, count = [], False, 0.0, 0
    for line in told.splitlines():
        if line.startswith("frame:"):
            at, count = float(line.rsplit("pts_time:", 1)[1]), count + 1
        else:
            now = float(line.rsplit("=", 1)[1]) > 200
            if now and not white:
                found.append(at)
            white = now
    return found, count


def beeps(path):
    """Seconds at which it begins to sound."""
    even = f"aresample={FINE}:async=1:first_pts=0"
    raw = ffmpeg("-copyts", "-i", path, "-map", "0:a", "-af", even, "-ac", 1, "-f", "s16le", "-")
    samples, found, loud = array.array("h", raw), [], -FINE
    for at, sample in enumerate(samples):
        if sample > 1600 or sample < -1600:
            if at - loud > FINE // 2:
                found.append(at / FINE)
            loud = at
    return found, len(samples) / FINE


def skew(path):
    """How much later each beep is than its flash, in milliseconds."""
    (seen, pictures), (heard, sound) = flashes(path), beeps(path)
    pairs = []
    for flash in seen:
        nearest = min(heard, key=lambda beep: abs(beep - flash))
        if abs(nearest - flash) < PERIOD / 2:
            pairs.append((flash, (nearest - flash) * 1000))
    assert len(pairs) > 5 and len(pairs) >= len(seen) - 1, (len(pairs), len(seen), len(heard))
    ms = [late for _, late in pairs]
    first = [late for at, late in pairs if at < pairs[0][0] + 60]
    last = [late for at, late in pairs if at > pairs[-1][0] - 60]
    # The film flashes by the publisher's clock.
    steps = [round((at - pairs[0][0]) / PERIOD) for at, _ in pairs]
    off = [at - pairs[0][0] - step * PERIOD for step, (at, _) in zip(steps, pairs)]
    return {
        "flashes": len(seen), "beeps": len(heard), "pictures": pictures, "sound_s": round(sound, 3),
        "min_ms": round(min(ms), 1), "median_ms": round(statistics.median(ms), 1), "max_ms": round(max(ms), 1),
        "first_minute_ms": round(statistics.median(first), 1), "last_minute_ms": round(statistics.median(last), 1),
        "flash_off_its_time_ms": round(max(map(abs, off)) * 1000, 1), "last_flash_off_its_time_ms": round(off[-1] * 1000, 1),
    }


def media(path):
    """What is in the `mdat` boxes of a file."""
    data, at, found = path.read_bytes(), 0, []
    while at + 8 <= len(data):
        size = int.from_bytes(data[at:at + 4], "big")
        if size < 8 or at + size > len(data):
            break
        if data[at + 4:at + 8] == b"mdat":
            found.append(data[at + 8:at + size])
        at += size
    return b"".join(found)


def units(samples):
    """NAL units that have their length before them."""
    at = 0
    while at + 4 <= len(samples):
        size = int.from_bytes(samples[at:at + 4], "big")
        yield samples[at + 4:at + 4 + size]
        at += 4 + size


def slices_of_film(path):
    """Of an Annex B byte stream: its pictures, without parameter sets."""
    for piece in path.read_bytes().split(b"\x00\x00\x01"):
        nal = piece.rstrip(b"\x00")
        if nal and nal[0] & 0x1f in (1, 5):
            yield nal


def lines(path):
    return [line for line in path.read_text().splitlines() if line]


def bits(folder, out, film):
    """That the picture of HLS is the recorder's, and the recorder's the publisher's."""
    segments = [json.loads(line) for line in lines(folder / "manifest.jsonl")]
    cameras, [microphone] = ([line["file"] for line in segments if line["event"] == "segment" and line["codec"] == codec]
                             for codec in ("h264", "opus"))
    recorded = b"".join(media(folder / file) for file in cameras)
    playlist = out / "hls/video/index.m3u8"
    names = [line for line in lines(playlist) if line.endswith(".m4s")]
    served = b"".join(media(playlist.parent / name) for name in names)
    # The same without boxes, as FFmpeg reads it.
    film_of = lambda path: ffmpeg("-i", path, "-map", "0:v", "-c", "copy", "-f", "md5", "-")
    mp4 = film_of(out / "video.mp4") == film_of(folder / cameras[0])
    count = ["-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0"]
    sounds = subprocess.run(["ffprobe", "-v", "error", *count, folder / microphone], check=True, capture_output=True).stdout
    sent = {}
    for number, nal in enumerate(slices_of_film(film)):
        sent.setdefault(hashlib.sha256(nal).digest(), number)
    found = [sent.get(hashlib.sha256(nal.rstrip(b"\x00")).digest()) for nal in units(served) if nal[0] & 0x1f in (1, 5)]
    assert None not in found, "a picture that the publisher never sent"
    gaps = [pair for pair in zip(found, found[1:]) if pair[1] != pair[0] + 1]
    return {
        "hls_is_what_was_recorded": served == recorded, "mp4_is_what_was_recorded": mp4, "sha256": hashlib.sha256(served).hexdigest()[:16], "bytes": len(served),
        "files": len(cameras), "segments": len(names), "pictures": len(found), "of_film": len(sent), "sounds": int(sounds),
        "first": found[0], "last": found[-1], "not_in_order_or_missing": gaps[:10],
    }


def length_of(playlist):
    return sum(float(line.split(":")[1].rstrip(",")) for line in lines(playlist) if line.startswith("#EXTINF"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--keep", type=pathlib.Path, help="copy what was recorded and what came out to this folder")
    given = parser.parse_args()
    # A whole number of flashes.
    seconds = round(given.minutes * 60 / PERIOD) * PERIOD
    with tempfile.TemporaryDirectory(prefix="lectern-long-") as work, Server() as server:
        recording, out, told_s, film, used = record(server, pathlib.Path(work), seconds)
        picture = bits(recording, out, film)
        probed = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "format=duration:stream=codec_name,duration", "-of", "json",
                                 out / "video.mp4"], check=True, capture_output=True).stdout
        told = json.loads(probed)
        # Sound is there before the first whole picture; each of its packets is 20 ms.
        published = max(picture["sounds"] * 0.02, (picture["last"] - picture["first"] + 1) / RATE)
        lengths = {
            "published_s": published,
            "told_s": told_s,
            "mp4_s": float(told["format"]["duration"]),
            "hls_video_s": round(length_of(out / "hls/video/index.m3u8"), 3),
            "hls_audio_s": round(length_of(out / "hls/audio/index.m3u8"), 3),
        }
        minutes = published / 60
        found = {
            "minutes": given.minutes, "length": lengths,
            "mp4": skew(out / "video.mp4"), "hls": skew(out / "hls/master.m3u8"), "picture": picture,
            "cpu_s_per_media_minute": {name: round(value / minutes, 3) for name, value in used.items()},
        }
        if given.keep:
            subprocess.run(["cp", "-r", recording, out, given.keep], check=True)
    print(json.dumps(found, ensure_ascii=False, indent=1))
    for way in ("mp4", "hls"):
        assert max(abs(found[way]["min_ms"]), abs(found[way]["max_ms"])) < MOST_SKEW * 1000, f"{way}: sound and picture are apart"
    for name, length in lengths.items():
        assert abs(length - published) < MOST_WRONG, f"{name}: {length} for {published}"
    assert picture["hls_is_what_was_recorded"] and picture["mp4_is_what_was_recorded"], "the picture was not copied"
    assert not picture["not_in_order_or_missing"], "pictures are missing"


if __name__ == "__main__":
    main()
