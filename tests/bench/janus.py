"""Debian's Janus with the videoroom and the websocket API, and nothing else."""

import pathlib
import shutil
import socket
import subprocess
import time

LIBRARIES = pathlib.Path("/usr/lib/x86_64-linux-gnu/janus")
PORT = 8188

GENERAL = """general: {{
	configs_folder = "{folder}"
	plugins_folder = "{folder}/plugins"
	transports_folder = "{folder}/transports"
	events_folder = "{folder}/events"
	loggers_folder = "{folder}/loggers"
	debug_level = 2
	session_timeout = 0
	{general}
}}
nat: {{
	ice_ignore_list = "vmnet"
}}
"""
WEBSOCKETS = """general: {{
	json = "compact"
	ws = true
	ws_port = {port}
	ws_ip = "{host}"
	wss = false
}}
admin: {{
	admin_ws = false
	admin_wss = false
}}
"""


def version():
    """Such as 1.1.2; None when Janus is not there."""
    if not shutil.which("janus") or not LIBRARIES.is_dir():
        return None
    told = subprocess.run(["dpkg-query", "-W", "-f=${Version}", "janus"], capture_output=True, text=True).stdout
    return told.split("-")[0] or "unknown"


class Janus:
    def __init__(self, place, folder, general=""):
        self.place, self.folder, self.general = place, folder, general
        self.url = f"ws://{place.host}:{PORT}"

    def __enter__(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        for kind, library in (("plugins", "libjanus_videoroom.so"), ("transports", "libjanus_websockets.so"), ("events", None), ("loggers", None)):
            (self.folder / kind).mkdir(parents=True)
            if library:
                (self.folder / kind / library).symlink_to(LIBRARIES / kind / library)
        (self.folder / "janus.jcfg").write_text(GENERAL.format(folder=self.folder, general=self.general))
        (self.folder / "janus.transport.websockets.jcfg").write_text(WEBSOCKETS.format(host=self.place.host, port=PORT))
        (self.folder / "janus.plugin.videoroom.jcfg").write_text("general: {\n}\n")
        self.log = open(self.folder / "janus.log", "w+b")
        command = [*self.place.prefix, "janus", "-F", str(self.folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        for _ in range(100):
            try:
                socket.create_connection((self.place.host, PORT), timeout=1).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("Janus did not start: " + (self.folder / "janus.log").read_text(errors="replace")[-2000:])

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.log.close()
