"""Languages of areas, by JSON."""

from controller.features.accounts.dependencies import Signed, SignedVisit
from controller.features.area_changes.service import set_languages
from controller.features.areas.queries import area_languages
from controller.features.areas.schemas import AreaLanguages, LanguagesAsked, LanguageShown
from controller.http.json_router import json_router
from controller.http.refusals import refusals
from controller.http.schemas import Code
from controller.model.languages import LanguageCode, languages
from devices.ids import AreaCode

router = json_router(tags=["languages"])


@router.get("/languages", responses=refusals(401))
def known(viewer: Signed) -> list[LanguageShown]:
    """Return the languages that areas can be spoken to in, by their codes of ISO 639-3."""
    del viewer
    return [LanguageShown.of(one) for one in languages().values()]


@router.get("/area-languages", responses=refusals(401))
def of_areas(visit: SignedVisit) -> list[AreaLanguages]:
    """Return the areas with a language list of their own; all others use the list of the area above."""
    lists = area_languages(visit.store)
    seen = visit.scope.seen
    return [AreaLanguages(area=area, languages=list(codes)) for area, codes in lists.items() if area in seen]


@router.put("/areas/{area}/languages", responses=refusals(401, 403, 404, 422))
def choose(visit: SignedVisit, area: Code, asked: LanguagesAsked) -> AreaLanguages:
    """Set the languages of an area and all below it, best first; an empty list: as the area above."""
    visit.scope.check_seen([area])
    wanted = [LanguageCode(code) for code in asked.languages]
    set_languages(visit.store, AreaCode(area), wanted, **visit.stamp)
    return AreaLanguages(area=area, languages=list(wanted))
