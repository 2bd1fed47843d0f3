import { format, getFileInfo, type Options } from "prettier";

import * as z from "#base/zod";

/** Formats a text as the file's name says, with the checkout's settings; a kind that prettier does not know stays as it is. */
export async function formatText(path: string, text: string, settings: Options): Promise<string> {
  const { inferredParser: parser } = await getFileInfo(path);
  return parser === null ? text : format(text, { ...settings, parser });
}

/**
 * An edited text: formatted when the text before was. Where a person keeps another format, only what was edited is new.
 */
export async function formatEdited(path: string, before: string, after: string, settings: Options): Promise<string> {
  if (before === after) return after;
  return (await formatText(path, before, settings)) === before ? formatText(path, after, settings) : after;
}

const settingsSchema = z.object({ printWidth: z._default(z.int(), 80) });

/** The settings of the checkout's formatter, whose files are read with `read`. */
export function formatSettings(read: (path: string) => string | undefined): Options {
  const text = read(".prettierrc.json");
  return text === undefined ? {} : settingsSchema.parse(JSON.parse(text));
}
