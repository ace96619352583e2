"""Which tests one worker runs, because they share what is expensive: a database, a voice, syntax trees.

The scheduler is our own: `--dist loadgroup` of pytest-xdist 3.8 writes the groups where pytest 9.2 does not
read them, so that every worker made everything for itself.
"""

from xdist.scheduler import LoadScopeScheduling

_BY_FILE = (
    "tests/browser/test_protocol_vectors.py",
    "tests/unit/",
    "tests/contract/engines/",
    "tests/contract/stores/",
    "tests/integration/commands/",
    "tests/integration/controller/",
    "tests/integration/tts/",
    "tests/integration/web/",
    "tests/integration/station/test_renderer.py",
    "tests/integration/station/test_speech_samples.py",
    "tests/integration/station/test_what_it_loads.py",
    "tests/system/test_commands.py::test_a_chime_is_",
    "tests/system/test_commands.py::test_a_template_is_",
    "tests/system/test_commands.py::test_a_word_is_",
    "tests/system/test_commands.py::test_a_word_that_cannot_be_",
    "tests/system/test_commands.py::test_speak_writes_each_kind_of_file",
)
_WHOLE = "tests/architecture/"
_DAY = "the day of the pictures"
_OF_DAY = (
    "tests/browser/test_admin_pages.py::test_the_day_of_the_pictures",
    "tests/browser/test_frame.py",
    "tests/browser/test_legible.py",
)
"""What begins with that day: to tell it takes a worker five seconds of processor time."""


def is_on_postgresql(nodeid):
    return "postgresql" in nodeid.rpartition("[")[2]


def group_of(nodeid):
    """Return the name of the group of a test; a test that shares nothing is one by itself."""
    if is_on_postgresql(nodeid):
        return "postgresql"
    if nodeid.startswith(_WHOLE):
        return _WHOLE
    if nodeid.startswith(_OF_DAY):
        return _DAY
    return nodeid.partition("::")[0] if nodeid.startswith(_BY_FILE) else nodeid


class GroupScheduling(LoadScopeScheduling):
    """Gives an idle worker the next group."""

    def _split_scope(self, nodeid):
        return group_of(nodeid)
