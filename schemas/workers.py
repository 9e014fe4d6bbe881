"""What runs the tasks of a stage, and how many at a time."""

from typing import Annotated, Literal

from pydantic import Field

MAX_WORKERS = 64
WorkerCount = Annotated[int, Field(gt=0, le=MAX_WORKERS)]
RunnerName = Literal["threads", "processes", "dask"]
