"""A day at the house, played before the reader's eyes by programs that stand outside of it.

    python examples/day .ronde/endpoints.json

Everything here goes through the doors that anybody has: the relay's own program speaks AMQP, families enrol by HTTP,
answers are given through the links of the messages that arrived. Playing it again goes on where it stopped.
"""

import asyncio
import json
import os
import sys
from datetime import date, datetime
from pathlib import Path

from bus import Bus
from doors import PARIS, Doors, Party
from nursery import Nursery
from rich.console import Console
from rich.panel import Panel
from term import Term

RELAY = Path(__file__).parent.parent / "partner-relay"
CRECHE = Path(__file__).parent.parent / "partner-creche"
PROGRAMME = "programme-2027-T1.ics"
EIGHT_PLACES = "Comptines et jeux de doigts"
MOVED, MOVED_TO, CANCELLED = date(2027, 1, 21), date(2027, 1, 22), date(2027, 2, 12)
NAMES = ("Amel", "Boris", "Chloé", "Dina", "Élise", "Farid", "Gaëlle", "Hugo", "Inès", "Jeanne", "Karim", "Lou")


class Day:
    """The story; each step waits for what the house really said and sent."""

    def __init__(self, endpoints: dict[str, object], folder: Path, console: Console) -> None:
        self.folder = folder
        self.console = console
        self.doors = Doors(endpoints)
        self.term = Term.to_come(now=datetime.now(PARIS).date())
        self.bus = Bus(self.doors.partners["acepp"]["amqp_url"], "acepp")

    async def play(self) -> None:
        async with self.bus, self.doors:
            await self.relay_tells_its_programme()
            await self.families_enrol()
            await self.a_family_withdraws()
            await self.the_partner_changes_its_mind()
            await self.a_child_of_the_creche_is_absent()
            await self.evening()

    def title(self, text: str) -> None:
        self.console.print()
        self.console.print(Panel(text, expand=False, style="bold"))

    def say(self, text: str) -> None:
        self.console.print(f"  {text}", soft_wrap=True, highlight=False)

    async def relay(self, *words: str) -> None:
        """Run the relay's own program, with its own credentials and nothing of ours."""
        if await self.program(RELAY, "relais", "relay", *words):
            raise SystemExit("The relay's program could not speak; its last lines say why.")

    async def creche(self, *words: str) -> int:
        """Run the crèche's own program, in the same way; gives what it ends with."""
        return await self.program(CRECHE, "bottines", "creche", *words)

    async def program(self, folder: Path, user: str, name: str, *words: str) -> int:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"partner_{name}",
            *words,
            cwd=folder,
            env={**os.environ, "PARTNER_AMQP_URL": self.doors.partners[user]["amqp_url"]},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed = (await process.communicate())[0].decode().splitlines()
        for line in (
            printed if len(printed) < 10 else [*printed[:3], f"… {len(printed) - 5} more lines …", *printed[-2:]]
        ):
            self.say(f"[dim]{name:<5} │ {line}[/dim]")
        return process.returncode or 0

    @property
    def calendar(self) -> Path:
        return self.folder / PROGRAMME

    async def relay_tells_its_programme(self) -> None:
        self.title("1  The relay's own system reads a term's calendar and tells the house")
        if not self.calendar.exists():  # a copy, because moving a session writes into the calendar
            self.calendar.write_text(self.term.shifted((RELAY / PROGRAMME).read_text()))
        await self.relay("sync", str(self.calendar))

        self.title("2  booking finds a room for each session, or tells why not")
        planned = await self.doors.planned(self.calendar)
        answers = await self.bus.all_of(
            ("reservation.confirmed.v1", "reservation.moved.v1", "reservation.refused.v1"), "session_id", planned
        )
        refused = [a for a in answers.values() if a["type"] == "reservation.refused.v1"]
        self.say(f"{len(answers) - len(refused)} sessions have a room, {len(refused)} have none:")
        for answer in refused:
            asked, data = answer["data"]["asked"], answer["data"]
            self.say(f"[red]no[/red]  {when(asked['starts_at'])}, {asked['room']}: {data['reason']['fr']}")
            for other in data["alternatives"]:
                self.say(f"      instead: {other['room_name']}, {when(other['starts_at'])}")
        # A session may have moved since its first answer; what is open now is what enrolment shows.
        with_room = {id for id, answer in answers.items() if answer not in refused}
        await self.doors.until_open(with_room)
        self.say(f"enrolment opened {len(with_room)} sessions: {self.doors.enrolment}/")

    async def families_enrol(self) -> None:
        self.title("3  Twelve ask for a session of eight places")
        session = await self.doors.session(EIGHT_PLACES)
        self.people = [
            Party(
                kind="childminder" if number in (4, 9) else "family",
                name=name,
                phone=f"+3363998{number:04}",
                email=f"{number}@example.org" if number % 3 == 0 else None,
                language="en" if number == 7 else "fr",
                children=[f"Petit {name}"],
            )
            for number, name in enumerate(NAMES, start=1)
        ]
        for number, person in enumerate(self.people, start=1):
            await self.doors.register(person, f"day-party-{number:02}")
        for number, person in enumerate(self.people, start=1):
            answer = await self.doors.enrol(person, session, f"day-enrol-{number:02}")
            state = "[green]confirmed[/green]" if answer["state"] == "confirmed" else f"waiting, {answer['position']}"
            self.say(f"{person.name:<8} {person.kind:<12} {answer['reference']}  {state}")
        self.eight = session
        # Moved already, when the day goes on after an interruption.
        moved = await self.doors.session("Matinée d'éveil", self.term.day(MOVED), self.term.day(MOVED_TO))
        cancelled = await self.doors.session("Café des parents", self.term.day(CANCELLED))
        for session, people in ((moved, self.people[:3]), (cancelled, self.people[5:7])):
            for person in people:
                await self.doors.enrol(person, session, f"day-{session['session_id'][:8]}-{person.phone}")
        twice = [*self.people[:3], *self.people[5:7]]
        told = [await self.doors.message(one.phone, "sms", 1) for one in self.people]
        for one in twice:  # before the second session changes: what is not told yet would be told as it is then
            await self.doors.message(one.phone, "sms", 2)
        self.say(f"{len(told)} telephones rang. The first one: « {told[0]['text']} »")

    async def a_family_withdraws(self) -> None:
        self.title("4  A family cannot come: its place goes to the first in line")
        leaving, first = self.people[2], self.people[8]
        link = await self.doors.link(leaving, self.eight)
        await self.doors.press(link, "withdraw")
        self.say(f"{leaving.name} withdrew through the link of the SMS ({link})")
        offer = await self.doors.message(first.phone, "sms", 2)
        self.say(f"{first.name}, first in line, reads: « {offer['text']} »")
        await self.doors.press(await self.doors.link(first, self.eight), "accept")
        confirmed = await self.doors.message(first.phone, "sms", 3)
        self.say(f"accepted, and: « {confirmed['text']} »")

    async def the_partner_changes_its_mind(self) -> None:
        self.title("5  The relay moves one session and cancels another")
        before = {person.phone: await self.doors.count(person.phone) for person in self.people}
        calendar, day = str(self.calendar), self.term.day
        await self.relay(
            "move", calendar, "matinee-eveil-jeudi@relais.example", f"{day(MOVED)}", f"{day(MOVED_TO)}T09:30"
        )
        why = "L'équipe est en formation"
        await self.relay("cancel", calendar, "cafe-des-parents@relais.example", f"{day(CANCELLED)}", "--reason", why)
        told = [*self.people[:3], *self.people[5:7]]
        for person in told:
            message = await self.doors.newest(person.phone, before[person.phone])
            self.say(f"{person.name:<8} « {message['text']} »")
        others = [person for person in self.people if person not in told]
        disturbed = [p.name for p in others if await self.doors.count(p.phone) > before[p.phone]]
        self.say(f"[red]Also told: {', '.join(disturbed)}[/red]" if disturbed else "Nobody else was told.")

    async def a_child_of_the_creche_is_absent(self) -> None:
        self.title("6  A child of the crèche does not come: a family that waits for such hours is asked")
        noor = Party(
            kind="family", name="Noor", phone="+33639980013", email=None, language="fr", children=["Petite Noor"]
        )
        await self.doors.register(noor, "day-party-13")
        nursery = await Nursery.open(self.doors, noor)
        day = await nursery.day()
        if day is None:
            self.say("The crèche is closed, or it is night and the hours are not today's: nobody is asked before 8.")
            return
        if await self.creche("absent", str(nursery.absent), str(day)):
            raise SystemExit("The crèche's program could not speak; its last lines say why.")
        types = ("occasional-care.offered.v1", "occasional-care.booked.v1")
        offered = (await self.bus.all_of(types, "party_id", {noor.id}))[noor.id]
        self.say(f"offered: {when(offered['data']['starts_at'])}, {offered['data']['reference']}")
        offer = await self.doors.offer(noor)
        self.say(f"{noor.name}'s telephone rings: « {offer['text']} »")
        await self.doors.press(offer["link"], "accept")
        self.say("accepted by the link, and at the crèche:")
        await self.creche("listen", "--until", "booked", "--seconds", "20")

    async def evening(self) -> None:
        self.title("7  What the day was")
        texts, mails, twice = await self.doors.totals()
        once = f"[red]{twice} of them more than once[/red]" if twice else "each of them once"
        self.say(f"{len(self.bus.heard)} events on the bus, {texts} SMS and {mails} e-mails, {once}.")
        self.say(f"The rooms' week       {self.doors.booking}/?week={self.term.day(MOVED)}")
        self.say(f"The sessions          {self.doors.enrolment}/")
        self.say(f"The messages, sent    {self.doors.notify}/")
        self.say(f"The telephones        {self.doors.catcher}/")
        self.say("Staff pages ask for an organisation's key: see `partners` in the endpoints file.")


def when(text: str) -> str:
    """A time as the house's clock shows it."""
    return f"{datetime.fromisoformat(text).astimezone(PARIS):%a %d %b, %H:%M}"


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)  # noqa: T201
        return 2
    file = Path(sys.argv[1])
    console = Console()
    played = file.parent / "day" / "played"
    played.parent.mkdir(exist_ok=True)
    day = Day(json.loads(file.read_text()), played.parent, console)
    if played.exists():
        console.print(f"The day was played on {played.read_text()}; the house remembers it.")
        asyncio.run(day.doors.summary(console))
        return 0
    asyncio.run(day.play())
    played.write_text(f"{datetime.now(PARIS):%d %B %Y at %H:%M}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
