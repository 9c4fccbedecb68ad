"""Says messages to the house's broker, one by one, each confirmed."""

from types import TracebackType
from urllib.parse import unquote, urlsplit

import pika
from pika.exceptions import (
    AMQPConnectionError,
    AMQPError,
    ChannelClosedByBroker,
    NackError,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
    UnroutableError,
)

from .envelope import EXCHANGE, Message


class NotHeard(Exception):
    """The house has not taken the message; the sentence says why and what to do."""


def user_of(url: str) -> str:
    """The broker user in an AMQP URL: our own name in the house."""
    return unquote(urlsplit(url).username or "guest")


def place_of(url: str) -> str:
    """host:port, without the password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5672}"


class Broker:
    """A connection to the house; `with Broker(url) as house: house.say(message)`. Raises NotHeard."""

    def __init__(self, url: str) -> None:
        self.url, self.place = url, place_of(url)

    def __enter__(self) -> "Broker":
        parameters = pika.URLParameters(self.url)
        parameters.blocked_connection_timeout = 30  # a broker short of memory stops reading: say so, not hang
        try:
            self._connection = pika.BlockingConnection(parameters)
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        except (ProbableAuthenticationError, ProbableAccessDeniedError):
            raise NotHeard(
                f"{self.place} does not know {user_of(self.url)!r} with this password. "
                "Ask the house for a new broker URL"
            ) from None
        except (AMQPConnectionError, OSError):
            raise NotHeard(
                f"nobody answers at {self.place}. Is the house running, and is the URL its own?"
            ) from None
        return self

    def say(self, message: Message) -> None:
        """Returns once the broker has the message on disk in every queue that wants it."""
        try:
            self._channel.basic_publish(
                EXCHANGE,
                message.routing_key,
                message.body,
                pika.BasicProperties(**message.properties),
                mandatory=True,
            )
        except UnroutableError:
            raise NotHeard(f"nobody in the house listens to {message.routing_key}. Ask the house") from None
        except NackError:
            raise NotHeard("the broker could not keep the message. Try again in a moment") from None
        except ChannelClosedByBroker as error:
            raise NotHeard(
                f"the house refuses {message.routing_key}: {error.reply_text}. "
                "Its house file says what each organisation may publish"
            ) from None
        except AMQPError as error:
            raise NotHeard(
                f"the connection to {self.place} was lost ({type(error).__name__}). "
                "Run this again: what was said already is not said twice"
            ) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection.is_open:
            self._connection.close()
