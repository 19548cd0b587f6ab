"""Nonsense for every parser: none may raise what it does not promise."""
