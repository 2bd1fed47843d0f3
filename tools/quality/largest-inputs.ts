/** The part of esbuild's metafile that tells what a bundle is made of. */
export interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, { bytesInOutput: number }>> }>>;
}

/** What a package or a source file contributes to a bundle. */
export interface Input {
  /** `node_modules/zod`, or the path of a source file. */
  readonly source: string;
  readonly bytes: number;
}

const npmFile = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/@.][^/]*)\/(?!.*\/node_modules\/)/;

/** The largest inputs of a bundle, the files of one npm package taken together. */
export function largestInputs(metafile: Metafile, count: number): Input[] {
  const bytesOf = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const npmPackage = npmFile.exec(file)?.[1];
      const source = npmPackage === undefined ? file : `node_modules/${npmPackage}`;
      bytesOf.set(source, (bytesOf.get(source) ?? 0) + bytesInOutput);
    }
  }
  return [...bytesOf]
    .map(([source, bytes]) => ({ source, bytes }))
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, count);
}
