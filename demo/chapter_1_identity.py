"""Chapter 1: people come in. The register of customers, sign-up in four steps, log-in, the proof as holder, staff, who is locked out."""

from demo import locked_out
from demo.cast import customers_csv
from demo.client import Client
from demo.staff import log_in, sign_up, staff
from demo.stage import Stage


async def play(stage: Stage) -> None:
    """Walk it."""
    stage.title("1. Cadastro e acesso (identity)")
    await _register(stage)
    await _ana(stage)
    await _others(stage)
    await locked_out.play(stage, await _staff(stage))


async def _register(stage: Stage) -> None:
    """The utility's register of customers, by CSV: tried first, then taken."""
    operator = await staff(stage, stage.cast.operator, "operator")
    stage.say("o operador foi convidado, escolheu a senha, ativou o segundo fator e entrou", papel="operator")
    content = customers_csv(stage.cast)
    tried = await _import(operator, content, dry_run=True)
    stage.check(tried["changed"] == 6 and tried["refused"] == 0, f"dry run of the register: {tried}")
    stage.say("simulação da importação do cadastro de clientes", linhas=tried["total"], mudariam=tried["changed"])
    taken = await _import(operator, content, dry_run=False)
    stage.check(taken["changed"] == 6, f"import of the register: {taken}")
    stage.say("cadastro de clientes importado", linhas=taken["total"], mudaram=taken["changed"])


async def _import(operator: Client, content: bytes, *, dry_run: bool) -> dict[str, int]:
    place = await operator.post("/identity/v1/imports/uploads", key=None)
    await operator.put_bytes(place["url"], content)
    asked = await operator.post("/identity/v1/imports", {"kind": "customers", "object": place["object"], "dry_run": dry_run})
    done = await operator.until(
        f"/identity/v1/imports/{asked['id']}", lambda seen: seen["state"] in {"done", "refused"}, why="the import to end"
    )
    report: dict[str, int] = done["report"]
    return report


async def _ana(stage: Stage) -> None:
    """The holder signs up, mistypes once, leaves and comes back."""
    ana, client = stage.cast.ana, stage.client(stage.cast.ana)
    started = await client.post("/v1/sign-ups", {"cpf_or_cnpj": ana.document, "email": f"errado.{ana.email}"})
    path = f"/v1/sign-ups/{started['id']}"
    stage.say(f"{ana.first_name} informa CPF e e-mail; um código de 6 dígitos vai por e-mail", passo="1 de 4")
    await client.post(f"{path}/email-corrections", {"email": ana.email}, key=None)
    mail = await stage.inbox.next_to(ana.email, about="código de cadastro")
    wrong = f"{(int(mail.code) + 1) % 1_000_000:06d}"
    refused = await client.post(f"{path}/proofs", {"code": wrong}, key=None, expect=409)
    stage.check(refused.code == "code-wrong", f"a wrong code answered {refused.code}")
    await client.post(f"{path}/proofs", {"code": mail.code}, key=None)
    stage.say("corrige o e-mail, erra o código uma vez e acerta", passo="2 de 4", restavam=refused["tries_left"])
    await client.post(f"{path}/name-and-phone", {"name": ana.name, "phone": ana.phone}, key=None)
    stage.say("informa nome e telefone", passo="3 de 4")
    terms = await client.get("/v1/terms")
    given = {"password": ana.password, "terms_version": terms["version"]}
    weak = await client.post(f"{path}/password", {**given, "password": "1234567890"}, key=None, expect=409)
    stage.check(weak.code == "password-too-weak", f"a weak password answered {weak.code}")
    session = await client.post(f"{path}/password", given, key=None)
    stage.say("aceita os termos, escolhe a senha e já está dentro", passo="4 de 4", token=f"{session['expires_in']} s")
    client.token = session["access_token"]
    await client.delete("/v1/sessions/current")
    client.token = None
    await log_in(stage, ana)
    me = await client.get("/v1/me")
    stage.check(me["holder_proven"] is True, "Ana's e-mail is the register's, yet she is not proven")
    stage.say("sai e entra de novo com CPF e senha; o e-mail é o do cadastro: titular comprovada", pessoa=me["person_id"][:8])
    stage.table["person:ana"] = me["person_id"]
    renewed = await client.post("/v1/sessions/refreshes", key=None)
    client.token = renewed["access_token"]
    await stage.inbox.next_to(ana.email, about="conta está pronta")
    stage.say("a sessão foi renovada pelo cookie; o aviso de conta pronta chegou")


async def _others(stage: Stage) -> None:
    """Everybody else who has an account in the story."""
    cast = stage.cast
    for person in (cast.rui, cast.tiago, cast.clara):
        client = await sign_up(stage, person)
        stage.table[f"person:{person.key}"] = (await client.get("/v1/me"))["person_id"]
    stage.say("Rui, Tiago e Clara fizeram o cadastro")
    company = await sign_up(stage, cast.padaria, representative=cast.silvia)
    me = await company.get("/v1/me")
    stage.check(me["representative_name"] == cast.silvia.name, "the bakery does not know who acts for it")
    stage.table["person:padaria"] = me["person_id"]
    stage.say("a padaria (CNPJ alfanumérico) também, representada por Sílvia", titular="comprovada" if me["holder_proven"] else "não")


async def _staff(stage: Stage) -> Client:
    """Staff look for a person; a customer may not."""
    attendant = await staff(stage, stage.cast.attendant, "attendant")
    found = await attendant.post("/v1/customers/searches", {"cpf_or_cnpj": stage.cast.ana.document}, key=None)
    stage.check(found["display_name"] == stage.cast.ana.name, f"the attendant found {found.body}")
    stage.say("o atendente acha Ana pelo CPF (no corpo, nunca no endereço), e a consulta fica registrada", conta=found["has_account"])
    ana = stage.client(stage.cast.ana)
    refused = await ana.post("/v1/customers/searches", {"cpf_or_cnpj": stage.cast.rui.document}, key=None, expect=403)
    stage.say("para Ana, a mesma consulta é recusada", código=refused.code)
    return attendant
