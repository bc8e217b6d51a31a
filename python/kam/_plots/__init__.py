"""What `kam.plots` draws, one file per subject."""
