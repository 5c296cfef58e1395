"""What ends a walk: an answer that the story does not have."""


class Surprise(AssertionError):
    """Something other than what the guide says came back."""
