"""`loa broker configure` and the program that sends passwords to leaves."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from controller.cli import app
from controller.features.fleet.broker_passwords import MARK, merged
from controller.features.fleet.node_names import is_reserved
from controller.host.mosquitto_files import leaf_users
from controller.settings import Settings

SEND = Path(__file__).parents[3] / "deploy" / "province" / "send-passwords"


def configure(folder, *more):
    asked = ["broker", "configure", str(folder), "--root", "goc.example:8883", *more]
    return CliRunner().invoke(app, asked)


def secrets_of(folder):
    return json.loads((folder / "secrets.json").read_text())


def test_a_tree_that_grows_keeps_its_passwords_and_nobody_else_reads_them(tmp_path):
    folder = tmp_path / "brokers"
    assert configure(folder, "--leaf", "bac=bac.example:8883").exit_code == 0
    before = secrets_of(folder)
    told = configure(folder, "--leaf", "bac=bac.example:8883", "--leaf", "nam=nam.example:1883", "--json")
    assert told.exit_code == 0, told.output
    after = secrets_of(folder)
    assert before.items() < after.items()
    assert set(after) - set(before) == {*leaf_users("nam"), "station-probe@nam"}
    files = {Path(file) for file in json.loads(told.stdout)["files"]}
    assert files == {file for file in folder.rglob("*") if file.is_file()}
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert "listener 1883\n" in (folder / "nam" / "loa.conf").read_text()


def test_the_station_reads_its_part_as_it_is_written(tmp_path, monkeypatch):
    configure(tmp_path, "--leaf", "bac=bac.example:8883", "--leaf", "nam=nam.example:8883")
    for line in (tmp_path / "station.env").read_text().splitlines():
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, value.strip('"'))
    settings = Settings()
    assert list(settings.leaf_urls) == ["bac", "nam"]
    assert settings.broker_url == f"mqtts://station:{secrets_of(tmp_path)['station']}@goc.example:8883"


def test_the_station_leaves_the_lines_of_bridges_alone_and_no_node_takes_their_names(tmp_path):
    configure(tmp_path, "--leaf", "bac=bac.example:8883")
    existing = (tmp_path / "root" / "passwords").read_text()
    names = leaf_users("bac")
    assert all(is_reserved(name) and is_reserved(name.upper()) for name in names)
    written = merged(existing, {"n1": "digest", names[0]: "digest"}, {})
    assert written.text == f"{existing}{MARK}\nn1:digest\n"
    assert written.refused == (names[0],)


@pytest.mark.parametrize(
    "more",
    [
        ["--leaf", "Bac=bac.example:8883"],
        ["--leaf", "bac"],
        ["--leaf", "bac=bac.example"],
        ["--leaf", "bac=bac.example:99999"],
        ["--leaf", "bac=bac.example:8883\nallow_anonymous true"],
        ["--leaf", "root=bac.example:8883"],
        ["--leaf", "bac=bac.example:8883", "--leaf", "bac=nam.example:8883"],
    ],
)
def test_what_is_no_leaf_is_refused_and_nothing_is_written(tmp_path, more):
    folder = tmp_path / "brokers"
    refused = configure(folder, *more)
    assert refused.exit_code == 2
    assert not folder.exists()


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    refused = configure(tmp_path / "file" / "brokers")
    assert refused.exit_code == 2
    assert "Không ghi được" in refused.output


def test_a_leaf_gets_its_own_line_and_those_of_nodes_and_the_others_get_theirs_when_one_is_away(tmp_path):
    """The program that carries it there stands in for ssh: it runs the command in a folder of the host."""
    (tmp_path / "leaves").mkdir()
    (tmp_path / "leaves" / "bac").write_text("station-probe:b\n")
    (tmp_path / "leaves" / "nam").write_text("station-probe:n\n")
    (tmp_path / "passwords").write_text(f"station:s\nstation-leaf-bac:l\n{MARK}\nn1:d\nn2:e\n")
    (tmp_path / "there").mkdir()
    carrier = tmp_path / "ssh"
    carrier.write_text(
        '#!/bin/sh\nfor last; do :; done\ncase "$*" in *xa.example*) exit 255;; esac\n'
        f'exec sh -c "$(echo "$last" | sed \'s#/etc/mosquitto/loa#{tmp_path}/there#g\')"\n'
    )
    carrier.chmod(0o755)
    around = {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "LOA_BROKER_PASSWORDS": str(tmp_path / "passwords"),
        "LOA_LEAF_PASSWORDS": str(tmp_path / "leaves"),
    }
    asked = [str(SEND), "bac=xa.example", "nam=nam.example"]
    sent = subprocess.run(asked, env=around, capture_output=True, text=True, check=False, timeout=20)
    assert (sent.returncode, sent.stderr) == (1, "send-passwords: bac was not reached\n")
    there = tmp_path / "there" / "passwords"
    assert there.read_text() == f"station-probe:n\n{MARK}\nn1:d\nn2:e\n"
    assert stat.S_IMODE(there.stat().st_mode) == 0o640
