"""The files of one broker, or of a tree of a root and leaves, with fresh passwords; docs/broker-tree.md."""

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from controller.errors import BadInput
from controller.features.fleet.broker_passwords import broker_hash
from controller.host.home_folder import write_private
from controller.host.mosquitto_files import (
    LEAF_NAME,
    MOST_LEAVES,
    PROBE_USER,
    BrokerPaths,
    RulesForm,
    bridges_conf,
    broker_conf,
    leaf_rules,
    leaf_users,
    rules,
)

ROOT: Final = "root"
"""Folder of the root's files; no leaf has this name."""
KEPT: Final = "secrets.json"
"""Passwords of an earlier run: a tree that grows keeps them."""
_SECRET_BYTES: Final = 32  # without key stretching to speak of: see `broker_hash`
_STATION_USERS: Final = ("station", "station-audio", "station-clock")
_CONF: Final = {RulesForm.FILES: "loa.conf", RulesForm.PLUGINS: "loa-2.1.conf"}
_DESCRIPTORS: Final = "[Service]\nLimitNOFILE=65536\nRestart=always\nRestartSec=1\n"
_ADDRESS: Final = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9][A-Za-z0-9.-]{0,252}):\d{1,5}")
_MOST_PORTS: Final = 65535


@dataclass(frozen=True, slots=True)
class WantedBrokers:
    """A root and its leaves as they were asked for; an address is host:port, as everybody reaches it."""

    root: str
    leaves: tuple[tuple[str, str], ...]
    plugins: Path


def wanted_brokers(root: str, leaves: Sequence[str], plugins: Path) -> WantedBrokers:
    """Read what was typed, `leaves` as name=host:port; BadInput says what is wrong."""
    named = []
    for typed in leaves:
        name, _, address = typed.partition("=")
        if not LEAF_NAME.fullmatch(name) or name == ROOT:
            raise BadInput(
                f"Tên trạm nhánh không hợp lệ: «{name}». Viết như bac=bac.example:8883; tên gồm chữ thường "
                f"không dấu và chữ số, tối đa 16 ký tự, không phải «{ROOT}».",
                code="broker.leaf",
            )
        named.append((name, _checked(address)))
    if len(named) != len(dict(named)):
        raise BadInput("Hai trạm nhánh trùng tên.", code="broker.leaf")
    if len(named) > MOST_LEAVES:
        raise BadInput(f"Nhiều nhất {MOST_LEAVES} trạm nhánh.", code="broker.leaf")
    return WantedBrokers(_checked(root), tuple(named), plugins)


def _checked(address: str) -> str:
    if not _ADDRESS.fullmatch(address) or not 0 < int(address.rpartition(":")[2]) <= _MOST_PORTS:
        raise BadInput(
            f"Địa chỉ trạm không hợp lệ: «{address}». Viết như goc.example:8883.", code="broker.address"
        )
    return address


def write_brokers(folder: Path, wanted: WantedBrokers) -> list[Path]:
    """Write all files, each readable for its owner alone; return them. Passwords of an earlier run stay."""
    kept = folder / KEPT
    try:
        known = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
        known = _completed(known, wanted)
        for name in (ROOT, *(leaf for leaf, _ in wanted.leaves)):
            (folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        files = {KEPT: json.dumps(known, indent=1) + "\n"} | _files(wanted, known)
        for name, text in files.items():
            write_private(folder / name, text)
    except (OSError, ValueError) as error:
        raise BadInput(f"Không ghi được vào {folder}: {error}.", code="broker.folder") from error
    return [folder / name for name in files]


def _completed(known: Mapping[str, str], wanted: WantedBrokers) -> dict[str, str]:
    """Return a password for each user, new ones for those that had none; leaves have probes of their own."""
    users = (
        *_STATION_USERS,
        *(user for leaf, _ in wanted.leaves for user in (*leaf_users(leaf), _probe_of(leaf))),
    )
    fresh = {user: secrets.token_urlsafe(_SECRET_BYTES) for user in users if user not in known}
    return {**known, **fresh}


def _probe_of(leaf: str) -> str:
    return f"{PROBE_USER}@{leaf}"


def _files(wanted: WantedBrokers, known: Mapping[str, str]) -> dict[str, str]:
    """Return the text of each file by its name."""
    at_root = (*_STATION_USERS, *(user for leaf, _ in wanted.leaves for user in leaf_users(leaf)))
    files = {
        "limits.conf": _DESCRIPTORS,
        "station.env": _station_env(wanted, known),
        f"{ROOT}/loa-acl": rules(leaf for leaf, _ in wanted.leaves),
        f"{ROOT}/passwords": "".join(f"{user}:{broker_hash(known[user])}\n" for user in at_root),
    }
    for leaf, _ in wanted.leaves:
        files[f"{leaf}/loa-acl"] = leaf_rules(leaf)
        files[f"{leaf}/passwords"] = f"{PROBE_USER}:{broker_hash(known[_probe_of(leaf)])}\n"
    for form, name in _CONF.items():
        paths = BrokerPaths(form=form, plugins=wanted.plugins)
        files[f"{ROOT}/{name}"] = broker_conf(_port(wanted.root), paths)
        for leaf, address in wanted.leaves:
            passwords = [known[user] for user in leaf_users(leaf)]
            bridges = bridges_conf(leaf, wanted.root, passwords, paths)
            files[f"{leaf}/{name}"] = f"{broker_conf(_port(address), paths)}\n{bridges}"
    return files


def _station_env(wanted: WantedBrokers, known: Mapping[str, str]) -> str:
    """Return the settings of the station, for /etc/loa.env."""
    names = ("LOA_BROKER_URL", "LOA_AUDIO_BROKER_URL", "LOA_CLOCK_BROKER_URL")
    urls = {
        name: f"mqtts://{user}:{known[user]}@{wanted.root}"
        for name, user in zip(names, _STATION_USERS, strict=True)
    }
    told = {
        **urls,
        "LOA_NODES_BROKER_URL": f"mqtts://{wanted.root}",
        "LOA_BROKER_PASSWORDS": "/etc/mosquitto/loa/passwords",
    }
    if wanted.leaves:
        told["LOA_BROKER_LEAVES"] = " ".join(
            f"{leaf}=mqtts://{PROBE_USER}:{known[_probe_of(leaf)]}@{address}"
            for leaf, address in wanted.leaves
        )
    return "".join(f'{name}="{value}"\n' for name, value in told.items())


def _port(address: str) -> str:
    return str(urlsplit(f"//{address}").port)
