"""All routes of the station: JSON under /api/v1, and pages; each router is in its feature's folder."""

from fastapi import APIRouter

from controller.features.accounts.api import people as accounts_people_api
from controller.features.accounts.api import tokens as accounts_tokens_api
from controller.features.accounts.pages import account as accounts_account_pages
from controller.features.accounts.pages import sign_in as accounts_sign_in_pages
from controller.features.airings import pages as airings_pages
from controller.features.airings.api import airings as airings_api
from controller.features.airings.api import nodes as airings_nodes_api
from controller.features.approvals import pages as approvals_pages
from controller.features.area_changes import pages as area_changes_pages
from controller.features.area_changes.api import areas as area_changes_api
from controller.features.area_changes.api import languages as area_languages_api
from controller.features.audit import api as audit_api
from controller.features.audit import pages as audit_pages
from controller.features.bulletins.api import bulletins as bulletins_api
from controller.features.bulletins.api import programmes as bulletins_programmes_api
from controller.features.bulletins.api import recordings as bulletins_recordings_api
from controller.features.bulletins.api import topics as bulletins_topics_api
from controller.features.bulletins.api import uploads as bulletins_uploads_api
from controller.features.bulletins.api import variants as bulletins_variants_api
from controller.features.bulletins.api import wordings as bulletins_wordings_api
from controller.features.bulletins.pages import history as bulletins_history_pages
from controller.features.bulletins.pages import programmes as bulletins_programmes_pages
from controller.features.bulletins.pages import recordings as bulletins_recordings_pages
from controller.features.bulletins.pages import topics as bulletins_topics_pages
from controller.features.chimes import api as chimes_api
from controller.features.consent import api as consent_api
from controller.features.consent import pages as consent_pages
from controller.features.doctor import pages as doctor_pages
from controller.features.editorial import api as editorial_api
from controller.features.editorial.pages import bulletins as editorial_bulletins_pages
from controller.features.editorial.pages import drafts as editorial_drafts_pages
from controller.features.editorial.pages import editing as editorial_editing_pages
from controller.features.editorial.pages import imports as editorial_imports_pages
from controller.features.editorial.pages import samples as editorial_samples_pages
from controller.features.editorial.pages import sounds as editorial_sounds_pages
from controller.features.editorial.pages import writing as editorial_writing_pages
from controller.features.emergencies import api as emergencies_api
from controller.features.emergencies import pages as emergencies_pages
from controller.features.enrolment import api as enrolment_api
from controller.features.enrolment import pages as enrolment_pages
from controller.features.fleet.api import nodes as fleet_nodes_api
from controller.features.fleet.api import watch as fleet_watch_api
from controller.features.fleet.pages import incidents as fleet_incidents_pages
from controller.features.guide import pages as guide_pages
from controller.features.imports import api as imports_api
from controller.features.keys import api as keys_api
from controller.features.keys import pages as keys_pages
from controller.features.legal_acts import api as legal_acts_api
from controller.features.legal_acts import pages as legal_acts_pages
from controller.features.lexicon import api as lexicon_api
from controller.features.library.pages import chimes as library_chimes_pages
from controller.features.library.pages import library as library_pages
from controller.features.library.pages import speaker_tests as library_speaker_tests_pages
from controller.features.library.pages import templates as library_templates_pages
from controller.features.listeners import api as listeners_api
from controller.features.listeners.pages import public as listeners_public_pages
from controller.features.listeners.pages import reports as listeners_reports_pages
from controller.features.maps import api as maps_api
from controller.features.maps.pages import outlines as maps_outlines_pages
from controller.features.maps.pages import province as maps_province_pages
from controller.features.node_overview import pages as node_overview_pages
from controller.features.people import pages as people_pages
from controller.features.plans import pages as plans_pages
from controller.features.quarantine import api as quarantine_api
from controller.features.quarantine import pages as quarantine_pages
from controller.features.rebroadcast import api as rebroadcast_api
from controller.features.rebroadcast import pages as rebroadcast_pages
from controller.features.reports import api as reports_api
from controller.features.reports import pages as reports_pages
from controller.features.schedules import api as schedules_api
from controller.features.schedules.pages import calendar as schedules_calendar_pages
from controller.features.schedules.pages import days_off as schedules_days_off_pages
from controller.features.schedules.pages import moving as schedules_moving_pages
from controller.features.schedules.pages import occurrences as schedules_occurrences_pages
from controller.features.schedules.pages import schedules as schedules_pages
from controller.features.templates import api as templates_api
from controller.features.today.api import day as today_day_api
from controller.features.today.api import notices as today_notices_api
from controller.features.today.pages import day as today_day_pages
from controller.features.today.pages import notices as today_notices_pages
from controller.features.withdrawals import api as withdrawals_api
from controller.http.refusals import EVERYWHERE, refusals

DESCRIPTION = """Điều khiển loa truyền thanh cơ sở: bản tin, lượt phát, cụm loa.

A program sends a token (`Authorization: Bearer loa_…`), or signs in at `/api/v1/sign-in` and keeps the
cookie. Times are RFC 3339, in UTC. An error is `{"code", "sentence"}`: the code for programs, the sentence
(Vietnamese) for people."""

API = (
    today_day_api,
    editorial_api,
    airings_api,
    airings_nodes_api,
    consent_api,
    area_changes_api,
    bulletins_api,
    chimes_api,
    emergencies_api,
    enrolment_api,
    fleet_nodes_api,
    imports_api,
    quarantine_api,
    keys_api,
    area_languages_api,
    bulletins_variants_api,
    withdrawals_api,
    lexicon_api,
    maps_api,
    today_notices_api,
    accounts_people_api,
    bulletins_programmes_api,
    bulletins_recordings_api,
    reports_api,
    schedules_api,
    audit_api,
    templates_api,
    accounts_tokens_api,
    bulletins_topics_api,
    bulletins_uploads_api,
    fleet_watch_api,
    bulletins_wordings_api,
    legal_acts_api,
    listeners_api,
    rebroadcast_api,
)

# the first route that matches is used, so the order matters
PAGES = (
    today_day_pages,
    today_notices_pages,
    airings_pages,
    rebroadcast_pages,
    consent_pages,
    schedules_moving_pages,
    node_overview_pages,
    editorial_writing_pages,
    editorial_editing_pages,
    editorial_imports_pages,
    editorial_sounds_pages,
    editorial_bulletins_pages,
    editorial_samples_pages,
    legal_acts_pages,
    bulletins_programmes_pages,
    bulletins_history_pages,
    editorial_drafts_pages,
    schedules_calendar_pages,
    schedules_pages,
    schedules_occurrences_pages,
    approvals_pages,
    bulletins_recordings_pages,
    listeners_reports_pages,
    listeners_public_pages,
    accounts_sign_in_pages,
    accounts_account_pages,
    guide_pages,
    maps_province_pages,
    maps_outlines_pages,
    audit_pages,
    people_pages,
    plans_pages,
    schedules_days_off_pages,
    area_changes_pages,
    library_pages,
    library_chimes_pages,
    library_templates_pages,
    library_speaker_tests_pages,
    bulletins_topics_pages,
    doctor_pages,
    reports_pages,
    quarantine_pages,
    keys_pages,
    enrolment_pages,
    fleet_incidents_pages,
    emergencies_pages,
)

api_router = APIRouter(prefix="/api/v1", responses=refusals(*EVERYWHERE))
for part in API:
    api_router.include_router(part.router)

pages_router = APIRouter(include_in_schema=False)
for subject in PAGES:
    pages_router.include_router(subject.router)
