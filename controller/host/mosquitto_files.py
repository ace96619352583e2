"""Configuration of Mosquitto, for one broker and for a tree of them; pure; docs/broker-tree.md.

A tree has one root, where the station is, and leaves, where loudspeakers are. Each leaf connects to the root
by three bridges, so that neither documents nor clocks wait behind chunks. What may be said, and what a bridge
carries, follows from the table of channels (devices/topics.py): down what the station says, up what nodes
say, nothing both ways, so that nothing goes in circles.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from devices import topics

LEAF_NAME: Final = re.compile(r"[a-z][a-z0-9]{0,15}")
"""A leaf's name is a part of user names and topics."""
MOST_LEAVES: Final = 32
"""More than a province needs: one leaf carries 5,000 loudspeakers."""
LEAF_USER: Final = "station-leaf-"
"""How the users of bridges begin; no node is enrolled by such a name."""
PROBE_USER: Final = "station-probe"
"""With this user the station tries a leaf before loudspeakers are sent there; it may read as nodes may."""
LEAF_STATES: Final = "loa/leaf/+/state"
"""Where the root holds which leaf is connected; no part of the wire: nodes may not read it."""
PLUGINS_FOLDER: Final = Path("/usr/lib/x86_64-linux-gnu")
"""Where Debian would put the plug-ins of Mosquitto 2.1."""

Way = Literal["in", "out"]
_AT_ROOT: Final[dict[Way, str]] = {"in": "read", "out": "write"}
_AT_LEAF: Final[dict[Way, str]] = {"in": "write", "out": "read"}
_LIMITS: Final = """\
max_inflight_messages 100
max_queued_messages 20000
max_queued_bytes 33554432
max_packet_size 1048576
set_tcp_nodelay true
"""


class RulesForm(StrEnum):
    """How a broker reads its passwords and rules."""

    FILES = "2.0"
    """By `password_file` and `acl_file`: Mosquitto 2.0. They are deprecated in 2.1 and end with 3.0."""
    PLUGINS = "2.1"
    """The same files by the plug-ins that come with Mosquitto 2.1."""


@dataclass(frozen=True, slots=True)
class BrokerPaths:
    """Where a broker's certificate, passwords, rules and plug-ins lie."""

    folder: Path = Path("/etc/mosquitto")
    form: RulesForm = RulesForm.FILES
    plugins: Path = PLUGINS_FOLDER


@dataclass(frozen=True, slots=True)
class _Bridge:
    """One of a leaf's bridges."""

    suffix: str
    is_kept: bool
    """Whether the root keeps what a leaf missed while it was away, such as the end of a document."""

    def user(self, leaf: str) -> str:
        return f"{LEAF_USER}{leaf}{self.suffix}"


_DOCUMENTS, _CHUNKS, _CLOCKS = _Bridge("", True), _Bridge("-audio", False), _Bridge("-clock", False)
_BRIDGES: Final = (_DOCUMENTS, _CHUNKS, _CLOCKS)
_OF_OWN_BRIDGE: Final = {
    "chunk": _CHUNKS,
    "repairChunk": _CHUNKS,
    "time": _CLOCKS,
    "timeReply": _CLOCKS,
}


def leaf_users(leaf: str) -> tuple[str, ...]:
    """Return the users of a leaf's bridges at the root."""
    return tuple(bridge.user(leaf) for bridge in _BRIDGES)


def state_topic(leaf: str) -> str:
    """Return where the root holds `1` while this leaf is connected, and `0` when it is not any more."""
    return LEAF_STATES.replace("+", leaf)


def broker_conf(listener: str, paths: BrokerPaths | None) -> str:
    """Return the configuration of a broker; `listener`: a port, then an address where it has one.

    Without paths it lets everybody in: on the loopback, for simulated loudspeakers.
    """
    if paths is None:
        return f"listener {listener}\nallow_anonymous true\npersistence false\n{_LIMITS}"
    passwords, rules = f"{paths.folder}/loa/passwords", f"{paths.folder}/loa-acl"
    readers = {
        RulesForm.FILES: f"password_file {passwords}\nacl_file {rules}\n",
        RulesForm.PLUGINS: (
            f"plugin {paths.plugins}/mosquitto_password_file.so\nplugin_opt_password_file {passwords}\n"
            f"plugin {paths.plugins}/mosquitto_acl_file.so\nplugin_opt_acl_file {rules}\n"
        ),
    }
    return (
        f"listener {listener}\n"
        f"certfile {paths.folder}/certs/server.crt\nkeyfile {paths.folder}/certs/server.key\n"
        f"tls_version tlsv1.2\nallow_anonymous false\n{readers[paths.form]}use_username_as_clientid true\n"
        f"{_LIMITS}persistent_client_expiration 14d\n"
    )


def bridges_conf(leaf: str, root: str, passwords: Sequence[str], paths: BrokerPaths | None) -> str:
    """Return what connects a leaf to the root; `root`: host:port, `passwords`: of `leaf_users`."""
    return "\n".join(
        _bridge_conf(bridge, leaf, root, password, paths)
        for bridge, password in zip(_BRIDGES, passwords, strict=True)
    )


def _bridge_conf(bridge: _Bridge, leaf: str, root: str, password: str, paths: BrokerPaths | None) -> str:
    user = bridge.user(leaf)
    state = f"notifications true\nnotification_topic {state_topic(leaf)}" if bridge.is_kept else None
    lines = (
        f"connection {user}",
        f"address {root}",
        paths and f"bridge_cafile {paths.folder}/certs/root-ca.crt",
        f"remote_clientid {user}",
        paths and f"remote_username {user}\nremote_password {password}",
        f"local_clientid {user}",
        f"local_username {user}",
        "bridge_protocol_version mqttv311",
        f"cleansession {'false' if bridge.is_kept else 'true'}",
        "local_cleansession true",
        "keepalive_interval 10",
        "restart_timeout 1 10",
        state or "notifications false",
        *(f"topic {topic} {way} {qos}" for topic, way, qos in _carried(bridge)),
    )
    return "".join(f"{line}\n" for line in lines if line)


def rules(leaves: Iterable[str] = ()) -> str:
    """Return who may say and hear what at the one broker, or at the root of these leaves."""
    parts = [
        _block("station", ["readwrite loa/v1/#", f"read {LEAF_STATES}"]),
        _block("station-audio", [f"write {topic}" for topic, _, _ in _carried(_CHUNKS)]),
        _block("station-clock", [f"{_AT_LEAF[way]} {topic}" for topic, way, _ in _carried(_CLOCKS)]),
        _block("station-bridge", ["readwrite loa/v1/#"]),
        *(_rules_of(bridge, leaf, _AT_ROOT) for leaf in leaves for bridge in _BRIDGES),
        _NODE_RULES,
    ]
    return "\n".join(parts)


def leaf_rules(leaf: str) -> str:
    """Return who may say and hear what at a leaf; plug-ins hold its bridges to rules, too."""
    return "\n".join((*(_rules_of(bridge, leaf, _AT_LEAF) for bridge in _BRIDGES), _NODE_RULES))


def _rules_of(bridge: _Bridge, leaf: str, words: dict[Way, str]) -> str:
    told = [f"{words[way]} {topic}" for topic, way, _ in _carried(bridge)]
    return _block(bridge.user(leaf), [*told, f"write {state_topic(leaf)}"] if bridge.is_kept else told)


def _block(user: str, told: Iterable[str]) -> str:
    return f"user {user}\n" + "".join(f"topic {rule}\n" for rule in told)


def _carried(bridge: _Bridge) -> list[tuple[str, Way, int]]:
    """Return the topics of a bridge: `in` from the root, or `out` to it; and their QoS."""
    return [
        (_any(one.address), "in" if one.sender == "station" else "out", one.qos)
        for one in topics.CHANNELS
        if _OF_OWN_BRIDGE.get(one.name, _DOCUMENTS) is bridge
    ]


def _any(address: str) -> str:
    """Return the filter of all topics of a channel."""
    return re.sub(r"\{\w+\}", "+", address)


_NODE_RULES: Final = "".join(
    f"pattern {'read' if one.sender == 'station' else 'write'} {_any(one.address.replace('{node}', '%u'))}\n"
    for one in topics.CHANNELS
)
"""What every node may hear and say; its id is its user name."""
