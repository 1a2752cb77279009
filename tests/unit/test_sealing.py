"""Secrets of a source are encrypted where they stand, and everything else stays as it was."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.keyring import Keyring, new_key
from adapters.settings import Settings
from domain.errors import SettingError
from domain.sealing import Sealing, is_token, key_of, keys_of
from domain.secrets import mask_config, mask_url, unmask_config
from domain.sources import SourceFields

CONFIG = {
    "api_key": "hidden-1",
    "more": [{"password": 12345, "n": 1}],
    "headers": {"X": "hidden-2", "Y": ["hidden-3"]},
    "credentials": {"user": "me", "key": "hidden-4"},
    "auth": ["me", "hidden-5"],
    "remote": "https://u:hidden-6@h/?token=hidden-7&page=2",
    "token": "",
    "with_auth": True,
    "ünïcode": "stays",
}
FIELDS = SourceFields(
    "some", "https://me:hid%20den@host/ckan?key=hidden-8", "ckan", config=json.dumps(CONFIG, ensure_ascii=False)
)


class RingCipher:
    """The keys of a keyring, the newest first."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def seal(self, text: str) -> str:
        return (self.keyring.newest() or self.keyring.make()).seal(text)

    def unseal(self, token: str) -> str:
        key = self.keyring.key(key_of(token))
        if key is None:
            raise SettingError("missing")
        return key.unseal(token)

    def is_current(self, token: str) -> bool:
        newest = self.keyring.newest()
        return newest is not None and newest.id == key_of(token)


def ring(folder: Path) -> Keyring:
    return Keyring(Settings(data_dir=folder))


def test_all_secrets_are_sealed_and_nothing_else_is(tmp_path: Path) -> None:
    sealing = Sealing(RingCipher(ring(tmp_path)))

    sealed = sealing.sealed(FIELDS)

    assert "hid" not in sealed.url + sealed.config.replace("hidden_", "")
    assert "12345" not in sealed.config
    values = json.loads(sealed.config)
    assert is_token(values["api_key"])
    assert is_token(values["more"][0]["password"])
    assert (values["more"][0]["n"], values["token"], values["with_auth"], values["ünïcode"]) == (1, "", True, "stays")
    assert values["remote"].startswith("https://u:enc.1.")
    assert values["remote"].endswith("&page=2")
    assert sealed.url.startswith("https://me:enc.1.")
    opened = sealing.opened(sealed)
    assert (opened.url, json.loads(opened.config)) == (FIELDS.url, CONFIG)


def test_what_has_no_secret_stays_exactly_as_it_was(tmp_path: Path) -> None:
    fields = SourceFields("some", "https://host/", "ckan", config='{"records":   3}')

    assert Sealing(RingCipher(ring(tmp_path))).sealed(fields) == fields
    assert not (tmp_path / "secret.key").exists()  # a key is made when the first secret is stored


def test_the_same_fields_are_sealed_alike_and_sealed_ones_stay(tmp_path: Path) -> None:
    sealing = Sealing(RingCipher(ring(tmp_path)))

    once = sealing.sealed(FIELDS)

    assert sealing.sealed(FIELDS) == once
    assert sealing.sealed(once) == once


def test_a_masked_config_that_is_sent_back_means_the_sealed_one(tmp_path: Path) -> None:
    sealing = Sealing(RingCipher(ring(tmp_path)))
    sealed = sealing.sealed(FIELDS)
    shown = mask_config(sealed.config)

    assert "enc.1." not in shown + mask_url(sealed.url)
    assert "hidden" not in shown
    back = unmask_config(shown, sealed.config)
    assert json.loads(sealing.opened(replace(sealed, config=back)).config) == CONFIG


def test_a_token_that_a_configuration_writes_with_escapes_is_opened(tmp_path: Path) -> None:
    keyring = ring(tmp_path)
    escaped = keyring.make().seal('"hidden"').replace("enc.1.", r"\u0065nc\u002e1.")
    fields = replace(FIELDS, url="http://host/", config=f'{{"api_key": "{escaped}"}}')

    opened = Sealing(RingCipher(keyring)).opened(fields)

    assert json.loads(opened.config) == {"api_key": "hidden"}


def test_fields_without_a_token_are_opened_as_they_are(tmp_path: Path) -> None:
    assert Sealing(RingCipher(ring(tmp_path))).opened(FIELDS) is FIELDS


def test_the_key_file_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    keyring = ring(tmp_path / "new")

    keyring.make()

    assert stat.S_IMODE((tmp_path / "new" / "secret.key").stat().st_mode) == 0o600
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["secret.key"]


def test_a_new_key_goes_before_the_older_ones_which_still_decrypt(tmp_path: Path) -> None:
    old = ring(tmp_path)
    token = old.make().seal("hidden")

    new = ring(tmp_path).make()

    other = ring(tmp_path)
    assert other.newest() == new
    key = other.key(key_of(token))
    assert key is not None
    assert key.unseal(token) == "hidden"
    assert old.key(new.id) == new  # a process that runs on finds it: the file is read again


def test_a_key_from_the_setting_goes_before_the_file(tmp_path: Path) -> None:
    ring(tmp_path).make()
    first, second = new_key(), new_key()

    keyring = Keyring(Settings(data_dir=tmp_path, secret_key=f"{first}, {second}"))

    newest = keyring.newest()
    assert newest is not None
    assert Keyring(Settings(secret_key=first)).newest() == newest
    assert first not in repr(newest)
    with pytest.raises(SettingError, match="HARVEST_SECRET_KEY holds the keys: put a new one before"):
        keyring.make()


@pytest.mark.parametrize("text", ["short", "ünïcode", "a" * 100])
def test_what_is_no_key_is_refused_without_showing_it(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingError, match="HARVEST_SECRET_KEY holds what is no key") as refused:
        Keyring(Settings(secret_key=text, data_dir=tmp_path)).newest()

    assert text not in str(refused.value)


def test_a_changed_token_is_noticed(tmp_path: Path) -> None:
    key = ring(tmp_path).make()
    token = key.seal("hidden")
    changed = token[:-3] + ("AAA" if token[-3:] != "AAA" else "BBB")

    with pytest.raises(SettingError, match=f"key {key.id} encrypted has been changed"):
        key.unseal(changed)


def test_a_secret_whose_key_is_lost_can_be_replaced_and_is_left_alone_otherwise(tmp_path: Path) -> None:
    lost = Sealing(RingCipher(ring(tmp_path / "lost"))).sealed(FIELDS)
    sealing = Sealing(RingCipher(ring(tmp_path / "new")))

    with pytest.raises(SettingError):
        sealing.opened(lost)
    assert sealing.opened_as_far_as_possible(lost) == lost
    assert sealing.sealed_as_far_as_possible(lost) == lost
    assert len(keys_of(lost)) == 1
