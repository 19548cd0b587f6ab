"""The recipient's end: decisions over a message, no I/O. What reports back, how sure we are, and what takes it out."""

from overt.guard.finding import CLASSES, Class, Evidence, Finding, Leak
from overt.guard.parameter import Parameter, ParameterSet, parameters, read_parameters, strip_parameters
from overt.guard.redirect import Hop, Unwrapped, unwrap
from overt.guard.redirector import Redirector, RedirectorSet, read_redirectors, redirectors

__all__ = [
    "CLASSES",
    "Class",
    "Evidence",
    "Finding",
    "Hop",
    "Leak",
    "Parameter",
    "ParameterSet",
    "Redirector",
    "RedirectorSet",
    "Unwrapped",
    "parameters",
    "read_parameters",
    "read_redirectors",
    "redirectors",
    "strip_parameters",
    "unwrap",
]
