"""A command that was typed wrongly is answered in Vietnamese, with what is wrong and exit code 2."""

import re
import subprocess
import sys

import pytest

from controller import cli

ENGLISH = re.compile(r"\b(No such|Missing|Invalid|Error|Try|Usage|Input|should|valid|requires|argument)\b")


@pytest.fixture
def typed(monkeypatch, capsys):
    def typed_so(*arguments):
        monkeypatch.setattr(sys, "argv", ["loa", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code, capsys.readouterr().err

    return typed_so


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["phat"], "Không có lệnh «phat»."),
        (["timetabel"], "Không có lệnh «timetabel». Có phải: timetable?"),
        (["up", "--nhanh"], "Không có tùy chọn --nhanh."),
        (["schedule", "add", "--as", "x"], "Không có tùy chọn --as. Có: --also, --at, --last."),
        (["up", "--port", "x"], "Giá trị «x» của --port phải là số nguyên."),
        (["up", "--broker", "z"], "Giá trị «z» của --broker phải là một trong: auto, embedded, mosquitto."),
        (["demo", "--nodes", "0"], "Giá trị «0» của --nodes phải từ 1 trở lên."),
        (["demo", "--nodes", "99999"], "Giá trị «99999» của --nodes không được quá 10000."),
        (["node", "enrol", "x", "--hours", "a"], "Giá trị «a» của --hours phải là số."),
        (["air", "--area"], "Tùy chọn --area cần một giá trị đi kèm."),
        (["up", "--fleet=x"], "Tùy chọn --fleet không nhận giá trị."),
        (["timetable"], "Thiếu --area."),
        (["node", "enrol"], "Thiếu NODE."),
        (["timetable", "--area", "5", "x"], "Thừa: x."),
    ],
)
def test_what_was_typed_wrongly_is_said_in_vietnamese(typed, arguments, sentence):
    code, said = typed(*arguments)
    assert code == 2
    assert sentence in said.splitlines()
    assert not ENGLISH.search(said), said


def test_a_wrong_setting_is_said_in_vietnamese(typed, monkeypatch):
    monkeypatch.setenv("LOA_PORT", "cổng")
    code, said = typed("up")
    assert (code, said) == (2, "Thiết lập LOA_PORT phải là số nguyên [settings]\n")


def test_a_command_of_commands_alone_shows_its_help(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["loa", "node"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    shown = capsys.readouterr()
    assert ended.value.code == 2
    assert "Cụm loa: danh sách" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize(
    "arguments", [["--help"], ["node", "--help"], ["node", "enrol", "--help"], ["air", "--help"], ["node"]]
)
def test_a_help_page_names_its_parts_in_vietnamese(monkeypatch, capsys, arguments):
    monkeypatch.setattr(sys, "argv", ["loa", *arguments])
    with pytest.raises(SystemExit):
        cli.main()
    shown = capsys.readouterr().out
    assert "Cách dùng: " in shown
    assert "Tùy chọn" in shown
    assert "Hiện phần này rồi dừng." in shown
    assert not re.search(
        r"Usage|Options|Commands|Arguments|OPTIONS|COMMAND|Show this|required|default", shown
    )


def test_the_program_starts_without_the_database_and_the_settings():
    heavy = ("sqlalchemy", "pydantic_settings", "requests", "fastapi")  # 0.5 s and 30 MB, in each child too
    asked = f"import sys, controller.cli; print([one for one in {heavy} if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
