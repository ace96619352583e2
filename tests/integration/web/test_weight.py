import re

import pytest

FIRST, AFTER = 250_000, 30_000
FONTS = [
    f"vendor/fonts/{subset}-{weight}.woff2" for subset in ("vietnamese", "latin") for weight in (400, 600)
]


def weight(client, address):
    reply = client.get(address, headers={"accept-encoding": "gzip"})
    assert reply.status_code == 200, address
    return int(reply.headers["content-length"])


@pytest.mark.parametrize("path", ["/", "/lich", "/tao-ban-tin", "/ban-tin"])
def test_a_first_visit_is_light_and_the_next_ones_are_lighter(world, officer, path):
    world.bring_online()
    page = officer.get(path).text
    files = set(re.findall(r'(?:href|src)="(/tinh/[^"#]+)', page))
    base = next(iter(files)).rsplit("/", 1)[0].partition("/vendor")[0]
    files |= {f"{base}/{font}" for font in FONTS}
    outside = sum(weight(officer, address) for address in files)
    own = weight(officer, path)
    assert own < AFTER
    assert outside + own < FIRST
