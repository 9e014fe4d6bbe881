"""The stages as Prefect flows, the pipeline that joins them, and the command line `rr`."""
