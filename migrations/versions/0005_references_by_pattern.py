"""References follow a pattern, so their counters are named by what surrounds the number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from eakte.db import folded

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COUNTER = sa.table("counter", sa.column("scope", sa.String), sa.column("last", sa.BigInteger))


def upgrade() -> None:
    with op.batch_alter_table("deadline_rule", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("counting_basis", sa.String(length=200), nullable=False, server_default="")
        )
    connection = op.get_bind()
    old = connection.execute(
        sa.select(COUNTER.c.scope, COUNTER.c.last).where(COUNTER.c.scope.like("reference:%:%"))
    ).all()
    renamed: dict[str, int] = {}
    for scope, last in old:
        prefix, year = scope.removeprefix("reference:").rsplit(":", 1)
        name = "reference:" + folded(f"{prefix} #/{year}")
        renamed[name] = max(last, renamed.get(name, 0))
    for scope, _ in old:
        connection.execute(sa.delete(COUNTER).where(COUNTER.c.scope == scope))
    for scope, last in renamed.items():
        connection.execute(sa.insert(COUNTER).values(scope=scope, last=last))
