"""Files that are neither UTF-8 nor marked are read in the encoding that makes usual text of them."""

import io

import pytest

from torque.entity.exchange.detect import encoding_of

NAMES = {
    "cp932": [
        "id,name,city\n1,山田太郎,東京\n2,鈴木花子,大阪\n",
        "会社\nソニー（株）\n株式会社トヨタ自動車\n",
        "品名\nノート 青\n",
    ],
    "euc_jp": ["id,name,city\n1,山田太郎,東京\n2,鈴木花子,大阪\n", "x\nやまだ たろう\n"],
    "gb18030": ["id,name\n1,王伟\n2,李娜\n", "编号,城市\n1,北京市朝阳区\n", "編號,姓名\n1,陳志明\n2,林美玲\n"],
    "cp950": ["編號,姓名,城市\n1,陳志明,臺北市\n2,林美玲,高雄市\n", "x\n馬英九\n"],
    "cp949": ["번호,이름\n1,김철수\n2,이영희\n", "x\n서울특별시\n", "x\n뷁\n홍길동\n"],
}
OTHERS = {
    "cp1252": [
        "name,city\nMüller,Köln\nGroß,Fürth\n", "x\nÉloïse Lefèvre, été\n", "x\nSão João, ação\n", "x\nI’m here\n",
        "x\n“stop\n", "x\n5 €\n", "x\nÉÈÀÇ ÄÖÜ\n", "x\nMalmö Västerås Åäö\n",
    ],
    "cp1251": ["номер,имя\n1,Иванов Пётр\n", "x\nПРИВЕТ МИРУ\n"], "cp1250": ["x\nŁukasz Wójcik\nŻaneta\n"],
    "cp1253": ["x\nΓιώργος Παπαδόπουλος\n"], "cp1255": ["x\nשלום עולם\n"], "cp1256": ["x\nمحمد أحمد\n"],
    "cp874": ["x\nสมชาย ใจดี\n"],
}  # fmt: skip


def guess(data: bytes) -> str:
    return encoding_of(io.BytesIO(data))


@pytest.mark.parametrize(("encoding", "text"), [(one, text) for one, texts in NAMES.items() for text in texts])
def test_text_of_east_asia_is_known_by_few_names(encoding: str, text: str) -> None:
    assert guess(text.encode(encoding)) == encoding
    assert guess(("name,note\n" + "a,b\n" * 100_000 + text).encode(encoding)) == encoding
    assert guess((text * 20_000).encode(encoding)) == encoding


@pytest.mark.parametrize(("encoding", "text"), [(one, text) for one, texts in OTHERS.items() for text in texts])
def test_other_text_is_taken_for_that_of_windows_as_ever(encoding: str, text: str) -> None:
    assert guess(text.encode(encoding)) == "cp1252"


def test_text_that_goes_on_in_another_way_is_not_what_it_begins_like() -> None:
    assert guess("x\n山田太郎\n".encode("cp932") * 10_000 + b"\xfc\xff\x81 \n") == "cp1252"


def test_japanese_in_seven_bits_is_known_by_its_shifts() -> None:
    assert guess("id,name\n1,山田\n".encode("iso2022_jp")) == "iso2022_jp"
