"""What happens to a block; all of it published."""

from shared.contracts.identity.user import LoginBlocked as LoginBlocked
from shared.contracts.identity.user import LoginUnblocked as LoginUnblocked
from shared.contracts.identity.user import RecoveryBlocked as RecoveryBlocked
from shared.contracts.identity.user import RecoveryUnblocked as RecoveryUnblocked
from shared.eventsourcing.event import Event

type BlockEvent = LoginBlocked | LoginUnblocked | RecoveryBlocked | RecoveryUnblocked
PUBLISHED: tuple[type[Event], ...] = (LoginBlocked, LoginUnblocked, RecoveryBlocked, RecoveryUnblocked)
