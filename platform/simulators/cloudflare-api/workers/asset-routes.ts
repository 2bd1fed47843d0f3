import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";

import * as z from "zod";

import { refusals } from "../api/api-error.js";
import { type ApiRequest, readForm, readJson } from "../api/api-request.js";
import { type Answer, ok } from "../api/envelope.js";
import { route, type Route } from "../api/route.js";
import type { CloudflareState } from "../state/cloudflare-state.js";
import type { UploadMetadata } from "./parse-upload.js";
import type { AssetsRecord, VersionRecord } from "./script-record.js";

const manifestSchema = z.object({ manifest: z.record(z.string(), z.object({ hash: z.string(), size: z.number() })) });

type Manifest = z.output<typeof manifestSchema>["manifest"];

/** An upload that has begun: what its files are, and which of them have arrived. */
export interface AssetSession {
  readonly manifest: Manifest;
  /** Hash of the client → digest of the content here. */
  readonly arrived: Map<string, string>;
}

/** Uploading static files: a session, the files it asks for, and a token for the version that has them. */
export function assetRoutes(state: CloudflareState): Route[] {
  const session = "/accounts/:account/workers/scripts/:script/assets-upload-session";
  return [
    route("POST", session, "Workers Scripts Write", (request) => {
      const { manifest } = readJson(request, manifestSchema);
      const token = randomUUID();
      state.assetSessions.set(token, { manifest, arrived: new Map() });
      const hashes = [...new Set(Object.values(manifest).map(({ hash }) => hash))];
      return ok({ jwt: token, buckets: hashes.length === 0 ? [] : [hashes] });
    }),
    // The session's own token is the credential here.
    route("POST", "/accounts/:account/workers/assets/upload", "none", (request) => upload(state, request)),
  ];
}

async function upload(state: CloudflareState, request: ApiRequest): Promise<Answer> {
  const token = /^Bearer (.+)$/.exec(request.headers["authorization"] ?? "")?.[1] ?? "";
  const session = state.assetSessions.get(token);
  if (session === undefined) throw refusals.notPermitted();
  for (const { name, content } of await readForm(request)) {
    session.arrived.set(name, state.blobs.put(Buffer.from(content.toString("latin1"), "base64")));
  }
  const isComplete = Object.values(session.manifest).every(({ hash }) => session.arrived.has(hash));
  return ok(isComplete ? { jwt: token } : {}, isComplete ? 201 : 202);
}

/** The static files of an upload: those of its session, or those the script had. @throws ApiError for a wrong token. */
export function assetsOf(
  state: CloudflareState,
  metadata: UploadMetadata,
  previous: VersionRecord | undefined,
): AssetsRecord | undefined {
  if (metadata.assets === undefined) return metadata.keep_assets === true ? previous?.assets : undefined;
  const { jwt = "", config = {} } = metadata.assets;
  const session = state.assetSessions.get(jwt);
  if (session === undefined) throw refusals.invalidRequest("the assets token is not valid");
  const files = Object.entries(session.manifest).map(([path, { hash }]): [string, { digest: string }] => {
    const digest = session.arrived.get(hash);
    if (digest === undefined) throw refusals.invalidRequest(`the asset ${path} was not uploaded`);
    return [path, { digest }];
  });
  return { files: Object.fromEntries(files), config };
}
