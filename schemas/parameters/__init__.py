"""Parameters of the flows; Prefect shows them as forms, the command line as options."""
