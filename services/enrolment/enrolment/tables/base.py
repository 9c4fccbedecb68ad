"""What all tables share: how a Python type is kept."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase

from enrolment.states import ApplicationState, EnrolmentState, LineNews, PlaceState, ReservationState, SessionState


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy's own way)
        datetime: DateTime(timezone=True),
        str: Text(),
        list[str]: ARRAY(Text),
        list[UUID]: ARRAY(Uuid),
        dict[str, str]: JSONB(),
        dict[str, int]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        SessionState: Text(),
        EnrolmentState: Text(),
        ReservationState: Text(),
        LineNews: Text(),
        ApplicationState: Text(),
        PlaceState: Text(),
    }
