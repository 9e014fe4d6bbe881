"""The base of errors that a user can mend."""


class ExpectedError(Exception):
    """Something outside the program is wrong; the message says what, where and what to do.

    The command line prints the message alone, without a traceback.
    """
