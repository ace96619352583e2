"""Reads of the page Thư viện: templates, words, chimes."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from controller.features.accounts.admin_queries import shown_names
from controller.features.accounts.viewer import Caller, Viewer
from controller.features.chimes.page_queries import chimes_context
from controller.features.lexicon.queries import lexicon_entries, open_proposals, words_for
from controller.features.speaker_tests.service import test_at_hand
from controller.features.templates.queries import OfferedTemplate, get_template, templates_offered
from controller.features.templates.service import MAY_KEEP
from controller.model.permissions import Act
from controller.model.row_versions import Difference, differences
from controller.model.templates import TemplateId
from controller.store import one_read


@dataclass(frozen=True, slots=True)
class TypedTemplate:
    """What a person typed into a template's form; `of`: the template that it changes, "" for a new one."""

    title: str = ""
    text: str = ""
    area: str = ""
    of: str = ""
    version: str = ""
    """The one that was begun with, or what stands there since somebody else saved."""
    newer: tuple[Difference, ...] = ()


@one_read
def newer_template(session: Session, typed: TypedTemplate) -> TypedTemplate:
    """Return what was typed with what somebody else has saved meanwhile: saving again replaces that."""
    now = OfferedTemplate.of(get_template(session, TemplateId(typed.of)))
    found = differences(("Tên mẫu", now.title, typed.title), ("Lời của mẫu", now.text, typed.text))
    return replace(typed, version=now.version, newer=found)


def templates_context(session: Session, viewer: Viewer, typed: TypedTemplate | None) -> dict[str, Any]:
    """Return what Thư viện shows of templates, and of the form for one."""
    scope, by = viewer.scope, viewer.operator
    found = templates_offered(session, scope.hears)
    return {
        "own_templates": [one for one in found if not one.is_builtin],
        "built_in": [one for one in found if one.is_builtin],
        "typed": typed or TypedTemplate(area=scope.home),
        "keeps_in": [scope.by_code[code] for code in sorted(scope.seen) if scope.may(by, MAY_KEEP, [code])],
        "may_keep": lambda code: scope.may(by, MAY_KEEP, [code]),
        "may_write": viewer.may(Act.WRITE),
        "test": test_at_hand(session, scope.home),
    }


@one_read
def library_context(session: Session, caller: Caller, typed: TypedTemplate | None) -> dict[str, Any]:
    """Return what Thư viện shows, and the words that a text of the person's area is read with."""
    scope, by = caller.scope, caller.by
    return {
        **templates_context(session, caller.viewer, typed),
        **chimes_context(session, caller),
        "entries": lexicon_entries(session, scope.hears),
        "names": shown_names(session),
        "proposals": open_proposals(session, scope, by),
        "own_words": dict(words_for(session, scope.home)),
        "area_name": scope.name,
        "teachable": [scope.by_code[code] for code in sorted(scope.seen) if scope.may(by, Act.TEACH, [code])],
        "may_teach": lambda code: scope.may(by, Act.TEACH, [code]),
    }
