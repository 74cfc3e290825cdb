"""several profiles in one drawing"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "worn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("grant_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("worn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_worn_work_id"), ["work_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_worn_profile_id"), ["profile_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_worn_grant_id"), ["grant_id"], unique=False)
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("work_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_delivery_work_id"), ["work_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_work_id"))
        batch_op.drop_column("work_id")
    op.drop_table("worn")
