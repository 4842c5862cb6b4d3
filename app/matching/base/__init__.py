"""The second opinion that ships with the program: a ranker fitted to the bundled books and our own short forms."""
