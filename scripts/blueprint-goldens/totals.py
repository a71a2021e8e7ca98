TOTALS = []
