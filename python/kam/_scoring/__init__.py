"""The main job: a portfolio in, a score table out."""
