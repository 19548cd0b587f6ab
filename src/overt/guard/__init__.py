"""The recipient's end: decisions over a message, no I/O. What reports back, how sure we are, and what takes it out."""

from overt.guard.finding import CLASSES, Class, Evidence, Finding, Leak

__all__ = ["CLASSES", "Class", "Evidence", "Finding", "Leak"]
