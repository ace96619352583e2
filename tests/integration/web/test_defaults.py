"""What forms choose for people: nothing that could do harm."""


def test_a_new_person_and_a_new_loudspeaker_need_an_area_that_somebody_chose(sign_in):
    rule, enrol = sign_in("quantri"), sign_in("kythuat")
    assert '<option value="">Chọn địa bàn</option>' in rule.get("/nguoi-dung/them").text
    new = {"ten": "hoa.nt", "ho_ten": "Hoa", "vai_tro": ["officer"]}
    reply = rule.post("/nguoi-dung/them", data=new)
    assert (reply.status_code, "Hãy chọn địa bàn của người này." in reply.text) == (422, True)
    assert '<option value="">Chọn địa bàn</option>' in enrol.get("/gan-cum-loa").text
    assert '<option value="22366" selected>' in enrol.get("/gan-cum-loa?xa=22366").text
    reply = enrol.post("/gan-cum-loa", data={"ten": "Cụm 3", "gio": "24"})
    assert (reply.status_code, "Hãy chọn xã, phường của cụm loa." in reply.text) == (422, True)
