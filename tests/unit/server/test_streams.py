"""Open streams on the notice board: sums over the workers, counts of a dead worker wiped."""

from torque.server.board import Board
from torque.server.streams import BoardTally


def tallies(board: Board) -> list[BoardTally]:
    return [BoardTally(board, worker) for worker in range(board.workers)]


def test_streams_of_all_workers_are_summed_by_address_and_in_all() -> None:
    first, second = tallies(Board(None, 2))
    first.enter("10.0.0.1")
    second.enter("10.0.0.1")
    second.enter("10.0.0.2")
    second.enter("")
    assert [one.total() for one in (first, second)] == [4, 4]
    assert [first.at("10.0.0.1"), first.at("10.0.0.2"), second.at("10.0.0.3")] == [2, 1, 0]
    second.leave("10.0.0.1")
    second.leave("")
    assert (first.total(), first.at("10.0.0.1")) == (2, 1)


def test_a_new_worker_forgets_the_streams_of_the_one_it_replaces() -> None:
    board = Board(None, 2)
    first, second = tallies(board)
    first.enter("10.0.0.1")
    second.enter("10.0.0.1")
    replacement = BoardTally(board, 1)
    assert (replacement.total(), replacement.at("10.0.0.1")) == (1, 1)


def test_streams_without_an_address_fill_nobodys_share() -> None:
    board = Board(None, 1)
    tally = BoardTally(board, 0)
    for _ in range(5):
        tally.enter("")
    first = board.places(0)
    assert tally.total() == 5
    assert not any(board.cells[first:])
