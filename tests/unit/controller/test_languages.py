"""Which areas hear which language: the nearest list counts, and nothing is lost or heard twice."""

from hypothesis import given
from hypothesis import strategies as st

from controller.model.area_tree import AreaTree
from controller.model.languages import VIETNAMESE, by_language, languages

TREE = AreaTree({"56": None, "a": "56", "b": "56", "c": "56", "a1": "a", "a2": "a", "b1": "b"})
LEAVES = {"a1", "a2", "b1", "c"}
CODES = st.lists(st.sampled_from(["vie", "rog", "cjm"]), unique=True, max_size=3)


def test_the_file_names_the_languages_of_the_province():
    assert next(iter(languages())) == VIETNAMESE
    assert {"rog", "cjm", "rad", "kpm"} <= set(languages())
    assert all(len(one.code) == 3 and one.name and one.english for one in languages().values())


def test_without_variants_everybody_hears_vietnamese():
    assert by_language(TREE, ["56"], {"a": ["rog"]}, []) == {"vie": ("56",)}


def test_an_area_hears_the_best_of_its_languages_that_is_there():
    wanted = {"a": ["kpm", "rog"], "b": ["cjm"]}
    assert by_language(TREE, ["56"], wanted, ["rog"]) == {"rog": ("a",), "vie": ("b", "c")}


def test_a_village_goes_before_its_commune():
    wanted = {"a": ["rog"], "a2": ["vie"]}
    assert by_language(TREE, ["a"], wanted, ["rog"]) == {"rog": ("a1",), "vie": ("a2",)}


def test_an_area_with_loudspeakers_of_its_own_hears_one_thing():
    wanted = {"a2": ["rog"]}
    assert by_language(TREE, ["a"], wanted, ["rog"], indivisible=["a"]) == {"vie": ("a",)}


def test_one_language_for_all_divides_nothing():
    assert by_language(TREE, ["56"], {"56": ["rog"]}, ["rog"]) == {"rog": ("56",)}


@given(
    st.sets(st.sampled_from(sorted(TREE.parents)), min_size=1),
    st.dictionaries(st.sampled_from(sorted(TREE.parents)), CODES),
    st.sets(st.sampled_from(["rog", "cjm"])),
    st.sets(st.sampled_from(["56", "a", "b"])),
)
def test_every_leaf_that_was_meant_hears_exactly_one_language(targets, wanted, there, indivisible):
    found = by_language(TREE, targets, wanted, there, indivisible)
    assert set(found) <= {"vie", *there}
    heard = [leaf for areas in found.values() for leaf in LEAVES & TREE.below(areas)]
    assert sorted(heard) == sorted(LEAVES & TREE.below(targets))
    own = {area for area in indivisible if area in TREE.below(targets)}
    assert own <= {one for areas in found.values() for one in TREE.below(areas)}
