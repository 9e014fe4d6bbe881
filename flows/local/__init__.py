"""Everything on one machine: a Prefect server, a worker and metrics, started and ended together."""

DATABASE_VARIABLE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
"""Where Prefect reads the URL of its database."""
