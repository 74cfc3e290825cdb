"""with which strength a version is worn, and how strongly its prompts are followed"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cfg", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("strength", sa.Float(), nullable=False, server_default="1"))


def downgrade() -> None:
    with op.batch_alter_table("version", schema=None) as batch_op:
        batch_op.drop_column("strength")
        batch_op.drop_column("cfg")
