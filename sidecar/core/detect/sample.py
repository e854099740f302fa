"""Ordinary texts, of the kinds that pass the gate, to warm the automata with."""

PROSE = """The gate was built in spring, when the river stood high. Nobody asked the miller's opinion; he gave it:
"A wall keeps water out for 10 days, a gate for 100 years." We met again on Tuesday at 9:30, in room B-12, and went
through the plan step by step (see chapter 4.2). It cost 1,250 euros, which is 12% less than in 2019. Don't forget the
key - it's under the mat! Questions? Write to the office, or call the front desk. PS: The password for the door is
written on the calendar; the token for the laundry is blue, the secret ingredient is salt, and the account of last
year's trip is still missing. Café, naïve, Übergröße, señor, 東京, Привет: all of these are words, too. One more thing:
I/O, and/or, e.g. i.e. etc. """

CODE = """import os
from typing import Any

class Client(BaseClient):
    def __init__(self, api_key: str | None = None, timeout: float = 30.0) -> None:
        self.api_key = api_key or os.environ["SERVICE_API_KEY"]
        self._token = get_token(self.api_key, scope="read")
        self.headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}

    async def fetch(self, path: str, *, params: dict[str, Any] | None = None) -> Response:
        url = f"https://api.example.com/v1/{path}"
        return await self._session.get(url, params=params, headers=self.headers)  # 200 or 404

const x = items.filter((i) => i.id !== other.id && i.size >= 0x1F).map(({ name, value }) => `${name}=${value}`);
if (!user || user.password == null) { throw new Error("no password"); } /* checked by hash(user.password, salt) */
#define MAX_LEN 4096
static int parse_token(const char *buf, size_t len, struct token *out) { return buf[len - 1] == ';' ? 0 : -1; }
"""

JSON = """{"id": 48151623, "name": "widget", "tags": ["a", "b-c", "d_e"], "price": 12.50, "active": true, "up": null,
"created_at": "2024-05-17T09:30:00Z", "url": "https://example.com/items/48151623?page=2&sort=asc", "version": "1.22.3",
"description": "A widget.\\nIt turns \\"left\\" and right.", "owner": {"login": "mrossi", "role": "admin"},
"sha": "3f786850e387550fdab836ed7e6dc881de23001b", "uuid": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "max_tokens": 4096}
"""

SAMPLE = (PROSE, CODE, JSON)
