import threading

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from portal.people.identity.cookies import session_cookie_name
from portal.people.identity.enums import Realm
from tests.portal.screens.builder.conftest import BASE


def test_shots(app, ines, draft, database, settings):
    name = session_cookie_name(settings, Realm.AGENT)
    cookie = ines.http.get_cookie(name, domain="127.0.0.1")
    server = make_server("127.0.0.1", 8070, app, threaded=False)
    t = threading.Thread(target=server.serve_forever, daemon=True)
    t.start()
    import json
    import os

    paths = json.loads(os.environ.get("SHOTS", "[]"))
    with sync_playwright() as p:
        b = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        c = b.new_context(viewport={"width": int(os.environ.get("W", "1200")), "height": 900})
        c.add_cookies([{"name": name, "value": cookie.value, "url": "http://127.0.0.1:8070"}])
        pg = c.new_page()
        for i, path in enumerate(paths):
            pg.goto("http://127.0.0.1:8070" + path.replace("@", BASE))
            pg.screenshot(path=f"/tmp/shot{i}.png", full_page=True)
        b.close()
    server.shutdown()
