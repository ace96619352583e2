"""Where the pages are found from outside: as the station was told, never as a request's Host header says."""

from controller.web.station import Station


def public_address(station: Station) -> str:
    """Return the address that links in feeds and printed codes begin with, without a slash at its end.

    Whoever asks for a page chooses the Host header; a cache or a printed code would hand it on to others.
    """
    return (station.settings.address or station.welcome().address).rstrip("/")
