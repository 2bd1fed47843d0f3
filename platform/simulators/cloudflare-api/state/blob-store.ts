import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** Contents of modules and assets, each kept once. */
export class BlobStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Keeps a content and answers its SHA-256, hexadecimal. */
  put(content: Uint8Array): string {
    const digest = createHash("sha256").update(content).digest("hex");
    this.#database.prepare("INSERT OR IGNORE INTO blobs (digest, content) VALUES (?, ?)").run(digest, content);
    return digest;
  }

  get(digest: string): Buffer {
    const row = this.#database.prepare("SELECT content FROM blobs WHERE digest = ?").get(digest);
    if (row === undefined) throw new Error(`the content ${digest} is not there`);
    return Buffer.from(row["content"] as Uint8Array);
  }
}
