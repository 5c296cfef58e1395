"""Mail: the service that owns the fact owns the words; identity's post office knows the addresses.

`services/<name>/mails/<fact>.txt` begins with `Assunto: …`, then an empty line, then the text; `<fact>.html` is optional.
Both hold `{{value}}` places filled by `values`, and `{{name:<field>}}` places, which become `{{name:<PersonId>}}` and are
filled by identity when it sends. A place without a value is a mistake that the unit tests of the service find
(`Templates.places(fact)`).

    # services/access/mails/access-offered.txt
    Assunto: {{name:holder_id}} ofereceu acesso à unidade {{unit}}

    Olá, {{name:professional_id}}. …

In an inline view:

    @dataclass(frozen=True)
    class NoticesByMail:
        templates: Templates                                   # Templates(root / "mails", BRAND_NAME=…)
        name: ClassVar[str] = "notices_by_mail_1"
        not_compared: ClassVar[str] = "a mail is handed over once, in the words of its day"
        on: ClassVar[frozenset[type[Event]]] = frozenset({AccessOffered})

        async def project(self, writes: Writes, events: Sequence[Recorded[Any]]) -> None:
            for event in events:
                fact = event.event
                write(writes, event, fact.professional_id, "access-offered",
                      {"unit": "…", "holder_id": str(fact.holder_id), "professional_id": str(fact.professional_id)}, self.templates)

The id is uuid5(event id, "mail/<person>"), so a repeated projection writes nothing. In the worker: `loops={"post": Post(pool,
client, tokens, "access").run}` hands what is due to identity (`POST /v1/mails`), for ever, with back-off.
"""

from shared.mail.outbox import write, write_to_all
from shared.mail.post import Post
from shared.mail.templates import Message, MessageUnreadable, PlaceWithoutValue, Templates

__all__ = ["Message", "MessageUnreadable", "PlaceWithoutValue", "Post", "Templates", "write", "write_to_all"]
