"""Rows of past years by INSERT … SELECT: copies of one airing that was heard, over days and communes.

Hashes and signatures of copied rows are made up, so `loa doctor` has much to say of such a database; every
other column is as the station writes it. Copied entries of both logs are numbered from 0 downwards, so that
the true ones, which the station goes on from, stay as they are.
"""

from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

AIRINGS_A_DAY = 8
"""At each loudspeaker: four recordings at 05:00 and again at 17:00."""
BULLETINS_A_DAY = 20
DENSE_DAYS = 45
"""The newest days, which pages show: all loudspeakers of a province have their rows in them."""
VITALS_DAYS = 400
_TURNS_EVERY_DAYS = 10
"""One outage of each loudspeaker."""
_SHA256 = "md5({0}) || md5({0} || 'x')"


@dataclass(frozen=True)
class Years:
    """How much is loaded: days before `now`, and of a commune how many loudspeakers heard an airing."""

    now: str
    days: int
    ahead: int
    per_commune: int
    per_commune_of_old: int


class RowsOfYears:
    """Loads one kind of rows after the other over one connection."""

    def __init__(self, url, years, pattern_airing):
        self._connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
        # every copied row names what is there: no foreign key needs to be looked at, row by row
        self._connection.execute("SET session_replication_role = replica")
        self._years, self._airing = years, pattern_airing
        (self._bulletin,) = self._ask("SELECT bulletin FROM airings WHERE id = %s", pattern_airing)
        self._prepare()

    def load(self):
        """Yield what was loaded and how many rows, kind by kind."""
        yield "bulletins", self._bulletins()
        yield "airings", self._airings()
        yield (
            "targets",
            self._run(
                "INSERT INTO airing_targets (airing, area, starts_at) SELECT airing, area, at FROM made"
            ),
        )
        yield "deliveries", self._deliveries()
        yield "entries of the as-aired log", self._as_aired()
        with self._unindexed("receipts"):
            made = self._receipts()
        yield "receipts", made
        yield "entries of the journal", self._journal()
        yield "days of vitals", self._vitals()
        yield "outages", self._outages()
        self._run("DROP TABLE made, heard_by")
        for table in ("bulletins", "revisions", "renderings", "recordings", "approvals", "airings"):
            self._run(f"VACUUM ANALYZE {table}")
        for table in ("airing_targets", "deliveries", "as_aired", "receipts", "journal", "vitals_days"):
            self._run(f"VACUUM ANALYZE {table}")
        self._run("ANALYZE")

    def settle(self):
        """After the sums, have the server do at once what it would do while pages are measured."""
        self._run("VACUUM ANALYZE report_sums")
        self._run("ALTER SYSTEM SET autovacuum = off")
        self._run("SELECT pg_reload_conf()")
        self._run("CHECKPOINT")
        self._connection.close()

    @contextmanager
    def _unindexed(self, table):
        """Make a table's indexes after its rows: ids are random, so an index would grow everywhere."""
        keys = self._all(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype = 'p'",
            table,
        )
        for name, _ in keys:
            self._run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        indexes = self._all("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s", table)
        for name, _ in indexes:
            self._run(f"DROP INDEX {name}")
        yield
        for name, key in keys:
            self._run(f"ALTER TABLE {table} ADD CONSTRAINT {name} {key}")
        for _, definition in indexes:
            self._run(definition)

    def _all(self, question, *values):
        return self._connection.execute(question, values).fetchall()

    def _ask(self, question, *values):
        return self._connection.execute(question, values or None).fetchone()

    def _run(self, statement, *values):
        return self._connection.execute(statement, values or None).rowcount

    def _prepare(self):
        """Lay down which airing is when, of which bulletin and where, and who hears what a commune airs."""
        years = self._years
        self._run(
            f"""CREATE TABLE made AS
            WITH communes AS (SELECT code, row_number() OVER (ORDER BY code) - 1 AS n FROM areas WHERE
            kind <> 'province'
                              AND parent IN (SELECT code FROM areas WHERE parent IS NULL)),
                 days AS (SELECT d, timestamptz '{years.now}' - interval '{years.days} days' + d *
                 interval '1 day' AS day
                          FROM generate_series(0, {years.days + years.ahead - 1}) AS d)
            SELECT 'nam-' || d || '-' || s || '-' || n AS airing, code AS area,
                   'nam-' || (d * {BULLETINS_A_DAY} + n % 5 * 4 + s % 4) AS bulletin,
                   date_trunc('day', day) - interval '2 hours' + s / 4 * interval '12 hours'
                       + s % 4 * interval '10 minutes' AS at,
                   d > {years.days - DENSE_DAYS} AS dense, d * 7 + s * 3 + n AS k
            FROM days, generate_series(0, {AIRINGS_A_DAY - 1}) AS s, communes ORDER BY d, s, n"""
        )
        self._run(
            f"""DELETE FROM made WHERE at <= '{years.now}'
            AND at >= '{years.now}'::timestamptz - interval '1 hour'"""
        )
        self._run(
            """CREATE TABLE heard_by AS SELECT id AS node, area,
            row_number() OVER (PARTITION BY area ORDER BY length(id), id) AS n FROM nodes"""
        )
        self._run("CREATE INDEX ON heard_by (area, n); ANALYZE made; ANALYZE heard_by")

    def _copied(self, table, where, source, **changes):
        """Insert copies of the row that `where` finds, for each row of the source, with columns changed."""
        named = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public'"
        columns = [name for (name,) in self._connection.execute(f"{named} AND table_name = %s", [table])]
        named = ", ".join(f'"{column}"' for column in columns)
        asked = ", ".join(f"({changes[one]})" if one in changes else f'p."{one}"' for one in columns)
        pattern = sql.SQL("SELECT * FROM {} WHERE ").format(sql.Identifier(table)).as_string() + where
        return self._run(f"INSERT INTO {table} ({named}) SELECT {asked} FROM ({pattern} LIMIT 1) p, {source}")

    def _bulletins(self):
        of_it = f"bulletin = '{self._bulletin}'"
        many = (
            "(SELECT bulletin AS b, min(area) AS a, min(at) - interval '2 days' AS t"
            " FROM made GROUP BY bulletin) m"
        )
        whose = "CASE WHEN m.b LIKE '%4' THEN p.area ELSE m.a END"
        titled = "'Bản tin số ' || substr(m.b, 5)"
        self._copied(
            "bulletins",
            f"id = '{self._bulletin}'",
            many,
            id="m.b",
            title=titled,
            area=whose,
            created_at="m.t",
            changed_at="m.t + interval '1 day'",
            search_text="'ban tin so ' || substr(m.b, 5)",
        )
        self._copied("revisions", of_it, many, bulletin="m.b", created_at="m.t")
        digest = _SHA256.format("m.b")
        spoken = f"(SELECT recording FROM renderings WHERE {of_it} LIMIT 1)"
        self._copied("recordings", f"id = {spoken}", many, id=digest, created_at="m.t")
        self._copied(
            "renderings", of_it, many, id="'r' || m.b", bulletin="m.b", recording=digest, ordered_at="m.t"
        )
        signed = "m.t + interval '1 day'"
        return self._copied(
            "approvals",
            of_it,
            many,
            bulletin="m.b",
            recording=digest,
            approved_at=signed,
            valid_from=signed,
            expires_at=f"{signed} + (p.expires_at - p.approved_at)",
        )

    def _airings(self):
        past, pattern = f"made.at < '{self._years.now}'::timestamptz", f"id = '{self._airing}'"
        same = {
            "id": "made.airing",
            "bulletin": "made.bulletin",
            "asked_at": "made.at",
            "starts_at": "made.at",
            "latest_start_at": "made.at + interval '10 minutes'",
        }
        made = self._copied(
            "airings",
            pattern,
            f"made WHERE {past}",
            **same,
            created_at="made.at - interval '1 day'",
            delivering_at="made.at - interval '3 hours'",
            acknowledged_at="made.at - interval '3 hours'",
            ended_at="made.at + interval '5 minutes'",
            noted_at="made.at + interval '5 minutes'",
            recording=_SHA256.format("made.bulletin"),
            state="'aired'",
        )
        return made + self._copied(
            "airings",
            pattern,
            f"made WHERE NOT {past}",
            **same,
            created_at=f"'{self._years.now}'::timestamptz",
            delivering_at="NULL",
            acknowledged_at="NULL",
            ended_at="NULL",
            noted_at="NULL",
            recording="NULL",
            state="'planned'",
            revision="NULL",
            duration_ms="NULL",
        )

    def _parts(self):
        """Return the source of deliveries: each past airing at each loudspeaker that heard it."""
        years = self._years
        return (
            "made JOIN heard_by h ON h.area = made.area AND h.n <="
            f" CASE WHEN dense THEN {years.per_commune} ELSE {years.per_commune_of_old} END"
            f" WHERE made.at < '{years.now}'::timestamptz"
        )

    def _deliveries(self):
        heard = "(k + h.n) % 13 <> 0"
        return self._run(
            f"""INSERT INTO deliveries (airing, node, area, rung, fetched_at, started_at,
            start_offset_ms, finished_at,
            heard_ms, clock_error_ms) SELECT airing, node, made.area, CASE WHEN {heard} THEN 3 ELSE 1 END,
            at - interval '2 hours', CASE WHEN {heard} THEN at END, CASE WHEN {heard} THEN 2 END,
            CASE WHEN {heard} THEN at + interval '4 minutes' END, CASE WHEN {heard} THEN 240000 ELSE 0
            END, 1.5
            FROM {self._parts()} ORDER BY at, airing"""
        )

    def _as_aired(self):
        (rows,) = self._ask("SELECT count(*) FROM deliveries WHERE airing LIKE 'nam-%'")
        self._run("CREATE TEMP SEQUENCE numbers CACHE 1000")
        made = self._run(
            f"""INSERT INTO as_aired (seq, at, airing, node, area, bulletin, revision, recording, grade,
            state, planned_at,
            planned_ms, fetched_at, started_at, start_offset_ms, finished_at, heard_ms, reason, previous,
            hash)
            SELECT nextval('numbers') - {rows}, a.noted_at, a.id, d.node, d.area, a.bulletin, a.revision,
            a.recording,
            a.grade, a.state, a.starts_at, 240000, d.fetched_at, d.started_at, d.start_offset_ms,
            d.finished_at, d.heard_ms,
            CASE WHEN d.started_at IS NULL THEN 'Cụm loa chưa báo gì về lượt phát này.' END,
            {_SHA256.format("a.id || d.node")}, {_SHA256.format("d.node || a.id")}
            FROM (SELECT * FROM airings WHERE id LIKE 'nam-%' AND state = 'aired' ORDER BY starts_at, id) a
            JOIN deliveries d ON d.airing = a.id"""
        )
        self._run("DROP SEQUENCE numbers")
        return made

    def _receipts(self):
        made = 0
        for number, (kind, told) in enumerate((("started", "started_at"), ("finished", "finished_at"))):
            named = _SHA256.format(f"d.node || d.airing || '{kind}'")
            made += self._run(
                f"""INSERT INTO receipts (node, id, airing, recording, kind, at, offset_ms, heard_ms,
                clock_error_ms, volume, received_at, kid, seq, sealed)
                SELECT d.node, {named}, d.airing, a.recording, '{kind}', d.{told}, 2, d.heard_ms,
                1.5, 70, d.{told} + interval '2 seconds', 'k' || d.node,
                {number} + 2 * (extract(epoch FROM a.starts_at)::bigint / 60),
                decode(repeat(md5(d.node || a.id), 11), 'hex')
                FROM deliveries d JOIN airings a ON a.id = d.airing
                WHERE a.id LIKE 'nam-%' AND d.started_at IS NOT NULL"""
            )
        return made

    def _journal(self):
        """Insert an entry for each airing that the log has, and what people did with each bulletin."""
        acts = """SELECT at + interval '5 minutes' AS at, 'station' AS by, 'as_aired.noted' AS act,
            airing AS subject FROM made WHERE at < '{now}'::timestamptz
            UNION ALL SELECT b.created_at + n * interval '6 hours',
            CASE WHEN n < 2 THEN b.author ELSE a.approver END,
            (ARRAY['bulletin.drafted', 'bulletin.submitted', 'bulletin.approved', 'airing.planned'])[n + 1],
            b.id FROM bulletins b JOIN approvals a ON a.bulletin = b.id, generate_series(0, 3) AS n
            WHERE b.id LIKE 'nam-%'"""
        self._run(f"CREATE TEMP TABLE acts AS {acts.format(now=self._years.now)}")
        named = _SHA256.format("subject")
        return self._run(
            f"""INSERT INTO journal (seq, at, by, act, subject, detail, previous, hash, kid, signature)
            SELECT row_number() OVER (ORDER BY at, act, subject) - (SELECT count(*) FROM acts), at, by, act,
            subject, json_build_object('entries', 51, 'last', 0, 'hash', {named}), {named},
            {_SHA256.format("subject || act")}, (SELECT kid FROM journal LIMIT 1), repeat('s', 86)
            FROM acts"""
        )

    def _vitals(self):
        return self._run(
            f"""INSERT INTO vitals_days (node, day, packed) SELECT h.node, date '{self._years.now[:10]}'
            - g.n, p.packed
            FROM (SELECT packed FROM vitals_days LIMIT 1) p, heard_by h, generate_series(2,
            {VITALS_DAYS}) AS g (n)
            WHERE h.n <= {self._years.per_commune_of_old} ON CONFLICT DO NOTHING"""
        )

    def _outages(self):
        return self._run(
            f"""INSERT INTO node_turns (node, at, online) SELECT h.node, timestamptz '{self._years.now}'
            - g.n * interval '{_TURNS_EVERY_DAYS} days' - h.n * interval '1 hour' + o * interval
            '20 minutes', o = 1
            FROM heard_by h, generate_series(1, {self._years.days // _TURNS_EVERY_DAYS}) AS g (n),
            generate_series(0, 1) AS o
            WHERE h.n <= {self._years.per_commune}"""
        )
