"""Commands that measure or show what the program claims. Nothing here is imported by the program."""
