"""What the customer asks for."""

from feedback.text.lexicon import WISHES, Hits

ORDER = ("replacement", "refund", "repair", "apology", "call_back", "explanation")


def wish(hits: Hits) -> str:
    """The wish named most often, the order above breaking ties; none when nothing is asked."""
    if not hits.areas & WISHES:
        return "none"
    named = [hit.name for hit in hits if hit.area == "wishes"]  # "if you do not refund" asks for it too
    if len(named) < 2:
        return named[0] if named else "none"
    return max(ORDER, key=named.count)
