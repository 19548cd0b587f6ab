"""What is killed here is run by its command line, in an empty folder, like what `tests/cli` runs."""

from tests.cli.conftest import folder

__all__ = ["folder"]
