"""When a sign-up has waited for twenty-four hours: it is abandoned, and what was typed can be read no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.identity.domain.sign_up.commands import AbandonSignUp, SignUpCommand
from services.identity.domain.sign_up.decider import SigningUp, SignUp
from services.identity.domain.sign_up.events import SignUpEvent
from services.identity.views.sign_up_deadlines import TIMER
from shared.eventsourcing import timers
from shared.eventsourcing.event import Cause
from shared.eventsourcing.handler import Handler
from shared.eventsourcing.keys import Keys
from shared.ids import new_id
from shared.postgres import Db


@dataclass(frozen=True)
class AbandonLapsed:
    """The timer's deed."""

    sign_ups: Handler[SignUpCommand, SignUp, SignUpEvent]
    keys: Keys

    async def fire(self, db: Db, stream: str, now: datetime) -> None:
        """Abandon, or arm again when it is not time."""
        outcome = await self.sign_ups(db, UUID(stream[-36:]), AbandonSignUp(now), Cause(f"timer:{TIMER}", new_id()))
        if isinstance(outcome.state, SigningUp):
            await timers.arm(db, TIMER, stream, outcome.state.expires_at)
        else:
            await self.keys.destroy(db, stream, before=now + timedelta(days=1))
