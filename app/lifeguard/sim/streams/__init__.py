"""What a host sends and takes in long streams: machines, disks, consoles, bundles of reports."""
