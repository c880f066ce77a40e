"""What is fetched only while somebody looks: each host's own figures."""
