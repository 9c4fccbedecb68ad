"""From accounts to providers: which adapter an account is for, and who reads its receipts."""

from collections.abc import Callable, Sequence
from urllib.parse import urlencode

from notify.gsm import parts
from notify.providers import Arrived, Carrier, Letter, Receipt, brevo, dsn, octopush, ovh, sms
from notify.providers.accounts import (
    Account,
    AppriseAccount,
    BrevoAccount,
    OctopushAccount,
    OvhAccount,
    RondeAccount,
    SmppAccount,
    SmsAccount,
    SmtpAccount,
)
from notify.providers.breaker import Breaker
from notify.providers.by_apprise import AppriseCarrier
from notify.providers.fleet import Fleet, Line
from notify.providers.pace import Pace
from notify.providers.smpp import Smpp
from notify.providers.smtp import Smtp

Read = Callable[[Arrived, str], list[Receipt]]
RECEIPTS: dict[str, Read] = {
    "ronde": sms.receipts,
    "ovh": ovh.receipts,
    "brevo": brevo.receipts,
    "octopush": octopush.receipts,
    "smtp": dsn.receipts,
}
"""By kind of account. Each reads a webhook's request and raises NotTheirs when it is not from the provider."""


def fleet(accounts: Sequence[Account], *, house: str, public_url: str, timeout: float) -> Fleet:
    """One provider of several accounts. `house` is who an e-mail says it is from; `timeout` in seconds a step."""
    return Fleet(
        [
            Line(
                account.id,
                carrier(account, house=house, public_url=public_url, timeout=timeout),
                account.weight,
                Breaker(failures=account.failures, rest=account.rest_seconds),
                Pace(account.parts_per_second if isinstance(account, SmsAccount) else None),
                *((_parts, SMS_PARTS) if isinstance(account, SmsAccount) else (_one, 1)),
            )
            for account in accounts
        ]
    )


def carrier(account: Account, *, house: str, public_url: str, timeout: float) -> Carrier:
    """The adapter for that account."""
    match account:
        case SmtpAccount():
            return Smtp(
                account.host,
                account.port,
                security=account.security,
                user=account.user,
                password=account.password.get_secret_value() or None,
                name=house,
                sender=account.sender,
                timeout=timeout,
                connections=account.connections,
            )
        case RondeAccount():
            token = account.token.get_secret_value()
            return sms.HttpSms(account.url, token=token, sender=account.sender, timeout=timeout)
        case OvhAccount():
            return ovh.OvhSms(
                url=account.url,
                service=account.service,
                key=account.application_key,
                secret=account.application_secret.get_secret_value(),
                consumer=account.consumer_key.get_secret_value(),
                sender=account.sender,
                timeout=timeout,
            )
        case BrevoAccount():
            key, webhook = account.key.get_secret_value(), _webhook(account, public_url)
            return brevo.BrevoSms(url=account.url, key=key, sender=account.sender, webhook=webhook, timeout=timeout)
        case OctopushAccount():
            key = account.key.get_secret_value()
            return octopush.OctopushSms(
                url=account.url, login=account.login, key=key, sender=account.sender, timeout=timeout
            )
        case SmppAccount():
            return Smpp(
                account.host,
                account.port,
                system_id=account.system_id,
                password=account.password.get_secret_value(),
                sender=account.sender,
                timeout=timeout,
            )
        case AppriseAccount():
            return AppriseCarrier(account.url.get_secret_value(), timeout=timeout)
    raise TypeError(f"no adapter for {type(account).__name__}")


def _webhook(account: Account, public_url: str) -> str:
    secret = account.receipts_secret.get_secret_value()
    return f"{public_url}/receipts/{account.id}?{urlencode({'token': secret})}" if secret else ""


SMS_PARTS = 2
"""What wording.py keeps an SMS to, as a rule."""


def _parts(letter: Letter) -> int:
    return parts(letter.text)


def _one(_letter: Letter) -> int:
    return 1
