"""The tree of areas: what is around some of them."""

from controller.model.area_tree import AreaTree

TREE = AreaTree({"56": None, "a": "56", "b": "56", "a1": "a", "a2": "a"})


def test_around_an_area_are_those_above_and_below_and_none_beside():
    assert TREE.around(["a"]) == {"56", "a", "a1", "a2"}
    assert TREE.around(["a1", "b"]) == {"56", "a", "a1", "b"}
    assert TREE.around(["56"]) == TREE.parents.keys()
    assert TREE.around(["99"]) == TREE.around([]) == frozenset()
