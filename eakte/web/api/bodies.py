"""How is what a program sends read? As it is described, and nothing is guessed.

A text is no number, 1 is not true, and half a character is no character: what does not fit the
description is refused before a use case sees it.
"""

from __future__ import annotations

from typing import Any

from apiflask import HTTPError
from apiflask.schema_adapters import registry
from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

REFUSED = 422


class StrictBodies(PydanticAdapter):
    """Reads bodies and addresses into models without turning one type into another."""

    def validate_input(self, request: Request, location: str, **kwargs: Any) -> BaseModel:
        """Return the model of a body (``json``) or of what stands in the address (``query``).

        Raises:
            UnsupportedMediaType: the body does not call itself JSON.
            BadRequest: it is no JSON.
            HTTPError: a field is missing, unknown, or not as described.
        """
        try:
            if location != "json":
                return self.model_class.model_validate_strings(_only_once(request))
            body = request.get_data()
            if body and not request.is_json:
                raise UnsupportedMediaType
            # An act without further details needs no body.
            return self.model_class.model_validate_json(body or b"{}", strict=True)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False, include_context=False)
            if any(fault["type"] == "json_invalid" for fault in faults):
                raise BadRequest from error
            named = [{"loc": fault["loc"]} for fault in faults if fault["loc"]]
            raise HTTPError(REFUSED, detail={location: named}) from error


def _only_once(request: Request) -> dict[str, Any]:
    # What is said twice has no one meaning, so it is handed on as a list, which no field takes.
    given = request.args.to_dict(flat=False)
    return {name: values[0] if len(values) == 1 else values for name, values in given.items()}


registry.register("pydantic", StrictBodies)
