"""The last step before a provider, for everybody: to whom this house may write from here, and at which number."""

from collections.abc import Callable, Collection
from dataclasses import replace
from uuid import UUID

import phonenumbers
from phonenumbers import PhoneNumberType

from notify.providers import Letter, Outcome, Provider, Rejected, Withheld
from notify.providers.accounts import Stage

FICTION = "+3363998"
"""06 39 98 …: mobile numbers kept for films by the French regulator. phonenumbers says that they do not exist."""
NO_PHONE = {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.VOICEMAIL,
    PhoneNumberType.UAN,
}

Check = Callable[[str], str | Rejected]
"""The address as a provider wants it, or why it is none."""


class Gate:
    """In production everybody is written to, in staging the guests alone; "try" is for providers on this machine."""

    def __init__(self, provider: Provider, *, stage: Stage, guests: Collection[str], check: Check) -> None:
        self._provider = provider
        self._check = check
        self._guests = None if stage != "staging" else {_same(guest) for guest in guests}

    async def send(self, letter: Letter) -> Outcome:
        if self._guests is not None and _same(letter.to) not in self._guests:
            return Withheld()
        to = self._check(letter.to)
        return to if isinstance(to, Rejected) else await self._provider.send(replace(letter, to=to))

    async def find(self, reference: UUID, provider: str | None = None) -> Outcome:
        return await self._provider.find(reference, provider)

    def room(self, most: int) -> int:
        return self._provider.room(most)

    async def close(self) -> None:
        await self._provider.close()


def phone(stage: Stage) -> Check:
    """E.164, of a telephone that takes SMS. Numbers of the films only where nothing real is written to."""

    def check(number: str) -> str | Rejected:
        try:
            parsed = phonenumbers.parse(number, None)  # with a region, numbers of Réunion become others
        except phonenumbers.NumberParseException:
            return Rejected("bad-address", lasting=True)
        written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        if stage != "production" and written.startswith(FICTION):
            return written
        if not phonenumbers.is_valid_number(parsed):
            return Rejected("bad-address", lasting=True)
        return Rejected("no-mobile", lasting=True) if phonenumbers.number_type(parsed) in NO_PHONE else written

    return check


def mailbox(address: str) -> str | Rejected:
    """One that any mail server takes: in ASCII, with an @."""
    return address if address.isascii() and "@" in address else Rejected("bad-address", lasting=True)


def _same(address: str) -> str:
    return address.strip().lower() if "@" in address else "".join(filter(str.isdigit, address))
