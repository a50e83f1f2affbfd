"""What the customer asks for."""

from feedback.text.lexicon import Hit

ORDER = ("replacement", "refund", "repair", "apology", "call_back", "explanation")


def wish(hits: list[Hit]) -> str:
    """The wish named most often, the order above breaking ties; none when nothing is asked."""
    counts = dict.fromkeys(ORDER, 0)
    for hit in hits:
        if hit.area == "wishes":  # "if you do not refund" asks for it too
            counts[hit.name] += 1
    most = max(ORDER, key=lambda name: counts[name])
    return most if counts[most] else "none"
