"""A folder of its own for each test, without the caller's settings; Django set up once."""

from __future__ import annotations

import os
from pathlib import Path

import django
import pytest
from django.conf import settings

if not settings.configured:
    settings.configure(SECRET_KEY="x", ALLOWED_HOSTS=["*"], ROOT_URLCONF="tests.attach.django.urls", USE_TZ=True)
    django.setup()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.upper().startswith("OVERT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path
