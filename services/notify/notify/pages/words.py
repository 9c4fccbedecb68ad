"""What the pages call purposes, channels, states and reasons: French first, English beside it."""

from collections.abc import Mapping

from notify.purposes import Purpose

Words = Mapping[str, str]

PURPOSES: Mapping[str, Words] = {
    Purpose.CONFIRMED: {"fr": "Inscription confirmée", "en": "Enrolment confirmed"},
    Purpose.PROMOTED: {"fr": "Place libérée", "en": "Promoted from the waiting list"},
    Purpose.ACCEPTED: {"fr": "Place acceptée", "en": "Place accepted"},
    Purpose.WAITING: {"fr": "Sur la liste d'attente", "en": "On the waiting list"},
    Purpose.OFFERED: {"fr": "Place proposée", "en": "Place offered"},
    Purpose.DEADLINE_NEAR: {"fr": "Réponse bientôt attendue", "en": "Answer expected soon"},
    Purpose.EXPIRED: {"fr": "Délai passé", "en": "Time to answer over"},
    Purpose.WITHDRAWN: {"fr": "Désistement noté", "en": "Withdrawal noted"},
    Purpose.REMINDER: {"fr": "Rappel de la veille", "en": "Reminder on the day before"},
    Purpose.MOVED: {"fr": "Séance déplacée", "en": "Session moved"},
    Purpose.SUSPENDED: {"fr": "Séance incertaine", "en": "Session not certain"},
    Purpose.RESUMED: {"fr": "Séance maintenue", "en": "Session takes place after all"},
    Purpose.CALLED_OFF: {"fr": "Séance annulée", "en": "Session called off"},
    Purpose.APPLICATION_RECEIVED: {"fr": "Demande de place reçue", "en": "Application received"},
    Purpose.RENEWAL_DUE: {"fr": "Demande à confirmer", "en": "Application to be confirmed"},
    Purpose.APPLICATION_DECIDED: {"fr": "Réponse de la commission", "en": "Answer of the committee"},
    Purpose.APPLICATION_LAPSED: {"fr": "Demande arrivée à son terme", "en": "Application lapsed"},
    Purpose.PLACE_OFFERED: {"fr": "Place en crèche proposée", "en": "Crèche place offered"},
    Purpose.PLACE_DEADLINE_NEAR: {"fr": "Crèche : réponse attendue", "en": "Crèche: answer expected soon"},
    Purpose.PLACE_ACCEPTED: {"fr": "Place en crèche acceptée", "en": "Crèche place accepted"},
    Purpose.PLACE_EXPIRED: {"fr": "Place en crèche : délai passé", "en": "Crèche place: time to answer over"},
    Purpose.PLACE_WITHDRAWN: {"fr": "Place en crèche retirée", "en": "Crèche place withdrawn"},
    Purpose.CARE_OFFERED: {"fr": "Accueil occasionnel proposé", "en": "Occasional care offered"},
    Purpose.CARE_BOOKED: {"fr": "Accueil occasionnel réservé", "en": "Occasional care booked"},
    Purpose.CARE_REMINDER: {"fr": "Accueil occasionnel : rappel", "en": "Occasional care: reminder"},
    Purpose.CARE_WITHDRAWN: {"fr": "Accueil occasionnel : plus libre", "en": "Occasional care: no longer free"},
    Purpose.CARE_CANCELLED: {"fr": "Accueil occasionnel annulé", "en": "Occasional care cancelled"},
    Purpose.CODE: {"fr": "Code de confirmation", "en": "Code to confirm"},
    Purpose.CONSENT_ASKED: {"fr": "Accord demandé", "en": "Consent asked"},
    Purpose.OVERFULL: {"fr": "Trop d'inscrits", "en": "Too many enrolled"},
    Purpose.STATEMENT_READY: {"fr": "Relevé du mois", "en": "The month's statement"},
}
CHANNELS: Mapping[str, Words] = {
    "sms": {"fr": "SMS", "en": "SMS"},
    "email": {"fr": "e\u2011mail", "en": "e\u2011mail"},
}
STATUSES: Mapping[str, tuple[str, Words]] = {
    "scheduled": ("waiting", {"fr": "va partir", "en": "about to leave"}),
    "sending": ("waiting", {"fr": "en train de partir", "en": "leaving"}),
    "sent": ("good", {"fr": "envoyé", "en": "sent"}),
    "delivered": ("good", {"fr": "arrivé", "en": "arrived"}),
    "undeliverable": ("stop", {"fr": "n'est pas arrivé", "en": "did not arrive"}),
    "failed": ("stop", {"fr": "n'est pas parti", "en": "did not leave"}),
    "unknown": ("waiting", {"fr": "peut-être parti, à vérifier", "en": "may have left, to be checked"}),
    "withdrawn": ("quiet", {"fr": "retiré avant l'envoi", "en": "withdrawn before it left"}),
    "withheld": ("quiet", {"fr": "retenu : maison d'essai", "en": "withheld: trial house"}),
}
"""Status -> (the kind of sign, words)."""
PROBLEMS: Mapping[str, Words] = {
    "too-late": {"fr": "trop tard pour être utile", "en": "too late to be of use"},
    "too-little-time": {"fr": "plus assez de temps pour répondre", "en": "too little time left to answer"},
    "no-address": {"fr": "aucune adresse connue : à joindre autrement", "en": "no address known: reach them otherwise"},
    "refused-by-provider": {"fr": "l'adresse est refusée : à vérifier", "en": "the address is refused: please check"},
    "no-mobile": {"fr": "ce numéro ne reçoit pas de SMS", "en": "this number takes no SMS"},
    "unknown-recipient": {"fr": "cette adresse n'existe pas", "en": "there is no such address"},
    "mailbox-full": {"fr": "la boîte est pleine", "en": "the mailbox is full"},
    "bad-address": {"fr": "l'adresse est mal écrite : à vérifier", "en": "the address is misspelt: please check"},
    "gave-up": {"fr": "plusieurs essais, sans succès", "en": "tried several times, without success"},
    "not-written": {"fr": "le modèle du message est à corriger", "en": "the message's template has to be corrected"},
    "quiet-hours": {"fr": "attend la fin des heures calmes", "en": "waits for the quiet hours to end"},
    "enough-today": {"fr": "assez de messages pour aujourd'hui", "en": "enough messages for today"},
    "stopped": {"fr": "ne veut plus rien recevoir par là", "en": "wants nothing more this way"},
    "bounced": {"fr": "l'adresse n'existe plus", "en": "the address exists no more"},
    "contact-changed": {"fr": "n'est plus à joindre ainsi", "en": "no longer to be reached this way"},
    "not-agreed": {"fr": "n'a pas demandé de nouvelles", "en": "has not asked for news"},
    "no-contact": {"fr": "son contact ne nous est pas parvenu", "en": "their contact has not reached us"},
    "no-link": {"fr": "son lien ne nous est pas parvenu", "en": "their link has not reached us"},
    "no-session": {"fr": "la séance ne nous est pas parvenue", "en": "the session has not reached us"},
    "answered": {"fr": "la réponse est déjà connue", "en": "the answer is known already"},
    "not-asked-any-more": {"fr": "la question ne se pose plus", "en": "no longer asked"},
    "restored": {
        "fr": "a pu être dit avant la remise en service de la maison : à vérifier",
        "en": "may have been told before the house was restored: please check",
    },
    "silent": {"fr": "aucune nouvelle du prestataire", "en": "no word from the provider"},
}
NEXT_TRY: Words = {"fr": "nouvel essai prévu", "en": "will be tried again"}
NOT_DELIVERED: Words = {"fr": "le prestataire n'a pas pu le remettre", "en": "the provider could not deliver it"}
MISSING: Mapping[str, Words] = {
    "session": {"fr": "la séance", "en": "the session"},
    "contact": {"fr": "le contact", "en": "the contact"},
    "link": {"fr": "le lien de la famille", "en": "the family's link"},
}


def problem(code: str | None, status: str) -> Words | None:
    """Why, in words; None when there is nothing to say."""
    if code is None:
        return None
    return PROBLEMS.get(code, {"scheduled": NEXT_TRY, "undeliverable": NOT_DELIVERED}.get(status))
