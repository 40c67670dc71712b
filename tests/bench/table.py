"""What was measured, as Markdown: the cases, and the goals beside the figures."""

COLUMNS = [
    ("server", "server"), ("case", "case"), ("viewers", "viewers"), ("loss", "loss %"), ("cost", "server µs/packet (user + sys)"),
    ("latency", "latency p50 / p99 ms"), ("packet", "first packet p50 / p99 ms"), ("key", "first key frame p50 / p99 ms"),
    ("memory", "KiB/viewer"), ("server_cpu", "server %"), ("client_cpu", "clients %"),
]


def loss(report):
    """What viewers missed, whichever way of counting finds more."""
    packets = report["packets"]
    return max(packets["loss_percent"], packets["loss_percent_by_stamp"])


def whole(report):
    """Everybody is in and saw everything but for one packet in a thousand."""
    return report["verdict"] == "good"


def pair(spread):
    return f"{spread['p50']:.1f} / {spread['p99']:.1f}" if spread else "–"


def row(entry):
    """Cases without media tell what connecting costs; their time until all were connected stands in the first packet's place."""
    report, viewers = entry["report"], entry["report"]["viewers"]
    server, join = report["server"], report["join_ms"]
    idle = report["verdict"] in ("connected", "not_connected")
    there = viewers["connected"] if idle else viewers["with_all_pictures"]
    came = viewers["asked"] if there == viewers["asked"] else f"{there} of {viewers['asked']}"
    return {
        "server": entry["server"], "case": entry["case"], "viewers": str(came),
        "loss": f"{loss(report):.3f}" if report["packets"]["expected"] else "–",
        "cost": f"{server['cpu_us_per_packet']:.2f} ({server['user_us_per_packet']:.2f} + {server['system_us_per_packet']:.2f})"
        if report["packets"]["expected"] else f"{server['setup_cpu_ms_per_viewer']:.2f} ms each",
        "latency": pair(report["forward_latency_ms"]), "packet": f"all after {join['all_connected']:.0f}" if idle else pair(join["first_media"]), "key": pair(join["first_key_frame"]),
        "memory": f"{server['rss_kib_per_viewer']:.1f}", "server_cpu": f"{server['cpu_percent']:.0f}",
        "client_cpu": f"{report['client_cpu_percent']:.0f}",
    }


def markdown(titles, rows):
    widths = [max(len(title), *(len(r[i]) for r in rows)) for i, title in enumerate(titles)] if rows else map(len, titles)
    widths = list(widths)
    line = lambda cells: "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) + " |"
    return "\n".join([line(titles), line(["-" * width for width in widths]), *map(line, rows)])


def cases(entries):
    rows = [[row(entry)[key] for key, _ in COLUMNS] for entry in entries]
    return markdown([title for _, title in COLUMNS], rows)


class Goals:
    """Each is a sentence, what was found, and whether that is enough; None where it was not measured."""

    def __init__(self):
        self.lines = []

    def at_most(self, sentence, found, limit, unit, digits=2):
        self.add(sentence, found, found is not None and found <= limit, f"≤ {limit} {unit}", unit, digits)

    def at_least(self, sentence, found, limit, unit, digits=0):
        self.add(sentence, found, found is not None and found >= limit, f"≥ {limit} {unit}", unit, digits)

    def add(self, sentence, found, met, goal, unit, digits):
        self.lines.append({"what": sentence, "found": found, "goal": goal, "met": bool(met) if found is not None else None,
                           "text": "–" if found is None else f"{found:.{digits}f} {unit}".strip()})

    def table(self):
        verdict = {True: "met", False: "**missed**", None: "not measured"}
        rows = [[line["what"], line["goal"], line["text"], verdict[line["met"]]] for line in self.lines]
        return markdown(["what", "goal", "found", ""], rows)


def goals_of(found):
    """`found`: entries by (server, case), and the floors."""
    entry = lambda server, case: (found["entries"].get((server, case)) or {}).get("report")
    value = lambda report, *path: pick(report, path) if report else None
    goals = Goals()
    at_200 = value(entry("lectern", "1:200"), "server", "cpu_us_per_packet")
    goals.at_most("server CPU per forwarded packet, 200 viewers", at_200, 3.0, "µs")
    floor = (found["floor"] or {}).get("cpu_us_per_packet")
    goals.at_most("the same against the floor (copy, seal, GSO) of this run", at_200 / floor if at_200 and floor else None, 2.2, "×")
    kept_up = [n for n in found["sizes"] if entry("janus", f"1:{n}") and whole(entry("janus", f"1:{n}")) and n > 1]
    janus = value(entry("janus", f"1:{max(kept_up)}"), "server", "cpu_us_per_packet") if kept_up else None
    goals.at_least(f"Janus ({max(kept_up)} viewers) against it" if kept_up else "Janus against it", janus / at_200 if janus and at_200 else None, 12, "×", 1)
    goals.at_least("most viewers with loss < 0.1 %, clients on the same machine", found["most"].get("lectern"), 500, "viewers")
    for rooms, name in (("many", "20 rooms"), ("one", "one publisher")):
        goals.at_most(f"forward latency p99 at 70 % of the machine, {name}", value(found["at_70"].get(rooms), "forward_latency_ms", "p99"), 5.0, "ms")
    joins = entry("lectern", "1:200")
    goals.at_most("joining to the first packet, p50 at 25 a second", value(joins, "join_ms", "first_media", "p50"), 15, "ms", 1)
    goals.at_most("joining to the first packet, p99", value(joins, "join_ms", "first_media", "p99"), 60, "ms", 1)
    largest = max((n for n in found["sizes"] if entry("lectern", f"1:{n}")), default=None)
    goals.at_most(f"memory per viewer ({largest} viewers, media flowing)", value(entry("lectern", f"1:{largest}"), "server", "rss_kib_per_viewer"), 20, "KiB", 1)
    at_once = entry("lectern", "200 at once")
    goals.at_most("set-up CPU per peer, 200 at once", value(at_once, "server", "setup_cpu_ms_per_viewer"), 1.2, "ms")
    goals.at_most("200 peers at once, all connected", (value(at_once, "join_ms", "all_connected") or 0) / 1000 or None, 1.0, "s")
    return goals


def pick(value, path):
    for key in path:
        value = value.get(key) if value else None
    return value
