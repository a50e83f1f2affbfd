"""The kernel's rows, one file per subject."""

from feedback.models.access import ApiToken, User
from feedback.models.alerts import Alert, AlertClock
from feedback.models.calls import CallAttempt
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
from feedback.models.defections import CauseDecision, Defection, DefectionRule, Departed
from feedback.models.digests import Digest
from feedback.models.discovery import DiscoveryClock, Proposal, ProposalComment
from feedback.models.engines import Engine, Rereading
from feedback.models.events import Event
from feedback.models.expected import Expectation, ExpectedValue
from feedback.models.handling import Handling
from feedback.models.headlines import Headline, HeadlineClock
from feedback.models.impact import Impact
from feedback.models.incoming import Delivery, OrderImport, OrderImportPart, OrderSource
from feedback.models.leaving import DefectionSplit, StaffTarget
from feedback.models.listed import ListedCustomers
from feedback.models.mail import IncomingMail, MailAddress, MailClass, OutgoingMail, QuietNumber
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
from feedback.models.wallet import WalletShare
from feedback.models.words import (
    Analysis,
    Comment,
    Enclosure,
    Mention,
    PublishPermission,
    Theme,
    Touchpoint,
    Typed,
)

__all__ = [
    "Alert",
    "AlertClock",
    "Analysis",
    "ApiToken",
    "CallAttempt",
    "Card",
    "Case",
    "CauseDecision",
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
    "DefectionSplit",
    "Delivery",
    "Departed",
    "Digest",
    "DiscoveryClock",
    "Dispute",
    "Enclosure",
    "Engine",
    "Erasure",
    "Event",
    "Expectation",
    "ExpectedValue",
    "FactCorrection",
    "Fingerprint",
    "FollowUp",
    "Forgotten",
    "Handling",
    "Headline",
    "HeadlineClock",
    "Impact",
    "Improvement",
    "IncomingMail",
    "Keeping",
    "ListedCustomers",
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
    "QuietNumber",
    "Refund",
    "Rereading",
    "SavedView",
    "Shop",
    "StaffTarget",
    "StaffedHour",
    "Tenure",
    "Theme",
    "ThemeTotal",
    "TotalsStamp",
    "Touchpoint",
    "Typed",
    "User",
    "WalletShare",
    "Watch",
]
