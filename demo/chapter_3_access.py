"""Chapter 3: who may act for whom. Units from the register, an offer confirmed, an ask allowed (guide, part 2.1.2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from demo.cast import UNIT_COLUMNS, as_csv, unit, units_csv
from demo.client import Answer, Client
from demo.staff import staff
from demo.stage import Stage, eventually
from shared.testing.people import Person

_KIND = "consumer-units"


async def play(stage: Stage) -> None:
    """Walk it."""
    stage.title("3. Gerenciar acesso (access)")
    await _register(stage)
    await _offer(stage)
    await _ask(stage)
    await _extension(stage)
    await _ending(stage)
    await _another_holder(stage)


def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


async def _register(stage: Stage) -> None:
    """The register of consumer units, by CSV, with a line that cannot be taken."""
    cast = stage.cast
    operator = await staff(stage, cast.operator, "operator")
    wrong = unit(cast.unit(3), cast.ana, phases="7")
    content = units_csv(cast) + as_csv(UNIT_COLUMNS, [wrong]).split(b"\n", 1)[1]
    tried = await _import(operator, content, dry_run=True)
    stage.check((tried["changed"], tried["refused"]) == (2, 1), f"dry run of the units: {tried}")
    fault = tried["faults"][0]
    stage.say(
        "simulação da importação de unidades consumidoras", linhas=tried["total"], mudariam=2, linha=fault["line"], recusa=fault["code"]
    )
    taken = await _import(operator, content, dry_run=False)
    stage.check(taken["changed"] == 2, f"import of the units: {taken}")
    again = await _import(operator, content, dry_run=False)
    stage.check((again["changed"], again["already"]) == (0, 2), f"the same file again: {again}")
    stage.say("unidades importadas; o mesmo arquivo outra vez não muda nada", mudaram=taken["changed"])


async def _import(operator: Client, content: bytes, *, dry_run: bool) -> dict[str, Any]:
    place = await operator.post("/access/v1/imports/uploads", key=None)
    await operator.put_bytes(place["url"], content)
    asked = await operator.post("/access/v1/imports", {"kind": _KIND, "object": place["object"], "dry_run": dry_run})
    path = f"/access/v1/imports/{asked['id']}"
    done = await operator.until(path, lambda seen: seen["state"] in {"done", "refused"}, why="the import to end")
    report: dict[str, Any] = done["report"]
    return report


async def _own_unit(stage: Stage, person: Person) -> dict[str, Any]:
    seen = await stage.client(person).until("/v1/consumer-units", lambda body: bool(body["items"]), why=f"the unit of {person.first_name}")
    found: dict[str, Any] = seen["items"][0]
    return found


async def _offer(stage: Stage) -> None:
    """Ana chooses Rui, and says until when; Rui confirms."""
    cast = stage.cast
    ana, rui = stage.client(cast.ana), stage.client(cast.rui)
    house = await _own_unit(stage, cast.ana)
    stage.check(house["number"] == cast.unit(1), f"Ana sees {house['number']}")
    stage.say("Ana vê a sua unidade consumidora", uc=house["number"], kw=house["available_kw"], endereço=house["address"])
    offer = {"professional_cpf": cast.rui.document, "unit_ids": [house["id"]], "ends_on": _day(365), "may_decide": False}
    past = await ana.post("/v1/grants/offers", {**offer, "ends_on": _day(-2)}, expect=409)
    stranger = await ana.post("/v1/grants/offers", {**offer, "professional_cpf": cast.silvia.document}, expect=409)
    stage.say("data passada e pessoa sem perfil aprovado são recusadas", recusas=f"{past.code}, {stranger.code}")
    made = await _once_known(ana, "/v1/grants/offers", offer, "professional-not-approved")
    stage.say("Ana oferece acesso a Rui pelo CPF, com fim de contrato", até=offer["ends_on"])
    again = await ana.post("/v1/grants/offers", offer, expect=409)
    stage.check(again.code == "offer-already-open", f"a second offer answered {again.code}")
    mail = await stage.inbox.next_to(cast.rui.email, about="Convite de acesso")
    stage.say("Rui recebe o convite por e-mail, com o caminho para confirmar", assunto=mail.subject)
    path = f"/v1/grants/{made['id']}"
    live = await rui.post(f"{path}/confirmation", key=None)
    stage.check(live["state"] == "live", f"confirmed, and {live['state']}")
    await stage.inbox.next_to(cast.ana.email, about="Acesso concedido")
    stage.say("Rui confirma; os dois são avisados", estado=live["state"], até=live["ends_on"])
    clients = (await rui.get("/v1/clients"))["items"]
    stage.check([row["grant_id"] for row in clients] == [made["id"]], f"Rui's clients are {clients}")
    stage.say(
        "em “Meus clientes”, Rui escolhe a cliente e a unidade", cliente=clients[0]["client"]["display_name"], uc=clients[0]["number"]
    )
    stage.table |= {"unit:ana": house["id"], "grant:rui-ana": made["id"]}


async def _once_known(client: Client, path: str, body: Any, unknown: str) -> Answer:
    """A deed that rests on news from elsewhere: asked again until it has arrived."""

    async def asked() -> Answer | None:
        answer = await client.post(path, body, expect=(201, 409))
        return None if answer.code == unknown else answer

    answer: Answer = await eventually(asked, patience=client.patience, why=f"{unknown} to be over")
    return answer


async def _ask(stage: Stage) -> None:
    """Tiago asks for the bakery; a wrong pair answers just the same, and tells nobody."""
    cast = stage.cast
    tiago, bakery = stage.client(cast.tiago), stage.client(cast.padaria)
    wrong = {"client_document": cast.padaria.document, "unit_number": cast.unit(1)}
    missed = await _once_known(tiago, "/v1/grants/asks", wrong, "professional-not-approved")
    right = {"client_document": cast.padaria.document, "unit_number": cast.unit(2).lstrip("0")}
    asked = await tiago.post("/v1/grants/asks", right)
    stage.check(missed.status == asked.status and missed["version"] == asked["version"], "a wrong pair answers otherwise than a right one")
    stage.say("Tiago pede acesso pelo CNPJ e pela UC; um par errado tem a mesma resposta", protocolo=asked["ids"]["protocol"])
    mail = await stage.inbox.next_to(cast.padaria.email, about="Pedido de acesso")
    stage.say("a padaria é avisada por e-mail", assunto=mail.subject)
    waiting = (await bakery.get("/v1/grants", params={"side": "holder", "state": "requested"}))["items"]
    stage.check([row["id"] for row in waiting] == [asked["id"]], f"the bakery sees {waiting}")
    path = f"/v1/grants/{asked['id']}"
    live = await bakery.post(f"{path}/allowance", {"ends_on": _day(200), "may_decide": True}, key=None)
    stage.check(live["state"] == "live", f"allowed, and {live['state']}")
    stage.say(
        "a padaria permite, até uma data, e deixa decidir em seu nome",
        profissional=live["professional"]["display_name"],
        até=live["ends_on"],
    )
    await tiago.post(f"/v1/grants/{missed['id']}/withdrawal", key=None)
    stage.table |= {"grant:tiago-padaria": asked["id"], "unit:padaria": live["unit"]["unit_id"]}


async def _extension(stage: Stage) -> None:
    """Either side proposes a later last day; the other accepts."""
    rui, ana = stage.client(stage.cast.rui), stage.client(stage.cast.ana)
    path = f"/v1/grants/{stage.table['grant:rui-ana']}"
    proposed = await rui.post(f"{path}/extension", {"ends_on": _day(500)}, key=None)
    accepted = await ana.post(f"{path}/extension/acceptance", key=None)
    stage.check(accepted["ends_on"] == _day(500), f"extended until {accepted['ends_on']}")
    stage.say("Rui propõe prorrogar; a data antiga vale até Ana aceitar", antes=proposed["ends_on"], agora=accepted["ends_on"])


async def _ending(stage: Stage) -> None:
    """Clara is given access and loses it; what happened stays to be read by both."""
    cast = stage.cast
    ana, clara = stage.client(cast.ana), stage.client(cast.clara)
    offer = {"professional_cpf": cast.clara.document, "unit_ids": [stage.table["unit:ana"]], "ends_on": _day(30)}
    made = await _once_known(ana, "/v1/grants/offers", offer, "professional-not-approved")
    path = f"/v1/grants/{made['id']}"
    await clara.post(f"{path}/confirmation", key=None)
    ended = await ana.post(f"{path}/revocation", key=None)
    stage.check(ended["state"] == "revoked", f"revoked, and {ended['state']}")
    told = (await clara.get(f"{path}/timeline"))["items"]
    stage.check(not (await clara.get("/v1/clients"))["items"], "Clara still has a client")
    stage.say(
        "Ana encerra o acesso de Clara na hora; a história fica para os dois", história=" ".join(moment["sentence"] for moment in told)
    )
    foreign = await clara.get(f"/v1/grants/{stage.table['grant:rui-ana']}", expect=404)
    stage.say("o acesso dos outros, Clara não vê", recusa=foreign.code)


async def _another_holder(stage: Stage) -> None:
    """Ana sells her cottage: the register names another holder, and what Ana granted for it ends."""
    cast = stage.cast
    operator = await staff(stage, cast.operator, "operator")
    ana, clara = stage.client(cast.ana), stage.client(cast.clara)
    cottage = cast.unit(4)
    await _import(operator, as_csv(UNIT_COLUMNS, [unit(cottage, cast.ana)]), dry_run=False)
    seen = await ana.until("/v1/consumer-units", lambda body: cottage in [row["number"] for row in body["items"]], why="the cottage")
    unit_id = next(row["id"] for row in seen["items"] if row["number"] == cottage)
    offer = {"professional_cpf": cast.clara.document, "unit_ids": [unit_id], "ends_on": _day(90)}
    path = (await ana.post("/v1/grants/offers", offer)).headers["location"]
    await clara.post(f"{path}/confirmation", key=None)
    await _import(operator, as_csv(UNIT_COLUMNS, [unit(cottage, cast.silvia)]), dry_run=False)
    ended = await clara.until(path, lambda body: body["state"] == "revoked", why="the end of the grant")
    stage.check(ended["ended_by"] == "register", f"ended by {ended['ended_by']}")
    stage.say("o cadastro informa outro titular: o acesso dado pela antiga acaba sozinho", uc=cottage, encerrado_por="cadastro")
