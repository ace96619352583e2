"""A line that mixes an old font with Unicode is turned word by word; what is Vietnamese never changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.nightly import examples
from tests.support.old_letters import tcvn3, vni
from tts.normalization.legacy import from_legacy

SENTENCES = (
    "Uỷ ban nhân dân xã Vạn Thắng thông báo lịch tiêm phòng cho trẻ em dưới sáu tuổi tại trạm y tế xã.",
    "Đề nghị bà con đưa chó, mèo đến trụ sở trước 17 giờ ngày 30/11/2026, mang theo sổ tiêm và 50.000 đồng.",
    "Điện lực Khánh Hòa tạm ngừng cấp điện từ 7 giờ đến 11 giờ để sửa chữa đường dây qua thôn Quảng Hội.",
    "Kính mời toàn thể nhân dân đến hội trường dự buổi lấy ý kiến về giá đất và mở rộng đường liên thôn.",
    "Có mưa lớn, đề phòng lũ quét; bà con không đi qua ngầm tràn, không vớt củi trên sông khi nước lên.",
)
BESIDE = (
    *(
        "Loïc",
        "Thaï",
        "Caïn",
        "LOÏC",
        "THAÏ",
        "Bön",
        "Müller",
        "café",
        "Noël",
        "São",
        "Tomé",
        "Lü",
        "Peugeot",
        "Citroën",
        "naïve",
        "København",
    ),
    *(
        "5µm",
        "20°C",
        "«bạn»",
        "«ra",
        "vào»",
        "© 2026",
        "Loa®",
        "xã¹",
        "m²",
        "·",
        "±1",
        "5×20",
        "N·m",
        "½",
        "1ª",
    ),
)


def mixed(sentence, old, which):
    """The sentence with the words that `which` holds as an old font saves them."""
    words = sentence.split(" ")
    return " ".join(old(word).decode("latin-1") if at in which else word for at, word in enumerate(words))


@pytest.mark.parametrize(
    ("written", "becomes", "encoding"),
    [
        ("Đề nghị c¸c b¶n, lµng ®Õn tr¹m", "Đề nghị các bản, làng đến trạm", "TCVN3"),
        ("Đề nghị caùc hoä daân ñeán traïm", "Đề nghị các hộ dân đến trạm", "VNI"),
        (
            "Thông báo: Th«ng b¸o vÒ viÖc tiªm phßng t¹i x·",
            "Thông báo: Thông báo về việc tiêm phòng tại xã",
            "TCVN3",
        ),
        ("KÍNH MỜI: TOµN THÓ Bµ CON VÒ §ÕN", "KÍNH MỜI: TOÀN THÓ BÀ CON VÒ ĐẾN", "TCVN3"),
        ("Mỗi người 500.000® nhËn t¹i x·", "Mỗi người 500.000đ nhận tại xã", "TCVN3"),
    ],
)
def test_the_old_words_of_a_mixed_line_are_turned_and_the_others_stay(written, becomes, encoding):
    assert from_legacy(written)[:2] == (becomes, encoding)


def test_a_word_that_reads_both_ways_stays_and_is_told():
    turned = from_legacy("Đề nghị c¸c hé d©n ®Õn tr¹m")
    assert turned == ("Đề nghị các hé dân đến trạm", "TCVN3", (("hé", "hộ"),))


@given(
    st.lists(
        st.sampled_from([word for one in SENTENCES for word in one.split(" ")] + list(BESIDE)), max_size=60
    )
)
@examples(150)
def test_unicode_never_changes_whatever_foreign_stands_in_it(words):
    text = "Đường " + " ".join(words)
    assert from_legacy(text) == (text, None, ())


@pytest.mark.parametrize(
    "text",
    [
        "Đường Loïc Thaï",
        "ĐƯỜNG LOÏC THAÏ",
        "Đường Citroën, Loïc, Thaï, Caïn và Müller",
        "Anh Loïc Thaï",
        "Loïc",
        "Trao giải cho em Loïc\nvà cho em Caïn",
        "Xã Lü và xã Mü",
    ],
)
def test_names_of_other_languages_alone_do_not_show_old_letters(text):
    assert from_legacy(text) == (text, None, ())


@pytest.mark.parametrize(
    ("written", "becomes"),
    [
        ("Đề nghị hoïp taïi traïm", "Đề nghị họp tại trạm"),
        ("Đề nghị Traïm Y teá xaõ hoïp", "Đề nghị Trạm Y tế xã họp"),
        ("HOÏP TAÏI TRAÏM\nÑeà nghò baø con ñeán hoïp", "HỌP TẠI TRẠM\nĐề nghị bà con đến họp"),
    ],
)
def test_a_capital_does_not_keep_an_old_word_as_it_is_beside_other_old_words(written, becomes):
    assert from_legacy(written)[:2] == (becomes, "VNI")


@pytest.mark.parametrize("old", [tcvn3, vni])
@given(st.sampled_from(SENTENCES), st.randoms(use_true_random=False))
@examples(80)
def test_what_is_unicode_in_a_mixed_line_never_changes(old, sentence, dice):
    words = sentence.split(" ")
    old_ones = {at for at in range(len(words)) if dice.random() < 0.5}
    text = mixed(sentence, old, old_ones).removesuffix(".")
    before, after = f"Được biết {text}".split(" "), from_legacy(f"Được biết {text}").text.split(" ")
    unicode = [at for at in range(len(before)) if at - 2 not in old_ones]
    assert [after[at] for at in unicode] == [before[at] for at in unicode]


@pytest.mark.parametrize(("old", "share"), [(tcvn3, 0.8), (vni, 0.9)])
def test_most_old_words_of_a_mixed_line_come_back(old, share):
    wanted = back = 0
    for sentence in SENTENCES:
        words = sentence.split(" ")
        turned = from_legacy("Được biết " + mixed(sentence, old, range(4, len(words)))).text.split(" ")[2:]
        changed = [at for at in range(4, len(words)) if old(words[at]).decode("latin-1") != words[at]]
        wanted, back = wanted + len(changed), back + sum(turned[at] == words[at] for at in changed)
    assert back >= share * wanted
