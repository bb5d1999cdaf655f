"""Is each of a thousand manipulations of the log found by whoever holds an older head?"""

from __future__ import annotations

from pathlib import Path
from random import Random

from sqlalchemy import delete
from sqlalchemy.engine import Connection

from eakte.model.audit_tree import AuditHead
from tests.builders import build_office
from tests.forging import change, check, fill, rewrite, sign

MANIPULATIONS = 1000


def manipulate(connection: Connection, chance: Random, size: int) -> str:
    """Change something with all the power of the database, and say what."""
    run = connection.exec_driver_sql
    one = chance.randint(1, size)
    match chance.choice(("edit", "edit", "details", "delete", "swap", "cut", "insert", "forge")):
        case "edit":
            column, value = chance.choice(
                [
                    ("at", "2026-01-01 10:00:00.000001"),
                    ("at", "irgendwann"),
                    ("actor_id", f"{chance.getrandbits(128):032x}"),
                    ("actor_id", "niemand"),
                    ("actor_name", "jemand anderes"),
                    ("act", "forged"),
                    ("subject_kind", "other"),
                    ("subject_id", f"{chance.getrandbits(128):032x}"),
                    ("previous", f"{chance.getrandbits(256):064x}"),
                    ("digest", f"{chance.getrandbits(256):064x}"),
                    ("sequence", size + 5),
                    ("sequence", -3),
                ]
            )
            run(f"UPDATE audit_entry SET {column} = ? WHERE sequence = ?", (value, one))  # noqa: S608  # the columns stand above
            return f"{column} of {one}"
        case "details":
            value = chance.choice(['{"number": -1}', "{}", "[]", "null", "kein JSON", '{"a": NaN}'])
            run("UPDATE audit_entry SET details = ? WHERE sequence = ?", (value, one))
            return f"details of {one}: {value}"
        case "delete":
            run("DELETE FROM audit_entry WHERE sequence = ?", (one,))
            return f"delete {one}"
        case "swap":
            other = chance.choice([number for number in range(1, size + 1) if number != one])
            for old, new in ((one, -1), (other, one), (-1, other)):
                run("UPDATE audit_entry SET sequence = ? WHERE sequence = ?", (new, old))
            return f"swap {one} {other}"
        case "cut":
            run("DELETE FROM audit_entry WHERE sequence >= ?", (one,))
            run("UPDATE counter SET last = ? WHERE scope = 'audit'", (one - 1,))
            return f"cut from {one}"
        case "insert":
            run("UPDATE audit_entry SET sequence = -sequence WHERE sequence >= ?", (one,))
            run("UPDATE audit_entry SET sequence = 1 - sequence WHERE sequence < 0")
            run(
                "INSERT INTO audit_entry SELECT ?, at, actor_id, actor_name, 'planted',"
                " subject_kind, subject_id, details, previous, ? FROM audit_entry"
                " ORDER BY sequence LIMIT 1",
                (one, f"{chance.getrandbits(256):064x}"),
            )
            return f"insert at {one}"
    run("UPDATE audit_entry SET actor_name = 'forged' WHERE sequence = ?", (one,))
    return f"forge from {one}"


def test_each_of_a_thousand_manipulations_is_found_and_there_is_no_false_alarm(
    tmp_path: Path,
) -> None:
    office = build_office(tmp_path)
    fill(office, 60)
    head = sign(office)
    size = head.size + 1
    chance = Random(14)  # noqa: S311  # the same thousand in every run
    found, false_alarms = 0, 0
    with office.database.connection() as connection:
        kept, signed = (
            [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]  # noqa: S608  # named here
            for table in ("audit_entry", "audit_head")
        )
    missed: list[str] = []
    for _ in range(MANIPULATIONS):
        with office.database.connection() as connection:
            what = manipulate(connection, chance, head.size)
        if what.startswith("forge"):
            rewrite(office, 1)
            change(office, delete(AuditHead))
        if check(office, head).faults:
            found += 1
        else:
            missed.append(what)
        with office.database.connection() as connection:
            run = connection.exec_driver_sql
            for table, rows in (("audit_entry", kept), ("audit_head", signed)):
                run(f"DELETE FROM {table}")  # noqa: S608  # the tables stand above
                marks = ",".join("?" * len(rows[0]))
                run(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608  # see above
            run("DELETE FROM audit_node")
            run("UPDATE counter SET last = ? WHERE scope = 'audit'", (size,))
        false_alarms += bool(check(office, head).faults)
    office.close()
    assert (found, missed, false_alarms) == (MANIPULATIONS, [], 0)
