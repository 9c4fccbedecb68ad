"""What must hold between the parts of a house file."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from zoneinfo import available_timezones

from ronde_contracts.catalogue import BY_TYPE

from .charter import Charter
from .creches import QUARTER, Creche
from .enrolments import Agreement
from .explain import did_you_mean
from .lines import Path
from .model import WEEKDAYS, Closure, Head, OrganisationEntry, RoomEntry
from .rooms import space
from .whole import ANY_PARTNER, SERVICES

RESERVED = {*SERVICES, "ronde", "ops", "guest", "amq", "families"}
"""Names that an organisation cannot take: users or exchanges of the bus, and whose hours are nobody's."""

Finding = tuple[Path, str]


def of_head(head: Head) -> Iterator[Finding]:
    if head.timezone not in (zones := available_timezones()):
        yield ("timezone",), f"no time zone is called {head.timezone!r}. {did_you_mean(head.timezone, zones)}"


def of_words(head: Head, parts: Mapping[Path, Mapping[str, str]]) -> Iterator[Finding]:
    """Whatever people read is there in each of the house's languages."""
    for path, words in parts.items():
        for language in head.languages:
            if language not in words:
                key = f"{path[-1]}.{language}"
                yield path, f'{key} is missing, and the house speaks {language}. Add: {key} = "…"'


def of_organisations(organisations: Mapping[int, OrganisationEntry]) -> Iterator[Finding]:
    for n, organisation in organisations.items():
        path: Path = ("organisations", n)
        if organisation.id in RESERVED:
            yield (
                (*path, "id"),
                f"the name {organisation.id!r} is taken. Choose another, such as '{organisation.id}-asso'",
            )
        for type in organisation.publishes:
            if trouble := _cannot_say(type):
                yield (*path, "publishes"), f"organisation {organisation.id!r} publishes {trouble}"


def _cannot_say(type: str) -> str | None:
    partners = {name for name, event in BY_TYPE.items() if event.routing_key.startswith(ANY_PARTNER)}
    if type in partners:
        return None
    if type in BY_TYPE:
        owner = BY_TYPE[type].routing_key.split(".")[0]
        return f"{type!r}, which only {owner} says. A partner may say: {', '.join(sorted(partners))}."
    return f"{type!r}, which is no event of the house. {did_you_mean(type, partners)}"


def of_rooms(rooms: Mapping[int, RoomEntry], names: Sequence[str]) -> Iterator[Finding]:
    """`names`: every id written in the file, also those of rooms that have mistakes of their own."""
    by_id = {room.id: room for room in rooms.values()}
    spaces: dict[int, str] = {}
    for n, room in rooms.items():
        path: Path = ("rooms", n)
        if room.half_of is not None and room.half_of not in names:
            yield (
                (*path, "half_of"),
                f"room {room.id!r} says it is half of {room.half_of!r}, which no room is called. "
                f"{did_you_mean(room.half_of, set(names) - {room.id})}",
            )
        elif _in_a_circle(room, by_id):
            yield (
                (*path, "half_of"),
                f"room {room.id!r} is, by its halves, a half of itself. Remove half_of from the room that is whole",
            )
        if (other := spaces.setdefault(space(room.id), room.id)) != room.id:
            yield (*path, "id"), f"rooms {other!r} and {room.id!r} cannot be told apart. Rename one"
    for n, room in rooms.items():
        halves = [half for half in rooms.values() if half.half_of == room.id]
        if halves and not _in_a_circle(room, by_id):
            yield from _of_a_divided_room(("rooms", n), room, halves)


def _of_a_divided_room(path: Path, room: RoomEntry, halves: list[RoomEntry]) -> Iterator[Finding]:
    if len(halves) == 1:
        yield (
            path,
            f'room {room.id!r} has one half only, {halves[0].id!r}. Add the other, with half_of = "{room.id}"',
        )
        return
    together = sum(half.area for half in halves)
    if abs(together - room.area) > 0.5:
        parts = " + ".join(f"{half.area:g}" for half in halves)
        yield (
            (*path, "area"),
            f"room {room.id!r} has {room.area:g} m², and its parts {parts} = {together:g} m². "
            f"Correct one of them, or write area = {together:g}",
        )
    for half in halves:
        if half.capacity > room.capacity:
            yield (
                (*path, "capacity"),
                f"room {room.id!r} holds {room.capacity} people, and its part {half.id!r} holds "
                f"{half.capacity}. The whole holds at least as many: write capacity = {half.capacity}",
            )


def _in_a_circle(room: RoomEntry, rooms: Mapping[str, RoomEntry]) -> bool:
    seen, at = {room.id}, room.half_of
    while at is not None and at in rooms and at not in seen:
        seen.add(at)
        at = rooms[at].half_of
    return at == room.id


def of_closures(closures: Mapping[int, Closure]) -> Iterator[Finding]:
    """Two reasons for one closed day: people would read only one of them."""
    known = list(closures.items())
    for i, (n, closure) in enumerate(known):
        for m, other in known[:i]:
            if closure.first <= other.last and other.first <= closure.last:
                yield (
                    ("closures", n),
                    f"this closing shares days with number {m + 1} ({other.first} to {other.last}). "
                    "Make it one, or let one begin after the other",
                )


def of_agreements(agreements: Mapping[int, Agreement], known: Collection[str]) -> Iterator[Finding]:
    """Each is of a member of the house, and nobody signs two of one organisation."""
    first: dict[tuple[str, str], int] = {}
    for n, one in agreements.items():
        if one.organisation not in known:
            says = did_you_mean(one.organisation, known)
            yield ("agreements", n, "organisation"), f"no organisation is called {one.organisation!r}. {says}"
        for kind in one.signed_by:
            if (m := first.setdefault((one.organisation, kind), n)) != n:
                yield (
                    ("agreements", n, "signed_by"),
                    f"a {kind} signs number {m + 1} of {one.organisation!r} already. "
                    "Make it one, with a new version when its words change",
                )


def of_creches(creches: Mapping[int, Creche], known: Collection[str]) -> Iterator[Finding]:
    """Each is of a member of the house, counts in quarters of an hour, and keeps the places that it must."""
    for n, creche in creches.items():
        path: Path = ("creches", n)
        if creche.organisation not in known:
            says = did_you_mean(creche.organisation, known)
            yield (*path, "organisation"), f"no organisation is called {creche.organisation!r}. {says}"
        for weekday, name in enumerate(WEEKDAYS):
            for clock in creche.opening.on(weekday) or ():
                if beyond := clock.minute % QUARTER:
                    yield (
                        (*path, "opening", name),
                        f"{name} has {clock:%H:%M}, and a crèche counts in quarters of an hour: "
                        f"write {clock.hour:02}:{clock.minute - beyond:02}",
                    )
        if creche.insertion.places < (least := creche.places // 20):
            yield (
                (*path, "insertion"),
                f"{creche.insertion.places} of {creche.places} places are kept, and the law wants one in twenty "
                f"({creche.insertion.article}): write places = {least}",
            )
        if (kept := creche.emergency.places + creche.insertion.places) > creche.places:
            yield (
                (*path, "emergency"),
                f"{kept} places are kept, for emergencies and for insertion, of {creche.places}: "
                f"write places = {creche.places - creche.insertion.places} or fewer",
            )
        if (answer := creche.occasional.answer_minutes) >= (last := creche.occasional.last_minutes):
            yield (
                (*path, "occasional"),
                f"an answer that comes after {answer} minutes is too late to come, {last} minutes before the hours "
                f"begin: write answer_minutes = {last // 2} or last_minutes = {answer * 2}",
            )
        for within, says in of_closures(dict(enumerate(creche.closures))):
            yield (*path, *within), says


def of_charter(
    charter: Charter, organisations: Collection[OrganisationEntry], rooms: Collection[str]
) -> Iterator[Finding]:
    """Whoever it speaks of is in the house, and nobody of the house is forgotten."""
    known = [one.id for one in organisations]
    if all(one.kind != "founder" for one in organisations):
        yield ("charter",), 'a charter has founders, whose consent is asked. Write kind = "founder" in their entries'
    for id in charter.budgets:
        if id not in known:
            yield ("charter", "budgets", id), f"no organisation is called {id!r}. {did_you_mean(id, known)}"
    for id in known:
        if id not in charter.budgets:
            yield (
                ("charter", "budgets"),
                f"organisation {id!r} has no budget. Add: {id} = {{ hours_per_week = 24, hours_per_month = 80 }}",
            )
    for n, window in enumerate(charter.windows):
        path: Path = ("charter", "windows", n)
        if window.organisation not in known:
            says = did_you_mean(window.organisation, known)
            yield (*path, "organisation"), f"no organisation is called {window.organisation!r}. {says}"
        if window.room not in rooms:
            yield (*path, "room"), f"no room is called {window.room!r}. {did_you_mean(window.room, rooms)}"
        for m, other in enumerate(charter.windows[:n]):
            same = (window.room, window.day) == (other.room, other.day)
            if same and window.hours.opens < other.hours.closes and other.hours.opens < window.hours.closes:
                yield (
                    path,
                    f"this window shares hours with number {m + 1}, of {other.organisation!r}. "
                    "Make it one, or let one begin after the other",
                )
