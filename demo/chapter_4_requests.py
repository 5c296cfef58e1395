"""Chapter 4: the connection budget and the commissioning, from the draft to the connected plant (guide, parts 3 and 4)."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from demo.pdfs import encrypted_pdf, jpeg, pdf
from demo.requesting import BUDGET, DECLARED, DOCUMENTS, INVERTER, MODULE, SITE, Record, finished, prepared, started, until_judged
from demo.staff import staff
from demo.stage import Stage
from demo.surprise import Surprise
from demo.uploads import upload, upload_and_wait


async def play(stage: Stage) -> None:
    """Walk it."""
    stage.title("4. Orçamento de conexão e comissionamento (requests, backoffice)")
    request = await _draft(stage)
    await _technical(stage, request)
    await _documents(stage, request)
    await _filed(stage, request)
    await _judged(stage, request)
    await _contracts(stage, request)
    await _commissioning(stage, request)
    await _dismissed(stage)


async def _draft(stage: Stage) -> Record:
    """Client and unit, motive, purpose."""
    cast = stage.cast
    rui, clara = stage.client(cast.rui), stage.client(cast.clara)
    refused = await clara.post("/v1/budget-requests", {"unit_number": cast.unit(1)}, expect=403)
    stage.say("sem acesso vigente ninguém começa um pedido", recusa=refused.code)
    request = await started(stage, rui, cast.unit(1))
    stage.table["request"] = request.path[-36:]
    stage.say("Rui seleciona a cliente e a unidade e começa o orçamento de conexão", uc=cast.unit(1))
    motives = await rui.get("/v1/catalogues/motives")
    await request.put("motive", {"motive": "gd-sem-alteracao"})
    stage.say("motivo escolhido", opções=len(motives["entries"]), motivo="gd-sem-alteracao")
    await request.put("purpose", {"purpose": "autoconsumo-local", "source": "solar"})
    stage.say("finalidade escolhida", finalidade="autoconsumo-local")
    return request


async def _technical(stage: Stage, request: Record) -> None:
    """Modules, inverters, site and load, options and declarations."""
    rui = request.client
    row = await request.add("modules", {**MODULE, "quantity": 30})
    copy = await rui.post(f"{request.path}/modules/{row}/copies")
    gone = await rui.delete(f"{request.path}/modules/{copy['id']}", if_match=copy["version"])
    request.version = gone["version"]
    await request.add("inverters", {**INVERTER, "quantity": 3})
    too_much = await rui.get(f"{request.path}/readiness")
    above = next((problem for problem in too_much["problems"] if problem["code"] == "above-available-power"), None)
    if above is None:
        raise Surprise(f"15 kW at a house of 12 kW: {too_much.body}")
    stage.say(
        "potência acima da disponibilizada: a saída é outro motivo", recusa=above["code"], artigo=above["article"], saída=above["way_out"]
    )
    seen = await rui.get(request.path)
    await rui.put(f"{request.path}/inverters/{seen['draft']['inverters'][0]['row_id']}", INVERTER, if_match=seen["version"])
    request.version = seen["version"] + 1
    answer = await request.put(f"modules/{row}", MODULE)
    totals = answer["draft"]["totals"]
    stage.say(
        "módulos e inversor corrigidos",
        módulos_kwp=totals["modules_kwp"],
        inversores_kw=totals["inverters_kw"],
        instalada=totals["installed_kw"],
    )
    await request.put("site", SITE)
    await request.put("options", {"inspection": "on-request"})
    stale = await rui.put(f"{request.path}/options", {"inspection": "on-request"}, if_match=1, expect=412)
    await request.put("declarations", {"codes": DECLARED})
    stage.say("local e carga, opções e declarações", versão_antiga=stale.code)


async def _documents(stage: Stage, request: Record) -> None:
    """One by one, in the order of the catalogue; a locked file is refused; then alone or company."""
    rui = request.client
    content = encrypted_pdf("ART")
    document, state, code = await upload_and_wait(rui, DOCUMENTS, content, "art.pdf", owner_id=request.path[-36:], code="RESP_TECNICA")
    stage.check(state == "refused", f"a locked document is {state}")
    await rui.post(f"{request.path}/documents", {"document_id": document}, key=None, expect=409)
    stage.say("um PDF com senha é recusado na verificação", motivo=code)
    slots = [slot for slot in (await rui.get(f"{request.path}/checklist")).body if slot["required"] and not slot["generated"]]
    for slot in slots:
        await request.attach(await request.bring(slot["code"], pdf(slot["label"], stage.cast.ana.name)))
    stage.say("documentos anexados um a um, na ordem do catálogo", documentos=", ".join(slot["code"] for slot in slots))
    await request.put("contractor", {"kind": "autonomous"})
    await request.put("technical-responsible", {})
    stage.say("autônomo, e Rui assume a responsabilidade técnica")


async def _filed(stage: Stage, request: Record) -> None:
    """The summary, then yes: once, with a protocol, told to both, with form and receipt."""
    cast, rui = stage.cast, request.client
    ready = await rui.get(f"{request.path}/readiness")
    stage.check(ready["ready"], f"the request is not ready: {ready.body}")
    key = f"sim-{stage.run}-orcamento"
    clicks = await asyncio.gather(*(rui.post(f"{request.path}/filing", key=key, expect=(201, 409)) for _ in range(3)))
    again = await rui.post(f"{request.path}/filing", key=key)
    protocols = {answer["ids"]["protocol"] for answer in (*clicks, again) if answer.status == 201}
    stage.check(len(protocols) == 1, f"three clicks made {protocols}")
    protocol = protocols.pop()
    stage.table["protocol"] = protocol
    receipt = await rui.get(f"{request.path}/receipt")
    stage.say("ao clicar em sim, uma só vez, sai o protocolo", protocolo=protocol, em=receipt["filed_at"])
    for clock in receipt["clocks"]:
        stage.say(f"prazo {clock['clock']}", até=clock["due_on"], artigo=clock["article"])
    for person in (cast.ana, cast.rui):
        mail = await stage.inbox.next_to(person.email, about=protocol)
        stage.say(f"{person.first_name} recebe o protocolo por e-mail", assunto=mail.subject)
    done = await rui.until(
        request.path, lambda seen: len(seen["papers"]) == 2 and all(p["document_id"] for p in seen["papers"]), why="the papers"
    )
    for paper in done["papers"]:
        look = await rui.post(f"{DOCUMENTS}/{paper['document_id']}/views", {"purpose": "receipt"}, key=None)
        content = await rui.fetch_bytes(look["url"])
        stage.check(content.startswith(b"%PDF"), f"{paper['code']} is no PDF")
        stage.say("documento gerado", código=paper["code"], bytes=len(content))
    await _tracked(stage, protocol)


async def _tracked(stage: Stage, protocol: str) -> None:
    nobody = stage.client("visitante")
    wrong = await nobody.post("/v1/tracking", {"protocol": protocol, "cpf_or_cnpj": stage.cast.rui.document}, key=None, expect=404)
    right = await nobody.post("/v1/tracking", {"protocol": protocol, "cpf_or_cnpj": stage.cast.ana.document}, key=None)
    stage.say(
        "com protocolo e CPF do titular qualquer um acompanha", estado=right["state"], espera=right["next"]["what"], par_errado=wrong.code
    )


async def _judged(stage: Stage, request: Record) -> None:
    """Triage accepts, the analysis issues the budget, Ana approves."""
    cast = stage.cast
    ana = stage.client(cast.ana)
    reviewer = await staff(stage, cast.reviewer, "reviewer")
    await until_judged(stage, reviewer, "triage", request, "under-triage")
    stage.say(f"{cast.reviewer.first_name} faz a triagem: a documentação está conforme (art. 71)")
    analyst = await staff(stage, cast.analyst, "analyst")
    await until_judged(stage, analyst, "analysis", request, "under-analysis", lambda: BUDGET)
    stage.say(f"{cast.analyst.first_name} emite o orçamento de conexão (art. 69)", participação=BUDGET["participation"])
    await stage.inbox.next_to(cast.ana.email, about="orçamento de conexão emitido")
    refused = await request.client.post(f"{request.path}/approval", key=None, expect=403)
    received = await ana.post(f"{request.path}/budget-receipt", key=None)
    until = next(clock["due_on"] for clock in received["clocks"] if clock["clock"] == "approval")
    stage.say("Ana recebe o orçamento; o silêncio o aprovaria", até=until, Rui_não_decide=refused.code)
    approved = await ana.post(f"{request.path}/approval", key=None)
    stage.say("Ana aprova", estado=approved["state"], próximo=approved["next"]["what"], até=approved["next"]["until"])
    stage.table["analyst"] = analyst


async def _contracts(stage: Stage, request: Record) -> None:
    """Contracts go out and come back signed: the budget is in force."""
    cast = stage.cast
    ana, analyst = stage.client(cast.ana), stage.table["analyst"]
    filed = (await ana.get(request.path))["draft"]["documents"][0]["document_id"]
    early = await ana.post(f"{request.path}/contracts-return", {"document_ids": [filed]}, key=None, expect=409)
    owner = {"owner_id": request.path[-36:]}
    contract = await upload(analyst, DOCUMENTS, pdf("Relacionamento operacional", cast.ana.name), "contrato.pdf", code="CONTRATO", **owner)
    out = await analyst.post(f"{request.path}/contracts", {"document_ids": [contract]}, key=None)
    stage.say("contratos entregues (art. 84)", até=out["next"]["until"], antes_da_hora=early.code)
    await stage.inbox.next_to(cast.ana.email, about="contratos para assinar")
    signed = await upload(ana, DOCUMENTS, pdf("Contrato assinado", cast.ana.name), "assinado.pdf", code="CONTRATO_ASSINADO", **owner)
    back = await ana.post(f"{request.path}/contracts-return", {"document_ids": [signed]}, key=None)
    stage.check(back["state"] == "in-force", f"contracts are back, and it is {back['state']}")
    stage.say("Ana devolve os contratos assinados: orçamento em vigor", próximo=back["next"]["what"], até=back["next"]["until"])


async def _commissioning(stage: Stage, request: Record) -> None:
    """As built, documents, contractor, filed; the visit; the connected plant."""
    cast, rui = stage.cast, request.client
    units = (await rui.get("/v1/commissionable-units")).body["items"]
    eligible = [unit for unit in units if unit["eligible"]]
    stage.check([unit["request_id"] for unit in eligible] == [stage.table["request"]], f"units to commission: {units}")
    begun = await rui.post("/v1/commissionings", {"request_id": stage.table["request"]})
    record = Record(rui, f"/v1/commissionings/{begun['id']}", begun["version"])
    await record.put("as-built", {"as_approved": True})
    await record.attach(await record.bring("FOTOS", jpeg(), "image/jpeg"))
    await record.put("contractor", {"kind": "autonomous"})
    filed = await rui.post(f"{record.path}/filing")
    clock = (await rui.get(f"{record.path}/clocks")).body[0]
    stage.say("comissionamento protocolado", protocolo=filed["ids"]["protocol"], vistoria_até=clock["due_on"], artigo=clock["article"])
    await until_judged(stage, stage.table["analyst"], "commissioning", record, "under-review")
    inspector = await staff(stage, cast.inspector, "inspector")
    visit = {"visit_on": _today().isoformat(), "window": "day"}
    scheduled = await inspector.post(f"{record.path}/inspection", visit, key=None)
    stage.say("vistoria agendada", dia=scheduled["visit_on"], estado=scheduled["state"])
    await stage.inbox.next_to(cast.ana.email, about="vistoria agendada")
    await until_judged(stage, inspector, "inspections", record, "scheduled", lambda: _report(stage))
    await stage.inbox.next_to(cast.ana.email, about="geração conectada")
    seen = await stage.client(cast.ana).get(request.path)
    stage.check(seen["state"] == "connected", f"connected, and {seen['state']}")
    for line in (await rui.get(f"{request.path}/timeline"))["items"]:
        stage.say(line["sentence"], artigo=line["article"])
    await _withdrawn(stage)


async def _withdrawn(stage: Stage) -> None:
    """What is connected is not given up."""
    path = f"/v1/budget-requests/{stage.table['request']}/withdrawal"
    refused = await stage.client(stage.cast.ana).post(path, {"reason": "desistencia"}, key=None, expect=409)
    stage.say("do que já está conectado não se desiste", recusa=refused.code)


def _report(stage: Stage) -> Mapping[str, Any]:
    findings = [{"item": item, "passed": True} for item in ("padrão de entrada", "placa de advertência", "anti-ilhamento")]
    return {"type": "inspection-report", "visited_on": _today().isoformat(), "findings": findings, "meter_number": f"M{stage.run}"}


def _today() -> date:
    return datetime.now(ZoneInfo("America/Manaus")).date()


async def _dismissed(stage: Stage) -> None:
    """Tiago files for the bakery with an unreadable diagram: dismissed, corrected by a linked draft, filed again."""
    cast = stage.cast
    tiago = stage.client(cast.tiago)
    request = await started(stage, tiago, cast.unit(2))
    await prepared(request, cast.padaria, unreadable="UNIFILAR_BLOCOS")
    protocol = (await tiago.post(f"{request.path}/filing"))["ids"]["protocol"]
    reviewer, second = await staff(stage, cast.reviewer, "reviewer"), await staff(stage, cast.second_reviewer, "reviewer")
    await until_judged(stage, reviewer, "triage", request, "under-triage", second=second)
    seen = await tiago.get(request.path)
    fault = seen["non_conformities"][0]
    stage.check(seen["state"] == "dismissed", f"an unreadable diagram, and {seen['state']}")
    stage.say(
        "um diagrama ilegível: indeferido uma só vez, confirmado por uma segunda pessoa",
        protocolo=protocol,
        motivo=fault["code"],
        documento=fault["document_code"],
        artigo=fault["article"],
    )
    await stage.inbox.next_to(cast.padaria.email, about="indeferido")
    begun = await tiago.post(f"{request.path}/corrections")
    corrected = Record(tiago, f"/v1/budget-requests/{begun['id']}", begun["version"])
    missing = (await tiago.get(f"{corrected.path}/readiness"))["problems"]
    await finished(corrected, cast.padaria)
    again = await tiago.post(f"{corrected.path}/filing")
    stage.say(
        "Tiago corrige num rascunho já preenchido; só o que faltava é pedido de novo",
        pendências=", ".join(problem["step"] for problem in missing),
        novo_protocolo=again["ids"]["protocol"],
    )
    gone = await stage.client(cast.padaria).post(f"{corrected.path}/withdrawal", {"reason": "novo-projeto"}, key=None)
    stage.say("a padaria desiste do pedido", estado=gone["state"])
