"""What technicians have to see to today: faults, outages, listeners' reports and unheard tests, joined."""
