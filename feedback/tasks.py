"""Jobs of the kernel, and the one Celery task that runs any job by its dotted path."""

from celery import shared_task

from feedback import (
    alerts,
    cases,
    combinations,
    comments,
    contact_imports,
    defections,
    deliveries,
    discovery,
    engines,
    erasure,
    escalation,
    expected,
    impact,
    leaving,
    mail,
    my_data,
    order_imports,
    order_sources,
    pulls,
    reminders,
    rereading,
    retention,
    tenure,
    trials,
    work,
)

READ_COMMENTS = comments.READ
DECIDE_CASES = cases.DECIDE
SEND_MAIL = mail.SEND
ESCALATE_CASES = escalation.ESCALATE
REMIND_OF_PROMISES = reminders.REMIND
TRAIN_READER = engines.TRAIN
READ_ANEW = rereading.READ_ANEW
COUNT_COMBINATIONS = combinations.COUNT
LOOK_FOR_ALERTS = alerts.FIND
FIND_IMPACT = impact.FIND
FIND_TENURE = tenure.FIND
FIND_EXPECTED = expected.FIND
FIND_LEAVING = leaving.FIND
LOOK_FOR_MISSED_THEMES = discovery.LOOK
READ_ANEW_FOR_NEW_THEMES = discovery.REREAD
TRY_POLICIES = trials.TRY
ERASE_PEOPLE = erasure.ERASE
KEEP_NO_LONGER = retention.KEEP
PULL_ORDERS = pulls.PULL
LOOK_FOR_QUIET_STORES = order_sources.LOOK
WORK_ON_DELIVERIES = deliveries.WORK
IMPORT_ORDERS = order_imports.IMPORT
IMPORT_CONTACTS = contact_imports.IMPORT
FIND_DEFECTIONS = defections.FIND
ANSWER_DATA_ASKED = my_data.ANSWER


@shared_task(name="feedback.run_job")
def run_job(path: str) -> int:
    """Run one job until nothing of it is due. The message is a hint: lost or doubled, the rows stay right."""
    return work.drain(work.job(path))
