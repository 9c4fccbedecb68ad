"""Everything that the environment may change, and the house's terms for enrolling, offers and links."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field
from ronde.house import Agreement, Creche, load
from ronde.settings import ServiceSettings
from ronde_contracts.event import PartyKind

from enrolment.creche.commissions import load_all
from enrolment.creche.criteria import Criteria


def until_it_starts(_starts_at: datetime) -> datetime | None:
    """In a house that closes no enrolment before."""
    return None


def nothing_to_sign(_organisation: str, _kind: PartyKind) -> Agreement | None:
    """In a house whose members ask for nothing."""
    return None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How the house lets people enrol and offers a place.

    `closes`: until when one enrols in a session that starts then. `agreement`: what an organisation has a kind of
    party sign. `quiet_from` and `quiet_until` are local times, from one evening to a morning.
    """

    timezone: ZoneInfo
    closes: Callable[[datetime], datetime | None] = until_it_starts
    agreement: Callable[[str, PartyKind], Agreement | None] = nothing_to_sign
    creches: tuple[Creche, ...] = ()
    commissions: tuple[Criteria, ...] = ()
    answer_by_sms: timedelta = timedelta(hours=24)
    answer_by_email: timedelta = timedelta(hours=48)
    place_answer: timedelta = timedelta(days=10)
    looks_back: timedelta = timedelta(days=92)
    no_shows: int = 2
    suspends_after: timedelta = timedelta(minutes=2)
    quiet_from: time = time(21)
    quiet_until: time = time(8)
    public_url: str = "http://127.0.0.1:8701"
    link_stays: timedelta = timedelta(days=30)
    places_weeks: int = 6

    def creche(self, id: str | None) -> Creche | None:
        """None when the house file has no such crèche, or has it no more."""
        return next((one for one in self.creches if one.id == id), None)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How people come in without an account. `secret` keys the hashes of codes, which are too short for plain ones.

    `per_address` and `per_asker`: codes that one address gets, and one computer asks for, within `counted_for`.
    """

    secret: str = field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8701"
    code_stays: timedelta = timedelta(minutes=15)
    contact_stays: timedelta = timedelta(days=2)
    visit_lasts: timedelta = timedelta(hours=2)
    attempts: int = 5
    per_address: int = 5
    per_asker: int = 200
    counted_for: timedelta = timedelta(hours=1)


class Settings(ServiceSettings):
    """RONDE_… variables of the service `enrolment`."""

    service: str = "enrolment"
    http_port: int = Field(8701, description="port to listen on")
    public_url: str = Field("http://127.0.0.1:8701", description="how people reach this service, no slash at the end")
    answer_hours_sms: int = Field(24, ge=1, description="how long a place is held for who reads all by SMS, in hours")
    answer_hours_email: int = Field(48, ge=1, description="the same for who has an e-mail address: the slower counts")
    answer_days_place: int = Field(10, ge=2, description="how long a place in a crèche is held for a family, in days")
    look_back_days: int = Field(92, ge=1, description="how long what happened counts for points and no-shows, in days")
    no_shows: int = Field(2, ge=1, description="after how many no-shows in that time staff are told")
    suspend_after: float = Field(120, ge=0, description="seconds without its room before people are told")
    quiet_from: time = Field(time(21), description="from then on nobody is expected to answer, local time")
    quiet_until: time = Field(time(8), description="until then, the next morning")
    link_days: int = Field(30, ge=1, description="how long a family's link works after the session, in days")
    expire_every: float = Field(5, gt=0, description="seconds between two looks for offers that are over")
    places_weeks: int = Field(
        6, ge=2, le=52, description="weeks whose free crèche places are published, from this one; two keep the rule of"
        " the third day before"
    )  # fmt: skip
    places_every: float = Field(60, gt=0, description="seconds between two looks at what the crèches have free")

    commissions: Path | None = Field(
        None,
        description="the folder of the commissions' files; none: `commissions` beside the house file",
    )
    renew_every: float = Field(600, gt=0, description="seconds between two looks for applications to renew or lapsed")
    code_minutes: int = Field(15, ge=1, le=60, description="how long a code to come in works")
    contact_hours: int = Field(48, ge=1, description="how long somebody may take to confirm a new address")
    visit_hours: int = Field(2, ge=1, description="how long a family's page stays open after a code")
    codes_per_address: int = Field(5, ge=1, description="codes that one address is sent in an hour, at most")
    codes_per_asker: int = Field(
        200, ge=1, description="codes asked for from one network address in an hour, at most: telephones share some"
    )
    forget_after_days: int = Field(1095, ge=30, description="a family without activity for so long is forgotten")
    forget_notice_days: int = Field(90, ge=0, description="staff see it so many days before")
    forget_by_itself: bool = Field(True, description="no: staff see whom to forget, and do it")
    forget_every: float = Field(3600, gt=0, description="seconds between two looks for whom to forget")
    erasure_from: tuple[str, ...] = Field(
        ("booking", "enrolment", "notify"), description="who must acknowledge an erasure; JSON in the environment"
    )
    erasure_days: int = Field(3, ge=1, description="an acknowledgement that takes longer is shown to staff as missing")

    @cached_property
    def entry(self) -> Entry:
        return Entry(
            secret=self.secret,
            public_url=self.public_url,
            code_stays=timedelta(minutes=self.code_minutes),
            contact_stays=timedelta(hours=self.contact_hours),
            visit_lasts=timedelta(hours=self.visit_hours),
            per_address=self.codes_per_address,
            per_asker=self.codes_per_asker,
        )

    @property
    def commissions_folder(self) -> Path | None:
        beside = self.house_file.parent / "commissions"
        return self.commissions or (beside if beside.is_dir() else None)

    @cached_property
    def terms(self) -> Terms:
        """Read when first needed: the service is importable where there is no house file."""
        house = load(self.house_file)
        return Terms(
            timezone=house.timezone,
            closes=house.enrolments_close,
            agreement=house.agreement,
            creches=house.creches,
            commissions=load_all(self.commissions_folder, house),
            answer_by_sms=timedelta(hours=self.answer_hours_sms),
            answer_by_email=timedelta(hours=self.answer_hours_email),
            place_answer=timedelta(days=self.answer_days_place),
            looks_back=timedelta(days=self.look_back_days),
            no_shows=self.no_shows,
            suspends_after=timedelta(seconds=self.suspend_after),
            quiet_from=self.quiet_from,
            quiet_until=self.quiet_until,
            public_url=self.public_url,
            link_stays=timedelta(days=self.link_days),
            places_weeks=self.places_weeks,
        )
