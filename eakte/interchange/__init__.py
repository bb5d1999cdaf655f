"""What do the standards say by which offices exchange records? Plain values, and no house."""
