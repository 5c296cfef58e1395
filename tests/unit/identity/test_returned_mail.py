"""Which letter came back: by the report that mail systems write (RFC 3464), and by nothing else."""

from uuid import UUID, uuid4

from services.identity.returned_mail import letter_that_came_back

LETTER = UUID("01938a5e-7c00-7000-8000-000000000001")


def report(
    letter: UUID = LETTER, *, action: str = "failed", status: str = "5.1.1", domain: str = "localhost", headers_only: bool = False
) -> bytes:
    """A delivery report as Postfix writes it."""
    quoted = "text/rfc822-headers" if headers_only else "message/rfc822"
    return f"""From: MAILER-DAEMON@mx.exemplo.test
To: agencia@localhost
Subject: Undelivered Mail Returned to Sender
Message-ID: <20261104120000.1@mx.exemplo.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver it.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.exemplo.test

Final-Recipient: rfc822; ana@exemplo.test
Action: {action}
Status: {status}

--b
Content-Type: {quoted}

From: agencia@localhost
Message-ID: <{letter}@{domain}>
Subject: Assunto

Bom dia.
--b--
""".replace("\n", "\r\n").encode()


def test_a_report_names_the_letter_that_failed() -> None:
    assert letter_that_came_back(report(), "localhost") == LETTER
    assert letter_that_came_back(report(headers_only=True), "localhost") == LETTER


def test_a_delay_an_answer_and_others_mail_are_no_return() -> None:
    assert letter_that_came_back(report(action="delayed", status="4.4.1"), "localhost") is None
    assert letter_that_came_back(report(status="4.2.2"), "localhost") is None
    assert letter_that_came_back(report(domain="exemplo.test"), "localhost") is None
    assert letter_that_came_back(f"Subject: oi\r\nMessage-ID: <{uuid4()}@localhost>\r\n\r\noi".encode(), "localhost") is None
    assert letter_that_came_back(b"", "localhost") is None
    assert letter_that_came_back(b"\xff\x00 not mail at all", "localhost") is None
