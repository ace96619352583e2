import re

import pytest

from controller.features.maps.outlines import communes_to_outline, keep_outlines, prepare_outlines
from tests.support.made_outlines import made_outlines

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


@pytest.mark.parametrize("name", ["kythuat", "quantri"])
def test_the_map_is_light_as_a_sketch_and_with_the_outlines_of_65_communes(world, sign_in, name):
    world.bring_online()
    client = sign_in(name)
    assert weight(client, "/ban-do") < AFTER
    communes = world.ask(communes_to_outline)
    # finer than any data there is: what is kept of it is as heavy as a drawing may be
    content = made_outlines({code: one.centre for code, one in communes.items()}, step=0.002)
    world.do(keep_outlines, prepare_outlines(content, communes), by=world.people["quantri"])
    drawn = client.get("/ban-do").text
    assert "Ranh giới do tỉnh nhập" in drawn
    assert weight(client, "/ban-do") < AFTER
