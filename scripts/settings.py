"""Write docs/settings.md: everything that the environment may change in the three services, from their code.

.venv/bin/python scripts/settings.py
"""

import json
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any, get_args

from booking.settings import Settings as Booking
from enrolment.settings import Settings as Enrolment
from notify.providers.accounts import Account, AnyMail, AnySms
from notify.settings import Settings as Notify
from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from ronde.house.model import Hours
from ronde.settings import ServiceSettings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
SERVICES: dict[str, type[ServiceSettings]] = {"booking": Booking, "enrolment": Enrolment, "notify": Notify}
LIMITS = {"ge": "from", "gt": "above", "le": "to", "min_length": "at least"}
HEAD = """# Settings

Generated from the services' code by `scripts/settings.py`. Each is a variable of the environment, or a file of that
name in lower case in the folder that `RONDE_SECRETS_DIR` names. How to set one in containers:
[operate.md](operate.md#settings). What the house itself is (rooms, hours, charter, who may say what) is no setting: it
is in the house file.
"""

ACCOUNTS = """## Accounts with providers

One object each, in the JSON lists `RONDE_EMAIL_PROVIDERS` and `RONDE_SMS_PROVIDERS` (in `.env`: `EMAIL_PROVIDERS` and
`SMS_PROVIDERS`), with its `kind`, which heads the table of its own.
Each may have:
"""


def page() -> str:
    """The whole page."""
    common = {name: field for name, field in ServiceSettings.model_fields.items() if name != "service"}
    parts = [HEAD, "## All three\n", *table(common)]
    for service, settings in SERVICES.items():
        own = {name: field for name, field in settings.model_fields.items() if differs(name, field, common)}
        parts += [f"\n## {service}\n", *table(own)]
    parts += [
        "\n" + ACCOUNTS,
        *table({name: one for name, one in Account.model_fields.items() if name != "kind"}, "{}"),
    ]
    for account in dict.fromkeys(accounts()):
        own = {name: field for name, field in account.model_fields.items() if name not in Account.model_fields}
        parts += [f"\n### {account.model_fields['kind'].default}\n", *table(own, "{}")]
    return "\n".join(parts) + "\n"


def accounts() -> Iterator[type[Account]]:
    """Each kind of provider, mail first."""
    for union in (AnyMail, AnySms):
        found = get_args(union)[0]
        yield from get_args(found) or (found,)


def differs(name: str, field: FieldInfo, common: dict[str, FieldInfo]) -> bool:
    return name != "service" and (name not in common or field.default != common[name].default)


def table(fields: Mapping[str, FieldInfo], name_as: str = "RONDE_{}") -> Iterator[str]:
    yield "| | as it comes | |"
    yield "|---|---|---|"
    for name, field in fields.items():
        written = name_as.format(name.upper() if "_" in name_as else name)
        words = "; ".join(word for word in (field.description or "", *limits(field)) if word).replace("<", "&lt;")
        yield f"| `{written}` | {default(field)} | {words} |"


def limits(field: FieldInfo) -> Iterator[str]:
    """What pydantic refuses beyond."""
    found = [
        f"{word} {getattr(one, name):g}"
        for one in field.metadata
        for name, word in LIMITS.items()
        if isinstance(getattr(one, name, None), int | float)
    ]
    if found:
        yield " ".join(found)


def default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "must be given"
    return f"`{shown(value)}`" if value is not None and shown(value) else ""


def shown(value: Any) -> str:
    """As one would write it in the environment."""
    match value:
        case Hours():
            return "-".join(map(shown, value))
        case time():
            return f"{value:%H:%M}"
        case SecretStr():
            return value.get_secret_value()
        case bool() | tuple():
            return json.dumps(value, default=_account)
        case float():
            return f"{value:g}"
    return str(value)


def _account(value: Account) -> dict[str, str]:
    return {"kind": value.kind}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
