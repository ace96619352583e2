"""Reading and dealing faults."""

import pytest

from simulator.faults import BadFaults, Fate, Faults, deal, parse_faults

NODES = [f"n{n}" for n in range(500)]


def test_faults_are_read_in_any_order_as_per_cent_or_as_fractions():
    assert parse_faults("reboot=3%, offline=0.05,loss=2%") == Faults(offline=0.05, loss=0.02, reboot=0.03)
    assert parse_faults("") == Faults()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("offline", "Không hiểu"),
        ("offlin=5%", "Không có loại lỗi mô phỏng “offlin”"),
        ("offline=five", "không phải là số"),
        ("offline=", "không phải là số"),
        ("offline=nan%", "từ 0% đến 100%"),
        ("loss=120%", "từ 0% đến 100%"),
        ("loss=-1%", "từ 0% đến 100%"),
        ("loss=1%,loss=2%", "hai lần"),
    ],
)
def test_a_wish_that_cannot_be_read_is_refused_with_a_sentence(text, told):
    with pytest.raises(BadFaults, match=told) as refused:
        parse_faults(text)
    assert isinstance(refused.value, ValueError)
    assert refused.value.sentence.endswith(".")


def test_the_seed_alone_decides_who_fails():
    faults = Faults(offline=0.05, reboot=0.03)
    assert deal(NODES, faults, 1) == deal(reversed(NODES), faults, 1)
    assert deal(NODES, faults, 1) != deal(NODES, faults, 2)


def test_as_many_fail_as_was_wished_and_none_in_two_ways():
    dealt = deal(NODES, Faults(offline=0.05, reboot=0.03), 1)
    fates = [one.fate for one in dealt.values()]
    assert sum(fate is Fate.REBOOTS for fate in fates) == 15
    assert sum(fate is not Fate.REBOOTS for fate in fates) == 25
    assert fates.count(Fate.NEVER_CONNECTS) - fates.count(Fate.DROPS) in {0, 1}


def test_a_small_fleet_has_at_least_one_of_each_wished_fault_and_never_more_than_its_nodes():
    assert len(deal(["a", "b", "c"], Faults(offline=0.05, reboot=0.03), 1)) == 2
    assert len(deal(["a", "b"], Faults(offline=1.0, reboot=1.0), 1)) == 2
    assert deal(NODES, Faults(), 1) == {}
