"""Fresh Debian 13 trees as machines: a root of its own, processes of its own, a network card with an address.

There is no systemd in them: what a unit file says is started as it says (command, user, folder, environment);
its sandboxing and its restarts are not. Needs root.
"""

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
SUITE = "trixie"
BASE_PACKAGES = "systemd,ca-certificates"
BRIDGE, NETWORK = "loa-test", "10.78.0"
HOST = f"{NETWORK}.254"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_INSTALL_S, _COMMAND_S = 900, 120
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NO_SERVICES = (
    "#!/bin/sh\n# while packages are installed: as on a machine that has not been started yet\nexit 101\n"
)


def lacks() -> str:
    """Return what this machine lacks to run such trees, in words; empty: nothing."""
    if os.geteuid() != 0:
        return "trees of Debian need root"
    tools = [tool for tool in ("mmdebstrap", "unshare", "nsenter", "ip") if shutil.which(tool) is None]
    return f"not installed: {', '.join(tools)}" if tools else ""


def _run(*command: object, seconds: float = _COMMAND_S, **more) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        **more,
    )
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def make_base(folder: Path) -> Path:
    """Fetch a minimal Debian and return it as one file, from which each machine is unpacked."""
    base = folder / "base.tar"
    _run("mmdebstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", SUITE, base, seconds=_INSTALL_S)
    return base


class Machine:
    """One tree; `start` and `kill` are its power."""

    def __init__(self, name: str, number: int, base: Path, folder: Path, shared: Path) -> None:
        self.name, self.address = name, f"{NETWORK}.{number}"
        self.root, self._shared = folder / name, shared
        self._log = folder / f"{name}.log"
        self._init: subprocess.Popen[bytes] | None = None
        self._services: list[subprocess.Popen[bytes]] = []
        self.root.mkdir()
        _run("tar", "-C", self.root, "-xf", base)
        (self.root / "etc/hostname").write_text(f"{name}\n")
        (self.root / "srv/loa").mkdir()
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text(_NO_SERVICES)
        policy.chmod(0o755)

    # --- installing: with the network of this machine, so that packages can be fetched

    def install(self, script: str, **environment: str) -> str:
        """Run a script as its administrator would; return what it said."""
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        shutil.copy(_CERTIFICATES, self.root / _CERTIFICATES.relative_to("/"))
        (self.root / "source").mkdir(exist_ok=True)
        reached = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        told = {"PATH": _PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", **reached, **environment}
        told |= {"SYSTEMD_OFFLINE": "1"}  # systemctl enables, and leaves starting to the next boot
        with self._with_address():
            return _run(
                *_apart(),
                "sh",
                "-euc",
                f"{self._mounts()} mount --bind {ROOT} {self.root}/source; "
                f"exec chroot {self.root} sh -eux /dev/stdin",
                seconds=_INSTALL_S,
                input=script,
                env=told,
            )

    @contextmanager
    def _with_address(self) -> Iterator[None]:
        """Let this machine reach the others by its address meanwhile."""
        own = f"{self.address}/32"
        _run("ip", "addr", "add", own, "dev", BRIDGE)
        try:
            _run("ip", "route", "add", f"{NETWORK}.0/25", "dev", BRIDGE, "src", self.address)
            yield
        finally:
            _run("ip", "addr", "del", own, "dev", BRIDGE)

    def _mounts(self) -> str:
        root = self.root
        return (
            f"mount -t proc proc {root}/proc; mount --rbind /dev {root}/dev; "
            f"mount --bind {self._shared} {root}/srv/loa;"
        )

    # --- running

    def start(self) -> None:
        """Switch it on, with no service yet."""
        place = f"loa-{self.name}"
        with contextlib.suppress(AssertionError):  # left by a run that was killed
            _run("ip", "netns", "del", place)
        _run("ip", "netns", "add", place)
        _run("ip", "link", "add", place, "type", "veth", "peer", "name", "eth0", "netns", place)
        _run("ip", "link", "set", place, "master", BRIDGE, "up")
        _run("ip", "-n", place, "addr", "add", f"{self.address}/24", "dev", "eth0")
        for card in ("lo", "eth0"):
            _run("ip", "-n", place, "link", "set", card, "up")
        inside = f"{self._mounts()} hostname {self.name}; exec chroot {self.root} sleep infinity"
        command = ["ip", "netns", "exec", place, *_apart("--uts"), "sh", "-euc", inside]
        with self._log.open("ab") as log:
            self._init = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log)
        assert wait_until(self._is_up), self.log()

    def kill(self) -> None:
        """Take its power: its network is silent at once, and all its processes end."""
        if self._init is None:
            return
        _run("ip", "link", "set", f"loa-{self.name}", "down")
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid(), signal.SIGKILL)
        for process in (self._init, *self._services):
            process.wait(_COMMAND_S)
        self._init, self._services = None, []
        _run("ip", "netns", "del", f"loa-{self.name}")

    def enabled(self) -> list[str]:
        """Return which units the machine starts by itself."""
        wanted = self.root / "etc/systemd/system/multi-user.target.wants"
        return sorted(path.name for path in wanted.iterdir())

    def start_unit(self, name: str, instance: str = "") -> None:
        """Start what the ExecStart of a unit file says, as its user, in its folder, with its environment."""
        unit = _unit(self.root, name)
        command = shlex.split(unit["ExecStart"].lstrip("-").replace("%i", instance))
        user = unit.get("User", "root")
        environment = {"PATH": _PATH, "LC_ALL": "C.UTF-8"}
        if file := unit.get("EnvironmentFile", "").lstrip("-"):
            environment |= _environment(self.root / file.lstrip("/"))
        inside = [*self._entered(unit.get("WorkingDirectory", "/")), *_as_user(user), *command]
        with self._log.open("ab") as log:
            self._services.append(
                subprocess.Popen(inside, stdout=log, stderr=subprocess.STDOUT, env=environment)
            )

    def run(self, command: str, user: str = "root", folder: str = "/", **environment: str) -> str:
        """Run a line of shell in it; return what it printed."""
        told = {"PATH": _PATH, "LC_ALL": "C.UTF-8", **environment}
        return _run(*self._entered(folder), *_as_user(user), "sh", "-euc", command, env=told)

    def log(self) -> str:
        """Return the end of what its services said."""
        return self._log.read_text(errors="replace")[-5000:]

    def _entered(self, folder: str) -> list[str]:
        inside = ["nsenter", "--target", str(self._pid()), "--mount", "--pid", "--net", "--uts", "--root"]
        return [*inside, f"--wdns={folder}", "--"]

    def _is_up(self) -> bool:
        with contextlib.suppress(IndexError, OSError):
            return Path(f"/proc/{self._pid()}/comm").read_text() == "sleep\n"
        return False

    def _pid(self) -> int:
        assert self._init is not None
        first = self._init.pid
        return int(Path(f"/proc/{first}/task/{first}/children").read_text().split()[0])


@contextmanager
def machines(folder: Path, base: Path, *names: str) -> Iterator[list[Machine]]:
    """Make trees on one network, with one folder that all mount; afterwards end and delete everything."""
    shared = folder / "shared"
    shared.mkdir()
    with ExitStack() as always:
        with contextlib.suppress(AssertionError):
            _run("ip", "link", "del", BRIDGE)
        _run("ip", "link", "add", BRIDGE, "type", "bridge")
        always.callback(_run, "ip", "link", "del", BRIDGE)
        _run("ip", "addr", "add", f"{HOST}/24", "dev", BRIDGE)
        _run("ip", "link", "set", BRIDGE, "up")
        made = []
        for number, name in enumerate(names, 1):
            machine = Machine(name, number, base, folder, shared)
            always.callback(shutil.rmtree, machine.root)
            always.callback(machine.kill)
            made.append(machine)
        yield made


def _apart(*more: str) -> list[str]:
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child=KILL", *more, "--"]


def _as_user(user: str) -> list[str]:
    return [] if user == "root" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--"]


def _unit(root: Path, name: str) -> dict[str, str]:
    """Return the settings of a unit's [Service] that are started by; a later line wins."""
    places = ("etc/systemd/system", "usr/lib/systemd/system")
    found = next(root / place / name for place in places if (root / place / name).is_file())
    service = found.read_text().partition("[Service]")[2].partition("\n[")[0]
    return dict(re.findall(r"^(\w+)=(.*)$", service, re.MULTILINE))


def _environment(file: Path) -> dict[str, str]:
    """Return the variables of an EnvironmentFile."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return {name: shlex.split(value)[0] for name, _, value in (line.partition("=") for line in lines)}
