"""The address of a database as people read it."""

from sqlalchemy import make_url


def redacted(address: str) -> str:
    """Return which database is meant: without user, password and options, wherever they stand.

    SQLAlchemy hides only the password before the host; another one, and hosts, may stand among the options.
    """
    url = make_url(address)
    hosts = [url.host if url.port is None else f"{url.host}:{url.port}"] if url.host else []
    hosts += url.normalized_query.get("host", ())
    return f"{url.drivername}://{','.join(hosts)}/{url.database or ''}"
