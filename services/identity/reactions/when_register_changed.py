"""When the utility tells of a customer: the register takes the newer line, and an account with the same e-mail is proven holder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.identity.contacts import canonical_email, canonical_phone
from services.identity.domain.user.commands import ProveHolder, UserCommand
from services.identity.domain.user.decider import User
from services.identity.domain.user.events import UserEvent
from services.identity.views import accounts, register
from shared.clock import Clock
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.refusal import Malformed, Refusal
from shared.identifiers import parse_document
from shared.ids import new_id
from shared.people import PersonIds
from shared.postgres import Db


class CustomerUnreadable(Malformed):
    """A line of the register that cannot be one."""

    sentence = "Linha do cadastro de clientes inválida."


class KeyDiffers(Malformed):
    """A record under another key than its document."""

    sentence = "A chave do registro não é o documento dele."


class CustomerLine(BaseModel):
    """A line as the utility's system writes it."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True, hide_input_in_errors=True)
    sequence: int = Field(ge=0, lt=2**63)
    at: datetime
    document: str = Field(max_length=24)
    kind: Literal["cpf", "cnpj"]
    name: str = Field(min_length=1, max_length=200)
    email: str | None = Field(default=None, max_length=254)
    phone: str | None = Field(default=None, max_length=40)
    status: Literal["active", "removed"]


@dataclass(frozen=True)
class TakeCustomer:
    """Takes lines of `utility.customers` and of the CSV alike."""

    people: PersonIds
    users: Handler[UserCommand, User, UserEvent]
    clock: Clock

    async def record(self, db: Db, key: bytes, value: Mapping[str, Any]) -> None:
        """One record of the topic; its key is the canonical document."""
        line = _read(value)
        if key.decode(errors="replace") != parse_document(line.document).number:
            raise KeyDiffers
        await self._take(db, line, Cause("service:identity", new_id()))

    async def row(self, db: Db, row: Mapping[str, str], cause: Cause) -> bool:
        """One line of the CSV; answers whether anything changed."""
        return await self._take(db, _read(row), cause)

    async def rows(self, db: Db, rows: Sequence[Mapping[str, str]], cause: Cause) -> Sequence[bool | Refusal] | None:
        """Many lines of the CSV in a few statements; None where a person stands in them twice, and order matters."""
        read = [self._read_or_refusal(row) for row in rows]
        customers = [one for one in read if isinstance(one, register.Customer)]
        if len({customer.person_id for customer in customers}) < len(customers):
            return None
        written = await register.take_many(db, customers)
        told = {one.person_id: one for one in customers if one.person_id in written and one.status == "active" and one.email}
        proven = [one.user_id for one in await accounts.unproven(db, list(told)) if one.email == told[one.person_id].email]
        await self.users.each(db, proven, ProveHolder("register-email", self.clock()), cause)
        return [one.person_id in written if isinstance(one, register.Customer) else one for one in read]

    def _read_or_refusal(self, row: Mapping[str, str]) -> register.Customer | Refusal:
        try:
            return self._customer(_read(row))
        except Refusal as refusal:
            return refusal

    async def _take(self, db: Db, line: CustomerLine, cause: Cause) -> bool:
        customer = self._customer(line)
        if not await register.take_many(db, [customer]):
            return False
        if customer.status == "active" and customer.email is not None:
            await self._prove(db, customer.person_id, customer.email, cause)
        return True

    def _customer(self, line: CustomerLine) -> register.Customer:
        document = parse_document(line.document)
        if document.kind != line.kind or line.at.tzinfo is None:
            raise CustomerUnreadable
        return register.Customer(
            self.people.of(document),
            line.sequence,
            line.at,
            document.number,
            document.kind,
            " ".join(line.name.split()),
            _or_none(line.email, canonical_email),
            _or_none(line.phone, canonical_phone),
            line.status,
        )

    async def _prove(self, db: Db, person_id: UUID, email: str, cause: Cause) -> None:
        account = await accounts.find_by_person(db, person_id)
        if account is not None and not account.holder and not account.handed_over and account.email == email:
            await self.users(db, account.user_id, ProveHolder("register-email", self.clock()), cause)


def _read(value: Mapping[str, Any]) -> CustomerLine:
    try:
        return CustomerLine.model_validate(dict(value))
    except ValidationError as error:
        fields = sorted({str(problem["loc"][0]) for problem in error.errors(include_input=False) if problem["loc"]})
        raise CustomerUnreadable(extra={"fields": fields}) from None


def _or_none(text: str | None, canonical: Any) -> str | None:  # noqa: ANN401 - str → str
    """A contact made canonical; one that cannot be is as good as none, the line still counts."""
    try:
        return str(canonical(text)) if text else None
    except ValueError:
        return None
