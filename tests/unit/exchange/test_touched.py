"""What a load remembers of the records that it changed."""

from torque.entity.exchange.load import NAMED, Touched


def test_only_so_many_records_are_remembered_however_many_are_changed() -> None:
    touched = Touched({}, {}, {})
    records = [(str(number), 2, ("name",)) for number in range(NAMED // 2)]
    touched.note_updated("customer", records)
    touched.note_updated("order", records)
    assert touched.named and len(touched.updated["order"]) == NAMED // 2
    for _ in range(5):
        touched.note_updated("order", records)
        touched.note_confirmed("line", "x")
    assert (
        not touched.named and touched.updated.keys() == {"customer", "order"} and touched.confirmed.keys() == {"line"}
    )
    assert sum(map(len, [*touched.updated.values(), *touched.confirmed.values()])) == NAMED
