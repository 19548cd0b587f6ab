"""How much each kind of evidence weighs, as a table.

Weights are natural log-odds, added up. `report`: for a reference that loads on display, that it shows nothing and is
there to report; `person`: that its URL singles out one recipient or one copy of the message; `link`: for a link, that
it goes through somebody's redirector or carries an identifier. Set by hand on mail that was written for the purpose
and checked on real mail; a change here is a change of the rules' version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Weight:
    """One kind of evidence: its id, what it says, and what it adds to each question."""

    id: str
    what: str
    report: float = 0.0
    person: float = 0.0
    link: float = 0.0


#: Log-odds before any evidence: most pictures are pictures, most URLs are everybody's, most links are straight.
PRIOR: Final = Weight("prior", "before any evidence", -2.2, -2.0, -1.5)

WEIGHTS: Final[dict[str, Weight]] = {
    row.id: row
    for row in (
        # Known endpoints
        Weight("known-beacon", "a rule knows the endpoint: it records opens", 8.0, 3.0, 2.0),
        Weight("known-link", "a rule knows the endpoint: it records clicks and redirects", 3.0, 3.0, 7.0),
        Weight("known-image", "a rule knows the endpoint: it makes pictures for one recipient", -3.0, 6.0, 2.0),
        Weight("known-content", "a rule knows the store: its files are the same for everybody", -5.0, -6.0, -5.0),
        Weight("listed", "a list that the user chose names it", 4.0, 2.0, 3.0),
        Weight("known-redirector", "a row of redirectors knows that it passes the click on", 0.0, 0.0, 7.0),
        # Proof
        Weight("leak", "the URL holds the recipient's address, and here is how", 1.5, 9.0, 8.0),
        Weight("local-part", "the URL holds the part of the recipient's address before the @", 0.7, 3.0, 3.0),
        # What it would show
        Weight("dot", "one pixel or none", 3.2),
        Weight("few-pixels", "no more than five pixels either way", 2.4),
        Weight("line", "a line of three pixels at most", 1.0),
        Weight("icon-size", "the size of an icon"),
        Weight("picture-size", "a size that people see", -3.0),
        Weight("no-size", "its size is said nowhere", 0.2),
        Weight("hidden", "a style keeps it from being seen", 2.6),
        Weight("hidden-picture", "a picture that a style hides, as versions for other screens are", 0.5),
        Weight("empty-box", "the background of a box with nothing in it", 2.0),
        Weight("box", "the background of a box with something in it", 0.3),
        Weight("shows-nothing", "what is loaded this way is not shown by itself", 1.5),
        Weight("alt-text", "a text stands for it where it does not load", -1.3),
        Weight("in-link", "it is what people click on", -0.8),
        # Where it stands
        Weight("at-the-edge", "the first or last thing that the message loads", 0.7),
        Weight("repeated", "the same URL is used again in the message", -2.6, -0.5),
        # Identifiers
        Weight("token", "a part of the URL could tell any two recipients apart", 1.6, 2.5, 1.6),
        Weight("short-token", "a part of the URL could tell thousands of recipients apart", 0.6, 1.0, 0.4),
        Weight("hidden-token", "what shows nothing has a name of its own", 1.4, 1.0),
        Weight(
            "file-name-token", "a token in the name or folder of a picture, as stores of files give", 0.0, -0.6, -0.8
        ),
        Weight("version", "a parameter that only keeps old copies away", -0.5, -0.5),
        Weight("person-parameter", "a parameter whose name speaks of a person", 0.4, 1.9, 1.5),
        Weight("no-token", "nothing in the URL tells recipients apart", -2.0, -4.0, -1.5),
        Weight("shared-token", "the same token stands in other URLs of the message", 0.4, 1.4, 1.2),
        Weight("host-token", "a token in the name of the host", 1.2, 1.5, 1.0),
        # The kind of file, and what the names say
        Weight("picture-file", "asks for a file of a kind that is the same for everybody", -1.6, -1.8, -1.5),
        Weight("program", "asks a program for its answer", 0.9, 0.3, 0.3),
        Weight("no-kind", "asks for no kind of file", 0.7, 0.3),
        Weight("picture-folder", "it stands in a folder for pictures and files", -0.8, -1.0),
        Weight("spacer-name", "is called what layouts call a spacer", -3.0, -2.0),
        Weight("says-open", "its name speaks of opens, tracking, pixels or counting", 2.2, 0.5, 0.6),
        Weight("says-click", "its name speaks of clicks, tracking or redirecting", 0.4, 0.4, 1.6),
        Weight("letter-click", "a folder of one letter, as short links of clicks have", 0.0, 0.0, 0.9),
        Weight("host-says", "the host's name speaks of tracking, clicks or mailings", 0.9, 0.3, 1.1),
        Weight("readable", "its path is made of words that say what is there", -0.5, -0.7, -1.6),
        Weight("names-content", "its path says that an identifier names content", -0.5, -0.8, -2.2),
        # The company it keeps
        Weight("click-host", "the host is where the message's wrapped links go", 1.6, 1.0),
        Weight("only-of-host", "the only thing loaded from that host", 0.4),
        Weight("among-pictures", "the host serves other pictures of the message", -0.7),
        Weight("same-shape", "most links go to one host, each with a token of its own", 0.0, 0.0, 2.2),
        Weight("many-hosts", "the host's name is not the sender's", 0.2, 0.0, 0.2),
        # Links
        Weight("nested-url", "another URL stands inside it", 0.3, 0.0, 4.0),
        Weight("share-link", "it passes a URL on to be shared or returned to", 0.0, 0.0, -4.5),
        Weight("campaign-parameter", "campaign parameters, as on the way straight to a destination", 0.3, 0.0, -1.3),
        Weight("unsubscribe", "it is for unsubscribing or preferences", 0.0, 0.3, 0.8),
        Weight("click-report", "told of a click by the browser", 0.0, 0.0, 5.0),
        Weight("receipt-asked", "the message asks for a receipt"),
        Weight("nobody-asks", "nothing asks for it, neither on display nor on a click"),
    )
}
