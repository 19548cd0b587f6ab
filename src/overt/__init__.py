"""overt: email tracking in the open, for both of its ends."""

__version__ = "0.1.0"
