"""When a message may go out, by its person's quiet times; pure."""

from datetime import datetime, time, timedelta

from controller.model.local_time import ZONE


def after_quiet(at: datetime, quiet_from: str | None, quiet_to: str | None) -> datetime:
    """Return `at`, or the end of the quiet time in which it lies; the times are wall times, “22:00”."""
    if not quiet_from or not quiet_to or quiet_from == quiet_to:
        return at
    begins, ends = time.fromisoformat(quiet_from), time.fromisoformat(quiet_to)
    here = at.astimezone(ZONE)
    now = here.time()
    is_quiet = begins <= now < ends if begins < ends else now >= begins or now < ends
    if not is_quiet:
        return at
    day = here.date() + timedelta(days=1) if begins > ends and now >= begins else here.date()
    return datetime.combine(day, ends, ZONE).astimezone(at.tzinfo)
