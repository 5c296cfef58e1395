"""Chapter 2: three professionals build their profiles, the back office reviews them (guide, part 2.1.1)."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.client import Client
from demo.pdfs import infected_pdf, jpeg, pdf
from demo.staff import sign_up, staff
from demo.stage import Stage
from demo.surprise import Surprise
from demo.uploads import upload, upload_and_wait
from shared.testing.people import Person

DOCUMENTS = "/v1/profile-documents"
VALID_DAYS = 300


@dataclass
class Profile:
    """One professional at work on their profile."""

    client: Client
    person: Person
    id: str
    version: int

    @property
    def path(self) -> str:
        """Where it is."""
        return f"/v1/profiles/{self.id}"

    async def step(self, name: str, body: dict[str, Any]) -> None:
        """Say one step, whole."""
        answer = await self.client.put(f"{self.path}/{name}", body, if_match=self.version)
        self.version = answer["version"]

    async def show(self, code: str, content: bytes, name: str, media_type: str = "application/pdf") -> None:
        """Bring a document and put it in its place."""
        document = await upload(self.client, DOCUMENTS, content, name, media_type, owner_id=self.id, code=code)
        await self.step(f"documents/{code}", {"document_id": document})


async def play(stage: Stage) -> None:
    """From the first step to the verdict."""
    stage.title("2. Perfil profissional e análise (professional, backoffice)")
    cast = stage.cast
    rui, *others = await asyncio.gather(
        _engineer(stage),
        _quickly(stage, cast.tiago, "tecnico", "CFT"),
        _quickly(stage, cast.clara, "corretor", "CRECI"),
    )
    for profile in (rui, *others):
        await _submitted(stage, profile)
    await _review(stage, [rui, *others])
    for profile in (rui, *others):
        shown = await profile.client.get(profile.path)
        terms = shown["terms"]
        stage.say(
            f"o perfil de {profile.person.first_name} foi aprovado",
            pode_protocolar=", ".join(terms["may_file"]),
            limite_kva=terms["ceiling_kva"] or "sem limite",
            válido_até=terms["valid_until"],
        )
        stage.table[f"{profile.person.key}_profile"] = profile.id
    mail = await stage.inbox.next_to(cast.rui.email, about="aprovado")
    stage.say("Rui recebe a notícia por e-mail", assunto=mail.subject)


async def _started(stage: Stage, person: Person) -> Profile:
    client = await sign_up(stage, person)
    started = await client.post("/v1/profiles")
    return Profile(client, person, started["id"], started["version"])


async def _engineer(stage: Stage) -> Profile:
    """Rui, step by step, with what goes wrong on the way."""
    rui = await _started(stage, stage.cast.rui)
    stage.say("Rui inicia o perfil profissional", perfil=rui.id[:8])
    await rui.step("profession", {"profession": "engenheiro"})
    wrong = {"council": "CRECI", "number": "1234567", "uf": "AM"}
    refused = await rui.client.put(f"{rui.path}/registration", wrong, if_match=rui.version, expect=409)
    stage.say("o conselho dos corretores não registra engenheiro", recusa=refused.code)
    await rui.step("registration", {"council": "CREA", "number": f"{stage.run:07d}-AM", "uf": "AM"})
    await rui.step("company", {"cnpj": None})
    early = await rui.client.post(f"{rui.path}/submissions", expect=409)
    stage.say("enviar antes da hora lista tudo o que falta", recusa=early.code, pendências=len(early["problems"]))
    await _infected(stage, rui)
    await rui.show("carteira-conselho", jpeg(), "carteira-frente.jpg", "image/jpeg")
    await rui.show("carteira-conselho", jpeg(), "carteira-verso.jpg", "image/jpeg")
    await rui.show("certidao-registro", pdf("Certidão de registro e quitação", "Rui Andrade"), "certidao.pdf")
    ready = await rui.client.get(f"{rui.path}/readiness")
    stage.check(ready["ready"], f"Rui's profile is not ready: {ready.body}")
    return rui


async def _infected(stage: Stage, rui: Profile) -> None:
    content = infected_pdf("Certidão")
    document, state, code = await upload_and_wait(rui.client, DOCUMENTS, content, "certidao.pdf", owner_id=rui.id, code="certidao-registro")
    stage.check(state == "refused", f"an infected document is {state}")
    body = {"document_id": document}
    await rui.client.put(f"{rui.path}/documents/certidao-registro", body, if_match=rui.version, expect=409)
    stage.say("um documento com vírus é recusado na verificação", motivo=code)


async def _submitted(stage: Stage, profile: Profile) -> None:
    filed = await profile.client.post(f"{profile.path}/submissions")
    shown = await profile.client.get(profile.path)
    # Where several walk at once, the reviewer of another may have been quick.
    stage.check(shown["state"] in {"under-review", "approved"}, f"submitted, and {shown['state']}")
    name, due = profile.person.first_name, (shown["submission"] or {}).get("due_on")
    stage.say(f"{name} envia o perfil para análise", protocolo=filed["ids"]["protocol"], resposta_até=due)


async def _quickly(stage: Stage, person: Person, profession: str, council: str) -> Profile:
    """The same for somebody else, without detours."""
    profile = await _started(stage, person)
    await profile.step("profession", {"profession": profession})
    await profile.step("registration", {"council": council, "number": f"{stage.run:07d}-{person.key[:1].upper()}", "uf": "AM"})
    await profile.step("company", {"cnpj": None})
    for code in ("carteira-conselho", "certidao-registro"):
        await profile.show(code, pdf(code, person.name), f"{code}.pdf")
    return profile


async def _review(stage: Stage, profiles: list[Profile]) -> None:
    """The reviewer takes what is next until these are approved; what comes first in the queue comes first here."""
    reviewer = await staff(stage, stage.cast.reviewer, "reviewer")
    stage.say(f"{stage.cast.reviewer.first_name}, revisora, foi convidada e entrou")
    deadline = asyncio.get_running_loop().time() + reviewer.patience
    waiting = list(profiles)
    while waiting:
        if asyncio.get_running_loop().time() > deadline:
            raise Surprise(f"still under review after {reviewer.patience:g} s: {[profile.person.first_name for profile in waiting]}")
        claimed = await reviewer.post("/v1/queues/profiles/next-claims", expect=(201, 404, 409))
        if claimed.status == 201:
            await _judge(stage, reviewer, claimed["id"])
        else:
            await asyncio.sleep(0.5)
        waiting = [profile for profile in waiting if (await profile.client.get(profile.path))["state"] != "approved"]


async def _judge(stage: Stage, reviewer: Client, review_id: str) -> None:
    """Look at each document, give its verdict, conclude."""
    path = f"/v1/reviews/{review_id}"
    review = await reviewer.get(path)
    version = review["version"]
    for document in review["documents"]:
        look = await reviewer.post(f"{DOCUMENTS}/{document['id']}/views", {"purpose": "review"}, key=None)
        stage.check(await reviewer.fetch_bytes(look["url"]), "an empty document went to review")
        judged = await reviewer.put(f"{path}/documents/{document['id']}/verdict", {"verdict": "accepted"}, if_match=version)
        version = judged["version"]
    until = (datetime.now(UTC) + timedelta(days=VALID_DAYS)).date().isoformat()
    content = {"type": "profile-terms", "valid_until": until, "attribution_confirmed": True}
    await reviewer.post(f"{path}/conclusion", {"outcome": "approved", "content": content}, if_match=version, key=None)
    stage.say("a revisora pega o próximo, vê cada documento e conclui", protocolo=review["protocol"], documentos=len(review["documents"]))
