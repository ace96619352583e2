"""Who handles the node: a person, a command of the laboratory, or the kit itself with a simulated node."""

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Protocol

import typer

from controller.errors import StartFailed
from controller.host import child_process as child
from controller.trial.conform.checks import Requirement
from controller.trial.conform.enrolment_desk import NODE_PASSWORD, EnrolmentDesk

_COMMAND_S = 60.0


class NodeHandling(Protocol):
    """What can be done to the node beside the wire."""

    desk: EnrolmentDesk | None
    """Where it claims its code; set before the run."""

    @property
    def can(self) -> frozenset[Requirement]:
        """What it can do."""

    @property
    def password(self) -> str:
        """The node's password at a broker that asks for one."""

    def cut_power(self) -> None:
        """Take the node's power."""

    def restore_power(self) -> None:
        """Give it back."""

    def enrol(self) -> None:
        """Have the code typed in."""


class Unattended:
    """Nobody is there; a command may take the power: `COMMAND off`, `COMMAND on`."""

    def __init__(self, power_command: str | None, password: str) -> None:
        self._command = power_command
        self.can = frozenset({Requirement.POWER} if power_command else ())
        self.password = password
        self.desk: EnrolmentDesk | None = None

    def cut_power(self) -> None:
        """Run the command with `off`."""
        self._run("off")

    def restore_power(self) -> None:
        """Run the command with `on`."""
        self._run("on")

    def enrol(self) -> None:
        """Say what to type, once."""
        if self.desk is not None:
            typer.echo(f"Hãy nhập mã này vào cụm loa (lần nữa, nếu đã nhập): {self.desk.qr}", err=True)

    def _run(self, what: str) -> None:
        assert self._command is not None, "Requirement.POWER says whether it may be called"
        try:
            command = [*shlex.split(self._command), what]
            subprocess.run(command, check=True, timeout=_COMMAND_S)  # noqa: S603 - the laboratory's own
        except (OSError, subprocess.SubprocessError) as error:
            raise StartFailed(f"Lệnh tắt bật điện không chạy được: {error}", code="conform.power") from error


class Attended(Unattended):
    """A person is asked, in the terminal."""

    def __init__(self, power_command: str | None, password: str) -> None:
        super().__init__(power_command, password)
        self.can = frozenset({Requirement.POWER, Requirement.CODE})

    def cut_power(self) -> None:
        """Ask for it, unless a command does it."""
        if self._command is not None:
            super().cut_power()
        else:
            typer.prompt("Hãy ngắt điện cụm loa, rồi nhấn Enter", default="", show_default=False, err=True)

    def restore_power(self) -> None:
        """Ask for it, unless a command does it."""
        if self._command is not None:
            super().restore_power()
        else:
            typer.echo("Hãy cấp điện lại cho cụm loa.", err=True)


class SimulatedNode:
    """Loa's own simulated node, as a process of its own on a disk of its own."""

    def __init__(self, home: Path) -> None:
        self.can = frozenset({Requirement.POWER, Requirement.CODE})
        self.password = NODE_PASSWORD
        self.desk: EnrolmentDesk | None = None
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def cut_power(self) -> None:
        """Kill the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_COMMAND_S)
            self._process = None

    def restore_power(self) -> None:
        """Start it on its disk."""
        self._start()

    def enrol(self) -> None:
        """Start it with the code; one that did not take the answer has ended."""
        self.cut_power()
        assert self.desk is not None, "set before the run"
        address, code, root = self.desk.address, self.desk.code, self.desk.station.root.public_x
        self._start("--enrol", code, "--station", address, "--root", root)

    def _start(self, *more: str) -> None:
        self._run([sys.executable, "-m", "simulator", "--storage", str(self._home), *more])

    def _run(self, arguments: list[str]) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        self._process = child.start(arguments, log=self._home / "node.log")


class OwnBoard(SimulatedNode):
    """The program for boards, `loa-board`, with a sound card that is a file."""

    def restore_power(self) -> None:
        """Start it on its disk."""
        self._run([*self._program, "run", "--wav", str(self._home / "wav")])

    def enrol(self) -> None:
        """Give it the code, and start it if it took the answer."""
        self.cut_power()
        assert self.desk is not None, "set before the run"
        address, code, root = self.desk.address, self.desk.code, self.desk.station.root.public_x
        command = [*self._program, "enrol", code, "--address", address, "--root", root]
        self._home.mkdir(parents=True, exist_ok=True)
        with (self._home / "node.log").open("ab") as log:
            done = subprocess.run(command, timeout=_COMMAND_S, stdout=log, stderr=log, check=False)  # noqa: S603 - ours
        if done.returncode == 0:
            self.restore_power()

    @property
    def _program(self) -> list[str]:
        return [sys.executable, "-m", "devices.board", "--home", str(self._home)]
