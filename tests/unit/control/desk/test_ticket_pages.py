"""Pages of tickets: filtered, newest first, nothing twice and nothing left out."""

from sidecar.control.desk.ticket_pages import Filter
from sidecar.control.desk.tickets import Tickets
from sidecar.control.store.store import Store
from sidecar.core.approval.ticket import State
from tests.people import ANN, Clock, Kept, asked


async def filled(store: Store) -> Tickets:
    clock = Clock()
    tickets = Tickets(store, Kept(), clock=clock)
    for number in range(10):
        clock.now += number % 2  # several in the same instant
        ticket = await tickets.open(asked(number, session=f"s{number % 3}", subject=f"dev{number % 2}"))
        if number == 4:
            await tickets.decide(ticket.id, ANN, True, "a")
    return tickets


async def test_pages_join_without_a_gap(store: Store) -> None:
    tickets = await filled(store)
    seen, after = [], None
    while True:
        page = await tickets.list(after=after, most=3)
        seen += [ticket.asked.id for ticket in page.tickets]
        if (after := page.after) is None:
            break
    assert sorted(seen) == [f"ask_{number}" for number in range(10)]
    whole = await tickets.list()
    assert [ticket.asked.id for ticket in whole.tickets] == seen
    assert [ticket.opened for ticket in whole.tickets] == sorted((t.opened for t in whole.tickets), reverse=True)


async def test_filters(store: Store) -> None:
    tickets = await filled(store)
    approved = (await tickets.list(Filter(states=(State.APPROVED, State.USED)))).tickets
    assert [(ticket.asked.id, [one.subject for one in ticket.decisions]) for ticket in approved] == [("ask_4", ["ann"])]
    assert len((await tickets.list(Filter(session="s0"))).tickets) == 4
    assert len((await tickets.list(Filter(session="s0", subject="dev0"))).tickets) == 2
    assert (await tickets.list(Filter(rule="other"))).tickets == ()


async def test_a_cursor_of_nobodys_making_is_an_empty_page(store: Store) -> None:
    tickets = await filled(store)
    for after in ("", "x", "nan/1", "'; --"):
        assert (await tickets.list(after=after)).tickets == ()
