"""Where the pages are found from outside: as the station was told, never as a request's Host header says."""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from controller.http.station import Station

_OF_A_NETWORK = (".local", ".lan", ".internal", ".home.arpa")
"""Endings of names that no server outside a network knows."""


class Reachable(StrEnum):
    """From where an address can be opened, as far as the address itself tells."""

    MACHINE = "machine"
    NETWORK = "network"
    EVERYWHERE = "everywhere"


def public_address(station: Station) -> str:
    """Return the address that links in feeds and printed codes begin with, without a slash at its end.

    Whoever asks for a page chooses the Host header; a cache or a printed code would hand it on to others.
    """
    return (station.settings.address or station.welcome().address).rstrip("/")


def reach_of(address: str) -> Reachable:
    """Return from where an address (`https://loa.example`, `mqtt://10.0.0.5:1883`) can be opened; pure."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    if not host or host == "localhost" or host.endswith(".localhost"):
        return Reachable.MACHINE
    try:
        number = ip_address(host)
    except ValueError:
        is_inside = "." not in host or host.endswith(_OF_A_NETWORK)
        return Reachable.NETWORK if is_inside else Reachable.EVERYWHERE
    if number.is_loopback or number.is_unspecified:
        return Reachable.MACHINE
    return Reachable.EVERYWHERE if number.is_global else Reachable.NETWORK
