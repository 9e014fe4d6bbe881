"""Says how many there are of something."""


def say_count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number, in groups of three digits, before its noun.

    Args:
        number: how many there are.
        noun: one of them, such as `photograph`.
        plural: several of them, where an s at the end would be wrong.
    """
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"
