"""Letters find people, and nobody who is gone."""

from __future__ import annotations

from sqlalchemy import Engine

from overt.measure import new_keyring
from overt.store import Eraser, Ledger
from overt.store.phonebook import Phonebook


def test_letters_of_either_case_find_people_old_and_new(engine: Engine) -> None:
    ledger, book = Ledger(engine), Phonebook(engine)
    robin, kim = ledger.recipient("Robin@Example.org"), ledger.recipient("kim@bücher.example")
    assert book.find("ROBIN@", 10) == [robin]
    assert set(book.find("example", 10)) == {robin, kim}
    assert len(book.find("", 1)) == 1
    assert book.find("%", 10) == book.find("a_e", 10) == []
    assert book.find("xn--bcher", 10) == [kim]
    ana = ledger.recipient("ana_b@example.org")
    assert book.find("a_b", 10) == [ana]


def test_who_was_erased_is_not_found(engine: Engine) -> None:
    ledger, book = Ledger(engine), Phonebook(engine)
    ledger.recipient("robin@example.org")
    assert book.find("robin", 10)
    Eraser(engine, new_keyring(bytes)).erase("robin@example.org")
    assert book.find("robin", 10) == []
