"""Counts the statements of a call."""

from sqlalchemy import event


def statements_of(store, call):
    """Return the statements that a call makes on a store's database, begins and pragmas too, in order."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    engine = store._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return seen


def queries_of(store, call):
    """Return how many SELECTs a call makes on a store's database."""
    return sum(one.lstrip().upper().startswith("SELECT") for one in statements_of(store, call))
