"""Imported by the server that the processes of a race are forked from: an app is made there once, and thrown away.

The first app of a process costs twenty times as much as the next one, and a race has twelve processes. The models are
joined here too, which their first statement would do in each of them.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import configure_mappers

from booking import create_app
from config import Test

create_app(replace(Test(), SQLALCHEMY_DATABASE_URI="sqlite://"))
configure_mappers()
