"""Is nothing left on servers either: in PostgreSQL's own pages, in any version of any object?"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from eakte.bootstrap import Office
from eakte.cli.erasing import write_anew
from eakte.db import Base
from eakte.model.erasure import ErasedState
from eakte.retrieval.late_index import LateIndex
from eakte.retrieval.schema import SCHEMA
from tests.databases import new_database
from tests.erasing.conftest import MARKER, Opened, opened
from tests.storage.conftest import Server, server

__all__ = ["server"]


def pages_with_the_word(url: str) -> list[str]:
    """Name every file of the database, whatever it is of, in whose pages the word lies."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        rows = connection.execute(
            """
            SELECT f.name FROM pg_database d,
              LATERAL (SELECT 'base/' || d.oid || '/' || n AS name
                       FROM pg_ls_dir('base/' || d.oid) n) f
            WHERE d.datname = current_database()
              AND position(%s::bytea IN pg_read_binary_file(f.name, 0, 1 << 29, true)) > 0
            """,
            (MARKER.encode(),),
        ).fetchall()
    return [name for (name,) in rows]


def versions_with_the_word(server: Server, bucket: str) -> list[str]:
    """Name every version of every object in which the word lies, delete markers with it."""
    found = []
    for seen in server.client.list_objects(
        bucket_name=bucket, recursive=True, include_version=True
    ):
        if seen.is_delete_marker:
            found.append(f"{seen.object_name} was only marked")
            continue
        answer = server.client.get_object(
            bucket_name=bucket, object_name=seen.object_name, version_id=seen.version_id
        )
        if MARKER.encode() in answer.read():
            found.append(f"{seen.object_name} {seen.version_id}")
        answer.close()
    return found


def spoken(office: Office) -> set[str]:
    with office.database.transaction(writes=False) as session:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            if MARKER.casefold() in str(row._mapping).casefold()
        }


@pytest.mark.postgres
@pytest.mark.s3
def test_not_a_page_and_no_version_of_an_object_keeps_a_word(
    tmp_path: Path, server: Server
) -> None:
    url, bucket = new_database(), server.bucket(object_lock=True)
    index = LateIndex(tmp_path / "house" / "index", SCHEMA, engine="tantivy")
    house = opened(
        Opened(tmp_path / "house", database_url=url, store=server.store(bucket), index=index)
    )
    try:
        house.registry.dossier("Bleibt, Bert")
        dossier = house.marked()
        # Whatever was written twice has two versions.
        for digest in sorted(house.digests):
            answer = server.client.get_object(bucket_name=bucket, object_name=digest)
            content = answer.read()
            _again(server, bucket, digest, content)
        assert len(versions_with_the_word(server, bucket)) > len(house.digests)
        assert pages_with_the_word(url)
        house.agreed(dossier)
        house.work()
        assert house.row(dossier).state is ErasedState.ERASED
        write_anew(house.office)
        assert spoken(house.office) == set()
        assert pages_with_the_word(url) == []
        assert versions_with_the_word(server, bucket) == []
    finally:
        house.office.close()


def _again(server: Server, bucket: str, name: str, content: bytes) -> None:
    server.client.put_object(
        bucket_name=bucket, object_name=name, data=BytesIO(content), length=len(content)
    )
