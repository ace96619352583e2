"""Imports every table, for migrations."""

from sqlalchemy import MetaData

from controller.model import accounts as operators
from controller.model import (
    airings,
    areas,
    bulletins,
    chimes,
    drafts,
    emergencies,
    fleet,
    journal,
    lexicon,
    listeners,
    notices,
    plans,
    reports,
    templates,
)
from controller.model import schedules as programmes
from controller.model.base import Base

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
