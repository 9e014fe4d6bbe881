"""How many things a stage may do at the same time."""

from typing import Annotated

from pydantic import Field

MAX_WORKERS = 64
WorkerCount = Annotated[int, Field(gt=0, le=MAX_WORKERS)]
