"""What keeps the agency from starting, said together with its remedy."""


class Trouble(Exception):
    """A named obstacle and what the person at the keyboard can do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n  → {remedy}")
        self.what = what
        self.remedy = remedy
