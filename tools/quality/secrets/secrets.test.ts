import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { checkSecrets } from "#tools/quality/secrets/check-secrets";
import { findSecrets } from "#tools/quality/secrets/find-secrets";

/** Put together here, so that this file holds none of them. */
const join = (...parts: readonly string[]): string => parts.join("");

/** Drawn once, of 64 characters; the first n of them. */
const drawn = (length: number): string =>
  "q7Rz2mXv9Kc4TbW1yLp8Hd5GsN0fJu3EaQ6iVoZxB7rCk2MtY9wPnD4hS8gF1jUl".slice(0, length);
const hex = (length: number): string => "9f3a07c41be85d26".repeat(20).slice(0, length);
const upper = (length: number): string => "Q7RZ2MXV6KC4TBW3YLP5".slice(0, length);

const planted: readonly (readonly [kind: string, text: string])[] = [
  ["private key", join("-----BEGIN ", "PRIVATE KEY-----")],
  ["private key", join("-----BEGIN OPENSSH ", "PRIVATE KEY-----")],
  ["private key", join("-----BEGIN PGP ", "PRIVATE KEY BLOCK-----")],
  ["private key in DER", join("const der = `MI", "IEvQ", drawn(64), drawn(60), "`;")],
  ["private JWK", `{ "kty": "EC", "crv": "P-256", "d": "${drawn(43)}" }`],
  ["key of this platform", join("curl -H 'x-api-key: ak", "_acme_", drawn(43), "'")],
  ["Cloudflare token", join("cf", "ut_", drawn(48))],
  ["Cloudflare token", join("cf", "at_", drawn(48))],
  ["Cloudflare origin key", join("v1.", "0-", hex(24), "-", hex(146))],
  ["AWS key", join("AK", "IA", upper(16))],
  ["GitHub token", join("gh", "p_", drawn(36))],
  ["GitHub token", join("github", "_pat_", drawn(64))],
  ["GitLab token", join("gl", "pat-", drawn(20))],
  ["Slack token", join("xo", "xb-", "2401234567-", drawn(24))],
  ["Google key", join("AI", "za", drawn(35))],
  ["Stripe key", join("sk", "_live_", drawn(24))],
  ["key of a model's provider", join("sk", "-ant-api03-", drawn(60))],
  ["key of a model's provider", join("sk", "-proj-", drawn(48))],
  ["key of a model's provider", join("hf", "_", drawn(34))],
  ["token of a package registry", join("//host/:_authToken=npm", "_", drawn(36))],
  ["SendGrid or Twilio key", join("SG.", drawn(22), ".", drawn(43))],
  ["Azure key", join("Account", "Key=", drawn(64), drawn(22), "==")],
  ["signed token", join("ey", "J", drawn(20), ".ey", "J", drawn(30), ".", drawn(30))],
  ["password in an address", join("postgres://app:", "hunter2hunter2", "@db.internal/x")],
  ["authorization", join("Authorization: Bea", "rer ", drawn(40))],
  ["random value of a secret's name", join("CLOUDFLARE_API_TOK", "EN=", drawn(40))],
  ["random value of a secret's name", join("X-Auth-K", "ey: ", hex(37))],
  ["random value of a secret's name", join('"clientSec', 'ret": "', drawn(32), '"')],
  ["random value of a secret's name", join("const passw", "ord = '", drawn(22), "';")],
  ["server of packages", join('registry = "https://', "registry.npmjs", '.org/"')],
  ["server of packages", join("https://", "artifactory", ".corp.example/api/npm/")],
  ["server of packages", join("https://my-", "registry", ".corp.example/")],
  ["server of packages", join("http://npm.", "mirror", ".internal.example/a.tgz")],
  ["path of a machine", join("see /ho", "me/grace/src/platform")],
  ["path of a machine", join('cwd: "/Use', 'rs/grace/platform"')],
  ["path of a machine", join("file:///tm", "p/out-1/bundle.js")],
  ["path of a machine", join("C:\\Use", "rs\\grace")],
];

describe("what does not belong in a repository", () => {
  for (const [kind, text] of planted)
    it(`is found: ${kind}, ${text.slice(0, 12)}…`, () => {
      const found = findSecrets(`first line\nsecond ${text}\n`);
      assert.ok(
        found.some((finding) => finding.kind === kind && finding.line === 2),
        JSON.stringify(found),
      );
    });

  const innocent: readonly string[] = [
    "-----BEGIN PUBLIC KEY-----",
    "a private key begins with BEGIN PRIVATE KEY",
    // Amazon's own example, and placeholders.
    "AKIAIOSFODNN7EXAMPLE",
    "ak_acme_<random>",
    `ak_acme_${"A".repeat(43)}`,
    `sk-${"a".repeat(40)}`,
    "CLOUDFLARE_API_TOKEN=your-token-goes-here-please",
    'const apiToken = "the-token-of-a-test-1";',
    'password: "correct horse battery staple"',
    'token: "0123456789abcdefghijklmnop"',
    "const accessToken = readAccessTokenOfRequest2(request);",
    "secret: secrets.CLOUDFLARE_API_TOKEN_2026_11",
    // Digests and ids are drawn, but are no secrets.
    `integrity: sha512-${drawn(64)}==`,
    `uses: actions/checkout@${hex(40)}`,
    'tokenId: "123e4567-e89b-42d3-a456-426614174000"',
    "https://user@host.example/path",
    "https://host.example:8443/a@b",
    "Bearer <token of at least 24 characters>",
    // Addresses and paths of the product.
    "the registry is that of the machine: npm config get registry",
    "https://example.com/home/grace/index.html",
    "//tools/work/space and ./tmp/file and ~/work/x",
    "GET /work and /tmp",
    "https://docs.npmjs.com/about",
  ];
  for (const text of innocent)
    it(`is not seen in: ${text.slice(0, 60)}`, () => {
      assert.deepEqual(findSecrets(text), []);
    });

  it("is not told by the report", () => {
    const secret = join("gh", "p_", drawn(36));
    const [complaint = ""] = checkSecrets("a", new Map([["a/b.ts", secret]]), []);
    assert.match(complaint, /^a\/b\.ts:1: GitHub token: /);
    assert.ok(!complaint.includes(secret.slice(8)), complaint);
  });
});

describe("an allowance", () => {
  const secret = join("gh", "p_", drawn(36));
  const [{ digest } = { digest: "" }] = findSecrets(secret);
  const allowance = { package: "a/b", file: "c/d.md", digest, reason: "a test" };

  it("allows one text in one file", () => {
    assert.deepEqual(checkSecrets("a/b", new Map([["a/b/c/d.md", `${secret} ${secret}`]]), [allowance]), []);
  });

  it("allows nothing else there, and the same nowhere else", () => {
    const other = secret.replace("q7", "q8");
    const files = new Map([
      ["a/b/c/d.md", `${secret}\n${other}`],
      ["a/b/e.md", secret],
    ]);
    assert.deepEqual(
      checkSecrets("a/b", files, [allowance]).map((complaint) => complaint.split(" ", 1)[0]),
      ["a/b/c/d.md:2:", "a/b/e.md:1:"],
    );
  });

  it("is of no use when what it allows, or its file, is gone", () => {
    for (const files of [new Map([["a/b/c/d.md", "clean"]]), new Map<string, string>()])
      assert.match(checkSecrets("a/b", files, [allowance]).join(), /a\/b\/c\/d\.md: nothing in it has the digest/);
    assert.deepEqual(checkSecrets("a", new Map(), [allowance]), [], "another package");
  });
});
