"""What a reply does: moves, feelings, attunement, feedback; pure, no model, device, thread or database."""
