"""The ways by which mail mentions a URL, as a table: what each is, and who would fetch it when.

Rows are facts about HTML, CSS, SVG, VML, header fields and attached documents, each with its source. No row says
whether a URL does harm. `fetch` is what a program does that blocks nothing: `display` asks as soon as the message (or
the attached document, once it is opened) is shown, `click` when its reader acts, `never` not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Fetch = Literal["display", "click", "never"]
#: How URLs stand in an attribute: one, a srcset, divided by spaces or commas, a refresh, CSS, or a document.
Shape = Literal["url", "srcset", "spaces", "commas", "refresh", "css", "document"]

_HTML = "WHATWG HTML "
_MSO = "MS-OI29500 and VML, W3C NOTE-VML-19980513"


@dataclass(frozen=True, slots=True)
class Vector:
    """One way; `id` is what JSON, logs and tests call it."""

    id: str
    what: str
    fetch: Fetch
    source: str


VECTORS: Final[dict[str, Vector]] = {
    row.id: row
    for row in (
        Vector("img-src", "image", "display", _HTML + "4.8.3"),
        Vector("img-srcset", "image for some screens", "display", _HTML + "4.8.4"),
        Vector("img-lowsrc", "low-resolution image", "display", "Netscape 2, obsolete in " + _HTML + "16.2"),
        Vector("img-dynsrc", "video in an image's place", "display", "Internet Explorer 2, " + _HTML + "16.2"),
        Vector("img-longdesc", "long description of an image", "click", _HTML + "16.2"),
        Vector("attribution-src", "attribution report asked for with an image", "display", "Attribution Reporting"),
        Vector("source-src", "audio or video of a choice", "display", _HTML + "4.8.2"),
        Vector("source-srcset", "image of a choice", "display", _HTML + "4.8.2"),
        Vector("input-src", "image as a button", "display", _HTML + "4.10.5.1.19"),
        Vector("input-src-idle", "image address on an input that is no image button", "never", _HTML + "4.10.5.1.19"),
        Vector("background", "background image as an attribute", "display", _HTML + "15.3.2 and 15.3.8"),
        Vector("video-src", "video", "display", _HTML + "4.8.8"),
        Vector("video-poster", "picture before a video plays", "display", _HTML + "4.8.8"),
        Vector("audio-src", "sound", "display", _HTML + "4.8.9"),
        Vector("track-src", "subtitles", "display", _HTML + "4.8.10"),
        Vector("bgsound-src", "sound behind a page", "display", "Internet Explorer 2, " + _HTML + "16.2"),
        Vector("iframe-src", "page in a frame", "display", _HTML + "4.8.5"),
        Vector("frame-src", "page in a frame set", "display", _HTML + "16.3.2"),
        Vector("layer-src", "page in a layer", "display", "Netscape 4, " + _HTML + "16.2"),
        Vector("portal-src", "page in a portal or fenced frame", "display", "WICG portals and fenced frames"),
        Vector("embed-src", "embedded content", "display", _HTML + "4.8.6"),
        Vector("object-data", "embedded object", "display", _HTML + "4.8.7"),
        Vector("object-code", "program of an object or applet", "display", "HTML 4.01 13.3 and 13.4"),
        Vector("param-value", "address given to an object", "display", _HTML + "16.2"),
        Vector("link-stylesheet", "style sheet", "display", _HTML + "4.6.7.22"),
        Vector("link-icon", "icon", "display", _HTML + "4.6.7.9"),
        Vector("link-preload", "content loaded ahead", "display", _HTML + "4.6.7.17 and 4.6.7.11"),
        Vector("link-prefetch", "content for later", "display", _HTML + "4.6.7.16"),
        Vector("link-dns-prefetch", "name looked up ahead", "display", _HTML + "4.6.7.5"),
        Vector("link-preconnect", "connection opened ahead", "display", _HTML + "4.6.7.15"),
        Vector("link-manifest", "application manifest", "display", _HTML + "4.6.7.10"),
        Vector("link-other", "related page", "never", _HTML + "4.6.7"),
        Vector("manifest", "application cache manifest", "display", "HTML 5.0 5.7"),
        Vector("meta-refresh", "page to move on to", "display", _HTML + "4.2.5.3"),
        Vector("base", "base of relative addresses", "never", _HTML + "4.2.3"),
        Vector("script-src", "script", "display", _HTML + "4.12.1"),
        Vector("xml-src", "data island", "display", "Internet Explorer 5"),
        Vector("form-action", "where a form is sent", "click", _HTML + "4.10.3 and 4.10.18.6"),
        Vector("a-href", "link", "click", _HTML + "4.6.2"),
        Vector("area-href", "link on part of an image", "click", _HTML + "4.8.13"),
        Vector("ping", "told of a click", "click", _HTML + "4.6.6"),
        Vector("cite", "source of a quotation or change", "never", _HTML + "4.4.4 and 4.7.1"),
        Vector("head-profile", "metadata profile", "never", _HTML + "16.2"),
        Vector("microdata", "name of a kind of thing", "never", _HTML + "5.2"),
        Vector("amp-src", "content of an AMP component", "display", "AMP for Email"),
        Vector("amp-xhr", "where an AMP form is sent", "click", "AMP for Email, amp-form"),
        Vector("svg-image", "image in a drawing", "display", "SVG 2 12.3"),
        Vector("svg-use", "other drawing used in a drawing", "display", "SVG 2 5.5"),
        Vector("svg-filter-image", "image in a filter", "display", "Filter Effects 1 9.12"),
        Vector("svg-script", "script of a drawing", "display", "SVG 2 14.2"),
        Vector("svg-a", "link in a drawing", "click", "SVG 2 16.2"),
        Vector("svg-href", "other thing that a drawing refers to", "display", "SVG 2 16.1"),
        Vector("math-href", "link in a formula", "click", "MathML 3 2.1.6"),
        Vector("vml-src", "image in a VML shape", "display", _MSO),
        Vector("vml-href", "link on a VML shape", "click", _MSO),
        Vector("css-url", "address in a style", "display", "css-values-4 4.5"),
        Vector("css-import", "style sheet imported by another", "display", "css-cascade-5 2"),
        Vector("css-image-set", "image of a choice in a style", "display", "css-images-4 2.4"),
        Vector("css-font", "font", "display", "css-fonts-4 4.3"),
        Vector("css-loader", "image of a filter", "display", "AlphaImageLoader, Internet Explorer 5.5"),
        Vector("css-namespace", "name of an XML language in a style sheet", "never", "css-namespaces-3 2"),
        Vector("css-text", "address in a style sheet's comment or string", "never", "css-syntax-3 4"),
        Vector("presentation-attribute", "address in a style attribute of a drawing", "display", "SVG 2 6.6"),
        Vector("html-text", "address in the text that programs link", "click", "Gmail, Apple Mail and others"),
        Vector("html-attribute", "address in an attribute that loads nothing", "never", _HTML + "3.2.6"),
        Vector("html-comment", "address in a comment", "never", _HTML + "13.1.6"),
        Vector("script-text", "address in a script or its data; mail programs run none", "never", _HTML + "4.12.1"),
        Vector("xml-stylesheet", "style sheet of an XML document", "display", "W3C xml-stylesheet"),
        Vector("text-url", "address in plain text", "click", "RFC 3986 appendix C"),
        Vector("list-unsubscribe", "way to unsubscribe", "click", "RFC 2369 3.2, RFC 8058"),
        Vector("list-field", "other address of a mailing list", "click", "RFC 2369 3, RFC 5064"),
        Vector("mdn", "receipt asked for on display", "display", "RFC 8098 2.1"),
        Vector("return-receipt", "receipt asked for, by an older field", "display", "RFC 2076 3.4"),
        Vector("delivery-receipt", "receipt asked of the mail server", "never", "RFC 2156 5.3.6, RFC 2076 3.4"),
        Vector("bimi", "sender's logo", "display", "draft-brand-indicators-for-message-identification"),
        Vector("face-url", "sender's picture", "display", "X-Image-URL, RFC 2076 and programs of its time"),
        Vector("openpgp-field", "where the sender's key is", "click", "draft-josefsson-openpgp-mailnews-header"),
        Vector("content-location", "address that a part had on the web", "never", "RFC 2557 4"),
        Vector("external-body", "content to be fetched instead of a part", "click", "RFC 2017 3, RFC 2046 5.2.3"),
        Vector("office-template", "template of a document, loaded as it opens", "display",
               "ECMA-376 part 1, 15.2.5 and 17.15.1.6"),
        Vector("office-image", "linked image of a document", "display", "ECMA-376 part 1, 15.2.14"),
        Vector("office-link", "link in a document", "click", "ECMA-376 part 1, 15.3.1"),
        Vector("office-object", "linked object of a document", "display", "ECMA-376 part 1, 15.2.10 and 15.2.11"),
        Vector("office-workbook", "other workbook that a workbook takes values from", "display",
               "ECMA-376 part 1, 12.3.9"),
        Vector("office-frame", "document shown in a document", "display", "ECMA-376 part 1, 11.5 and 17.15.2"),
        Vector("office-media", "sound or film of a document", "click", "ECMA-376 part 1, 15.2.2 and 15.2.17"),
        Vector("office-data", "where a document takes its data from", "click", "ECMA-376 part 1, 11.4 and 18.13"),
        Vector("office-other", "other thing outside that a document names", "display", "ECMA-376 part 2, 9.3"),
        Vector("pdf-uri", "link or action of a PDF file", "click", "ISO 32000-1 12.6.4.7"),
        Vector("pdf-launch", "file or program that a PDF file starts", "click", "ISO 32000-1 12.6.4.5"),
        Vector("pdf-goto", "other file that a PDF file moves to", "click",
               "ISO 32000-1 12.6.4.3, 12.6.4.4 and 12.6.4.6"),
        Vector("pdf-submit", "where a PDF form is sent", "click", "ISO 32000-1 12.7.5.2"),
        Vector("pdf-import", "data that a PDF form takes in", "click", "ISO 32000-1 12.7.5.4"),
        Vector("pdf-file", "content of a PDF file that stands elsewhere", "display", "ISO 32000-1 7.11.5"),
        Vector("pdf-script", "address in a script of a PDF file", "click", "ISO 32000-1 12.6.4.16"),
        Vector("calendar-attach", "document attached to an event by its address", "click", "RFC 5545 3.8.1.1"),
        Vector("calendar-url", "page of an event", "click", "RFC 5545 3.8.4.6"),
        Vector("calendar-image", "picture of an event", "display", "RFC 7986 5.10"),
        Vector("calendar-conference", "where a call takes place", "click", "RFC 7986 5.11"),
        Vector("calendar-source", "where a calendar is refreshed from", "display", "RFC 7986 5.8"),
        Vector("calendar-altrep", "other form of a text of an event", "click", "RFC 5545 3.2.1 and 3.2.6"),
        Vector("header-url", "address in another header field", "never", "RFC 5322 3.6.8"),
    )
}  # fmt: skip


#: Which programs fetch what loads on display, where today's browsers do not; all other rows are proven in one
#: (tests/live/test_vectors.py).
FETCHED_BY: Final[dict[str, str]] = {
    "img-lowsrc": "Netscape, Internet Explorer",
    "img-dynsrc": "Internet Explorer",
    "attribution-src": "Chromium where Attribution Reporting is on",
    "bgsound-src": "Internet Explorer",
    "layer-src": "Netscape 4",
    "portal-src": "Chromium where portals or fenced frames are on",
    "object-code": "browsers with plugins",
    "param-value": "browsers with plugins",
    "link-icon": "browsers with a window",
    "link-dns-prefetch": "browsers, by a question to the name server",
    "link-preconnect": "browsers, by a connection without a request",
    "link-manifest": "browsers that offer to install",
    "manifest": "browsers before 2021",
    "xml-src": "Internet Explorer",
    "amp-src": "Gmail and other programs that show AMP",
    "svg-href": "programs that draw SVG with parts of other files",
    "vml-src": "Outlook for Windows",
    "css-loader": "Internet Explorer",
    "office-template": "word processors, once the attachment is opened",
    "office-image": "office programs, once the attachment is opened",
    "office-object": "office programs, once the attachment is opened",
    "office-workbook": "spreadsheet programs, once the attachment is opened",
    "office-frame": "word processors, once the attachment is opened",
    "office-other": "office programs, once the attachment is opened",
    "pdf-file": "PDF readers, once the attachment is opened",
    "calendar-image": "calendar programs",
    "calendar-source": "calendar programs",
    "mdn": "mail programs",
    "return-receipt": "mail programs",
    "bimi": "mail providers",
    "face-url": "mail programs of its time",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What the URLs of one attribute are."""

    vector: str
    shape: Shape = "url"


#: By attribute, then by element ("*" any other HTML element).
PLACES: Final[dict[str, dict[str, Place]]] = {
    "src": {
        "img": Place("img-src"),
        "source": Place("source-src"),
        "input": Place("input-src"),
        "video": Place("video-src"),
        "audio": Place("audio-src"),
        "track": Place("track-src"),
        "bgsound": Place("bgsound-src"),
        "iframe": Place("iframe-src"),
        "frame": Place("frame-src"),
        "layer": Place("layer-src"),
        "ilayer": Place("layer-src"),
        "portal": Place("portal-src"),
        "fencedframe": Place("portal-src"),
        "embed": Place("embed-src"),
        "script": Place("script-src"),
        "xml": Place("xml-src"),
        "svg:script": Place("svg-script"),
    },
    "srcset": {"img": Place("img-srcset", "srcset"), "source": Place("source-srcset", "srcset")},
    "imagesrcset": {"link": Place("link-preload", "srcset")},
    "lowsrc": {"*": Place("img-lowsrc")},
    "dynsrc": {"*": Place("img-dynsrc")},
    "longdesc": {"*": Place("img-longdesc")},
    "attributionsrc": {"*": Place("attribution-src", "spaces")},
    "background": {"*": Place("background")},
    "poster": {"video": Place("video-poster")},
    "srcdoc": {"iframe": Place("iframe-src", "document")},
    "data": {"object": Place("object-data")},
    "classid": {"object": Place("object-code")},
    "codebase": {"object": Place("object-code"), "applet": Place("object-code")},
    "archive": {"object": Place("object-code", "spaces"), "applet": Place("object-code", "commas")},
    "code": {"applet": Place("object-code")},
    "object": {"applet": Place("object-code")},
    "value": {"param": Place("param-value")},
    "manifest": {"html": Place("manifest")},
    "action": {"form": Place("form-action"), "isindex": Place("form-action")},
    "formaction": {"*": Place("form-action")},
    "action-xhr": {"form": Place("amp-xhr")},
    "href": {
        "a": Place("a-href"),
        "area": Place("area-href"),
        "link": Place("link-other"),
        "base": Place("base"),
        "svg:a": Place("svg-a"),
        "svg:image": Place("svg-image"),
        "svg:use": Place("svg-use"),
        "svg:feimage": Place("svg-filter-image"),
        "svg:script": Place("svg-script"),
        "svg:*": Place("svg-href"),
        "math:*": Place("math-href"),
    },
    "ping": {"a": Place("ping", "spaces"), "area": Place("ping", "spaces")},
    "cite": {"*": Place("cite")},
    "profile": {"head": Place("head-profile", "spaces")},
    "itemtype": {"*": Place("microdata", "spaces")},
    "itemid": {"*": Place("microdata")},
    "content": {"meta": Place("meta-refresh", "refresh")},
    "style": {"*": Place("css-url", "css"), "svg:*": Place("css-url", "css"), "math:*": Place("css-url", "css")},
}
PLACES["xlink:href"] = {name: place for name, place in PLACES["href"].items() if ":" in name}
#: Attributes that are styles in a drawing (SVG 2 6.6) and may hold url().
for _name in (
    "clip-path", "color-profile", "cursor", "fill", "filter", "marker", "marker-end", "marker-mid", "marker-start",
    "mask", "stroke",
):  # fmt: skip
    PLACES[_name] = {"svg:*": Place("presentation-attribute", "css")}
#: In VML, by attribute; shapes are links by `href`, everything else is loaded.
VML_PLACES: Final = {
    "src": Place("vml-src"),
    "o:href": Place("vml-src"),
    "href": Place("vml-href"),
    "style": Place("css-url", "css"),
}
AMP_PLACES: Final = {"src": Place("amp-src"), "srcset": Place("amp-src", "srcset"), "poster": Place("amp-src")}
#: What a `rel` word makes a browser do with a `<link>`; the first word that is here wins.
RELATIONS: Final = {
    "stylesheet": "link-stylesheet",
    "icon": "link-icon",
    "apple-touch-icon": "link-icon",
    "apple-touch-icon-precomposed": "link-icon",
    "mask-icon": "link-icon",
    "preload": "link-preload",
    "modulepreload": "link-preload",
    "prefetch": "link-prefetch",
    "prerender": "link-prefetch",
    "subresource": "link-preload",
    "import": "link-preload",
    "dns-prefetch": "link-dns-prefetch",
    "preconnect": "link-preconnect",
    "manifest": "link-manifest",
}
#: Names of `<param>` whose value an object loads.
LOADING_PARAMETERS: Final = frozenset(
    {"movie", "src", "url", "filename", "data", "code", "codebase", "archive", "href"}
)
#: Header fields that hold URLs or ask for receipts, by lower-case name.
FIELDS: Final = {
    "list-unsubscribe": "list-unsubscribe",
    "list-subscribe": "list-field",
    "list-help": "list-field",
    "list-post": "list-field",
    "list-owner": "list-field",
    "list-archive": "list-field",
    "list-url": "list-field",
    "archived-at": "list-field",
    "disposition-notification-to": "mdn",
    "x-confirm-reading-to": "return-receipt",
    "return-receipt-to": "return-receipt",
    "return-receipt-requested": "return-receipt",
    "read-receipt-to": "return-receipt",
    "registered-mail-reply-requested-by": "return-receipt",
    "x-pmrqc": "return-receipt",
    "generate-delivery-report": "delivery-receipt",
    "notice-requested-upon-delivery-to": "delivery-receipt",
    "delivery-receipt-to": "delivery-receipt",
    "bimi-location": "bimi",
    "x-image-url": "face-url",
    "x-face-url": "face-url",
    "openpgp": "openpgp-field",
    "content-location": "content-location",
    "content-base": "content-location",
}
#: Vectors whose field names an address, not a URL.
RECEIPTS: Final = frozenset({"mdn", "return-receipt", "delivery-receipt"})
#: Schemes by which showing a message asks another machine; `file:` does where it names a host.
NETWORK_SCHEMES: Final = frozenset({"http", "https", "ftp", "ws", "wss", "file"})
#: Schemes that stay inside the message or the program, also when clicked: nobody hears of them.
SILENT_SCHEMES: Final = frozenset({"about", "blob", "cid", "clsid", "data", "java", "javascript", "mid", "vbscript"})
#: What only elements with one of these attributes can mention; a style without a bracket has no URL.
SELECTOR: Final = ",".join(f"[{name}]".replace(":", "\\:") for name in PLACES if name != "style") + ',[style*="("]'


def find_place(namespace: str, tag: str, attribute: str) -> Place | None:
    """What the URLs in that attribute of that element are; None where it holds none."""
    if ":" in tag and namespace == "html":
        return VML_PLACES.get(attribute)
    rows = PLACES.get(attribute)
    if tag.startswith("amp-") and attribute in AMP_PLACES:
        return AMP_PLACES[attribute]
    if rows is None:
        return None
    if namespace == "html":
        return rows.get(tag) or rows.get("*")
    return rows.get(f"{namespace}:{tag}") or rows.get(f"{namespace}:*")
