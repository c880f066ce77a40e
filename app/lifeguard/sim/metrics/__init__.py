"""What every simulated host records about itself, its VMs and storage, and how it serves that: round-robin archives."""
