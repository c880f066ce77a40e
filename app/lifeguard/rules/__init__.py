"""What a pool allows and why not: each judge is a pure function over an Inventory that returns a Verdict."""
