"""Tables and notes for people, in the Prefect UI; outside a flow run nothing is published."""

import polars as pl
from prefect.artifacts import create_markdown_artifact, create_table_artifact

from flows.launch import in_flow_run


def publish_table(key: str, table: pl.DataFrame, description: str) -> None:
    """Show a table as an artifact of the current flow run; floats to 3 places."""
    if in_flow_run():
        rounded = table.with_columns(pl.col(pl.Float64).round(3))
        create_table_artifact(table=rounded.to_dicts(), key=key, description=description)


def publish_note(key: str, markdown: str) -> None:
    """Show a note as an artifact of the current flow run."""
    if in_flow_run():
        create_markdown_artifact(markdown=markdown, key=key)
