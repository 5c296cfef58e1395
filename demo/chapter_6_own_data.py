"""Chapter 6: Nina looks at what is kept about her, takes a copy, and has it erased; both dates are shown."""

import io
import zipfile
from typing import Any

from demo.chapter_2_professional import DOCUMENTS
from demo.client import Client
from demo.pdfs import pdf
from demo.staff import sign_up
from demo.stage import Stage, eventually
from demo.uploads import upload
from shared.testing.people import Cast, Person


def nina(cast: Cast) -> Person:
    """Somebody whom no duty keeps: no protocol, not in the utility's register."""
    return cast.person("nina", "Nina Quixadá", 7)


def registration(run: int) -> str:
    """Her number at the council, which only she typed."""
    return f"{run:07d}Q"


async def play(stage: Stage) -> None:
    """See, copy, erase."""
    await is_erased(stage, await leaves_traces(stage))


async def leaves_traces(stage: Stage) -> Client:
    """Everything that she does before she is erased."""
    stage.title("6. Meus dados: ver, copiar e apagar (identity e todos os serviços)")
    client = await sign_up(stage, nina(stage.cast))
    await _begins_a_profile(stage, client)
    await _takes_a_copy(stage, client)
    return client


async def _begins_a_profile(stage: Stage, client: Client) -> None:
    started = await client.post("/v1/profiles")
    path, version = f"/v1/profiles/{started['id']}", started["version"]
    for step, body in (
        ("profession", {"profession": "engenheiro"}),
        ("registration", {"council": "CREA", "number": registration(stage.run), "uf": "AM"}),
    ):
        version = (await client.put(f"{path}/{step}", body, if_match=version))["version"]
    content = pdf("Certidão de registro e quitação", nina(stage.cast).name, registration(stage.run))
    document = await upload(client, DOCUMENTS, content, "certidao-de-nina.pdf", owner_id=started["id"], code="certidao-registro")
    await client.put(f"{path}/documents/certidao-registro", {"document_id": document}, if_match=version)
    stage.say("Nina começa um perfil profissional e traz um documento", perfil=started["id"][:8])


async def _takes_a_copy(stage: Stage, client: Client) -> None:
    asked = await client.post("/v1/me/exports", key=None)
    files: list[str] = []
    for part in asked["parts"]:
        reply = await client.http.get(part["href"], headers={"Authorization": f"Bearer {client.token}"})
        stage.check(reply.status_code == 200, f"a copy of {part['service']} answered {reply.status_code}")
        with zipfile.ZipFile(io.BytesIO(reply.content)) as archive:
            files += archive.namelist()
    stage.check(any(name.startswith("documents/") for name in files), f"the copy holds no document: {files}")
    stage.say("Nina baixa uma cópia do que cada serviço guarda", serviços=len(asked["parts"]), arquivos=len(files))


async def is_erased(stage: Stage, client: Client) -> None:
    """Both dates are shown, and every service answers."""
    person = nina(stage.cast)
    before = await client.get("/v1/me/erasure")
    stage.say("antes de apagar, ela vê o que sai na hora e o que a regulação manda guardar", sai_em=before["erased_on"])
    erased = await client.post("/v1/me/erasure", {"current_password": person.password}, key=None)
    client.token, path = None, f"/v1/erasures/{erased['erasure_id']}/views"

    async def answered() -> Any:
        seen = await client.post(path, {"token": erased["receipt"]}, key=None)
        return None if seen["waiting_for"] else seen

    seen = await eventually(answered, patience=stage.patience, why="every service to have erased what it may")
    stage.check(not seen["contact_kept"], "her contact is kept, though nothing is open")
    stage.say("apagado: todos os serviços responderam", em=seen["erased_at"], guardado_até=seen["kept_until"] or "nada a guardar")
    typed = {"cpf_or_cnpj": person.document, "password": person.password}
    refused = await client.post("/v1/sessions", typed, key=None, expect=401)
    mail = await stage.inbox.next_to(person.email, about="apagados")
    stage.say("a conta não existe mais; o recibo chegou por e-mail", recusa=refused.code, assunto=mail.subject)
