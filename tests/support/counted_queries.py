"""Counts the queries of a call."""

from sqlalchemy import event


def queries_of(store, call):
    """Return how many SELECTs a call makes on a store's database."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    engine = store._engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
