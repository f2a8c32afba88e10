"""Which rights operations need: one file for each service, as ``rights/table.py`` explains and reads them."""
