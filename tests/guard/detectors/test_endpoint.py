"""Known endpoints: the row that fits is named with its source, and a redirector with where it leads."""

from __future__ import annotations

from overt.guard import load_rules
from overt.guard.detectors.endpoint import look_at_endpoint
from tests.guard.detectors.cases import TOKEN, case_of, kinds


def test_a_rule_that_fits_is_told_with_its_vendor_and_source() -> None:
    html = f'<img src="https://u1.ct.sendgrid.net/wf/open?upn={TOKEN}">'
    (evidence,) = look_at_endpoint(case_of(html, "upn", rules=load_rules()))
    assert evidence.kind == "known-beacon"
    assert evidence.because.startswith("SendGrid: ")
    assert "sendgrid.com" in evidence.because


def test_without_rules_no_endpoint_and_no_redirector_is_known() -> None:
    html = f'<img src="https://u1.ct.sendgrid.net/wf/open?upn={TOKEN}"><a href="https://l.facebook.com/l.php?u=https://a.example/">x</a>'
    assert not kinds(look_at_endpoint, case_of(html, "upn"))
    assert not kinds(look_at_endpoint, case_of(html, "l.php"))


def test_a_redirector_says_where_it_leads_or_who_knows() -> None:
    html = '<a href="https://l.facebook.com/l.php?u=https%3A%2F%2Fa.example%2F">x</a><a href="https://c.gle/abc">y</a>'
    (leads,) = look_at_endpoint(case_of(html, "l.php", rules=load_rules()))
    (sealed,) = look_at_endpoint(case_of(html, "c.gle", rules=load_rules()))
    assert (leads.kind, sealed.kind) == ("known-redirector", "known-redirector")
    assert "https://a.example/" in leads.because
    assert "known only to Google" in sealed.because
