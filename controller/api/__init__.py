"""JSON under /api/v1: the same as the pages, for programs; it describes itself at /api/v1/openapi.json."""

from fastapi import APIRouter

from controller.api import (
    airings,
    answers,
    areas,
    bulletins,
    chimes,
    emergencies,
    enrolments,
    fleet,
    imports,
    keeping,
    keys,
    languages,
    lexicon,
    maps,
    notices,
    people,
    programmes,
    recordings,
    reports,
    schedules,
    security,
    templates,
    tokens,
    topics,
    uploading,
    watching,
    wordings,
)
from controller.api.refusals import EVERYWHERE, refusals

DESCRIPTION = """Điều khiển loa truyền thanh cơ sở: bản tin, lượt phát, cụm loa.

A program sends a token (`Authorization: Bearer loa_…`), or signs in at `/api/v1/sign-in` and keeps the
cookie. Times are RFC 3339, in UTC. An error is `{"code", "sentence"}`: the code for programs, the sentence
(Vietnamese) for people."""

router = APIRouter(prefix="/api/v1", responses=refusals(*EVERYWHERE))
PARTS = (
    airings,
    answers,
    areas,
    bulletins,
    chimes,
    emergencies,
    enrolments,
    fleet,
    imports,
    keeping,
    keys,
    languages,
    lexicon,
    maps,
    notices,
    people,
    programmes,
    recordings,
    reports,
    schedules,
    security,
    templates,
    tokens,
    topics,
    uploading,
    watching,
    wordings,
)
for part in PARTS:
    router.include_router(part.router)
