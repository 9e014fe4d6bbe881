"""`python -m flows.cli` is `rr`, for programs that know only their Python."""

from flows.cli import main

main()
