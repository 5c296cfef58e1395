"""What the gateway answers itself, in the same problem+json, in the same Portuguese, as the services behind it."""

import re
from collections.abc import Sequence
from typing import Any

SENTENCES = {
    400: ("bad-request", "Pedido não compreendido", "O pedido não pôde ser lido. Confira o endereço e os cabeçalhos."),
    401: ("token-invalid", "Sessão não reconhecida", "Sua sessão expirou ou não é válida. Entre novamente."),
    403: ("forbidden", "Não permitido", "Este pedido não é permitido."),
    404: ("not-found", "Não encontrado", "Não há nada neste endereço."),
    408: ("request-timeout", "Tempo esgotado", "O pedido demorou demais para chegar. Tente novamente."),
    413: ("body-too-big", "Conteúdo grande demais", "O conteúdo enviado passa do tamanho permitido."),
    429: ("too-many-requests", "Muitos pedidos", "Foram feitos muitos pedidos em pouco tempo. Aguarde e tente novamente."),
    431: ("headers-too-big", "Cabeçalhos grandes demais", "Os cabeçalhos do pedido passam do tamanho permitido."),
    503: ("service-away", "Serviço indisponível", "O serviço está fora do ar por um instante. Tente novamente em alguns segundos."),
    504: ("service-slow", "Serviço demorado", "O serviço demorou a responder. Confira se o pedido foi feito antes de repeti-lo."),
}
FILE_SENTENCES = {
    400: ("file-address-invalid", "Endereço de arquivo inválido", "Este endereço de arquivo não está inteiro. Peça outro."),
    403: ("file-address-refused", "Endereço de arquivo recusado", "Este endereço de arquivo venceu ou foi alterado. Peça outro."),
    404: ("file-not-found", "Arquivo não encontrado", "Não há arquivo neste endereço."),
    503: ("file-store-away", "Arquivos indisponíveis", "Os arquivos estão fora do ar por um instante. Tente novamente em alguns segundos."),
}
FILES = "/gd-"
RETRY_SECONDS = "2"
STORE_STATUSES = {**dict.fromkeys((400, 405, 409, 411, 412, 416), 400), 403: 403, 404: 404, **dict.fromkeys((500, 501, 502, 503), 503)}
"""What the file store says, and what is said instead; 413, 429 and 504 are the gateway's own."""
_BESIDE = {401: {"www-authenticate": "Bearer"}, 503: {"retry-after": RETRY_SECONDS}}
"""What RFC 9110 wants beside a status; the token filter's own words for 401 would repeat the address that was asked."""
_STATUS = "type.googleapis.com/envoy.type.matcher.v3.HttpResponseStatusCodeMatchInput"
_POLICY = "type.googleapis.com/envoy.extensions.http.custom_response.local_response_policy.v3.LocalResponsePolicy"


def _mapper(
    status: int, words: tuple[str, str, str], *, where: Sequence[dict[str, Any]] = (), read_by_portals: bool = False
) -> dict[str, Any]:
    """The problem of one status, wherever it is asked or `where` these filters say; portals elsewhere may read it if we say so."""
    code, title, detail = words
    comparison = {"op": "EQ", "value": {"default_value": status, "runtime_key": f"door.reply.{status}"}}
    problem = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "%REQ(X-REQUEST-ID)%",
    }
    answered: dict[str, Any] = {"status_code_filter": {"comparison": comparison}}
    if where:
        answered = {"and_filter": {"filters": [answered, *where]}}
    mapper: dict[str, Any] = {
        "filter": answered,
        "body_format_override": {"json_format": problem, "content_type": "application/problem+json"},
    }
    headers = dict(_BESIDE.get(status, {}))
    if read_by_portals:
        headers |= {"access-control-allow-origin": "%REQ(ORIGIN)%", "vary": "origin"}
    if headers:
        mapper["headers_to_add"] = [header(*pair) for pair in headers.items()]
    return mapper


def header(name: str, value: str) -> dict[str, Any]:
    """One header, instead of whatever stood there."""
    return {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}


def _asked_with(name: str, match: dict[str, Any]) -> dict[str, Any]:
    return {"header_filter": {"header": {"name": name, "string_match": match}}}


def local_replies(origins: Sequence[str]) -> dict[str, Any]:
    """Every answer of the gateway's own, the first that fits."""
    file = _asked_with(":path", {"prefix": FILES})
    portal = _asked_with("origin", {"safe_regex": {"regex": "|".join(map(re.escape, origins))}})
    return {
        "mappers": [
            *(_mapper(status, words, where=(file, portal), read_by_portals=True) for status, words in FILE_SENTENCES.items()),
            *(_mapper(status, words, where=(file,)) for status, words in FILE_SENTENCES.items()),
            *(_mapper(status, words) for status, words in SENTENCES.items()),
        ]
    }


def in_our_words() -> dict[str, Any]:
    """The file store says no in XML: what it answers with one of these statuses is answered by the gateway instead."""
    return {"custom_response_matcher": {"matcher_list": {"matchers": [_answered(*pair) for pair in STORE_STATUSES.items()]}}}


def _answered(theirs: int, ours: int) -> dict[str, Any]:
    asked = {"input": {"name": "status", "typed_config": {"@type": _STATUS}}, "value_match": {"exact": str(theirs)}}
    policy = {"@type": _POLICY, "status_code": ours}
    return {"predicate": {"single_predicate": asked}, "on_match": {"action": {"name": str(theirs), "typed_config": policy}}}
