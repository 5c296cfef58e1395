"""What identity is told beside what every service is: password cost, limits of sessions, mail server, pepper."""

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from services.identity.domain.attempts.rules import Policy
from shared.settings import ServiceSettings


class IdentitySettings(ServiceSettings):
    """Settings of identity; each may stand as `IDENTITY_<NAME>`."""

    service: ClassVar[str] = "identity"

    pepper: SecretStr

    argon2_time_cost: int = Field(default=1, ge=1, le=20)
    argon2_memory_kib: int = Field(default=47_104, ge=8_192, le=1_048_576)
    argon2_parallelism: int = Field(default=1, ge=1, le=8)
    password_threads: int = Field(default=2, ge=1, le=32)
    password_queue: int = Field(default=64, ge=1, le=1000)

    login_tries: int = Field(default=3, ge=1, le=20)
    login_block: timedelta = timedelta(minutes=10)
    recovery_block: timedelta = timedelta(hours=24)

    session_idle: timedelta = timedelta(days=14)
    session_limit: timedelta = timedelta(days=90)
    shared_device_idle: timedelta = timedelta(minutes=30)
    staff_idle: timedelta = timedelta(hours=4)
    staff_limit: timedelta = timedelta(hours=12)
    signing_key_lives: timedelta = timedelta(days=30)

    staff_url: str = ""

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_starttls: bool = False
    mail_from: str = "agencia@localhost"

    @property
    def attempts(self) -> Policy:
        """How wrong passwords and divergent details are counted."""
        return Policy(self.login_tries, self.login_block, self.recovery_block)

    def home_of(self, kind: Literal["customer", "staff"]) -> str:
        """The address whose pages may use a session's cookie: staff may have a host of their own."""
        return (self.staff_url if kind == "staff" else "") or self.public_url

    @property
    def secure_cookies(self) -> bool:
        """Whether browsers reach us by https, as everywhere but on a developer's machine."""
        return self.public_url.startswith("https://")
