"""One site for the tests of a worker: its addresses are gathered once, its station is each test's own."""

import functools

from controller.site import lay_out, put_before

_laid_out = functools.cache(lay_out)


def site_before(station):
    """Return the site of a station as `make_site` does; the station that it showed before is seen no more."""
    return put_before(station, _laid_out())
