import { createHash } from "node:crypto";

import { isRandom } from "#tools/quality/secrets/is-random";

/** Something that does not belong in a repository. */
export interface Finding {
  readonly kind: string;
  /** From 1. */
  readonly line: number;
  /** Its beginning: a report of secrets tells none. */
  readonly hint: string;
  /** What an allowance names it by: the beginning of the text's SHA-256 in hex. */
  readonly digest: string;
}

interface Rule {
  readonly kind: string;
  /** Its group `secret`, or else the whole match, is what is found. */
  readonly pattern: RegExp;
  /** Whether what is found must look as if a program had drawn it; a placeholder does not. */
  readonly random?: boolean;
}

/** Names that stand before a secret. */
const SECRET_NAME =
  /[\w.-]*(?:secret|token|passw(?:or)?d|passphrase|credential|(?:api|access|auth|private|signing)[_-]?key)s?/.source;

/** Forms of secrets by those who give them out, of places that only one machine has, and of servers of packages. */
const RULES: readonly Rule[] = [
  { kind: "private key", pattern: /-----BEGIN (?:[A-Z]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----/g },
  { kind: "private key in DER", pattern: /\bMI[IG][A-Za-z0-9+/]{120,}={0,2}/g, random: true },
  { kind: "private JWK", pattern: /["']?\b[dk]["']?\s*:\s*["'](?<secret>[A-Za-z0-9_-]{40,})["']/g, random: true },
  { kind: "key of this platform", pattern: /\bak_[a-z0-9-]+_(?<secret>[A-Za-z0-9_-]{40,})/g, random: true },
  { kind: "Cloudflare token", pattern: /\bcf(?:k|ut|at)_[A-Za-z0-9]{40,56}\b/g, random: true },
  { kind: "Cloudflare origin key", pattern: /\bv1\.0-[0-9a-f]{24}-[0-9a-f]{100,}/g },
  { kind: "AWS key", pattern: /\b(?:AKIA|ASIA|ABIA|ACCA)(?![A-Z2-7]*EXAMPLE\b)[A-Z2-7]{16}\b/g },
  { kind: "GitHub token", pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{60,})/g, random: true },
  { kind: "GitLab token", pattern: /\bgl(?:pat|dt|rt|ptt)-[\w-]{20,}/g, random: true },
  { kind: "Slack token", pattern: /\bxox[abeoprs]-[\w-]{20,}|hooks\.slack\.com\/services\/T\w+\/B\w+\/\w{20,}/g },
  { kind: "Google key", pattern: /\bAIza[\w-]{35}\b|\bya29\.[\w-]{40,}|\bGOCSPX-[\w-]{28}/g },
  { kind: "Stripe key", pattern: /\b(?:sk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{24,}/g, random: true },
  {
    kind: "key of a model's provider",
    pattern: /\b(?:sk-(?:proj-|ant-|or-|svcacct-)?|gsk_|xai-|hf_|r8_)[\w-]{30,}/g,
    random: true,
  },
  { kind: "token of a package registry", pattern: /\bnpm_[A-Za-z0-9]{36}\b|\bpypi-[\w-]{50,}|\bdckr_pat_[\w-]{20,}/g },
  { kind: "SendGrid or Twilio key", pattern: /\bSG\.[\w-]{22}\.[\w-]{43}|\bSK[0-9a-f]{32}\b/g },
  { kind: "Azure key", pattern: /\b(?:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{40,}={0,2}/g },
  { kind: "signed token", pattern: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g },
  {
    kind: "password in an address",
    pattern: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'`<>${}]+:(?<secret>[^\s/:@"'`<>${}]{6,})@/g,
  },
  { kind: "authorization", pattern: /\b(?:Bearer|Basic)\s+(?<secret>[A-Za-z0-9+/=_.-]{24,})/g, random: true },
  {
    kind: "random value of a secret's name",
    pattern: new RegExp(
      `\\b${SECRET_NAME}["'\`]?\\s*(?:=>|[:=])\\s*["'\`]?(?<secret>[A-Za-z0-9+/=_-]{20,})(?![\\w(.])`,
      "gi",
    ),
    random: true,
  },
  {
    kind: "server of packages",
    pattern:
      /\b(?:registry(?:-1)?\.(?:npmjs|yarnpkg|npmmirror|docker)\.\w+|npm\.pkg\.github\.com|(?:files\.pythonhosted|pypi|deb\.debian)\.org|archive\.ubuntu\.com|index\.crates\.io|proxy\.golang\.org|bcr\.bazel\.build)\b/g,
  },
  {
    kind: "server of packages",
    pattern:
      /\bhttps?:\/\/(?:[\w-]+[.-])*(?:registry|artifactory|nexus|verdaccio|jfrog|mirrors?|npm)(?:[-\d][\w-]*)?\.[\w.-]*\w/g,
  },
  {
    kind: "path of a machine",
    pattern: /(?<![\w.~}$)*-])\/(?:home|Users|root|tmp|work|workspaces?|builds|__w|mnt|var\/(?:tmp|folders))\/[\w.-]+/g,
  },
  { kind: "path of a machine", pattern: /\b[A-Z]:\\{1,2}Users\\{1,2}\w+/g },
];

/** What of a text does not belong in a repository, in the order of the rules. */
export function findSecrets(text: string): readonly Finding[] {
  return RULES.flatMap(({ kind, pattern, random = false }) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const found = match.groups?.["secret"] ?? match[0];
      if (random && !isRandom(found)) return [];
      const line = text.slice(0, match.index).split("\n").length;
      return [{ kind, line, hint: hintOf(found), digest: digestOf(found) }];
    }),
  );
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function hintOf(text: string): string {
  return `${text.slice(0, 6)}… (${String(text.length)} characters)`;
}
