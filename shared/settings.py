"""Settings from the environment: `<SERVICE>_<NAME>` before `<NAME>`, and either as `…_FILE` naming a file that holds it."""

import os
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from shared.key_rings import keys_in


class _Environment(PydanticBaseSettingsSource):
    def __init__(self, settings_cls: type[BaseSettings], service: str, environ: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self._service = service.upper()
        self._environ = environ

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value of one field, as text."""
        del field
        for name in self._names(field_name):
            if name in self._environ:
                return self._environ[name], field_name, False
            if path := self._environ.get(f"{name}_FILE"):
                return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        return None, field_name, False

    def _names(self, field_name: str) -> tuple[str, ...]:
        """The names a field may have, the most particular first; ports have theirs from the set-up's own list."""
        names = (f"{self._service}_{field_name.upper()}", field_name.upper())
        match field_name:
            case "host":
                return names[:1]
            case "port":
                return (f"GD_PORT_{self._service}", *names[:1])
            case "worker_port":
                return (f"GD_PORT_{self._service}_WORKER", *names[:1])
            case _:
                return names

    def __call__(self) -> dict[str, Any]:
        """Every field that the environment names."""
        values = {name: self.get_field_value(field, name)[0] for name, field in self.settings_cls.model_fields.items()}
        return {name: value for name, value in values.items() if value is not None}


class ServiceSettings(BaseSettings):
    """What every service is told. Secrets never have a default."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    service: ClassVar[str] = ""

    environment: Literal["local", "test", "production"] = "local"
    brand_name: str = "Agência Virtual GD"
    distributor_code: str = Field(default="000", pattern=r"^\d{3}$")
    channels: str = ""
    timezone: str = "America/Manaus"
    holiday_subdivision: str = "AM"
    extra_holidays: str = ""
    public_url: str = "http://127.0.0.1:8080"
    clock_offset: timedelta = timedelta(0)

    database_url: SecretStr
    migrator_url: SecretStr | None = None
    kafka_bootstrap: str = "127.0.0.1:19092"
    pool_size: int = Field(default=12, ge=2, le=200)

    person_keys: SecretStr
    keks: SecretStr
    service_key: SecretStr
    service_jwks: str
    identity_url: str = "http://127.0.0.1:8101"
    identity_jwks_url: str = "http://127.0.0.1:8101/.well-known/jwks.json"

    s3_url: str = "http://127.0.0.1:19000"
    s3_public_url: str = "http://127.0.0.1:8080"
    s3_access_key: str = ""
    s3_secret_key: SecretStr = SecretStr("")
    s3_region: str = "us-east-1"
    clamd_address: str = "127.0.0.1:13310"
    max_document_mib: int = Field(default=20, ge=1, le=100)

    host: str = "127.0.0.1"
    port: int = 0
    worker_port: int = 0
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    otlp_endpoint: str = ""
    protocol_offset: int = Field(default=0, ge=0)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what is given in code, and the environment."""
        del env_settings, dotenv_settings, file_secret_settings
        return init_settings, _Environment(settings_cls, cls.service, os.environ)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @field_validator("keks")
    @classmethod
    def _ring(cls, value: SecretStr) -> SecretStr:
        keys_in(value.get_secret_value())
        return value

    @field_validator("person_keys")
    @classmethod
    def _one_key(cls, value: SecretStr) -> SecretStr:
        if len(keys_in(value.get_secret_value())) > 1:
            message = "it holds one key for ever: by another, everybody would have another id"
            raise ValueError(message)
        return value

    @field_validator("clock_offset", mode="before")
    @classmethod
    def _seconds(cls, value: object) -> object:
        return timedelta(seconds=float(value)) if isinstance(value, str) and value.lstrip("+-").replace(".", "", 1).isdigit() else value

    @model_validator(mode="after")
    def _offset_only_locally(self) -> Self:
        if self.clock_offset and self.environment == "production":
            message = "CLOCK_OFFSET is refused in production"
            raise ValueError(message)
        return self

    @property
    def holidays(self) -> Mapping[date, str]:
        """EXTRA_HOLIDAYS as `2026-10-24=aniversário da cidade,2027-02-09=Carnaval`."""
        pairs = [part.partition("=") for part in self.extra_holidays.split(",") if part.strip()]
        return {date.fromisoformat(day.strip()): name.strip() or "feriado" for day, _, name in pairs}
