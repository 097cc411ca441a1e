"""A cold start with the published Python client: discovery, registration, sign-in and consent over HTTP, tools/list,
a call, a refresh, a call.

In the environment: MCP_URL, ZOOP_EMAIL, ZOOP_PASSWORD, MODE (auto: server/discover first; legacy: initialize).
"""
import asyncio, os, sys
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit, parse_qs

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientMetadata

MCP_URL = os.environ["MCP_URL"]
EMAIL, PASSWORD = os.environ["ZOOP_EMAIL"], os.environ["ZOOP_PASSWORD"]
TENANT, SCOPES = os.environ.get("ZOOP_TENANT"), os.environ.get("ZOOP_SCOPES")
MODE = os.environ.get("MODE", "auto")
REDIRECT = "http://127.0.0.1:53682/callback"  # nobody listens: the 303 to it is read, not followed


class Forms(HTMLParser):
    """All forms of a page; a field is (tag or type, name, value, checked)."""

    def __init__(self, html):
        super().__init__()
        self.forms, self.select = [], None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.forms.append({"action": a.get("action") or "", "method": (a.get("method") or "get").lower(), "fields": []})
        elif self.forms and tag == "select":
            self.select = a.get("name")
        elif self.forms and tag == "option" and self.select:
            self.forms[-1]["fields"].append(("option", self.select, a.get("value") or "", "selected" in a))
        elif self.forms and tag in ("input", "button") and a.get("name"):
            kind = (a.get("type") or ("submit" if tag == "button" else "text")).lower()
            self.forms[-1]["fields"].append((kind, a["name"], a.get("value") or ("on" if kind == "checkbox" else ""), "checked" in a))


def fill(form):
    out, chosen = [], {}
    for kind, name, value, checked in form["fields"]:
        if name == "email":
            out.append((name, EMAIL))
        elif name == "password":
            out.append((name, PASSWORD))
        elif name == "decision":
            chosen["decision"] = "allow"
        elif name == "tenant_id" and kind in ("radio", "option"):
            if value == TENANT or (TENANT is None and (checked or "tenant_id" not in chosen)):
                chosen["tenant_id"] = value
        elif name == "scope" and kind == "checkbox":
            if SCOPES is None or value in SCOPES.split():
                out.append((name, value))
        elif kind in ("checkbox", "radio", "option"):
            if checked:
                out.append((name, value))
        elif kind != "submit":  # hidden (CSRF token, opaque id) and text: carried over as they stand
            out.append((name, value))
    return out + list(chosen.items())


async def browser(url: str) -> dict[str, str]:
    """GET authorize, log in, consent; return the query of the redirect to REDIRECT."""
    async with httpx2.AsyncClient(headers={"Accept": "text/html"}) as web:  # keeps cookies, follows nothing
        r = await web.get(url)
        for _ in range(12):
            if r.is_redirect:
                target = urljoin(str(r.url), r.headers["location"])
                if target.startswith(REDIRECT):
                    return {k: v[0] for k, v in parse_qs(urlsplit(target).query).items()}
                r = await web.get(target)
                continue
            wanted = [f for f in Forms(r.text).forms if {n for _, n, _, _ in f["fields"]} & {"password", "decision"}]
            if not wanted:
                raise SystemExit(f"no login or consent form at {r.url} (HTTP {r.status_code}):\n{r.text[:800]}")
            form, data = wanted[0], {}
            for k, v in fill(form):
                data.setdefault(k, []).append(v)
            r = await web.request(form["method"].upper(), urljoin(str(r.url), form["action"]) if form["action"] else str(r.url), data=data)
        raise SystemExit("login and consent did not end")


class Memory:  # TokenStorage
    tokens = client_info = None

    async def get_tokens(self): return self.tokens
    async def set_tokens(self, tokens): self.tokens = tokens
    async def get_client_info(self): return self.client_info
    async def set_client_info(self, client_info): self.client_info = client_info


answer: dict[str, str] = {}


async def redirect_handler(url: str) -> None:
    answer.clear()
    answer.update(await browser(url))


async def callback_handler() -> AuthorizationCodeResult:
    if "error" in answer:
        raise SystemExit(f"authorization refused: {answer}")
    return AuthorizationCodeResult(code=answer["code"], state=answer.get("state"), iss=answer.get("iss"))


async def main() -> None:
    store = Memory()
    provider = OAuthClientProvider(
        MCP_URL,
        OAuthClientMetadata(redirect_uris=[REDIRECT], client_name="py-headless", token_endpoint_auth_method="none"),
        store, redirect_handler, callback_handler,
    )
    hooks = {}
    if os.environ.get("DEBUG"):
        async def show(resp): print("  ", resp.request.method, resp.request.url.path, resp.status_code, file=sys.stderr)
        hooks = {"response": [show]}
    async with httpx2.AsyncClient(auth=provider, timeout=60, event_hooks=hooks) as http:
        async with Client(streamable_http_client(MCP_URL, http_client=http), mode=MODE) as client:
            print("protocol", client.protocol_version, "server", client.server_info and client.server_info.name)
            tools = (await client.list_tools()).tools
            print("tools", len(tools), [t.name for t in tools][:3])
            one = await client.call_tool("customers.search", {"q": "Henderson"})
            assert not one.is_error, one.content
            print("call 1", one.structured_content or one.content)

            # Force a refresh: the client refreshes BEFORE a request once its clock passes expires_in.
            # (0 would read as "never expires"; a 401 alone makes it run the whole login again.)
            old = store.tokens
            assert old.refresh_token, "no refresh token: was offline_access granted?"
            provider.context.token_expiry_time = 1.0
            two = await client.call_tool("customers.search", {"q": "Henderson"})
            assert not two.is_error, two.content
            assert store.tokens.access_token != old.access_token, "no refresh happened"
            print("call 2 after refresh, rotated:", store.tokens.refresh_token != old.refresh_token)
    print("OK")


asyncio.run(main())
