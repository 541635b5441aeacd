"""Imported by the server that the processes of a race are forked from: what each of them needs is made once there.

Making the app costs more than most acts, and the models would be joined by the first statement of each process, the
letters compiled by its first payment.
"""

from __future__ import annotations

import gc

from sqlalchemy.orm import configure_mappers

from tests.races.acts import first_app

letters = first_app().jinja_env
for name in letters.list_templates(filter_func=lambda name: name.startswith("mail/")):
    letters.get_template(name)
configure_mappers()
# No process looks for rubbish in what it has been given, which would make it its own, page by page.
gc.freeze()
