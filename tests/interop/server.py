"""A Lectern server of the test's own, and the few calls of its HTTP API that the interop programs need."""

import http.cookiejar
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("LECTERN_BINARY", ROOT / "target/debug/lectern"))


def free_port(kind):
    """Below the ephemeral range, so that no client socket can take it meanwhile."""
    while True:
        port = random.randrange(20000, 32000)
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Server:
    """Starts in a folder of its own with the demo world, and is ended by its pid.

    `prefix` goes before its command, `options` behind it; `host` is the address on which it is reached."""

    def __init__(self, demo=True, host="127.0.0.1", prefix=(), options=("--media-shards", "1")):
        self.demo = ["--demo", "--demo-broadcast", "off"] if demo else []
        self.host, self.prefix, self.more = host, prefix, options

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="lectern-interop-")
        self.port = free_port(socket.SOCK_STREAM)
        self.url = f"http://{self.host}:{self.port}"
        self.options = ["--data-dir", self.folder.name, "--http-listen", f"{self.host}:{self.port}", "--https-listen", "off"]
        self.log = open(pathlib.Path(self.folder.name) / "server.log", "w+b")
        self.media_port = free_port(socket.SOCK_DGRAM)
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        return self.start()

    def start(self):
        """Also again, after `kill`, on what is in the folder."""
        media = ["--media-port", str(self.media_port), "--media-addresses", self.host]
        command = [*self.prefix, BINARY, "serve", *self.options, *media, *self.more, *self.demo]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        # A Session with a hundred thousand lines takes a while to go on.
        patience = time.monotonic() + 60
        while time.monotonic() < patience:
            try:
                urllib.request.urlopen(self.url + "/readyz", timeout=5).read()
                return self
            except (urllib.error.URLError, ConnectionError):
                if self.process.poll() is not None:
                    break
                time.sleep(0.02)
        if self.process.poll() is None:
            self.kill()
        self.log.seek(0)
        print(self.log.read().decode(errors="replace")[-4000:])
        raise SystemExit("the server did not start")

    def kill(self):
        """kill -9"""
        self.process.kill()
        self.process.wait()

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)
        if kind is not None:
            self.log.seek(0)
            print(self.log.read().decode(errors="replace")[-4000:])
        self.log.close()
        self.folder.cleanup()

    def call(self, method, path, body=None):
        csrf = next((c.value for c in self.cookies if c.name == "lectern_csrf"), "")
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"content-type": "application/json", "x-csrf-token": csrf},
        )
        try:
            with self.opener.open(request, timeout=15) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def go_live(self):
        """Signs in as a demo host, plans an activity and starts it; returns the session's id."""
        if not any(cookie.name == "lectern_csrf" for cookie in self.cookies):
            self.call("POST", "/api/logins", {"account_name": "zhouwenlan", "password": "lectern-demo"})
        studio = next(m["studio"]["id"] for m in self.call("GET", "/api/me")["memberships"] if m["role"] == "host")
        now = time.time()
        stamp = lambda t: time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(t + 8 * 3600))
        activity = self.call("POST", f"/api/studios/{studio}/activities", {
            "title": "互通测试", "kind": "broadcast", "mode": "online", "level": "county",
            "planned_start": stamp(now), "planned_end": stamp(now + 3600), "presenters": [], "guests_allowed": True,
        })
        live = self.call("POST", f"/api/activities/{activity['activity']['id']}/go-live")
        return live["session"]["id"]

    def token(self, session, purpose):
        command = [BINARY, "token", "--session", session, f"--{purpose}", "--ttl", "1h", "--data-dir", self.folder.name]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return re.search(r"lct1\.\S+", printed).group(0)
