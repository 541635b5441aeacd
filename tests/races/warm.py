"""Imported by the server that the processes of a race are forked from: what each of them needs is made once there.

Making the app costs more than most acts, and the models would be joined by the first statement of each process.
"""

from __future__ import annotations

from sqlalchemy.orm import configure_mappers

from tests.races.acts import first_app

first_app()
configure_mappers()
