"""The page that the floor renders: the calendar's rows as a plain table, without any style."""

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>The next issues</title></head>
<body>
<h1>The next issues</h1>
<table>
<tr><th>Issue</th><th>Date</th><th>Book by</th><th>Copy by</th><th>Placement</th><th>Price</th><th>Left</th></tr>
{% for row in rows %}
<tr><td>{{ row.number }}</td><td>{{ row.publishes_on }}</td><td>{{ row.booking_deadline }}</td>
<td>{{ row.copy_deadline }}</td><td>{{ row.name }}</td><td>{{ row.price }}</td>
<td>{{ row.left }} of {{ row.offered }}</td></tr>
{% endfor %}
</table>
</body>
</html>
"""
