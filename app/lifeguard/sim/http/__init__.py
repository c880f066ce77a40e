"""HTTP as a XenServer speaks it, on plain asyncio streams: its rules differ from what web frameworks allow."""
