"""How a store gets from any older form of its tables to the present one (Alembic; imported only when there is need)."""
