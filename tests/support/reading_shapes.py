"""A hundred and more shapes that a rule of the reading might look at again from every place.

Each is joined to thousands of characters: `test_properties.py` holds that time grows in proportion, and
`python -m tests.benchmarks.reading_shapes` prints how long 50,000 characters of each take.
"""

SHAPES = (
    "1,", ",1", "1,1,", "2,3,", "1-", "1.", "1/", "1:", "1 ", "-1-", "0 ", "a ", "a/", "a.",
    "a,b,", "(", "(ảnh:", "I ", "ngày 1/", "ngày 1/2, ", "từ 1-", "A.", "A-", "T", "TT ", "HS, ",
    "BQL", "Đ.", "điểm a, ", "1/ 1/ ", "1.1 ", "•", "★", "*1", "#ab", "ab' ", "b¸o", "đượ c ",
    "l5/", "cuả ", "K Ế ", "U B N D ", "1O", "&amp;", "<a", "@a", "QĐ-", "12/QĐ-", "1.000.",
    "1 000 ", "XÃ ", "- ", "; ", "12/QĐ-UBND ", "số 1/NĐ-CP, ", "/người", "đ/", "1đ/1", "đồng/kg/",
    "1-5/12 ", "5/12 - ", "1/1/2025-", "tháng 1,", "thứ 2, ", "T2-", "CN, ", "Q.I/", "IV.", "II-",
    "(1) ", "(a) ", "a) ", "1) ", "1. A. ", "0912 ", "09123456789", "0258.", "113, ", "STK 1",
    "CCCD 0", "79A-", "79A-123.45 ", "Km1+", "QL1-", "BĐ1-", "BĐ3: 1,2 m ", "1,5 m ", "1m2/",
    "1m5 ", "mg/", "x2", "2 x ", "2^", "10^-", "°C", "15°", "-0,5 ", "a@b.", "www.", "a.vn/",
    "http://", "https://a.vn/?a=", "aaaaaaaaaaaaaaaaaaaa", "BCĐPCTT", "Sêrêpôk ", "H'", "N.V.",
    "Ng.V.T. ", "TS.BS.", "TP.HCM ", "P. 5, ", "45/2/", "hẻm 1/2/", "Đ.15 K2 ", "K2Đ5",
    "điều 1, khoản ", "lần thứ I, ", "tỷ số 2-1 ", "1:500 ", "(Bộ Y tế) ", "Bộ Y tế (Bộ Y tế) ",
    "của Chính phủ ", "ngày mùng ", "Ảnh: ", "… ", "../", "-->", "→1", "1÷", "~1", '"1"', "'1'",
    "1'2\"", "%", "5%-", "%/năm ", "\u0301", "ớ", "QUÝ ", "QUYÊT", "gđ ", "V/v ", "T/M ", "s/c ",
)  # fmt: skip
