#!/usr/bin/env python3
"""The draw of docs/comcheck.md with Python's own hmac and hashlib: prints the vectors that src/registry/comcheck_test.cc expects."""
import base64
import datetime
import hashlib
import hmac


def sha(data):
    return hashlib.sha256(data).digest()


def mac(key, fields):
    message = b"".join(len(f).to_bytes(4, "big") + f for f in fields)
    return hmac.new(key, message, hashlib.sha256).digest()


SEED, ROUND, SUPPORTER, COMMITMENT = sha(b"seed"), b"2026-q4", b"alpha", sha(b"alpha's duty contact")


def drawn(what, bound):
    bits = mac(SEED, [b"entente comcheck draw v1", what.encode(), ROUND, SUPPORTER, COMMITMENT])
    return int.from_bytes(bits[:8], "big") * bound >> 64


start = datetime.datetime(2026, 12, 1, tzinfo=datetime.timezone.utc)
print("time", (start + datetime.timedelta(seconds=drawn("time", 6 * 86400))).strftime("%Y-%m-%dT%H:%M:%SZ"))
print("question", drawn("question", 12))
order = list(range(4))
for i in range(4, 1, -1):
    j = drawn(f"channel {i}", i)
    order[i - 1], order[j] = order[j], order[i - 1]
print("channels", ", ".join(map(str, order)))
nonce = mac(bytes([7] * 32), [b"entente comcheck nonce v1", ROUND, SUPPORTER, COMMITMENT])[:16]
print("nonce", base64.urlsafe_b64encode(nonce).decode().rstrip("="))
