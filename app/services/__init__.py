"""Use cases. Pages and commands call these; nothing below knows that a user exists."""
