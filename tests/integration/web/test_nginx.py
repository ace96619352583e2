"""The example for nginx against the site: what it lets through must be what the site takes."""

import re
from pathlib import Path

from controller.http.guard import LARGEST_BODY, largest_body
from tests.integration.web.access_rows import ROWS

ROOT = Path(__file__).parents[3]
CONF = (ROOT / "deploy/province/nginx.conf").read_text()
UNITS = {"k": 1024, "m": 1024**2}


def blocks():
    """Each regular location with what it says."""
    return re.findall(r"location ~ (\S+) \{(.*?)\n    \}", CONF, re.DOTALL)


def size_in(text):
    found = re.search(r"client_max_body_size (\d+)([km]);", text)
    return int(found[1]) * UNITS[found[2]] if found else None


def location_of(path):
    """What nginx does with an address: the first regular location that fits, else the server's own words."""
    return next((body for pattern, body in blocks() if re.search(pattern, path)), "")


def test_nginx_takes_at_least_what_the_site_takes_and_not_much_more():
    paths = {re.sub(r"\{[^}]+\}", "x", key.partition(" ")[2]) for key in ROWS if not key.startswith("GET ")}
    assert len(paths) > 200
    for path in sorted(paths):
        most = size_in(location_of(path)) or size_in(CONF)
        ours = largest_body(path)
        if ours > LARGEST_BODY:
            assert most >= ours, path
        else:
            assert most <= 2 * UNITS["m"], path


def test_each_stop_and_each_emergency_has_a_zone_that_nothing_else_fills():
    urgent = ["/khan", "/khan/goi", "/khan/x/dung", "/api/v1/emergencies/stop", "/api/v1/emergencies"]
    urgent += ["/phat/x/dung", "/lich/x/ket-thuc", "/api/v1/airings/x/stop"]
    for path in urgent:
        zones = re.findall(r"limit_req zone=(\w+)", location_of(path))
        assert zones == ["loa_urgent"], path
    for path in ("/", "/phat/x", "/api/v1/bulletins", "/dang-nhap"):
        assert "loa_urgent" not in location_of(path)


def test_public_pages_are_held_as_long_as_the_station_says_and_never_longer():
    for path in ("/cong-khai", "/cong-khai/22366", "/cong-khai/22366/khan", "/cong-khai/tep/x.mp3"):
        said = location_of(path)
        assert "proxy_cache loa_pages;" in said, path
        assert "proxy_buffering on;" in said
        assert "use_stale" not in said
        assert "proxy_cache_valid" not in said
    for path in ("/", "/ban-tin", "/khan", "/cong-khaix"):
        assert "proxy_cache" not in location_of(path)
