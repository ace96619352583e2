"""Operations of the station and the faces that call each: JSON, page, command; by syntax tree alone.

An operation is a public function of a feature, outside its faces, that writes for a person (`by`). A face
calls it where no other operation stands between. A function that faces reach only through other operations
is a step of those. What cannot be seen: a function that is called through an object handed in.
"""

import ast
import re
from dataclasses import dataclass, field
from functools import cache

from tests.architecture.source import modules

FACES = ("api", "pages", "commands")
_FACE = re.compile(r"controller\.features\.\w+\.(?:(api|pages)(?:\.|$)|(commands|\w+_command)$)")
_FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
_SQL_WRITES = {"sqlalchemy.insert", "sqlalchemy.update", "sqlalchemy.delete"}
_SESSION_WRITES = {"add", "add_all", "delete", "merge"}
_JOURNAL = "controller.features.journal.service.record"  # every operation calls it, and some faces
_PERSON = {"by", "administrator"}
_OPERATOR = {"Operator", "Operator | None"}
_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


@dataclass
class Part:
    """A function, a class or the top level of a module: what it names, and whether it writes itself."""

    module: str
    name: str
    node: ast.AST
    calls: set[str] = field(default_factory=set)
    writes: bool = False

    @property
    def face(self):
        found = _FACE.match(self.module)
        return found and (found[1] or "commands")


@cache
def parts():
    """Return every part of `controller` by its address, `module.name`."""
    found = {}
    for name, module in modules().items():
        if not name.startswith("controller."):
            continue
        defs = [one for one in module.tree.body if isinstance(one, _FUNCTION | ast.ClassDef)]
        top = {one.name: f"{name}.{one.name}" for one in defs} | _imported(module.nodes)
        rest = ast.Module([one for one in module.tree.body if one not in defs], [])
        for part in [Part(name, one.name, one) for one in defs] + [Part(name, "", rest)]:
            _read(part, top)
            found[f"{name}.{part.name}"] = part
    return found


def _imported(nodes):
    """Return what the imports among these nodes bind: local name to address."""
    return {
        alias.asname or alias.name: f"{one.module}.{alias.name}"
        for one in nodes
        if isinstance(one, ast.ImportFrom)
        for alias in one.names
    }


def _read(part, top):
    nodes = _code(part.node)
    names = top | (_imported(nodes) if part.name else {})
    for node in nodes:
        if isinstance(node, ast.Name) and node.id in names:
            part.calls.add(names[node.id])
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in names:
                part.calls.add(f"{names[node.value.id]}.{node.attr}")
            part.writes |= node.value.id == "session" and node.attr in _SESSION_WRITES
    part.writes |= bool(part.calls & _SQL_WRITES)


def _code(node):
    """Walk a tree, annotations left out: to name a type is not to call it."""
    found = [node]
    for one in found:
        for name in one._fields:
            value = getattr(one, name, None)
            if isinstance(value, ast.AST) and name not in ("annotation", "returns", "ctx"):
                found.append(value)
            elif isinstance(value, list):
                found.extend(child for child in value if isinstance(child, ast.AST))
    return found


def reached(start, until=()):
    """Return the addresses of all parts that these reach, themselves included; nothing beyond `until`."""
    seen, waiting = set(), [one for one in start if one in parts()]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            if one not in until:
                waiting.extend(called for called in parts()[one].calls if called in parts())
    return seen


def _writes_for_a_person(address):
    part = parts()[address]
    is_public = isinstance(part.node, _FUNCTION) and not part.name.startswith("_")
    if (
        not is_public
        or part.face
        or not part.module.startswith("controller.features.")
        or address == _JOURNAL
    ):
        return False
    given = [*part.node.args.args, *part.node.args.kwonlyargs]
    people = [one for one in given if one.arg in _PERSON and one.annotation is not None]
    takes = any(ast.unparse(one.annotation) in _OPERATOR for one in people)
    return takes and any(parts()[one].writes for one in reached([address]))


@cache
def operations():
    """Return the operations, `feature.module.function`, with the faces that call each."""
    writing = {address for address in parts() if _writes_for_a_person(address)}
    entries = {face: _entries(face) for face in FACES}
    called = {face: reached(start, writing) for face, start in entries.items()}
    steps = set().union(*(reached(start) for start in entries.values())).difference(*called.values())
    return {
        address.removeprefix("controller.features."): {face for face in FACES if address in called[face]}
        for address in sorted(writing - steps)
    }


def _entries(face):
    own = [address for address, part in parts().items() if part.face == face]
    return own + (_asked_over_http() if face == "commands" else [])


def _asked_over_http():
    return [address for _, found in requests_of_commands() for address in found]


@cache
def requests_of_commands():
    """Return each request that a command makes of a running station, with the endpoints that it fits."""
    asked = [
        (part.module, method, path)
        for part in parts().values()
        if part.face == "commands"
        for method, path in _paths_in(part.node)
    ]
    return [
        (
            f"{module}: {method} /{'/'.join(path)}",
            [
                address
                for address, verb, whole in _endpoints()
                if method in (verb, "") and _fits(whole, path, is_whole=_feature(address) != _feature(module))
            ],
        )
        for module, method, path in asked
    ]


def _feature(address):
    return address.split(".")[2]


def _fits(path, text, *, is_whole):
    """Whether a command's path is that of an endpoint, or (within one feature) its last segments."""
    if len(text) > len(path) or (is_whole and len(text) < len(path)) or not any(one != "{}" for one in text):
        return False
    last = path[len(path) - len(text) :]
    return all(a == b or (b == "{}" and not is_whole) for a, b in zip(last, text, strict=True))


def _endpoints():
    """Return address, method and path in segments of every JSON endpoint."""
    for address, part in parts().items():
        if part.face == "api" and isinstance(part.node, _FUNCTION):
            for mark in part.node.decorator_list:
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.args:
                    prefix = _prefix(part.module, ast.unparse(mark.func.value))
                    path = re.sub(r"{\w+}", "{}", prefix + mark.args[0].value)
                    yield address, mark.func.attr.upper(), path.strip("/").split("/")


def _prefix(module, router):
    for node in modules()[module].tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == router:
            for given in node.value.keywords:
                if given.arg == "prefix":
                    return given.value.value
    return ""


def _paths_in(tree):
    """Return method ("" where it does not stand beside it) and segments of each path text in a command."""
    method_of = {}
    for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
        words = [one.value for one in call.args if isinstance(one, ast.Constant) and one.value in _METHODS]
        is_handed_in = any(isinstance(one, ast.Name) and one.id == "method" for one in call.args)
        if words or is_handed_in:  # the path of a method that is handed in is written where that is
            method_of |= {one: words[0] if words else None for given in call.args for one in ast.walk(given)}
    inside = {part for one in ast.walk(tree) if isinstance(one, ast.JoinedStr) for part in one.values}
    for node in ast.walk(tree):
        text = _text(node) if node not in inside else ""
        method = method_of.get(node, "")
        if method is not None and re.match(r"({})?/", text):
            path = re.sub(r"(?<=\w){}$", "", text.split("?")[0])  # what is glued on is written elsewhere
            yield method, path.strip("/").split("/")


def _text(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(one.value) if isinstance(one, ast.Constant) else "{}" for one in node.values)
    return ""
