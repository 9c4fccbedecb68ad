"""The doors that families, partners and their programs use: HTTP, and the links in the messages that arrive."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console

PARIS = ZoneInfo("Europe/Paris")
PATIENCE = 60.0
LINK = re.compile(r"https?://\S+/e/[A-Za-z0-9_-]+")
OFFER = re.compile(r"https?://\S+/o/[A-Za-z0-9_-]+")
"""Hours of occasional care."""


@dataclass
class Party:
    """A family or a childminder, as somebody at the desk would write it down."""

    kind: str
    name: str
    phone: str
    email: str | None
    language: str
    children: list[str]
    id: str = ""
    child_ids: list[str] = field(default_factory=list)


class Doors:
    """HTTP to the house, with the relay's key."""

    def __init__(self, endpoints: dict[str, Any]) -> None:
        services = endpoints["services"]
        self.booking, self.enrolment, self.notify = (services[n]["url"] for n in ("booking", "enrolment", "notify"))
        self.catcher = endpoints["catcher"]["url"]
        self.partners = endpoints["partners"]
        self._http = httpx.AsyncClient(timeout=20, trust_env=False)
        self._key = {"Authorization": f"Bearer {self.partners['relais']['api_key']}"}

    async def __aenter__(self) -> "Doors":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def planned(self, calendar: Path) -> set[str]:
        """The ids of the sessions that the relay's program said, from its own memory."""
        return set(json.loads(calendar.with_suffix(".said.json").read_text()))

    async def sessions(self) -> list[dict[str, Any]]:
        return list(await self._get(f"{self.enrolment}/sessions"))

    async def until_open(self, wanted: set[str]) -> None:
        async def all_open() -> bool:
            found = {s["session_id"] for s in await self.sessions() if s["state"] in ("open", "called-off")}
            return wanted <= found

        await until(all_open, "every session that has a room to be open")

    async def session(self, title: str, *days: date) -> dict[str, Any]:
        """The first session of that title (on one of these days of the house)."""
        for session in await self.sessions():
            day = datetime.fromisoformat(session["starts_at"]).astimezone(PARIS).date()
            if session["title"]["fr"].startswith(title) and (not days or day in days):
                return session
        raise SystemExit(f"No session is called {title!r}.")

    async def register(self, party: Party, key: str) -> None:
        body = {
            "kind": party.kind,
            "name": party.name,
            "phone": party.phone,
            "email": party.email,
            "language": party.language,
            "children": [{"first_name": child, "born": "2025-06"} for child in party.children],
        }
        answer = await self._post("/parties", body, key)
        party.id, party.child_ids = answer["party_id"], [child["child_id"] for child in answer["children"]]

    async def enrol(self, party: Party, session: dict[str, Any], key: str) -> dict[str, Any]:
        path = f"/sessions/{session['organiser']}/{session['session_id']}/enrolments"
        body = {"party_id": party.id, "child_ids": party.child_ids}
        for one in await self._get(f"{self.enrolment}/agreements"):  # read out to them, and they agree
            if one["organisation"] == session["organiser"] and party.kind in one["signed_by"]:
                body["agrees_to"] = one["version"]
        return await self._post(path, body, key)

    async def messages(self, phone: str, kind: str = "sms") -> list[dict[str, Any]]:
        found = await self._get(f"{self.catcher}/messages.json", params={"to": phone, "kind": kind})
        return list(found)

    async def count(self, phone: str) -> int:
        return len(await self.messages(phone))

    async def message(self, phone: str, kind: str, number: int) -> dict[str, Any]:
        """The n-th message of a telephone, from 1; waits for it."""

        async def arrived() -> bool:
            return len(await self.messages(phone, kind)) >= number

        await until(arrived, f"{number} SMS on {phone}")
        return (await self.messages(phone, kind))[number - 1]

    async def newest(self, phone: str, before: int) -> dict[str, Any]:
        return await self.message(phone, "sms", before + 1)

    async def link(self, party: Party, session: dict[str, Any]) -> str:
        """The link in the newest SMS that tells of that session."""
        for message in reversed(await self.messages(party.phone)):
            found = LINK.search(message["text"])
            if found and any(title in message["text"] for title in session["title"].values()):
                return found[0]
        raise SystemExit(f"{party.name} got no link for {session['title']['fr']}.")

    async def offer(self, party: Party) -> dict[str, Any]:
        """The newest SMS with hours of occasional care, and its `link`; waits for it."""
        found: list[dict[str, Any]] = []

        async def rang() -> bool:
            for message in reversed(await self.messages(party.phone)):
                if link := OFFER.search(message["text"]):
                    found.append({**message, "link": link[0]})
                    return True
            return False

        await until(rang, f"the SMS on {party.phone} that offers hours at the crèche")
        return found[0]

    async def put(self, path: str, body: dict[str, Any]) -> None:
        """What the crèche's own software writes down, with its organisation's key."""
        key = {"Authorization": f"Bearer {self.partners['bottines']['api_key']}"}
        answer = await self._http.put(self.enrolment + path, json=body, headers=key)
        if answer.status_code >= 400:
            raise SystemExit(f"enrolment refused {path}: {answer.status_code} {answer.text[:300]}")

    async def is_open(self, creche: str, day: date) -> bool:
        key = {"Authorization": f"Bearer {self.partners['bottines']['api_key']}"}
        week = await self._get(f"{self.enrolment}{creche}/occupation", params={"day": str(day)}, headers=key)
        return any(one["day"] == str(day) for one in week["days"])

    async def press(self, link: str, button: str) -> None:
        """What a person does: open the page, press the button. Only the POST acts."""
        page = await self._http.get(link)
        page.raise_for_status()
        answer = await self._http.post(
            f"{link}/{button}", headers={"Origin": re.split("/[eo]/", link)[0]}, follow_redirects=True
        )
        if answer.status_code >= 400:
            raise SystemExit(f"The page refused to {button}: {answer.status_code} {answer.text[:300]}")

    async def totals(self) -> tuple[int, int, int]:
        """SMS and e-mails that arrived, and how many of them more than once."""
        everything = await self._get(f"{self.catcher}/messages.json")
        texts = sum(message["kind"] == "sms" for message in everything)
        different = {(message["kind"], message["to"], message["text"]) for message in everything}
        twice = len(everything) - len(different) + sum(message["times"] > 1 for message in everything)
        return texts, len(everything) - texts, twice

    async def summary(self, console: Console) -> None:
        """What the house remembers, in a few lines."""
        sessions = await self.sessions()
        texts, mails, _twice = await self.totals()
        taken = sum(session["taken"] for session in sessions)
        console.print(f"  {len(sessions)} sessions, {taken} places taken, {texts} SMS and {mails} e-mails.")
        for name in (self.booking, self.enrolment, self.notify, self.catcher):
            console.print(f"  {name}/")

    async def _get(self, url: str, **options: Any) -> Any:
        answer = await self._http.get(url, **options)
        answer.raise_for_status()
        return answer.json()

    async def _post(self, path: str, body: dict[str, Any], key: str) -> dict[str, Any]:
        answer = await self._http.post(self.enrolment + path, json=body, headers={**self._key, "Idempotency-Key": key})
        if answer.status_code >= 400:
            problem = answer.json()
            raise SystemExit(f"enrolment refused {path}: {problem.get('title')} {problem.get('detail', '')}")
        return dict(answer.json())


async def until(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 - another program's doing
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise SystemExit(f"Waited {PATIENCE:g} s in vain for {what}.") from None
