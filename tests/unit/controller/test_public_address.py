import pytest

from controller.http.public_address import Reachable, reach_of


@pytest.mark.parametrize(
    ("reach", "addresses"),
    [
        (
            Reachable.MACHINE,
            ("http://127.0.0.1:8056", "http://localhost", "http://[::1]:80", "http://0.0.0.0", ""),
        ),
        (
            Reachable.NETWORK,
            ("http://192.168.1.5", "http://loa:8056", "http://loa.local", "mqtt://10.0.0.5:1883"),
        ),
        (Reachable.EVERYWHERE, ("https://loa.example", "https://8.8.8.8", "mqtts://loa.example.vn:8883")),
    ],
)
def test_an_address_says_from_where_it_can_be_opened(reach, addresses):
    assert {address: reach_of(address) for address in addresses} == dict.fromkeys(addresses, reach)
