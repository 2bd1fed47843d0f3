import { Buffer } from "node:buffer";

import * as z from "zod";

import { refusals } from "../api/api-error.js";
import { type ApiRequest, type FormPart, readForm } from "../api/api-request.js";
import type { BindingRecord } from "./script-record.js";

const bindingSchema = z.looseObject({ type: z.string().min(1), name: z.string().min(1) });

const migrationStepSchema = z.looseObject({
  new_classes: z.array(z.string()).optional(),
  new_sqlite_classes: z.array(z.string()).optional(),
  renamed_classes: z.array(z.object({ from: z.string(), to: z.string() })).optional(),
  deleted_classes: z.array(z.string()).optional(),
});

const migrationsSchema = z.object({
  old_tag: z.string().optional(),
  new_tag: z.string(),
  steps: z.array(migrationStepSchema),
});

/** What the `metadata` part of an upload says ("Multipart upload metadata" page of the Workers docs). */
const metadataSchema = z.looseObject({
  main_module: z.string().optional(),
  body_part: z.string().optional(),
  bindings: z.array(bindingSchema).default([]),
  keep_bindings: z.array(z.string()).default([]),
  compatibility_date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  compatibility_flags: z.array(z.string()).default([]),
  migrations: migrationsSchema.optional(),
  annotations: z.record(z.string(), z.string().optional()).default({}),
  assets: z.looseObject({ jwt: z.string().optional(), config: z.looseObject({}).optional() }).optional(),
  keep_assets: z.boolean().optional(),
});

export type UploadMetadata = z.output<typeof metadataSchema>;
export type MigrationStep = z.output<typeof migrationStepSchema>;

/** A script upload: its description and its modules. */
export interface Upload {
  readonly metadata: UploadMetadata;
  readonly modules: readonly FormPart[];
}

/** Limits of a version's annotations, bytes. The strictest that was ever documented, so that what passes here passes there. */
const MAX_ANNOTATION_BYTES: Readonly<Record<string, number>> = { "workers/message": 100, "workers/tag": 25 };

/** Reads a multipart upload. @throws ApiError 400 */
export async function parseUpload(request: ApiRequest): Promise<Upload> {
  const parts = await readForm(request);
  const metadata = parseMetadata(parts.find(({ name }) => name === "metadata"));
  const modules = parts.filter(({ name, contentType }) => name !== "metadata" && contentType !== undefined);
  checkModules(metadata, modules);
  checkNames(metadata.bindings);
  checkAnnotations(metadata.annotations);
  return { metadata, modules };
}

function parseMetadata(part: FormPart | undefined): UploadMetadata {
  if (part === undefined) throw refusals.invalidRequest("the upload has no metadata part");
  let value: unknown;
  try {
    value = JSON.parse(part.content.toString("utf8"));
  } catch {
    throw refusals.invalidRequest("the metadata part is not JSON");
  }
  const result = metadataSchema.safeParse(value);
  if (!result.success) throw refusals.invalidRequest(z.prettifyError(result.error).replaceAll(/\s+/g, " "));
  return result.data;
}

function checkModules(metadata: UploadMetadata, modules: readonly FormPart[]): void {
  const main = metadata.main_module;
  if (main === undefined) throw refusals.invalidRequest("service workers are not supported: upload a module");
  if (!modules.some(({ name }) => name === main)) throw refusals.invalidRequest(`No such module "${main}".`);
}

function checkNames(bindings: readonly BindingRecord[]): void {
  const seen = new Set<string>();
  for (const { name } of bindings) {
    if (seen.has(name)) throw refusals.invalidRequest(`the binding name ${name} is there twice`);
    seen.add(name);
  }
}

function checkAnnotations(annotations: UploadMetadata["annotations"]): void {
  for (const [name, maxBytes] of Object.entries(MAX_ANNOTATION_BYTES)) {
    const bytes = Buffer.byteLength(annotations[name] ?? "");
    if (bytes > maxBytes) throw refusals.invalidRequest(`the annotation ${name} is longer than ${maxBytes} bytes`);
  }
}
