"""The methods of Torque, all of them."""

from typing import Any

from torque.api.jsonrpc.methods import bulk, entity, exchange, history, live, page, system, xflow
from torque.api.jsonrpc.registry import Method

METHODS: tuple[Method[Any], ...] = (
    *system.METHODS,
    *page.METHODS,
    *entity.METHODS,
    *bulk.METHODS,
    *exchange.METHODS,
    *history.METHODS,
    *xflow.METHODS,
    *live.METHODS,
)
