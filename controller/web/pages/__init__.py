"""Every page by its address; one module a subject."""

from fastapi import APIRouter

from controller.web.pages import (
    account,
    airings,
    approving,
    bulletins,
    calendar,
    door,
    drafts,
    history,
    moving,
    nodes,
    occurrences,
    recordings,
    schedules,
    today,
    writing,
)

router = APIRouter(include_in_schema=False)
for subject in (
    today,
    airings,
    moving,
    nodes,
    writing,
    bulletins,
    history,
    drafts,
    calendar,
    schedules,
    occurrences,
    approving,
    recordings,
    door,
    account,
):
    router.include_router(subject.router)
