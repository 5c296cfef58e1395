"""Drawing the papers of a request as PDF: the form, the receipt and the budget; pure, from facts to bytes."""

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from services.requests.domain.budget_request.states import Case
from shared.contracts.backoffice.review import BudgetTerms
from shared.eventsourcing.event import Erased

type Rows = Sequence[tuple[str, str]]

_GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.3, colors.grey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (0, -1), colors.whitesmoke),
    ]
)


def form(case: Case, names: Mapping[UUID, str], brand: str, zone: ZoneInfo) -> bytes:
    """The form of the request, as it was filed."""
    draft, filed = case.draft, case.filed
    site = draft.site
    address = "—" if site is None or isinstance(site.address, Erased) else site.address
    sections: list[tuple[str, Rows]] = [
        ("Protocolo", _protocol(case, zone)),
        (
            "Unidade consumidora e titular",
            [
                ("Unidade consumidora", filed.unit_number),
                ("Titular", names[filed.holder_id]),
                ("Endereço da geração", address),
                ("Município (IBGE)", filed.municipality),
                ("Tensão de atendimento", f"{filed.voltage_v} V"),
            ],
        ),
        (
            "Pedido",
            [("Motivo", filed.motive), ("Finalidade", filed.purpose), ("Fonte", filed.source), ("Porte", filed.porte)],
        ),
        *_plant(case),
        ("Responsável técnico", [("Nome", names[filed.responsible_id])]),
    ]
    return _document(f"{brand} — Formulário de orçamento de conexão", sections)


def _plant(case: Case) -> list[tuple[str, Rows]]:
    draft, filed = case.draft, case.filed
    return [
        (
            "Módulos",
            [(f"{row.maker} {row.model}", f"{row.quantity} × {row.power_w} W, {row.area_m2} m²") for row in draft.modules.values()],
        ),
        (
            "Inversores",
            [
                (f"{row.maker} {row.model}", f"{row.quantity} × {row.power_kw} kW, FP {row.power_factor}, DHT {row.thd_percent}%")
                for row in draft.inverters.values()
            ],
        ),
        (
            "Potência",
            [
                ("Σ módulos", f"{filed.power.modules_kwp} kWp"),
                ("Σ inversores", f"{filed.power.inverters_kw} kW"),
                ("Potência instalada", f"{filed.installed_kw} kW"),
                ("Regra", filed.power.rule),
            ],
        ),
    ]


def receipt(case: Case, names: Mapping[UUID, str], brand: str, zone: ZoneInfo) -> bytes:
    """The receipt of the filing: protocol, instant, object, unit, and every deadline with its article."""
    filed = case.filed
    sections: list[tuple[str, Rows]] = [
        ("Comprovante de protocolo", _protocol(case, zone)),
        ("Objeto", [("Orçamento de conexão", filed.motive), ("Unidade consumidora", filed.unit_number)]),
        ("Pessoas", [("Titular", names[filed.holder_id]), ("Protocolado por", names[filed.filed_by])]),
        ("Prazos", [(due.article, f"{due.due_on:%d/%m/%Y} ({due.length} {_UNITS[due.unit]})") for due in filed.due]),
        ("Documentos", [(document.code, document.sha256[:16]) for document in filed.documents]),
    ]
    return _document(f"{brand} — Comprovante", sections)


def budget(case: Case, terms: BudgetTerms, names: Mapping[UUID, str], brand: str, zone: ZoneInfo) -> bytes:
    """The budget of art. 69: conditions, works, costs, validity."""
    sections: list[tuple[str, Rows]] = [
        ("Protocolo", _protocol(case, zone)),
        ("Titular", [("Nome", names[case.filed.holder_id]), ("Unidade consumidora", case.filed.unit_number)]),
        (
            "Condições",
            [
                ("Ponto de conexão", terms.connection_point),
                ("Tensão", f"{terms.voltage_v} V"),
                ("Gratuito", "sim" if terms.free_of_charge else "não"),
                ("Participação financeira", f"R$ {terms.participation}"),
                ("Medição", f"R$ {terms.metering_cost}"),
                ("Validade", f"{terms.validity_business_days} dias úteis a partir do recebimento"),
                ("Contratos", ", ".join(terms.contracts) or "nenhum"),
            ],
        ),
        ("Obras", [(work.description, f"R$ {work.cost}, participação R$ {work.participation}, {work.days} dias") for work in terms.works]),
    ]
    return _document(f"{brand} — Orçamento de conexão (REN ANEEL 1.000/2021, art. 69)", sections)


_UNITS = {"days": "dias", "business-days": "dias úteis"}


def _protocol(case: Case, zone: ZoneInfo) -> Rows:
    filed_at: datetime = case.filed.filed_at.astimezone(zone)
    return [("Número", case.filed.protocol), ("Data e hora", f"{filed_at:%d/%m/%Y %H:%M:%S}")]


def _document(title: str, sections: Sequence[tuple[str, Rows]]) -> bytes:
    styles = getSampleStyleSheet()
    flow: list[object] = [Paragraph(_safe(title), styles["Title"])]
    for heading, rows in sections:
        if not rows:
            continue
        cells = [[Paragraph(_safe(label), styles["BodyText"]), Paragraph(_safe(value), styles["BodyText"])] for label, value in rows]
        flow += [Paragraph(_safe(heading), styles["Heading3"]), Table(cells, colWidths=[65 * mm, 105 * mm], style=_GRID), Spacer(1, 3 * mm)]
    out = io.BytesIO()
    # Invariant: drawn anew after a death between the file store and the transaction, it is the same file and no second one.
    SimpleDocTemplate(out, pagesize=A4, title=title, leftMargin=20 * mm, rightMargin=20 * mm, invariant=1).build(flow)
    return out.getvalue()


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
