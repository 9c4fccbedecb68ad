"""`ronde-commission`: checks a commission's file, says its SHA-256, signs it, or tells whether it is the signed one."""

import argparse
import sys
from pathlib import Path

from enrolment.creche import criteria_seal
from enrolment.creche.criteria_file import load

ABOUT = """
To sign F.toml writes the signature, F.sig, and the text that is signed, F.json. The keys are Ed25519; openssl makes
them, and checks as well:

  openssl genpkey -algorithm ed25519 -out commission.key
  openssl pkey -in commission.key -pubout -out commission.pub
  openssl pkeyutl -verify -pubin -inkey commission.pub -rawin -in F.json -sigfile F.sig
"""


def main(arguments: list[str] | None = None) -> int:
    """0; 1 when the file is refused, or is not the one that was signed."""
    parser = argparse.ArgumentParser(
        prog="ronde-commission", description=__doc__, epilog=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file", type=Path, metavar="F.toml", help="such as deploy/house/commissions/2027-03.toml")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--sign", type=Path, metavar="KEY", help="with this private key (PEM)")
    what.add_argument("--verify", type=Path, metavar="KEY", help="with the published key (PEM)")
    given = parser.parse_args(arguments)
    try:
        print(_done(given.file, given.sign, given.verify))  # noqa: T201
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def _done(file: Path, private: Path | None, public: Path | None) -> str:
    criteria = load(file)
    said = f"{criteria.commission}, version {criteria.version}: {criteria_seal.digest(criteria)}"
    signature = file.with_suffix(".sig")
    if private:
        signature.write_bytes(criteria_seal.sign(criteria, private.read_bytes()))
        file.with_suffix(".json").write_bytes(criteria_seal.canonical(criteria))
    if public and not criteria_seal.signed(criteria, signature.read_bytes(), public.read_bytes()):
        raise ValueError(f"{said} IS NOT what was signed")
    return said
