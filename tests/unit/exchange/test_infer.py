"""What names and values of tables say about types, keys and references."""

from collections.abc import Iterable, Sequence
from typing import Any

from torque.model.infer.infer import Inferred, infer
from torque.model.infer.text import PLAIN, Style


class Memory:
    """A table in memory, written as CSV without quotes."""

    def __init__(self, name: str, *lines: str) -> None:
        self.name = name
        self.columns: Sequence[str] = lines[0].split(",")
        self._rows = [line.split(",") for line in lines[1:]]

    def texts(self) -> Iterable[Sequence[str]]:
        return self._rows


def found(*tables: Memory) -> Inferred:
    return infer(tables, "test", "Test")


def entity(inferred: Inferred, name: str) -> dict[str, Any]:
    entities: Any = inferred.document["entities"]
    return next(e for e in entities if e["name"] == name)


def types(inferred: Inferred, name: str) -> dict[str, str]:
    return {
        f["name"]: f["field_type"].get("entity") or f["field_type"]["type"] for f in entity(inferred, name)["fields"]
    }


def key(inferred: Inferred, table: str) -> tuple[str, ...]:
    return next(plan.primary_key for plan in inferred.tables if plan.table == table)


def test_types_are_the_narrowest_that_read_every_value() -> None:
    table = Memory(
        "things", "thing_id,label,count,price,ratio,on_sale,day,at,time,zip,mixed,empty",
        "1,one,3,1.50,1e-9,true,2026-01-31,2026-01-31 10:00,09:15,01234,1,",
        "2,two,4,2,0.5,no,2026-02-01,2026-02-01,10:00:30,99999,x,",
    )  # fmt: skip
    assert types(found(table), "things") == {
        "thing_id": "Integer", "label": "String", "count": "Integer", "price": "Decimal", "ratio": "Float",
        "on_sale": "Boolean", "day": "Date", "at": "DateTime", "time": "Time", "zip": "String", "mixed": "String",
        "empty": "String",
    }  # fmt: skip


def column(*values: str, name: str = "found") -> tuple[str, Style]:
    """Return type and style of a column."""
    table = Memory("things", "thing_id")
    table.columns, rows = ("thing_id", name), [[str(number), value] for number, value in enumerate(values, 1)]
    table.texts = lambda: rows  # type: ignore[method-assign]
    inferred = found(table)
    return types(inferred, "things")[name], inferred.tables[0].styles.get(name, PLAIN)


def test_amounts_are_numbers() -> None:
    assert column("1.234,56 €", "12,50 €", "-3 €") == ("Decimal", Style(decimal_comma=True, currency="EUR"))
    assert column("$1,234.56", "$3", "7.5") == ("Decimal", Style(currency="$"))
    assert column("$5", "$7")[0] == "Decimal"


def test_an_amount_names_its_currency() -> None:
    fields = entity(found(Memory("bills", "bill_id,total", "1,5.50 €", "2,7 €")), "bills")["fields"]
    assert [field["display_name"] for field in fields] == ["Bill ID", "Total (EUR)"]


def test_amounts_of_several_currencies_stay_text() -> None:
    assert column("$5.50", "€5.50") == ("String", PLAIN)


def test_numbers_stay_text_where_point_and_comma_may_be_either() -> None:
    assert column("1,234", "5,678") == ("String", PLAIN)
    assert column("1.234 €", "5.678 €") == ("String", PLAIN)
    assert column("1,5", "1.5") == ("String", PLAIN) == column("12.34", "1,5", "7")
    assert column("1.000", "2.000", name="key_no")[0] != "Integer"


def test_one_value_tells_how_the_others_are_written() -> None:
    assert column("1,234", "5,678.5") == ("Decimal", PLAIN) == column("1,234,567", "1,234")
    assert column("1.234", "12,5") == ("Decimal", Style(decimal_comma=True)) == column("12,5", "1.234")
    assert column("1.234", "5.678") == ("Decimal", PLAIN) == column("0.123", "5.678")


def test_the_columns_of_a_table_are_written_alike() -> None:
    def styles(**columns: Sequence[str]) -> dict[str, tuple[str, Style]]:
        table = Memory("things", "thing_id")
        table.columns = ("thing_id", *columns)
        rows = [[str(number), *values] for number, values in enumerate(zip(*columns.values(), strict=True), 1)]
        table.texts = lambda: rows  # type: ignore[method-assign]
        inferred = found(table)
        kinds, told = types(inferred, "things"), inferred.tables[0].styles
        return {name: (kinds[name], told.get(name, PLAIN)) for name in columns}

    comma, day_first = Style(decimal_comma=True), Style(day_first=True)
    assert styles(people=("1.234", "5.678"), area=("1,5", "2,5")) == {
        "people": ("Decimal", comma), "area": ("Decimal", comma),
    }  # fmt: skip
    assert styles(people=("1,234", "5,678"), area=("1.5", "2")) == {
        "people": ("Decimal", PLAIN), "area": ("Decimal", PLAIN),
    }  # fmt: skip
    assert styles(people=("1,234", "5,678"), area=("1.5", "2"), other=("1,5", "2"))["people"] == ("String", PLAIN)
    assert styles(people=("1.234", "5.678"), note=("1,5", "some text"))["people"] == ("Decimal", PLAIN)
    assert styles(ordered=("03/04/2026", "04/05/2026"), sent=("25/04/2026", "04/05/2026")) == {
        "ordered": ("Date", day_first), "sent": ("Date", day_first),
    }  # fmt: skip


def test_yes_and_no_are_booleans_in_several_languages() -> None:
    for values in (
        ("ja", "nein"),
        ("Oui", "NON"),
        ("si", "no"),
        ("sí", "no"),
        ("J", "N"),
        ("wahr", "1"),
        ("yes", "yes"),
    ):
        assert column(*values)[0] == "Boolean", values


def test_words_that_may_mean_something_else_are_no_booleans() -> None:
    for values in (("ja", "no"), ("NO", "NO"), ("F", "F"), ("on", "on"), ("yes", "nein"), ("ja", "nein", "vielleicht")):
        assert column(*values)[0] == "String", values
    assert column("NO", "SI", name="country")[0] == "String"
    assert column("n", "n", name="is_paid")[0] == "Boolean"


def test_words_for_nothing_are_empty() -> None:
    assert column("1", "NULL", "3") == ("Integer", Style(nulls=True))
    assert column("2026-01-31", "\\N")[0] == "Date" and column("ja", "N/A", "nein")[0] == "Boolean"
    assert column("1.5", "NA", "-") == ("Decimal", PLAIN)
    assert column("Ada", "NULL") == ("String", Style(nulls=True))
    assert column("NULL", "NULL")[0] == "String"


def test_words_for_nothing_are_text_where_they_may_mean_themselves() -> None:
    assert column("NA", "DE", "-") == ("String", PLAIN)
    assert column("None", "None") == ("String", PLAIN)


def test_columns_with_nothing_in_some_rows_are_no_keys_but_may_refer() -> None:
    inferred = found(
        Memory("people", "person_id,boss_person_id,ref", "1,NULL,1", "2,1,NA", "3,1,3"),
    )
    assert types(inferred, "people")["boss_person_id"] == "people" and key(inferred, "people") == ("person_id",)
    assert "required" not in entity(inferred, "people")["fields"][1]


def test_numbers_with_leading_zeros_stay_text() -> None:
    assert types(found(Memory("codes", "code_id,part", "1,007", "2,010")), "codes")["part"] == "String"


def test_numbers_that_would_lose_digits_stay_text_and_may_be_keys() -> None:
    inferred = found(
        Memory("posts", "id,size,part", "1834567890123456789,1e9,0.1234567890123456789",
               "1834567890123456790,12345678.5,2"),
        Memory("replies", "reply_id,post_id", "1,1834567890123456790", "2,1834567890123456790"),
    )  # fmt: skip
    assert types(inferred, "posts") == {"post_id": "String", "size": "Float", "part": "Float"}
    assert key(inferred, "posts") == ("post_id",) and types(inferred, "replies")["post_id"] == "posts"


def test_days_and_months_are_told_apart_by_the_whole_column() -> None:
    inferred = found(Memory("events", "event_id,held", "1,03/04/2026", "2,25/04/2026"))
    assert types(inferred, "events")["held"] == "Date" and inferred.tables[0].styles["held"].day_first


def test_a_column_that_puts_day_and_month_both_ways_is_text() -> None:
    assert types(found(Memory("events", "event_id,held", "1,13/04/2026", "2,04/25/2026")), "events")["held"] == "String"


def test_reserved_names_get_others() -> None:
    inferred = found(Memory("artists", "id,name,version,and", "1,A,3,x", "2,B,4,y"))
    assert list(types(inferred, "artists")) == ["artist_id", "name", "artist_version", "artist_and"]
    assert key(inferred, "artists") == ("artist_id",)


def test_columns_of_uuids_become_the_ids_of_the_records() -> None:
    one, two = "0198c1de-0000-7000-8000-000000000001", "0198c1de-0000-7000-8000-000000000002"
    inferred = found(
        Memory("users", "id,name", f"{one},A", f"{two},B"), Memory("posts", "post_id,user_id", f"7,{one}", f"8,{one}")
    )
    assert list(types(inferred, "users")) == ["name"] and types(inferred, "posts")["user_id"] == "users"
    posts = next(plan for plan in inferred.tables if plan.table == "posts")
    assert posts.keys == {"user_id": "id"}


def test_names_that_cannot_be_technical_are_replaced_and_shown() -> None:
    inferred = found(Memory("商品", "番号,名前,", "1,A,x", "2,B,y"), Memory("2024 sales!", "1st,番号", "a,1", "b,2"))
    assert entity(inferred, "table")["display_name"] == "商品"
    assert [f["display_name"] for f in entity(inferred, "table")["fields"]][:2] == ["番号", "名前"]
    assert list(types(inferred, "table")) == ["column", "column_2", "column_3"]
    assert list(types(inferred, "table_2024_sales")) == ["column_1_st", "column"]


def test_columns_without_name_and_values_are_left_out() -> None:
    inferred = found(Memory("things", "thing_id,column 2,label,column 4", "1,,a,x", "2,,b,"))
    assert list(types(inferred, "things")) == ["thing_id", "label", "column_4"]


def test_references_are_found_by_name_in_either_number() -> None:
    inferred = found(
        Memory("categories", "id,name", "1,A", "2,B"),
        Memory("product", "id,category_id,title", "10,1,x", "11,2,y", "12,1,z"),
    )
    assert types(inferred, "product")["category_id"] == "categories"


def test_names_without_values_that_bear_them_out_are_no_references() -> None:
    inferred = found(
        Memory("categories", "id,name", "1,A", "2,B"),
        Memory("product", "id,category_id,title", "10,1,x", "11,9,y"),
    )
    assert types(inferred, "product")["category_id"] == "Integer"


def test_small_numbers_that_happen_to_be_keys_are_no_references() -> None:
    inferred = found(
        Memory("genres", "id,name", "1,A", "2,B", "3,C"),
        Memory("lines", "line_id,quantity,position,grade", "1,1,1,2", "2,3,2,3", "3,1,3,1"),
    )
    assert set(types(inferred, "lines").values()) == {"Integer"}


def test_a_column_that_names_one_table_refers_to_no_other() -> None:
    inferred = found(
        Memory("items", "item_id,name", "1,a", ",b", "3,c"), Memory("uses", "use_id,item_id", "1,1", "2,3", "3,")
    )
    assert types(inferred, "items")["item_id"] == "Integer" and types(inferred, "uses")["item_id"] == "Integer"


def test_a_few_small_numbers_are_no_reference_to_a_table_of_another_name() -> None:
    inferred = found(
        Memory("customers", "id,name", *(f"{number},n" for number in range(1, 11))),
        Memory("orders", "order_id,country_id", "101,1", "102,2", "103,1"),
    )
    assert types(inferred, "orders")["country_id"] == "Integer"


def test_a_role_refers_to_the_people() -> None:
    inferred = found(
        Memory("staff", "staff_id,name,manager_id", "1,A,", "2,B,1", "3,C,1"),
        Memory("tickets", "ticket_id,assignee_id,created_by", "1,2,3", "2,2,1"),
    )
    assert types(inferred, "staff")["manager_id"] == "staff"
    assert types(inferred, "tickets") == {"ticket_id": "Integer", "assignee_id": "staff", "created_by": "staff"}


def test_two_references_to_one_table_are_both_found() -> None:
    inferred = found(
        Memory("teams", "team_id,name", "1,A", "2,B", "3,C"),
        Memory("matches", "match_id,home_team_id,away_team_id", "1,1,2", "2,3,1", "3,2,3"),
    )
    assert types(inferred, "matches") == {"match_id": "Integer", "home_team_id": "teams", "away_team_id": "teams"}


def test_text_keys_are_found_by_their_values() -> None:
    inferred = found(
        Memory("nations", "code,name", "PT,Portugal", "DE,Germany", "NO,Norway"),
        Memory("cities", "city_id,name,nation", "1,Lisbon,PT", "2,Berlin,DE", "3,Oslo,NO", "4,Bergen,NO"),
    )
    assert types(inferred, "cities")["nation"] == "nations"


def test_a_table_of_links_has_both_as_its_key_and_goes_with_either() -> None:
    inferred = found(
        Memory("students", "student_id,name", "1,A", "2,B"),
        Memory("courses", "course_id,title", "1,X", "2,Y"),
        Memory("enrolments", "student_id,course_id", "1,1", "1,2", "2,1"),
    )
    assert key(inferred, "enrolments") == ("student_id", "course_id")
    relationships: Any = inferred.document["relationships"]
    assert {r["cascade"] for r in relationships if r["from_entity"] == "enrolments"} == {"Delete"}


def test_rows_of_a_group_are_known_by_group_and_number() -> None:
    inferred = found(
        Memory("orders", "order_id,placed", "1,2026-01-01", "2,2026-01-02"),
        Memory("order_lines", "order_id,line_no,text", "1,1,a", "1,2,b", "2,1,c"),
    )
    assert key(inferred, "order_lines") == ("order_id", "line_no")


def test_a_table_without_a_key_is_loaded_all_the_same() -> None:
    inferred = found(Memory("log", "level,text", "info,a", "info,a"))
    assert key(inferred, "log") == () and "constraints" not in entity(inferred, "log")


def test_an_empty_table_has_the_types_and_keys_of_its_names() -> None:
    inferred = found(
        Memory("customers", "customer_id,name", "A,x", "B,y"), Memory("kinds", "kind_id,text"),
        Memory("customer_kinds", "customer_id,kind_id"),
    )  # fmt: skip
    assert key(inferred, "kinds") == ("kind_id",) and key(inferred, "customer_kinds") == ("customer_id", "kind_id")
    assert types(inferred, "customer_kinds") == {"customer_id": "customers", "kind_id": "kinds"}


def test_titles_are_names_before_anything_else() -> None:
    def title(*lines: str) -> str | None:
        found_title: str | None = entity(found(Memory("people", *lines)), "people")["ui_config"].get("title_field")
        return found_title

    assert title("person_id,title,first_name,last_name", "1,Dr,A,B", "2,Mr,C,D") == "last_name"
    assert title("person_id,remark,name", "1,x,A", "2,y,B") == "name"
    assert title("person_id,total", "1,5", "2,6") == "person_id"


def test_tables_are_loaded_after_those_they_refer_to() -> None:
    inferred = found(
        Memory("a_lines", "line_id,order_id", "1,1", "2,2"), Memory("orders", "order_id,customer_id", "1,1", "2,1"),
        Memory("zcustomers", "customer_id,name", "1,A", "2,B"),
    )  # fmt: skip
    order = [plan.table for plan in inferred.tables]
    assert order.index("zcustomers") < order.index("orders") < order.index("a_lines")


def test_lists_are_called_as_their_tables_and_one_record_in_the_singular() -> None:
    table = Memory("OrderDetails", "OrderDetailId,Note", "1001,a", "1002,b")
    inferred = found(table, Memory("Person", "id,name", "1,A", "2,B"), Memory("series", "id,name", "1,A", "2,B"))
    pages: Any = inferred.document["pages"]
    assert [page["title"] for page in pages] == ["Order details", "Person", "Series"]
    labels = [page["components"][0]["props"]["label"] for page in pages]
    assert labels == ["New Order detail", "New Person", "New Series"]


def test_numbers_that_are_keys_are_written_without_groups() -> None:
    inferred = found(Memory("orders", "order_id,pieces", "10248,1500", "10249,2500"), Memory("codes", "code", "a", "b"))
    shown: Any = inferred.document["pages"]
    pages = {page["id"]: page for page in shown}
    orders, codes = pages["orders_list"], pages["codes_list"]
    columns = orders["components"][1]["props"]["columns"]
    assert columns == [{"field": "order_id", "format": "plain"}, {"field": "pieces"}]
    assert "columns" not in codes["components"][1]["props"]
