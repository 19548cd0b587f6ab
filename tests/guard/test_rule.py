"""Which URLs a rule means, by the examples of Adblock Plus's documents, and which of several rules wins."""

from __future__ import annotations

import pytest

from overt.guard.rule import Limits, Rule, RuleSet


def rule(pattern: str, name: str = "a", *, allows: bool = False, limits: Limits | None = None) -> Rule:
    return Rule(name, "", "list", pattern, "test", "test", allows, limits or Limits())


def fits(pattern: str, url: str) -> bool:
    return RuleSet([rule(pattern)], "1").match(url) is not None


@pytest.mark.parametrize(
    ("pattern", "url", "meant"),
    [
        # help.eyeo.com, "How to write filters"
        ("/banner/*/img^", "http://example.com/banner/foo/img", True),
        ("/banner/*/img^", "http://example.com/banner/foo/bar/img?param", True),
        ("/banner/*/img^", "http://example.com/banner//img/foo", True),
        ("/banner/*/img^", "http://example.com/banner/img", False),
        ("/banner/*/img^", "http://example.com/banner/foo/imgraph", False),
        ("/banner/*/img^", "http://example.com/banner/foo/img.gif", False),
        ("||ads.example.com^", "http://ads.example.com/foo.gif", True),
        ("||ads.example.com^", "http://server1.ads.example.com/foo.gif", True),
        ("||ads.example.com^", "https://ads.example.com:8000/", True),
        ("||ads.example.com^", "http://ads.example.com.ua/foo.gif", False),
        ("||ads.example.com^", "http://example.com/redirect/http://ads.example.com/", False),
        ("|http://example.com/|", "http://example.com/", True),
        ("|http://example.com/|", "http://example.com/foo.gif", False),
        ("|http://example.com/|", "http://example.info/redirect/http://example.com/", False),
        ("swf|", "http://example.com/annoyingflash.swf", True),
        ("swf|", "http://example.com/swf/index.html", False),
        ("|http://baddomain.example/", "http://gooddomain.example/analyze?http://baddomain.example", False),
        ("^example.com^", "http://example.com:8000/foo.bar?a=12&b=%D1%82%D0%B5%D1%81%D1%82", True),
        ("^foo.bar^", "http://example.com:8000/foo.bar?a=12&b=%D1%82%D0%B5%D1%81%D1%82", True),
        ("||a.example/OPEN", "https://a.example/open?x", True),
        ("||a.example^", "https://user@a.example/x", True),
        ("||a.example^", "https://a.example@b.example/x", False),
        ("||a.example^", "https://a.example?x", True),
    ],
)
def test_patterns_mean_what_adblock_says(pattern: str, url: str, meant: bool) -> None:
    assert fits(pattern, url) is meant


def test_the_first_of_several_wins_and_an_exception_beats_all() -> None:
    first, second = rule("||a.example^", "first"), rule("/open/", "second")
    found = RuleSet([first, second], "1").match("https://a.example/open/1")
    assert found == first
    exception = rule("||a.example/open/fine", "fine", allows=True)
    assert RuleSet([first, second, exception], "1").match("https://a.example/open/fine") is None


def test_limits_ask_what_is_loaded_and_by_whom() -> None:
    third = rule("||a.example^", limits=Limits(frozenset({"image"}), frozenset(), True))
    rules = RuleSet([third], "1")
    assert rules.match("https://a.example/x", resource="image", site="b.example") == third
    assert rules.match("https://a.example/x", resource="script", site="b.example") is None
    assert rules.match("https://a.example/x", resource="image", site="mail.a.example") is None
    sites = RuleSet([rule("||a.example^", limits=Limits(sites=("b.example",), not_sites=("c.b.example",)))], "1")
    assert sites.match("https://a.example/x", site="d.b.example") is not None
    assert sites.match("https://a.example/x", site="c.b.example") is None
    assert sites.match("https://a.example/x", site="e.example") is None


def test_two_sets_are_one_with_the_first_ones_rules_before() -> None:
    both = RuleSet([rule("||a.example^", "one")], "1") + RuleSet([rule("||a.example^", "two")], "2")
    found = both.match("https://a.example/")
    assert found is not None
    assert found.id == "one"
    assert (len(both), both.version) == (2, "1+2")


def test_a_pattern_of_stars_against_a_long_url_is_quick() -> None:
    rules = RuleSet([rule("a*a*a*a*a*a*a*a*a*b|"), rule("||a.example^*a*a*a*a*b")], "1")
    assert rules.match("https://a.example/" + "a" * 1_000_000) is None
