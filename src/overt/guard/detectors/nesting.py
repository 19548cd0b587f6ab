"""Whether another URL stands inside this one, what parameters of campaigns it carries, and what asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from overt.guard.case import Case, domain_of
from overt.guard.finding import Evidence

_NESTED: Final = re.compile(r"https?(?::|%3a|%253a)(?:/|%2f|%252f)+(?:www\.)?([a-z0-9.-]+)", re.IGNORECASE)
_LOOKED_AT: Final = 4000  # characters
#: A URL is handed over to be shared, saved, validated or returned to: the way there is nobody's redirect.
_HANDED_OVER: Final = re.compile(
    r"sharer?(?:\.php|/|\b)|/intent/|/submit\b|/pin/create|login|signin|sign-in|/auth|oauth|return(?:_?to|url)?=|continue="
    r"|next=|callback=|/send\?|translate|/search|cache:|web\.archive\.org|validator",
    re.IGNORECASE,
)
CAMPAIGN: Final = re.compile(
    r"[?&;](utm_\w+|mtm_\w+|pk_\w+|piwik_\w+|cmpid|cmp|campaign|campaign_?id|camp|icid|cm_mmc|cm_ven|wt\.mc_id|wt_mc|mc_cid"
    r"|trk_\w+|hsa_\w+|at_medium|at_campaign|xtor|ns_campaign|ns_mchannel|ito|ref_src|sc_cid|s_cid)=",
    re.IGNORECASE,
)
#: Parameters whose values name a recipient, by their makers' documents; the removal of parameters has its own table.
IDENTIFYING: Final = re.compile(
    r"[?&;](mc_eid|_hsenc|mkt_tok|vero_id|_ke|_kx|oly_enc_id|oly_anon_id|rb_clickid|ml_subscriber(?:_hash)?|bsft_(?:uid|eid|clkid)"
    r"|elqtrackid|elq|ck_subscriber_id|wickedid|trk_contact|dm_i|subscriber_?id|recipient_?id|contact_?id|email_?hash)=([^&#]{4,})",
    re.IGNORECASE,
)


def look_at_nesting(case: Case) -> Iterator[Evidence]:
    """URLs inside the URL, and parameters known by name."""
    anatomy = case.anatomy
    url = anatomy.url[:_LOOKED_AT]
    if case.reference.vector == "ping":
        yield Evidence("click-report", "the browser tells it of a click")
    if "?" not in url and "%" not in url and url.find("http", 8) < 0:
        return
    nested = _NESTED.search(url, anatomy.path_start)
    if nested is not None:
        inner = domain_of(nested[1].strip(".").lower())
        if inner is not None and inner != domain_of(anatomy.host):
            handed = _HANDED_OVER.search(url, anatomy.host_start, nested.start())
            kind = "share-link" if handed else "nested-url"
            yield Evidence(kind, f"a URL of {inner} stands inside it", nested.start(), nested.end())
    found = IDENTIFYING.search(url, anatomy.query_start)
    if found is not None:
        yield Evidence("person-parameter", f"{found[1]} names a recipient", found.start(2), found.end(2))
    campaign = CAMPAIGN.search(url, anatomy.query_start)
    if campaign is not None:
        yield Evidence("campaign-parameter", f"{campaign[1]} names a campaign", campaign.start(1), campaign.end(1))
