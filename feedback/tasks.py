"""Jobs of the kernel, and the one Celery task that runs any job by its dotted path."""
