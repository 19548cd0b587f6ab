"""The command `overt`: finds the subcommand, and turns whatever went wrong into one sentence and an exit code.

Exit codes: 0 done; 1 done in part, or something was found; 2 the command line, the settings or the input is wrong;
75 try again later (EX_TEMPFAIL of sysexits.h, which mail programs understand). Subcommands are imported when they are
asked for, so that `overt instrument` in a pipe starts fast and what carries traffic loads no analytics.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from cyclopts import App
from cyclopts.exceptions import CycloptsError

from overt import __version__
from overt.errors import OvertError, Unavailable

DONE, PARTLY, WRONG, LATER = 0, 1, 2, 75
INTERRUPTED, UNHEARD = 130, 141  # what a shell reports for SIGINT and SIGPIPE
PASSING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM})

# name, where it is, one line of help (written here so that `overt --help` need not import them all)
COMMANDS: tuple[tuple[str, str, str], ...] = (
    ("init", "overt.cli.init:init", "Ask a handful of questions and write the settings."),
    ("up", "overt.cli.up:up", "Run relay, collector and delivery in one process."),
    ("doctor", "overt.cli.doctor:doctor", "Check the whole set-up, and say how to mend what is wrong."),
    ("pages", "overt.cli.pages:pages", "Run the recipients' pages alone: see, change, unsubscribe."),
    ("send", "overt.cli.send:send", "Send a message to everybody in a CSV file, through the relay."),
    ("report", "overt.cli.report:report", "Show opens and clicks: when, where, how often, how sure."),
    ("watch", "overt.cli.watch:watch", "Show hits as they come in."),
    ("dashboard", "overt.cli.dashboard:dashboard", "Run the dashboard: campaigns, people, what comes in."),
    ("account", "overt.cli.account:app", "Say who may log in at the dashboard, and make keys for the API."),
    ("classify", "overt.cli.classify:classify", "Say of each hit who stood behind it: people or machines."),
    ("update", "overt.cli.update:update", "Fetch Apple's list of addresses, by which its prefetch is told surely."),
    ("compact", "overt.cli.compaction:compact", "Move finished hits into Parquet files now."),
    ("backup", "overt.cli.backup:app", "Keep the data folder in one file, check such a file, go back to it."),
    ("instrument", "overt.cli.instrument:instrument_command", "Instrument one message from stdin to stdout."),
    ("scan", "overt.cli.scan:scan", "Find everything in mail that reports back."),
    ("explain", "overt.cli.explain:explain_command", "Explain what one message reports back, finding by finding."),
    ("clean", "overt.cli.clean:clean", "Take out of mail what reports back."),
    ("restore", "overt.cli.clean:restore_command", "Undo overt clean."),
    ("unwrap", "overt.cli.unwrap:unwrap_command", "Show where links lead, without visiting them."),
    ("diff", "overt.cli.difference:diff_command", "Show what tells two copies of a mailing apart."),
    ("rules", "overt.cli.rules:app", "List and test what is known of endpoints, and add lists of your own."),
    ("consent", "overt.cli.consent:app", "Record grants and withdrawals, and show what stands."),
    ("about", "overt.cli.about:about", "Write everything that is recorded about a recipient, for access requests."),
    ("erase", "overt.cli.erase:erase", "Erase everything that names a recipient."),
    ("compare", "overt.cli.compare:compare", "Compare the subjects or contents of a campaign, safe to look at early."),
    ("when", "overt.cli.when:when", "Show at what times messages were sent, and how many were clicked."),
    ("engagement", "overt.cli.engagement:engagement", "Show who is most engaged and who has gone quiet."),
    ("export", "overt.cli.export:export", "Write a table of recipients: each sending, or each visit."),
    ("segment", "overt.cli.segment:app", "Put recipients together by what they did, for other programs."),
    ("quiet", "overt.cli.quiet:quiet", "Show who has not opened for long, of those whose last day is kept."),
    ("suppression", "overt.cli.suppression:app", "See who unsubscribed: list, add, lift."),
    ("returned", "overt.cli.returned:returned", "Read delivery reports and complaints that came back."),
    ("policy", "overt.cli.policy:policy", "Write the section on measuring for your privacy notice."),
    ("queue", "overt.cli.queue:app", "See and steer what waits to be delivered: list, show, retry, drop."),
    ("webhook", "overt.cli.webhook:app", "Tell other programs of hits as they come: add, list, test, replay."),
    ("password", "overt.cli.password:password", "Print the hash of a password, for relay.users."),
    ("keys", "overt.cli.keys:app", "Make, rotate and list the keys that sign beacons and links."),
)

app = App(
    name="overt",
    version=__version__,
    help="Email tracking, in the open: measure what recipients allow, and say so to them.",
    help_epilogue="Settings come from overt.toml here, --settings or OVERT_SETTINGS, and variables OVERT_...",
)
for _name, _where, _help in COMMANDS:
    app.command(_where, name=_name, help=_help)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (without the program's name); returns the exit code."""
    try:
        result = app(
            list(sys.argv[1:] if arguments is None else arguments),
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
        sys.stdout.flush()
    except CycloptsError as error:
        return _say(f"{error} Try: overt --help", WRONG)
    except OvertError as error:
        return _say(str(error), LATER if isinstance(error, Unavailable) else WRONG)
    except ImportError as error:
        missing = _missing_module(error)
        if not missing or missing.startswith("overt"):
            raise
        return _say(f"This needs {missing}, which is not installed. Run: pip install 'overt[all]'", WRONG)
    except BrokenPipeError:  # whoever read our output reads no more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNHEARD
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        if error.errno in PASSING:
            return _say(f"{where}{error.strerror}. Try again when that has passed.", LATER)
        return _say(f"{where}{error.strerror or error}. Check the path and its permissions.", WRONG)
    except KeyboardInterrupt:
        return _say("interrupted.", INTERRUPTED)
    return result if isinstance(result, int) else DONE


def _missing_module(error: BaseException | None) -> str:
    """The module that is not there, also where the import of a command wraps the error."""
    while error is not None and not isinstance(error, ModuleNotFoundError):
        error = error.__cause__
    return (error.name or "") if error is not None else ""


def _say(sentence: str, code: int) -> int:
    print(f"overt: {sentence}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
