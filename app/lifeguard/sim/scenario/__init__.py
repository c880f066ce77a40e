"""Made-up pools that look like a real site: hosts, storage, networks and machines with all their records."""
