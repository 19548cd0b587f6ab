"""The recipients' pages: what is recorded about me, changing it, leaving. Whatever a recipient may ask of a sender."""

from overt.serve.pages.app import make_app
from overt.serve.pages.desk import Desk, Sender

__all__ = ["Desk", "Sender", "make_app"]
