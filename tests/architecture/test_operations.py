"""Every operation has JSON, a page and a command, or a written reason in missing_faces.py."""

from tests.architecture.missing_faces import MISSING
from tests.architecture.operations import FACES, operations, requests_of_commands


def test_operations_are_found_with_their_faces():
    found = operations()
    assert found["quarantine.service.quarantine_node"] == set(FACES)  # called in all three
    assert found["consent.service.answer_airing"] == set(FACES)  # its command goes over HTTP
    assert found["area_changes.changes.add_area"] == {"api", "commands"}  # one call stands in a lambda
    assert "bulletins.revision_writes.write_revision" not in found  # a step of other operations
    assert "accounts.queries.require" not in found  # writes nothing


def test_an_operation_has_every_face_or_a_reason():
    lacking = {
        f"{one} lacks {face}" for one, has in operations().items() for face in FACES if face not in has
    }
    explained = {f"{one} lacks {face}" for one, why in MISSING.items() for face in why if why[face].strip()}
    unexplained, needless = sorted(lacking - explained), sorted(explained - lacking)
    assert not unexplained, "add the face, or say in missing_faces.py why there is none"
    assert not needless, (
        "take the reason out of missing_faces.py: the face is there, or there is no operation"
    )


def test_a_request_of_a_command_fits_an_endpoint():
    assert len(requests_of_commands()) > 20
    assert not [asked for asked, endpoints in requests_of_commands() if not endpoints]
