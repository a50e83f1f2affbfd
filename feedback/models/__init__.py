"""The kernel's rows, one file per subject."""

from feedback.models.access import ApiToken, User
from feedback.models.alerts import Alert, AlertClock
from feedback.models.cards import Card
from feedback.models.cases import (
    Case,
    Concession,
    Decision,
    FactCorrection,
    FollowUp,
    Improvement,
    Override,
    Promise,
    Watch,
)
from feedback.models.combinations import Combination
from feedback.models.contacts import (
    Contact,
    ContactImport,
    ContactReason,
    ContactTotal,
    StaffedHour,
)
from feedback.models.copies import Fingerprint
from feedback.models.defections import Defection, DefectionRule
from feedback.models.digests import Digest
from feedback.models.discovery import DiscoveryClock, Proposal, ProposalComment
from feedback.models.engines import Engine, Rereading
from feedback.models.events import Event
from feedback.models.headlines import Headline, HeadlineClock
from feedback.models.impact import Impact
from feedback.models.incoming import Delivery, OrderImport, OrderImportPart, OrderSource
from feedback.models.mail import IncomingMail, MailAddress, MailClass, OutgoingMail
from feedback.models.messages import Message
from feedback.models.own_data import DataAsked, DataLink, DataRequest, Erasure, Forgotten, Keeping
from feedback.models.people import (
    Consent,
    Customer,
    Dispute,
    Location,
    Notice,
    Order,
    OrderLine,
    Product,
    Refund,
)
from feedback.models.policies import Policy, PolicyTrial
from feedback.models.saved_views import SavedView
from feedback.models.shop import ClockTimes, OwnDay, Shop
from feedback.models.tenure import Tenure
from feedback.models.totals import ThemeTotal, TotalsStamp
from feedback.models.words import Analysis, Comment, Enclosure, Mention, PublishPermission, Theme, Touchpoint

__all__ = [
    "Alert",
    "AlertClock",
    "Analysis",
    "ApiToken",
    "Card",
    "Case",
    "ClockTimes",
    "Combination",
    "Comment",
    "Concession",
    "Consent",
    "Contact",
    "ContactImport",
    "ContactReason",
    "ContactTotal",
    "Customer",
    "DataAsked",
    "DataLink",
    "DataRequest",
    "Decision",
    "Defection",
    "DefectionRule",
    "Delivery",
    "Digest",
    "DiscoveryClock",
    "Dispute",
    "Enclosure",
    "Engine",
    "Erasure",
    "Event",
    "FactCorrection",
    "Fingerprint",
    "FollowUp",
    "Forgotten",
    "Headline",
    "HeadlineClock",
    "Impact",
    "Improvement",
    "IncomingMail",
    "Keeping",
    "Location",
    "MailAddress",
    "MailClass",
    "Mention",
    "Message",
    "Notice",
    "Order",
    "OrderImport",
    "OrderImportPart",
    "OrderLine",
    "OrderSource",
    "OutgoingMail",
    "Override",
    "OwnDay",
    "Policy",
    "PolicyTrial",
    "Product",
    "Promise",
    "Proposal",
    "ProposalComment",
    "PublishPermission",
    "Refund",
    "Rereading",
    "SavedView",
    "Shop",
    "StaffedHour",
    "Tenure",
    "Theme",
    "ThemeTotal",
    "TotalsStamp",
    "Touchpoint",
    "User",
    "Watch",
]
