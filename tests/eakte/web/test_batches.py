"""Does a station deliver stacks, get a receipt that anybody can check, and nothing else?"""

from __future__ import annotations

import hashlib
import io
import json
from copy import deepcopy
from pathlib import Path
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from sqlalchemy import func, select

from eakte.bootstrap import Office
from eakte.evidence.signing import Signer
from eakte.model.batch import Batch, BatchPage, BatchState, Fate
from eakte.model.delivery import Upload
from eakte.model.document import Document
from eakte.model.job import Job
from eakte.signed import canonical, receipt_faults
from eakte.station.__main__ import main as station_main
from eakte.web.per_request import OfficeApp
from storage import Digest, MemoryStore
from tests.builders import Staff, bring
from tests.eakte.web.browser import Browser, key_of
from tests.eakte.web.scans import A_STACK, Device, device

SOMETHING: dict[str, object] = {"UUIDConverter": uuid4(), "IntegerConverter": 1}


@pytest.fixture
def scanner(app: OfficeApp, office: Office, staff: Staff) -> Device:
    return device(app, office, staff)


def batches(office: Office) -> int:
    with office.database.transaction(writes=False) as session:
        return session.scalar(select(func.count()).select_from(Batch)) or 0


def told(answer: Any) -> dict[str, Any]:
    assert answer.json is not None, answer.text
    read: dict[str, Any] = answer.json
    return read


def office_key(office: Office) -> str:
    return Signer(office.settings.audit_key).public


def taken_apart(office: Office, staff: Staff, folder: Path, batch_id: str) -> None:
    """Note three pages as the worker would: one in a document, a separator, an empty one."""
    receipt = bring(office, staff.clerk, folder, content=b"%PDF-1.7 part of a stack")
    with office.as_system() as work:
        batch = work.session.scalars(select(Batch).where(Batch.number == 1)).one()
        assert str(batch.id) == batch_id
        batch.state, batch.pages = BatchState.READY, 3
        document = work.session.get_one(Document, receipt.document_id)
        document.batch_id = batch.id
        for number, fate in enumerate((Fate.FILED, Fate.SEPARATOR, Fate.BLANK), start=1):
            filed = fate is Fate.FILED
            work.session.add(
                BatchPage(
                    batch_id=batch.id,
                    page=number,
                    fate=fate,
                    document_id=document.id if filed else None,
                    place=1 if filed else None,
                    codes=["GEHEIM"],
                    skew=0.5,
                    remark="Deckblatt: abgelegt in SBR 1/2026-1",
                )
            )


def test_a_station_delivers_a_stack_and_its_receipt_holds(
    scanner: Device, office: Office, store: MemoryStore
) -> None:
    answer = scanner.deliver(
        number=7, operator="Petra Probe", device="fi-8170", settings='{"dpi": "300"}'
    )
    assert answer.status_code == 201, answer.text
    receipt = told(answer)
    digest = hashlib.sha256(A_STACK).hexdigest()
    assert (receipt["sha256"], receipt["size"], receipt["pages"]) == (digest, len(A_STACK), 1)
    assert (receipt["station"], receipt["operator"]) == ("Scanner Erdgeschoss", "Petra Probe")
    assert (receipt["sender_number"], receipt["missing"]) == (7, [])
    assert receipt["delivery_key"] == "lauf-1"
    assert receipt_faults(receipt, {office_key(office)}) == []
    with store.open(Digest(digest)) as kept:
        assert kept.read() == A_STACK
    with office.as_system() as work:
        batch = work.session.scalars(select(Batch)).one()
        assert (batch.settings, batch.device) == ({"dpi": "300"}, "fi-8170")
        assert work.session.scalars(select(Job.kind)).all() == ["separate"]


def test_the_same_key_and_bytes_give_the_same_receipt_and_other_bytes_a_refusal(
    scanner: Device, office: Office
) -> None:
    first = scanner.deliver(number=1)
    scanner.deliver(b"%PDF-1.7 third", key="lauf-3", number=3)
    scanner.deliver(b"%PDF-1.7 second", key="lauf-2", number=2)
    again = scanner.deliver(number=1)
    assert (first.status_code, again.status_code) == (201, 200)
    assert told(first) == told(again)
    other = scanner.deliver(b"%PDF-1.7 other", number=1)
    assert other.status_code == 409 and told(other)["code"] == "key-used"
    assert batches(office) == 3


def test_a_receipt_goes_on_saying_what_was_missing_when_it_was_given(scanner: Device) -> None:
    scanner.deliver(number=1)
    late = told(scanner.deliver(b"%PDF-1.7 four", key="lauf-4", number=4))
    assert late["missing"] == [2, 3]
    scanner.deliver(b"%PDF-1.7 two", key="lauf-2", number=2)
    address = f"/api/v1/batches/{late['batch_id']}"
    assert told(scanner.ask("GET", f"{address}/receipt")) == late
    assert told(scanner.ask("GET", address))["gaps"] == [3]
    assert told(scanner.ask("GET", "/api/v1/batches"))["last_number"] == 4


@pytest.mark.parametrize(
    ("said", "key"),
    [
        ({"sha256": None}, "lauf-1"),
        ({"size": None}, "lauf-1"),
        ({}, ""),
        ({}, "x" * 151),
        ({"number": 0}, "lauf-1"),
        ({"number": 10**12}, "lauf-1"),
        ({"order": "quer"}, "lauf-1"),
        ({"settings": "[]"}, "lauf-1"),
        ({"settings": '{"a": 1}'}, "lauf-1"),
        ({"settings": "{"}, "lauf-1"),
        ({"operator": "x" * 201}, "lauf-1"),
        ({"sha256": "0" * 64}, "lauf-1"),
        ({"size": 5}, "lauf-1"),
        ({"unknown": 5}, "lauf-1"),
    ],
)
def test_what_cannot_be_a_delivery_is_refused_and_nothing_is_kept(
    scanner: Device, office: Office, said: dict[str, object], key: str
) -> None:
    answer = scanner.deliver(key=key, **said)
    assert answer.status_code == 422 and told(answer)["message"]
    assert batches(office) == 0


def test_a_stack_may_come_as_a_part_of_a_form(scanner: Device, office: Office) -> None:
    fields = {
        "sha256": hashlib.sha256(A_STACK).hexdigest(),
        "size": str(len(A_STACK)),
        "document": (io.BytesIO(A_STACK), "stapel.pdf"),
    }
    answer = scanner.ask(
        "POST", "/api/v1/batches", data=fields, headers={"Idempotency-Key": "form"}
    )
    assert answer.status_code == 201 and batches(office) == 1


def test_a_used_running_number_is_told_apart_from_other_faults(scanner: Device) -> None:
    scanner.deliver(number=1)
    answer = scanner.deliver(b"%PDF-1.7 other", key="lauf-2", number=1)
    assert answer.status_code == 422 and told(answer)["code"] == "number-used"


def test_a_large_stack_comes_in_parts_and_only_once(scanner: Device, office: Office) -> None:
    content = b"%PDF-1.7 " + bytes(range(256)) * 400
    announced = scanner.announce(content, number=5, operator="Petra", settings='{"dpi": "300"}')
    assert announced.status_code == 201, announced.text
    address = announced.headers["Location"]
    half = len(content) // 2
    assert scanner.send_part(address, content[:half], offset=0).status_code == 204
    assert scanner.how_far(address).headers["Upload-Offset"] == str(half)
    done = scanner.send_part(address, content[half:], offset=half)
    assert done.status_code == 200, done.text
    receipt = told(done)
    assert receipt["sender_number"] == 5
    assert receipt_faults(receipt, {office_key(office)}) == []
    assert done.headers["X-Batch"] == receipt["batch_id"]
    # The answer was lost: the same address, then the same key at both doors.
    assert scanner.how_far(address).headers["X-Batch"] == receipt["batch_id"]
    again = scanner.announce(content, number=5).headers["Location"]
    asked = scanner.how_far(again)
    assert asked.headers["Upload-Offset"] == str(len(content))
    assert asked.headers["X-Batch"] == receipt["batch_id"]
    whole = scanner.deliver(content, number=5)
    assert whole.status_code == 200 and told(whole) == receipt
    assert batches(office) == 1
    with office.database.transaction(writes=False) as session:
        assert session.scalar(select(func.count()).select_from(Document)) == 0


def test_other_bytes_under_a_used_key_are_refused_before_they_travel(scanner: Device) -> None:
    scanner.deliver()
    answer = scanner.announce(b"%PDF-1.7 something else")
    assert answer.status_code == 409 and told(answer)["code"] == "key-used"


def test_a_station_brings_no_document_in_parts(scanner: Device, office: Office) -> None:
    answer = scanner.ask(
        "POST", "/hochladen", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "5"}
    )
    assert answer.status_code == 403
    with office.database.transaction(writes=False) as session:
        assert session.scalars(select(Upload.id)).all() == []


def test_what_is_no_stack_leaves_nothing_of_an_upload(scanner: Device, office: Office) -> None:
    content = b"PK\x03\x04 zip"
    address = scanner.announce(content).headers["Location"]
    assert scanner.send_part(address, content, offset=0).status_code == 415
    assert scanner.how_far(address).status_code == 404
    assert batches(office) == 0


def test_a_station_is_a_stranger_everywhere_else(
    app: OfficeApp, scanner: Device, staff: Staff, office: Office
) -> None:
    delivered = told(scanner.deliver())["batch_id"]
    mine = {
        *("/api/v1/batches", "/api/v1/scan-requests", f"/api/v1/batches/{delivered}"),
        *(f"/api/v1/batches/{delivered}/{what}" for what in ("pages", "receipt", "receipt.pdf")),
    }
    sent = {"/hochladen", "/api/v1/stations/report"}  # and nothing else
    nobody = app.test_client(use_cookies=False)
    different = []
    for rule in app.url_map.iter_rules():
        values = {
            name: SOMETHING.get(type(converter).__name__, "de")
            for name, converter in rule._converters.items()
        }
        address = app.url_map.bind("localhost").build(rule.endpoint, values)
        if address in mine | sent or rule.endpoint.startswith(("api_batches", "uploads")):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            with_key = scanner.ask(method, address)
            without = nobody.open(address, method=method)
            if (with_key.status_code, with_key.headers.get("Location")) != (
                without.status_code,
                without.headers.get("Location"),
            ):
                different.append((method, address, with_key.status_code, without.status_code))
    assert different == []
    assert all(scanner.ask("GET", one).status_code == 200 for one in mine)


def test_a_station_sees_its_own_stacks_and_those_of_nobody_else(
    app: OfficeApp, scanner: Device, office: Office, staff: Staff
) -> None:
    other = device(app, office, staff, name="Scanner Keller")
    theirs = told(other.deliver(key="keller"))["batch_id"]
    mine = told(scanner.deliver())["batch_id"]
    listed = told(scanner.ask("GET", "/api/v1/batches"))["batches"]
    assert [one["id"] for one in listed] == [mine]
    for what in ("", "/pages", "/receipt", "/receipt.pdf"):
        assert scanner.ask("GET", f"/api/v1/batches/{theirs}{what}").status_code == 404


def test_a_station_is_told_where_pages_went_but_not_what_stood_on_them(
    scanner: Device, office: Office, staff: Staff, tmp_path: Path
) -> None:
    receipt = told(scanner.deliver(b"%PDF-1.7 three pages"))
    assert receipt["went"] is None
    taken_apart(office, staff, tmp_path / "in", receipt["batch_id"])
    address = f"/api/v1/batches/{receipt['batch_id']}"
    pages = told(scanner.ask("GET", f"{address}/pages"))["pages"]
    assert [(one["fate"], one["part"], one["place"]) for one in pages] == [
        ("filed", 1, 1),
        ("separator", None, None),
        ("blank", None, None),
    ]
    assert {(one["document_id"], tuple(one["codes"]), one["remark"]) for one in pages} == {
        (None, (), "")
    }
    shown = told(scanner.ask("GET", address))
    none = {"aside": 0, "erased": 0}
    assert shown["balance"] == {"delivered": 3, "filed": 1, "separators": 1, "blanks": 1} | none
    assert [tuple(one.values()) for one in shown["documents"]] == [(1, [1], [], None, None)]
    final = told(scanner.ask("GET", f"{address}/receipt"))
    assert receipt_faults(final, {office_key(office)}) == []
    assert [one["fate"] for one in final["went"]["pages"]] == ["filed", "separator", "blank"]
    unchanged = {name for name in receipt if name not in {"went", "signature"}}
    assert {name: final[name] for name in unchanged} == {name: receipt[name] for name in unchanged}
    assert told(scanner.deliver(b"%PDF-1.7 three pages")) == receipt
    clerk = told(scanner.client.get(f"{address}/pages", headers=key_of(office, staff.clerk)))[
        "pages"
    ]
    assert clerk[0]["codes"] == ["GEHEIM"] and clerk[0]["document_id"] is not None


def test_the_receipt_on_paper_is_one_page_and_says_what_arrived(
    scanner: Device, office: Office, staff: Staff, tmp_path: Path
) -> None:
    receipt = told(scanner.deliver(b"%PDF-1.7 three pages", number=9, operator="Petra Probe"))
    taken_apart(office, staff, tmp_path / "in", receipt["batch_id"])
    answer = scanner.ask("GET", f"/api/v1/batches/{receipt['batch_id']}/receipt.pdf")
    assert answer.mimetype == "application/pdf"
    paper = pypdfium2.PdfDocument(answer.data)
    assert len(paper) == 1
    words = " ".join(paper[0].get_textpage().get_text_bounded().split())
    said = ("Scanner Erdgeschoss", "Petra Probe", "Trennblatt", "Schreiben 1, Seite 1")
    for expected in (receipt["sha256"], "Laufende Nummer 9", *said):
        assert expected in words, words


@pytest.mark.parametrize(
    "change",
    [
        {"size": 1},
        {"sha256": "0" * 64},
        {"received_at": "2020-01-01T00:00:00.000000+00:00"},
        {"went": {}},
        {"added": True},
        {"signature": "0" * 128},
        {"key": "0" * 64},
    ],
)
def test_a_forged_receipt_does_not_verify_and_a_genuine_one_does_without_the_house(
    scanner: Device,
    office: Office,
    tmp_path: Path,
    change: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key, genuine, forged = (tmp_path / name for name in ("key.pem", "echt.json", "falsch.json"))
    key.write_bytes(Signer(office.settings.audit_key).public_pem())
    answer = scanner.deliver()
    genuine.write_bytes(answer.data)
    forged.write_bytes(json.dumps(deepcopy(told(answer)) | change).encode())

    def verified(path: Path) -> int:
        call = ["station", "receipt", "verify", str(path), "--key", str(key)]
        monkeypatch.setattr("sys.argv", call)
        return station_main()

    assert verified(genuine) == 0
    assert "Die Unterschrift stimmt" in capsys.readouterr().out
    assert verified(forged) == 1
    assert "FEHLER" in capsys.readouterr().out


def test_a_receipt_that_another_office_signed_does_not_verify(
    scanner: Device, office: Office, tmp_path: Path
) -> None:
    receipt = told(scanner.deliver())
    stranger = Signer(tmp_path / "other.pem")
    forged = stranger.sign_receipt(receipt)
    assert receipt_faults(forged, {stranger.public}) == []
    assert receipt_faults(forged, {office_key(office)}) != []
    # Not even under our key's name.
    assert receipt_faults(forged | {"key": office_key(office)}, {office_key(office)}) != []


def test_a_head_of_the_log_is_no_receipt(office: Office) -> None:
    signer = Signer(office.settings.audit_key)
    with office.as_system() as work:
        head = signer.sign(1, "0" * 64, work.clock.now())
    told_of_head = json.loads(head.as_json())
    assert receipt_faults(told_of_head, {signer.public}) != []
    assert canonical(told_of_head) + b"\n" == head.as_json()


def test_persons_deliver_and_follow_stacks_by_program_as_well(
    app: OfficeApp, office: Office, staff: Staff
) -> None:
    client = app.test_client(use_cookies=False)
    key = key_of(office, staff.scanning)
    sent = client.post(
        "/api/v1/batches",
        query_string={"sha256": hashlib.sha256(A_STACK).hexdigest(), "size": len(A_STACK)},
        data=A_STACK,
        content_type="application/octet-stream",
        headers=key | {"Idempotency-Key": "von-hand"},
    )
    assert sent.status_code == 201
    address = f"/api/v1/batches/{told(sent)['batch_id']}"
    assert client.get(address, headers=key_of(office, staff.clerk)).status_code == 200
    assert client.get(address, headers=key_of(office, staff.other_clerk)).status_code == 404
    administrator = key_of(office, staff.administrator)
    assert client.get(address, headers=administrator).status_code == 404
    assert client.get("/api/v1/batches", headers=administrator).status_code == 403


def test_the_page_of_a_stack_leads_to_its_receipt(
    app: OfficeApp, scanner: Device, clerk: Browser
) -> None:
    batch_id = told(scanner.deliver())["batch_id"]
    assert f"/api/v1/batches/{batch_id}/receipt.pdf" in clerk.get(f"/stapel/{batch_id}").text
    assert clerk.get(f"/api/v1/batches/{batch_id}/receipt.pdf").status_code == 200
