"""What `loa up` says of the first passwords, and to whom."""

import io
from contextlib import redirect_stderr
from datetime import timedelta

from sqlalchemy import update

from controller.features.accounts.queries import operator_named
from controller.features.airings.consent import standing_in_family
from controller.features.airings.queries import get_airing
from controller.features.areas.queries import area_tree
from controller.features.bulletins.service import draft_bulletin
from controller.features.notices.queries import notices_of
from controller.features.plans.key_set import keys_to_sign_for
from controller.features.provisioning.service import add_officer_of_a_commune
from controller.host.station_keys import Secrets
from controller.model.accounts import HeldKey
from controller.model.first_people import FIRST_OPERATORS, OFFICER
from controller.terminal.progress import Stages
from controller.trial.job import TrialRun
from controller.trial.up import _greet, password_lines, sign_keys_of_a_trial
from devices.ids import AreaCode
from tests.support.running_station import running


def test_a_station_that_no_person_watches_names_the_file_and_no_password(tmp_path):
    said = io.StringIO()
    running_station = running(tmp_path, serve_pages=True, speech_workers=0, broker="embedded")
    with running_station as station, redirect_stderr(said):
        _greet(station, Stages(), is_trial=False)
    passwords = Secrets(tmp_path).passwords()
    assert len(passwords) == len(FIRST_OPERATORS)
    assert not [word for word in passwords.values() if word in said.getvalue()]
    assert "operators.txt" in said.getvalue()


def test_a_person_at_a_terminal_is_shown_the_first_passwords(tmp_path):
    files = Secrets(tmp_path)
    files.operators.write_text("canbo\tba-be\nduyet\tbi-bo\n")
    told = password_lines(files, to_person=True)
    assert [line.split()[-2:] for line in told[:2]] == [["canbo", "ba-be"], ["duyet", "bi-bo"]]
    assert str(files.operators) in told[2]


def test_nothing_is_said_of_passwords_once_their_file_is_gone(tmp_path):
    assert password_lines(Secrets(tmp_path), to_person=True) == []


def test_a_trial_has_an_officer_of_one_commune_who_says_yes_to_the_sample(tmp_path):
    said = io.StringIO()
    with running(tmp_path, serve_pages=True, speech_workers=0, broker="embedded") as station:
        officer = add_officer_of_a_commune(station.store, station.settings, now=station.now())
        assert add_officer_of_a_commune(station.store, station.settings, now=station.now()) is None
        with station.store.write() as session:  # as keys were before they named an area
            session.execute(update(HeldKey).values(area=None))
        sign_keys_of_a_trial(station)
        with station.store.read() as session:
            assert keys_to_sign_for(session, station.now()) == 0
        stages = Stages()
        with redirect_stderr(said):
            _greet(station, stages, is_trial=True)
        with station.store.read() as session:
            everybody = [operator_named(session, first.name).id for first in FIRST_OPERATORS]
            assert [notices_of(session, one) for one in everybody] == [[], [], []]  # nobody did anything
        with station.store.write() as session:
            assert area_tree(session).parents[officer.area] == station.settings.province
            author = operator_named(session, OFFICER)
            bulletin = draft_bulletin(session, title="Mẫu", text="Chào.", by=author, now=station.now()).id
        job = TrialRun(station, stages)
        starts_at = station.now() + timedelta(hours=1)
        airing = job.air(bulletin, AreaCode(station.settings.province), starts_at)
        with station.store.read() as session:
            assert standing_in_family(session, get_airing(session, airing))[airing].unanswered
        job.agree(airing)
        with station.store.read() as session:
            assert not standing_in_family(session, get_airing(session, airing))[airing].unanswered
    passwords = Secrets(tmp_path).passwords()
    assert set(passwords) == {*(first.name for first in FIRST_OPERATORS), "canboxa"}
    assert f"canboxa   {passwords['canboxa']}" in said.getvalue()
