"""What `loa up` says of the first passwords, and to whom."""

import io

from rich.console import Console

from controller.founding import FIRST_OPERATORS, Secrets
from controller.terminal import Stages
from controller.up import _greet, passwords_told
from tests.support.running_station import running


def test_a_station_that_no_person_watches_names_the_file_and_no_password(tmp_path):
    said = io.StringIO()
    with running(tmp_path, serve_pages=True, speech_workers=0, broker="embedded") as station:
        _greet(station, Stages(_console=Console(file=said, width=300)), is_trial=False)
    passwords = Secrets(tmp_path).passwords()
    assert len(passwords) == len(FIRST_OPERATORS)
    assert not [word for word in passwords.values() if word in said.getvalue()]
    assert "operators.txt" in said.getvalue()


def test_a_person_at_a_terminal_is_shown_the_first_passwords(tmp_path):
    files = Secrets(tmp_path)
    files.operators.write_text("canbo\tba-be\nduyet\tbi-bo\n")
    told = passwords_told(files, to_person=True)
    assert [line.split()[-2:] for line in told[:2]] == [["canbo", "ba-be"], ["duyet", "bi-bo"]]
    assert str(files.operators) in told[2]


def test_nothing_is_said_of_passwords_once_their_file_is_gone(tmp_path):
    assert passwords_told(Secrets(tmp_path), to_person=True) == []
