"""Secrets as containers find them: complete for each service, nothing of the others, the same at every start."""

import stat
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest

from deploy.compose.handing_out import hand_out
from deploy.local.environment import read
from deploy.local.home import SERVICES, Home
from shared.settings import ServiceSettings

ROOT = Path(__file__).resolve().parents[3]
TOLD = {**read(ROOT / "deploy" / "local" / "settings.env"), **read(ROOT / "deploy" / "compose" / "settings.env")}
OWN = "/run/secrets/own"
READERS = (*SERVICES, "postgres", "s3")


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    for reader in READERS:
        (tmp_path / "handed" / reader).mkdir(parents=True)
    hand_out(Home(tmp_path / "kept"), tmp_path / "handed")
    return tmp_path / "handed"


def content(folder: Path) -> Mapping[str, str]:
    return {file.name: file.read_text() for file in folder.iterdir()}


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_container_is_told_is_all_that_its_process_needs(service: str, volumes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TOLD.items():
        monkeypatch.setenv(name, value.replace(OWN, str(volumes / service)))
    settings: ServiceSettings = import_module(f"services.{service}.app").service().settings()
    assert settings.database_url.get_secret_value().startswith(f"postgresql://{service}_app:")
    assert settings.database_url.get_secret_value().endswith(f"@postgres:5432/{service}")
    assert settings.s3_secret_key.get_secret_value() == (volumes / "s3" / "secret_key").read_text()
    assert settings.migrator_url is None


def test_no_container_finds_the_keys_or_passwords_of_another(volumes: Path) -> None:
    own = {service: {content(volumes / service)[name] for name in ("keks", "service_key", "database_url")} for service in SERVICES}
    for reader in READERS:
        found = "\n".join(content(volumes / reader).values())
        assert not any(secret in found for service in SERVICES if service != reader for secret in own[service])
    admin = (volumes / "postgres" / "password").read_text()
    assert not any(admin in text for service in SERVICES for text in content(volumes / service).values())


def test_files_are_read_by_their_reader_alone(volumes: Path) -> None:
    for reader in READERS:
        modes = {stat.S_IMODE(file.stat().st_mode) for file in (volumes / reader).iterdir()}
        assert modes == ({0o400} if reader in SERVICES else {0o444})


def test_a_second_start_hands_out_the_same_and_a_rotated_secret_replaces_the_old(volumes: Path, tmp_path: Path) -> None:
    first = content(volumes / "access")
    hand_out(Home(tmp_path / "kept"), volumes)
    assert content(volumes / "access") == first
    ring = tmp_path / "kept" / "secrets" / "access_keks"
    ring.write_text(f"2:{'A' * 43}=,{ring.read_text()}")
    hand_out(Home(tmp_path / "kept"), volumes)
    assert content(volumes / "access") == {**first, "keks": ring.read_text()}
