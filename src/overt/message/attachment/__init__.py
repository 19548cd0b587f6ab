"""Documents that come attached: what they would ask for once they are opened. Bounded; no document makes it fail."""

from overt.message.attachment.calendar import find_in_calendar
from overt.message.attachment.office import find_in_package
from overt.message.attachment.pdf import find_in_pdf
from overt.message.attachment.sighting import Sighting, kind_of, sniff

__all__ = ["Sighting", "find_in_calendar", "find_in_package", "find_in_pdf", "kind_of", "sniff"]
