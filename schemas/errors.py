"""Base class for errors the user can fix."""


class ExpectedError(Exception):
    """Something outside the program is wrong; the message says what, where and what to do.

    The command line prints the message alone, without a traceback.
    """
