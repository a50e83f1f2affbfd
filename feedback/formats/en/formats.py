"""Dates as English letters and pages write them; what is not said here is Django's own."""

DATE_FORMAT = "F j, Y"  # Django cuts some months short and others not
DATETIME_FORMAT = "F j, Y, H:i"  # hours as `moment` writes them
