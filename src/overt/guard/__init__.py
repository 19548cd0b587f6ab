"""The recipient's end: decisions over a message, no I/O. What reports back, how sure we are, and what takes it out."""

from overt.guard.clean import Cleaned, Keep, clean, straighten
from overt.guard.detect import detect
from overt.guard.differ import Difference, Distinction, diff, diff_many
from overt.guard.finding import CLASSES, Class, Evidence, Finding, Leak
from overt.guard.leak import find_leaks
from overt.guard.leakindex import LeakIndex, build_leak_index
from overt.guard.parameter import Parameter, ParameterSet, parameters, read_parameters, strip_parameters
from overt.guard.phishing import Signal, find_signals
from overt.guard.policy import Action, Policy
from overt.guard.proof import proof_of, verify_leak
from overt.guard.recipient import find_recipients
from overt.guard.redirect import Hop, Unwrapped, unwrap
from overt.guard.redirector import Redirector, RedirectorSet, read_redirectors, redirectors
from overt.guard.restore import restore
from overt.guard.rule import Rule, RuleSet
from overt.guard.rulefile import Mistake, RuleFile, load_rules, read_adblock, read_table

__all__ = [
    "CLASSES",
    "Action",
    "Class",
    "Cleaned",
    "Difference",
    "Distinction",
    "Evidence",
    "Finding",
    "Hop",
    "Keep",
    "Leak",
    "LeakIndex",
    "Mistake",
    "Parameter",
    "ParameterSet",
    "Policy",
    "Redirector",
    "RedirectorSet",
    "Rule",
    "RuleFile",
    "RuleSet",
    "Signal",
    "Unwrapped",
    "build_leak_index",
    "clean",
    "detect",
    "diff",
    "diff_many",
    "find_leaks",
    "find_recipients",
    "find_signals",
    "load_rules",
    "parameters",
    "proof_of",
    "read_adblock",
    "read_parameters",
    "read_redirectors",
    "read_table",
    "redirectors",
    "restore",
    "straighten",
    "strip_parameters",
    "unwrap",
    "verify_leak",
]
