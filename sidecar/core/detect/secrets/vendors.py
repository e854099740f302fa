"""Credentials that look like anything: only the vendor's name before them tells.

Strategy: a table of vendor, name in the text, and the shape that the vendor documents.
"""

from sidecar.core.detect.forms import named

_HEX32 = "[0-9a-f]{32}"
_UUID = "[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"

_SHAPES: tuple[tuple[str, str, str], ...] = (
    ("adafruit", "adafruit", "[A-Za-z0-9_-]{32}"),
    ("adobe", "adobe", _HEX32),
    ("airtable", "airtable", "[A-Za-z0-9]{17}"),
    ("algolia", "algolia", "[a-z0-9]{32}"),
    ("asana", "asana", "[0-9]{16}|[A-Za-z0-9]{32}"),
    ("beamer", "beamer", "b_[A-Za-z0-9=_-]{44}"),
    ("bittrex", "bittrex", "[A-Za-z0-9]{32}"),
    ("coinbase", "coinbase", "[A-Za-z0-9_-]{64}"),
    ("contentful", "contentful", "[A-Za-z0-9=_-]{43}"),
    ("discord", "discord", "[0-9a-f]{64}|[0-9]{18}|[A-Za-z0-9=_-]{32}"),
    ("dropbox", "dropbox", "[A-Za-z0-9]{15}|[A-Za-z0-9_-]{11}AAAAAAAAAA[A-Za-z0-9_=-]{43}"),
    ("etsy", "etsy", "[A-Za-z0-9]{24}"),
    ("facebook", "facebook", _HEX32),
    ("finicity", "finicity", "[0-9a-f]{32}|[A-Za-z0-9]{20}"),
    ("finnhub", "finnhub", "[A-Za-z0-9]{20}"),
    ("flickr", "flickr", "[a-z0-9]{32}"),
    ("freshbooks", "freshbooks", "[a-z0-9]{64}"),
    ("freemius", "freemius", "sk_[A-Za-z0-9]{29}"),
    ("gitter", "gitter", "[A-Za-z0-9_-]{40}"),
    ("heroku", "heroku", _UUID),
    ("hubspot", "hubspot", _UUID),
    ("intercom", "intercom", "[A-Za-z0-9=_-]{60}"),
    ("kraken", "kraken", "[A-Za-z0-9/=_+-]{80,90}"),
    ("kucoin", "kucoin", "[0-9a-f]{24}|" + _UUID),
    ("linear", "linear", _HEX32),
    ("linkedin", "linked[_-]?in", "[A-Za-z0-9]{14}|[A-Za-z0-9]{16}"),
    ("looker", "looker", "[A-Za-z0-9]{20}|[A-Za-z0-9]{24}"),
    ("mattermost", "mattermost", "[a-z0-9]{26}"),
    ("messagebird", "message[_-]?bird", "[a-z0-9]{25}|" + _UUID),
    ("meraki", "meraki", "[0-9a-f]{40}"),
    ("newyorktimes", "nytimes|new-york-times|newyorktimes", "[A-Za-z0-9=_-]{32}"),
    ("okta", "okta", "00[A-Za-z0-9=_-]{40}"),
    ("plaid", "plaid", "[A-Za-z0-9]{24}|[A-Za-z0-9]{30}"),
    ("privateai", "private[_-]?ai", "[a-z0-9]{32}"),
    ("rapidapi", "rapid[_-]?api", "[A-Za-z0-9_-]{50}"),
    ("sendbird", "sendbird", "[0-9a-f]{40}|" + _UUID),
    ("squarespace", "squarespace", _UUID),
    ("trello", "trello", "[0-9a-f]{32}|[0-9a-f]{64}"),
    ("twilio", "twilio", _HEX32),
    ("twitch", "twitch(?:[_-]client)?", "[a-z0-9]{30}"),
    (
        "twitter",
        "twitter",
        "[A-Za-z0-9]{25}|[A-Za-z0-9]{35}|[A-Za-z0-9]{45}|[A-Za-z0-9]{50}|[0-9]{15,25}-[A-Za-z0-9]{20,40}",
    ),
    ("zendesk", "zendesk", "[A-Za-z0-9]{40}"),
)

DETECTORS = tuple(
    named(f"{vendor}-credential", f"{vendor.upper()}_KEY", words, shape) for vendor, words, shape in _SHAPES
)
