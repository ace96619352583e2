"""One PostgreSQL database for many tests: before each of them it holds the rows that it was seeded with.

A copy of the database for each test would mean a thousand files to write and delete, and the server would
load the catalogue of each copy again.
"""

import psycopg
from psycopg import sql


class KeptRows:
    """Stores a copy of all rows in the database, and restores them."""

    def __init__(self, url):
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        # without triggers and foreign keys: append-only rows can be deleted, in any order
        self._connection.execute("SET session_replication_role = replica; CREATE SCHEMA kept")
        steps = []
        for (table,) in self._ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            names = {"table": sql.Identifier("public", table), "kept": sql.Identifier("kept", table)}
            self._connection.execute(sql.SQL("CREATE TABLE {kept} AS TABLE {table}").format(**names))
            again = "DELETE FROM {table}; INSERT INTO {table} OVERRIDING SYSTEM VALUE TABLE {kept}"
            steps.append(sql.SQL(again).format(**names))
        for name, start, last in self._ask("SELECT sequencename, start_value, last_value FROM pg_sequences"):
            told = [sql.Identifier("public", name).as_string(), last or start, last is not None]
            steps.append(sql.SQL("SELECT setval({}, {}, {})").format(*map(sql.Literal, told)))
        self._restore = sql.SQL("; ").join(steps)

    def restore(self):
        """Restore the stored rows; rows added since are deleted."""
        with self._connection.transaction():
            self._connection.execute(self._restore)

    def close(self):
        """Close the connection."""
        self._connection.close()

    def _ask(self, question):
        return self._connection.execute(question).fetchall()
