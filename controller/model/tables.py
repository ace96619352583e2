"""Imports every table, for migrations."""

import pkgutil
from importlib import import_module

from sqlalchemy import MetaData

import controller.model
from controller.model.base import Base

for module in pkgutil.iter_modules(controller.model.__path__):
    import_module(f"{controller.model.__name__}.{module.name}")

METADATA: MetaData = Base.metadata
