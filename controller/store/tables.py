"""Every table, gathered for migrations."""

from sqlalchemy import MetaData

from controller.airings import tables as airings
from controller.areas import tables as areas
from controller.bulletins import tables as bulletins
from controller.chimes import tables as chimes
from controller.drafts import tables as drafts
from controller.emergencies import tables as emergencies
from controller.fleet import tables as fleet
from controller.journal import tables as journal
from controller.lexicon import tables as lexicon
from controller.listeners import tables as listeners
from controller.notices import tables as notices
from controller.operators import tables as operators
from controller.plans import tables as plans
from controller.programmes import tables as programmes
from controller.reports import tables as reports
from controller.store.base import Base
from controller.templates import tables as templates

FEATURES = (
    areas,
    operators,
    fleet,
    bulletins,
    programmes,
    airings,
    emergencies,
    plans,
    journal,
    lexicon,
    notices,
    reports,
    drafts,
    listeners,
    templates,
    chimes,
)
METADATA: MetaData = Base.metadata
