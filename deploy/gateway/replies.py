"""What the gateway answers itself, in the same problem+json, in the same Portuguese, as the services behind it."""

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
RETRY_SECONDS = "2"


def _mapper(status: int) -> dict[str, Any]:
    code, title, detail = SENTENCES[status]
    comparison = {"op": "EQ", "value": {"default_value": status, "runtime_key": f"door.reply.{status}"}}
    problem = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": "%REQ(X-REQUEST-ID)%",
    }
    mapper: dict[str, Any] = {
        "filter": {"status_code_filter": {"comparison": comparison}},
        "body_format_override": {"json_format": problem, "content_type": "application/problem+json"},
    }
    if status == 503:  # noqa: PLR2004 - the status of RFC 9110 for "not now"
        header = {"header": {"key": "retry-after", "value": RETRY_SECONDS}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
        mapper["headers_to_add"] = [header]
    return mapper


LOCAL_REPLIES: dict[str, Any] = {"mappers": [_mapper(status) for status in SENTENCES]}
