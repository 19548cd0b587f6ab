"""What common mail programs load by themselves, with the settings they come with, and how to switch that off.

Rows are what vendors document (the source stands in each); settings of one reader may differ. What a program was not
going to load is never called blocked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

#: `itself`: the program asks the sender's server. `proxy`: the provider's servers ask, when the message is shown.
#: `ahead`: servers ask before anybody reads. `asks`: nothing is loaded until the reader says so.
Loading = Literal["itself", "proxy", "ahead", "asks"]


@dataclass(frozen=True, slots=True)
class Program:
    """One program as it comes. `strips`: it takes out beacons that it knows. `off` tells a reader where to go."""

    id: str
    name: str
    loading: Loading
    strips: bool
    off: str
    source: str

    @property
    def loads(self) -> bool:
        """Whether remote content is fetched without a word of the reader."""
        return self.loading != "asks"


PROGRAMS: Final[dict[str, Program]] = {
    row.id: row
    for row in (
        Program(
            "gmail", "Gmail", "proxy", False,
            "Settings, See all settings, General, Images: Ask before displaying external images.",
            "support.google.com/mail/answer/145919",
        ),
        Program(
            "apple-mail", "Apple Mail", "ahead", False,
            "Settings, Privacy: Protect Mail Activity hides when and where you read; to load nothing, switch it off "
            "and switch Block All Remote Content on.",
            "support.apple.com/guide/mail/mlhl03be2866",
        ),
        Program(
            "outlook", "Outlook for Windows", "asks", False,
            "File, Options, Trust Center, Automatic Download: Don't download pictures automatically is on already.",
            "support.microsoft.com, Block or unblock automatic picture downloads in email messages",
        ),
        Program(
            "outlook-web", "Outlook on the web, new Outlook", "proxy", False,
            "Settings, General, Privacy and data, External images: let the Outlook service load them, or be asked.",
            "support.microsoft.com, Change your privacy settings in Outlook",
        ),
        Program(
            "thunderbird", "Thunderbird", "asks", False,
            "Settings, Privacy & Security, Mail Content: Allow remote content in messages is off as it comes.",
            "support.mozilla.org/kb/remote-content-in-messages",
        ),
        Program(
            "yahoo", "Yahoo Mail", "proxy", False,
            "Settings, More settings, Viewing email, Show images in messages: Ask before showing external images.",
            "help.yahoo.com/kb/SLN5049.html",
        ),
        Program(
            "proton", "Proton Mail", "proxy", True,
            "Settings, Email privacy: switch Auto show remote images off; Block email tracking is on already.",
            "proton.me/support/email-tracker-protection",
        ),
        Program(
            "fairemail", "FairEmail", "asks", True,
            "Settings, Privacy: Show images automatically is off already, Recognize and disable tracking images is on.",
            "github.com/M66B/FairEmail FAQ 159",
        ),
        Program(
            "thunderbird-android", "Thunderbird for Android, K-9 Mail", "asks", False,
            "Account settings, Reading mail, Always show images: No, as it comes.",
            "docs.k9mail.app, account settings",
        ),
        Program(
            "roundcube", "Roundcube", "asks", False,
            "Settings, Preferences, Displaying messages, Allow remote resources: never, as it comes.",
            "roundcubemail config/defaults.inc.php, show_images = 0",
        ),
    )
}  # fmt: skip

#: What helps beyond the programs' own settings.
ADD_ONS: Final[tuple[str, ...]] = (
    "Webmail in a browser: an add-on such as Trocker or Ugly Email names senders' beacons in Gmail, Outlook and Yahoo.",
    "A forwarding address, such as those of Firefox Relay or DuckDuckGo, takes out beacons of hosts that it knows.",
    "On your own mail server, overt clean can stand before delivery, so that every program gets the cleaned message.",
)


def would_load(program: Program, kind: str, fetch: str) -> bool:
    """Whether that program, as it comes, fetches a reference of that class by itself."""
    if fetch != "display" or not program.loads or kind == "receipt":
        return False
    return not (program.strips and kind == "beacon")
