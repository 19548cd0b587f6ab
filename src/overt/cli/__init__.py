"""The command line: settings, wiring, and one file a command."""
