"""phonekey: URIs (PROTOCOL.md sections 7 and 8)."""

import base64
import re

import wire

_URI = re.compile(r"phonekey:(key|grant|revocation-list)/([A-Za-z0-9_-]+)")


def encode(what, payload):
    return f"phonekey:{what}/{base64.urlsafe_b64encode(payload).rstrip(b'=').decode()}"


def decode(what, text):
    """The payload of a URI of that kind."""
    match = _URI.fullmatch(text.strip())
    if match is None or match[1] != what:
        raise wire.Malformed(f"not a {what} URI")
    try:
        payload = base64.urlsafe_b64decode(match[2] + "=" * (-len(match[2]) % 4))
    except ValueError:
        raise wire.Malformed("not base64url") from None
    if encode(what, payload) != text.strip():
        raise wire.Malformed("unused bits that are not 0")
    return payload
