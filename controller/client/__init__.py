"""Two ways for a command to use a station; each is a context manager for one person.

`http_client`: a running station's JSON interface, signed in by password. `local_client`: the database of a
station on this machine, running or not. Both raise LoaError with a sentence for the person. Every wait
is bounded: 15 s for an answer over HTTP, 10 s (`store.engine.WAIT_SECONDS`) for the database.
"""
