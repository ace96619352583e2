"""A home is its owner's, and holds one station at a time."""

import os
import subprocess
import sys

import pytest

from controller.errors import StartFailed
from controller.host.home_folder import HomeLock, make_home, write_private

HOLDER = """
import sys, time
from pathlib import Path
from controller.host.home_folder import HomeLock
HomeLock(Path(sys.argv[1])).take()
print("held", flush=True)
time.sleep(60)
"""


def mode_of(path):
    return path.stat().st_mode & 0o7777


def test_a_fresh_home_is_open_to_its_owner_alone(tmp_path):
    make_home(tmp_path / "deep" / "home")
    assert mode_of(tmp_path / "deep" / "home") == 0o700


def test_an_open_home_is_closed_to_strangers_and_keeps_its_group(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    home.chmod(0o755)
    make_home(home)
    assert mode_of(home) == 0o750


def test_a_second_station_on_one_home_is_refused_in_a_sentence_that_names_the_first(tmp_path):
    first = HomeLock(tmp_path)
    first.take()
    try:
        with pytest.raises(StartFailed) as refused:
            HomeLock(tmp_path).take()
    finally:
        first.release()
    assert refused.value.code == "station.home_in_use"
    assert str(os.getpid()) in refused.value.sentence
    assert str(tmp_path) in refused.value.sentence


def test_a_home_is_free_again_after_its_station_stopped(tmp_path):
    first, second = HomeLock(tmp_path), HomeLock(tmp_path)
    first.take()
    first.release()
    second.take()
    second.release()


def test_a_home_is_free_again_after_its_station_was_killed(tmp_path):
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StartFailed):
            HomeLock(tmp_path).take()
        holder.kill()
    lock = HomeLock(tmp_path)
    lock.take()
    lock.release()


def test_what_is_written_privately_is_for_its_owner_alone_though_an_open_file_was_there(tmp_path):
    path = tmp_path / "fleet.json"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, "mqtt://station:secret@broker")
    assert mode_of(path) == 0o600
    assert path.read_text() == "mqtt://station:secret@broker"
    assert list(tmp_path.iterdir()) == [path]


# The reason to skip: what is asked is what root's programs leave behind, and others may not change an owner.
@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives a file to another user")
def test_what_root_writes_privately_is_for_the_owner_of_its_folder(tmp_path):
    os.chown(tmp_path, 4321, 4322)
    path = tmp_path / "last-backup.json"
    path.write_text("by root, of a release before")
    write_private(path, "{}")
    assert (path.stat().st_uid, path.stat().st_gid, mode_of(path)) == (4321, 4322, 0o600)
