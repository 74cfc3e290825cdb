"""checkpoints in more numbers than one, what became of a training, and which one it goes on from"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("checkpoint", schema=None) as batch_op:
        batch_op.alter_column("similarity", existing_type=sa.Float(), nullable=True)
        batch_op.add_column(sa.Column("fidelity", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("drift", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("copies", sa.Float(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("quality", sa.Float(), nullable=False, server_default="0"))
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quality", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("origin_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("origin_step", sa.Integer(), nullable=False, server_default="0"))
        for name in ("stopped", "causes", "curve"):
            batch_op.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("version", schema=None) as batch_op:
        for name in ("curve", "causes", "stopped", "origin_step", "origin_id", "quality"):
            batch_op.drop_column(name)
    with op.batch_alter_table("checkpoint", schema=None) as batch_op:
        for name in ("quality", "copies", "drift", "fidelity"):
            batch_op.drop_column(name)
        batch_op.execute("UPDATE checkpoint SET similarity = 0 WHERE similarity IS NULL")
        batch_op.alter_column("similarity", existing_type=sa.Float(), nullable=False)
