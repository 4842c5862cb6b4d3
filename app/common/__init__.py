"""Errors, files, paths, clock, texts, settings and the redacting log. Imports nothing of the program."""
