"""Tokens of programs that may see and do nothing else."""

from datetime import timedelta

from controller.features.accounts.tokens import create_token
from controller.model.permissions import Act


def seeing_token(store, of, now):
    """Return a token of `see` for a day, in the whole area of this person."""
    with store.write() as session:
        _, token = create_token(
            session,
            name="m",
            acts=[Act.SEE],
            area=of.area,
            expires_at=now + timedelta(days=1),
            of=of,
            now=now,
        )
    return token
