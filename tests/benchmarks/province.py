"""Prints what a station does at the size of a province, figures beside references; part of `make bench`.

Each row is one `loa demo` or `loa bench`, run as a person would run it, on throw-away data. All of it takes
some forty minutes on two processors, with nothing beside it. docs/benchmarks.md says how each measures.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

TREE = ("--broker", "tree")
"""The last of an option counts."""
FAULTS = "offline=5%,loss=2%,reboot=3%"


def loa(*words):
    """Return what a command printed as JSON, or None where it failed."""
    ran = subprocess.run(
        [Path(sys.executable).with_name("loa"), *map(str, words), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return json.loads(ran.stdout)
    except ValueError:
        sys.stderr.write(ran.stderr[-2000:])
        return None


def demo(nodes, *more):
    found = loa("demo", "--broker", "mosquitto", "--once", "--nodes", nodes, *more)
    if found is None:
        return "failed"
    spread = found["start_spread_ms"] or {"p50": None, "p99": None}
    copies = found["published_audio_bytes"] / found["recording_bytes"]
    return (
        f"heard whole {found['heard_whole']} of {nodes} ({found['told_to_fail']} told to fail), "
        f"start spread p50 {spread['p50']} ms, p99 {spread['p99']} ms, audio published {copies:.2f} times"
    )


def delivery(nodes, *more):
    found = loa("bench", "delivery", "--broker", "mosquitto", "--nodes", nodes, *more)
    if found is None:
        return "failed"
    return (
        f"{found['verified']} verified in {found['verified_seconds']} s; only counting, by paho "
        f"{found['counting_seconds']} s (ratio {found['ratio']}), by our own reader "
        f"{found['own_reader_seconds']} s (ratio {found['own_reader_ratio']}); "
        f"bare sockets {found['raw_seconds']} s, nginx {found['nginx_seconds']} s; "
        f"sent to each {found['published_ratio']} times"
    )


def ingest(nodes):
    found = loa("bench", "ingest", "--broker", "mosquitto", "--nodes", nodes)
    if found is None:
        return "failed"
    each = ", ".join(
        f"{name} {found[name]['messages_per_second']} a second (ratio {found[name]['ratio']}, "
        f"to our own reader {found[name]['own_reader_ratio']}, lost {found[name]['lost']})"
        for name in ("sqlite", "postgresql")
    )
    idle = f"by paho {found['reference_per_second']}, by our own reader {found['own_reader_per_second']}"
    return f"{each}; a subscriber that does nothing, {idle}"


def rest(nodes):
    found = loa("bench", "rest", "--broker", "mosquitto", "--nodes", nodes)
    if found is None:
        return "failed"
    return (
        f"station {found['station_cores']} processors and {found['station_rss_mb']} MB, broker "
        f"{found['broker_cores']}, fleet {found['fleet_cores']}; clock {found['clock_answer_ms']} ms; "
        f"while a broadcast begins {found['at_start']}"
    )


def sync(nodes, *more):
    found = loa("bench", "sync", "--broker", "mosquitto", "--nodes", nodes, *more)
    if found is None:
        return "failed"
    alone = ", ".join(f"{part} {told['village_span_ms']}" for part, told in found["virtual"].items())
    return (
        f"clock error {found['clock_error_ms']} ms, start spread {found['start_spread_ms']} ms, "
        f"in a village {found['village_span_ms']} ms; in virtual time {alone}"
    )


def emergency(nodes, runs, *more):
    found = loa("bench", "emergency", "--broker", "mosquitto", "--nodes", nodes, "--runs", runs, *more)
    if found is None:
        return "failed"
    storm = found.get("storm")
    beside = (
        f"; in the storm call {storm['emergency_ms']}, there {storm['told_ms']}, stop {storm['stop_ms']}, "
        f"{storm['connected']} of {storm['nodes']} back in {storm['connected_s']} s, "
        f"sounding {storm['sounding_s']} s after power"
        if storm
        else ""
    )
    call = f"call {found['emergency_ms']}, of it until the plan is there {found['told_ms']}"
    rested = f"{found['began_at_rest']} of {2 * found['runs']} at rest"
    return f"{call}, stop {found['stop_ms']}, {rested}, reached {found['reached']}{beside}"


# what is measured, and with how many loudspeakers
ROWS = {
    "demo 1,000": (1_000, demo),
    "demo 2,000": (2_000, demo),
    "demo 5,000": (5_000, demo),
    "demo 5,000 with faults": (5_000, lambda nodes: demo(nodes, "--fail", FAULTS)),
    "delivery 5,000": (5_000, delivery),
    "delivery 5,000, 2 % lost": (5_000, lambda nodes: delivery(nodes, "--loss", 2)),
    "ingest 5,000": (5_000, ingest),
    "sync 1,000": (1_000, sync),
    "rest 5,000": (5_000, rest),
    "emergency 1,000": (1_000, lambda nodes: emergency(nodes, 20)),
    "demo 2,000 on a tree": (2_000, lambda nodes: demo(nodes, *TREE)),
    "delivery 2,000 on a tree": (2_000, lambda nodes: delivery(nodes, *TREE)),
    "sync 1,000 on a tree": (1_000, lambda nodes: sync(nodes, *TREE)),
    "emergency 1,000 on a tree": (1_000, lambda nodes: emergency(nodes, 20, *TREE)),
    "emergency 5,000, storm of 2,000": (
        5_000,
        lambda nodes: emergency(nodes, 5, "--storm", nodes * 2 // 5),
    ),
    "emergency 1,000 beside a storm of 2,000": (
        3_000,
        lambda nodes: emergency(nodes, 3, "--storm", nodes * 2 // 3),
    ),
}


def main(chosen, divisor):
    """Print the chosen rows, each with this part of its loudspeakers."""
    print("| what | measured |\n|---|---|", flush=True)  # noqa: T201
    for name, (nodes, measure) in ROWS.items():
        if not chosen or any(word in name for word in chosen):
            print(f"| {name} | {measure(nodes // divisor)} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="parts of the names of rows; none: all of them")
    parser.add_argument(
        "--divisor", type=int, default=1, help="measure with so many times fewer, to see that all of it runs"
    )
    told = parser.parse_args()
    main(told.only, told.divisor)
