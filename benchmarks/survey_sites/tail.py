"""Ends the settings of a project that `startproject` made: no debugging, and a database set up as ours."""

import json
import os

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": json.loads(os.environ["SITE_DATABASE"])}
