"""Every page by its address; one module a subject."""

from fastapi import APIRouter

from controller.web.pages import (
    account,
    airings,
    approving,
    bulletins,
    calendar,
    days_off,
    door,
    drafts,
    history,
    journal,
    library,
    moving,
    nodes,
    occurrences,
    people,
    province,
    recordings,
    reports,
    rules,
    schedules,
    settings,
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
    province,
    journal,
    people,
    rules,
    days_off,
    library,
    settings,
    reports,
):
    router.include_router(subject.router)
