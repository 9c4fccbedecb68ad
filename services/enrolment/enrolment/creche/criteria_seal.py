"""The seal of a commission's criteria: one canonical text, its SHA-256, and a signature that anybody can check.

Ed25519: the key that checks cannot sign, so it is published, on paper too. With a secret that both sides share, as in
an HMAC, whoever could check could also have signed.
"""

import hashlib
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from enrolment.creche.criteria import Criteria


def canonical(criteria: Criteria) -> bytes:
    """The same for the same criteria, however the file is laid out: JSON, sorted keys, UTF-8, no spaces, no floats."""
    said = criteria.model_dump(mode="json")
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(criteria: Criteria) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(criteria)).hexdigest()


def sign(criteria: Criteria, private_pem: bytes) -> bytes:
    """64 bytes. ValueError when the key is not Ed25519."""
    key = load_pem_private_key(private_pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the commission signs with an Ed25519 key: openssl genpkey -algorithm ed25519")
    return key.sign(canonical(criteria))


def signed(criteria: Criteria, signature: bytes, public_pem: bytes) -> bool:
    """Whether these very criteria were signed by the owner of that key."""
    key = load_pem_public_key(public_pem)
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        key.verify(signature, canonical(criteria))
    except InvalidSignature:
        return False
    return True
