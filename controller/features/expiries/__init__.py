"""What ends by date, told beforehand."""
