"""A number with the thing that it counts, for sentences."""


def counted(number: int, thing: str) -> str:
    """Return "1 week" or "0 weeks" for a thing whose plural is regular."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
