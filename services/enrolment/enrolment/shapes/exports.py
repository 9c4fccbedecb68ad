"""All that the house holds about a family, as JSON."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, Field
from ronde_contracts.event import Slug, Words

from enrolment.queries.exports import History, Holding
from enrolment.shapes.applications import ApplicationShown
from enrolment.shapes.care import WishShown
from enrolment.shapes.line import ChangeShown
from enrolment.shapes.people import ChildShown, GuardianShown
from enrolment.shapes.places import DecidedShown
from enrolment.states import EnrolmentState


class CameShown(BaseModel):
    children: int
    adults: int
    recorded_at: AwareDatetime
    recorded_by: str


class SignedShown(BaseModel):
    organisation: Slug
    version: str
    signed_at: AwareDatetime


class HistoryShown(BaseModel):
    """One enrolment from its first day."""

    reference: str
    organiser: Slug
    session_id: UUID
    title: Words
    starts_at: AwareDatetime
    state: EnrolmentState
    joined_at: AwareDatetime
    child_ids: list[UUID]
    adults: int
    points_for: dict[str, int] = Field(description="by the rule that gave them")
    came: CameShown | None
    history: list[ChangeShown]

    @classmethod
    def of(cls, one: History, zone: ZoneInfo) -> "HistoryShown":
        enrolment, session, came = one.seen.enrolment, one.seen.session, one.came
        return cls(
            reference=one.seen.reference,
            organiser=enrolment.organiser,
            session_id=enrolment.session_id,
            title=session.title,
            starts_at=session.starts_at or session.planned_starts_at,
            state=enrolment.state,
            joined_at=enrolment.joined_at,
            child_ids=enrolment.child_ids,
            adults=enrolment.adults,
            points_for=enrolment.points_for,
            came=CameShown.model_validate(came, from_attributes=True) if came else None,
            history=[ChangeShown.of(news, zone) for news in one.news],
        )


class CareHeld(BaseModel):
    """Hours of occasional care that the family was offered."""

    creche: Slug
    day: date
    hours: str
    state: str
    offered_at: AwareDatetime


class FamilyExport(BaseModel):
    """For one guardian: how the others are reached is theirs."""

    party_id: UUID
    kind: str
    registered_by: str
    registered_at: AwareDatetime
    me: GuardianShown
    other_guardians: list[str]
    children: list[ChildShown]
    enrolments: list[HistoryShown]
    occasional_wishes: list[WishShown] = Field(description="for occasional care in a crèche")
    occasional_care: list[CareHeld]
    own_family_of: list[Slug] = Field(description="members who care for their children")
    charters_signed: list[SignedShown]
    applications: list[ApplicationShown] = Field(description="for a crèche place")
    places: list[DecidedShown] = Field(description="what a commission decided of them, and offered")

    @classmethod
    def of(cls, held: Holding, zone: ZoneInfo) -> "FamilyExport":
        party = held.family.party
        return cls(
            party_id=party.id,
            kind=party.kind,
            registered_by=party.registered_by,
            registered_at=party.created_at,
            me=GuardianShown.of(held.family.me),
            other_guardians=[one.name for one in held.family.others],
            children=[ChildShown.of(one) for one in party.children],
            enrolments=[HistoryShown.of(one, zone) for one in held.histories],
            occasional_wishes=[WishShown.of(one) for one in held.wishes],
            occasional_care=[CareHeld.model_validate(one, from_attributes=True) for one in held.care],
            own_family_of=list(held.own_family_of),
            charters_signed=[SignedShown.model_validate(one, from_attributes=True) for one in held.signatures],
            applications=[ApplicationShown.of(one) for one in held.applications],
            places=[DecidedShown.of(one, place) for one, place in held.places if place.decision],
        )
