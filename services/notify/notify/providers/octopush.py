"""SMS by Octopush: a login and an API key. It cannot be asked by our reference; what timed out stays unknown."""

from notify.providers import Arrived, Letter, Outcome, Receipt
from notify.providers.http import HttpCarrier
from notify.providers.webhook import as_json, check_token, slug

URL = "https://api.octopush.com/v1/public"
FAILED = {"bad-destination", "blacklisted-number", "not-delivered", "undelivered", "not-allowed", "expired", "failed"}
LASTING = {"bad-destination", "blacklisted-number"}


class OctopushSms(HttpCarrier):
    """One account."""

    def __init__(self, *, login: str, key: str, sender: str, timeout: float, url: str = URL) -> None:
        super().__init__(url, timeout=timeout, headers={"api-login": login, "api-key": key})
        self._sender = sender

    async def send(self, letter: Letter) -> Outcome:
        body = {
            "text": letter.text,
            "recipients": [{"phone_number": letter.to}],
            "sender": self._sender,
            "type": "sms_premium",
            "purpose": "alert",  # not advertising: no STOP is added, and no hours apply
            "with_replies": False,
        }
        request = self._client.build_request("POST", f"{self._url}/sms-campaign/send", json=body)
        return await self.hand_over(request, lambda said: said["sms_ticket"])


def receipts(arrived: Arrived, secret: str) -> list[Receipt]:
    """{message_id, status}; states between the two ends are not told further."""
    check_token(arrived, secret)
    said = as_json(arrived)
    id, status = said.get("message_id"), slug(said.get("status"), "")
    if not id:
        return []
    if status == "delivered":
        return [Receipt("delivered", str(id))]
    if status not in FAILED:
        return []
    return [Receipt("undeliverable", str(id), code=status, lasting=status in LASTING)]
