"""JSON under /api/v1: the same as the pages, for programs; it describes itself at /api/v1/openapi.json."""

from fastapi import APIRouter

from controller.api import airings, bulletins, fleet, people, schedules

DESCRIPTION = """Điều khiển loa truyền thanh cơ sở: bản tin, lượt phát, cụm loa.

A program signs in at `/api/v1/sign-in` and keeps the cookie. Times are RFC 3339, in UTC. An error is
`{"code", "sentence"}`: the code for programs, the sentence (Vietnamese) for people."""

router = APIRouter(prefix="/api/v1")
for part in (people, fleet, bulletins, airings, schedules):
    router.include_router(part.router)
