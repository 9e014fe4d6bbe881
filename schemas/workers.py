"""How many tasks a stage may run at a time."""

from typing import Annotated

from pydantic import Field

MAX_WORKERS = 64
WorkerCount = Annotated[int, Field(gt=0, le=MAX_WORKERS)]
