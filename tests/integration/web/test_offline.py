"""What a browser is told to keep: public files and one page that is the same for everybody."""

import json
import re


def test_the_worker_keeps_public_files_alone_and_each_is_there(officer):
    worker = officer.get("/sw.js")
    assert worker.headers["cache-control"] == "no-cache"
    kept = json.loads(re.search(r"KEPT = (\[.*?\]);", worker.text).group(1))
    assert kept[0] == "/ngoai-tuyen"
    assert all(one.startswith("/tinh/") and officer.get(one).status_code == 200 for one in kept[1:])


def test_the_empty_form_is_the_same_for_everybody(officer, approver):
    shown = (client.get("/ngoai-tuyen").text for client in (officer, approver))
    (page,) = {re.sub(r'<meta name="loa-now"[^>]*>', "", one) for one in shown}
    assert "loa-owner" not in page
    files = set(re.findall(r'(?:href|src)="(/tinh/[^"#]+)', page))
    assert files <= {*json.loads(re.search(r"KEPT = (\[.*?\]);", officer.get("/sw.js").text).group(1))}


def test_the_app_can_be_installed(officer):
    told = officer.get("/manifest.webmanifest").json()
    assert (told["start_url"], told["display"], told["short_name"]) == ("/", "standalone", "Loa")
    assert all(officer.get(icon["src"]).status_code == 200 for icon in told["icons"])
