"""Fields that forms and addresses of many pages have, with the most characters that each may hold."""

from typing import Annotated

from fastapi import Form, Query

Done = Annotated[str, Query(max_length=20)]
"""Which sentence a page shows after an act."""
AskedWord = Annotated[str, Query(max_length=20)]
AskedId = Annotated[str, Query(max_length=64)]
SentId = Annotated[str, Form(max_length=64)]
SentLine = Annotated[str, Form(max_length=200)]
SentReason = Annotated[str, Form(max_length=1000)]
SentPassword = Annotated[str, Form(max_length=500)]
SentCode = Annotated[str, Form(max_length=100)]
SentDay = Annotated[str, Form(max_length=10)]
SentClock = Annotated[str, Form(max_length=8)]
