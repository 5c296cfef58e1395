"""A scene of chapter 1: a stranger guesses at Ana's password, Clara loses her e-mail, and an attendant helps them both."""

from typing import Any

from demo.client import Client
from demo.staff import enter, log_in
from demo.stage import Stage
from shared.testing.people import Person

_GUESSES = 3


async def play(stage: Stage, attendant: Client) -> None:
    """Blocked, let in all the same, helped."""
    stranger = await _guessed(stage)
    await _known_browser(stage)
    await _lifted(stage, attendant, stranger)
    address = await _corrected(stage, attendant)
    await _recovered(stage, address)


async def _guessed(stage: Stage) -> Client:
    """Three wrong passwords in a row from a browser that nobody knows; the right one is no use there after that."""
    ana, browser = stage.cast.ana, stage.client("estranho")
    guesses = [{"cpf_or_cnpj": ana.document, "password": f"Palpite-errado-{guess}"} for guess in range(_GUESSES)]
    wrong = [await browser.post("/v1/sessions", guess, key=None, expect=401) for guess in guesses]
    right = {"cpf_or_cnpj": ana.document, "password": ana.password}
    refused = await browser.post("/v1/sessions", right, key=None, expect=409)
    stage.check(refused.code == "login-is-blocked", f"after {_GUESSES} wrong passwords: {refused.code}")
    stage.say("um estranho erra três vezes a senha de Ana: bloqueio", recusa=wrong[0].code, depois=refused.code, até=refused["until"])
    return browser


async def _known_browser(stage: Stage) -> None:
    """The block is the stranger's; Ana's own browser never stands outside."""
    ana = stage.cast.ana
    await log_in(stage, ana)
    mail = await stage.inbox.next_to(ana.email, about="bloqueado")
    stage.say("do navegador de sempre, Ana entra do mesmo jeito, e é avisada por e-mail", assunto=mail.subject)


async def _attended(stage: Stage, attendant: Client, person: Person, channel: str) -> str:
    """An attendance with its protocol; nothing may be done before it is known who asks."""
    opened = await attendant.post("/v1/service-desk/attendances", {"cpf_or_cnpj": person.document, "channel": channel})
    path = f"/v1/service-desk/attendances/{opened['id']}"
    early = await attendant.post(f"{path}/block-lifts", key=None, expect=409)
    stage.check(early.code == "identity-not-proofed", f"before proofing: {early.code}")
    checked = ["register-data", "call-back"] if channel == "phone" else ["photo-id"]
    proofed = await attendant.post(f"{path}/proofings", {"checked": checked}, key=None)
    stage.say(
        f"o atendente abre um atendimento e confere quem é: {proofed['display_name']}",
        protocolo=proofed["protocol"],
        conferido=", ".join(checked),
        antes_disso=early.code,
    )
    return path


async def _lifted(stage: Stage, attendant: Client, browser: Client) -> None:
    """Ana wants to use her new telephone now: the block is lifted."""
    ana = stage.cast.ana
    path = await _attended(stage, attendant, ana, "phone")
    lifted = await attendant.post(f"{path}/block-lifts", key=None)
    stage.check(lifted["blocks"] == [], f"lifted, and still {lifted['blocks']}")
    await browser.post("/v1/sessions", {"cpf_or_cnpj": ana.document, "password": ana.password}, key=None)
    mail = await stage.inbox.next_to(ana.email, about="Novo acesso")
    stage.say("o bloqueio é levantado; Ana entra pelo telefone novo, e é avisada também", assunto=mail.subject)


async def _corrected(stage: Stage, attendant: Client) -> str:
    """Clara reads her old e-mail no more: the attendant gives her account another, and both addresses are told."""
    clara = stage.cast.clara
    path = await _attended(stage, attendant, clara, "store")
    address = f"nova.{clara.email}"
    await attendant.post(f"{path}/contact-corrections", {"email": address}, key=None)
    old = await stage.inbox.next_to(clara.email, about="trocado")
    new = await stage.inbox.next_to(address, about="contato")
    stage.say("o e-mail de Clara é corrigido; o endereço antigo e o novo são avisados", antigo=old.subject, novo=new.subject)
    return address


async def _recovered(stage: Stage, address: str) -> None:
    """What does not match counts down; what matches brings a code, and the new password ends every session."""
    clara, browser = stage.cast.clara, stage.client(stage.cast.clara)
    given: dict[str, Any] = {"cpf_or_cnpj": clara.document, "email": clara.email, "phone": clara.phone}
    diverged = await browser.post("/v1/recoveries", given, key=None, expect=409)
    began = await browser.post("/v1/recoveries", {**given, "email": address}, key=None)
    mail = await stage.inbox.next_to(address, about="nova senha")
    path = f"/v1/recoveries/{began['id']}"
    await browser.post(f"{path}/proofs", {"code": mail.code}, key=None)
    password = f"{clara.password}-nova"
    await browser.post(f"{path}/password", {"password": password}, key=None)
    over = await browser.get("/v1/me", expect=401)
    stage.say(
        "Clara recupera a senha pelo código enviado ao novo e-mail; as sessões abertas terminam",
        com_o_e_mail_antigo=diverged.code,
        restavam=diverged["remaining"],
        sessão_antiga=over.code,
    )
    await enter(browser, clara, password)
    told = await stage.inbox.next_to(address, about="senha foi trocada")
    stage.say("e entra com a senha nova", assunto=told.subject)
