// A cold start with the published TypeScript client: discovery, registration, sign-in and consent over HTTP,
// tools/list, a call, a refresh, a call.
// In the environment: MCP_URL, ZOOP_EMAIL, ZOOP_PASSWORD, MODE (legacy: initialize; auto: server/discover first).
import { Client, StreamableHTTPClientTransport, UnauthorizedError } from '@modelcontextprotocol/client';
import assert from 'node:assert';

const env = process.env, MCP_URL = new URL(env.MCP_URL), MODE = env.MODE ?? 'legacy';
const REDIRECT = 'http://127.0.0.1:53683/callback'; // nobody listens: the 303 to it is read, not followed

const unescape = s => s.replace(/&(amp|lt|gt|quot|#39|#x27|#x2F);/gi, m =>
  ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#x27;': "'", '&#x2f;': '/' })[m.toLowerCase()]);
const attrs = tag => Object.fromEntries([...tag.matchAll(/([a-zA-Z_:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g)]
  .slice(1).map(m => [m[1].toLowerCase(), unescape(m[2] ?? m[3] ?? m[4] ?? '')]));

function forms(html) {
  return [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/gi)].map(([whole]) => {
    const a = attrs(whole.slice(0, whole.indexOf('>') + 1)), fields = [];
    let select;
    for (const [tag, name] of whole.matchAll(/<(input|button|select|option)\b[^>]*>/gi)) {
      const f = attrs(tag);
      if (/^select$/i.test(name)) select = f.name;
      else if (/^option$/i.test(name)) fields.push({ kind: 'option', name: select, value: f.value ?? '', on: 'selected' in f });
      else if (f.name) {
        const kind = (f.type || (/^button$/i.test(name) ? 'submit' : 'text')).toLowerCase();
        fields.push({ kind, name: f.name, value: f.value ?? (kind === 'checkbox' ? 'on' : ''), on: 'checked' in f });
      }
    }
    return { action: a.action ?? '', method: (a.method || 'get').toUpperCase(), fields };
  });
}

function fill(form) {
  const out = new URLSearchParams(), chosen = {};
  for (const { kind, name, value, on } of form.fields) {
    if (name === 'email') out.append(name, env.ZOOP_EMAIL);
    else if (name === 'password') out.append(name, env.ZOOP_PASSWORD);
    else if (name === 'decision') chosen.decision = 'allow';
    else if (name === 'tenant_id' && (kind === 'radio' || kind === 'option')) {
      if (value === env.ZOOP_TENANT || (!env.ZOOP_TENANT && (on || !chosen.tenant_id))) chosen.tenant_id = value;
    } else if (name === 'scope' && kind === 'checkbox') {
      if (!env.ZOOP_SCOPES || env.ZOOP_SCOPES.split(' ').includes(value)) out.append(name, value);
    } else if (['checkbox', 'radio', 'option'].includes(kind)) { if (on) out.append(name, value); }
    else if (kind !== 'submit') out.append(name, value); // hidden and text: carried over as they stand
  }
  for (const [k, v] of Object.entries(chosen)) out.append(k, v);
  return out;
}

async function browser(url) { // GET authorize, log in, consent; the URL of the redirect to REDIRECT
  const jar = new Map();
  const go = async (u, init = {}) => {
    const res = await fetch(u, { redirect: 'manual', ...init,
      headers: { accept: 'text/html', cookie: [...jar].map(([k, v]) => `${k}=${v}`).join('; '), ...init.headers } });
    for (const c of res.headers.getSetCookie()) { const [kv] = c.split(';'), i = kv.indexOf('='); jar.set(kv.slice(0, i), kv.slice(i + 1)); }
    return { res, at: String(u), html: await res.text() };
  };
  let page = await go(url);
  for (let i = 0; i < 12; i++) {
    const to = page.res.headers.get('location');
    if (to) {
      const target = new URL(to, page.at);
      if (target.href.startsWith(REDIRECT)) return target;
      page = await go(target);
      continue;
    }
    const form = forms(page.html).find(f => f.fields.some(x => x.name === 'password' || x.name === 'decision'));
    if (!form) throw new Error(`no login or consent form at ${page.at} (HTTP ${page.res.status}):\n${page.html.slice(0, 800)}`);
    page = await go(form.action ? new URL(form.action, page.at) : page.at, { method: form.method, body: fill(form) });
  }
  throw new Error('login and consent did not end');
}

class Provider { // OAuthClientProvider
  redirectUrl = REDIRECT;
  clientMetadata = { client_name: 'ts-headless', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none',
    response_types: ['code'], grant_types: ['authorization_code', 'refresh_token'] }; // explicit: else no offline_access is asked
  state() { return (this.lastState = crypto.randomUUID()); } // the SDK never compares it: we do
  clientInformation() { return this.info; }
  saveClientInformation(v) { this.info = v; }
  tokens() { return this.saved; }
  saveTokens(v) { this.saved = v; }
  saveCodeVerifier(v) { this.verifier = v; }
  codeVerifier() { return this.verifier; }
  saveDiscoveryState(v) { this.discovery = v; }
  discoveryState() { return this.discovery; }
  invalidateCredentials(what) {
    if (what === 'all' || what === 'client') this.info = undefined;
    if (what === 'all' || what === 'tokens') this.saved = undefined;
    if (what === 'all' || what === 'discovery') this.discovery = undefined;
  }
  async redirectToAuthorization(url) {
    this.callback = await browser(url);
    assert.equal(this.callback.searchParams.get('state'), this.lastState, 'state must come back byte for byte');
  }
}

const provider = new Provider();
const logged = async (u, init) => {
  const res = await fetch(u, init);
  if (env.DEBUG) console.error('  ', init?.method ?? 'GET', new URL(u).pathname, res.status);
  return res;
};
const transport = () => new StreamableHTTPClientTransport(MCP_URL, { authProvider: provider, fetch: logged });
const client = () => new Client({ name: 'ts-headless', version: '1' },
  MODE === 'legacy' ? {} : { versionNegotiation: { mode: MODE === 'pin' ? { pin: '2026-07-28' } : 'auto' } });

let t = transport(), c = client();
const interactive = async (e) => { // 401 or 403 led to redirectToAuthorization and an UnauthorizedError
  if (!(e instanceof UnauthorizedError)) throw e;
  await t.finishAuth(provider.callback.searchParams); // checks iss, swaps the code
};
try { await c.connect(t); }
catch (e) { await interactive(e); t = transport(); c = client(); await c.connect(t); } // a transport starts once
console.log('protocol', c.getNegotiatedProtocolVersion(), 'server', c.getServerVersion()?.name);
const { tools } = await c.listTools();
console.log('tools', tools.length, tools.slice(0, 3).map(x => x.name));
const call = async () => {
  const once = () => c.callTool({ name: 'customers.search', arguments: { q: 'Henderson' } });
  const r = await once().catch(async e => { await interactive(e); return once(); }); // step-up: retry on the same transport
  assert(!r.isError, JSON.stringify(r.content));
  return r.structuredContent ?? r.content;
};
console.log('call 1', JSON.stringify(await call()));

// Force a refresh: the client keeps no clock, it refreshes on a 401. Spoil the access token only.
const old = provider.saved;
assert(old.refresh_token, 'no refresh token: was offline_access granted?');
provider.saved = { ...old, access_token: old.access_token.slice(0, -6) + 'AAAAAA' };
await call();
assert(![old.access_token, old.access_token.slice(0, -6) + 'AAAAAA'].includes(provider.saved.access_token), 'no refresh happened');
console.log('call 2 after refresh, rotated:', provider.saved.refresh_token !== old.refresh_token);
await c.close();
console.log('OK');
