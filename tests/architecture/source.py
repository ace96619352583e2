"""Our own source, read by its syntax tree; nothing is imported or run."""

import ast
import gc
import subprocess
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("controller", "schedules", "tts", "devices", "simulator")


@dataclass(frozen=True)
class Module:
    name: str
    path: Path
    text: str

    def __str__(self):
        return self.name

    @property
    def tree(self):
        return _trees()[self.name]

    @cached_property
    def nodes(self):
        """All nodes of the tree, walked once, but contexts (`Load`, `Store`): nothing asks for them."""
        found = [self.tree]
        for node in found:
            for name in node._fields:
                value = getattr(node, name, None)
                if isinstance(value, list):
                    found.extend(one for one in value if isinstance(one, ast.AST))
                elif isinstance(value, ast.AST) and name != "ctx":
                    found.append(value)
        return found

    @property
    def lines(self):
        return self.text.count("\n")

    @property
    def file(self):
        return self.path.relative_to(ROOT).as_posix()


@cache
def modules():
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = list(path.relative_to(ROOT).with_suffix("").parts)
            if parts[-1] == "__init__":
                parts.pop()
            name = ".".join(parts)
            found[name] = Module(name, path, path.read_text(encoding="utf-8"))
    return found


@cache
def _trees():
    """Half a million objects that stay to the end: the collector is spared looking through them each time."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    found = {name: ast.parse(module.text, str(module.path)) for name, module in modules().items()}
    gc.freeze()
    if was_on:
        gc.enable()
    return found


@cache
def tracked_files():
    """Every file that is committed or about to be, that is, not ignored."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@cache
def imports_of(module):
    """Every module named by an import anywhere in it; `from a import b` names a and a.b."""
    names = set()
    for node in module.nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module.name.split(".")
                if module.path.name != "__init__.py":
                    package.pop()
                package = package[: len(package) - node.level + 1]
                base = ".".join([*package, base] if base else package)
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return names


@cache
def own_imports_of(module):
    return [modules()[name] for name in sorted(imports_of(module)) if name in modules()]


@cache
def reach_of(module):
    """The module and everything of ours that it imports, however far down."""
    seen, waiting = {}, [module]
    while waiting:
        one = waiting.pop()
        if one.name not in seen:
            seen[one.name] = one
            waiting.extend(own_imports_of(one))
    return list(seen.values())
