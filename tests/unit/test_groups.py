"""Which tests stay together in one worker."""

from tests.support.groups import group_of


def test_what_shares_a_database_server_a_voice_or_syntax_trees_is_one_group():
    on_both = (
        "tests/integration/controller/test_keys.py::test_a",
        "tests/contract/stores/test_store.py::test_b",
    )
    assert {group_of(f"{test}[postgresql]") for test in on_both} == {"postgresql"}
    assert group_of(f"{on_both[0]}[sqlite]") == on_both[0].partition("::")[0]
    voice = "tests/integration/tts/test_offline_voice.py"
    assert {group_of(f"{voice}::test_{n}") for n in range(3)} == {voice}
    home = "tests/system/test_commands.py"
    assert {group_of(f"{home}::test_a_{name}_is_listed") for name in ("chime", "template", "word")} == {home}
    stations = {f"tests/system/test_kill.py::test_{n}" for n in range(3)}
    assert {group_of(test) for test in stations} == stations  # each waits: as many as possible at once
    assert len({group_of(f"tests/architecture/test_{name}.py::test_a") for name in "ab"}) == 1
    day = ("legible.py::test_a", "frame.py::test_b", "admin_pages.py::test_the_day_of_the_pictures_holds")
    assert len({group_of(f"tests/browser/test_{test}") for test in day}) == 1
