"""Vietnamese sentences for every `loa` command that was typed wrongly, and for its help pages."""

import re
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import partialmethod
from typing import Any, TextIO, cast

import typer
from pydantic import ValidationError
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

_OF_VALUES: Mapping[str, str] = {
    "int_parsing": "phải là số nguyên",
    "int_type": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "float_parsing": "phải là số",
    "bool_parsing": "phải là true hoặc false",
    "greater_than_equal": "phải từ {ge} trở lên",
    "greater_than": "phải lớn hơn {gt}",
    "less_than_equal": "không được quá {le}",
    "less_than": "phải nhỏ hơn {lt}",
    "literal_error": "phải là một trong: {expected}",
    "enum": "phải là một trong: {expected}",
    "string_too_short": "quá ngắn, ít nhất {min_length} ký tự",
    "string_too_long": "quá dài, nhiều nhất {max_length} ký tự",
    "string_pattern_mismatch": "viết không đúng dạng",
    "date_from_datetime_parsing": "phải là ngày, như 2026-11-24",
    "date_parsing": "phải là ngày, như 2026-11-24",
    "datetime_parsing": "phải là ngày và giờ, như 2026-11-24T17:00:00+07:00",
    "datetime_from_date_parsing": "phải là ngày và giờ, như 2026-11-24T17:00:00+07:00",
    "time_parsing": "phải là giờ, như 17:00",
    "time_delta_parsing": "phải là khoảng thời gian, như 00:30:00",
    "url_parsing": "phải là địa chỉ, như https://loa.example",
    "extra_forbidden": "không có thiết lập này",
}
"""Sentences by pydantic's error type; other types get a general one."""
_OF_COMMANDS = (
    (r"No such command '(.+?)'\. Did you mean (.+)\?", "Không có lệnh «{0}». Có phải: {1}?"),
    (r"No such command '(.+?)'\.", "Không có lệnh «{0}»."),
    (r"Missing command\.", "Thiếu tên lệnh."),
    (r"No such option: (\S+)(?: \(Possible options: (.+)\))?", "Không có tùy chọn {0}. Có: {1}."),
    (r"Option '(.+?)' does not take a value\.", "Tùy chọn {0} không nhận giá trị."),
    (r"Option '(.+?)' requires an argument\.", "Tùy chọn {0} cần một giá trị đi kèm."),
    (r"Option '(.+?)' requires (\d+) arguments\.", "Tùy chọn {0} cần {1} giá trị đi kèm."),
    (r"Argument '(.+?)' takes (\d+) values\.", "{0} cần {1} giá trị."),
    (r"Got unexpected extra argument\(s\) \((.*)\)", "Thừa: {0}."),
    (r"Missing \w+ (.+?)\.(?: .*)?", "Thiếu {0}."),
    (r"Could not open file (.+?): .*", "Không mở được tệp {0}."),
)
"""Patterns of typer's messages and their Vietnamese text; a message that fits none is kept as it is."""
_HELP_OF_HELP = "Show this message and exit."
_OF_HELP = (
    ("Usage: ", "Cách dùng: "),
    ("[OPTIONS]", "[TÙY CHỌN]"),
    ("COMMAND [ARGS]...", "LỆNH [ĐỐI SỐ]..."),
    (_HELP_OF_HELP, "Hiện phần này rồi dừng.".ljust(len(_HELP_OF_HELP))),  # in a table: as wide as before
)
"""Texts that typer writes into each help page and that no setting of it changes."""
_SHOWN = ((TyperCommand, TyperCommand.format_help), (TyperGroup, TyperGroup.format_help))
"""How typer shows a help page of a command and of a group."""
_INTERRUPTED = "Đã dừng."
_HELP_ALONE = "NoArgsIsHelpError"
"""Typer has printed the help when it raises this; it exports no class of that name."""


def wrong_value(error: ValidationError) -> str:
    """Return a sentence about the first invalid value of a model."""
    found: Mapping[str, Any] = {**error.errors()[0]}
    if choices := re.search(r"is not one of (.+)\.", str(found["msg"])):
        return f"phải là một trong: {_chosen(choices.group(1))}"
    context = {key: _chosen(value) for key, value in (found.get("ctx") or {}).items()}
    sentence = _OF_VALUES.get(found["type"], "không dùng được")
    try:
        return sentence.format(**context)
    except KeyError:
        return "không dùng được"


def _chosen(value: Any) -> str:
    """Return a list of choices without English: `'a', 'b' or 'c'` becomes “a, b, c”."""
    return re.sub(r",? or ", ", ", str(value)).replace("'", "")


def usage_sentence(error: TyperException) -> str:
    """Return a sentence about what is wrong with a command."""
    cause = error.__cause__
    if isinstance(cause, ValidationError):
        hint = re.match(r"Invalid value for (.+?): ", error.format_message())
        typed = cause.errors()[0].get("input")
        return f"Giá trị «{typed}»{f' của {_bare(hint.group(1))}' if hint else ''} {wrong_value(cause)}."
    said = error.format_message()
    for pattern, words in _OF_COMMANDS:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return words.format(*(_bare(one or "") for one in found.groups())).removesuffix(" Có: .")
    return f"Gọi lệnh chưa đúng: {said}"


def _bare(hint: str) -> str:
    return hint.replace("'", "")


class _HelpSaid:
    """A stream that replaces typer's English texts by Vietnamese ones; it passes all else to the real one."""

    def __init__(self, real: TextIO) -> None:
        self._real = real

    def write(self, text: str) -> int:
        for english, here in _OF_HELP:
            text = text.replace(english, here)
        return self._real.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def say_help_in_vietnamese() -> None:
    """Make the help pages of all commands use Vietnamese headings."""
    for kind, show in _SHOWN:
        kind.format_help = partialmethod(_show_help, show)  # type: ignore[method-assign, assignment]


def _show_help(command: Any, show: Callable[..., None], context: Any, formatter: Any) -> None:
    # imported late: it loads rich, a fifth of the time in which a command starts
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = "Đối số"
    rich_utils.OPTIONS_PANEL_TITLE = "Tùy chọn"
    rich_utils.COMMANDS_PANEL_TITLE = "Lệnh"
    rich_utils.REQUIRED_LONG_STRING = "[bắt buộc]"
    rich_utils.DEFAULT_STRING = "[mặc định: {}]"
    rich_utils.ENVVAR_STRING = "[biến môi trường: {}]"
    with redirect_stdout(cast("TextIO", _HelpSaid(sys.stdout))):
        show(command, context, formatter)


def run_program(program: Callable[..., Any]) -> int:
    """Run the program; return its exit code. A wrong command gets one sentence."""
    say_help_in_vietnamese()
    try:
        code = program(standalone_mode=False)
    except typer.Abort:
        print(_INTERRUPTED, file=sys.stderr)  # noqa: T201 - a command speaks
        return 1
    except TyperException as error:
        context = getattr(error, "ctx", None)
        if type(error).__name__ == _HELP_ALONE:
            return error.exit_code
        print(usage_sentence(error), file=sys.stderr)  # noqa: T201 - a command speaks
        if context is not None:
            print(f"Xem cách dùng: {context.command_path} --help", file=sys.stderr)  # noqa: T201
        return error.exit_code
    return code if isinstance(code, int) else 0
