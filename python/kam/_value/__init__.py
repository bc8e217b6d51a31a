"""Weights and the scorecard on a user's own measures."""
