"""Programs that fetch a message's pictures before anybody looks: the User-Agent is matched whole, never in part.

A prefetch hides an open rather than being one. `FALSE_PREFETCHES` are those that are no sign of an open either way,
because a later display makes a hit of its own; they stay out of the upper bound of opens.
"""

from __future__ import annotations

from overt.measure.clues.row import Row
from overt.measure.reading import Actor, Certainty, Client

ROWS = (
    Row(
        id="apple-mail-privacy",
        program="Apple Mail Privacy Protection",
        client=Client.IMAGE_PROXY,
        pattern="Mozilla/5.0",
        exact=True,
        opens=Actor.PREFETCH,
        links=Actor.MACHINE,
        certainty=Certainty.MEDIUM,
        source="documentation.mailgun.com open-click-bot-detect; support.clickdimensions.com Adjusted-Opens",
        reason="Apple Mail fetches pictures in the background after delivery, and shows them later from its cache "
        "without a second request; the message may or may not have been displayed",
    ),
    Row(
        id="gmail-prefetch",
        program="Gmail prefetch",
        client=Client.IMAGE_PROXY,
        pattern="Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0",
        exact=True,
        opens=Actor.PREFETCH,
        links=Actor.MACHINE,
        certainty=Certainty.HIGH,
        source="bird.com/blog/gmail-prefetching-images (2022-01, 9.8 billion hits)",
        reason="Gmail fetches pictures once when the mailbox is on screen at delivery, before the message is "
        "displayed; a display makes another hit, through Gmail's image proxy",
    ),
)

FALSE_PREFETCHES = frozenset({"gmail-prefetch"})
