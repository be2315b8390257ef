"""In which encoding of East Asia a text is that is no UTF-8: the one that makes usual characters of it. Pure.

Read in a wrong one, text becomes characters all the same, but rare ones; a few are enough to tell. Latin letters with
accents become single characters between letters, which words of these languages are not.
"""

import codecs
from collections.abc import Sequence

import msgspec

ENCODINGS = ("cp932", "gb18030", "cp949", "cp950", "euc_jp")
"""Those of Windows, which contain Shift-JIS, GB 2312 and GBK, EUC-KR, and Big5; and that of Unix in Japan."""

_ENOUGH = 0.4
"""How many of the characters have to be usual ones: wrong readings stay below a quarter."""

_AHEAD = 0.1
"""How much more of them are usual than in the next best encoding."""

_TOGETHER = 0.6
"""How many characters stand beside another one of them."""

_FEWEST = 2
_KANA = frozenset(map(chr, (*range(0x3041, 0x3097), *range(0x30A1, 0x30FB), 0x30FC)))
_MARKS = (range(0x3000, 0x3040), range(0xFF00, 0xFF66), range(0x2000, 0x2070))
"""Punctuation and wide letters, which say nothing."""

_HAN = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行所然家种事"
    "成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心她本前开但因只从想实日军者意无力它与长把机十民第公此"
    "已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什二等产或新己制身果加西斯月话合回特代"
    "内信表化老给世位次度门任常先海通教儿原东声提立及比员解水名真论处走义各入几口认条平系气题活尔更别打女变四神总何电数安"
    "少报才结反受目太量再感建务做接必场件计管期市直德资命山金指克许统区保至队形社便空决治展马科司五基眼书非则听白却界达光"
    "放强即像难且权思王象完设式色路记南品住告类求据程北边死张该交规万取拉格望觉术领共确传师观清今切院让识候带导争运李刘陈"
    "杨赵黄周吴徐孙胡朱林郭罗伟芳娜敏静丽磊洋勇艳杰娟涛超霞刚桂英华玉红春梅兰志庆京广州深圳津汉杭省县号街村镇编姓城址邮箱"
    "价额单限客户订备注們這個來為說時會對後裡種經過現當沒動還進樣實軍無與長機關點業將兩間應戰頭體見產話給門東聲員論處義幾"
    "認條氣題爾別變電數報結務場計資許統區隊馬書則聽達強難權設記類據邊張該規萬術領傳師觀讓識帶導爭運著灣臺台縣桃園竹雄編號"
    "郵價單戶訂備註陳吳劉蔡楊鄭謝洪曾邱廖賴葉蘇莊江呂蕭潘簡鍾游彭詹施沈余盧梁趙顏柯翁魏戴范宋鄧傅侯玲雅婷淑芬惠俊傑怡君宗"
    "翰冠宇玄珍琪瑜欣佩九円八六気七午百川千半男校語土木聞食車毎母火右読友左休父雨発開問言田持野元近考画売集私始朝終広町料"
    "急止送転研足究楽店病質待試族銀早映親験医仕味写字答夜音帰古歌買悪図週室歩風紙黒花赤青館屋秋夏習駅旅服夕借曜飲肉貸堂鳥"
    "飯勉冬昼茶弟牛魚兄犬妹姉漢郎佐藤鈴橋伊渡辺吉松井斎恵府県丁番株様氏商価額付顧請阪福岡札幌横浜戸埼愛島仙潟熊納伝票課担"
    "署"
)
_HANGUL = frozenset(
    "이다는에의을가하고를지은한로기사자도들인어해서리시아정대수나일부있라그게보전주원제상스여적러만과으안장구동관성경조선"
    "공국년방신소비우유오것위면내중무분연세된치미할생요용회되등모거개발업강교산트김박최윤임권황송홍류문양손배백허남심노곽"
    "차철영희민준현숙특별광역천울종충청북길번호름화메날짜량격금액단식객품테크타터카바파마드디레니르프키피코포토루베페네데"
    "랑력결입출록목태변환설삭저추진행완료취명"
)
_USUAL = {
    "cp932": _HAN | _KANA, "euc_jp": _HAN | _KANA, "gb18030": _HAN, "cp950": _HAN, "cp949": _HANGUL,
}  # fmt: skip


class _Reading(msgspec.Struct, frozen=True):
    """How a text looks in one encoding."""

    encoding: str
    usual: float


def east_asian(parts: Sequence[bytes]) -> str | None:
    """Return the encoding of East Asia that text is in, or None if that cannot be told.

    Parameters
    ----------
    parts
        Pieces that begin with a character and hold more than ASCII; the ends may be cut off.
    """
    readings = [found for encoding in ENCODINGS if (found := _read(parts, encoding)) is not None]
    readings.sort(key=lambda found: -found.usual)
    if not readings or readings[0].usual < _ENOUGH:
        return None
    if len(readings) > 1 and readings[0].usual - readings[1].usual < _AHEAD:
        return None
    return readings[0].encoding


def _read(parts: Sequence[bytes], encoding: str) -> _Reading | None:
    """Return how usual the characters are that text has in an encoding; None where it has none, or looks like Latin."""
    known, wide, usual, together = _USUAL[encoding], 0, 0, 0
    try:
        for part in parts:
            text = codecs.getincrementaldecoder(encoding)().decode(part)
            held = 0  # of those that stand in a row
            for sign in (*text, " "):
                code = ord(sign)
                if code < 0x80:
                    together += held if held > 1 else 0
                    held = 0
                elif not any(code in marks for marks in _MARKS):
                    wide, held, usual = wide + 1, held + 1, usual + (sign in known)
    except UnicodeDecodeError:
        return None
    if wide < _FEWEST or together < _TOGETHER * wide:
        return None
    return _Reading(encoding, usual / wide)
