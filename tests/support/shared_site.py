"""One site per test worker: its routes are built once, its station is replaced for each test."""

import functools

from controller.site import lay_out, put_before

_laid_out = functools.cache(lay_out)


def site_before(station):
    """Return the site of a station as `make_site` does; it no longer shows the previous station."""
    return put_before(station, _laid_out())
