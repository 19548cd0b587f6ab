"""Settings of mail: secrets are not shown, programs have whole paths."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from overt.cli.relay_option import Hop, Relay


def test_passwords_and_hashes_do_not_show() -> None:
    assert "hunter22" not in repr(Hop.model_validate({"user": "me", "password": "hunter22"}))
    assert "argon2" not in repr(Relay.model_validate({"users": {"ann": "$argon2id$x"}}))


def test_a_program_for_tokens_has_its_whole_path() -> None:
    assert Hop.model_validate({"token_command": "/bin/token --gmail"}).token_command == ("/bin/token", "--gmail")
    with pytest.raises(ValidationError, match="whole path"):
        Hop.model_validate({"token_command": ["token"]})


@pytest.mark.parametrize(
    "values",
    [{"max_connections": 0}, {"max_recipients": 99}, {"max_queue": 0}, {"campaign_field": "a b"}, {"bogus": 1}],
)
def test_values_out_of_bounds_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Relay.model_validate(values)
