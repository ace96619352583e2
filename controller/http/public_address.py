"""The public URL of the pages: from the settings, never from a request's Host header."""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from controller.http.station import Station

_OF_A_NETWORK = (".local", ".lan", ".internal", ".home.arpa")
"""Endings of names that no server outside a network knows."""


class Reachable(StrEnum):
    """From where a URL can be reached, judged by the URL alone."""

    MACHINE = "machine"
    NETWORK = "network"
    EVERYWHERE = "everywhere"


def public_address(station: Station) -> str:
    """Return the base URL of links in feeds and printed codes, without a slash at its end.

    The client chooses the Host header; a cache or a printed code would pass a forged one on to others.
    """
    return (station.settings.address or station.welcome().address).rstrip("/")


def reach_of(address: str) -> Reachable:
    """Return from where a URL (`https://loa.example`, `mqtt://10.0.0.5:1883`) can be reached; pure."""
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
