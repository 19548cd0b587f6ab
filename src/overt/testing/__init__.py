"""Published fakes: a clock that stands still, messages from arguments, simulated recipients.

They are real implementations, tested like everything else; nothing that runs in production imports them.
"""

from overt.testing.clock import MORNING, FixedClock
from overt.testing.mail import Attachment, make_html, make_mail

__all__ = ["MORNING", "Attachment", "FixedClock", "make_html", "make_mail"]
