import { CompactSign, type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";

/** An issuer of tokens whose published keys a test can change. */
export interface IdentityProvider {
  readonly issuer: string;
  /** Answers the requests of Workers, as `outbound` of a runtime. */
  answer(request: Request): Response;
  /** Requests for the published keys so far. */
  keyRequests(): number;
  /** What it publishes, as JSON. */
  publishedKeys(): string;
  /** Makes a new signing key and publishes it besides the others. */
  addKey(keyId: string, algorithm?: "RS256" | "ES256"): Promise<void>;
  /** Signs claims with the newest key; `iss` and five minutes of life are added unless given. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Signs anything at all as if it were claims; `contentType` goes into the header as `cty`. */
  signBytes(content: Uint8Array, contentType?: string): Promise<string>;
  /** Whether it answers at all. */
  setReachable(isReachable: boolean): void;
}

/** An issuer whose keys lie where OpenID Connect Discovery usually puts them. */
export function createIdentityProvider(issuer: string, nowMs: () => number): IdentityProvider {
  const published: object[] = [];
  let signer: { key: CryptoKey; keyId: string; algorithm: string } | undefined;
  let keyRequests = 0;
  let isReachable = true;
  const publishedKeys = () => JSON.stringify({ keys: published });
  return {
    issuer,
    answer({ url }) {
      if (url !== `${issuer}/.well-known/jwks.json`) return new Response("not found", { status: 404 });
      keyRequests++;
      return isReachable ? new Response(publishedKeys()) : new Response("down", { status: 503 });
    },
    keyRequests: () => keyRequests,
    publishedKeys,
    async addKey(keyId, algorithm = "ES256") {
      const { publicKey, privateKey } = await generateKeyPair(algorithm);
      published.push({ ...(await exportJWK(publicKey)), kid: keyId, alg: algorithm, use: "sig" });
      signer = { key: privateKey, keyId, algorithm };
    },
    sign(claims) {
      if (signer === undefined) throw new Error("The provider has no key yet.");
      const nowSeconds = Math.floor(nowMs() / 1_000);
      return new SignJWT({ iss: issuer, iat: nowSeconds, exp: nowSeconds + 300, ...claims })
        .setProtectedHeader({ alg: signer.algorithm, kid: signer.keyId, typ: "JWT" })
        .sign(signer.key);
    },
    signBytes(content, contentType) {
      if (signer === undefined) throw new Error("The provider has no key yet.");
      const header = { alg: signer.algorithm, kid: signer.keyId, typ: "JWT" };
      return new CompactSign(content)
        .setProtectedHeader({ ...header, ...(contentType === undefined ? {} : { cty: contentType }) })
        .sign(signer.key);
    },
    setReachable: (value) => {
      isReachable = value;
    },
  };
}
