"""What happens between choosing a command and its job: places, wizards, other users' rights, taking leave."""
