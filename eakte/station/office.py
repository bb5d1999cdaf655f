"""How does the station talk to the office, and what does each answer mean for a document?

Nothing is repeated behind our back: every try is one the journal knows of.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from eakte.errors import BadInput
from eakte.signed import read_receipt, receipt_faults
from eakte.station.journal import Journal, Line
from eakte.station.plan import Plan

TUS = {"Tus-Resumable": "1.0.0"}
PART = "application/offset+octet-stream"
CONNECT_SECONDS = 10.0
# Nobody waits for the answer to a sign of life, and deliveries wait behind it.
REPORT_SECONDS = 10.0
LONGEST_REASON = 300
LONGEST_WAIT = 3600.0
# With these the office says that it will never take this document as it is.
REFUSALS = frozenset({409, 413, 415, 422})
# What is not the document's fault, whatever the status.
PASSING = frozenset({"not-as-declared", "form-expired", "changed-meanwhile", "busy", "upload"})
NUMBER_USED = "number-used"
# A scan whose name begins so is what the office wanted to have scanned again under this number.
AGAIN = re.compile(r"nochmal-0*([1-9]\d{0,8})(?!\d)", re.IGNORECASE)
# So often an upload may turn out to stand elsewhere before the pause that every fault brings.
MOST_TURNS = 4


@dataclass(frozen=True)
class Delivered:
    """The office has it: ``written`` is its receipt, checked, byte for byte."""

    written: bytes


@dataclass(frozen=True)
class Refused:
    """The office does not take it, for this reason."""

    reason: str


@dataclass(frozen=True)
class Renumbered:
    """The running number was used before; the office knows of higher ones."""

    last: int


@dataclass(frozen=True)
class Later:
    """Nothing is known or nothing was taken; ``everywhere`` when it is no fault of the document."""

    reason: str
    seconds: float = 0.0
    everywhere: bool = True


Outcome = Delivered | Refused | Renumbered | Later


class _Key(AuthBase):
    """The station's key; as an AuthBase, so that no .netrc of the machine takes its place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Answered(Exception):
    """An answer ends the try: this is what it means."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


class OfficeLine:
    """The line to the office."""

    def __init__(self, plan: Plan, journal: Journal) -> None:
        self._plan = plan
        self._journal = journal
        self._line = requests.Session()
        for scheme in ("https://", "http://"):
            self._line.mount(scheme, HTTPAdapter(max_retries=0))
        if plan.ca is not None:
            self._line.verify = str(plan.ca)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def last_number(self) -> int | Later:
        """Return the highest running number that the office knows of this station, 0 for none."""
        try:
            answer = self._ask("GET", "/api/v1/batches")
            self._refuse(answer, 200)
            return int(answer.json().get("last_number") or 0)
        except _Answered as ended:
            outcome = ended.outcome
            return outcome if isinstance(outcome, Later) else Later("Der Server lehnt ab.")
        except (ValueError, AttributeError):
            return Later("Der Server antwortet nicht wie eine e-Akte.")

    def scan_requests(self) -> list[dict[str, Any]] | Later:
        """Return what the office wants to have scanned again of this station's stacks."""
        try:
            answer = self._ask("GET", "/api/v1/scan-requests")
            self._refuse(answer, 200)
            return [dict(one) for one in answer.json()["requests"]]
        except _Answered as ended:
            outcome = ended.outcome
            return outcome if isinstance(outcome, Later) else Later("Der Server lehnt ab.")
        except (ValueError, LookupError, TypeError):
            return Later("Der Server antwortet nicht wie eine e-Akte.")

    def report(self, *, waiting: int, waits_seconds: float, reason: str) -> Later | None:
        """Tell the office that this station runs and what waits on it; say why it did not hear."""
        told = {
            "waiting": waiting,
            "waits_seconds": max(0, round(waits_seconds)),
            "reason": reason[:LONGEST_REASON],
        }
        try:
            answer = self._ask(
                "POST",
                "/api/v1/stations/report",
                body=json.dumps(told),
                headers={"Content-Type": "application/json"},
                seconds=REPORT_SECONDS,
            )
            self._refuse(answer, 204)
        except _Answered as ended:
            outcome = ended.outcome
            return outcome if isinstance(outcome, Later) else Later("Der Server lehnt ab.")
        return None

    def deliver(self, line: Line, content: Path) -> Outcome:
        """Deliver one document, whole or in parts, and say what became of it."""
        try:
            whole = line.size <= self._plan.part_bytes and not line.upload
            return self._whole(line, content) if whole else self._in_parts(line, content)
        except _Answered as ended:
            return ended.outcome

    def _whole(self, line: Line, content: Path) -> Outcome:
        with content.open("rb") as stream:
            answer = self._ask(
                "POST",
                "/api/v1/batches",
                params={**self._said(line), "size": str(line.size)},
                body=stream,
                headers={
                    "Idempotency-Key": line.key,
                    "Content-Type": "application/octet-stream",
                    "Content-Disposition": f"attachment; filename*=UTF-8''{quote(line.name)}",
                },
            )
        self._refuse(answer, 200, 201)
        return self._checked(line, answer.content)

    def _in_parts(self, line: Line, content: Path) -> Outcome:
        for _ in range(MOST_TURNS):
            line = self._journal.line(line.key)
            address = line.upload or self._announce(line)
            answer = self._ask("HEAD", address, headers=TUS)
            if answer.status_code in {404, 410}:
                # A day old, or swept: the office has none of it any more.
                self._journal.set_upload(line.key, "")
                continue
            self._refuse(answer, 200)
            found = self._send_from(line, address, content, answer)
            if found is not None:
                return found
        return Later("Die Übertragung steht an einer anderen Stelle.", everywhere=False)

    def _announce(self, line: Line) -> str:
        told = {"filename": line.name, "batch_key": line.key, **self._said(line)}
        metadata = ",".join(
            f"{name} {base64.b64encode(said.encode()).decode()}" for name, said in told.items()
        )
        headers = {**TUS, "Upload-Length": str(line.size), "Upload-Metadata": metadata}
        answer = self._ask("POST", "/hochladen", headers=headers)
        self._refuse(answer, 201)
        # Only the path: the key is sent to our own server and to no other.
        address = urlsplit(answer.headers.get("Location", "")).path
        if not address.startswith("/"):
            raise _Answered(Later("Der Server antwortet nicht wie eine e-Akte."))
        self._journal.set_upload(line.key, address)
        return address

    def _send_from(
        self, line: Line, address: str, content: Path, answer: requests.Response
    ) -> Outcome | None:
        """Send the rest; None when the office stands at another place than we thought."""
        offset = _offset(answer)
        while 0 <= offset < line.size:
            with content.open("rb") as stream:
                stream.seek(offset)
                part = stream.read(self._plan.part_bytes)
            checksum = base64.b64encode(hashlib.sha256(part).digest()).decode()
            headers = {
                **TUS,
                "Upload-Offset": str(offset),
                "Upload-Checksum": f"sha256 {checksum}",
                "Content-Type": PART,
            }
            answer = self._ask("PATCH", address, body=part, headers=headers)
            if answer.status_code in {404, 409, 410, 460}:
                return self._not_there(answer)
            self._refuse(answer, 200, 204)
            offset = _offset(answer)
        batch = answer.headers.get("X-Batch", "")
        if offset != line.size or not batch:
            return Later("Der Server antwortet nicht wie eine e-Akte.")
        if answer.request.method != "PATCH":
            # All of it was there already; its answer was lost on the way.
            answer = self._ask("GET", f"/api/v1/batches/{quote(batch)}/receipt")
            self._refuse(answer, 200)
        return self._checked(line, answer.content)

    def _not_there(self, answer: requests.Response) -> Outcome | None:
        code, reason = _problem(answer)
        return Refused(reason) if code == "key-used" else None

    def _checked(self, line: Line, written: bytes) -> Outcome:
        """Believe a receipt only when the office signed it over exactly this document."""
        try:
            told = read_receipt(written)
        except BadInput as error:
            return Later(error.message, everywhere=False)
        faults = receipt_faults(told, {self._plan.key})
        expected = {
            "sha256": line.sha256,
            "size": line.size,
            "delivery_key": line.key,
            "sender_number": line.number,
        }
        if any(told.get(name) != value for name, value in expected.items()):
            faults.append("Die Quittung gilt einem anderen Stapel.")
        return Later(" ".join(faults), everywhere=False) if faults else Delivered(written)

    def _said(self, line: Line) -> dict[str, str]:
        told = {"sha256": line.sha256, **self._plan.words}
        if line.number is not None:
            told["number"] = str(line.number)
        answers = AGAIN.match(line.name)
        if answers is not None:
            told["answers"] = answers[1]
        if self._plan.settings:
            told["settings"] = json.dumps(self._plan.settings, ensure_ascii=False)
        return told

    def _ask(
        self,
        method: str,
        address: str,
        *,
        params: dict[str, str] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        seconds: float | None = None,
    ) -> requests.Response:
        try:
            return self._line.request(
                method,
                f"{self._plan.server}{address}",
                params=params,
                data=body,
                headers={"Accept": "application/json", **(headers or {})},
                auth=_Key(self._plan.token()),
                timeout=(CONNECT_SECONDS, seconds or self._plan.answer_seconds),
                allow_redirects=False,
            )
        except BadInput as error:
            raise _Answered(Later(error.message)) from error
        except requests.RequestException as error:
            fault = type(error).__name__
            raise _Answered(Later(f"Der Server ist nicht erreichbar ({fault}).")) from error

    def _refuse(self, answer: requests.Response, *fine: int) -> None:
        """End the try when the answer is none of the fine ones."""
        status = answer.status_code
        if status in fine:
            return
        code, reason = _problem(answer)
        if code == NUMBER_USED:
            found = self.last_number()
            raise _Answered(found if isinstance(found, Later) else Renumbered(found))
        if status in REFUSALS and code and code not in PASSING:
            raise _Answered(Refused(reason))
        away = status in {401, 403, 429, 502, 503, 504}
        raise _Answered(
            Later(reason or f"Der Server antwortet {status}.", _after(answer), everywhere=away)
        )


def _problem(answer: requests.Response) -> tuple[str, str]:
    """Return code and sentences of a refusal, empty when it is none of an e-Akte."""
    if answer.headers.get("Content-Type", "").partition(";")[0] != "application/problem+json":
        return "", ""
    try:
        told = answer.json()
        return str(told["code"]), f"{told['message']} {told['next_step']}".strip()
    except (ValueError, LookupError, TypeError):
        return "", ""


def _offset(answer: requests.Response) -> int:
    said = answer.headers.get("Upload-Offset", "")
    return int(said) if said.isdecimal() else -1


def _after(answer: requests.Response) -> float:
    said = answer.headers.get("Retry-After", "")
    return min(float(said), LONGEST_WAIT) if said.isdecimal() else 0.0
